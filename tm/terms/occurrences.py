"""Where the keys of a term base stand in a text, found by the pieces that begin at each of its places.

Pieces are one, two or three characters long, in languages with spaces one or two words. A key in the text is a piece
itself, or begins with one of the longest: there are few of these that do not stand there, even where thousands of keys
begin with 中国.
"""

from collections import defaultdict
from collections.abc import Iterable

from tm.terms.folding import Folded

__all__ = ["pieces_of", "standing"]

_CHARACTERS, _WORDS = 3, 2  # in the longest pieces


def pieces_of(folded: Folded) -> list[list[str]]:
    """The pieces by their length in units, each list in the order of the text."""
    units, joiner = folded.units, folded.joiner
    longest = _WORDS if joiner else _CHARACTERS
    return [[joiner.join(units[at : at + n]) for at in range(len(units) - n + 1)] for n in range(1, longest + 1)]


def standing(
    folded: Folded, pieces: Iterable[list[str]], keys: Iterable[tuple[str, str, int]]
) -> list[tuple[int, int, tuple[int, ...]]]:
    """Start and end in the text, and numbers; of places that begin together the longest first.

    ``keys`` are pieces, each with a key that begins with it and a number of that key.
    """
    units, joiner = folded.units, folded.joiner
    # Tuples and dicts of plain values are nothing to the collector of cycles, which would be called often here.
    lengths: dict[str, tuple[int, ...]] = {}
    numbers: defaultdict[str, dict[int, None]] = defaultdict(dict)
    for piece, key, number in keys:
        length = key.count(joiner) + 1 if joiner else len(key)
        if length not in (known := lengths.get(piece, ())):
            lengths[piece] = (*known, length)
        numbers[key][number] = None
    found: list[tuple[int, int, str]] = []
    for row in pieces:
        for at, piece in enumerate(row):
            for length in lengths.get(piece, ()):
                key = joiner.join(units[at : at + length])
                if at + length <= len(units) and key in numbers:
                    found.append((folded.spans[at][0], folded.spans[at + length - 1][1], key))
    found.sort(key=lambda place: (place[0], -place[1], -len(place[2])))
    return [(start, end, tuple(numbers[key])) for start, end, key in found]
