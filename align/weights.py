"""The trained weights of the features of `align.scoring`: a data file, written by ``benchmarks/train_alignment.py``.

They are log-linear weights of a conditional random field, so their scale means something: with them, the
probabilities that the lattice gives are near the truth before any calibration.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["BUILTIN", "clause_weights", "known", "weights"]

#: The name of the encoder that the weights without an encoder's name were learned with.
BUILTIN = "use-multilingual-3"


@cache
def weights(unit: str, encoder: str = "") -> Mapping[str, float]:
    """Return the weights by feature name for ``unit``, "sentence" or "paragraph", and the encoder of that name.

    An encoder that has none of its own gets those of the built-in one, to whose scale `align.scoring` brings its
    similarities.
    """
    table = _table()
    return table.get(f"{unit}:{encoder}") or table[unit]


@cache
def clause_weights(unit: str, encoder: str) -> Mapping[str, float] | None:
    """Return the weights for clauses of ``unit`` aligned alone (`align.boundaries`), if the encoder has some."""
    return _table().get(f"clauses of {unit}:{encoder}")


@cache
def known(unit: str, encoder: str) -> bool:
    """Whether the weights were learned with ``encoder``."""
    return encoder == BUILTIN or f"{unit}:{encoder}" in _table()


@cache
def _table() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = json.loads(files("align").joinpath("weights.json").read_text("utf-8"))
    return table
