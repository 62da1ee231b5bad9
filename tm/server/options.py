"""The settings of a server, as plain data that can be passed to worker processes before they load any framework."""

from dataclasses import dataclass, field
from pathlib import Path

from tm.postgresql.address import Address

__all__ = ["Access", "ServerOptions"]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use the server.

    hosts: names of the server besides the loopback names.
    token: the access token that clients must send; "" for none.
    rate: requests per second that one address may make on average; 0 for any number.
    """

    hosts: frozenset[str] = frozenset()
    token: str = ""
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What is served, and how much of the machine it may use.

    memories: paths with their penalties in points; new units are added to the first one.
    terms: the term base; ``terms_named`` if the user named it, so that the sample glossary does not replace it.
    writable: units and terms may be added.
    model: the encoder for semantic look-ups; "" is the built-in one.
    max_upload: bytes of one uploaded file.
    uploads: files that are accepted at the same time; further ones are refused with 503.
    threads: queries that run at the same time; more than a few bring nothing because of the interpreter's lock.
    waiting: queries that may wait; further ones are refused with 503.
    """

    memories: tuple[tuple[Path | Address, int], ...]
    terms: Path
    terms_named: bool = False
    writable: bool = False
    access: Access = field(default_factory=Access)
    model: str = ""
    max_upload: int = 100_000_000
    uploads: int = 8
    threads: int = 3
    waiting: int = 256
