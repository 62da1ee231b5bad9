"""The `duiyi` command: one Typer application, one module a command, and one place where errors become exit codes.

Command modules import the library inside the function, so that `duiyi --help` and `duiyi lookup` do not
pay for encoders, PDF readers or web frameworks.
"""

import os
import sys
from typing import Annotated

import typer

from corpora.errors import DuiyiError
from tm.cli.align import align
from tm.cli.batch import batch
from tm.cli.check import check
from tm.cli.concordance import concordance
from tm.cli.convert import convert
from tm.cli.demo import demo
from tm.cli.evaluate import evaluate
from tm.cli.fetch import fetch
from tm.cli.lookup import lookup
from tm.cli.memory import app as memory
from tm.cli.output import message, write
from tm.cli.review import review
from tm.cli.serve import serve
from tm.cli.structure import structure
from tm.cli.term import app as term

__all__ = ["app", "run"]

app = typer.Typer(
    name="duiyi",
    help="Align bilingual documents, keep what was aligned, look it up, and exchange it with CAT tools.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from corpora.version import tool_version

        write(f"duiyi {tool_version()}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Exit code 0: done; 1: a check found faults; 2: bad usage or bad input."""


app.command()(demo)
app.command()(align)
app.command()(batch)
app.command()(check)
app.command()(concordance)
app.command()(convert)
app.command()(evaluate)
app.command()(fetch)
app.command()(lookup)
app.command()(review)
app.command()(serve)
app.command()(structure)
app.add_typer(memory, name="memory")
app.add_typer(term, name="term")


def run() -> None:
    """Entry point of the console script: run the command, print what went wrong as one sentence, exit with 2."""
    try:
        app()
    except DuiyiError as error:
        message(f"duiyi: {error}")
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read our output has seen enough (`duiyi … | head`); Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        message(f"duiyi: {error.filename or 'a file'}: {error.strerror or error}")
        sys.exit(2)
    except MemoryError:
        message("duiyi: not enough memory for this input")
        sys.exit(2)
