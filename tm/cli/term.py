"""`duiyi term`: look up, import, export, extract and check terms."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.arguments import check_choice
from corpora.files import check_targets, replacing
from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.memory_options import MemoriesOption, TermsOption, default_terms, files_among, one_path, terms_at
from tm.cli.output import console, headings, message, print_json, tell, waiting, write
from tm.cli.text_input import is_plain_text, read_plain_text
from tm.tags import plain

if TYPE_CHECKING:
    from tm.terms.base import TermBase
    from tm.terms.extraction import TermPair
    from tm.terms.formats.exchange import GlossaryContents
    from tm.unit import Unit

__all__ = ["app", "check", "export", "extract", "import_", "lookup", "opened", "report"]

app = typer.Typer(help="Terminology: look up, import, export, extract, check.", no_args_is_help=True)

SourceFile = Annotated[str, typer.Option("--source-file", help="For .align: the source text, one unit per line.")]
TargetFile = Annotated[str, typer.Option("--target-file", help="For .align: the target text.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@contextmanager
def opened(path: str | None, *, create: bool = False, own: bool = False) -> "Iterator[TermBase]":
    """The chosen term base; the sample glossary, with a message, while the user has none (unless ``own``)."""
    from tm.terms.base import TermBase
    from tm.terms.sample import sample_concepts

    if path is None and not create and not own and not default_terms().exists():
        message("duiyi: there is no term base yet; using the sample glossary (`duiyi term import` makes a term base)")
        with TermBase(":memory:") as terms:
            terms.add(sample_concepts())
            yield terms
        return
    with TermBase(terms_at(path), create=create) as terms:
        yield terms


@app.command()
def lookup(
    text: Annotated[str | None, typer.Argument(help="A term, a part of one, or a pattern with * and ?.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="Find all terms of this text or document instead; - is standard input.")
    ] = None,
    in_text: Annotated[bool, typer.Option("--in-text", help="Find all terms in TEXT.")] = False,
    lang: Annotated[str | None, typer.Option(help="Language of the text; by default any, or detected.")] = None,
    to: Annotated[str | None, typer.Option(help="Language of the translations; by default all others.")] = None,
    limit: Annotated[int, typer.Option(help="Largest number of terms.", min=1)] = 20,
    examples: Annotated[int, typer.Option(help="Largest number of examples of each pair from the memory.", min=0)] = 1,
    memory: MemoriesOption = None,
    terms: TermsOption = None,
    json: AsJson = False,
) -> None:
    """Look up the translations of a term, or all terms of a text."""
    from corpora.errors import UsageError
    from corpora.text.languages import checked_code, detect
    from tm.terms.concept import LONGEST_TERM
    from tm.terms.matches import match_rows, occurrence_rows

    if (text is None) == (file is None):
        raise UsageError("give a term to look up, or a file with --file")
    if text is not None and not text.strip():
        raise UsageError("there is nothing to look up: the term is empty")
    if text is not None and not in_text and len(text) > LONGEST_TERM:
        raise UsageError(
            f"the term has {counted(len(text), 'character')}; {LONGEST_TERM:,} are the most (--in-text: a text)"
        )
    if file is not None or in_text:
        content = _content(file, lang) if file else text or ""
        with opened(terms) as base:
            language = checked_code(lang, base.languages) if lang else detect(content)
            other = checked_code(to, base.languages) if to else None
            rows = occurrence_rows(content, base.find(content, language), language, other)
    else:
        with opened(terms) as base:
            source, other = (checked_code(code, base.languages) if code else None for code in (lang, to))
            rows = match_rows(base.lookup(text or "", source, limit=limit), other)
    if examples:
        _add_examples(rows, memory, examples)
    if json:
        print_json(rows)
    elif rows:
        _print_rows(rows)
    else:
        message("duiyi: no such term")


def _content(file: Path, lang: str | None) -> str:
    """The text of a plain text, or the sentences of a document; of a bilingual file the texts in ``lang``, or the
    sources."""
    from tm.jobs.job_files import BILINGUAL, TEXT_TABLES, read_job

    if not file.name.lower().endswith((*BILINGUAL, *TEXT_TABLES)) and is_plain_text(file):
        return read_plain_text(file)
    job = read_job(file, language=lang or "")
    for warning in job.warnings:
        message(f"duiyi: warning: {warning}")
    return "\n".join(plain(one) for one in job.texts)


def _add_examples(rows: list[dict[str, Any]], given: list[str] | None, count: int) -> None:
    """Add examples from the memories to the rows, if there is a memory."""
    from tm.cli.memory_options import memories
    from tm.store.memory_store import memory_paths
    from tm.terms.examples import add_examples

    if not rows or (not given and not all(path.exists() for path, _ in memory_paths())):
        return
    with memories(given) as opened:
        add_examples(rows, [store for store, _ in opened], count)


def _print_rows(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in headings("source", "target", "status", "subject", "definition"):
        table.add_column(name, overflow="fold")
    printed: set[str] = set()
    once: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        # A term that occurs forty times in a text is one line; --json has the places.
        once.setdefault((row["source"], row["target"], row["concept"]), row)
    for row in once.values():
        definition = "" if row["concept"] in printed else row["definition"]
        printed.add(row["concept"])
        styles = {"forbidden": "red strike", "deprecated": "yellow", "preferred": "bold"}
        target = Text(row["target"], style=styles.get(row["status"], ""))
        source = row["source"]
        if row.get("source_status") in ("forbidden", "deprecated", "proposed"):
            source += f" ({translated(row['source_status'])})"
        table.add_row(Text(source), target, translated(row["status"]), Text(row["subject"]), Text(definition))
    console().print(table)
    shown: set[str] = set()
    for example in (one for row in rows for one in row.get("memory_examples", ())):
        if example["source"] not in shown:
            shown.add(example["source"])
            write(f"\n{example['source']}\n    {example['target']}")


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Glossaries: TBX, CSV, TSV, XLSX, OmegaT, UTX, JSONL.")],
    merge: Annotated[
        str, typer.Option(help="What identifies the same entry: concept (its id), term (its term) or none.")
    ] = ("concept"),
    columns: Annotated[
        str | None, typer.Option(help='Columns of a table, from 1: "zh=1,en=2,en_forbidden=3,note=4".')
    ] = None,
    status: Annotated[
        str, typer.Option(help="Status of terms to which the file gives none: preferred, admitted, proposed, …")
    ] = "preferred",
    header: Annotated[bool, typer.Option(help="With --columns: the first row is a header.")] = True,
    skip_faulty: Annotated[
        bool, typer.Option("--skip-faulty", help="Import the valid entries of a faulty file.")
    ] = False,
    terms: TermsOption = None,
    json: AsJson = False,
) -> None:
    """Import glossaries; a file with problems is refused, and each problem reported with its line."""
    from tm.terms.concept import Status
    from tm.terms.formats.columns import columns_of
    from tm.terms.formats.exchange import read_terms
    from tm.terms.merging import Merge
    from tm.terms.merging import merge as merged_with
    from tm.terms.sample import sample_path
    from tm.terms.serialization import conflict_row

    check_choice("--merge", merge, Merge)
    check_choice("--status", status, Status)
    chosen = columns_of(columns, header=header) if columns else None
    with waiting("reading"):
        readings = [(path, read_terms(path, chosen, status=Status(status))) for path in files]
    _complain(readings, skip_faulty)
    first = terms is None and not default_terms().exists()
    with opened(terms, create=True) as base, waiting("working"):
        conflicts = []
        count = 0
        for _, reading in readings:
            concepts, disagreements = merged_with(base, reading.concepts, merge)  # type: ignore[arg-type]
            conflicts += disagreements
            count += base.add(concepts)
        total = len(base)
    if first:
        message("duiyi: the sample glossary is no longer used, since you have a term base now; to keep it:")
        message(f"duiyi term import {sample_path()}")
    for conflict in conflicts:
        message(f"conflict: {conflict.term}: stored {', '.join(conflict.stored)}; new {', '.join(conflict.new)}")
    if json:
        rows = [conflict_row(conflict) for conflict in conflicts]
        print_json({"imported": count, "entries": total, "conflicts": rows})
    else:
        imported = counted(count, "entry", "entries")
        tell(f"{imported} imported, {total:,} in the term base, {counted(len(conflicts), 'conflict')}")


def _complain(readings: "list[tuple[Path, GlossaryContents]]", skip_faulty: bool) -> None:
    """Print how the files were understood, and what is wrong; raise `DamagedInput` unless it is to be skipped."""
    from corpora.errors import DamagedInput

    for path, reading in readings:
        if reading.columns:
            message(f"{path}: {reading.columns}")
        for problem in reading.problems:
            message(f"{path}, line {problem.line}: {problem.message}")
    for path, reading in readings:
        if reading.problems and not skip_faulty:
            problem = reading.problems[0]
            raise DamagedInput(
                f"{path}, line {problem.line}: {problem.message}; nothing was imported (--skip-faulty does)"
            )


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="File to write: .tbx .csv .tsv .xlsx .utf8 (OmegaT) .utx .jsonl")],
    source: Annotated[
        str, typer.Option(help="Source language. With this or --target, tables contain two languages, by default all.")
    ] = "",
    target: Annotated[str, typer.Option(help="Target language.")] = "",
    tbx: Annotated[str, typer.Option(help="Version of TBX: 2, 3-dca or 3-dct.")] = "2",
    subject: Annotated[str | None, typer.Option(help="Only entries of this subject field.")] = None,
    terms: TermsOption = None,
) -> None:
    """Write the term base in the format of the file's extension."""
    from corpora.text.languages import stated_code
    from tm.terms.formats.base import TbxStyle
    from tm.terms.formats.exchange import write_terms

    check_choice("--tbx", tbx, TbxStyle)
    check_targets([out], files_among(terms_at(terms)))
    with opened(terms) as base, waiting("working"):
        chosen = (concept for concept in base.concepts() if subject is None or concept.subject == subject)
        chosen_pair = (source or "zh", target or "en") if source or target else ()
        languages = [stated_code(code, base.languages) for code in chosen_pair]
        count = write_terms(out, chosen, languages=languages, style=tbx)  # type: ignore[arg-type]
    tell(f"{out}: {counted(count, 'entry', 'entries')}")


