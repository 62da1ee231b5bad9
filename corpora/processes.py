"""Start child processes that never import modules from the current folder, where anyone may have put a `numpy.py`.

``python -c``, which `multiprocessing` uses to spawn, puts the current folder first on the module search path. An
environment variable (``PYTHONSAFEPATH``, Python 3.11) leaves it out, in children of children and helper processes too.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["child_environment", "safe_search_path"]

_VARIABLE = "PYTHONSAFEPATH"


@contextmanager
def safe_search_path() -> Iterator[None]:
    """Children started inside this context import nothing from the current folder.

    The variable is set for the whole process while the context is open: `multiprocessing` passes on no environment
    of its own.
    """
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_VARIABLE, None)
        else:
            os.environ[_VARIABLE] = before


def child_environment() -> dict[str, str]:
    """The environment for a Python child that finds the modules this process finds, except in the current folder."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), _VARIABLE: "1"}
