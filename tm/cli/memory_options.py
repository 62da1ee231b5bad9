"""Options of the commands that use memories: memories, filters, languages; and opening the memories."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import Field, fields
from datetime import UTC, datetime
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.errors import UsageError
from tm.store.filters import Filters

if TYPE_CHECKING:
    from pathlib import Path

    from tm.postgresql.address import Address
    from tm.search.memory import Memory

__all__ = [
    "MemoriesOption", "MemoryOption", "PenaltyOption", "PreferOption", "QualityOption", "SourceOption", "SrxOption",
    "TargetOption", "TermsOption", "default_terms", "files_among", "memories", "moment", "one_path", "terms_at",
    "with_filters",
]  # fmt: skip

MemoriesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--memory",
        metavar="FILE[=POINTS]",
        help="Memory to search, a file or postgresql://…, and points to deduct from scores; may be repeated. Default: "
        "DUIYI_MEMORY, else your own.",
    ),
]
MemoryOption = Annotated[
    str,
    typer.Option(
        "--memory", metavar="FILE", help="The memory, a file or postgresql://…; else DUIYI_MEMORY, else your own."
    ),
]
SourceOption = Annotated[str, typer.Option("--source-lang", help="Source language, such as zh or zh-TW.")]
TargetOption = Annotated[str, typer.Option("--target-lang", help="Target language.")]
TermsOption = Annotated[
    str | None,
    typer.Option(
        "--terms",
        metavar="FILE",
        envvar="DUIYI_TERMS",
        help="Term base, a file or postgresql://…; by default the one in the data folder.",
    ),
]
PreferOption = Annotated[
    list[str] | None, typer.Option(help="Of equal matches first those from files with this in the name.")
]
SrxOption = Annotated[str | None, typer.Option(help="Split sentences by the rules of this SRX file.")]
PenaltyOption = Annotated[
    list[str] | None,
    typer.Option(metavar="ORIGIN=POINTS", help="Points to deduct from matches from files with this in the name."),
]
QualityOption = Annotated[
    float | None, typer.Option("--min-quality", help="Lowest quality score of a unit, 0 to 1.", min=0, max=1)
]


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each field of `Filters` in the place of its parameter ``filters``."""
    options = {one.name: _option(one) for one in fields(Filters)}

    @wraps(command)
    def filtered(**given: Any) -> None:
        conditions = {name: given.pop(name) for name in options}
        for name in ("since", "until"):
            conditions[name] = moment(f"--{name}", conditions[name])
        for name in ("status", "where", "exclude_origin"):
            conditions[name] = tuple(conditions[name] or ())
        command(**given, filters=Filters(**conditions))

    own = list(signature(command).parameters.values())
    place = [one.name for one in own].index("filters")
    every = [*own[:place], *options.values(), *own[place + 1 :]]
    filtered.__signature__ = Signature(  # type: ignore[attr-defined]
        [one.replace(kind=Parameter.KEYWORD_ONLY) for one in every]
    )
    filtered.__annotations__ = {one.name: one.annotation for one in every} | {"return": None}
    return filtered


def _option(one: Field[Any]) -> Parameter:
    """The parameter of a command for a field of `Filters`."""
    lowest, highest = one.metadata.get("range", (None, None))
    name = one.metadata.get("option", f"--{one.name.replace('_', '-')}")
    option = typer.Option(name, help=one.metadata["help"], min=lowest, max=highest)
    kind, default = {
        "status": (list[str] | None, None),
        "where": (list[str] | None, None),
        "exclude_origin": (list[str] | None, None),
        "min_quality": (float | None, None),
    }.get(one.name, (str, ""))
    return Parameter(one.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


def moment(option: str, text: str) -> datetime | None:
    """The date or time, by default in UTC, that is given for ``option``; None where none is. Raises `UsageError`."""
    if not text:
        return None
    try:
        date = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} takes a date such as 2025-03-31, not {text!r}") from error
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def files_among(*places: "Path | Address | None") -> "list[Path]":
    """The files among memories and term bases, which no output may replace."""
    from pathlib import Path

    return [place for place in places if isinstance(place, Path)]


def default_terms() -> "Path":
    """The user's own term base, where the platform stores data."""
    from platformdirs import user_data_path

    return user_data_path("duiyi", appauthor=False) / "terms.sqlite"


def terms_at(given: str | None) -> "Path | Address":
    """Where the chosen term base is: the user's own, if none is named."""
    from tm.postgresql.address import located

    return located(given, "terms") if given else default_terms()


@contextmanager
def memories(given: Sequence[str] | None) -> "Iterator[list[tuple[Memory, int]]]":
    """Open the memories that the options name, each with its penalty."""
    from tm.search.memory import Memory
    from tm.store.memory_store import memory_paths

    with ExitStack() as stack:
        yield [
            (stack.enter_context(Memory(path, create=False)), penalty) for path, penalty in memory_paths(given or ())
        ]


def one_path(given: str) -> "Path | Address":
    """The path of the one memory that a command works on. Raises `UsageError` if several are named."""
    from tm.store.memory_store import memory_paths

    paths = memory_paths([given] if given else ())
    if len(paths) > 1:
        raise UsageError("DUIYI_MEMORY names several memories; choose one with --memory")
    return paths[0][0]
