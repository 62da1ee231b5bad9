"""Export names from a package that are imported on first use (PEP 562), so that ``import tm`` stays quick."""

from collections.abc import Callable, Mapping
from importlib import import_module
from sys import modules
from typing import Any

__all__ = ["lazy_exports"]


def lazy_exports(package: str, exports: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for ``package``.

    ``exports`` maps each public name to the module that defines it, or to ``module:name`` where it has another name
    there.

    >>> get, names = lazy_exports("corpora", {"detect_language": "corpora.text.languages:detect"})
    >>> get("detect_language").__name__, names()
    ('detect', ['detect_language'])
    """

    def get(name: str) -> Any:
        if name not in exports:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, other = exports[name].partition(":")
        found = getattr(import_module(module), other or name)
        setattr(modules[package], name, found)  # the next time it is an ordinary attribute
        return found

    return get, lambda: sorted(exports)
