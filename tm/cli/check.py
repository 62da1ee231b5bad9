"""`duiyi check`: the quality checks of a file of units, with reports, exit codes and baselines."""

from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.arguments import check_choice
from corpora.errors import UsageError
from corpora.files import check_targets, replacing_all
from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.output import console, message, padded, print_json, tell, waiting, write

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
_TYPES = {"interface": "interface strings", "legal": "a legal text", "prose": "prose"}
_INDENT = "    "
#: Columns without a terminal.
_WIDTH = 120


FileArgument = Annotated[
    Path | None, typer.Argument(help="Units to check: TMX, XLIFF, TSV, CSV, JSONL, PO, XLSX, or .align.")
]
OutOption = Annotated[
    list[Path] | None,
    typer.Option("--out", "-o", help="Report to write: .html, .json, .xml (JUnit) or .sarif; may be repeated."),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(help="Run this check only; may be repeated or contain several names, separated by commas."),
]
SkipOption = Annotated[
    list[str] | None, typer.Option(help="Do not run this check; may be repeated, or list several with commas.")
]
ConfigOption = Annotated[Path | None, typer.Option(help="TOML file with settings and the project's own rules.")]
FailOnOption = Annotated[
    str, typer.Option(help="Lowest severity that gives exit code 1: error, warning, info or never.")
]
EmbeddingsOption = Annotated[
    bool | None,
    typer.Option(
        "--embeddings/--no-embeddings",
        help="Compare meanings as well; by default up to 20,000 units.",
        show_default=False,
    ),
]
ModelOption = Annotated[str | None, typer.Option(help="Encoder: built-in by default, else a name or path.")]
GlossaryOption = Annotated[Path | None, typer.Option(help="Terms that must be used: TSV, CSV, TBX, UTX …")]
BaselineOption = Annotated[Path | None, typer.Option(help="Findings accepted before, which are not shown again.")]
WriteBaselineOption = Annotated[Path | None, typer.Option(help="Write all findings to a file of accepted ones.")]
ConformanceOption = Annotated[
    bool, typer.Option("--conformance", "--tmx", help="Also count what CAT tools would skip, and why.")
]
FilterOption = Annotated[
    float | None,
    typer.Option(
        "--filter",
        help="Write to -o (.tmx, .tsv, …) only pairs that are translations with this probability, 0 to 1; no report.",
        show_default=False,
        min=0.0,
        max=1.0,
    ),
]
StrictnessOption = Annotated[
    str, typer.Option(help="How sure a finding must be to count as error or warning: low (few), normal or high (many).")
]
TextTypeOption = Annotated[
    str,
    typer.Option(help="What the file holds: interface, legal, prose, other, or auto; it switches off some checks."),
]
ExplainOption = Annotated[
    str, typer.Option(metavar="ID", help="Explain a finding: its id in a report, or the number of a unit.")
]
ShowOption = Annotated[str, typer.Option(help="Lowest severity to print: error, warning or info.")]


def check(
    file: FileArgument = None,
    out: OutOption = None,
    only: OnlyOption = None,
    skip: SkipOption = None,
    config: ConfigOption = None,
    fail_on: FailOnOption = "error",
    embeddings: EmbeddingsOption = None,
    model: ModelOption = None,
    glossary: GlossaryOption = None,
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = None,
    source_lang: Annotated[str, typer.Option(help="Source language, if the file does not give it.")] = "",
    target_lang: Annotated[str, typer.Option(help="Target language, if the file does not name it.")] = "",
    source_file: Annotated[str, typer.Option(help="For .align: the source text, one unit per line.")] = "",
    target_file: Annotated[str, typer.Option(help="For .align: the target text.")] = "",
    least: FilterOption = None,
    conformance: ConformanceOption = False,
    limit: Annotated[int, typer.Option(help="Largest number of findings to print; reports contain all.", min=0)] = 50,
    show: ShowOption = "warning",
    strictness: StrictnessOption = "normal",
    text_type: TextTypeOption = "auto",
    explain: ExplainOption = "",
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    list_checks: Annotated[bool, typer.Option("--list", help="List the checks and exit.")] = False,
) -> None:
    """Check translations for errors; exit code 1 if there is a finding of the chosen severity."""
    from tm.checks.finding import Severity
    from tm.formats import ReadOptions

    if list_checks:
        _list(json)
        return
    if file is None:
        raise UsageError("name a file of units to check, or --list for the checks")
    given = (file, config, glossary, *(Path(text) for text in (source_file, target_file) if text))
    inputs = [path for path in given if path is not None]
    reading = ReadOptions(
        source_lang=source_lang, target_lang=target_lang, source_file=source_file, target_file=target_file
    )
    if least is not None:
        _filter(file, reading, out or [], inputs, least, model, json)
        return
    _check_usage(out or [], write_baseline, inputs, fail_on, show)
    check_targets(out or [], [baseline] if baseline else [])  # --write-baseline may replace it
    options = replace(
        _options(only, skip, config, embeddings, glossary, strictness, text_type),
        either_script="zh" in (source_lang, target_lang),
    )
    units = _read(file, reading)
    report = _report(units, options, model, write_baseline, baseline)
    if explain:
        _explain(report, explain)
        return
    _write_reports(out or [], report, units, file)
    reasons = _conformance(file, reading) if conformance else None
    _results(report, units, reasons, (limit, Severity(show)) if not json else None)
    _exit(report, fail_on)


