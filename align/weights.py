"""The trained weights of the features of `align.scoring`: a data file, written by ``benchmarks/train_alignment.py``.

They are the log-linear weights of a conditional random field, so the probabilities that the lattice computes with them
are nearly calibrated.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["BUILTIN", "clause_weights", "has_weights", "weights"]

#: The name of the encoder that weights whose name has no encoder were learned with.
BUILTIN = "use-multilingual-3"


@cache
def weights(unit: str, encoder: str = "") -> Mapping[str, float]:
    """Return the weights by feature name for ``unit``, "sentence" or "paragraph", and the encoder of that name.

    An encoder without weights of its own gets those of the built-in encoder; `align.scoring` scales its similarities
    to match.
    """
    table = _table()
    return table.get(f"{unit}:{encoder}") or table[unit]


@cache
def clause_weights(unit: str, encoder: str) -> Mapping[str, float] | None:
    """Return the weights for aligning clauses of ``unit`` (`align.boundaries`), if the encoder has any."""
    return _table().get(f"clauses of {unit}:{encoder}")


@cache
def has_weights(unit: str, encoder: str) -> bool:
    """Return whether the weights were learned with ``encoder``."""
    return encoder == BUILTIN or f"{unit}:{encoder}" in _table()


@cache
def _table() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = json.loads(files("align").joinpath("weights.json").read_text("utf-8"))
    return table
