"""Convert Chinese between its traditional and simplified characters with OpenCC; each converter is built once."""

from functools import cache
from typing import Any

__all__ = ["to_simplified", "to_traditional"]


def to_simplified(text: str) -> str:
    """Return ``text`` with traditional Chinese characters converted to simplified ones."""
    return str(_converter("t2s").convert(text))


def to_traditional(text: str) -> str:
    """Return ``text`` with simplified Chinese characters converted to traditional ones."""
    return str(_converter("s2t").convert(text))


@cache
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)
