"""Learn the weights of the negation check from clean pairs and the same pairs with one negation dropped.

    python -m benchmarks.negation [SHARED]

writes ``tm/checks/negation_weights.json``. Only the documents for tuning are read (`benchmarks.data.halves`), and of
the one resolution document the first half; scikit-learn fits a logistic model for the negations of each language.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.data import clean, halves, more
from benchmarks.faults import drop_negation
from tm.checks.checked_unit import CheckedUnit
from tm.checks.finding import Span
from tm.checks.negation import Negations
from tm.checks.negation_model import _model, left_over
from tm.unit import Unit

__all__ = ["fit"]

_RARE = 4
_SMALL = 0.05
_TRIES = 3


def fit(units: list[Unit], seed: int = 5) -> dict[str, object]:
    """Return the content of ``negation_weights.json`` learned from correct ``units``."""
    rng = random.Random(seed)
    rows: dict[str, list[Mapping[str, float]]] = {"zh": [], "en": []}
    labels: dict[str, list[int]] = {"zh": [], "en": []}
    for unit in units:
        for language, lacking in (("zh", "en"), ("en", "zh")):
            clean = dict(_left_over(unit, language))
            rows[language] += clean.values()
            labels[language] += [0] * len(clean)
            for _ in range(_TRIES):
                dropped = _dropped(unit, lacking, rng)
                if dropped is not None:
                    lost = [features for span, features in _left_over(dropped, language) if span not in clean]
                    rows[language] += lost[:1]
                    labels[language] += [1] * len(lost[:1])
    return {"weights": {language: _logistic(rows[language], labels[language]) for language in rows}}


def _left_over(unit: Unit, language: str) -> Iterator[tuple[Span, Mapping[str, float]]]:
    pair = CheckedUnit(0, unit)
    sides = sorted(map(Negations, (pair.source, pair.target)), key=lambda side: side.language != language)
    return left_over(*sides)


def _dropped(unit: Unit, language: str, rng: random.Random) -> Unit | None:
    is_source = unit.source_lang.startswith(language)
    text = drop_negation(unit.source if is_source else unit.target, language, rng)
    if text is None:
        return None
    return replace(unit, source=text) if is_source else replace(unit, target=text)


def _logistic(rows: list, labels: list[int]) -> dict[str, float]:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    counts = Counter(name for row in rows for name in row)
    rows = [{name: value for name, value in row.items() if counts[name] >= _RARE} for row in rows]
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=0.3, max_iter=5000).fit(vectorizer.fit_transform(rows), labels)
    names = zip(vectorizer.feature_names_, (round(float(w), 2) for w in model.coef_[0]), strict=True)
    weights = {name: weight for name, weight in names if abs(weight) >= _SMALL}
    return {"bias": round(float(model.intercept_[0]), 2)} | weights


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
