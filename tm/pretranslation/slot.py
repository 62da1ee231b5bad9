"""A place of a file that may be filled, whatever its format."""

from collections.abc import Sequence
from typing import Protocol

from tm.pretranslation.filling import Filling
from tm.search.matches import Match

__all__ = ["Slot"]


class Slot(Protocol):
    """A segment of a file: its source, its languages ("" where the file does not say), and whether it is empty.

    ``group`` is the document inside the file: segments of one group are each other's neighbours.
    """

    @property
    def text(self) -> str:
        """The source with tags as units have them."""

    @property
    def languages(self) -> tuple[str, str]:
        """Source and target language."""

    @property
    def empty(self) -> bool:
        """True if it has no translation and may get one."""

    @property
    def group(self) -> object:
        """The document that the segment belongs to."""

    def write(self, filling: Filling) -> bool:
        """Write a translation, marked as what it is; False, and nothing, if its codes cannot be placed."""

    def suggest(self, matches: Sequence[Match]) -> None:
        """Write matches beside an empty translation, where the format has a place for them."""