def _filter(
    file: Path,
    reading: "ReadOptions",
    out: list[Path],
    inputs: list[Path],
    least: float,
    model: str | None,
    json: bool,
) -> None:
    """Write the units that are translations with at least the probability ``least``."""
    from models.registry import load
    from tm.checks.noise import probabilities
    from tm.formats import format_of
    from tm.formats import write as write_units

    if not out:
        raise UsageError("--filter needs -o: the file to write the remaining units to, such as -o clean.tmx")
    for path in out:
        format_of(path)
    check_targets(out, inputs)
    units = _read(file, reading)
    with waiting("Looking for pairs that are no translations …"):
        likely = probabilities(units, load(model))
    kept = [unit for unit, probability in zip(units, likely, strict=True) if probability >= least]
    for path in out:
        write_units(path, kept)
    if json:
        rows = [{"unit": place, "probability": round(one, 4)} for place, one in enumerate(likely) if one < least]
        print_json({"units": len(units), "written": len(kept), "left_out": rows})
        return
    tell(f"{out[0]}: {counted(len(kept), 'unit')} of {len(units):,}; {len(units) - len(kept):,} left out")


def _check_usage(out: list[Path], write_baseline: Path | None, inputs: list[Path], fail_on: str, show: str) -> None:
    """Refuse wrong values and outputs that cannot be written before anything is read."""
    from tm.report.outputs import REPORT_FORMATS

    check_choice("--fail-on", fail_on, _FAIL_ON)
    check_choice("--show", show, _FAIL_ON[:3])
    for path in out:
        if path.suffix.lower() not in REPORT_FORMATS:
            raise UsageError(f"{path}: reports are written as {', '.join(REPORT_FORMATS)}")
    check_targets([*out, *filter(None, [write_baseline])], inputs)


def _report(
    units: "list[Unit]",
    options: "CheckOptions",
    model: str | None,
    write_baseline: Path | None,
    baseline: Path | None,
) -> "CheckReport":
    """Run the checks; write and use the baselines."""
    from tm.checks.run import check as run_checks
    from tm.report.outputs import accept
    from tm.report.outputs import write_baseline as write_accepted

    encoder = _encoder(units, options, model)
    with waiting("Comparing meanings …" if encoder is not None else "working"):
        report = run_checks(units, options, encoder)
    if write_baseline is not None:
        write_accepted(write_baseline, report, units)
    return report if baseline is None else accept(baseline, report, units)


def _write_reports(out: list[Path], report: "CheckReport", units: "list[Unit]", file: Path) -> None:
    from tm.report.outputs import write_report

    with replacing_all(out) as places:
        for path, place in zip(out, places, strict=True):
            write_report(path, report, units, file, place=place)


def _options(
    only: list[str] | None,
    skip: list[str] | None,
    config: Path | None,
    embeddings: bool | None,
    glossary: Path | None,
    strictness: str,
    text_type: str,
) -> "CheckOptions":
    from dataclasses import replace
    from typing import get_args

    from tm.checks.calibration import Strictness
    from tm.checks.options import CheckOptions, from_toml
    from tm.checks.run import chosen

    options = from_toml(config) if config is not None else CheckOptions()
    options = replace(options, only=options.only | _names(only), skip=options.skip | _names(skip))
    level: Strictness = check_choice("--strictness", strictness, get_args(Strictness))
    kind = check_choice("--text-type", text_type, ("auto", "interface", "legal", "prose", "other"))
    options = replace(options, strictness=level, text_type="" if kind == "other" else kind)
    if embeddings is not None:
        options = replace(options, embeddings=embeddings)
    if glossary is not None:
        from tm.terms.formats.exchange import read_terms

        concepts = read_terms(glossary).concepts
        if not concepts:
            message(f"duiyi: {glossary}: the glossary is empty, so no terms are checked")
        options = replace(options, glossary=options.glossary + concepts)
    chosen(options)  # a name that no check has is refused before the units are read
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
        message(f"duiyi: {counted(len(units), 'unit')}: meanings are not compared without --embeddings")
    return None


