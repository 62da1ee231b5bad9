"""Fill PO files in place through translate-toolkit: a fuzzy match is "fuzzy", with its own source as previous msgid.

Of an entry with plural forms each form is a place of its own: the singular and the plural, or the plural alone in a
language with one form. In languages with more forms an entry is filled as a whole, where a memory has all its forms;
else, and where the header does not give the number of forms, it is left to a person.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpora.errors import DamagedInput, UsageError
from corpora.files import replacing
from corpora.text.languages import canonical
from tm.formats.po import plural_rule
from tm.pretranslation.filling import Filling
from tm.search.matches import Match
from tm.tags import escape, native

__all__ = ["PoFile", "PoSlot"]


_WHOLE = 100  # percent
_MOST_FORMS = 2  # of which it is clear which source they belong to
_FORMS = re.compile(r"nplurals\s*=\s*(\d)")


@dataclass(frozen=True, slots=True)
class PoSlot:
    """An entry of a PO file, or one of its ``forms`` plural forms: that of number ``form``, None for all at once.

    With ``form`` None and no ``forms`` the file does not say how many there are; such an entry stays as it is.
    """

    entry: Any
    group: object
    languages: tuple[str, str]
    form: int | None = 0
    forms: int = 0
    filled: set[int] = field(default_factory=set)  # the entries of the file that were filled, by `id`

    @property
    def text(self) -> str:
        """The msgid, or the msgid_plural."""
        sources = self._sources()
        return escape(sources[-1] if self.forms and self.form == self.forms - 1 else sources[0])

    @property
    def empty(self) -> bool:
        """True without a translation."""
        of_form = self._targets() if self.form is None else [self._targets()[self.form]]
        return not any(one.strip() for one in of_form) and not self.entry.isfuzzy()

    def _sources(self) -> list[str]:
        return [str(one) for one in getattr(self.entry.source, "strings", [self.entry.source])]

    def _targets(self) -> list[str]:
        """The forms of the translation, "" for those that it lacks."""
        found = [str(one) for one in getattr(self.entry.target, "strings", [self.entry.target or ""])]
        return [*found, *[""] * self.forms][: self.forms or None]

    def write(self, filling: Filling) -> bool:
        """Write a translation; see `tm.pretranslation.slot.Slot`."""
        if self.forms or self.form is None:
            from translate.misc.multistring import multistring

            targets = self._known_forms(filling) if self.form is None else self._targets()
            if not targets:
                return False
            if self.form is not None:
                targets[self.form] = native(filling.target)
            self.entry.target = multistring(targets)
        else:
            self.entry.target = native(filling.target)
        self.filled.add(id(self.entry))
        if not filling.sure:
            self.entry.markfuzzy()
            if filling.match is not None and filling.match.source not in self._sources():
                self.entry.prev_source = native(filling.match.source)
        return True

    def suggest(self, matches: Sequence[Match]) -> None:
        """PO has no place for matches that are not used."""

    def _known_forms(self, filling: Filling) -> list[str]:
        """All forms of this entry as a memory has them, none where it does not."""
        for match in (filling.match, *filling.others) if self.forms else ():
            if match is not None and filling.score >= _WHOLE and match.source == self.text:
                own = match.unit.properties
                forms = [match.unit.target, *(own.get(f"msgstr[{at}]", "") for at in range(1, self.forms))]
                if own.get("msgid_plural") == self._sources()[-1] and all(form.strip() for form in forms):
                    return [native(form) for form in forms]
        return []


class PoFile:
    """A PO file in memory."""

    def __init__(self, path: Path) -> None:
        """Read ``path``. Raises `DamagedInput` if it cannot be read as PO."""
        from translate.storage import pypo

        self._filled: set[int] = set()
        try:
            self._store: Any = pypo.pofile.parsefile(str(path))  # type: ignore[no-untyped-call]
        except (ValueError, UnicodeError, OSError, IndexError, KeyError) as error:
            raise DamagedInput(f"{path} cannot be read as PO: {str(error).splitlines()[0][:200]}") from error

    def slots(self) -> Iterator[PoSlot]:
        """The entries in order, without the header and obsolete ones."""
        header = self._store.parseheader()
        languages = _code(header.get("X-Source-Language", "")), _code(header.get("Language", ""))
        named = _FORMS.search(str(header.get("Plural-Forms", "")))
        forms = int(named[1]) if named else _usual_forms(languages[1])
        filled = self._filled
        for entry in self._store.units:
            if entry.isheader() or entry.isobsolete() or not str(entry.source).strip():
                continue
            if entry.hasplural() and 1 <= forms <= _MOST_FORMS:
                for form in range(forms):
                    yield PoSlot(entry, self, languages, form, forms, filled)
            elif entry.hasplural():
                yield PoSlot(entry, self, languages, None, forms, filled)
            else:
                yield PoSlot(entry, self, languages, filled=filled)

    def write(self, path: Path) -> None:
        """Write the file to ``path``, completely or not at all."""
        for entry in self._store.units:
            forms = [bool(str(one).strip()) for one in getattr(entry.target, "strings", ())]
            if id(entry) in self._filled and any(forms) and not all(forms):
                entry.markfuzzy()  # a form that no memory has
        with replacing(path) as temporary:
            temporary.write_bytes(bytes(self._store))


def _usual_forms(language: str) -> int:
    """How many plural forms a language has where the file does not say it; 0 for more than two and if unknown."""
    rule = plural_rule(language) if language else None
    return rule[0] if rule is not None and rule[0] <= _MOST_FORMS else 0


def _code(locale: object) -> str:
    written = str(locale).strip()
    try:
        return canonical(written) if written else ""
    except UsageError:
        return ""
