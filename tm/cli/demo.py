"""`duiyi demo`: align the built-in sample pair, from two texts to files for a CAT tool."""

from pathlib import Path
from typing import Annotated

import typer

from corpora.translation import translated
from tm.cli.output import console, headings, tell, write

__all__ = ["demo"]

_SHOWN = 6  # pairs that are printed


def demo(
    out: Annotated[Path, typer.Option(help="Folder to write to.", file_okay=False)] = Path("demo-output"),
) -> None:
    """Align the built-in sample pair and write TMX, XLIFF and TSV, with the commands and their results."""
    from corpora.sample import pair
    from tm.cli.align import align

    source, target = (_copied(path, out) for path in pair())
    files = [out / "sample.tmx", out / "sample.xlf", out / "sample.tsv"]
    tell("Two resolutions as text extracted from a PDF, Chinese and English:")
    write(f"  duiyi align {source} {target} " + " ".join(f"-o {path}" for path in files) + "\n")
    align([source, target], files)
    _show_pairs(files[0])
    _show_term("资产追回")
    tell(f"Next: import {files[0]} into a CAT tool, or run `duiyi align` on your own files.")


def _copied(path: Path, folder: Path) -> Path:
    """Copy a built-in file to where the user can read it and try other commands on it."""
    from corpora.files import replacing

    with replacing(folder / path.name) as temporary:
        temporary.write_bytes(path.read_bytes())
    return folder / path.name


def _show_pairs(path: Path) -> None:
    """Print the first pairs of the TMX, read from the file just written."""
    from itertools import islice

    from rich.table import Table

    from tm.formats.registry import read

    table = Table(title=translated("The first pairs"), title_justify="left", show_lines=True)
    for name, ratio in zip(("zh", "en", *headings("score")), (1, 1, None), strict=True):
        table.add_column(name, ratio=ratio, overflow="fold")
    for unit in islice(read(path), _SHOWN):
        table.add_row(unit.source, unit.target, "" if unit.quality is None else f"{unit.quality:.2f}")
    console().print(table)


def _show_term(text: str) -> None:
    """Print a term of the sample glossary."""
    from tm.terms.base import TermBase
    from tm.terms.sample import sample_concepts

    with TermBase(":memory:") as terms:
        terms.add(sample_concepts())
        hit = terms.lookup(text, "zh")[0]
    names = ", ".join(f"{term.text} ({translated(term.status)})" for term in hit.concept.named("en"))
    write(f"\nduiyi term lookup {text}\n  {names}\n  {hit.concept.definition}\n")