def _exit(report: "CheckReport", fail_on: str) -> None:
    from tm.checks.finding import Severity

    worst = report.worst()
    if fail_on != "never" and worst is not None and worst.rank >= Severity(fail_on).rank:
        raise typer.Exit(1)


def _results(
    report: "CheckReport",
    units: "list[Unit]",
    reasons: dict[str, int] | None,
    screen: "tuple[int, Severity] | None",
) -> None:
    """Print the report: as many findings as ``screen`` says, from the severity that it names, or JSON without it."""
    if screen is None:
        from tm.report.outputs import as_json

        print_json(as_json(report, units) | ({"conformance": reasons} if reasons is not None else {}))
        return
    _print(report, units, *screen)
    for reason, count in (reasons or {}).items():
        write(f"{count:7,}  {translated(reason)}")


def _explain(report: "CheckReport", which: str) -> None:
    from tm.checks.explanation import chosen_findings, explanation

    found = chosen_findings(report, which)
    if not found:
        raise UsageError(
            f"there is no finding {which}: --explain takes the number of a unit with a finding, or its id in a report"
        )
    for place, finding in enumerate(found):
        for line in [""] * bool(place) + explanation(finding, report):
            write(_plain(_explained(line)))


def _explained(line: str) -> str:
    """A line of an explanation for the reader; the texts of the unit stay as they are."""
    name, colon, text = line.partition(": ")
    return f"{translated(name)}{colon}{text}" if name in ("source", "target") else translated(line)


def _conformance(file: Path, options: "ReadOptions") -> dict[str, int]:
    """What CAT tools would skip: title and count of each reason, those of the whole file first."""
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
        write(f"{row['check']!s:<{width}}  {padded(str(row['severity']), 7)}  {translated(str(row['about']))}")


def _print(report: "CheckReport", units: "Sequence[Unit]", limit: int, least: "Severity") -> None:
    """Print each finding with its whole message, and the two texts once per unit; a table would cut both."""
    summary = report.summary
    shown = [finding for finding in report.findings if finding.severity.rank >= least.rank]
    screen = console()
    room = (screen.width if screen.is_terminal else _WIDTH) - len(_INDENT)
    for number, findings in groupby(shown[:limit], key=lambda finding: finding.unit):
        for finding in findings:
            about = _plain(translated(finding.message))
            write(f"{number}  {padded(finding.severity, 7)}  {finding.check}: {about}")
        for side in (units[number].source, units[number].target):
            write(_INDENT + _short(side, room))
    if len(shown) > limit:
        message(f"duiyi: {len(shown) - limit:,} more: print them with --limit, or write all with -o report.html")
    wrong, warned, noted = summary["by_severity"].values()
    counts = f"{counted(len(units), 'unit')}: {counted(wrong, 'error')}, {counted(warned, 'warning')}, {noted:,} info"
    message(f"{counts}, {report.accepted:,} accepted before" if report.accepted else counts)
    if report.switched_off:
        off = "; ".join(f"{name} ({why})" for name, why in report.switched_off.items())
        message(f"duiyi: taken for {_TYPES[report.text_type]}, so not checked: {off}; --text-type other checks all")
    if shares := summary["precision"]:
        listed = ", ".join(f"{_translated_end(name)} {100 * share:.0f} %" for name, share in shares.items())
        message(f"duiyi: share of such findings that was right on reviewed text: {listed}")


def _translated_end(name: str) -> str:
    """A check and its severity, which is a word of the reader's language."""
    check, blank, severity = name.rpartition(" ")
    return f"{check}{blank}{translated(severity)}"


def _short(text: str, room: int) -> str:
    """``text`` in one line of at most ``room`` columns, of which a Chinese character takes two."""
    from rich.cells import cell_len, set_cell_size

    text = _plain(" ".join(text.split()))
    return text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + "…"


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
