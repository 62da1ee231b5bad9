"""Import optional packages on use, and name the command that installs one that is missing.

Heavy packages are extras, so that a look-up in a terminal need not load torch or a web framework.
"""

from importlib import import_module
from types import ModuleType

from corpora.errors import MissingExtra

__all__ = ["need"]


def need(module: str, extra: str, purpose: str) -> ModuleType:
    """Return ``module``, or raise `MissingExtra` naming the command that installs the extra of duiyi it belongs to.

    ``purpose`` completes the sentence "… is needed to PURPOSE".
    """
    try:
        return import_module(module)
    except ImportError as error:
        from corpora.installation import install_command  # loads modules that nothing else needs

        package = module.partition(".")[0]
        raise MissingExtra(f"{package} is needed to {purpose}: {install_command(extra)}") from error
