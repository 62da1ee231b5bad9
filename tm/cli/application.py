"""The Typer application: each command is imported when it is called, so that every command starts quickly.

Command modules import the library inside the function, so that `duiyi lookup` does not load encoders, PDF readers or
web frameworks.
"""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from corpora.translation import translated
from tm.cli.translation import with_translated_help
from tm.cli.usage import translated_usage

__all__ = ["COMMANDS", "app"]

#: The commands in the order of the help page: where each is defined, and its line there.
COMMANDS = {
    "app": ("tm.cli.app:app", "Start the application in the browser."),
    "demo": ("tm.cli.demo:demo", "Align the built-in sample pair and write TMX, XLIFF and more."),
    "align": ("tm.cli.align:align", "Align documents, or all documents of two folders."),
    "analyse": ("tm.cli.analyse:analyse", "Count segments, words and characters of a job by band of match."),
    "batch": ("tm.cli.batch:batch", "Align many pairs of documents."),
    "check": ("tm.cli.check:check", "Check translations for errors."),
    "concordance": ("tm.cli.concordance:concordance", "Find units that contain a phrase."),
    "convert": ("tm.cli.convert:convert", "Convert units between TMX, XLIFF, TBX, PO, CSV and other formats."),
    "corpus": ("tm.cli.corpus:app", "Build parallel corpora from many documents, on a cluster too."),
    "evaluate": ("tm.cli.evaluate:evaluate", "Compare alignments with gold alignments: precision, recall, F1."),
    "fetch": ("tm.cli.fetch:fetch", "Fetch an official document by its UN symbol."),
    "lookup": ("tm.cli.lookup:lookup", "Look up a sentence, or all sentences of a file, in memories."),
    "pair": ("tm.cli.folders:pair", "Pair the files of two folders by their names and contents."),
    "pretranslate": ("tm.cli.pretranslate:pretranslate", "Fill the empty translations of a file from memories."),
    "review": ("tm.cli.review:review", "Review an alignment in the browser."),
    "serve": ("tm.cli.serve:serve", "Serve memories and terms over HTTP: web pages and an API."),
    "structure": ("tm.cli.structure:structure", "Show the outline that was read from a document."),
    "memory": ("tm.cli.memory_copies:app", "Add, import, export, edit, delete and count units of a memory."),
    "term": ("tm.cli.term_entries:app", "Look up, import, export, extract and check terms."),
    "user": ("tm.cli.user:app", "Add, list and disable users of the server; make and revoke their tokens."),
    "project": ("tm.cli.project:app", "Add, list and edit projects of the server; members, audit log, backup."),
}

#: The commands whose options may be set in the environment, as DUIYI_SERVE_PORT for `duiyi serve --port`.
_FROM_ENVIRONMENT = frozenset({"serve"})
_SETTINGS: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None}


class _Commands(Mapping[str, Any]):
    """The commands by name; reading one imports its module."""

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = COMMANDS[name][0].partition(":")
        source = import_module(module)
        found = getattr(source, attribute)
        holder = typer.Typer(**_SETTINGS)
        holder.callback()(lambda: None)  # so that it is a group even with one command
        if isinstance(found, typer.Typer):
            holder.add_typer(found, name=name)
        else:
            settings = {"auto_envvar_prefix": f"DUIYI_{name.upper()}"} if name in _FROM_ENVIRONMENT else {}
            holder.command(name, cls=getattr(source, "COMMAND", None), context_settings=settings)(found)
        return with_translated_help(get_command(holder).commands[name])  # type: ignore[attr-defined]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Root(TyperGroup):
    """A group that lists its commands from the table, without importing them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        with_translated_help(self)
        self.commands = _Commands()  # type: ignore[assignment]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with translated_usage():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        with translated_usage():
            return super().invoke(ctx)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, translated(line)) for name, (_, line) in COMMANDS.items()])


app = typer.Typer(
    name="duiyi",
    cls=_Root,
    help="Align bilingual documents, store the pairs in a memory, search it, and exchange files with CAT tools.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    **_SETTINGS,
)


def _version(requested: bool) -> None:
    if requested:
        from corpora.version import tool_version
        from tm.cli.output import write

        write(f"duiyi {tool_version()}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Exit code 0: success; 1: a check found errors; 2: bad usage or bad input; 130, 143: stopped by a signal."""
    if context.invoked_subcommand is None:
        if sys.stdin.isatty() and sys.stdout.isatty():
            from tm.cli.app import app as start

            start()
        else:
            typer.echo(context.get_help(), err=True)
            raise typer.Exit(2)
