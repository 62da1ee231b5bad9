"""`duiyi serve`: the memories and the terms over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tm.cli.memory_options import MemoriesOption
from tm.cli.output import message, write

if TYPE_CHECKING:
    import socket

    from tm.server.resources import Resources

__all__ = ["serve"]

_RATE = 50.0  # requests a second that an address may make where other machines can reach the server
_CONNECTIONS = 1_000  # open at the same time; what comes beyond has 503
_PATIENCE = 10  # seconds that a stop waits for answers under way


def serve(
    memory: MemoriesOption = None,
    terms: Annotated[
        Path | None,
        typer.Option("--terms", envvar="DUIYI_TERMS", help="Term base; by default the one in the data folder."),
    ] = None,
    allow_write: Annotated[
        bool, typer.Option("--write", help="Units may be added to the first memory, and terms to the term base.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond this machine it needs --token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes any free one.", min=0, max=65535)] = 8080,
    token: Annotated[
        str, typer.Option(envvar="DUIYI_SERVER_TOKEN", help="What visitors must show; 16 characters at least.")
    ] = "",
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A further name that this server goes by; may be repeated.")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            help="Requests a second that one address may make; 0 for any number, the default on this machine alone. "
            f"Beyond it {_RATE:g}.",
            min=0,
            show_default=False,
        ),
    ] = None,
    max_upload: Annotated[int, typer.Option(help="Largest file that is taken, in megabytes.", min=1)] = 100,
    workers: Annotated[int, typer.Option(help="Processes that answer, for many clients.", min=1, max=64)] = 1,
    model: Annotated[str, typer.Option(help="Encoder of look-ups by meaning; the built-in one by default.")] = "",
) -> None:
    """Serve memories and terms over HTTP: a page to ask from, an API, and amaGama's protocol for Weblate and others."""
    from contextlib import closing

    from platformdirs import user_data_path

    from corpora.errors import UsageError
    from corpora.extras import need
    from models.registry import load
    from tm.server.options import Access, ServerOptions
    from tm.store.memory import memory_paths
    from tm.web.addresses import is_loopback, names_of
    from tm.web.listening import address, check_access, listen, remote_address

    check_access(host, token)
    need("uvicorn", "server", "serve memories")
    need("fastapi", "server", "serve memories")
    need("python_multipart", "server", "serve memories")
    if allow_host and allow_write and not token:
        raise UsageError("--write for a server that goes by another name (--allow-host) needs a --token")
    if rate is None:
        rate = 0.0 if is_loopback(host) and not allow_host else _RATE
    if model:
        load(model)  # a wrong name ends the command, not the first question
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
    holdings = Resources(options)
    with closing(holdings), listen(host, port) as server:
        write(address(host, server, token=token))
        if elsewhere := remote_address(server, token=token):
            message(f"duiyi: {elsewhere}")
        message(f"duiyi: serving {', '.join(holdings.memories)} until you stop it with Ctrl+C")
        _run(server, holdings, workers)
    message("duiyi: stopped")


def _run(server: "socket.socket", holdings: "Resources", workers: int) -> None:
    """Answer until a signal comes, and let answers under way be finished."""
    import signal
    from contextlib import suppress
    from functools import partial

    import uvicorn

    from tm.server.app import LONGEST_HEAD, create, worker

    if workers > 1:
        # Each process opens what it needs by itself.
        holdings.close()
        app = partial(worker, holdings.options)
    else:
        app = partial(create, holdings)
    settings = uvicorn.Config(
        app,
        factory=True,
        workers=workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips="127.0.0.1",  # whatever the environment says
        ws="none",
        timeout_graceful_shutdown=_PATIENCE,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=_CONNECTIONS,
    )
    # uvicorn raises again the signal that stopped it, when it has stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        if workers > 1:
            from uvicorn.supervisors import Multiprocess

            from corpora.processes import safe_search_path

            with safe_search_path():
                Multiprocess(settings, sockets=[server]).run()
        else:
            uvicorn.Server(settings).run(sockets=[server])
