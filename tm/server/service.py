"""The operations of the server, for its three interfaces: the API, amaGama's protocol, and the pages.

Everything here runs on a thread of `tm.server.executors`; results are plain data or types of the library.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from corpora.arguments import check_choice
from corpora.errors import DamagedInput, EmptyInput, UsageError
from corpora.text.languages import base, checked_code, detect, stated_code
from tm.formats import UNIT_FORMATS, ReadOptions, UnitProblems, WriteOptions
from tm.formats.jsonl import from_dict
from tm.jobs.import_file import ImportOptions, import_file
from tm.pretranslation.filling import PretranslateOptions
from tm.pretranslation.job import PretranslateReport
from tm.search.assembly import lookup_or_assemble
from tm.search.concordance import ConcordanceHit, ConcordanceOptions, concordance
from tm.search.lookup import LookupOptions, check_languages, lookup
from tm.search.matches import Match
from tm.search.memory import Memory
from tm.server.resources import Resources
from tm.store.filters import Filters
from tm.store.writing import AddReport, Keep
from tm.terms.base import TermBase
from tm.terms.check import TermFinding, check_terms
from tm.terms.examples import add_examples
from tm.terms.formats.base import TbxStyle
from tm.terms.formats.columns import columns_of
from tm.terms.formats.exchange import GLOSSARY_FORMATS as TERM_FORMATS
from tm.terms.formats.exchange import read_terms, write_terms
from tm.terms.matches import match_rows, occurrence_rows
from tm.terms.merging import Merge, merge
from tm.terms.serialization import conflict_row, known_pairs, pair_row, proposed
from tm.unit import Unit
from tm.web.trial import read_tried
from tm.web.visitor import Trace

__all__ = ["EXPORTS", "MOST_UNITS", "TERM_EXPORTS", "Service", "add_json", "units_of"]

#: Formats that units can be exported to, by extension without the dot.
EXPORTS = tuple(
    suffix[1:]
    for one in UNIT_FORMATS
    if one.standalone and one.writes
    for suffix in one.suffixes[:2]
    if suffix != ".htm"
)
TERM_EXPORTS = tuple(suffix[1:] for suffix in TERM_FORMATS)
_FILLED = ("", "xlf", "docx")  # what a document is pre-translated into
#: The most units that one request extracts terms from or checks; the command line has no such limit.
MOST_UNITS = 100_000
Memories = Sequence[tuple[Memory, int]]


class Service:
    """The operations on the memories and the term base of the server."""

    def __init__(self, resources: Resources, trace: Trace | None = None) -> None:
        """Work on ``resources`` for the request that ``trace`` belongs to."""
        self.resources = resources
        self.trace = trace or Trace()
        self.visitor = self.trace.visitor

    # -- the memories

    def lookup(
        self,
        text: str,
        options: LookupOptions,
        names: Iterable[str] = (),
        semantic: bool | None = False,
        *,
        assemble: bool = False,
    ) -> list[Match]:
        """As `tm.search.lookup.lookup`, with memories by name. Raises `UsageError` for a language that no unit has."""
        memories = self._select(names, options.filters)
        self.trace.count("lookups")
        encoder = self.resources.encoder_for(memories, semantic)
        options = options if encoder is None else replace(options, encoder=encoder)
        found = lookup_or_assemble(memories, text, options) if assemble else lookup(memories, text, options)
        return [replace(match, memory=self.resources.name_of(match.memory) if match.memory else "") for match in found]

    def batch(
        self, texts: Sequence[str], options: LookupOptions, names: Iterable[str], semantic: bool | None
    ) -> Iterator[list[Match]]:
        """A list of matches for each text; an empty text has none."""
        memories = self._select(names, options.filters)
        encoder = self.resources.encoder_for(memories, semantic)
        for previous, text, following in zip(["", *texts[:-1]], texts, [*texts[1:], ""], strict=True):
            self.resources.check_running()
            if not text.strip():
                yield []
                continue
            self.trace.count("lookups")
            own = replace(options, previous=previous, next=following, encoder=encoder)
            yield [replace(match, memory=self.resources.name_of(match.memory)) for match in lookup(memories, text, own)]

    def concordance(self, text: str, options: ConcordanceOptions, names: Iterable[str] = ()) -> list[ConcordanceHit]:
        """As `tm.search.concordance.concordance`, with memories by name."""
        memories = self._select(names, options.filters)
        found = concordance([memory for memory, _ in memories], text, options)
        return [replace(hit, memory=self.resources.name_of(hit.memory)) for hit in found]

    def _select(self, names: Iterable[str], filters: Filters) -> Memories:
        memories = self.resources.select(names)
        if filters.source_lang or filters.target_lang:
            check_languages([memory for memory, _ in memories], filters.source_lang, filters.target_lang)
        return memories

    def memories(self) -> list[dict[str, Any]]:
        """The memories that are served."""
        writable = self.resources.options.writable
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
            for number, one in enumerate(self.resources.memories.values())
        ]

    def stats(self, name: str) -> dict[str, Any]:
        """The counts of one memory."""
        chosen = self.resources.named_memory(name)
        return chosen.memory.stats().to_dict(chosen.name)

    def languages(self) -> list[str]:
        """The languages of all memories, sorted."""
        return sorted({code for memory, _ in self.resources.select() for code in memory.codes()})

    def add(self, units: Sequence[Unit], keep: Keep = "all", name: str = "", action: str = "") -> AddReport:
        """Add units to the first memory, in one step, except those with a `tm.store.prepared.rejection_reason`.

        With a ``name`` of the visitor's choice they are added once, however often this is repeated; with an
        ``action``, as the history calls it, the addition can be undone.
        """
        if self.visitor.team:
            if any(unit.status != "unreviewed" for unit in units):
                self.visitor.require("judge units")
            if keep != "all":
                self.visitor.require("delete units")
            # Nobody adds units in the name of somebody else.
            units = [replace(unit, author=self.visitor.name) for unit in units]
        memory = self.resources.writable_memory()
        once = "/".join(("request", self.visitor.name, name)) if name else ""
        report = memory.add(units, keep=keep, whole=True, action=action, name=once, once=bool(name))
        self.trace.note(self.resources.named_memory().name, new=report.new, folded=report.folded)
        self.trace.count("imported_units", report.new + report.folded)
        return report

    def import_file(
        self,
        file: Path,
        options: ImportOptions,
        source_lang: str,
        target_lang: str,
        progress: Callable[[int], None] | None = None,
    ) -> dict[str, Any]:
        """Import an uploaded file into the first memory; if the server stops, it ends after the current batch."""
        memory, name, stored = self.resources.writable_memory(), self.resources.named_memory().name, 0

        def follow(count: int) -> None:
            nonlocal stored
            stored = count  # the number of units in the memory, whatever comes after them
            (progress or self.resources.check_running)(count)

        languages = {"source_lang": source_lang, "target_lang": target_lang}
        try:
            done = import_file(memory, file, options, progress=follow, read=read_tried, **languages).to_dict()
        except BaseException:
            if stored and not options.strict:
                self.trace.note_file(file.name, name, read=stored)
                self.trace.count("imported_units", stored)
            raise
        self.trace.note_file(file.name, name, new=done["new"], folded=done["folded"])
        self.trace.count("imported_units", done["new"] + done["folded"])
        return done | {
            "file": file.name,
            "problems": [one | {"message": self.resources.without_paths(one["message"])} for one in done["problems"]],
        }

    def export(self, folder: Path, suffix: str, client: str, xliff: str, filters: Filters, name: str) -> Path:
        """Write the units of one memory to a file in ``folder``."""
        from tm.formats import write

        check_choice("format", suffix, EXPORTS)
        chosen = self.resources.named_memory(name)
        path = folder / f"{chosen.name}.{suffix}"
        options = WriteOptions(filters.source_lang, filters.target_lang, client=client, xliff=xliff)  # type: ignore[arg-type]
        write(path, self._checking(chosen.memory.units(filters)), options)
        return path

    def pretranslate(
        self,
        path: Path,
        folder: Path,
        suffix: str,
        options: PretranslateOptions,
        progress: Callable[[int, int], None] | None = None,
        names: Iterable[str] = (),
    ) -> tuple[Path, PretranslateReport]:
        """Fill an uploaded file and write it to ``folder`` under its name, a document as ``suffix`` ("" for XLIFF)."""
        from tm.jobs.job_files import BILINGUAL
        from tm.pretranslation.job import pretranslate

        check_choice("format", suffix, _FILLED)
        bilingual = path.name.lower().endswith(BILINGUAL)
        out = folder / (path.name if bilingual else f"{path.stem}.{suffix or 'xlf'}")
        terms = None if self.resources.terms().path == ":memory:" else self.resources.terms()
        progress = progress or self.resources.check_running
        return out, pretranslate(path, out, self.resources.select(names), options, terms=terms, progress=progress)

    def _checking(self, units: Iterable[Unit]) -> Iterator[Unit]:
        for number, unit in enumerate(units):
            if not number % 1_000:
                self.resources.check_running()
            yield unit

    # -- terms

    def lookup_term(self, text: str, lang: str, to: str, limit: int, examples: int) -> list[dict[str, Any]]:
        """The translations of a term, with examples of each pair from the memories."""
        if not text.strip():
            raise UsageError("there is nothing to look up: the text is empty")
        terms = self.resources.terms()
        language, other = (checked_code(code, terms.languages) if code else None for code in (lang, to))
        return self._with_examples(match_rows(terms.lookup(text, language, limit=limit), other), examples)

    def find_terms(self, text: str, lang: str, to: str, examples: int = 0) -> list[dict[str, Any]]:
        """All terms of a text, with examples of each pair from the memories."""
        terms = self.resources.terms()
        language = checked_code(lang, terms.languages) if lang else detect(text)
        other = checked_code(to, terms.languages) if to else None
        return self._with_examples(occurrence_rows(text, terms.find(text, language), language, other), examples)

    def _with_examples(self, rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
        if count:
            add_examples(rows, [memory for memory, _ in self.resources.select()], count)
        return rows

    def import_terms(self, file: Path, rule: Merge, columns: str, header: bool, skip_faulty: bool) -> dict[str, Any]:
        """Import an uploaded glossary: all of it, or with ``skip_faulty`` its valid entries."""
        reading = read_terms(file, columns_of(columns, header=header) if columns else None)
        problems = [
            {"line": one.line, "message": self.resources.without_paths(one.message)} for one in reading.problems
        ]
        if problems and not skip_faulty:
            first = problems[0]
            raise DamagedInput(
                f"{file.name}, line {first['line']}: {first['message']}; nothing was imported (skip_faulty does)"
            )
        terms = self.resources.writable_terms()
        concepts, conflicts = merge(terms, reading.concepts, rule)
        imported = terms.add(concepts)
        self.trace.note_file(file.name, "the term base", imported=imported)
        return {
            "imported": imported,
            "entries": len(terms),
            "columns": reading.columns,
            "problems": problems,
            "conflicts": [conflict_row(one) for one in conflicts],
        }

    def export_terms(self, folder: Path, suffix: str, languages: Sequence[str], style: str, subject: str) -> Path:
        """Write the term base to a file in ``folder``."""
        check_choice("format", suffix, TERM_EXPORTS)
        check_choice("tbx", style, TbxStyle)
        path, terms = folder / f"terms.{suffix}", self.resources.terms()
        chosen = (one for one in terms.concepts() if not subject or one.subject == subject)
        usual = ("zh", "en")
        pair = [given or other for given, other in zip(languages, usual, strict=True)] if any(languages) else []
        codes = [stated_code(one, terms.languages) for one in pair]
        write_terms(path, chosen, languages=codes, style=style)  # type: ignore[arg-type]
        return path

    def extract_terms(
        self,
        units: Sequence[Unit],
        *,
        limit: int,
        least: int,
        vectors: bool,
        add: bool,
        progress: Callable[[str], None] | None = None,
    ) -> dict[str, Any]:
        """Extract terms from units; with ``add`` they become entries with the status proposed."""
        from tm.terms.candidates import CandidateOptions
        from tm.terms.extraction import ExtractOptions, extract_terms

        if add:
            self.trace.operation = "change terms"
            self.visitor.require("change terms")
        if not units:
            raise EmptyInput("there are no units to extract terms from")
        source, target = units[0].source_lang, units[0].target_lang
        same = [
            unit for unit in units if (base(unit.source_lang), base(unit.target_lang)) == (base(source), base(target))
        ]
        terms: TermBase = self.resources.writable_terms() if add else self.resources.terms()
        options = ExtractOptions(
            CandidateOptions(least=least), least=least, limit=limit, known=known_pairs(terms, source, target)
        )
        encoder = self.resources.encoder() if vectors else None
        pairs = extract_terms(same, encoder=encoder, options=options, progress=progress or self.resources.check_running)
        added = terms.add(proposed(pairs, same)) if add else 0
        if add:
            self.trace.note("extracted terms", added=added)
        return {"units": len(same), "added": added, "pairs": [pair_row(pair, same) for pair in pairs]}

    def check_terms(self, units: Sequence[Unit]) -> list[TermFinding]:
        """Check the terms of translations against the term base."""
        return list(check_terms(self._checking(units), self.resources.terms()))

    def term_report(self, folder: Path, title: str, units: Sequence[Unit], limit: int) -> Path:
        """Write the report on the terms of units to ``folder``."""
        from tm.terms.report import profiles, render

        path = folder / "terms.html"
        found = profiles(list(self._checking(units)), self.resources.terms(), limit=limit)
        path.write_text(render(title, units, found), encoding="utf-8")
        return path

    # -- units

    def read_units(self, file: Path) -> list[Unit]:
        """The valid units of an uploaded file. Raises `UsageError` if there are too many."""
        return self.limited(read_tried(file, ReadOptions(), problems=UnitProblems(file, strict=False)))

    def units(self, name: str, filters: Filters) -> list[Unit]:
        """The units of a memory. Raises `UsageError` if there are too many."""
        return self.limited(self.resources.named_memory(name).memory.units(filters))

    def limited(self, units: Iterable[Unit]) -> list[Unit]:
        """All of ``units``. Raises `UsageError` if there are too many."""
        found = list(islice(self._checking(units), MOST_UNITS + 1))
        if len(found) > MOST_UNITS:
            raise UsageError(
                f"more than {MOST_UNITS:,} units are too many for one request; duiyi term has no such limit"
            )
        return found


def units_of(found: Sequence[dict[str, Any]]) -> list[Unit]:
    """Units sent as JSON. Raises `UsageError` that names the first invalid one, counted from 0."""
    units = []
    for number, one in enumerate(found):
        try:
            units.append(from_dict(one))
        except UsageError as error:
            raise UsageError(f"unit {number}: {error}") from error
    return units


def add_json(report: AddReport) -> dict[str, Any]:
    """The report on units sent as JSON, with the keys of an import."""
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
