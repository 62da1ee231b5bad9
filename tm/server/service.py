"""The questions themselves, for all three ways to ask them: the API, amaGama's protocol, and the page.

Everything here runs on a thread of `tm.server.executors` and speaks in plain data or in the library's own terms.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from corpora.errors import DamagedInput, EmptyInput, UsageError
from corpora.text.languages import base, detect, known
from tm.formats import FORMATS, UnitProblems, WriteOptions, read
from tm.formats.jsonl import from_dict
from tm.jobs.import_file import ImportOptions, import_file
from tm.search.concordance import ConcordanceHit, ConcordanceOptions, concordance
from tm.search.lookup import LookupOptions, check_languages, lookup
from tm.search.matches import Match
from tm.search.memory import Memory
from tm.server.resources import Resources
from tm.store.filters import Filters
from tm.store.writing import AddReport, Keep
from tm.terms.base import TermBase
from tm.terms.check import TermFinding, check
from tm.terms.examples import add_examples
from tm.terms.formats.columns import columns_of
from tm.terms.formats.exchange import FORMATS as TERM_FORMATS
from tm.terms.formats.exchange import read_terms, write_terms
from tm.terms.merging import Merge, merge
from tm.terms.serialization import conflict_row, found_rows, hit_rows, known_pairs, pair_row, proposed
from tm.unit import Unit

__all__ = ["EXPORTS", "MOST_UNITS", "TERM_EXPORTS", "Service", "add_json", "units_of"]

#: Formats that units are given out in, by extension without the dot.
EXPORTS = tuple(suffix[1:] for one in FORMATS if one.writes for suffix in one.suffixes[:2] if suffix != ".htm")
TERM_EXPORTS = tuple(suffix[1:] for suffix in TERM_FORMATS)
#: Units that terms are won from or checked in at one request; for more there is the command line.
MOST_UNITS = 100_000
Asked = Sequence[tuple[Memory, int]]


class Service:
    """Questions to what the server holds."""

    def __init__(self, holdings: Resources) -> None:
        """Ask ``holdings``."""
        self.holdings = holdings

    # -- the memories

    def lookup(
        self, text: str, options: LookupOptions, names: Iterable[str] = (), semantic: bool | None = False
    ) -> list[Match]:
        """As `tm.search.lookup.lookup`, with memories by name. Raises `UsageError` for a language that no unit has."""
        asked = self._asked(names, options.filters)
        encoder = self.holdings.encoder(asked, semantic)
        found = lookup(asked, text, options if encoder is None else replace(options, encoder=encoder))
        return [replace(match, memory=self.holdings.name_of(match.memory)) for match in found]

    def batch(
        self, texts: Sequence[str], options: LookupOptions, names: Iterable[str], semantic: bool | None
    ) -> Iterator[list[Match]]:
        """A list of matches for each text; an empty text has none."""
        asked = self._asked(names, options.filters)
        encoder = self.holdings.encoder(asked, semantic)
        for previous, text, following in zip(["", *texts[:-1]], texts, [*texts[1:], ""], strict=True):
            self.holdings.check_going()
            if not text.strip():
                yield []
                continue
            own = replace(options, previous=previous, next=following, encoder=encoder)
            yield [replace(match, memory=self.holdings.name_of(match.memory)) for match in lookup(asked, text, own)]

    def concordance(self, text: str, options: ConcordanceOptions, names: Iterable[str] = ()) -> list[ConcordanceHit]:
        """As `tm.search.concordance.concordance`, with memories by name."""
        asked = self._asked(names, options.filters)
        found = concordance([memory for memory, _ in asked], text, options)
        return [replace(hit, memory=self.holdings.name_of(hit.memory)) for hit in found]

    def _asked(self, names: Iterable[str], filters: Filters) -> Asked:
        asked = self.holdings.asked(names)
        if filters.source_lang or filters.target_lang:
            check_languages([memory for memory, _ in asked], filters.source_lang, filters.target_lang)
        return asked

    def memories(self) -> list[dict[str, Any]]:
        """The memories that are served."""
        writable = self.holdings.options.writable
        return [
            {
                "name": one.name,
                "penalty": one.penalty,
                "writable": writable and not number,
                "units": len(one.memory),
                "pairs": [
                    {"source_lang": source, "target_lang": target, "units": count}
                    for (source, target), count in one.memory.languages().items()
                ],
            }
            for number, one in enumerate(self.holdings.memories.values())
        ]

    def stats(self, name: str) -> dict[str, Any]:
        """The counts of one memory."""
        held = self.holdings.one(name)
        return held.memory.stats().to_dict(held.name)

    def languages(self) -> list[str]:
        """The languages of all memories, sorted."""
        return sorted({code for memory, _ in self.holdings.asked() for code in memory.codes()})

    def add(self, units: Sequence[Unit], keep: Keep = "all") -> AddReport:
        """Add units to the first memory, in one step; what `tm.store.writing.refusal` names is left out, counted."""
        return self.holdings.written().add(units, keep=keep, whole=True)

    def import_file(self, file: Path, options: ImportOptions, source_lang: str, target_lang: str) -> dict[str, Any]:
        """Import an uploaded file into the first memory; a stop of the server ends it after the batch."""
        memory = self.holdings.written()
        done = import_file(
            memory,
            file,
            options,
            source_lang=source_lang,
            target_lang=target_lang,
            progress=self.holdings.check_going,
        ).to_dict()
        return done | {
            "file": file.name,
            "problems": [one | {"message": self.holdings.told(one["message"])} for one in done["problems"]],
        }

    def export(self, folder: Path, suffix: str, client: str, xliff: str, filters: Filters, name: str) -> Path:
        """Write the units of one memory to a file in ``folder``."""
        from tm.formats import write

        if suffix not in EXPORTS:
            raise UsageError(f"{suffix[:20]!r} is no format to export to; there are {', '.join(EXPORTS)}")
        if xliff not in ("1.2", "2.1"):
            raise UsageError("xliff is 1.2 or 2.1")
        held = self.holdings.one(name)
        path = folder / f"{held.name}.{suffix}"
        options = WriteOptions(filters.source_lang, filters.target_lang, client=client, xliff=xliff)  # type: ignore[arg-type]
        write(path, self._going(held.memory.units(filters)), options)
        return path

    def _going(self, units: Iterable[Unit]) -> Iterator[Unit]:
        for number, unit in enumerate(units):
            if not number % 1_000:
                self.holdings.check_going()
            yield unit

    # -- terms

    def term(self, text: str, lang: str, to: str, limit: int, examples: int) -> list[dict[str, Any]]:
        """What a term is called, with examples of each pair from the memories."""
        if not text.strip():
            raise UsageError("there is nothing to look up: the text is empty")
        terms = self.holdings.terms()
        language, other = (known(code, terms.languages) if code else None for code in (lang, to))
        return self._with_examples(hit_rows(terms.lookup(text, language, limit=limit), other), examples)

    def find(self, text: str, lang: str, to: str, examples: int = 0) -> list[dict[str, Any]]:
        """All terms of a text, with examples of each pair from the memories."""
        terms = self.holdings.terms()
        language = known(lang, terms.languages) if lang else detect(text)
        other = known(to, terms.languages) if to else None
        return self._with_examples(found_rows(text, terms.find(text, language), language, other), examples)

    def _with_examples(self, rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
        if count:
            add_examples(rows, [memory for memory, _ in self.holdings.asked()], count)
        return rows

    def take_terms(self, file: Path, how: Merge, columns: str, header: bool, skip_faulty: bool) -> dict[str, Any]:
        """Import an uploaded glossary: as it is, or with ``skip_faulty`` its sound entries."""
        reading = read_terms(file, columns_of(columns, header=header) if columns else None)
        problems = [{"line": one.line, "message": self.holdings.told(one.message)} for one in reading.problems]
        if problems and not skip_faulty:
            first = problems[0]
            raise DamagedInput(
                f"{file.name}, line {first['line']}: {first['message']}; nothing was imported (skip_faulty does)"
            )
        terms = self.holdings.written_terms()
        concepts, conflicts = merge(terms, reading.concepts, how)
        return {
            "imported": terms.add(concepts),
            "entries": len(terms),
            "columns": reading.columns,
            "problems": problems,
            "conflicts": [conflict_row(one) for one in conflicts],
        }

    def export_terms(self, folder: Path, suffix: str, languages: Sequence[str], style: str, subject: str) -> Path:
        """Write the term base to a file in ``folder``."""
        if suffix not in TERM_EXPORTS:
            raise UsageError(f"{suffix[:20]!r} is no format of glossaries; there are {', '.join(TERM_EXPORTS)}")
        if style not in ("2", "3-dca", "3-dct"):
            raise UsageError("tbx is one of 2, 3-dca, 3-dct")
        path, terms = folder / f"terms.{suffix}", self.holdings.terms()
        chosen = (one for one in terms.concepts() if not subject or one.subject == subject)
        codes = [known(one, terms.languages) for one in languages]
        write_terms(path, chosen, languages=codes, style=style)  # type: ignore[arg-type]
        return path

    def extract(self, units: Sequence[Unit], *, limit: int, least: int, vectors: bool, add: bool) -> dict[str, Any]:
        """Win terms from units; with ``add`` they become entries with the status proposed."""
        from tm.terms.candidates import CandidateOptions
        from tm.terms.extraction import ExtractOptions, extract

        if not units:
            raise EmptyInput("there are no units to extract terms from")
        source, target = units[0].source_lang, units[0].target_lang
        same = [
            unit for unit in units if (base(unit.source_lang), base(unit.target_lang)) == (base(source), base(target))
        ]
        terms: TermBase = self.holdings.written_terms() if add else self.holdings.terms()
        options = ExtractOptions(
            CandidateOptions(least=least), least=least, limit=limit, known=known_pairs(terms, source, target)
        )
        encoder = self.holdings.loaded() if vectors else None
        pairs = extract(same, encoder=encoder, options=options, progress=self.holdings.check_going)
        added = terms.add(proposed(pairs, same)) if add else 0
        return {"units": len(same), "added": added, "pairs": [pair_row(pair, same) for pair in pairs]}

    def check(self, units: Sequence[Unit]) -> list[TermFinding]:
        """Hold translations against the term base."""
        return list(check(self._going(units), self.holdings.terms()))

    def report(self, folder: Path, title: str, units: Sequence[Unit], limit: int) -> Path:
        """Write the page that draws the terms of units to ``folder``."""
        from tm.terms.report import profiles, render

        path = folder / "terms.html"
        found = profiles(list(self._going(units)), self.holdings.terms(), limit=limit)
        path.write_text(render(title, units, found), encoding="utf-8")
        return path

    # -- units

    def read(self, file: Path) -> list[Unit]:
        """The sound units of an uploaded file. Raises `UsageError` where there are too many."""
        return self._few(read(file, problems=UnitProblems(file, strict=False)))

    def units(self, name: str, filters: Filters) -> list[Unit]:
        """The units of a memory. Raises `UsageError` where there are too many."""
        return self._few(self.holdings.one(name).memory.units(filters))

    def _few(self, units: Iterable[Unit]) -> list[Unit]:
        found = list(islice(self._going(units), MOST_UNITS + 1))
        if len(found) > MOST_UNITS:
            raise UsageError(f"more than {MOST_UNITS:,} units are too many for one request; duiyi term takes them")
        return found


def units_of(found: Sequence[dict[str, Any]]) -> list[Unit]:
    """Units that came as JSON. Raises `UsageError` that names the first one that is none, counted from 0."""
    units = []
    for number, one in enumerate(found):
        try:
            units.append(from_dict(one))
        except UsageError as error:
            raise UsageError(f"unit {number}: {error}") from error
    return units


def add_json(report: AddReport) -> dict[str, Any]:
    """The report of units that came as JSON, in the shape of an import."""
    return {
        "file": "",
        "read": report.read,
        "new": report.new,
        "folded": report.folded,
        "removed": report.removed,
        "left_out": dict(report.left_out),
        "problems": [],
        "passed_over": {},
        "notes": [],
        "reasons": {},
    }
