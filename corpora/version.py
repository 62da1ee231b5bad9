"""The version of duiyi that is running, as signatures and written files record it."""

from functools import cache

__all__ = ["tool_version"]


@cache
def tool_version() -> str:
    """Return the version of the installed package, "0" where duiyi runs without being installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import

    try:
        return version("duiyi")
    except PackageNotFoundError:
        return "0"
