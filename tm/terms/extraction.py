"""Extract a bilingual glossary from units: candidates of both sides, paired by co-occurrence and meaning.

Two candidates for one concept occur in the same units. The score of a pair combines how unlikely their co-occurrence is
(the log-likelihood ratio, Dunning 1993), their overlap (Dice), the similarity of their vectors, and how term-like each
is by itself; the parts are kept so that a person can see why a pair has its rank. Pairs are then taken best first, each
candidate once (competitive linking, Melamed 2000), so that 列表 is not paired with everything that occurs near a list.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corpora.arguments import checked_class
from corpora.text.languages import base
from models.encoder import Encoder
from tm.terms.candidates import CandidateOptions, TermCandidates, find
from tm.unit import Unit, reversed_unit

__all__ = ["ExtractOptions", "TermPair", "extract_terms", "main_language_pair"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@checked_class
@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """How to extract.

    ``candidates``: what counts as a candidate. ``least``: fewest units in which both sides of a pair must occur.
    ``evidence``: the smallest log-likelihood ratio (10.83 is one chance in a thousand). ``dice``: the smallest
    Dice coefficient. ``limit``: most pairs returned. ``known``: pairs (source, target), in lower case, to leave
    out. ``examples``: examples per pair. ``per_unit``: the number of candidates used per side of a long unit.
    ``rival``: a candidate that is already in a better pair is used again where the score is at least this share of
    the better score, then multiplied by ``second``.
    """

    candidates: CandidateOptions = field(default_factory=CandidateOptions)
    least: int = 3
    evidence: float = 10.83
    dice: float = 0.1
    limit: int = 500
    known: frozenset[tuple[str, str]] = frozenset()
    examples: int = 3
    per_unit: int = 36
    rival: float = 0.75
    second: float = 0.75


@dataclass(frozen=True, slots=True)
class TermPair:
    """A proposed entry: both terms, their other forms, the score (0 to 1) with its parts, and where they co-occur.

    ``count`` is the number of units with both sides; ``examples`` are positions in the given units.
    """

    source: str
    target: str
    score: float
    count: int
    association: float
    dice: float
    similarity: float
    termhood: float
    source_forms: tuple[str, ...] = ()
    target_forms: tuple[str, ...] = ()
    examples: tuple[int, ...] = ()


def main_language_pair(units: Sequence[Unit]) -> tuple[list[Unit], int]:
    """The units of the most frequent language pair, all in its direction, and the number of the others."""
    languages = [(base(unit.source_lang), base(unit.target_lang)) for unit in units]
    (source, target), _ = Counter(languages).most_common(1)[0]
    both = zip(units, languages, strict=True)
    chosen = [
        unit if pair == (source, target) else reversed_unit(unit)
        for unit, pair in both
        if pair in {(source, target), (target, source)}
    ]
    return chosen, len(units) - len(chosen)


def extract_terms(
    units: Sequence[Unit],
    *,
    encoder: Encoder | None = None,
    options: ExtractOptions | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[TermPair]:
    """Return the term pairs of ``units`` (of one language pair), best first.

    Without an encoder, vectors are not part of the score. ``progress`` receives the name of each step.
    """
    options = options or ExtractOptions()
    report = progress or (lambda _: None)
    if not units:
        return []
    report("finding source candidates")
    source = find([unit.source for unit in units], units[0].source_lang, options.candidates)
    report("finding target candidates")
    target = find([unit.target for unit in units], units[0].target_lang, options.candidates)
    report("pairing candidates")
    left, right, together = _cooccurrences(source, target, len(units), options)
    pairs = _score(source, target, left, right, together, len(units), encoder, options)
    report("choosing pairs")
    return _link(source, target, pairs, options)


def _cooccurrences(
    source: TermCandidates, target: TermCandidates, size: int, options: ExtractOptions
) -> tuple[Ints, Ints, Ints]:
    """Pairs of candidates that co-occur in at least ``least`` units: source ids, target ids, numbers of units."""
    source_at = np.searchsorted(source.units, np.arange(size + 1))
    target_at = np.searchsorted(target.units, np.arange(size + 1))
    width = len(target.items) or 1
    keys, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    batch: list[Ints] = []
    waiting = 0
    for unit in range(size):
        # Candidates are numbered best first, so the better ones of a long unit are kept.
        here = source.ids[source_at[unit] : source_at[unit + 1]][: options.per_unit]
        there = target.ids[target_at[unit] : target_at[unit + 1]][: options.per_unit]
        if not len(here) or not len(there):
            continue
        batch.append((here[:, None] * width + there).ravel())
        waiting += len(batch[-1])
        if waiting > 5_000_000:
            keys, counts = _merge(keys, counts, np.concatenate(batch))
            batch, waiting = [], 0
    if batch:
        keys, counts = _merge(keys, counts, np.concatenate(batch))
    keep = counts >= options.least
    keys, counts = keys[keep], counts[keep]
    return keys // width, keys % width, counts


def _merge(keys: Ints, counts: Ints, new: Ints) -> tuple[Ints, Ints]:
    fresh, numbers = np.unique(new, return_counts=True)
    merged, inverse = np.unique(np.concatenate([keys, fresh]), return_inverse=True)
    return merged, np.bincount(inverse, weights=np.concatenate([counts, numbers])).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Scored:
    left: Ints
    right: Ints
    together: Ints
    score: Floats
    evidence: Floats
    dice: Floats
    similarity: Floats
    termhood: Floats


def _score(
    source: TermCandidates,
    target: TermCandidates,
    left: Ints,
    right: Ints,
    together: Ints,
    size: int,
    encoder: Encoder | None,
    options: ExtractOptions,
) -> _Scored:
    in_source = np.bincount(source.ids, minlength=len(source.items))[left]
    in_target = np.bincount(target.ids, minlength=len(target.items))[right]
    evidence = _log_likelihood(together, in_source, in_target, size)
    dice = 2 * together / (in_source + in_target)
    keep = (evidence >= options.evidence) & (dice >= options.dice)
    left, right, together, evidence, dice = left[keep], right[keep], together[keep], evidence[keep], dice[keep]
    similarity = _similarity(source, target, left, right, encoder)
    termhood = np.sqrt(_termhood(source)[left] * _termhood(target)[right])
    # Strong evidence shows that the pair is not accidental, not that it is a better term, so it saturates.
    certainty = 1 - np.exp(-evidence / 40)
    overlap = dice if encoder is None else 0.6 * dice + 0.4 * similarity
    # One word corresponds to about one word; a pair of very different lengths is a term and a part of a sentence.
    lengths = [np.array([item.length for item in side.items]) + 0.5 for side in (source, target)]
    balance = np.exp(-0.3 * np.abs(np.log(lengths[0][left] / lengths[1][right])))
    score = certainty * overlap * (0.4 + 0.6 * termhood) * balance
    return _Scored(left, right, together, score, evidence, dice, similarity, termhood)


def _log_likelihood(together: Ints, in_source: Ints, in_target: Ints, size: int) -> Floats:
    """Dunning's G² of a two by two table; 0 where the two co-occur less often than by chance."""
    table = np.stack([together, in_source - together, in_target - together, size - in_source - in_target + together])
    table = np.maximum(table, 0).astype(np.float64)
    rows = np.stack([in_source, in_source, size - in_source, size - in_source])
    columns = np.stack([in_target, size - in_target, in_target, size - in_target])
    expected = rows * columns / size
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(table > 0, table * np.log(table / np.maximum(expected, 1e-12)), 0.0)
    return np.where(table[0] > expected[0], 2 * terms.sum(axis=0), 0.0)


