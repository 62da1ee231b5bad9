"""Fill PO files in place through translate-toolkit: a fuzzy match is "fuzzy", with its own source as previous msgid."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.errors import DamagedInput
from corpora.files import replacing
from tm.pretranslation.filling import Filling
from tm.tags import escape, native

__all__ = ["PoFile", "PoSlot"]


@dataclass(frozen=True, slots=True)
class PoSlot:
    """An entry of a PO file."""

    entry: Any
    group: object
    languages: tuple[str, str]

    @property
    def text(self) -> str:
        """The msgid."""
        return escape(str(self.entry.source))

    @property
    def empty(self) -> bool:
        """True without a translation; entries with plural forms are left to a person."""
        return not str(self.entry.target).strip() and not self.entry.hasplural() and not self.entry.isfuzzy()

    def write(self, filling: Filling) -> bool:
        """Write a translation; see `tm.pretranslation.slot.Slot`."""
        self.entry.target = native(filling.target)
        if not filling.sure:
            self.entry.markfuzzy()
            if filling.match is not None:
                self.entry.prev_source = native(filling.match.source)
        return True


class PoFile:
    """A PO file in memory."""

    def __init__(self, path: Path) -> None:
        """Read ``path``. Raises `DamagedInput` if it cannot be read as PO."""
        from translate.storage import pypo

        try:
            self._store: Any = pypo.pofile.parsefile(str(path))  # type: ignore[no-untyped-call]
        except (ValueError, UnicodeError, OSError, IndexError, KeyError) as error:
            raise DamagedInput(f"{path} cannot be read as PO: {str(error).splitlines()[0][:200]}") from error

    def slots(self) -> Iterator[PoSlot]:
        """The entries in order, without the header and obsolete ones."""
        header = self._store.parseheader()
        languages = _code(header.get("X-Source-Language", "")), _code(header.get("Language", ""))
        for entry in self._store.units:
            if not entry.isheader() and not entry.isobsolete() and str(entry.source).strip():
                yield PoSlot(entry, self, languages)

    def write(self, path: Path) -> None:
        """Write the file to ``path``, completely or not at all."""
        with replacing(path) as temporary:
            temporary.write_bytes(bytes(self._store))


def _code(locale: object) -> str:
    return str(locale).replace("_", "-").partition("@")[0].partition(".")[0].strip()
