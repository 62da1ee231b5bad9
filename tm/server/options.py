"""How a server runs: plain data, so that worker processes can be handed it before they load any framework."""

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Access", "ServerOptions"]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may talk to the server.

    hosts: names that it goes by besides those of this machine alone.
    token: what a visitor must show; "" for nothing.
    rate: requests a second that one address may make over time; 0 for any number.
    """

    hosts: frozenset[str] = frozenset()
    token: str = ""
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What is served, and how much of the machine it may take.

    memories: paths with their penalties in points; the first one takes new units.
    terms: the term base; ``terms_named`` where the user named it, so that the sample glossary does not stand in.
    writable: units and terms may be added.
    model: the encoder of semantic look-ups; "" is the built-in one.
    max_upload: bytes of one uploaded file.
    uploads: files that are taken at the same time; what comes beyond is told to come back later.
    threads: questions answered at the same time; the interpreter's lock makes more than a few of no use.
    waiting: questions that may wait; what comes beyond is told to come back later.
    """

    memories: tuple[tuple[Path, int], ...]
    terms: Path
    terms_named: bool = False
    writable: bool = False
    access: Access = field(default_factory=Access)
    model: str = ""
    max_upload: int = 100_000_000
    uploads: int = 8
    threads: int = 3
    waiting: int = 256
