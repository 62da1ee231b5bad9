"""Find the keys of a term base in a text by the n-grams that begin at each position of the text.

The n-grams ("pieces") have one to three characters, in languages with spaces one or two words. A key in the text is a
piece itself, or begins with one of the longest pieces; few other keys do, even where thousands begin with 中国.
"""

from collections import defaultdict
from collections.abc import Iterable

from tm.terms.normalization import NormalizedText

__all__ = ["occurrences", "pieces_of"]

_CHARACTERS, _WORDS = 3, 2  # in the longest pieces


def pieces_of(text: NormalizedText) -> list[list[str]]:
    """The pieces by their length in units, each list in the order of the text."""
    units, joiner = text.units, text.joiner
    longest = _WORDS if joiner else _CHARACTERS
    return [[joiner.join(units[at : at + n]) for at in range(len(units) - n + 1)] for n in range(1, longest + 1)]


def occurrences(
    text: NormalizedText, pieces: Iterable[list[str]], keys: Iterable[tuple[str, str, int]]
) -> list[tuple[int, int, tuple[int, ...]]]:
    """Start, end and numbers of each occurrence; of those that begin at one position the longest first.

    ``keys`` are pieces, each with a key that begins with it and the number of that key.
    """
    units, joiner = text.units, text.joiner
    # The garbage collector does not track tuples and dicts of plain values; lists would make it run often here.
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
                    found.append((text.spans[at][0], text.spans[at + length - 1][1], key))
    found.sort(key=lambda place: (place[0], -place[1], -len(place[2])))
    return [(start, end, tuple(numbers[key])) for start, end, key in found]