def _termhood(side: TermCandidates) -> Floats:
    """How term-like each candidate is by itself, 0 to 1: noun-like, cohesive, independent."""
    return np.array(
        [
            item.noun * item.independence * (0.7 if item.length == 1 else min(1.0, 0.5 + item.cohesion / 10))
            for item in side.items
        ]
    )


def _similarity(
    source: TermCandidates, target: TermCandidates, left: Ints, right: Ints, encoder: Encoder | None
) -> Floats:
    """Cosines of the candidates' vectors, at least 0; zeros without an encoder."""
    if encoder is None or not len(left):
        return np.zeros(len(left))
    sides = []
    for items, ids in ((source.items, left), (target.items, right)):
        used, inverse = np.unique(ids, return_inverse=True)
        sides.append((encoder.encode([items[index].text for index in used]), inverse))
    (a, at), (b, bt) = sides
    return np.concatenate(
        [
            np.maximum(np.einsum("ij,ij->i", a[at[i : i + 50_000]], b[bt[i : i + 50_000]]), 0)
            for i in range(0, len(at), 50_000)
        ]
    ).astype(np.float64)


def _link(source: TermCandidates, target: TermCandidates, pairs: _Scored, options: ExtractOptions) -> list[TermPair]:
    """Take pairs best first; a candidate is used again only in a pair that is nearly as good, with a lower score."""
    best_source: dict[int, float] = {}
    best_target: dict[int, float] = {}
    found: list[tuple[float, int]] = []
    for index in np.argsort(-pairs.score, kind="stable").tolist():
        left, right = int(pairs.left[index]), int(pairs.right[index])
        score = float(pairs.score[index])
        rival = max(best_source.get(left, 0.0), best_target.get(right, 0.0))
        if score < options.rival * rival:
            continue
        found.append((score * (options.second if rival else 1.0), index))
        best_source.setdefault(left, score)
        best_target.setdefault(right, score)
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    chosen: list[TermPair] = []
    for score, index in found:
        left, right = int(pairs.left[index]), int(pairs.right[index])
        one, other = source.items[left], target.items[right]
        if one.text.lower() == other.text.lower() or (one.text.lower(), other.text.lower()) in options.known:
            continue
        where = np.intersect1d(source.units[source.ids == left], target.units[target.ids == right])
        chosen.append(
            TermPair(
                one.text,
                other.text,
                round(score, 4),
                int(pairs.together[index]),
                round(math.sqrt(float(pairs.evidence[index])), 2),
                round(float(pairs.dice[index]), 3),
                round(float(pairs.similarity[index]), 3),
                round(float(pairs.termhood[index]), 3),
                one.forms[1:],
                other.forms[1:],
                tuple(where[: options.examples].tolist()),
            )
        )
        if len(chosen) == options.limit:
            break
    return chosen
