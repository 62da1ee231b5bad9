"""Count words and characters as Microsoft Word does, which is how translations are priced.

A word is what stands between blanks, with its punctuation; a dash between blanks is a word too. Each Chinese or
Japanese character is a word of its own, and so is each mark of their punctuation. Quotation marks, dashes and dots that
Chinese shares with Latin text count in the same way next to such a character. Characters are counted without blanks.
"""

import re

from corpora.text.scripts import CJK
from tm.tags import plain

__all__ = ["characters", "words"]

#: Marks that are as wide as a character in Chinese text, and part of a word in others.
_SHARED = "\u2018\u2019\u201c\u201d\u2014\u2026\u00b7"
_WIDE = re.compile(f"[{CJK}]+|(?<=[{CJK}])[{_SHARED}]+|(?<![{_SHARED}])[{_SHARED}]++(?=[{CJK}])")


def words(text: str) -> int:
    """The words of ``text`` without its inline tags.

    >>> words("Open the door, please."), words("门开着，对吗？"), words("按 F1 键 – now")
    (4, 7, 5)
    """
    shown = plain(text)
    if shown.isascii():
        return len(shown.split())
    wide = len("".join("".join(_WIDE.findall(shown)).split()))
    return wide + len(_WIDE.sub(" ", shown).split())


def characters(text: str) -> int:
    """The characters of ``text`` without its inline tags and blanks."""
    return len("".join(plain(text).split()))
