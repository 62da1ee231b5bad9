"""Checks that compare meanings through sentence vectors: shifted units, strangers, omissions and additions.

A low similarity proves little by itself: code, names and novels have it. That another unit's text fits a good deal
better proves much, so the margin against the alternatives decides (Artetxe and Schwenk 2019 argue so for mining), near
by for a shift, anywhere in the file for a swap. For omissions inside a unit every piece of the longer side is left
out in turn: where the rest then fits better in meaning and in length, nothing on the other side covered the piece.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from corpora.sentences import split
from models.encoder import Vectors
from tm.checks.finding import Finding, Severity, Span
from tm.checks.length import Lengths, measure
from tm.checks.options import CheckOptions
from tm.checks.pair import Batch, Check, Pair, Side, size

__all__ = ["CHECKS"]

_NEAR = 5  # units to either side among which a shift is looked for
_WHOLE = 6_000  # units up to which every source is compared with every target
_TWINS = 0.96  # cosine from which two texts of one language say the same


@dataclass(frozen=True)
class _Meanings:
    """Vectors of both sides of a file, and the similarities that are asked of them."""

    source: Vectors
    target: Vectors

    @cached_property
    def own(self) -> NDArray[np.float32]:
        """The similarity of each unit's two sides, ``[n]``."""
        own: NDArray[np.float32] = np.einsum("nd,nd->n", self.source, self.target)
        return own

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Median and robust standard deviation of `own`."""
        middle = float(np.median(self.own))
        return middle, max(0.04, 1.4826 * float(np.median(np.abs(self.own - middle))))


_known: WeakKeyDictionary[Batch, _Meanings] = WeakKeyDictionary()


def _meanings(batch: Batch) -> _Meanings:
    """The vectors of a file, made once for all checks that ask."""
    if batch not in _known:
        assert batch.encoder is not None
        texts = [pair.source.text for pair in batch.pairs] + [pair.target.text for pair in batch.pairs]
        distinct = list(dict.fromkeys(texts))
        rows = {text: row for row, text in enumerate(distinct)}
        vectors = batch.encoder.encode(distinct)
        all_vectors = vectors[[rows[text] for text in texts]]
        count = len(batch.pairs)
        _known[batch] = _Meanings(all_vectors[:count], all_vectors[count:])
    return _known[batch]


@dataclass(frozen=True, slots=True)
class _Rival:
    """The unit whose target fits a source better than its own does, and by how much; -1 where there is none."""

    unit: int
    gain: float


def _best(scores: NDArray[np.float32], own: float, first: int) -> _Rival:
    if not len(scores):
        return _Rival(-1, 0.0)
    place = int(np.argmax(scores))
    return _Rival(first + place, float(scores[place]) - own)


def _rivals(vectors: Vectors, others: Vectors, meanings: _Meanings, pairs: Sequence[Pair], reach: int) -> list[_Rival]:
    """For each unit the best text of the other side within ``reach`` units, its own and its twins left out."""
    count = len(pairs)
    rivals = []
    for first in range(0, count, 512):
        last = min(count, first + 512)
        low, high = max(0, first - reach), min(count, last + reach)
        scores = vectors[first:last] @ others[low:high].T
        twins = others[first:last] @ others[low:high].T > _TWINS
        # What says the same on this side may have any of its twins' translations.
        twins |= vectors[first:last] @ vectors[low:high].T > _TWINS
        scores[twins] = -1.0
        for row in range(last - first):
            unit = first + row
            left, right = max(0, unit - reach - low), min(high - low, unit + reach + 1 - low)
            line = scores[row, left:right]
            line[unit - low - left] = -1.0
            rivals.append(_best(line, float(meanings.own[unit]), low + left))
    return rivals


def _shifted(batch: Batch, options: CheckOptions) -> Sequence[Finding]:
    if len(batch.pairs) < 3:
        return ()
    meanings = _meanings(batch)
    ahead = _rivals(meanings.source, meanings.target, meanings, batch.pairs, _NEAR)
    behind = _rivals(meanings.target, meanings.source, meanings, batch.pairs, _NEAR)
    margin = options.similarity_margin
    findings = []
    suspects: dict[int, int] = {}
    for pair, mine, theirs in zip(batch.pairs, ahead, behind, strict=True):
        if not _says_something(pair, options):
            continue
        # Of two that fit about as well the nearer one tells where the shift comes from.
        weights = [rival.gain - 0.01 * abs(rival.unit - pair.index) for rival in (mine, theirs)]
        best = mine if weights[0] >= weights[1] else theirs
        both = mine.gain > 0 and theirs.gain > 0
        if best.gain < (margin if both else 1.5 * margin):
            continue
        certain = best.gain >= 2.5 * margin or (both and best.gain >= 2 * margin)
        severity = Severity.ERROR if certain else Severity.WARNING
        distance = best.unit - pair.index
        suspects[pair.index] = distance if best is mine else -distance
        what = "target fits this source" if best is mine else "source fits this target"
        which = {1: "the next unit's", -1: "the previous unit's"}.get(distance, f"unit {best.unit}'s")
        findings.append(pair.finding("shifted", severity, f"{which} {what} better (by {best.gain:.2f})"))
    return [*findings, *_runs(suspects, batch.pairs)]


def _runs(suspects: dict[int, int], pairs: Sequence[Pair]) -> list[Finding]:
    """One finding more at the head of every run of units that are off by the same distance."""
    findings = []
    units = sorted(suspects)
    start = 0
    for place in range(1, len(units) + 1):
        goes_on = (
            place < len(units)
            and units[place] - units[place - 1] <= 2
            and suspects[units[place]] == suspects[units[place - 1]]
        )
        if goes_on:
            continue
        if place - start >= 3:
            first, last = units[start], units[place - 1]
            by = suspects[first]
            where = f"{abs(by)} unit{'s' * (abs(by) > 1)} too {'late' if by > 0 else 'early'}"
            message = f"the targets of units {first} to {last} stand {where}"
            findings.append(pairs[first].finding("shifted", Severity.ERROR, message))
        start = place
    return findings


def _says_something(pair: Pair, options: CheckOptions) -> bool:
    return not pair.is_half and min(size(pair.source.content), size(pair.target.content)) >= options.minimum


def _similarity(batch: Batch, options: CheckOptions) -> Sequence[Finding]:
    meanings = _meanings(batch)
    middle, spread = meanings.centre
    count = len(batch.pairs)
    reach = count if count <= _WHOLE else 200
    ahead = _rivals(meanings.source, meanings.target, meanings, batch.pairs, reach)
    behind = _rivals(meanings.target, meanings.source, meanings, batch.pairs, reach)
    margin = options.similarity_margin
    # In a file where good pairs look alike already, a better stranger is found by chance.
    margin *= max(1.0, (0.75 - middle) / 0.15) if middle < 0.75 else 1.0
    findings = []
    for pair, mine, theirs in zip(batch.pairs, ahead, behind, strict=True):
        if not _says_something(pair, options):
            continue
        own = float(meanings.own[pair.index])
        best = mine if mine.gain >= theirs.gain else theirs
        both = min(mine.gain, theirs.gain)
        low = own < min(middle - 4.0 * spread, 0.5)
        if best.gain > 3 * margin or both > 1.5 * margin:
            severity = Severity.ERROR if best.gain > 4 * margin or both > 3 * margin else Severity.WARNING
            side = "target" if best is mine else "source"
            message = (
                f"the two sides fit badly ({own:.2f}), the {side} of unit {best.unit} fits better (by {best.gain:.2f})"
            )
            findings.append(pair.finding("similarity", severity, message))
        elif low:
            certain = own < min(middle - 6.0 * spread, 0.3) and size(pair.source.content) >= 20
            severity = Severity.ERROR if certain else Severity.WARNING
            message = f"the two sides hardly resemble each other ({own:.2f}; {middle:.2f} is usual here)"
            findings.append(pair.finding("similarity", severity, message))
    return findings


_PIECE = 14.0  # letters: what is shorter cannot be missed for certain
_PAUSE = "，,；;：:、"


def _pieces(side: Side) -> list[Span]:
    """The sentences of a side; the clauses where there is one sentence only, short ones joined to the next."""
    text = side.text
    spans = split(text, side.language)
    if len(spans) > 1:
        return spans
    pieces: list[Span] = []
    start = 0
    for place, sign in enumerate(text):
        is_end = sign in _PAUSE and (not sign.isascii() or text[place + 1 : place + 2].isspace())
        if is_end and size(text[start : place + 1]) >= _PIECE:
            pieces.append((start, place + 1))
            start = place + 1
    rest = text[start:].strip()
    if rest:
        if pieces and size(rest) < _PIECE:
            pieces[-1] = (pieces[-1][0], len(text))
        else:
            pieces.append((start, len(text)))
    return pieces


@dataclass(frozen=True, slots=True)
class _Trial:
    """A unit whose one side was shortened by ``span``, to see whether the rest fits the other side better."""

    pair: Pair
    of_source: bool
    span: Span
    rest: str
    deviation: float


def _trials(batch: Batch, lengths: Lengths, of_source: bool, options: CheckOptions) -> list[_Trial]:
    trials = []
    for pair in batch.pairs:
        side = pair.source if of_source else pair.target
        if not _says_something(pair, options) or side.size < 2 * _PIECE:
            continue
        deviation = lengths.deviation(pair)
        # Only a side that is long for the other can hold something that the other lacks.
        if (deviation > -_LONG) if of_source else (deviation < _LONG):
            continue
        spans = _pieces(side)
        if len(spans) < 2 or len(spans) > 24:
            continue
        tails = [(spans[place][0], spans[-1][1]) for place in range(1, len(spans))]
        for start, end in dict.fromkeys([*spans, *tails]):
            rest = (side.text[:start] + side.text[end:]).strip()
            if rest and size(side.text[start:end]) >= _PIECE:
                trials.append(_Trial(pair, of_source, (start, end), rest, deviation))
    return trials


_LONG = 0.8  # standard deviations of length from which a side is looked into
_GAIN = 0.015  # cosine: what leaving a piece out must win at least
_CERTAIN = 0.05


def _coverage(batch: Batch, options: CheckOptions, of_source: bool) -> Sequence[Finding]:
    assert batch.encoder is not None
    lengths = measure(batch.pairs)
    trials = _trials(batch, lengths, of_source, options)
    if not trials:
        return ()
    meanings = _meanings(batch)
    vectors = batch.encoder.encode([trial.rest for trial in trials])
    best: dict[int, tuple[float, _Trial]] = {}
    for trial, vector in zip(trials, vectors, strict=True):
        index = trial.pair.index
        other = meanings.target[index] if of_source else meanings.source[index]
        gain = float(vector @ other) - float(meanings.own[index])
        if index not in best or gain > best[index][0]:
            best[index] = (gain, trial)
    name = "omission" if of_source else "addition"
    findings = []
    for gain, trial in best.values():
        weight = gain + 0.02 * (abs(trial.deviation) - _LONG)
        if gain < _GAIN or weight < 2 * _GAIN:
            continue
        certain = gain >= _CERTAIN and abs(trial.deviation) >= 2.0
        severity = Severity.ERROR if certain else Severity.WARNING
        piece = (trial.pair.source if of_source else trial.pair.target).text[slice(*trial.span)].strip()
        short = piece if len(piece) <= 40 else piece[:39] + "…"
        where = "target" if of_source else "source"
        spans = (trial.span, None) if of_source else (None, trial.span)
        message = f"nothing in the {where} seems to answer to {short!r}"
        findings.append(trial.pair.finding(name, severity, message, *spans))
    return findings


def _omission(batch: Batch, options: CheckOptions) -> Sequence[Finding]:
    return _coverage(batch, options, True)


def _addition(batch: Batch, options: CheckOptions) -> Sequence[Finding]:
    return _coverage(batch, options, False)


CHECKS = (
    Check(
        "shifted",
        Severity.ERROR,
        "a neighbour's text fits better: units off by one, and runs of them",
        None,
        _shifted,
        True,
    ),
    Check(
        "similarity", Severity.ERROR, "the sides differ in meaning, or belong to other units", None, _similarity, True
    ),
    Check("omission", Severity.ERROR, "a part of the source that nothing in the target covers", None, _omission, True),
    Check("addition", Severity.ERROR, "a part of the target that nothing in the source covers", None, _addition, True),
)
