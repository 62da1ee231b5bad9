"""Amounts, periods and times that each language says in its own way, read into values that can be compared."""

from tm.checks.quantities.reading import quantities
from tm.checks.quantities.value import Quantity

__all__ = ["Quantity", "quantities"]
