"""Examples made for training: documents with units left out, left out in a stretch, and repeated; other kinds of text.

Translators of novels rarely omit text and never repeat a line, manuals are translated sentence by sentence; users align
all of these with the same weights.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from align.alignment import Bead
from align.spans import PreparedSide
from align.surface import surface_features
from benchmarks.data import clean, more
from corpora.text.sentences import split

__all__ = ["other_kinds", "with_omissions", "with_repeats", "with_stretch_left_out"]

_STRETCH = 20  # beads of one omission made for training
_LONGEST = 60  # characters of a unit that is repeated: a title, a line
_BEADS = 250  # of one document of another kind
_FEWEST = 60
_MOST = 4  # documents made of one file

Texts = tuple[list[str], list[str]]


def with_omissions(
    texts: Sequence[Sequence[str]], gold: Sequence[Bead], side: int, rate: float, chance: random.Random
) -> tuple[list[list[str]], list[Bead]]:
    """Take one side of a share of the beads away; the units of their other side are then omitted one by one."""
    paired = [bead for bead in gold if bead.source and bead.target]
    gone = set(chance.sample(paired, round(rate * len(paired))))
    lost = {unit for bead in gone for unit in (bead.source, bead.target)[side]}
    kept = [unit for unit in range(len(texts[side])) if unit not in lost]
    number = {unit: place for place, unit in enumerate(kept)}
    shortened = [list(some) for some in texts]
    shortened[side] = [texts[side][unit] for unit in kept]
    beads: list[Bead] = []
    for bead in gold:
        both = [bead.source, bead.target]
        if bead in gone:
            beads += [Bead((unit,), ()) if side else Bead((), (unit,)) for unit in both[1 - side]]
        else:
            both[side] = tuple(number[unit] for unit in both[side])
            beads.append(Bead(*both))
    return shortened, beads


def with_stretch_left_out(
    sides: Sequence[PreparedSide], gold: Sequence[Bead], side: int, at: int
) -> tuple[list[PreparedSide], list[Bead]]:
    """Take the units of a stretch of beads away on one side; the beads of the other side become omissions."""
    gone = {unit for bead in gold[at : at + _STRETCH] for unit in (bead.source, bead.target)[side]}
    kept = [unit for unit in range(len(sides[side])) if unit not in gone]
    number = {unit: place for place, unit in enumerate(kept)}
    vectors = sides[side].vectors[:, kept].copy()
    hole = number[max(gone) + 1] if max(gone) + 1 in number else len(kept)
    for size in range(1, len(vectors)):
        vectors[size, max(hole - size, 0) : hole] = 0  # runs across the hole were never encoded
    texts = [sides[side].texts[unit] for unit in kept]
    shortened = list(sides)
    heard = sides[side].clauses
    shortened[side] = replace(
        sides[side],
        texts=texts,
        vectors=vectors,
        surface=surface_features(texts),
        clauses=heard.take(kept) if heard else None,
    )
    beads: list[Bead] = []
    for bead in gold:
        both = [bead.source, bead.target]
        lost = gone.intersection(both[side])
        both[side] = tuple(number[unit] for unit in both[side] if unit in number)
        if lost and both[1 - side]:
            beads += [Bead((unit,), ()) if side else Bead((), (unit,)) for unit in both[1 - side]]
        elif both[0] or both[1]:
            beads.append(Bead(*both))
    return shortened, beads


def with_repeats(
    texts: Sequence[Sequence[str]], gold: Sequence[Bead], rate: float, languages: Sequence[str], chance: random.Random
) -> tuple[list[list[str]], list[Bead]]:
    """Repeat short units of either side before or after themselves, in another form; the copies are alone."""
    single = [
        bead for bead in gold if len(bead.source) == len(bead.target) == 1 and len(texts[0][bead.source[0]]) <= _LONGEST
    ]
    after: dict[tuple[int, int], bool] = {}
    for bead in chance.sample(single, min(len(single), max(1, round(rate * len(gold))))):
        side = chance.randrange(2)
        after[side, (bead.source, bead.target)[side][0]] = chance.random() < 0.5
    made: list[list[str]] = [[], []]
    places: list[dict[int, int]] = [{}, {}]
    alone: list[Bead] = []
    for side in (0, 1):
        for unit, text in enumerate(texts[side]):
            again = [varied(text, languages[side], chance)] if (side, unit) in after else []
            first = [] if after.get((side, unit)) else again
            places[side][unit] = len(made[side]) + len(first)
            copy = len(made[side]) + (0 if first else 1)
            alone += [Bead((), (copy,)) if side else Bead((copy,), ())] if again else []
            made[side] += [text, *again] if not first else [*again, text]
    beads = [Bead(tuple(places[0][i] for i in bead.source), tuple(places[1][j] for j in bead.target)) for bead in gold]
    return made, beads + alone


def varied(text: str, language: str, chance: random.Random) -> str:
    """Return ``text`` as a page may repeat it: with a number, without its beginning, as the second, or the same."""
    how = chance.randrange(4)
    if how == 1:
        return f"{chance.randrange(1, 99):03d} - {text.casefold()}"
    if how == 2:
        words = re.split(r"(?<=[ ，,:：])", text)
        return "".join(words[1:]) if len(words) > 2 else f"{text}…"
    if how == 3:
        return text.rstrip(".。！!？?") + ("（二）" if language == "zh" else " (2)")
    return text


def other_kinds(shared: Path) -> Iterator[tuple[str, str, tuple[str, str], Texts, list[Bead]]]:
    """Yield group, name, languages, both sides and gold beads of documentation and a manual, sentence by sentence.

    Units with as many sentences on both sides are taken to correspond sentence by sentence; others are left out, unless
    one side is a single sentence.
    """
    units = clean(shared)
    found = {f"po {name[3:]}": (some, ("en", "zh")) for name, some in units.items() if name.startswith("po/")}
    found["guide"] = (more(shared)["guide"], ("zh", "en"))
    for name, (some, languages) in found.items():
        parts: list[tuple[Texts, list[Bead]]] = []
        sides: Texts = ([], [])
        gold: list[Bead] = []
        for unit in some:
            left, right = (
                _sentences(text, language) for text, language in zip((unit.source, unit.target), languages, strict=True)
            )
            i, j = len(sides[0]), len(sides[1])
            if left and len(left) == len(right):
                gold += [Bead((i + k,), (j + k,)) for k in range(len(left))]
            elif min(len(left), len(right)) == 1 and max(len(left), len(right)) <= 3:
                gold.append(Bead(tuple(range(i, i + len(left))), tuple(range(j, j + len(right)))))
            else:
                continue
            sides[0].extend(left)
            sides[1].extend(right)
            if len(gold) >= _BEADS:
                parts.append((sides, gold))
                sides, gold = ([], []), []
        if len(gold) > _FEWEST:
            parts.append((sides, gold))
        for number, (texts, beads) in enumerate(parts[:_MOST]):
            yield "guide" if name == "guide" else "po", f"{name} {number}", languages, texts, beads


def _sentences(text: str, language: str) -> list[str]:
    plain = re.sub(r"\s+", " ", text)
    return [plain[first:last].strip() for first, last in split(plain, language)]
