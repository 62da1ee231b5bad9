"""`duiyi check`: the quality checks over an alignment or a memory, for a person, a pipeline and a baseline."""

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.text.plurals import counted
from tm.cli.output import console, errors, message, print_json, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.encoder import Encoder
    from tm.checks.finding import Severity
    from tm.checks.options import CheckOptions
    from tm.checks.run import CheckReport
    from tm.formats import ReadOptions
    from tm.unit import Unit

__all__ = ["check"]

_FAIL_ON = ("error", "warning", "info", "never")
_INDENT = "    "
#: Columns where no terminal says how many it has.
_WIDTH = 120


def check(
    file: Annotated[
        Path | None, typer.Argument(help="Units to check: TMX, XLIFF, TSV, CSV, JSONL, PO, XLSX, or .align.")
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", "-o", help="Report to write: .html, .json, .xml (JUnit) or .sarif; may be repeated."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Run this check only; may be repeated or hold several, with commas.")
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Do not run this check; likewise.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file with settings and the project's own rules.")] = None,
    fail_on: Annotated[
        str, typer.Option(help="Exit with 1 from this severity on: error, warning, info or never.")
    ] = "error",
    embeddings: Annotated[
        bool | None,
        typer.Option(
            "--embeddings/--no-embeddings",
            help="Compare meanings as well; by default up to 20,000 units.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Encoder: built-in by default, else a name or path.")] = None,
    glossary: Annotated[Path | None, typer.Option(help="Terms that must be used: TSV, CSV, TBX, UTX …")] = None,
    baseline: Annotated[Path | None, typer.Option(help="Findings accepted before, not to be shown again.")] = None,
    write_baseline: Annotated[Path | None, typer.Option(help="Write all findings as accepted ones.")] = None,
    source_lang: Annotated[str, typer.Option(help="Language of the source, where the file does not say.")] = "",
    target_lang: Annotated[str, typer.Option(help="Language of the target, likewise.")] = "",
    source_file: Annotated[str, typer.Option(help="For .align: the source text, one unit a line.")] = "",
    target_file: Annotated[str, typer.Option(help="For .align: the target text.")] = "",
    conformance: Annotated[
        bool, typer.Option("--conformance", "--tmx", help="Count too what CAT tools would skip, and why.")
    ] = False,
    limit: Annotated[int, typer.Option(help="Findings to print; the report holds all.", min=0)] = 50,
    show: Annotated[
        str, typer.Option(help="Print findings from this severity on: error, warning or info.")
    ] = "warning",
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    list_checks: Annotated[bool, typer.Option("--list", help="List the checks and stop.")] = False,
) -> None:
    """Check translations for faults; exit code 1 where one of the chosen severity was found."""
    from contextlib import nullcontext
    from dataclasses import replace

    from corpora.errors import UsageError
    from corpora.files import check_targets, replacing_all
    from tm.checks.finding import Severity
    from tm.checks.run import check as run_checks
    from tm.formats import ReadOptions
    from tm.report.outputs import FORMATS, accept, as_json, write_report
    from tm.report.outputs import write_baseline as keep

    if list_checks:
        _list(json)
        return
    if file is None:
        raise UsageError("name a file of units to check, or --list for the checks")
    if fail_on not in _FAIL_ON:
        raise UsageError(f"--fail-on is one of {', '.join(_FAIL_ON)}, not {fail_on}")
    if show not in _FAIL_ON[:3]:
        raise UsageError(f"--show is one of {', '.join(_FAIL_ON[:3])}, not {show}")
    for path in out or []:
        if path.suffix.lower() not in FORMATS:
            raise UsageError(f"{path}: reports are written as {', '.join(FORMATS)}")
    check_targets([*(out or []), *filter(None, [write_baseline])])
    options = _options(only, skip, config, embeddings, glossary)
    options = replace(options, either_script="zh" in (source_lang, target_lang))
    reading = ReadOptions(
        source_lang=source_lang, target_lang=target_lang, source_file=source_file, target_file=target_file
    )
    units = _read(file, reading)
    encoder = _encoder(units, options, model)
    with errors().status("Comparing meanings …") if encoder is not None else nullcontext():
        report = run_checks(units, options, encoder)
    if write_baseline is not None:
        keep(write_baseline, report, units)
    if baseline is not None:
        report = accept(baseline, report, units)
    with replacing_all(out or []) as places:
        for path, place in zip(out or [], places, strict=True):
            write_report(path, report, units, file, place=place)
    if json:
        data = as_json(report, units)
        if conformance:
            data["conformance"] = _conformance(file, reading)
        print_json(data)
    else:
        _print(report, units, limit, Severity(show))
        if conformance:
            for reason, count in _conformance(file, reading).items():
                write(f"{count:7,}  {reason}")
    worst = report.worst()
    if fail_on != "never" and worst is not None and worst.rank >= Severity(fail_on).rank:
        raise typer.Exit(1)


