"""Which addresses and names mean this machine; apart, for the command line asks before any framework is loaded."""

import socket
from collections.abc import Iterable
from ipaddress import ip_address

__all__ = ["is_loopback", "is_unspecified", "names_of", "own_names"]


def is_loopback(host: str) -> bool:
    """True for localhost and the addresses of this machine alone."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_unspecified(address: str) -> bool:
    """True for 0.0.0.0 and ::, which stand for all addresses of this machine and are no place to go to."""
    return ip_address(address).is_unspecified


def names_of(host: str, more: Iterable[str] | None) -> frozenset[str]:
    """The names of a server that listens at ``host``: that, ``more``, and where other machines reach it `own_names`."""
    own = () if is_loopback(host) else own_names()
    return frozenset(name.lower() for name in (host, *(more or ()), *own))


def own_names() -> tuple[str, ...]:
    """What other machines call this one, first as it calls itself; the full name in the DNS would cost a question."""
    name = socket.gethostname()
    short = name.partition(".")[0]
    return name, short, f"{short}.local"
