"""The settings of a server, as plain data that can be passed to worker processes before they load any framework."""

from dataclasses import dataclass, field
from pathlib import Path

from tm.postgresql.address import Address

__all__ = ["Access", "OidcOptions", "ServerOptions"]


@dataclass(frozen=True, slots=True)
class OidcOptions:
    """A provider of OpenID Connect.

    issuer: its address; what is at `/.well-known/openid-configuration` below it names its other addresses.
    client, secret: how it knows this server. claim: what it calls the name of a user.
    title: what the sign-in page calls it. create: users that are unknown so far are added, without a project.
    """

    issuer: str
    client: str
    secret: str = field(default="", repr=False)
    claim: str = "preferred_username"
    title: str = "the provider of your organization"
    create: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use the server.

    hosts: names of the server besides the loopback names.
    token: the access token that clients must send; "" for none.
    rate: requests per second that one address may make on average; 0 for any number.
    prefix: the beginning of all paths, such as "/duiyi", where a proxy passes on only these.
    behind_tls: a proxy speaks TLS with the clients.
    session_hours: how long a browser stays signed in.
    """

    hosts: frozenset[str] = frozenset()
    token: str = field(default="", repr=False)
    rate: float = 0.0
    prefix: str = ""
    behind_tls: bool = False
    session_hours: float = 12.0


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
    accounts: the file of accounts; its projects take the place of the memories, terms and reviews here.
    oidc: a provider of OpenID Connect, for servers with accounts.
    reviews: the folder of reviews; without one there is no editor. checks: their check settings, as TOML.
    metrics_token: what a reader of /metrics must send; without it nobody may read them.
    metrics_folder: where several processes put their figures together.
    work_folder: where several processes keep the state of long work together.
    log_format: "text", or "json" for a line of JSON for each request and event.
    """

    memories: tuple[tuple[Path | Address, int], ...]
    terms: Path | Address
    terms_named: bool = False
    writable: bool = False
    access: Access = field(default_factory=Access)
    model: str = ""
    max_upload: int = 100_000_000
    uploads: int = 8
    threads: int = 3
    waiting: int = 256
    accounts: Path | None = None
    oidc: OidcOptions | None = None
    reviews: Path | None = None
    checks: str = ""
    metrics_token: str = field(default="", repr=False)
    metrics_folder: str = ""
    work_folder: str = ""
    log_format: str = "text"
