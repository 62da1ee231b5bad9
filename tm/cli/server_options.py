"""The options of the commands that start a server, and the messages with its address."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tm.cli.output import message, write

if TYPE_CHECKING:
    import socket

__all__ = [
    "AllowHostOption",
    "BrowserOption",
    "DataOption",
    "HostOption",
    "MaxUploadOption",
    "PortOption",
    "announce",
    "open_browser",
    "token_option",
    "until_stopped",
]

HostOption = Annotated[str, typer.Option(help="Address to listen on; --token is required if others can reach it.")]
AllowHostOption = Annotated[
    list[str] | None, typer.Option(help="Another name of this server that clients use; may be repeated.")
]
PortOption = Annotated[int, typer.Option(help="Port; 0 means any free one.", min=0, max=65535)]
BrowserOption = Annotated[bool, typer.Option(help="Open the page in the browser.")]
DataOption = Annotated[Path | None, typer.Option(help="Folder for the reviews; the user's data folder by default.")]
MaxUploadOption = Annotated[int, typer.Option(help="Largest file that is accepted, in megabytes.", min=1)]


def token_option(variable: str) -> typer.models.OptionInfo:
    """The option --token, which can also be given in an environment variable."""
    option: typer.models.OptionInfo = typer.Option(
        envvar=variable, help="Access token that clients must send; at least 16 characters."
    )
    return option


def announce(host: str, server: "socket.socket", token: str, path: str = "", scheme: str = "http") -> str:
    """Print the address of the page at ``path``, and the address for other machines if they can reach it."""
    from tm.web.listening import address, remote_address

    here = address(host, server, path, token, scheme)
    write(here)
    sys.stdout.flush()  # into a pipe, it would wait for more
    if scheme == "http" and (remote := remote_address(server, path, token)):
        message(f"duiyi: {remote}")
    return here


@contextmanager
def until_stopped() -> Iterator[None]:
    """For the code that runs a server: a signal that stops it is its normal end."""
    # uvicorn handles the signals while it runs, and raises them again when it has stopped.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        yield
    message("duiyi: stopped")


def open_browser(address: str) -> None:
    """Open the page in the browser; the socket already listens, so the browser waits for the server."""
    import threading
    import webbrowser

    threading.Timer(0.5, webbrowser.open, [address]).start()
