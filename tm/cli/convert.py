"""`duiyi convert`: convert units to another format, in a form that a CAT tool accepts."""

from pathlib import Path
from typing import Annotated, Any

import typer

from corpora.files import check_targets
from corpora.text.plurals import counted
from tm.cli.output import complain, print_json, tell, waiting

__all__ = ["convert"]


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The file to read, format by extension.")],
    out: Annotated[Path, typer.Argument(help="The file to write, format by extension.")],
    client: Annotated[
        str, typer.Option("--for", help="CAT tool to write for: omegat, trados, memoq, phrase, matecat or weblate.")
    ] = "",
    source_lang: Annotated[str, typer.Option(help="Language to use as the source; that of the file by default.")] = "",
    target_lang: Annotated[str, typer.Option(help="Language to use as the target.")] = "",
    columns: Annotated[
        str, typer.Option(help="Columns of a table, by header or number: source=1,target=3. Detected by default.")
    ] = "",
    source_file: Annotated[str, typer.Option(help="For .align: the source text, one unit per line.")] = "",
    target_file: Annotated[str, typer.Option(help="For .align: the target text, one unit per line.")] = "",
    xliff: Annotated[str, typer.Option(help="Version written to .xlf: 1.2 or 2.1.")] = "1.2",
    segtype: Annotated[str, typer.Option(help="The segtype of TMX: auto, sentence or paragraph.")] = "auto",
    tags: Annotated[str, typer.Option(help="Inline tags: keep, native (as code in the text) or drop.")] = "keep",
    spreadsheet_safe: Annotated[
        bool, typer.Option("--spreadsheet-safe", help="CSV and TSV: no text that a spreadsheet would run as a formula.")
    ] = False,
    strict: Annotated[bool, typer.Option(help="Refuse the whole file if one of its units is damaged.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Convert units between TMX, XLIFF, TBX, PO, CSV, TSV, XLSX, JSONL and Parquet."""
    from tm.formats import ReadOptions, UnitProblems, WriteOptions, format_of, read
    from tm.formats import write as write_file
    from tm.formats.conformance import Audit

    reading = ReadOptions(source_lang, target_lang, strict, _columns(columns), source_file, target_file)
    options = WriteOptions(xliff=xliff, segtype=segtype, tags=tags, client=client, spreadsheet_safe=spreadsheet_safe)  # type: ignore[arg-type]
    format_of(source)
    format_of(out, to_write=True)
    check_targets([out], [path for path in (source, Path(source_file), Path(target_file)) if path.name])
    problems = UnitProblems(source, strict)
    audit = Audit()
    with waiting(f"converting {source.name}"):
        report = write_file(out, audit.over(read(source, reading, problems=problems)), options)
    complain(problems)
    if json:
        print_json(_as_json(source, report, problems, audit))
        return
    tell(f"{report.path}: {counted(report.written, 'unit')} from {audit.units:,}")
    for reason, count in sorted(report.left_out.items()):
        tell(f"  left out: {count:,} ({reason})")
    added = report.written + sum(report.left_out.values()) - audit.units
    if added > 0:
        tell(f"  added: {added:,} (units without their list number, and the numbers by themselves)")
    if report.removed_characters:
        tell(f"  removed: {counted(report.removed_characters, 'character')} that XML forbids")
    _warn(audit, report.left_out, problems.repaired)
    if client:
        from tm.formats.cat_tools import cat_tool

        tell(f"{cat_tool(client).name}: {cat_tool(client).advice}")


def _columns(text: str) -> dict[str, str]:
    from corpora.errors import UsageError

    found = {}
    for pair in filter(None, text.split(",")):
        name, mark, column = pair.partition("=")
        if not mark or not name.strip() or not column.strip():
            raise UsageError(f"--columns takes name=column pairs such as source=1,target=3, not {pair!r}")
        found[name.strip()] = column.strip()
    return found


def _warn(audit: Any, left_out: Any, repaired: Any) -> None:
    """What was repaired while reading, and what a CAT tool may still reject in the written units."""
    from tm.formats.conformance import REASONS

    for key, count in repaired.items():
        tell(f"  repaired: {count:,} × {REASONS[key].title} ({REASONS[key].effect})")
    for key, reason in REASONS.items():
        count = audit.counts[key] - left_out.get(key, 0)
        if count > 0:
            tell(f"  note: {count:,} × {reason.title} ({reason.effect})")


def _as_json(source: Path, report: Any, problems: Any, audit: Any) -> dict[str, Any]:
    return {
        "in": str(source),
        "out": str(report.path),
        "read": audit.units,
        "written": report.written,
        "left_out": report.left_out,
        "removed_characters": report.removed_characters,
        "problems": [{"line": problem.line, "message": problem.message} for problem in problems.found],
        "passed_over": dict(problems.skipped),
        "mended": dict(problems.repaired),
        "notes": problems.notes,
        "reasons": dict(audit.counts),
    }
