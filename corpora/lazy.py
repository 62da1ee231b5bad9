"""Export names from a package that are imported on first use (PEP 562), so that ``import tm`` stays quick.

The names are those that `__init__.pyi` imports, so that type checkers and Python see the same ones.
"""

import re
from collections.abc import Callable
from importlib import import_module
from sys import modules
from typing import Any

__all__ = ["lazy_exports"]

_EXPORT = re.compile(r"^from (\S+) import (\w+) as (\w+)$", re.MULTILINE)


def lazy_exports(package: str, path: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` for ``package``, whose ``__init__.py`` is at ``path``.

    The arguments of functions are checked, see `corpora.arguments`.
    """
    with open(f"{path.removesuffix('.py')}.pyi", encoding="utf-8") as stub:  # importing `pathlib` takes longer
        exports = {name: (module, original) for module, original, name in _EXPORT.findall(stub.read())}

    def get(name: str) -> Any:
        if name not in exports:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, original = exports[name]
        found = getattr(import_module(module), original)
        if callable(found) and not isinstance(found, type):
            from corpora.arguments import checked

            found = checked(found, name)
            found.__module__, found.__name__, found.__qualname__ = package, name, name  # as `pickle` looks it up
        setattr(modules[package], name, found)  # the next time it is an ordinary attribute
        return found

    return get, lambda: sorted(exports), sorted(exports)
