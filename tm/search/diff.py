"""Where two texts differ, inline: what stays, what goes, what comes.

Texts are cut as the fuzzy measure cuts them, into words, or characters in Chinese, but as they stand on the page:
signs, blanks and tags are pieces of their own, so that a difference in looks is shown too.
"""

import re
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

from tm.folding import TOKEN
from tm.tags import tags

__all__ = ["DiffPart", "differences", "tag_spans"]

_PIECE = re.compile(rf"{TOKEN.pattern}|\s+|[\s\S]")


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A run of text: ``=`` stands in both texts, ``-`` in the first only, ``+`` in the second only."""

    kind: Literal["=", "-", "+"]
    text: str


def differences(old: str, new: str) -> tuple[DiffPart, ...]:
    """What to change in ``old`` to have ``new``: pieces without ``+`` make up ``old``, those without ``-`` ``new``."""
    left, right = _pieces(old), _pieces(new)
    found: list[DiffPart] = []
    for step in Levenshtein.opcodes(left, right):
        going = "".join(left[step.src_start : step.src_end])
        coming = "".join(right[step.dest_start : step.dest_end])
        if step.tag == "equal":
            found.append(DiffPart("=", going))
            continue
        if going:
            found.append(DiffPart("-", going))
        if coming:
            found.append(DiffPart("+", coming))
    return tuple(found)


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    last = 0
    for start, end in tag_spans(text):
        found += [*_PIECE.findall(text[last:start]), text[start:end]]
        last = end
    return found + _PIECE.findall(text[last:])


def tag_spans(text: str) -> list[tuple[int, int]]:
    """Where the inline tags of a unit's text stand in it."""
    found: list[tuple[int, int]] = []
    last = 0
    for tag in tags(text):
        start = text.find(str(tag), last)
        if start >= 0:
            last = start + len(str(tag))
            found.append((start, last))
    return found