@app.command()
def extract(
    files: Annotated[list[Path] | None, typer.Argument(help="TMX, XLIFF, TSV, JSONL, PO … to extract from.")] = None,
    memory: Annotated[
        str,
        typer.Option(metavar="FILE", help="Memory to extract from; without files DUIYI_MEMORY, else your own."),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="TSV, or .html: a page; accept terms in either and import it."),
    ] = None,
    limit: Annotated[int, typer.Option(help="Largest number of pairs.", min=1)] = 500,
    least: Annotated[int, typer.Option(help="Smallest number of units in which both terms occur.", min=2)] = 3,
    vectors: Annotated[bool, typer.Option(help="Compare meanings with the built-in encoder too.")] = True,
    add: Annotated[bool, typer.Option("--add", help="Add them to the term base with the status proposed.")] = False,
    terms: TermsOption = None,
    json: AsJson = False,
) -> None:
    """Extract pairs of terms from units, best first: by co-occurrence, meaning and form."""
    from corpora.errors import UsageError
    from tm.terms.serialization import pair_row, proposed

    if files and memory:
        raise UsageError("name files to extract from or a memory with --memory, not both")
    if out is not None and out.suffix.lower() not in (".tsv", ".tab", ".html"):
        raise UsageError(f"{out}: candidates are written as .tsv or .html")
    if out is not None:
        check_targets([out], [*(files or files_among(one_path(memory))), *files_among(terms_at(terms))])
    units = _units_of(files or [], memory)
    with opened(terms, create=add) if add or terms or default_terms().exists() else _nothing() as base:
        pairs = _extracted(units, base, limit, least, vectors)
        if add and base is not None:
            base.add(proposed(pairs, units))
            message(f"{counted(len(pairs), 'entry', 'entries')} added as proposed")
    if out is not None:
        if out.suffix.lower() == ".html":
            from tm.terms.candidate_page import write_page

            write_page(out, [pair_row(pair, units) for pair in pairs])
        else:
            _write_pairs(out, pairs, units)
        tell(f"{out}: {counted(len(pairs), 'pair')} from {counted(len(units), 'unit')}")
    if json:
        print_json([pair_row(pair, units) for pair in pairs])
    elif out is None:
        _print_pairs(pairs)


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


