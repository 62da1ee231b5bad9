"""Learn the weights of the negation check from clean pairs and the same pairs with one negation dropped.

    python -m benchmarks.negation [SHARED]

writes ``tm/checks/negation_weights.json``. Only the documents for tuning are read (`benchmarks.data.halves`), and of
the one resolution document the first half; scikit-learn fits the two logistic models.
"""

import json
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from benchmarks.data import clean, halves, more
from benchmarks.faults import drop_negation
from tm.checks.checked_unit import CheckedSide, CheckedUnit
from tm.checks.negation_model import _model, cues
from tm.unit import Unit

__all__ = ["fit"]

_RARE = 4
_SMALL = 0.05
_THRESHOLD = 0.2


def fit(units: list[Unit], seed: int = 5) -> dict[str, object]:
    """Return the content of ``negation_weights.json`` learned from correct ``units``."""
    rng = random.Random(seed)
    pairs = [_sides(unit) for unit in units]
    counts = Counter(cue for chinese, english in pairs for cue in cues(chinese, english))
    known = frozenset(cue for cue, count in counts.items() if count >= _RARE)
    weights, bias = {}, {}
    for language in ("en", "zh"):
        rows, labels = [], []
        for unit, (chinese, english) in zip(units, pairs, strict=True):
            rows.append(cues(chinese, english, known))
            labels.append(0)
            dropped = _dropped(unit, language, rng)
            if dropped is not None:
                rows.append(cues(*_sides(dropped), known))
                labels.append(1)
        weights[language], bias[language] = _logistic(rows, labels)
    kept = sorted(known)
    return {"threshold": _THRESHOLD, "bias": bias, "cues": kept, "weights": weights}


def _sides(unit: Unit) -> tuple[CheckedSide, CheckedSide]:
    pair = CheckedUnit(0, unit)
    return (pair.source, pair.target) if pair.source.base == "zh" else (pair.target, pair.source)


def _dropped(unit: Unit, language: str, rng: random.Random) -> Unit | None:
    is_source = unit.source_lang.startswith(language)
    text = drop_negation(unit.source if is_source else unit.target, language, rng)
    if text is None:
        return None
    return replace(unit, source=text) if is_source else replace(unit, target=text)


def _logistic(rows: list, labels: list[int]) -> tuple[dict[str, float], float]:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = DictVectorizer()
    model = LogisticRegression(C=0.5, max_iter=5000).fit(vectorizer.fit_transform(rows), labels)
    weights = dict(zip(vectorizer.feature_names_, (round(float(w), 3) for w in model.coef_[0]), strict=True))
    return {cue: weight for cue, weight in weights.items() if abs(weight) >= _SMALL}, round(
        float(model.intercept_[0]), 3
    )


if __name__ == "__main__":
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    documents = clean(shared) | more(shared)
    tune, report = halves(list(documents))
    # A document that is alone of its kind is read to its middle, and reported on from there.
    training = [
        unit for name in tune for unit in documents[name][: len(documents[name]) // (2 if name in report else 1)]
    ]
    path = Path(__file__).parent.parent / "tm" / "checks" / "negation_weights.json"
    path.write_text(json.dumps(fit(training), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _model.cache_clear()
    print(f"{path}: learned from {len(training)} units")
