"""The Typer application with all commands, one module for each.

Command modules import the library inside the function, so that `duiyi --help` and `duiyi lookup` do not load encoders,
PDF readers or web frameworks.
"""

from typing import Annotated

import typer

from tm.cli.align import align
from tm.cli.analyse import analyse
from tm.cli.batch import batch
from tm.cli.check import check
from tm.cli.concordance import concordance
from tm.cli.convert import convert
from tm.cli.demo import demo
from tm.cli.evaluate import evaluate
from tm.cli.fetch import fetch
from tm.cli.folders import pair
from tm.cli.lookup import lookup
from tm.cli.memory_changes import app as memory
from tm.cli.output import write
from tm.cli.pretranslate import pretranslate
from tm.cli.review import review
from tm.cli.serve import serve
from tm.cli.structure import structure
from tm.cli.term_entries import app as term

__all__ = ["app"]

app = typer.Typer(
    name="duiyi",
    help="Align bilingual documents, store the pairs in a memory, search it, and exchange files with CAT tools.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(requested: bool) -> None:
    if requested:
        from corpora.version import tool_version

        write(f"duiyi {tool_version()}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Exit code 0: success; 1: a check found errors; 2: bad usage or bad input; 130, 143: stopped by a signal."""


app.command()(demo)
app.command()(align)
app.command()(analyse)
app.command()(batch)
app.command()(check)
app.command()(concordance)
app.command()(convert)
app.command()(evaluate)
app.command()(fetch)
app.command()(lookup)
app.command()(pair)
app.command()(pretranslate)
app.command()(review)
app.command()(serve)
app.command()(structure)
app.add_typer(memory, name="memory")
app.add_typer(term, name="term")
