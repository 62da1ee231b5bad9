"""Beside a unit, the editor shows matches, concordance and terms of the user's memories, and adds units and terms."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpora.errors import DuiyiError
from corpora.text.languages import base
from tm.postgresql.address import Address
from tm.tags import plain
from tm.unit import Unit

if TYPE_CHECKING:
    from tm.search.memory import Memory

__all__ = ["Assistance"]

_MATCHES = 5
_LOWEST = 60  # percent, lower than in look-ups: a translator sees what differs
_HITS = 20


@dataclass(frozen=True, slots=True)
class Assistance:
    """The memories to search (the first one is written to) and the term base; files that do not exist are left out."""

    memories: tuple[Path | Address, ...]
    terms: Path | Address

    @contextmanager
    def _opened(self) -> Iterator[list["Memory"]]:
        from tm.search.memory import Memory

        with ExitStack() as stack:
            yield [stack.enter_context(Memory(path, create=False)) for path in self.memories if path.exists()]

    def for_unit(self, unit: Unit) -> dict[str, Any]:
        """Matches and terms of a unit, without its own entry in a memory; a damaged file gives a message."""
        found: dict[str, Any] = {"matches": [], "terms": [], "message": ""}
        for name, search in (("matches", self._matches), ("terms", self._terms)):
            try:
                found[name] = search(unit)
            except DuiyiError as error:
                found["message"] = str(error)
        return found

    def _matches(self, unit: Unit) -> list[dict[str, Any]]:
        from tm.search.lookup import LookupOptions, lookup
        from tm.store.filters import Filters

        source = plain(unit.source).strip()
        if not source:
            return []
        filters = Filters(base(unit.source_lang), base(unit.target_lang))
        with self._opened() as memories:
            if not memories:
                return []
            matches = lookup(memories, source, LookupOptions(_LOWEST, _MATCHES + 1, filters=filters, substitute=True))
            rows = [
                {"score": one.score, "source": one.unit.source, "target": one.unit.target, "parts": one.differences}
                for one in matches
            ]
        return [row for row in rows if (row["source"], row["target"]) != (unit.source, unit.target)][:_MATCHES]

    def _terms(self, unit: Unit) -> list[dict[str, Any]]:
        from tm.terms.base import TermBase
        from tm.terms.matches import occurrence_rows

        if not self.terms.exists():
            return []
        text = plain(unit.source)
        with TermBase(self.terms, create=False) as terms:
            languages = terms.languages()
            source = next((one for one in languages if base(one) == base(unit.source_lang)), "")
            target = next((one for one in languages if base(one) == base(unit.target_lang)), "")
            if not source or not target:
                return []
            rows = occurrence_rows(text, terms.find(text, source), source, target)
        seen: dict[tuple[str, str], dict[str, Any]] = {}
        for row in rows:
            if not row["nested"]:
                key = (row["source"], row["target"])
                seen.setdefault(key, {name: row[name] for name in ("source", "target", "status")})
        return list(seen.values())

    def concordance(self, phrase: str) -> list[dict[str, Any]]:
        """Units of the memories that contain ``phrase`` on either side."""
        from tm.search.concordance import ConcordanceOptions, concordance

        with self._opened() as memories:
            if not memories or not phrase.strip():
                return []
            hits = concordance(memories, phrase.strip()[:200], ConcordanceOptions(limit=_HITS))
            return [{"parts": list(_marked(hit.text, hit.spans)), "other": hit.other} for hit in hits]

    def send(self, units: Sequence[Unit], title: str) -> tuple[str, int, int]:
        """Add units to the first memory, which is made where there is none; its path, how many, how many were new."""
        from tm.search.memory import Memory

        path = self.memories[0]
        named = [
            one if one.origin.source_file else replace(one, origin=replace(one.origin, source_file=title))
            for one in units
        ]
        with Memory(path) as memory:
            before = len(memory)
            memory.add(named)
            return str(path), len(named), len(memory) - before

    def add_term(self, source: str, target: str, languages: tuple[str, str]) -> str:
        """Add a pair of terms to the term base; its path. Raises `UsageError` where it is there already."""
        from tm.terms.base import TermBase
        from tm.terms.editing import add_term

        with TermBase(self.terms) as terms:
            add_term(terms, source, target, source_lang=languages[0], target_lang=languages[1])
        return str(self.terms)


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """The parts of ``text``, each with whether it is one of ``spans``."""
    last = 0
    for start, end in sorted(spans):
        if start >= last:
            yield from ((text[last:start], False), (text[start:end], True))
            last = end
    yield text[last:], False
