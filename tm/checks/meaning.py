"""Units whose sides do not correspond, detected by sentence vectors: shifted runs, swaps, unrelated texts.

A low similarity alone proves little: code, names and novels have it. A text of another unit that is much more similar
proves a lot, so the margin to the alternatives decides (as in Artetxe and Schwenk 2019 for mining), nearby for a
shift, anywhere in the file for a swap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpora.text.plurals import counted
from models.encoder import Vectors
from tm.checks.checked_unit import Check, CheckedFile, CheckedSide, CheckedUnit, size
from tm.checks.finding import Finding, Severity
from tm.checks.options import CheckOptions
from tm.checks.vectors import SideVectors, meanings, says_something

__all__ = ["CHECKS"]

_NEAR = 5  # units to either side that are searched for a shift
_WHOLE = 6_000  # units up to which every source is compared with every target
_RELIABLE = 12.0  # letters from which a text without a Chinese character is not Chinese
_TWINS = 0.96  # cosine from which two texts of one language are equivalent


@dataclass(frozen=True, slots=True)
class _Rival:
    """The unit whose target is more similar to a source than its own target, and by how much; -1 for none."""

    unit: int
    gain: float


def _best(scores: NDArray[np.float32], own: float, first: int) -> _Rival:
    if not len(scores):
        return _Rival(-1, 0.0)
    place = int(np.argmax(scores))
    return _Rival(first + place, float(scores[place]) - own)


def _rivals(
    vectors: Vectors, others: Vectors, known: SideVectors, sides: Sequence[CheckedSide], reach: int
) -> list[_Rival]:
    """For each unit the best text of the other side within ``reach`` units, without its own text and equivalent ones.

    ``sides`` are the texts of ``others``. Untranslated texts and units in another language are left out: within one
    language, similarities are higher than across languages.
    """
    count = len(sides)
    foreign = np.array([_is_foreign(side) for side in sides])
    names = {name: number for number, name in enumerate(dict.fromkeys(side.base for side in sides))}
    languages = np.array([names[side.base] for side in sides])
    rivals = []
    for first in range(0, count, 512):
        last = min(count, first + 512)
        low, high = max(0, first - reach), min(count, last + reach)
        scores = vectors[first:last] @ others[low:high].T
        twins = others[first:last] @ others[low:high].T > _TWINS
        # A text that is equivalent on this side may have any of the translations.
        twins |= vectors[first:last] @ vectors[low:high].T > _TWINS
        scores[twins] = -1.0
        scores[:, foreign[low:high]] = -1.0
        if len(names) > 1:
            scores[languages[first:last, None] != languages[None, low:high]] = -1.0
        for row in range(last - first):
            unit = first + row
            left, right = max(0, unit - reach - low), min(high - low, unit + reach + 1 - low)
            line = scores[row, left:right]
            line[unit - low - left] = -1.0
            rivals.append(_best(line, float(known.own[unit]), low + left))
    return rivals


def _is_foreign(side: CheckedSide) -> bool:
    """True where the side is written in Chinese characters and should not be, or the reverse."""
    if side.base in ("zh", "ja", "ko"):
        return side.han == 0 and side.size >= _RELIABLE
    return side.han * 3 > len(side.text)


_SHORT = 30.0  # letters


def _is_chance(pair: CheckedUnit, rival: _Rival, rivals: Sequence[_Rival]) -> bool:
    """True where a short text resembles one of another unit that has its own translation.

    The vectors of labels are inexact; where two were really exchanged, or a run moved, the other unit has a rival too.
    """
    if max(pair.source.size, pair.target.size) >= _SHORT or rival.unit < 0:
        return rival.gain <= 0
    return rival.gain <= 0 or rivals[rival.unit].gain < 0.5 * rival.gain


_LABEL = 20.0  # letters


def _are_exchanged(pair: CheckedUnit, rival: _Rival, rivals: Sequence[_Rival]) -> bool:
    return rival.gain > 0 and rivals[rival.unit].unit == pair.index and rivals[rival.unit].gain > 0


def _shifted(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    if len(batch.pairs) < 3:
        return ()
    known = meanings(batch)
    sources, targets = [pair.source for pair in batch.pairs], [pair.target for pair in batch.pairs]
    ahead = _rivals(known.source, known.target, known, targets, _NEAR)
    behind = _rivals(known.target, known.source, known, sources, _NEAR)
    margins = options.similarity_margin * known.strictness
    findings = []
    for pair, mine, theirs in zip(batch.pairs, ahead, behind, strict=True):
        if not says_something(pair, options):
            continue
        margin = float(margins[pair.index])
        if _is_chance(pair, mine, ahead) and _is_chance(pair, theirs, behind):
            continue
        # Of two almost equal candidates, the nearer one shows the shift.
        weights = [rival.gain - 0.01 * abs(rival.unit - pair.index) for rival in (mine, theirs)]
        best = mine if weights[0] >= weights[1] else theirs
        both = mine.gain > 0 and theirs.gain > 0
        if best.gain < (1.3 * margin if both else 2 * margin):
            continue
        # A free translation of a saying or label resembles another one by chance; a run of them does not.
        certain = best.gain >= 5 * margin or min(mine.gain, theirs.gain) >= 2.5 * margin
        severity = Severity.ERROR if certain else Severity.WARNING
        distance = best.unit - pair.index
        what = "target fits this source" if best is mine else "source fits this target"
        which = {1: "the next unit's", -1: "the previous unit's"}.get(distance, f"unit {best.unit}'s")
        findings.append(pair.finding("shifted", severity, f"{which} {what} better (by {best.gain:.2f})"))
    runs = _runs(known)
    inside = {unit for first, last, _ in runs for unit in range(first, last + 1)}
    told = {finding.unit for finding in findings}
    findings = [replace(one, severity=Severity.ERROR) if one.unit in inside else one for one in findings]
    for first, last, by in runs:
        where = f"{counted(abs(by), 'unit')} too {'late' if by > 0 else 'early'}"
        message = f"the targets of units {first} to {last} are {where}"
        findings.append(batch.pairs[first].finding("shifted", Severity.ERROR, message))
        for unit in range(first, last + 1):
            if unit not in told and not batch.pairs[unit].is_half:
                findings.append(batch.pairs[unit].finding("shifted", Severity.ERROR, f"part of a run: {message}"))
    return findings


_RUN, _GAIN, _SUM = 3, 0.12, 1.0  # units; gain that does not end a run; sum of the gains of a run


def _runs(known: SideVectors) -> list[tuple[int, int, int]]:
    """Runs of units whose texts fit better when one side is moved: first unit, last unit, how far targets are late.

    Single texts may resemble a neighbour by chance; a run is the stretch in which the gains add up to most.
    """
    found: list[tuple[int, int, int]] = []
    taken: set[int] = set()
    for by in sorted((by for by in range(-_NEAR, _NEAR + 1) if by), key=abs):
        links = len(known.own) - abs(by)
        if links < _RUN:
            continue
        sources, targets = (slice(max(0, -move), max(0, -move) + links) for move in (by, -by))
        scores = np.einsum("nd,nd->n", known.source[sources], known.target[targets])
        gains = scores - np.maximum(known.own[sources], known.own[targets])
        for start, end in _stretches(gains):
            first = start + max(0, -by) + min(0, by)
            last = end - 1 + max(0, -by) + max(0, by)
            if taken.isdisjoint(range(first, last + 1)):
                taken.update(range(first, last + 1))
                found.append((first, last, by))
    return found


def _stretches(gains: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Where the sum of ``gains``, each less `_GAIN`, grows to a maximum, if it is long and large enough."""
    start, total, best, end = 0, 0.0, 0.0, 0
    for place, gain in enumerate([*map(float, gains), -np.inf]):
        total += gain - _GAIN
        if total > best:
            best, end = total, place + 1
        if total <= 0 or total < best - 2 * _GAIN:
            if end - start >= _RUN and best >= _SUM - _GAIN * (end - start):
                yield start, end
            start, total, best, end = place + 1, 0.0, 0.0, place + 1
    return


