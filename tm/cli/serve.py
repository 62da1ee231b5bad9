"""`duiyi serve`: the memories and the terms over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.errors import UsageError
from corpora.extras import need
from tm.cli.memory_options import MemoriesOption
from tm.cli.output import message
from tm.cli.server_options import AllowHostOption, HostOption, MaxUploadOption, announce, token_option, until_stopped

if TYPE_CHECKING:
    import socket

    from tm.server.resources import Resources

__all__ = ["serve"]

_RATE = 50.0  # requests per second and address if other machines can reach the server
_CONNECTIONS = 1_000  # open at the same time; further ones are refused with 503
_PATIENCE = 10  # seconds that a stop waits for unfinished responses


TermsOption = Annotated[
    Path | None, typer.Option("--terms", envvar="DUIYI_TERMS", help="Term base; by default the one in the data folder.")
]
RateOption = Annotated[
    float | None,
    typer.Option(
        help="Requests per second that one address may make; 0 for any number, the default if only this machine can "
        f"reach the server, otherwise {_RATE:g}.",
        min=0,
        show_default=False,
    ),
]


def serve(
    memory: MemoriesOption = None,
    terms: TermsOption = None,
    allow_write: Annotated[
        bool, typer.Option("--write", help="Allow adding units to the first memory, and terms to the term base.")
    ] = False,
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 means any free one.", min=0, max=65535)] = 8080,
    token: Annotated[str, token_option("DUIYI_SERVER_TOKEN")] = "",
    allow_host: AllowHostOption = None,
    rate: RateOption = None,
    max_upload: MaxUploadOption = 100,
    workers: Annotated[int, typer.Option(help="Number of server processes, for many clients.", min=1, max=64)] = 1,
    model: Annotated[str, typer.Option(help="Encoder of semantic look-ups; the built-in one by default.")] = "",
) -> None:
    """Serve memories and terms over HTTP: web pages, an API, and amaGama's protocol for Weblate and others."""
    from contextlib import closing

    from platformdirs import user_data_path

    from models.registry import load
    from tm.server.options import Access, ServerOptions
    from tm.store.memory_store import memory_paths
    from tm.web.addresses import is_loopback, names_of
    from tm.web.listening import check_access, listen

    check_access(host, token)
    for package in ("uvicorn", "fastapi", "python_multipart"):
        need(package, "server", "serve memories")
    if allow_host and allow_write and not token:
        raise UsageError("--write on a server with another name (--allow-host) needs a --token")
    if rate is None:
        rate = 0.0 if is_loopback(host) and not allow_host else _RATE
    if model:
        load(model)  # a wrong name ends the command, not the first request
    options = ServerOptions(
        memories=tuple(memory_paths(memory or ())),
        terms=terms or user_data_path("duiyi", appauthor=False) / "terms.sqlite",
        terms_named=terms is not None,
        writable=allow_write,
        access=Access(names_of(host, allow_host), token, rate),
        model=model,
        max_upload=max_upload * 1_000_000,
    )
    from tm.server.resources import Resources

    # Opened before anything listens: a memory that cannot be used ends the command with a sentence.
    resources = Resources(options)
    with closing(resources), listen(host, port) as server:
        announce(host, server, token)
        message(f"duiyi: serving {', '.join(resources.memories)} until you press Ctrl+C")
        with until_stopped():
            _run(server, resources, workers)


def _run(server: "socket.socket", resources: "Resources", workers: int) -> None:
    """Serve until a signal comes, then finish the responses that have begun."""
    from functools import partial

    import uvicorn

    from tm.server.app import LONGEST_HEAD, create, worker

    if workers > 1:
        # Each process opens the memories by itself.
        resources.close()
        app = partial(worker, resources.options)
    else:
        app = partial(create, resources)
    settings = uvicorn.Config(
        app,
        factory=True,
        workers=workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips="127.0.0.1",  # not what an environment variable says
        ws="none",
        timeout_graceful_shutdown=_PATIENCE,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=_CONNECTIONS,
    )
    if workers == 1:
        uvicorn.Server(settings).run(sockets=[server])
        return
    from uvicorn.supervisors import Multiprocess

    from corpora.processes import safe_search_path

    with safe_search_path():
        Multiprocess(settings, sockets=[server]).run()
