"""The layouts that can be stated for a file that holds both languages."""

from typing import Literal

__all__ = ["Layout"]

Layout = Literal["auto", "interleaved", "table", "columns"]
