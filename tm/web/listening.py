"""The socket that a server listens on, open before any framework is loaded, so that a taken port is told at once."""

import os
import socket
from urllib.parse import quote

from corpora.errors import UsageError
from tm.web.addresses import is_loopback, is_unspecified, own_names

__all__ = ["address", "check_access", "listen", "reached"]

_SHORTEST = 16  # characters of a token: it must not be guessed


def check_access(host: str, token: str) -> None:
    """Raise `UsageError` where other machines could reach the server without a token, or with a short one."""
    if not is_loopback(host) and not token:
        raise UsageError(f"{host} can be reached from other machines; give a --token that visitors must show")
    if token and len(token) < _SHORTEST:
        raise UsageError(f"--token needs {_SHORTEST} characters at least")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise UsageError(
            "--token takes letters without accents, digits and signs, no blanks: headers hold nothing else"
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host``; port 0 takes any free one. Raises `UsageError` where it cannot be."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
        # With the protocol named, asyncio turns Nagle's algorithm off; without, each answer waits for 40 ms.
        server = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":  # elsewhere it would let two servers share a port
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(place)
            # From here on a call is held until the application answers.
            server.listen(128)
        except OSError:
            server.close()
            raise
    except OSError as error:
        raise UsageError(f"{host}:{port} cannot be listened on: {error.strerror or error}") from error
    except UnicodeError as error:  # an empty or endless part between dots
        raise UsageError(f"{host} is no name of a machine") from error
    return server


def address(host: str, server: socket.socket, path: str = "", token: str = "") -> str:
    """The address of the start page, or of the page at ``path``, as a browser takes it; with ``token`` it lets in.

    A server on all addresses of this machine is shown at the one that this machine calls itself.
    """
    if is_unspecified(server.getsockname()[0]):
        host = "::1" if server.family == socket.AF_INET6 else "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{server.getsockname()[1]}/{path}{_asked(token)}"


def reached(server: socket.socket, path: str = "", token: str = "") -> str:
    """How other machines reach a server that is on all addresses of this one, in a sentence; "" for other servers."""
    place, port, *_ = server.getsockname()
    name = own_names()[0]
    if not is_unspecified(place):
        return ""
    if is_loopback(name):
        return f"other machines reach it at port {port} of this machine's name or address"
    return f"other machines reach it under this machine's name: http://{name}:{port}/{path}{_asked(token)}"


def _asked(token: str) -> str:
    return f"?token={quote(token, safe='')}" if token else ""
