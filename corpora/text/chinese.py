"""Convert Chinese between its traditional and simplified characters with OpenCC; each converter is built once."""

from functools import cache
from typing import Any

__all__ = ["to_simplified", "to_traditional", "usual_characters"]


def to_simplified(text: str) -> str:
    """Return ``text`` with traditional Chinese characters converted to simplified ones."""
    return str(_converter("t2s").convert(text))


def to_traditional(text: str) -> str:
    """Return ``text`` with simplified Chinese characters converted to traditional ones."""
    return str(_converter("s2t").convert(text))


@cache
def usual_characters() -> frozenset[str]:
    """The common Chinese characters: the 3,755 of level 1 of GB 2312, and their traditional forms."""
    level = "".join(
        bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)
    )
    return frozenset(level) | frozenset(to_traditional(level))


@cache
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)
