"""The option `--cluster [ADDRESS]`, whose value may be left out, and the options of workers beside it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from tm.jobs.cluster import ClusterOptions

__all__ = ["Address", "ClusterCommand", "Memory", "Tries", "cluster_options"]

_NAME = "--cluster"
_ADDRESS = re.compile(r"auto\Z|[\w.+-]+://|[^\s/\\]+:[0-9]+\Z|\[[0-9a-fA-F:]+\]:[0-9]+\Z")

Address = Annotated[
    str | None,
    typer.Option(
        _NAME,
        metavar="[ADDRESS]",
        help="Run on Ray: on this machine, or on the cluster at ADDRESS, as in head:6379.",
    ),
]
Memory = Annotated[
    float,
    typer.Option("--task-memory", help="With --cluster: GB of memory for each task, its limit too.", min=0.1),
]
Tries = Annotated[
    int, typer.Option(help="With --cluster: how often a document is tried whose worker dies.", min=1, max=100)
]


class ClusterCommand(TyperCommand):
    """A command in which ``--cluster`` needs no value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give ``--cluster`` an empty value unless an address follows, which looks like none of the files."""
        given = list(args)
        for at, one in enumerate(args):
            if one == "--":
                break
            if one == _NAME:
                after = args[at + 1] if at + 1 < len(args) else ""
                if not _ADDRESS.match(after) or Path(after).exists():
                    given[at] = f"{_NAME}="
        return super().parse_args(ctx, given)


def cluster_options(address: str | None, workers: int | None, memory: float, tries: int) -> "ClusterOptions | None":
    """What the options say; None without `--cluster`. Raises `UsageError` for an address that is not one."""
    from corpora.errors import UsageError
    from tm.jobs.cluster import ClusterOptions

    if address is None:
        return None
    if address and not (address == "auto" or re.fullmatch(r"([^\s/:]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}", address)):
        raise UsageError(f"{_NAME}: {address} is not the address of a Ray cluster, such as head:6379 or auto")
    return ClusterOptions(address, workers or 0, round(memory * 1e9), tries)
