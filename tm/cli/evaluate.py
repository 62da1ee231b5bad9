"""`duiyi evaluate`: score alignments against a gold standard, and two alignments against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.text.plurals import counted, plural
from corpora.translation import translated
from tm.cli.output import console, headings, message, print_json, tell

if TYPE_CHECKING:
    from align.alignment import Bead
    from align.metrics import BeadScores, Comparison, Interval, Score

__all__ = ["evaluate"]

_Beads = Mapping[str, "Sequence[Bead]"]


def evaluate(
    gold: Annotated[Path, typer.Argument(help="The gold standard: an .align file, or a folder of them.")],
    auto: Annotated[Path, typer.Argument(help="The alignment to score: a file, or a folder with the same names.")],
    compare: Annotated[
        Path | None,
        typer.Option(help="A second alignment; test whether the difference is significant."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    samples: Annotated[int, typer.Option(help="Bootstrap samples for the interval and the test.", min=100)] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the resampling.")] = 0,
) -> None:
    """Print strict and lax precision, recall and F1: overall, by document and by bead type.

    Precision counts every bead of AUTO, also omissions; recall counts the beads of GOLD with both sides; documents are
    pooled. A strict match is the same bead, a lax match one that overlaps on both sides.
    """
    from align import metrics

    expected = _read_gold(gold)
    actual = _read_auto(auto, expected, gold)
    found = metrics.evaluate(expected, actual)
    interval = metrics.bootstrap(expected, actual, samples=samples, seed=seed)
    error, _ = metrics.calibration(expected, actual)
    scored = any(bead.score for beads in actual.values() for bead in beads)
    comparison = None
    if compare is not None:
        other = _read_auto(compare, expected, gold)
        comparison = metrics.compare(expected, actual, other, samples=samples, seed=seed)
    if as_json:
        result: dict[str, Any] = _json(found.overall)
        result["documents"] = {name: _json(quality) for name, quality in found.documents.items()}
        result["types"] = {name: _json(quality) for name, quality in found.types.items()}
        result["interval"] = asdict(interval)
        result["calibration_error"] = error if scored else None
        if comparison is not None and compare is not None:
            result["compare"] = {
                "file": str(compare),
                **_json(metrics.evaluate(expected, other).overall),
                **asdict(comparison),
            }
        print_json(result)
        return
    _print(found.overall, found.documents, found.types, interval)
    if scored:
        tell(f"Expected calibration error of the scores: {error:.3f}")
    if comparison is not None and compare is not None:
        tell(_sentence(comparison, auto, compare))


def _read_gold(path: Path) -> dict[str, "list[Bead]"]:
    from align.beadfile import read
    from corpora.errors import EmptyInput, InputError

    if path.is_dir():
        files = sorted(path.glob("*.align"))
        if not files:
            raise EmptyInput(f"{path} contains no .align files")
        return {file.stem: read(file) for file in files}
    if not path.exists():
        raise InputError(f"{path} does not exist")
    return {path.stem: read(path)}


def _read_auto(path: Path, gold: _Beads, gold_path: Path) -> dict[str, "list[Bead]"]:
    """Read the alignments of the documents of the gold standard; a single file for a gold standard of one file."""
    from align.beadfile import read
    from corpora.errors import InputError, UsageError

    if not path.exists():
        raise InputError(f"{path} does not exist")
    if not path.is_dir():
        if gold_path.is_dir() and len(gold) > 1:
            raise UsageError(f"{gold_path} is a folder of {len(gold)} files, but {path} is one file")
        return {name: read(path) for name in gold}
    missing = [name for name in gold if not (path / f"{name}.align").is_file()]
    if missing:
        raise InputError(f"{path} has no {missing[0]}.align, which {gold_path} has")
    more = sum(1 for file in path.glob("*.align") if file.stem not in gold)
    if more:
        are = plural(more, "is", "are")
        message(f"{counted(more, 'file')} of {path} without counterpart in {gold_path} {are} not counted")
    return {name: read(path / f"{name}.align") for name in gold}


def _json(quality: "BeadScores") -> dict[str, Any]:
    return {
        "strict": asdict(quality.strict),
        "lax": asdict(quality.lax),
        "beads": {"system": quality.system, "gold": quality.gold},
    }


def _print(
    overall: "BeadScores",
    documents: Mapping[str, "BeadScores"],
    types: Mapping[str, "BeadScores"],
    interval: "Interval",
) -> None:
    from rich.table import Table

    for title, rows in (("document", documents), ("bead type", types)):
        table = Table(box=None, pad_edge=False)
        table.add_column(translated(title))
        for name in headings("strict P", "R", "F1", "lax P", "R", "F1", "beads", "gold"):
            table.add_column(name, justify="right")
        everything = {translated("all"): overall} if title == "document" else {}
        for name, quality in {**rows, **everything}.items():
            table.add_row(
                name, *_figures(quality.strict), *_figures(quality.lax), str(quality.system), str(quality.gold)
            )
        console().print(table)
        console().print()
    tell(f"Strict F1 {overall.strict.f1:.4f}, 95 % interval {interval.low:.4f} to {interval.high:.4f}")


def _figures(score: "Score") -> tuple[str, str, str]:
    return f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}"


def _sentence(comparison: "Comparison", auto: Path, other: Path) -> str:
    return (
        f"Strict F1 of {other} minus {auto}: {comparison.difference:+.4f}, 95 % interval"
        f" {comparison.interval.low:+.4f} to {comparison.interval.high:+.4f}, p = {comparison.p_value:.3g}"
    )
