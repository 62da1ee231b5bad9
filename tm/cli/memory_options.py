"""What the commands that use memories share: which memories, which filters, and opening them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.errors import UsageError

if TYPE_CHECKING:
    from tm.search.memory import Memory
    from tm.store.filters import Filters

__all__ = [
    "AuthorOption",
    "MemoriesOption",
    "MemoryOption",
    "OriginOption",
    "QualityOption",
    "SinceOption",
    "SourceOption",
    "StatusOption",
    "TargetOption",
    "TextOption",
    "UntilOption",
    "filters_of",
    "memories",
    "one_path",
]

MemoriesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--memory",
        metavar="FILE[=POINTS]",
        help="Memory to ask, and points taken off what it answers; may be repeated. Else DUIYI_MEMORY, else your own.",
    ),
]
MemoryOption = Annotated[
    str, typer.Option("--memory", metavar="FILE", help="The memory; by default DUIYI_MEMORY, else your own.")
]
SourceOption = Annotated[str, typer.Option("--source-lang", help="Source language, such as zh or zh-TW.")]
TargetOption = Annotated[str, typer.Option("--target-lang", help="Target language.")]
OriginOption = Annotated[str, typer.Option("--origin", help="Only units whose file or section holds this.")]
SinceOption = Annotated[str, typer.Option("--since", help="Only units changed or made on this date or later.")]
UntilOption = Annotated[str, typer.Option("--until", help="Only units changed or made before this date.")]
StatusOption = Annotated[
    list[str] | None, typer.Option("--status", help="Only unreviewed, reviewed or rejected units; may be repeated.")
]
QualityOption = Annotated[
    float | None, typer.Option("--min-quality", help="Least quality score of the pair, 0 to 1.", min=0, max=1)
]
TextOption = Annotated[str, typer.Option("--text", help="Only units that hold this text on either side.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Only units of this author.")]


def filters_of(
    *,
    source_lang: str = "",
    target_lang: str = "",
    origin: str = "",
    since: str = "",
    until: str = "",
    status: Sequence[str] | None = None,
    min_quality: float | None = None,
    text: str = "",
    author: str = "",
) -> "Filters":
    """Options of the command line as `Filters`."""
    from tm.store.filters import Filters

    return Filters(
        source_lang=source_lang,
        target_lang=target_lang,
        origin=origin,
        since=_date("--since", since),
        until=_date("--until", until),
        statuses=tuple(status or ()),
        min_score=min_quality,
        text=text,
        author=author,
    )


def _date(option: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        date = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} takes a date such as 2025-03-31, not {text!r}") from error
    return date if date.tzinfo else date.replace(tzinfo=UTC)


@contextmanager
def memories(given: Sequence[str] | None) -> "Iterator[list[tuple[Memory, int]]]":
    """Open the memories that the options name, each with its penalty."""
    from tm.search.memory import Memory
    from tm.store.memory import memory_paths

    with ExitStack() as stack:
        yield [
            (stack.enter_context(Memory(path, create=False)), penalty) for path, penalty in memory_paths(given or ())
        ]


def one_path(given: str) -> str:
    """The path of the one memory that a command works on. Raises `UsageError` where several are named."""
    from tm.store.memory import memory_paths

    paths = memory_paths([given] if given else ())
    if len(paths) > 1:
        raise UsageError("DUIYI_MEMORY names several memories; say with --memory which one is meant")
    return str(paths[0][0])