def _units_of(files: list[Path], memory: str) -> "list[Unit]":
    from corpora.errors import EmptyInput
    from tm.terms.extraction import main_language_pair

    if not files:
        from tm.search.memory import Memory

        with Memory(one_path(memory), create=False) as store:
            units = list(store.units())
    else:
        units = [unit for path in files for unit in _units_in(path)]
    if not units:
        raise EmptyInput("there are no units to extract terms from")
    units, others = main_language_pair(units)
    if others:
        pair = f"{units[0].source_lang} and {units[0].target_lang}"
        message(f"duiyi: {counted(others, 'unit')} of other languages than {pair} left out")
    return units


def _units_in(path: Path, source_file: str = "", target_file: str = "") -> "Iterator[Unit]":
    from tm.formats import ReadOptions, read

    options = ReadOptions(source_file=source_file, target_file=target_file)
    return read(path, options, on_problem=lambda problem: message(f"duiyi: warning: {path}, {problem}"))


def _extracted(units: "list[Unit]", base: "TermBase | None", limit: int, least: int, vectors: bool) -> "list[TermPair]":
    from models.registry import load
    from tm.terms.candidates import CandidateOptions
    from tm.terms.extraction import ExtractOptions, extract_terms
    from tm.terms.serialization import known_pairs

    known = known_pairs(base, units[0].source_lang, units[0].target_lang)
    options = ExtractOptions(CandidateOptions(least=least), least=least, limit=limit, known=known)
    with waiting("reading") as progress:
        encoder = load(None) if vectors else None
        return extract_terms(units, encoder=encoder, options=options, progress=progress)


