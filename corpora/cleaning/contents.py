"""Find contents pages: entries with the number of a page behind dots, a tab or blanks.

They repeat the headings, and their page numbers differ in a translation. A price list or a form has the same shape; it
is contents if a heading says so, or if the entries are found again in the text with the pages in order.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from corpora.cleaning.inline import TAB
from corpora.document import Block, BlockKind, Change
from corpora.text.numerals import from_roman

__all__ = ["CONTENTS", "contents_pages", "entry_key", "without_contents"]

#: A heading of a table of contents.
CONTENTS = re.compile(r"(?:目\s*[录錄次]|内容|(?:table of )?contents|index of contents)$", re.IGNORECASE)
_ENTRY = re.compile(
    r"(?P<title>.*?\S)(?P<dots>\s*(?:[.．·…‥⋯﹒]\s?){4,}|\s*…{2,}|\t+|\s{3,})\s*"
    r"[(（\[]?(?P<page>\d{1,4}|[ivxlc]{1,7}|[IVXLC]{1,7})[)）\]]?$"
)
_BETWEEN = 2  # lines without a page between two entries, at most: a part without a number, the rest of a long title
_LONGEST = 200  # characters of an entry
_RECURS = 0.5  # share of the entries that are found again in the text
_LEAST = 2  # entries


def entry_key(text: str) -> str:
    """A heading without what a table of contents adds or leaves out: leaders, page number, blanks, punctuation."""
    return re.sub(r"[\W_]+|\d+\s*$", "", text).casefold()


def contents_pages(texts: Sequence[str]) -> set[int]:
    """The positions of the lines or blocks of ``texts`` that belong to contents pages, their headings included."""
    entries = {at: match for at, text in enumerate(texts) if len(text) < _LONGEST and (match := _ENTRY.match(text))}
    keys = Counter(entry_key(text) for at, text in enumerate(texts) if at not in entries) if entries else Counter()
    found: set[int] = set()
    for run in _runs(sorted(entries), texts):
        listed = [at for at in run if at in entries]
        head = _head(run[0], texts)
        dotted = sum(not entries[at]["dots"].isspace() for at in listed)
        recurring = sum(entry_key(entries[at]["title"]) in keys for at in listed)
        rising = all(a <= b for a, b in pairwise(_page(entries[at]["page"]) for at in listed))
        known = rising and recurring >= _RECURS * len(listed)
        if (head is not None and dotted) or (known and len(listed) >= (_LEAST if head is None else 1)):
            found |= {*run, *(range(head, run[0]) if head is not None else ())}
    return found


def _runs(entries: Sequence[int], texts: Sequence[str]) -> list[list[int]]:
    """The entries in runs of neighbours, with the few lines between them that end no sentence."""
    runs: list[list[int]] = []
    for at in entries:
        last = runs[-1][-1] if runs else at
        between = range(last + 1, at)
        if runs and len(between) <= _BETWEEN and not any(_is_sentence(texts[n]) for n in between):
            runs[-1] += [*between, at]
        else:
            runs.append([at])
    return runs


def _head(first: int, texts: Sequence[str]) -> int | None:
    """The position of the heading of the contents that begin at ``first``, a line or two below it."""
    for at in range(first - 1, max(-1, first - 2 - _BETWEEN), -1):
        if CONTENTS.match(texts[at].strip()):
            return at
        if _is_sentence(texts[at]):
            return None
    return None


def _is_sentence(text: str) -> bool:
    return text.rstrip()[-1:] in "。！？.!?;；"


def _page(number: str) -> int:
    return int(number) if number.isdecimal() else (from_roman(number) or 0) - 1000  # the preface is before page 1


def without_contents(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Change, ...]]:
    """``blocks`` without contents pages, ids counted anew, and what was left out."""
    printed = [block.full_text.replace(TAB, "\t") for block in blocks]
    blocks = [replace(block, text=block.text.replace(TAB, " ")) if TAB in block.text else block for block in blocks]
    dropped = contents_pages(
        ["" if one.kind is BlockKind.CODE else text for one, text in zip(blocks, printed, strict=True)]
    )
    kept = tuple(block for block in blocks if block.id not in dropped)
    if not dropped or not kept:
        return tuple(blocks), ()
    return tuple(replace(block, id=at) for at, block in enumerate(kept)), tuple(
        Change("contents pages", "dropped", blocks[at].full_text, blocks[at].start, blocks[at].end, blocks[at].page)
        for at in sorted(dropped)
    )
