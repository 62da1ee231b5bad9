"""Import optional packages on use, and say which ``pip install`` line mends it when one is missing.

Heavy packages are extras, so that a look-up in a terminal never pays for torch or a web framework.
"""

from importlib import import_module
from types import ModuleType

from corpora.errors import MissingExtra

__all__ = ["need"]


def need(module: str, extra: str, purpose: str) -> ModuleType:
    """Return ``module``, or raise `MissingExtra` naming the extra of duiyi that brings it.

    ``purpose`` completes the sentence "… is needed to PURPOSE".
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtra(f'{package} is needed to {purpose}: pip install "duiyi[{extra}]"') from error
