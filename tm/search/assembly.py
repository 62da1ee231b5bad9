"""Put a text together from parts that the memories have, where they have no match for the whole of it.

The parts are sentences and what stands between semicolons, colons and line breaks: each is complete in itself, and its
translation rarely depends on the others. Each part must be in a memory as it is, but for figures and list markers, or
be a term. A text of which all parts are found is *whole*; else the found parts are fragments that a translator may
copy. The score is never above 84, since a person must read what was put together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from corpora.text.languages import base, detect, is_spaced
from corpora.text.sentences import split
from tm.search.lookup import LONGEST_QUERY, LookupOptions, lookup
from tm.search.matches import Match, MatchKind, Results
from tm.search.substitution import in_figures
from tm.store.filters import Filters
from tm.store.memory_store import MemoryStore
from tm.tags import plain, tags
from tm.unit import Unit

__all__ = ["HIGHEST", "Assembler", "Assembly", "Fragment", "Terms", "lookup_or_assemble"]

#: The score of a text of which every part is found.
HIGHEST = 84
_PART = re.compile(r"(?<=[;；：\n])\s*|(?<=:)\s+")
_MARKS = ":;：；"
_LATIN, _WIDE = str.maketrans("：；", ":;"), str.maketrans(":;", "：；")
_LEAST = 95  # the score of a part: equal but for a marker, quotes, width
_MOST_PARTS = 40


class Terms(Protocol):
    """A term base, `tm.terms.base.TermBase`."""

    def lookup(self, question: str, language: str | None = None, *, limit: int = 20, fuzzy: bool = True) -> Any:
        """Terms that match ``question``."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a text, its span, and its translation; ``target`` is "" where none is known."""

    start: int
    end: int
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of a text in order, and its translation put together (of the found parts only, if not ``whole``)."""

    fragments: tuple[Fragment, ...]
    target: str
    score: int

    @property
    def whole(self) -> bool:
        """True if every part was found."""
        return all(one.target for one in self.fragments)


class Assembler:
    """Puts texts together from memories, and from a term base where one is given."""

    def __init__(self, memories: Sequence[MemoryStore | tuple[MemoryStore, int]], terms: "Terms | None" = None) -> None:
        self._memories, self._terms = memories, terms

    def assembled(self, text: str, filters: Filters) -> Assembly | None:
        """The text put together, None where no part is found or the text has only one part and is not a term."""
        if tags(text) or len(text) > LONGEST_QUERY:
            return None
        parts = _parts(text, filters.source_lang or "en")
        if not parts or len(parts) > _MOST_PARTS:
            return None
        found = tuple(Fragment(start, end, text[start:end], self._target(text[start:end], len(parts), filters))
                      for start, end in parts)  # fmt: skip
        covered = sum(one.end - one.start for one in found if one.target)
        if not covered:
            return None
        share = covered / sum(one.end - one.start for one in found)
        targets = [one.target for one in found if one.target]
        joiner = " " if is_spaced(filters.target_lang or detect(" ".join(targets))) else ""
        return Assembly(found, joiner.join(targets), int(HIGHEST * share))

    def match(self, text: str, filters: Filters) -> Match | None:
        """The text put together as a match: assembled, or fragments where parts of it are not known."""
        made = self.assembled(text, filters)
        if made is None:
            return None
        kind = MatchKind.ASSEMBLED if made.whole else MatchKind.FRAGMENTS
        parts = tuple((one.source, one.target) for one in made.fragments if one.target)
        unit = Unit(text, made.target, filters.source_lang or "und", filters.target_lang or "und")
        return Match(kind, made.score, unit, 0, 0, "", fragments=parts)

    def _target(self, part: str, parts: int, filters: Filters) -> str:
        if parts > 1:
            options = LookupOptions(_LEAST, 1, filters=filters, substitute=True)
            for match in lookup(self._memories, part, options):
                if set(match.minor_differences) <= _HARMLESS or (match.adapted and in_figures(part, match.source)):
                    return plain(match.target)
        return self._term(part, filters)

    def _term(self, part: str, filters: Filters) -> str:
        if self._terms is None or not filters.target_lang:
            return ""
        core = part.rstrip(_MARKS)
        mark = part[len(core) :].translate(_LATIN if is_spaced(filters.target_lang) else _WIDE)
        for hit in self._terms.lookup(core, base(filters.source_lang) or None, limit=5, fuzzy=False):
            if hit.kind == "exact":
                for term in hit.concept.named(filters.target_lang):
                    if term.usable:
                        return f"{term.text}{mark}"
        return ""


#: Minor differences that need no other translation.
_HARMLESS = frozenset({"space", "form", "punctuation", "case"})


def _parts(text: str, language: str) -> list[tuple[int, int]]:
    found = []
    for start, end in split(text, language):
        last = start
        for border in [*(match.end() for match in _PART.finditer(text, start, end)), end]:
            part = text[last:border]
            if part.strip():
                lead = len(part) - len(part.lstrip())
                found.append((last + lead, last + len(part.rstrip())))
            last = border
    return found


def lookup_or_assemble(
    memories: Sequence[MemoryStore | tuple[MemoryStore, int]],
    text: str,
    options: LookupOptions,
    terms: "Terms | None" = None,
) -> Results[Match]:
    """`tm.search.lookup.lookup`; where no whole match is found, what can be put together is added as the last match."""
    found = lookup(memories, text, options)
    if all(match.kind is MatchKind.SEMANTIC for match in found):
        filters = options.filters
        if not filters.source_lang:
            filters = replace(filters, source_lang=detect(plain(text)))
        made = Assembler(memories, terms).match(text, filters)
        if made is not None:
            found.append(made)
    return found
