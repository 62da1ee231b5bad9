"""The options of the commands that start a server, and the messages with its address."""

from typing import TYPE_CHECKING, Annotated

import typer

from tm.cli.output import message, write

if TYPE_CHECKING:
    import socket

__all__ = ["AllowHostOption", "HostOption", "MaxUploadOption", "announce", "token_option"]

HostOption = Annotated[str, typer.Option(help="Address to listen on; --token is required if others can reach it.")]
AllowHostOption = Annotated[
    list[str] | None, typer.Option(help="Another name of this server that clients use; may be repeated.")
]
MaxUploadOption = Annotated[int, typer.Option(help="Largest file that is accepted, in megabytes.", min=1)]


def token_option(variable: str) -> typer.models.OptionInfo:
    """The option --token, which can also be given in an environment variable."""
    option: typer.models.OptionInfo = typer.Option(
        envvar=variable, help="Access token that clients must send; at least 16 characters."
    )
    return option


def announce(host: str, server: "socket.socket", token: str, path: str = "") -> str:
    """Print the address of the page at ``path``, and the address for other machines if they can reach it."""
    from tm.web.listening import address, remote_address

    here = address(host, server, path, token)
    write(here)
    if remote := remote_address(server, path, token):
        message(f"duiyi: {remote}")
    return here