def _write_pairs(path: Path, pairs: "list[TermPair]", units: "list[Unit]") -> None:
    import csv

    from tm.terms.serialization import pair_row

    rows = [pair_row(pair, units) for pair in pairs]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        names = list(rows[0]) if rows else ["source", "target", "score", "count"]
        out = csv.DictWriter(file, names, delimiter="\t", lineterminator="\n")
        out.writeheader()
        out.writerows({name: " ".join(str(value).split()) for name, value in row.items()} for row in rows)


def _print_pairs(pairs: "list[TermPair]") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in headings("source", "target"):
        table.add_column(name, overflow="fold")
    for name in headings("score", "count", "association", "dice", "similarity", "termhood"):
        table.add_column(name, justify="right")
    for pair in pairs:
        numbers = (pair.score, pair.count, pair.association, pair.dice, pair.similarity, pair.termhood)
        table.add_row(Text(pair.source), Text(pair.target), *(f"{number:g}" for number in numbers))
    console().print(table)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Units to check: TMX, XLIFF, TSV, JSONL, PO, .align …")],
    source_file: SourceFile = "",
    target_file: TargetFile = "",
    terms: TermsOption = None,
    json: AsJson = False,
) -> None:
    """Check translations for missing, forbidden and inconsistent terms; exit code 1 if there are any."""
    from tm.terms.check import check_terms as checked
    from tm.terms.serialization import finding_row

    units = list(_units_in(file, source_file, target_file))
    with opened(terms) as base:
        if not len(base):
            message("duiyi: the term base is empty, so no terms are checked")
        with waiting("working"):
            findings = list(checked(units, base))
    if json:
        print_json([finding_row(finding) for finding in findings])
    else:
        for finding in findings:
            unit = translated(f"unit {finding.unit}")
            write(f"{unit}: {finding.check}: {translated(finding.message)}")
        message(f"{counted(len(findings), 'finding')} in {counted(len(units), 'unit')}")
    if findings:
        raise typer.Exit(1)


@app.command()
def report(
    file: Annotated[Path, typer.Argument(help="Units: TMX, XLIFF, TSV, JSONL, PO …")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Page to write.")] = Path("terms.html"),
    limit: Annotated[int, typer.Option(help="Largest number of terms.", min=1)] = 40,
    source_file: SourceFile = "",
    target_file: TargetFile = "",
    terms: TermsOption = None,
) -> None:
    """Write a page with the most frequent terms, where each occurs, and its competing translations."""
    from tm.terms.report import profiles, render

    texts = [Path(text) for text in (source_file, target_file) if text]
    check_targets([out], [file, *texts, *files_among(terms_at(terms))])
    units = list(_units_in(file, source_file, target_file))
    with opened(terms) as base, waiting("working"):
        found = profiles(units, base, limit=limit)
    with replacing(out) as temporary:
        temporary.write_text(render(file.name, units, found), encoding="utf-8", newline="\n")
    competing = sum(profile.competing for profile in found)
    tell(f"{out}: {counted(len(found), 'term')}, {competing:,} rendered in more than one way")
