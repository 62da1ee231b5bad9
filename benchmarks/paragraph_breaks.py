"""Sentences of texts whose paragraphs break elsewhere on the two sides, compared with the same sentences line by line.

    python -m benchmarks.paragraph_breaks SHARED

The sentences of literary chapters are joined into paragraphs of k source and m target sentences, and each text is
aligned as a whole document and, sentence by sentence, with ``--segmented``. Gold beads are those of the sentences that
duiyi makes of the paragraphs.
"""

import argparse
import json
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from align import metrics
from align.alignment import Bead
from align.options import AlignOptions
from align.pipeline import align
from benchmarks.data import segmented
from corpora.document import Block, BlockKind, Document, Section
from models.registry import load

#: Sentences of a paragraph, of the source and of the target; 0 for all.
SIZES = ((1, 1), (3, 7), (4, 6), (0, 2), (1, 0))
_LANGUAGES, _JOINERS = ("zh-CN", "en-US"), ("", " ")


def document(texts: Sequence[str], language: str) -> Document:
    """Return a document with a paragraph for each of ``texts``."""
    blocks = tuple(Block(number, BlockKind.PARAGRAPH, text) for number, text in enumerate(texts))
    return Document(language, f"{language}.txt", blocks, Section(None, 0, 0, len(blocks)))


def of_other_units(gold: Sequence[Bead], sides: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[Bead]:
    """Return ``gold``, beads of the first texts of each side, as beads of the second: the same text, cut otherwise."""
    holders = [_holders(*side) for side in sides]
    found: list[list[set[int]]] = []
    for bead in gold:
        ids = [
            {unit for old in some for unit in held[old]}
            for some, held in zip((bead.source, bead.target), holders, strict=True)
        ]
        touching = [one for one in found if one[0] & ids[0] or one[1] & ids[1]]
        found = [one for one in found if one not in touching]
        found.append([some.union(*(one[side] for one in touching)) for side, some in enumerate(ids)])
    return [Bead(tuple(sorted(left)), tuple(sorted(right))) for left, right in found]


def _holders(old: Sequence[str], new: Sequence[str]) -> list[set[int]]:
    """Return for each of the ``old`` texts which of the ``new`` ones hold its letters."""
    ends = [list(accumulate(len("".join(text.split())) for text in texts)) for texts in (old, new)]
    assert ends[0][-1] == ends[1][-1]
    owner = [unit for unit, text in enumerate(new) for _ in "".join(text.split())]
    return [set(owner[first:last]) for first, last in zip([0, *ends[0]], ends[0], strict=False)]


def measure(shared: Path, folder: str, encoder_name: str = "builtin") -> dict[str, dict[str, float]]:
    """Return strict F1 with the shipped weights, by sizes of paragraphs: of whole documents, and line by line."""
    encoder = load(encoder_name)
    figures = {}
    for sizes in SIZES:
        gold, whole, lines = {}, {}, {}
        for name, texts, beads in segmented(shared / "data" / folder):
            joined = [
                [joiner.join(side[k : k + (size or len(side))]) for k in range(0, len(side), size or len(side))]
                for side, size, joiner in zip(texts, sizes, _JOINERS, strict=True)
            ]
            found = align(*map(document, joined, _LANGUAGES), encoder=encoder)
            units = [[unit.text for unit in side] for side in (found.source_units, found.target_units)]
            plain = align(*map(document, units, _LANGUAGES), encoder=encoder, options=AlignOptions(segmented=True))
            gold[name] = of_other_units(beads, list(zip(texts, units, strict=True)))
            whole[name], lines[name] = list(found.beads), list(plain.beads)
        figures[" / ".join(str(size or "all") for size in sizes)] = {
            "strict F1": metrics.evaluate(gold, whole).overall.strict.f1,
            "strict F1, segmented": metrics.evaluate(gold, lines).overall.strict.f1,
        }
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("folder", nargs="?", default="mac-dev")
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.shared, arguments.folder), indent=1))
