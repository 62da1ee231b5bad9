"""Where two texts differ: what stays, what is deleted, what is inserted.

Texts are split as the fuzzy measure splits them, into words, or characters in Chinese, but without folding:
punctuation, blanks and tags are pieces of their own, so that minor differences are shown too.
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
    """A run of text: ``=`` is in both texts, ``-`` in the first only, ``+`` in the second only."""

    kind: Literal["=", "-", "+"]
    text: str


def differences(old: str, new: str) -> tuple[DiffPart, ...]:
    """What to change in ``old`` to get ``new``: pieces without ``+`` make up ``old``, those without ``-`` ``new``."""
    left, right = _pieces(old), _pieces(new)
    found: list[DiffPart] = []
    for step in Levenshtein.opcodes(left, right):
        deleted = "".join(left[step.src_start : step.src_end])
        inserted = "".join(right[step.dest_start : step.dest_end])
        if step.tag == "equal":
            found.append(DiffPart("=", deleted))
            continue
        if deleted:
            found.append(DiffPart("-", deleted))
        if inserted:
            found.append(DiffPart("+", inserted))
    return tuple(found)


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    last = 0
    for start, end in tag_spans(text):
        found += [*_PIECE.findall(text[last:start]), text[start:end]]
        last = end
    return found + _PIECE.findall(text[last:])


def tag_spans(text: str) -> list[tuple[int, int]]:
    """The spans of the inline tags in the text of a unit."""
    found: list[tuple[int, int]] = []
    last = 0
    for tag in tags(text):
        start = text.find(str(tag), last)
        if start >= 0:
            last = start + len(str(tag))
            found.append((start, last))
    return found
