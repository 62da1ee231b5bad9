"""Fold texts and split them into tokens, in one way for all languages.

Index, fuzzy measure and concordance must agree on what is the same, or the index would lose matches that the measure
would find; so all of them use this module. Folding removes tags, and brings full-width and traditional
characters to their plain and simplified forms and case to lower case. A token is a character where the script puts
no spaces (Chinese, Japanese, Thai) and a word elsewhere, whatever the language is called: that is how CAT tools count,
and an English product name in a Chinese sentence stays one word.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b

from corpora.text.chinese import to_simplified
from corpora.text.scripts import HAN, KANA
from tm.tags import plain

__all__ = [
    "NUMBER", "TOKEN", "characters", "compatible", "fold", "fold_many", "is_character", "key", "simplified", "tokens",
]  # fmt: skip

#: Scripts that are counted by the character: Han, kana, Bopomofo, Thai, Lao, Tibetan, Burmese, Khmer.
_CHARACTERS = (
    f"{HAN}\u3007{KANA}\u3105-\u312f\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0f40-\u0fbc\u1000-\u109f\u1780-\u17d3"
)
#: Vowel signs and accents that Python does not count as letters.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0903\u093a-\u094f\u0980-\u0983\u09bc-\u09cd\u0b82-\u0bcd"
_LETTER = rf"[^\W\d_{_CHARACTERS}]"
_WORD = rf"{_LETTER}+(?:[{_MARKS}]+{_LETTER}*)*"
#: What stands for every number in a sequence of tokens: numbers that differ are a small difference, not a word's.
NUMBER = "0"
TOKEN = re.compile(rf"[{_CHARACTERS}]|{_WORD}(?:['’\u02bc]{_WORD})*|\d+(?:[.,]\d+)*")
_DIGIT = re.compile(r"\d")
_CHARACTER = re.compile(f"[{_CHARACTERS}]")
_OTHERS = re.compile(f"[^{_CHARACTERS}]+")
_OF_WORDS = re.compile(rf"[^\W_{_CHARACTERS}]|\d")


@cache
def _to_simplified() -> dict[int, str]:
    """Traditional characters to simplified ones, one to one, out of OpenCC: made in some ten milliseconds."""
    every = re.findall(f"[{HAN}]", "".join(map(chr, range(0x10000))))
    converted = to_simplified("\n".join(every)).split("\n")
    return {ord(a): b for a, b in zip(every, converted, strict=True) if a != b and len(b) == 1}


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, _to_simplified()))}]")


def simplified(text: str) -> str:
    """``text`` with each traditional Chinese character in its simplified form; the length stays."""
    # Few texts contain one, and searching is five times as fast as translating.
    if text.isascii() or not _traditional().search(text):
        return text
    return text.translate(_to_simplified())


def fold(text: str) -> str:
    """``text`` without tags, in compatibility form (half-width), simplified, lower case, one space for all blanks."""
    return " ".join(compatible(plain(text)).casefold().split())


def compatible(text: str) -> str:
    """``text`` in compatibility form (half-width) and simplified."""
    return text if text.isascii() else simplified(unicodedata.normalize("NFKC", text))


def fold_many(texts: Iterable[str]) -> str:
    """The texts folded and joined by line breaks, which none of them contains any more; blanks stay as they are.

    One pass over many: a normal form never reaches across a line break.
    """
    joined = "\n".join(text.replace("\n", " ") if "\n" in text else text for text in map(plain, texts))
    return compatible(joined).casefold()


def tokens(folded: str) -> list[str]:
    """The tokens of a folded text, every number as `NUMBER`; of a text of punctuation only, its characters."""
    found = TOKEN.findall(folded)
    if not found:
        return [sign for sign in folded if sign != " "]
    return found if not _DIGIT.search(folded) else [NUMBER if token[0].isdecimal() else token for token in found]


def characters(folded: str) -> str:
    """The tokens of a folded text that are all single characters, as one text; "" for any other text."""
    return "" if _OF_WORDS.search(folded) else _OTHERS.sub("", folded)


def is_character(token: str) -> bool:
    """True for a token that is a single character of a script without spaces."""
    return len(token) == 1 and _CHARACTER.match(token) is not None


def key(text: str) -> int:
    """A signed 64-bit number that equal texts share and different texts almost never: exact look-ups use it."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
