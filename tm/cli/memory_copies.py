"""`duiyi memory copy` and `sync`: whole memories from one place to another."""

from typing import TYPE_CHECKING, Annotated

import typer

from corpora.text.plurals import counted
from tm.cli.memory import JsonOption, counting
from tm.cli.memory_changes import app
from tm.cli.memory_options import one_path
from tm.cli.output import print_json, tell, waiting

if TYPE_CHECKING:
    from tm.unit import Unit

__all__ = ["app", "copy", "sync"]


@app.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The memory to copy, a file or postgresql://…")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The new memory, a file or postgresql://…")],
    json: JsonOption = False,
) -> None:
    """Copy a memory from a file to a server or back; a copy that was interrupted goes on where it stopped."""
    from tm.jobs.copy_memory import copy_memory
    from tm.search.memory import Memory

    with Memory(one_path(source), create=False) as one, Memory(one_path(target)) as other:
        with counting("copying") as progress:
            report = copy_memory(one, other, progress)
        place, count = str(other.path), len(other)
    if json:
        print_json({"memory": place, "units": count, "new": report.new})
    else:
        tell(f"{place}: {counted(count, 'unit')}")


@app.command()
def sync(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="A memory, a file or postgresql://…")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="The memory to bring together with it.")],
    json: JsonOption = False,
) -> None:
    """Bring two memories together: what is new, changed or deleted on either side since the last time."""
    from tm.jobs.synchronise import synchronise
    from tm.search.memory import Memory

    with Memory(one_path(first), create=False) as one, Memory(one_path(second), create=False) as other:
        with waiting("working"):
            report = synchronise(one, other)
        names = str(one.path), str(other.path)
    if json:
        print_json(report.to_dict())
        return
    for number, name in enumerate(names):
        tell(
            f"{name}: {report.added[number]:,} added, {report.changed[number]:,} changed,"
            f" {report.deleted[number]:,} deleted"
        )
    for conflict in report.conflicts:
        tell(f"conflict: {conflict.first.source}")
        tell(f"  first:  {_shown(conflict.first)}")
        tell(f"  second: {_shown(conflict.second)}")


def _shown(unit: "Unit") -> str:
    return f"{unit.target} ({', '.join(filter(None, (unit.status, unit.author)))})"
