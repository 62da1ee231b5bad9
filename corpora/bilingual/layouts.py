"""The layouts that can be stated for a file that holds both languages."""

from typing import Literal, get_args

__all__ = ["LAYOUTS", "Layout"]

Layout = Literal["auto", "interleaved", "table", "columns"]
LAYOUTS: tuple[str, ...] = get_args(Layout)
