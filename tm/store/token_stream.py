"""The tokens of many texts at once, as numbers: what `tm.folding.TOKEN` finds in the folded texts, and much faster.

Folding and the class of nearly every character depend on that character alone, so both are looked up in tables with
numpy, and tokens are runs of characters of one class. The tables are filled as characters occur. A text with a
character that is folded together with its neighbours, as accents are, is folded alone, and a block with signs whose
class depends on their neighbours is cut by the regular expression.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

from tm.folding import TOKEN, compatible, fold_many, is_character

__all__ = ["TokenStream", "token_stream"]

_AT_ONCE = 2_048  # texts of a block
_ODD = 0xFFFF_FFF0  # what the table of folded characters says of one that is not folded alone
_OTHER, _CHARACTER, _LETTER, _DIGIT, _APOSTROPHE, _POINT, _MIXED = range(7)  # classes
_LETTERS = re.compile(r"[^\W\d_]")
Codes = NDArray[np.uint32]
Numbers = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TokenStream:
    """The tokens of texts, one after the other: the number of each in ``words`` and of its text, both int32."""

    numbers: Numbers
    rows: Numbers
    words: list[str]


class _Table:
    """A number for each character, which ``rule`` gives when the character first occurs."""

    def __init__(self, rule: Callable[[str], int]) -> None:
        self._rule = rule
        self._held = np.zeros(0x11_0000, np.uint32)  # the number and 1; 0 is unknown

    def __getitem__(self, codes: Codes) -> Codes:
        found = self._held[codes]
        missing = found == 0
        if missing.any():
            for code in np.unique(codes[missing]).tolist():
                self._held[code] = self._rule(chr(code)) + 1
            found = self._held[codes]
        found -= 1
        return found


def token_stream(texts: Sequence[str]) -> TokenStream:
    """Cut the texts into tokens."""
    vocabulary: defaultdict[str, int] = defaultdict(count().__next__)
    single = _Table(vocabulary.__getitem__)
    numbers, rows = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for first in range(0, len(texts), _AT_ONCE):
        found, of_row = _block(texts[first : first + _AT_ONCE], vocabulary, single)
        numbers.append(found)
        rows.append(of_row + np.int32(first))
    return TokenStream(np.concatenate(numbers), np.concatenate(rows), list(vocabulary))


def _block(texts: Sequence[str], vocabulary: defaultdict[str, int], single: _Table) -> tuple[Numbers, Numbers]:
    """The numbers of the tokens of some texts, and the text of each."""
    codes = _folded(texts)
    kinds = _kinds()[codes]
    if (kinds == _MIXED).any():
        lines = [TOKEN.findall(line) for line in _text(codes).split("\n")]
        rows = np.repeat(np.arange(len(lines), dtype=np.int32), list(map(len, lines)))
        return _numbered([word for line in lines for word in line], vocabulary), rows
    characters, letters, digits = kinds == _CHARACTER, kinds == _LETTER, kinds == _DIGIT
    in_word = letters | _between(kinds == _APOSTROPHE, letters)
    in_number = digits | _between(kinds == _POINT, digits)
    starts = (in_word & ~_after(in_word)) | (in_number & ~_after(in_number))
    at = (starts | characters).nonzero()[0]
    alone = characters[at]
    numbers = np.empty(len(at), np.int32)
    numbers[alone] = single[codes[at[alone]]]
    numbers[~alone] = _numbered(_words(codes, in_word | in_number, starts), vocabulary)
    return numbers, np.cumsum(codes == ord("\n"), dtype=np.int32)[at]


def _folded(texts: Sequence[str]) -> Codes:
    """The code points of `tm.folding.fold_many` of the texts."""
    joined = "\n".join(texts)
    if "\u27e6" in joined or joined.count("\n") >= len(texts):  # tags, or line breaks inside texts
        return _codes(fold_many(texts))
    codes = _codes(joined)
    folded = _folds()[codes]
    odd = folded == _ODD
    if not odd.any():
        return folded
    lines = _text(np.where(odd, np.uint32(32), folded)).split("\n")
    for row in np.unique(np.cumsum(codes == ord("\n"))[odd]).tolist():
        lines[row] = fold_many([texts[row]])
    return _codes("\n".join(lines))


def _words(codes: Codes, inside: Flags, starts: Flags) -> list[str]:
    """The words and numbers: the signs that are ``inside`` one, cut at ``starts``."""
    kept = (inside | _after(inside)).nonzero()[0]
    signs = np.where(inside, codes, np.uint32(32))[kept]
    touching = (starts & _after(inside))[kept].nonzero()[0]
    return _text(np.insert(signs, touching, 32) if len(touching) else signs).split()


def _numbered(words: list[str], vocabulary: defaultdict[str, int]) -> Numbers:
    return np.fromiter(map(vocabulary.__getitem__, words), np.int32, len(words))


def _after(flags: Flags) -> Flags:
    """Where the sign before has the flag."""
    moved = np.zeros_like(flags)
    moved[1:] = flags[:-1]
    return moved


def _between(signs: Flags, others: Flags) -> Flags:
    """The signs that stand between two others."""
    found = np.zeros_like(signs)
    found[1:-1] = signs[1:-1] & others[:-2] & others[2:]
    return found


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _text(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _folds() -> _Table:
    return _Table(_fold)


@cache
def _kinds() -> _Table:
    return _Table(_kind)


def _fold(sign: str) -> int:
    """The folded form of a character, or `_ODD` if it is several, or may join the character before it."""
    form = unicodedata.normalize("NFKC", sign)
    folded = compatible(sign).casefold()
    # Marks and the parts of Korean syllables join; outside the basic plane some letters do, but no emoji and no Han.
    joins = any(unicodedata.category(one)[0] == "M" or "\u1100" <= one <= "\u11ff" for one in sign + form + folded)
    rare = 0xFFFF < ord(sign) < 0x2_0000 and unicodedata.category(sign)[0] == "L"
    return _ODD if joins or rare or len(form) != 1 or len(folded) != 1 else ord(folded)


def _kind(sign: str) -> int:
    """The class of a folded character."""
    if is_character(sign):
        return _MIXED if sign.isdecimal() else _CHARACTER
    if sign.isdecimal():
        return _DIGIT
    if _LETTERS.match(sign):
        return _LETTER
    if TOKEN.fullmatch(f"a{sign}"):  # a mark that belongs to the letter before it
        return _MIXED
    return _APOSTROPHE if sign in "'\u2019" else _POINT if sign in ".," else _OTHER
