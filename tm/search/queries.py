"""Read a concordance question, and find it in texts: words, wildcards, with or without a care for looks.

A question is words parted by blanks, all of which must stand in a text; a run of Chinese is one word. `*` stands for
any letters within a word or any few characters in Chinese, `?` for one. Quotation marks keep several words together.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from corpora.errors import UsageError
from corpora.text.plurals import counted
from corpora.text.scripts import HAN, KANA
from tm.folding import TOKEN, fold, is_character, simplified
from tm.search.diff import tag_spans

__all__ = ["Phrase", "QueryPart", "folded_with_places", "parse"]

_LONGEST = 1_000  # characters of a question
_WILDEST = 8  # stars in a question: each multiplies what must be tried
_WILDEST_CHINESE = 4  # of them in Chinese, where a star spans any characters and not the letters of one word
_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|(\S+)')
_WILD = re.compile(r"[*?]")
_STAR_OF_WORD = re.compile(r"[^\s*]*\*")
_GAP = 12  # characters that * spans in Chinese


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A word or quoted phrase of the question, folded, with its wildcards; ``raw`` as typed."""

    raw: str
    folded: str

    @property
    def wild(self) -> bool:
        """True where it holds a wildcard."""
        return _WILD.search(self.folded) is not None

    def pieces(self) -> list[str]:
        """The stretches between wildcards."""
        return [piece for piece in _WILD.split(self.folded) if piece.strip()]

    def pattern(self, *, exact: bool) -> str:
        """A regular expression: on the text as it stands (``exact``), else on the folded text."""
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
                    # The first place of what follows will do, for the next star takes any letters: nothing is tried
                    # twice, which on a long word would take for ever.
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
    """True where the wildcard at ``place`` stands beside a Chinese character."""
    return any(is_character(one) for one in text[max(0, place - 1) : place] + text[place + 1 : place + 2])


_CJK = f"[{HAN}{KANA}]"


def _is_letter(sign: str) -> bool:
    return sign.isalnum() and not is_character(sign)


@dataclass(frozen=True)
class Phrase:
    """A parsed question. ``exact``: as typed, looks count."""

    text: str
    parts: tuple[QueryPart, ...]
    exact: bool = False

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(part.pattern(exact=self.exact)) for part in self.parts]

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(r"\s*".join(part.pattern(exact=self.exact) for part in self.parts))

    def spans(self, text: str) -> tuple[bool, list[tuple[int, int]]] | None:
        """Where the question stands in ``text``: whether in one piece, and ``[start, end)`` of each occurrence.

        None where a part of it is missing.
        """
        if self.exact:
            looked, places = text, None
        else:
            quick = fold(text)
            if not all(pattern.search(quick) for pattern in self._patterns):
                return None
            looked, places = folded_with_places(text)
        whole = [match.span() for match in self._whole.finditer(looked)]
        found = whole
        if not whole:
            found = []
            for pattern in self._patterns:
                spans = [match.span() for match in pattern.finditer(looked)]
                if not spans:
                    return None
                found += spans
        found = sorted({span for span in found if span[0] < span[1]})
        if places is not None:
            found = [(places[start], places[end - 1] + 1) for start, end in found]
        return bool(whole), found


def parse(text: str, *, exact: bool = False) -> Phrase:
    """Read a question. Raises `UsageError` for one without words, or an endless one."""
    if len(text) > _LONGEST:
        raise UsageError(f"the phrase to look for has {counted(len(text), 'character')}; {_LONGEST:,} are the most")
    text = re.sub(r"\*[*?]*\*", lambda match: "?" * match[0].count("?") + "*", text)  # two stars say no more than one
    if text.count("*") > _WILDEST:
        raise UsageError(f"the phrase to look for has {text.count('*')} stars; {_WILDEST} are the most")
    chinese = sum(sign == "*" and _is_chinese(text, place) for place, sign in enumerate(text))
    if chinese > _WILDEST_CHINESE:
        raise UsageError(f"the phrase to look for has {chinese} stars in Chinese; {_WILDEST_CHINESE} are the most")
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
    """``text`` folded character by character, and for each character of it the place in ``text`` it comes from."""
    folded: list[str] = []
    places: list[int] = []
    hidden = {place for span in tag_spans(text) for place in range(*span)}
    for place, sign in enumerate(text):
        if place in hidden:
            continue
        for one in simplified(unicodedata.normalize("NFKC", sign)).casefold():
            folded.append(one)
            places.append(place)
    return "".join(folded), places
