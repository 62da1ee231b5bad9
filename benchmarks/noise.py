"""How well translations are distinguished from noise (`tm.checks.noise`), and the training of its weights.

    python -m benchmarks.noise [SHARED] [--train]

Noise is made of the clean documents: texts of other units, far and near, cut sides, untranslated and foreign ones,
shuffled words, boilerplate; every kind as often. The weights are learned from the documents for tuning. The figures are
of the others, each with a fifth of noise of all kinds in it: AUROC, the share of noise that is found where 1 % of the
translations are lost, and the same by kind; and what ``--filter 0.5`` drops, of these documents and of the same without
noise.
"""

import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import clean, halves, more
from benchmarks.faults import plant
from models.encoder import Encoder
from tm.checks.noise import _weights, features, probabilities
from tm.unit import Unit

__all__ = ["KINDS", "noisy", "run"]

_BOILERPLATE = {
    "zh": ("版权所有。保留所有权利。", "首页 | 关于我们 | 联系方式", "点击此处下载", "更多信息"),
    "en": ("All rights reserved.", "Home | About | Contact", "Click here to download", "Read more", "Skip to content",
           "This page was last edited yesterday."),
}  # fmt: skip


def _far(units: Sequence[Unit], place: int, rng: random.Random) -> Unit:
    return replace(units[place], target=rng.choice(units).target)


def _near(units: Sequence[Unit], place: int, rng: random.Random) -> Unit:
    other = place + rng.choice([-2, -1, 1, 2])
    return replace(units[place], target=units[min(max(other, 0), len(units) - 1)].target)


def _cut(units: Sequence[Unit], place: int, rng: random.Random) -> Unit:
    text = units[place].target
    return replace(units[place], target=text[: int(len(text) * rng.uniform(0.2, 0.55))].rstrip())


def _copied(units: Sequence[Unit], place: int, rng: random.Random) -> Unit:
    return replace(units[place], target=units[place].source)


def _shuffled(units: Sequence[Unit], place: int, rng: random.Random) -> Unit:
    unit = units[place]
    import rjieba

    words = rjieba.cut(unit.target) if unit.target_lang.startswith("zh") else unit.target.split(" ")
    rng.shuffle(words)
    return replace(unit, target=("" if unit.target_lang.startswith("zh") else " ").join(words))


def _boilerplate(units: Sequence[Unit], place: int, rng: random.Random) -> Unit:
    return replace(units[place], target=rng.choice(_BOILERPLATE[units[place].target_lang[:2]]))


KINDS: dict[str, Callable[[Sequence[Unit], int, random.Random], Unit]] = {
    "far": _far, "near": _near, "cut": _cut, "copied": _copied, "shuffled": _shuffled, "boilerplate": _boilerplate,
}  # fmt: skip


def noisy(units: list[Unit], kind: str, seed: int, share: float = 0.1) -> tuple[list[Unit], list[int]]:
    """``units`` with a share of them replaced by noise of a kind, and which; texts without letters are left alone."""
    if kind == "wrong language":
        planted = plant(units, kind, share, seed)
        return list(planted.units), list(planted.faults)
    rng = random.Random(seed)
    places = [n for n, one in enumerate(units) if sum(map(str.isalpha, one.target)) >= 4 and one.source != one.target]
    chosen = sorted(rng.sample(places, max(1, int(share * len(places)))))
    made = list(units)
    for place in chosen:
        made[place] = KINDS[kind](units, place, rng)
    changed = [place for place in chosen if made[place].target != units[place].target]
    return made, changed


def _rows(
    documents: dict[str, list[Unit]], encoder: Encoder, read: Callable[[list[Unit]], list[Any]], seed: int
) -> Any:
    good, bad = [], {kind: [] for kind in (*KINDS, "wrong language")}
    for units in documents.values():
        good += read(units)
        for kind in bad:
            made, places = noisy(units, kind, seed)
            rows = read(made)
            bad[kind] += [rows[place] for place in places]
    return good, bad


def train(documents: dict[str, list[Unit]], encoder: Encoder) -> dict[str, float]:
    """The content of ``noise_weights.json`` learned from correct ``documents``."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    good, bad = _rows(documents, encoder, lambda units: features(units, encoder), 3)
    noise = [row for rows in bad.values() for row in rows]
    vectorizer = DictVectorizer()
    table = vectorizer.fit_transform([*good, *noise])
    model = LogisticRegression(C=0.5, max_iter=3000, fit_intercept=False).fit(table, [1] * len(good) + [0] * len(noise))
    names = zip(vectorizer.feature_names_, (round(float(one), 2) for one in model.coef_[0]), strict=True)
    return {name: weight for name, weight in names if abs(weight) >= 0.02}


def measure(documents: dict[str, list[Unit]], encoder: Encoder, seed: int = 7) -> dict[str, Any]:
    """AUROC, what is found where 1 % of the translations are lost, and what is dropped at 0.5."""
    good: list[float] = []
    bad: dict[str, list[float]] = {kind: [] for kind in (*KINDS, "wrong language")}
    clean_pairs: list[float] = []
    for units in documents.values():
        made, kinds = _mixed(units, seed)
        for likely, kind in zip(probabilities(made, encoder), kinds, strict=True):
            (bad[kind] if kind else good).append(likely)
        clean_pairs += probabilities(units, encoder)
    noise = np.array([one for rows in bad.values() for one in rows])
    kept = np.sort(np.array(good))
    least = kept[int(0.01 * len(kept))]
    above = np.searchsorted(kept, noise, side="right")
    auroc = 1 - above.mean() / len(kept)
    return {
        "translations": len(kept), "noise": len(noise), "AUROC": round(float(auroc), 4),
        "recall at 1 %": round(float((noise < least).mean()), 3), "probability there": round(float(least), 3),
        "by kind": {kind: round(float((np.array(rows) < least).mean()), 3) for kind, rows in bad.items()},
        "dropped at 0.5": {
            "noise": round(float((noise < 0.5).mean()), 3), "translations": round(float((kept < 0.5).mean()), 4),
            "translations without noise": round(float((np.array(clean_pairs) < 0.5).mean()), 4),
        },
    }  # fmt: skip


def _mixed(units: list[Unit], seed: int) -> tuple[list[Unit], list[str]]:
    """``units`` with a fifth of noise of all kinds, and the kind of each, "" for translations."""
    made, kinds = list(units), [""] * len(units)
    for number, kind in enumerate((*KINDS, "wrong language")):
        changed, places = noisy(made, kind, seed + number, 0.2 / (len(KINDS) + 1))
        for place in places:
            if not kinds[place]:
                made[place], kinds[place] = changed[place], kind
    return made, kinds


def _halves(shared: Path) -> tuple[dict[str, list[Unit]], dict[str, list[Unit]]]:
    found = clean(shared) | more(shared)
    tune, report = halves(list(found))
    return {name: found[name] for name in tune if name not in report}, {name: found[name] for name in report}


def run(shared: Path) -> dict[str, Any]:
    """Measure on the documents that were not used for training."""
    from benchmarks.checks import _Remembering
    from models.registry import load

    return measure(_halves(shared)[1], _Remembering(load(None, cache=False)))


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    where = Path(arguments[0] if arguments else "../shared")
    if "--train" in sys.argv:
        from models.registry import load

        path = Path(__file__).parent.parent / "tm" / "checks" / "noise_weights.json"
        weights = train(_halves(where)[0], load(None))
        path.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
        _weights.cache_clear()
    print(json.dumps(run(where), indent=1))
