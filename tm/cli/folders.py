"""`duiyi pair`, and `duiyi align` for two folders: which file is the translation of which."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.text.plurals import counted, plural
from corpora.translation import translated
from tm.cli.outcomes import STATES, show, with_progress
from tm.cli.output import errors, message, print_json, tell

if TYPE_CHECKING:
    from tm.jobs.align_files import AlignFilesOptions
    from tm.jobs.pairing import FolderPairs

__all__ = ["align_two_folders", "pair"]


def pair(
    source: Annotated[Path, typer.Argument(help="Folder of the documents in the source language.")],
    target: Annotated[Path, typer.Argument(help="Folder of their translations.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Table to write (.tsv), which `duiyi batch` takes.")],
    model: Annotated[
        str | None, typer.Option(help="Encoder: built-in by default, else a name or path of a model.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the pairs as JSON.")] = False,
) -> None:
    """Pair the files of two folders by their names and contents, one to one, with a confidence."""
    from models.registry import load
    from tm.jobs.folders import check_table, write_pairs
    from tm.jobs.pairing import pair_folders

    check_table(out)
    with _reading() as progress:
        found = pair_folders(source, target, encoder=load(model), progress=progress)
    write_pairs(found, out)
    _tell(found)
    if json:
        print_json({"out": str(out), **_as_data(found)})
    else:
        tell(f"{out}: {_counts(found)}")


def align_two_folders(
    source: Path, target: Path, out: Sequence[Path], options: "AlignFilesOptions", *, model: str | None, json: bool
) -> None:
    """Pair the files of two folders, align the certain pairs, and list what a person has to decide."""
    from models.registry import load
    from tm.cli.batch import as_data
    from tm.jobs.batch import cores
    from tm.jobs.folders import align_folders

    with _reading() as progress:
        done = align_folders(
            source,
            target,
            out,
            encoder=load(model),
            model=model or "",
            options=options,
            workers=cores(),
            progress=progress,
            follow=with_progress,
        )
    _tell(done.pairs)
    found = sorted(done.outcomes, key=lambda outcome: outcome.pair.line)
    if json:
        states = {state: sum(one.state == state for one in found) for state in STATES}
        added = {} if done.added is None else {"added": done.added.new}
        print_json({**_as_data(done.pairs), "aligned": [as_data(one) for one in found], **states, **added})
    else:
        show(found)
        tell(_counts(done.pairs))
        if done.added is not None:
            doubtful = sum(one.state == "doubtful" for one in found)
            were = plural(doubtful, "was", "were")
            text = f"{counted(done.added.read, 'unit')} added to the memory, {done.added.new:,} new"
            tell(f"{text}; {counted(doubtful, 'doubtful pair')} {were} left out" if doubtful else text)
    if any(outcome.state == "failed" for outcome in found):
        raise typer.Exit(2)


def _tell(found: "FolderPairs") -> None:
    """List the files that a person has to look at, on standard error."""
    for one in found.pairs:
        if one.source is None or one.target is None:
            message(f"duiyi: {one.source or one.target}: {one.note}")
        elif not one.certain:
            message(f"duiyi: {one.source} and {one.target}: {one.note} (confidence {one.confidence:.2f})")


def _counts(found: "FolderPairs") -> str:
    certain = sum(one.certain for one in found.pairs)
    alone = sum(one.source is None or one.target is None for one in found.pairs)
    doubtful = len(found.pairs) - certain - alone
    files = f"{counted(alone, 'file')} without {plural(alone, 'a partner', 'partners')}"
    return f"{counted(certain, 'pair')}, {doubtful:,} doubtful, {files}"


def _as_data(found: "FolderPairs") -> dict[str, Any]:
    return {
        "pairs": [
            {
                "source": str(one.source or ""),
                "target": str(one.target or ""),
                "confidence": one.confidence,
                "note": one.note,
            }
            for one in found.pairs
        ]
    }


@contextmanager
def _reading() -> "Iterator[Callable[[int, int], None]]":
    """A progress bar on a terminal while the files of both folders are read."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    screen = errors()
    columns = (TextColumn(translated("reading")), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("files", total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            if done == total:
                bar.stop()  # another bar may follow

        yield report
