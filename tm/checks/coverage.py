"""Omissions and additions inside a unit: a part of one side that nothing on the other side covers.

Each part of the longer side (a sentence, or a clause where there is only one sentence) is left out in turn. Where the
rest is more similar to the other side, the part is not covered; it is more likely an omission where the side is also
too long and has more sentences. A logistic model fitted to planted omissions weights the three features.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from corpora.text.sentences import split
from tm.checks.checked_unit import Check, CheckedFile, CheckedUnit, size
from tm.checks.finding import Finding, Severity, Span
from tm.checks.length import LengthRatios, measure
from tm.checks.options import CheckOptions
from tm.checks.vectors import meanings, says_something

__all__ = ["CHECKS"]

_PIECE = 14.0  # letters: shorter parts are not judged
_PAUSE = "，,；;：:、"


def _clauses(text: str) -> list[Span]:
    """The clauses of a sentence, short ones joined to the next."""
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
    """A unit with ``span`` left out of one side, to see whether the rest is more similar to the other side.

    ``excess`` is how many standard deviations this side is too long, ``more`` how many sentences more it has.
    """

    pair: CheckedUnit
    span: Span
    rest: str
    excess: float
    more: int


_LONG = 0.8  # standard deviations of length from which a side is examined
_MANY = 24  # parts; a unit with more is a document
_WEIGHTS = (50.0, 0.9, 2.5, -3.5)  # of the gain in cosine, of the excess length, of additional sentences; the constant
_LIKELY = -0.3
_CERTAIN = 2.5


def _trials(batch: CheckedFile, lengths: LengthRatios, of_source: bool, options: CheckOptions) -> list[_Trial]:
    trials = []
    for pair in batch.pairs:
        side, other = (pair.source, pair.target) if of_source else (pair.target, pair.source)
        if side.size < 2 * _PIECE or not says_something(pair, options):
            continue
        deviation = lengths.deviation(pair)
        excess = -deviation if of_source else deviation
        if excess < -1:
            continue
        sentences = split(side.text, side.language)
        more = len(sentences) - len(split(other.text, other.language)) if len(sentences) > 1 else 0
        # Only a side that is long in comparison, or has more sentences, can contain something that the other lacks.
        if excess < _LONG and more < 1:
            continue
        spans = sentences if len(sentences) > 1 else _clauses(side.text)
        if not 2 <= len(spans) <= _MANY:
            continue
        tails = [(spans[place][0], spans[-1][1]) for place in range(1, len(spans))]
        for start, end in dict.fromkeys([*spans, *tails]):
            rest = (side.text[:start] + side.text[end:]).strip()
            if rest and size(side.text[start:end]) >= _PIECE:
                trials.append(_Trial(pair, (start, end), rest, excess, more))
    return trials


def _coverage(batch: CheckedFile, options: CheckOptions, of_source: bool) -> Sequence[Finding]:
    assert batch.encoder is not None
    trials = _trials(batch, measure(batch.pairs), of_source, options)
    if not trials:
        return ()
    known = meanings(batch)
    vectors = batch.encoder.encode([trial.rest for trial in trials])
    best: dict[int, tuple[float, _Trial]] = {}
    for trial, vector in zip(trials, vectors, strict=True):
        index = trial.pair.index
        other = known.target[index] if of_source else known.source[index]
        gain = float(vector @ other) - float(known.own[index])
        if index not in best or gain > best[index][0]:
            best[index] = (gain, trial)
    # Where correct pairs have low similarities, a gain is more often chance.
    doubts = 3.0 * (known.strictness - 1.0)
    name, where = ("omission", "target") if of_source else ("addition", "source")
    findings = []
    for gain, trial in best.values():
        score = _score(gain, trial) - float(doubts[trial.pair.index])
        if gain <= 0 or score < _LIKELY:
            continue
        severity = Severity.ERROR if score >= _CERTAIN else Severity.WARNING
        piece = (trial.pair.source if of_source else trial.pair.target).text[slice(*trial.span)].strip()
        short = piece if len(piece) <= 40 else piece[:39] + "…"
        spans = (trial.span, None) if of_source else (None, trial.span)
        message = f"{short!r} does not seem to be in the {where}"
        findings.append(trial.pair.finding(name, severity, message, *spans))
    return findings


def _score(gain: float, trial: _Trial) -> float:
    of_gain, of_excess, of_more, constant = _WEIGHTS
    capped = min(gain, 0.15), min(max(trial.excess, -2.0), 4.0), min(max(trial.more, -1), 1)
    return of_gain * capped[0] + of_excess * capped[1] + of_more * capped[2] + constant


def _omission(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    return _coverage(batch, options, True)


def _addition(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    return _coverage(batch, options, False)


_OMITTED = "a part of the source that nothing in the target covers"
_ADDED = "a part of the target that nothing in the source covers"
CHECKS = (
    Check("omission", Severity.ERROR, _OMITTED, batch=_omission, needs_encoder=True),
    Check("addition", Severity.ERROR, _ADDED, batch=_addition, needs_encoder=True),
)
