"""Fill PO files in place through translate-toolkit: a fuzzy match is "fuzzy", with its own source as previous msgid.

Of an entry with plural forms each form is a place of its own: the singular and the plural, or the plural alone in a
language with one form. Languages with more forms are left to a person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora.errors import DamagedInput, UsageError
from corpora.files import replacing
from corpora.text.languages import canonical
from tm.pretranslation.filling import Filling
from tm.tags import escape, native

__all__ = ["PoFile", "PoSlot"]


_MOST_FORMS = 2  # of which it is clear which source they belong to
_FORMS = re.compile(r"nplurals\s*=\s*(\d)")


@dataclass(frozen=True, slots=True)
class PoSlot:
    """An entry of a PO file, or one of its ``forms`` plural forms: that of number ``form``."""

    entry: Any
    group: object
    languages: tuple[str, str]
    form: int = 0
    forms: int = 0

    @property
    def text(self) -> str:
        """The msgid, or the msgid_plural."""
        sources = [str(one) for one in getattr(self.entry.source, "strings", [self.entry.source])]
        return escape(sources[-1] if self.forms and self.form == self.forms - 1 else sources[0])

    @property
    def empty(self) -> bool:
        """True without a translation."""
        filled = str(self._targets()[self.form]).strip() if self.forms else str(self.entry.target).strip()
        return not filled and not self.entry.isfuzzy() and bool(self.forms or not self.entry.hasplural())

    def _targets(self) -> list[str]:
        """The forms of the translation, "" for those that it lacks."""
        found = [str(one) for one in getattr(self.entry.target, "strings", [self.entry.target or ""])]
        return [*found, *[""] * self.forms][: self.forms]

    def write(self, filling: Filling) -> bool:
        """Write a translation; see `tm.pretranslation.slot.Slot`."""
        if self.forms:
            from translate.misc.multistring import multistring

            targets = self._targets()
            targets[self.form] = native(filling.target)
            self.entry.target = multistring(targets)
        else:
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
        named = _FORMS.search(str(header.get("Plural-Forms", "")))
        forms = int(named[1]) if named else 0
        for entry in self._store.units:
            if entry.isheader() or entry.isobsolete() or not str(entry.source).strip():
                continue
            if entry.hasplural() and 1 <= forms <= _MOST_FORMS:
                for form in range(forms):
                    yield PoSlot(entry, self, languages, form, forms)
            else:
                yield PoSlot(entry, self, languages)

    def write(self, path: Path) -> None:
        """Write the file to ``path``, completely or not at all."""
        for entry in self._store.units:
            forms = [bool(str(one).strip()) for one in getattr(entry.target, "strings", ())]
            if any(forms) and not all(forms):
                entry.markfuzzy()  # a form that no memory has
        with replacing(path) as temporary:
            temporary.write_bytes(bytes(self._store))


def _code(locale: object) -> str:
    written = str(locale).strip()
    try:
        return canonical(written) if written else ""
    except UsageError:
        return ""
