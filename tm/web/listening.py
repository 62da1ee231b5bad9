"""The socket that a server listens on, opened before any framework is loaded to report a used port at once."""

import os
import socket
from urllib.parse import quote

from corpora.errors import UsageError
from tm.web.addresses import is_loopback, is_unspecified, own_names

__all__ = ["address", "check_access", "inherited", "listen", "remote_address"]

_SHORTEST = 16  # characters of a token, so that it cannot be guessed


def check_access(host: str, token: str, *, accounts: bool = False) -> None:
    """Raise `UsageError` if other machines could reach the server without a token or accounts, or with a short one."""
    if accounts and token:
        raise UsageError("a server with accounts has no common `token`; duiyi user token makes personal ones")
    if not is_loopback(host) and not token and not accounts:
        raise UsageError(f"{host} can be reached from other machines; `token` is required")
    if token and len(token) < _SHORTEST:
        raise UsageError(f"`token` must have at least {_SHORTEST} characters")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise UsageError(
            "`token` may contain ASCII letters, digits and punctuation only, because it is sent in headers"
        )


def inherited() -> socket.socket | None:
    """The socket that systemd opened for this process (`sd_listen_fds(3)`), which listens while the server restarts."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        return None
    return socket.socket(fileno=3)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host``; port 0 means any free one. Raises `UsageError` if that is not possible."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
        # With the protocol given, asyncio turns Nagle's algorithm off; otherwise each response waits for 40 ms.
        server = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":  # elsewhere it would let two servers share a port
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(place)
            # From here on connections wait until the application accepts them.
            server.listen(128)
        except OSError:
            server.close()
            raise
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    except UnicodeError as error:  # an empty or too long part between dots
        raise UsageError(f"{host} is not a valid name of a machine") from error
    return server


def address(host: str, server: socket.socket, path: str = "", token: str = "", scheme: str = "http") -> str:
    """The URL of the start page or of the page at ``path``, with the token.

    For a server on all addresses of this machine it is the loopback address.
    """
    if is_unspecified(server.getsockname()[0]):
        host = "::1" if server.family == socket.AF_INET6 else "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{server.getsockname()[1]}/{path}{_query(token)}"


def remote_address(server: socket.socket, path: str = "", token: str = "") -> str:
    """How other machines reach a server on all addresses of this one, in a sentence; "" for other servers."""
    place, port, *_ = server.getsockname()
    name = own_names()[0]
    if not is_unspecified(place):
        return ""
    if is_loopback(name):
        return f"other machines reach it at port {port} of this machine's name or address"
    return f"other machines reach it under this machine's name: http://{name}:{port}/{path}{_query(token)}"


def _query(token: str) -> str:
    return f"?token={quote(token, safe='')}" if token else ""
