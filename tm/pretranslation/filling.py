"""Choose the translation of one text of a file, out of the matches that the memories have for it.

The best match whose inline codes can be placed is taken (`tm.pretranslation.codes`); numbers, dates and codes that
alone differ are adapted if they are written in figures: a number word may be part of a phrase ("one of them"), which a
person must see. Blanks at the ends of a text are those of the file. Where no match reaches the threshold, the text may
be put together from its sentences (`tm.search.assembly`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from corpora.arguments import checked_class
from corpora.text.languages import base
from tm.pretranslation.codes import placed
from tm.search.assembly import Assembler
from tm.search.lookup import LONGEST_QUERY, LookupOptions, lookup
from tm.search.matches import Match, MatchKind
from tm.search.substitution import in_figures
from tm.store.filters import Filters
from tm.store.memory_store import MemoryStore
from tm.tags import plain, tags
from tm.terms.base import TermBase
from tm.unit import is_doubtful

__all__ = ["Filler", "Filling", "FillingKind", "PretranslateOptions", "Unplaced"]

_OTHER_SCRIPT = 10  # points that a translation in the other script of Chinese loses


class FillingKind(StrEnum):
    """What a translation was made of, best first."""

    CONTEXT = "context"
    EXACT = "exact"
    FUZZY = "fuzzy"
    ASSEMBLED = "assembled"


@checked_class
@dataclass(frozen=True, slots=True)
class PretranslateOptions:
    """How a file is filled.

    minimum: lowest score of a match that is used, 30 to 100.
    filters: which units are used; its languages take precedence over those that the file names.
    runners_up: how many further matches are written beside a translation, where the format has a place for them.
    assemble: put texts without a match together from their sentences, see `tm.search.assembly`.
    prefer, penalties: as in `tm.search.lookup.LookupOptions`.
    srx: a file of rules by which documents are split into sentences.
    """

    minimum: int = 75
    filters: Filters = field(default_factory=Filters)
    runners_up: int = 3
    assemble: bool = True
    prefer: tuple[str, ...] = ()
    penalties: tuple[tuple[str, int], ...] = ()
    srx: str | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """A translation for a text of the file, with the file's tags; its kind and score; the match, and further matches.

    ``match`` is None for an assembled translation.
    """

    target: str
    kind: FillingKind
    score: int
    match: Match | None = None
    others: tuple[Match, ...] = ()

    @property
    def sure(self) -> bool:
        """True where nobody need look at it: a context or exact match, of a unit that is not doubtful itself."""
        whole = self.kind in (FillingKind.CONTEXT, FillingKind.EXACT)
        return whole and not (self.match is not None and is_doubtful(self.match.unit))


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Matches that are good enough, but in which the inline codes of the file have no place."""

    matches: tuple[Match, ...]


class Filler:
    """Fills texts from memories, each with a penalty if it comes with one, and from a term base."""

    def __init__(
        self,
        memories: Sequence[MemoryStore | tuple[MemoryStore, int]],
        options: PretranslateOptions,
        terms: TermBase | None = None,
    ) -> None:
        self._memories = memories
        self._options = options
        self._assembler = Assembler(memories, terms) if options.assemble else None
        self._known: dict[tuple[str, ...], Filling | Unplaced | None] = {}

    def fill(self, text: str, previous: str, following: str, languages: tuple[str, str]) -> Filling | Unplaced | None:
        """The translation of ``text`` between its neighbours, or what is near to it; None where nothing is."""
        core = text.strip()
        if not plain(core).strip() or len(core) > LONGEST_QUERY:
            return None
        place = (core, previous.strip(), following.strip(), *languages)
        if place not in self._known:
            self._known[place] = self._chosen(*place)
        found = self._known[place]
        if not isinstance(found, Filling):
            return found
        start = text.index(core)
        return replace(found, target=text[:start] + found.target.strip() + text[start + len(core) :])

    def _chosen(
        self, text: str, previous: str, following: str, source_lang: str, target_lang: str
    ) -> Filling | Unplaced | None:
        filters = self._options.filters.with_languages(
            self._options.filters.source_lang or source_lang, self._options.filters.target_lang or target_lang
        )
        limit = 2 + self._options.runners_up
        options = LookupOptions(
            self._options.minimum, limit, previous, following, filters, substitute=True,
            prefer=self._options.prefer, penalties=self._options.penalties,
        )  # fmt: skip
        best: Filling | None = None
        others: list[Match] = []
        unplaced: list[Match] = []
        for match in lookup(self._memories, text, options):
            made = self._made(text, match, filters.target_lang)
            if made is None and match.kind is not MatchKind.SEMANTIC:
                unplaced.append(match)
            if made is None or made.score < self._options.minimum:
                continue
            if best is None or made.score > best.score:
                others += [best.match] if best is not None and best.match is not None else []
                best = made
            else:
                others.append(match)
        if best is not None:
            return replace(best, others=tuple(others[: self._options.runners_up]))
        if unplaced:
            return Unplaced(tuple(unplaced[: 1 + self._options.runners_up]))
        if self._assembler is None or tags(text):
            return None
        assembly = self._assembler.assembled(text, filters)
        if assembly is None or not assembly.whole or assembly.score < self._options.minimum:
            return None
        return Filling(assembly.target, FillingKind.ASSEMBLED, assembly.score)

    def _made(self, text: str, match: Match, target_lang: str) -> Filling | None:
        if match.adapted and not in_figures(text, match.source):
            match = replace(match, unit=replace(match.unit, target=match.stored_target), adapted=(), stored_target="")
        found = placed(text, match.unit)
        if found is None or match.kind is MatchKind.SEMANTIC:
            return None
        target, same_tags = found
        score = match.score
        if match.minor_differences == ("tag",) and same_tags:
            score = 100  # the tags have other names, as in every file
        elif not same_tags:
            score = min(score, 99)
        if len({_script(target_lang), _script(match.unit.target_lang)} - {""}) == 2:
            score = min(score, 100) - _OTHER_SCRIPT
        kind = FillingKind.CONTEXT if score > 100 else FillingKind.EXACT if score == 100 else FillingKind.FUZZY
        return Filling(target, kind, score, match)


def _script(code: str) -> str:
    """The script of a code of Chinese, "" for a code without region and for all other languages."""
    if base(code) != "zh" or "-" not in code:
        return ""
    return "Hant" if code.split("-", 1)[1].upper() in ("TW", "HK", "MO", "HANT", "HANT-TW", "HANT-HK") else "Hans"
