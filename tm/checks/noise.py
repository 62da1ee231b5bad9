"""How likely it is that a pair is a translation at all: one probability, to filter noisy corpora.

Noise is what bicleaner (Sánchez-Cartagena et al. 2018) counts as such: pairs of other texts, near or far, cut or
untranslated sides, other languages, shuffled words, boilerplate. A pair is described by its length, languages, values,
ends, word order and vectors, and by the vectors of its neighbours; a logistic model weighs them. `benchmarks.noise`
trains it on clean pairs and on noise made of them; the weights are in ``noise_weights.json``.

How much noise a corpus has is not known in advance, and much less than the model was trained on. So the share is
estimated from the corpus itself (Saerens, Latinne and Decaestecker 2002): of pairs with 0.5, half are translations.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import log

import numpy as np

from models.encoder import Encoder
from tm.checks.checked_unit import CheckedFile, CheckedSide, CheckedUnit
from tm.checks.counterparts import unmatched_values
from tm.checks.options import CheckOptions
from tm.checks.registry import checks
from tm.checks.vectors import meanings
from tm.unit import Unit

__all__ = ["features", "probabilities"]

_NEAR = 8  # units to either side whose texts are compared with those of a pair
_END = re.compile(r"[.!?:;。！？：；…][\"”’'）)」』]*\s*\Z")
#: Words that rarely follow each other or end a sentence.
_JOINTS = frozenset("the a an of to in on at by for with from and or is are was were be this that these".split())
_PARTICLES = re.compile("^[的了吗呢吧]|[。，；][的了]|的[的了，。]|[和与或在把被][。，；]|[和与在把]\\Z")
_OPTIONS = CheckOptions()


def probabilities(units: Sequence[Unit], encoder: Encoder) -> list[float]:
    """For each of ``units``, in the order of their file, the probability that it is a translation."""
    weights = _weights()
    rows = (sum(weights.get(name, 0.0) * value for name, value in row.items()) for row in features(units, encoder))
    odds = np.array(list(rows), np.float64)
    noise = _NOISE
    for _ in range(_ROUNDS if len(odds) else 0):
        likely = 1.0 / (1.0 + np.exp(-np.clip(odds + log((1.0 - noise) / noise), -30.0, 30.0)))
        noise = (_NOISE * _KNOWN + float((1.0 - likely).sum())) / (_KNOWN + len(odds))
    return [float(one) for one in likely] if len(odds) else []


#: The share of noise that is expected of a corpus, and of how many pairs the expectation has the weight.
_NOISE, _KNOWN = 0.1, 100
_ROUNDS = 20


@cache
def _weights() -> Mapping[str, float]:
    text = files("tm.checks").joinpath("noise_weights.json").read_text(encoding="utf-8")
    weights: Mapping[str, float] = json.loads(text)
    return weights


def features(units: Sequence[Unit], encoder: Encoder) -> list[dict[str, float]]:
    """What the model reads of each unit: name -> value."""
    if not units:
        return []
    batch = CheckedFile([CheckedUnit(index, unit) for index, unit in enumerate(units)], encoder)
    known = meanings(batch)
    count, best = len(units), np.full(len(units), -1.0)
    for by in range(-_NEAR, _NEAR + 1):
        links = count - abs(by)
        if not by or links <= 0:
            continue
        here, there = slice(max(0, -by), max(0, -by) + links), slice(max(0, by), max(0, by) + links)
        scores = np.einsum("nd,nd->n", known.source[here], known.target[there])
        # An equivalent text nearby says nothing.
        scores[np.einsum("nd,nd->n", known.target[here], known.target[there]) > 0.95] = -1.0
        best[here] = np.maximum(best[here], scores)
        scores = np.where(np.einsum("nd,nd->n", known.source[here], known.source[there]) > 0.95, -1.0, scores)
        best[there] = np.maximum(best[there], scores)
    return [
        _described(pair, float(known.own[pair.index]), float(known.own[pair.index] - best[pair.index]))
        for pair in batch.pairs
    ]


def _described(pair: CheckedUnit, own: float, margin: float) -> dict[str, float]:
    source, target = pair.source, pair.target
    found = {"bias": 1.0}
    if pair.is_half:
        return {**found, "half": 1.0}
    sizes = max(source.size, 1.0), max(target.size, 1.0)
    ratio, shorter = log(sizes[1] / sizes[0]), min(sizes)
    length = "short" if shorter < 15 else "middle" if shorter < 60 else "long"
    for name, value, bounds in (
        ("similarity", own, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
        ("margin", margin, (-0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.3, 0.45)),
        ("ratio", ratio, (-1.0, -0.7, -0.5, -0.35, -0.2, 0.0, 0.2, 0.35, 0.5, 0.7, 1.0)),
    ):
        step = sum(value >= bound for bound in bounds)
        found[f"{name} {step}"] = 1.0
        found[f"{name} {step} {length}"] = 1.0
    found["own"], found["gain"], found["off"] = own, max(-0.5, min(0.5, margin)), min(abs(ratio), 2.0)
    lacking = unmatched_values(source, target)
    values = len(source.mentions) + len(target.mentions)
    found["lacking"] = min(len(lacking[0]) + len(lacking[1]), 6) / 3
    found["lacking share"] = (len(lacking[0]) + len(lacking[1])) / (values + 1)
    for name in ("language", "untranslated", "encoding", "cut-off"):
        check = checks()[name].unit
        for finding in check(pair, _OPTIONS) if check is not None else ():
            found[f"{name} {finding.severity}"] = 1.0
    ends = bool(_END.search(source.text)), bool(_END.search(target.text))
    found[f"ends {ends[0]:d}{ends[1]:d} {length}"] = 1.0
    found["disorder"] = max(_disorder(source), _disorder(target))
    if source.base != target.base and {"zh"} & {source.base, target.base}:
        chinese = source if source.base == "zh" else target
        found[f"han {min(int(4 * chinese.han * 2.75 / max(chinese.size, 1.0)), 4)}"] = 1.0
    return found


def _disorder(side: CheckedSide) -> float:
    """How much of a text stands in an order that no sentence has, from 0 to 1."""
    if side.base == "zh":
        return min(1.0, len(_PARTICLES.findall(side.text)) / 2)
    words = re.findall(r"[A-Za-z]+|[.,;]", side.text.lower())
    pairs = list(pairwise(words))
    joints = sum(one in _JOINTS and (other in _JOINTS or not other.isalpha()) for one, other in pairs)
    expected = sum(pair in _USUAL for pair in pairs)
    last = words[-1] if words else ""
    return min(1.0, (max(0, joints - expected) + 2 * (last in _JOINTS)) / max(3.0, len(words) / 6))


#: Pairs of these words that are usual.
_USUAL = frozenset(
    (one, other)
    for one, others in {
        "of": "the a an this that these", "to": "the a an be this that", "in": "the a an this that these",
        "on": "the a an this that", "at": "the a an this", "by": "the a an this", "for": "the a an this that",
        "with": "the a an this that these", "from": "the a an this that these to", "and": "the a an to in on at by for "
        "with from is are was be this that these", "or": "the a an to in on by for with from is are be this that",
        "is": "the a an to in on at by for with from this that", "are": "the to in on at by for with from this that",
        "was": "the a an to in on at by for with from this that", "were": "the to in on at by for with from",
        "be": "the a an to in on at by for with", "this": "is was and to in on",
        "that": "is are was were the a an this in of to for",
        "these": "are were and to in", "a": "", "the": "",
    }.items()
    for other in others.split()
)  # fmt: skip
