"""Parse a concordance query and find it in texts: words, phrases and wildcards, as typed or folded.

A query is words separated by blanks, all of which must occur in a text; a run of Chinese is one word. `*` stands for
any letters within a word or any few characters in Chinese, `?` for one. Quotation marks keep several words together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from corpora.errors import UsageError
from corpora.text.plurals import counted
from corpora.text.scripts import HAN, KANA
from tm.folding import TOKEN, compatible, fold, fold_many, is_character
from tm.search.diff import tag_spans

__all__ = ["Phrase", "QueryPart", "folded_with_places", "parse"]

_LONGEST = 1_000  # characters of a query
_MOST_STARS = 8  # each multiplies what must be tried
_MOST_STARS_CHINESE = 4  # where a star spans any characters and not the letters of one word
_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|(\S+)')
_WILD = re.compile(r"[*?]")
_STAR_OF_WORD = re.compile(r"[^\s*]*\*")
_GAP = 12  # characters that * spans in Chinese


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A word or quoted phrase of the query, folded, with its wildcards; ``raw`` as typed."""

    raw: str
    folded: str

    @property
    def wild(self) -> bool:
        """True if it contains a wildcard."""
        return _WILD.search(self.folded) is not None

    def pieces(self) -> list[str]:
        """The stretches between wildcards."""
        return [piece for piece in _WILD.split(self.folded) if piece.strip()]

    def pattern(self, *, exact: bool) -> str:
        """A regular expression: on the text as it is (``exact``), else on the folded text."""
        text = self.raw if exact else self.folded
        found = []
        held = ""  # what closes the group of the last star
        for place, sign in enumerate(text):
            if sign in "*?":
                chinese = _is_chinese(text, place)
                any_one = r"[^\s]" if chinese else r"[^\W_]"
                if sign == "?":
                    found.append(any_one)
                    continue
                found.append(held)
                held = ""
                following = _STAR_OF_WORD.match(text, place + 1)
                if chinese:
                    found.append(f"{any_one}{{0,{_GAP}}}?")
                elif following and not _is_chinese(text, following.end() - 1):
                    # The first occurrence of what follows is enough, for the next star matches any letters: nothing is
                    # tried twice, which would take too long on a long word.
                    found.append(f"(?>{any_one}*?")
                    held = ")"
                else:
                    found.append(f"{any_one}*")
            elif sign.isspace():
                found.append(r"\s+")
            else:
                found.append(re.escape(sign))
        body = "".join(found)
        # Where blanks separate words, whole words are found, unless there is a wildcard. Next to a Chinese character a
        # Latin word begins and ends, too.
        before = rf"(?:(?<![^\W_])|(?<={_CJK}))" if _is_letter(text[0]) else ""
        after = rf"(?:(?![^\W_])|(?={_CJK}))" if _is_letter(text[-1]) else ""
        return before + body + after


def _is_chinese(text: str, place: int) -> bool:
    """True if the wildcard at ``place`` is next to a Chinese character."""
    return any(is_character(one) for one in text[max(0, place - 1) : place] + text[place + 1 : place + 2])


_CJK = f"[{HAN}{KANA}]"


def _is_letter(sign: str) -> bool:
    return sign.isalnum() and not is_character(sign)


@dataclass(frozen=True)
class Phrase:
    """A parsed query. ``exact``: as typed, without folding."""

    text: str
    parts: tuple[QueryPart, ...]
    exact: bool = False

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(part.pattern(exact=self.exact)) for part in self.parts]

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(r"\s*".join(part.pattern(exact=self.exact) for part in self.parts))

    def may_occur(self, texts: Sequence[str]) -> list[bool]:
        """Whether the query may occur in each text: texts that are folded together take half the time."""
        if self.exact or not texts:
            return [True] * len(texts)
        folded = fold_many(texts).split("\n")
        return [all(pattern.search(one) for pattern in self._patterns) for one in folded]

    def spans(self, text: str) -> tuple[bool, list[tuple[int, int]]] | None:
        """Where the query occurs in ``text``: whether in one piece, and ``[start, end)`` of each occurrence.

        None if a part of it is missing.
        """
        if self.exact:
            searched, places = text, None
        else:
            searched, places = folded_with_places(text)
        whole = [match.span() for match in self._whole.finditer(searched)]
        found = whole
        if not whole:
            found = []
            for pattern in self._patterns:
                spans = [match.span() for match in pattern.finditer(searched)]
                if not spans:
                    return None
                found += spans
        found = _joined(sorted({span for span in found if span[0] < span[1]}))
        if places is not None:
            found = [(places[start], places[end - 1] + 1) for start, end in found]
        return bool(whole), found


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted spans without overlaps: spans that overlap become one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def parse(text: str, *, exact: bool = False) -> Phrase:
    """Parse a query. Raises `UsageError` for one without words or with too many characters or stars."""
    if len(text) > _LONGEST:
        raise UsageError(f"the phrase to look for has {counted(len(text), 'character')}; {_LONGEST:,} are the most")
    text = re.sub(r"\*[*?]*\*", lambda match: "?" * match[0].count("?") + "*", text)  # two stars mean the same as one
    if text.count("*") > _MOST_STARS:
        raise UsageError(f"the phrase to look for has {text.count('*')} stars; {_MOST_STARS} are the most")
    chinese = sum(sign == "*" and _is_chinese(text, place) for place, sign in enumerate(text))
    if chinese > _MOST_STARS_CHINESE:
        raise UsageError(f"the phrase to look for has {chinese} stars in Chinese; {_MOST_STARS_CHINESE} are the most")
    parts = []
    for match in _QUOTED.finditer(text):
        raw = next(group for group in match.groups() if group is not None).strip()
        folded = fold(raw).strip()
        if TOKEN.search(folded):
            parts.append(QueryPart(raw, folded))
    if not parts:
        raise UsageError(f"there is nothing to look for in {text!r}: no word and no character")
    return Phrase(text, tuple(parts), exact)


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """``text`` folded character by character, and for each of these characters its place in ``text``."""
    if "⟦" not in text:
        folded = "".join(map(_folded_sign, text))
        if len(folded) == len(text):  # no character becomes none
            return folded, list(range(len(text)))
    signs: list[str] = []
    places: list[int] = []
    hidden = {place for span in tag_spans(text) for place in range(*span)}
    for place, sign in enumerate(text):
        if place in hidden:
            continue
        for one in _folded_sign(sign):
            signs.append(one)
            places.append(place)
    return "".join(signs), places


@lru_cache(maxsize=10_000)
def _folded_sign(sign: str) -> str:
    return compatible(sign).casefold()