def _similarity(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    known = meanings(batch)
    count = len(batch.pairs)
    reach = count if count <= _WHOLE else 200
    sources, targets = [pair.source for pair in batch.pairs], [pair.target for pair in batch.pairs]
    ahead = _rivals(known.source, known.target, known, targets, reach)
    behind = _rivals(known.target, known.source, known, sources, reach)
    margins = options.similarity_margin * known.strictness
    findings = []
    for pair, mine, theirs in zip(batch.pairs, ahead, behind, strict=True):
        if not says_something(pair, options):
            continue
        own, margin = float(known.own[pair.index]), float(margins[pair.index])
        is_chance = _is_chance(pair, mine, ahead) and _is_chance(pair, theirs, behind)
        if not is_chance and max(pair.source.size, pair.target.size) < _LABEL:
            # The vectors of a word or two say little: only labels that fit each other were exchanged.
            is_chance = not (_are_exchanged(pair, mine, ahead) or _are_exchanged(pair, theirs, behind))
        middle, spread = float(known.usual[0][pair.index]), float(known.usual[1][pair.index])
        best = mine if mine.gain >= theirs.gain else theirs
        both = min(mine.gain, theirs.gain)
        low = own < min(middle - 4.0 * spread, 0.5)
        if not is_chance and (best.gain > 3 * margin or both > 1.5 * margin):
            severity = Severity.ERROR if best.gain > 4 * margin or both > 3 * margin else Severity.WARNING
            side = "target" if best is mine else "source"
            message = (
                f"the two sides do not correspond ({own:.2f}), "
                f"the {side} of unit {best.unit} fits better (by {best.gain:.2f})"
            )
            findings.append(pair.finding("similarity", severity, message))
        elif low:
            letters = min(size(pair.source.content), size(pair.target.content))
            certain = own < min(middle - 6.0 * spread, 0.3) and letters >= _LABEL
            severity = Severity.ERROR if certain else Severity.WARNING if letters >= _LABEL else Severity.INFO
            message = f"the two sides do not seem to correspond ({own:.2f}; {middle:.2f} is usual here)"
            findings.append(pair.finding("similarity", severity, message))
    return findings


def _score(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    score = pair.unit.quality
    # Files of beads without scores have 0.
    if not score or score >= options.least_score or pair.is_half:
        return ()
    return [pair.finding("score", Severity.WARNING, f"the aligner gave the pair a low score ({score:.2f})")]


_NEIGHBOUR = "a neighbour's text fits better: units off by one, and runs of them"
_UNRELATED = "the sides differ in meaning, or belong to other units"
CHECKS = (
    Check("shifted", Severity.ERROR, _NEIGHBOUR, batch=_shifted, needs_encoder=True),
    Check("score", Severity.WARNING, "a pair that its aligner gave a low score", unit=_score),
    Check("similarity", Severity.ERROR, _UNRELATED, batch=_similarity, needs_encoder=True),
)
