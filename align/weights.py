"""The trained weights of the features of `align.scoring`: a data file, written by ``benchmarks/train_alignment.py``.

They are log-linear weights of a conditional random field, so their scale means something: with them, the
probabilities that the lattice gives are near the truth before any calibration.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["weights"]


@cache
def weights(unit: str) -> Mapping[str, float]:
    """Return the weights by feature name for ``unit``, "sentence" or "paragraph"."""
    table: dict[str, dict[str, float]] = json.loads(files("align").joinpath("weights.json").read_text("utf-8"))
    return table[unit]
