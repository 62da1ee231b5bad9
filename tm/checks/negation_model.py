"""The learned part of the negation check: how likely it is that a negation without a partner was lost.

The certain negations of both sides are paired by their places in the text. What speaks for one that is left over is its
words, and what the other side has near its place: a certain negation, a word that denies by its meaning, or none. The
weights are in ``negation_weights.json``; `benchmarks.negation` learns them from correct pairs, and from the same pairs
with one negation dropped.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

from tm.checks.finding import Span

__all__ = ["NegationSide", "left_over", "log_odds", "sentences"]


class NegationSide(Protocol):
    """What is read of a side: text, the bounds of its sentences, the spans of certain negations, of signs, of hints."""

    @property
    def text(self) -> str: ...
    @property
    def sentences(self) -> Sequence[float]: ...
    @property
    def certain(self) -> Sequence[Span]: ...
    @property
    def signs(self) -> Sequence[Span]: ...
    @property
    def hints(self) -> Sequence[Span]: ...


_REACH = 1.0  # sentences: how far apart two negations may be and still be each other's translation
_NEAR = 0.75  # sentences: how far away a word may be and still say the same
_BOUNDS = (0.15, 0.3, 0.5, 0.75, 1.5)
_SENTENCE = re.compile(r"[。！？]+|(?<![.!?])[.!?]++(?=\s++[A-Z(\"'`:*])")
_FAR = 9.9


def sentences(text: str) -> Sequence[float]:
    """Where the sentences of a text begin, and where the last one ends."""
    end = max(len(text.rstrip()), 1)
    return [0.0, *(float(match.end()) for match in _SENTENCE.finditer(text) if match.end() < end), float(end)]


def _on_scale(spans: Sequence[Span], ends: Sequence[float], width: float) -> list[float]:
    """The places of ``spans``, counted in parts of the text of ``width`` each; ``ends`` is where the parts end."""
    found = []
    for start, end in spans:
        middle = (start + end) / 2
        which = max(0, min(bisect_left(ends, middle) - 1, len(ends) - 2))
        found.append(width * (which + (middle - ends[which]) / max(ends[which + 1] - ends[which], 1.0)))
    return found


def left_over(side: NegationSide, other: NegationSide) -> Iterator[tuple[Span, dict[str, float]]]:
    """The certain negations of ``side`` without a partner on the other, each with the features of its place."""
    ends = [list(one.sentences) for one in (side, other)]
    if len(ends[0]) == len(ends[1]) == 2 and len(side.certain) <= len(other.certain):
        return  # within one sentence, all have a partner
    width = 1.0
    if len(ends[0]) != len(ends[1]):  # which sentences correspond is unknown
        width = float(max(map(len, ends)) - 1)
        ends = [[one[0], one[-1]] for one in ends]
    mine = _on_scale(side.certain, ends[0], width)
    theirs = _on_scale(other.certain, ends[1], width)
    paired = _paired(mine, theirs)
    if len(paired) == len(mine):
        return
    signs, hints = (_on_scale(spans, ends[1], width) for spans in (other.signs, other.hints))
    shared = _of_pair(side, other)
    shared[f"sentences {min(len(ends[0]) - 1, 3)} {min(width, 3.0):g}"] = 1.0
    for index, place in enumerate(mine):
        if index in paired:
            continue
        span = side.certain[index]
        features = {f"word {side.text[slice(*span)].lower()}": 1.0}
        features[f"after {side.text[span[0] : span[1] + 1].lower()}"] = 1.0
        for name, places in (("certain", theirs), ("sign", signs), ("hint", hints)):
            features[f"{name} {_bucket(_nearest(place, places))}"] = 1.0
        for spans, places in ((other.signs, signs), (other.hints, hints)):
            first, last = bisect_left(places, place - _NEAR), bisect_left(places, place + _NEAR)
            for near in spans[first : min(last, first + 20)]:
                features[f"near {other.text[slice(*near)].lower()}"] = 1.0
        features.update(shared)
        yield span, features


def _of_pair(side: NegationSide, other: NegationSide) -> dict[str, float]:
    """The features that all negations of a pair share: which words deny on either side, and how many there are."""
    mine, theirs = len(side.certain), len(other.certain)
    found = {f"more {max(-2, min(mine - theirs, 2))}": 1.0}
    found |= {f"none there {min(mine, 2)}": 1.0} if not theirs else {}
    for name, one in (("mine", side), ("there", other)):
        for span in (*one.signs, *one.hints):
            word = f"{name} {one.text[slice(*span)].lower()}"
            found[word] = min(found.get(word, 0.0) + 1.0, 2.0)
    signs = len(other.signs) - len(side.signs)
    found[f"signs {max(-2, min(signs, 2))}"] = 1.0
    return found


def _paired(mine: Sequence[float], theirs: Sequence[float]) -> set[int]:
    paired, here, there = set(), 0, 0
    while here < len(mine) and there < len(theirs):
        if abs(mine[here] - theirs[there]) <= _REACH:
            paired.add(here)
            here, there = here + 1, there + 1
        elif mine[here] < theirs[there]:
            here += 1
        else:
            there += 1
    return paired


def _nearest(place: float, places: Sequence[float]) -> float:
    where = bisect_left(places, place)
    return min((abs(place - one) for one in places[max(0, where - 1) : where + 1]), default=_FAR)


def _bucket(distance: float) -> str:
    return next((f"within {bound}" for bound in _BOUNDS if distance <= bound), "far")


@cache
def _model() -> Mapping[str, Mapping[str, float]]:
    data = json.loads(files("tm.checks").joinpath("negation_weights.json").read_text(encoding="utf-8"))
    weights: Mapping[str, Mapping[str, float]] = data["weights"]
    return weights


def log_odds(language: str, features: Mapping[str, float]) -> float:
    """How likely it is that a negation of the side in ``language`` ("zh" or "en") was lost, as log-odds."""
    weights = _model()[language]
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
