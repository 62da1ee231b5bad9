"""The addresses and names of this machine; a separate module, which the command line uses before any framework."""

import socket
from collections.abc import Iterable
from ipaddress import ip_address

__all__ = ["is_loopback", "is_unspecified", "local_path", "names_of", "own_names"]


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback addresses."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_unspecified(address: str) -> bool:
    """True for 0.0.0.0 and ::, which mean all addresses of this machine and cannot be connected to."""
    return ip_address(address).is_unspecified


def names_of(host: str, more: Iterable[str] | None) -> frozenset[str]:
    """The names of a server that listens at ``host``: ``host``, ``more``, and `own_names` if others can reach it."""
    own = () if is_loopback(host) else own_names()
    return frozenset(name.lower() for name in (host, *(more or ()), *own))


def own_names() -> tuple[str, ...]:
    """The names of this machine for others, its own name first; the full name would need a DNS query."""
    name = socket.gethostname()
    short = name.partition(".")[0]
    return name, short, f"{short}.local"


def local_path(path: str, base: str = "") -> str:
    """``path`` if it is a page of this server below ``base``, otherwise its start page: nothing leads to another site.

    >>> local_path("/terms?text=x"), local_path("//example.org/"), local_path("/\\\\example.org/")
    ('/terms?text=x', '/', '/')
    """
    plain = path.startswith(f"{base}/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain else f"{base}/"
