"""All checks by name: the built-in ones, and those of other packages with an entry point in ``duiyi.checks``.

An entry point names a `Check` or a sequence of them; one that cannot be loaded is an error that names it.
"""

from functools import cache
from importlib.metadata import entry_points

from corpora.errors import UsageError
from tm.checks import (
    consistency,
    coverage,
    cutoff,
    damage,
    form,
    language,
    length,
    meaning,
    names,
    negation,
    places,
    spelling,
    tagging,
    terms,
    values,
)
from tm.checks.checked_unit import Check

__all__ = ["checks"]

_MODULES = (
    language,
    damage,
    values,
    tagging,
    negation,
    places,
    spelling,
    length,
    cutoff,
    consistency,
    names,
    form,
    terms,
    meaning,
    coverage,
)


@cache
def checks() -> dict[str, Check]:
    """Every known check by its name, in the order of listing. Raises `UsageError` for a bad entry point."""
    known = {check.name: check for module in _MODULES for check in module.CHECKS}
    for entry in entry_points(group="duiyi.checks"):
        try:
            loaded = entry.load()
        except (ImportError, AttributeError) as error:
            raise UsageError(f"the check {entry.name} of {entry.value} cannot be loaded: {error}") from error
        for check in [loaded] if isinstance(loaded, Check) else list(loaded):
            if not isinstance(check, Check):
                raise UsageError(f"the entry point {entry.name} of {entry.value} is not a check")
            known[check.name] = check
    return known