def _options(
    only: list[str] | None,
    skip: list[str] | None,
    config: Path | None,
    embeddings: bool | None,
    glossary: Path | None,
) -> "CheckOptions":
    from dataclasses import replace

    from tm.checks.options import CheckOptions, from_toml
    from tm.checks.run import chosen

    options = from_toml(config) if config is not None else CheckOptions()
    options = replace(options, only=options.only | _names(only), skip=options.skip | _names(skip))
    if embeddings is not None:
        options = replace(options, embeddings=embeddings)
    if glossary is not None:
        from tm.terms.formats.exchange import read_terms

        options = replace(options, glossary=options.glossary + read_terms(glossary).concepts)
    chosen(options)  # a name that no check has is refused before anything is read
    return options


def _names(given: list[str] | None) -> frozenset[str]:
    return frozenset(name.strip() for names in given or [] for name in names.split(",") if name.strip())


def _read(file: Path, options: "ReadOptions") -> "list[Unit]":
    from tm.formats import read

    return list(read(file, options, on_problem=lambda problem: message(f"duiyi: warning: {file}, {problem}")))


def _encoder(units: "Sequence[Unit]", options: "CheckOptions", model: str | None) -> "Encoder | None":
    from models.registry import load
    from tm.checks.run import wants_encoder

    if wants_encoder(len(units), options):
        return load(model)
    if options.embeddings is None and wants_encoder(0, options):
        message(f"duiyi: {counted(len(units), 'unit')}: meanings are not compared; --embeddings does it all the same")
    return None


def _conformance(file: Path, options: "ReadOptions") -> dict[str, int]:
    """What CAT tools would trip over: title and count of each reason, those of the whole file first."""
    from tm.formats.inspection import inspect

    return {reason.title: count for reason, count in inspect(file, options).rows()}


def _list(json: bool) -> None:
    from tm.checks.registry import checks

    rows = [
        {"check": one.name, "severity": str(one.severity), "about": one.about, "embeddings": one.needs_encoder}
        for one in checks().values()
    ]
    if json:
        print_json(rows)
        return
    width = max(len(str(row["check"])) for row in rows)
    for row in rows:
        write(f"{row['check']!s:<{width}}  {row['severity']:<7}  {row['about']}")


def _print(report: "CheckReport", units: "Sequence[Unit]", limit: int, least: "Severity") -> None:
    """Finding by finding with its whole message, and the two texts once a unit: columns of a table would cut both."""
    summary = report.summary
    shown = [finding for finding in report.findings if finding.severity.rank >= least.rank]
    screen = console()
    room = (screen.width if screen.is_terminal else _WIDTH) - len(_INDENT)
    for number, findings in groupby(shown[:limit], key=lambda finding: finding.unit):
        for finding in findings:
            write(f"{number}  {finding.severity!s:<7}  {finding.check}: {_plain(finding.message)}")
        for side in (units[number].source, units[number].target):
            write(_INDENT + _short(side, room))
    if len(shown) > limit:
        message(f"duiyi: {len(shown) - limit:,} more: --limit prints them, -o report.html holds all")
    counts = ", ".join(
        counted(count, name, "info" if name == "info" else "") for name, count in summary["by_severity"].items()
    )
    accepted = f", {report.accepted:,} accepted before" if report.accepted else ""
    message(f"{counted(len(report.units), 'unit')}: {counts}{accepted}")


def _short(text: str, room: int) -> str:
    """``text`` in one line of at most ``room`` columns, of which a Chinese character takes two."""
    from rich.cells import cell_len, set_cell_size

    text = _plain(" ".join(text.split()))
    return text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + "…"


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
