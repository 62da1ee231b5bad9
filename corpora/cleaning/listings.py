"""Tell program code and prose apart by their characters, where short lines could be either.

Lines that end early are a listing, verse, a list, or hard-wrapped prose. Symbols that only programs use show a listing;
a sentence that visibly goes on in the next line, also across a web address on a line of its own, shows prose.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpora.cleaning.layout import LayoutLine
from corpora.text.scripts import HAN, KANA

__all__ = ["is_code", "is_prose", "reads_on"]

_SYMBOLS = re.compile(
    r"""^(?:\$|%|>>>|PS>|[A-Z]:\\|\#!|//|/\*|<\?|<!--)(?:\s|\S)
    | ^(?:sudo|cd|ls|cp|mv|rm|mkdir|chmod|chown|apt|apt-get|pip3?|npm|git|def|elif|\#include)\s
    | [$%@]\{ | \$[({\w] | && | \|\| | ^[a-z$./~(\["'].*\s\|\s+[^\s\d.,+-]
    | \s[12]?>>?\s?[\w/&~.] | (?<=\s)--?[A-Za-z][\w-]*(?=[\s=]|$)
    | (?<![=!<>])[=!<>]=(?!=) | := | [-=]>(?=\W) | \w\(\) | \w\ ?=\ ?[\w"'\[({$] | \*\.\w | [{}\\]$
    | [)\]"']\s*;$ | ;\s?(?:do|then)$
    | ^(?:done|fi|esac|end|endif|else:?|try:|[})\]]+;?,?)$ | ^</?[A-Za-z][^<>]*>$ | ^\w+\([^()]*\);?$""",
    re.VERBOSE,
)
_SENTENCE = re.compile(r"^\s*+(?:\S++\s++){3}.*[^\W\d_]{2}[.!?]$|[。！？]$")
#: Running text: a bullet or a number, some Chinese characters without a comment sign before them, six words in a row.
_TEXT = re.compile(
    rf"^(?:[*•·+▪■●○◦–—-]|\d{{1,3}}[.)、]|[(（]\w{{1,3}}[)）])\s|^(?!.*(?:#|//|/\*|--|\"|'))(?:[^{HAN}]*[{HAN}]){{6}}"
    r"|^(?:[A-Za-z][a-z’']+[,;:]?\s+){5}[A-Za-z][a-z’']+"
)
#: Marks without a word, as a formula or a picture leaves them.
_MARKS = re.compile(r"[.,]|[。…·，、•]+")
_WIDE_GAP = re.compile(r"\S {3,}\S")
_SHARE = 0.5  # of the lines with symbols, at least, in a listing
_ADDRESS = re.compile(
    rf"[(（<《“\"]?(?:(?:https?|ftp)://[^\s{HAN}]+|www\.[^\s{HAN}]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)[)）>》”\"]?[,，;；:：、]?"
)
_LAST_RUN = re.compile(rf"(?<![^\s{HAN}])[^\s{HAN}]++$")
_ADDRESS_START = re.compile(r"(?:https?|ftp)://|www\.")
_GO_ON = tuple("-/_=&?%~")
_LONG = 20  # columns; a shorter line without a comma is an entry of a list rather than part of a sentence
_LETTER = re.compile(f"[A-Za-z0-9{HAN}{KANA}]")
_ASIAN = re.compile(f"[{HAN}{KANA}，。、；：）]")


def is_code(rows: Sequence[LayoutLine]) -> bool:
    """Whether several rows without a blank line between them are program code or commands."""
    if len(rows) < 2 or any(
        _SENTENCE.search(row.text) or _TEXT.search(row.text) or _MARKS.fullmatch(row.text) for row in rows
    ):
        return False
    # Two columns are a table: one stroke or arrow in it is a drawing.
    symbols = [row for row in rows if _SYMBOLS.search(row.text)]
    return len(symbols) >= _SHARE * len(rows) and (len(symbols) > 1 or not _WIDE_GAP.search(symbols[0].text))


def is_prose(rows: Sequence[LayoutLine]) -> bool:
    """Whether a sentence goes on from a row to the next, and every other row ends one."""
    joints = [reads_on(above, below) for above, below in pairwise(rows)]
    return rows[-1].stopped and any(joints) and all(on or row.stopped for on, row in zip(joints, rows, strict=False))


def _ends_in_address(text: str) -> bool:
    """Whether a web address is broken at the end of a line, behind a sign that does not end one."""
    last = _LAST_RUN.search(text) if text[-1:] in _GO_ON else None
    return last is not None and _ADDRESS_START.search(last[0]) is not None


def reads_on(above: LayoutLine, below: LayoutLine) -> bool:
    """Whether a sentence visibly goes on from one row to the next: behind a comma, in lower case, at an address."""
    if _ADDRESS.fullmatch(below.text):
        return not above.stopped or above.ending in ":："
    if below.text[0].isalnum() and _ends_in_address(above.text):
        return True
    if above.stopped:
        return False
    first = below.text[0]
    if _ADDRESS.fullmatch(above.text):
        return first.islower() or bool(_ASIAN.match(first))
    if above.ending in ",，、":
        return first.islower() or bool(_LETTER.match(first))
    return first.islower() and above.text[-1].isalnum() and above.right - above.indent >= _LONG
