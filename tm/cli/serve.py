"""`duiyi serve`: the memories and the terms over HTTP, for one person or, with accounts, for a team."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from corpora.errors import UsageError
from corpora.extras import need
from tm.cli.memory_options import MemoriesOption, TermsOption, terms_at
from tm.cli.output import message
from tm.cli.server_options import (
    AllowHostOption,
    HostOption,
    MaxUploadOption,
    PortOption,
    announce,
    open_browser,
    token_option,
    until_stopped,
)

if TYPE_CHECKING:
    import socket

    from tm.server.options import OidcOptions, ServerOptions
    from tm.server.resources import Resources
    from tm.server.team import Team

__all__ = ["serve", "start"]

_RATE = 50.0  # requests per second and address if other machines can reach the server
_CONNECTIONS = 1_000  # open at the same time; further ones are refused with 503
#: Seconds that a connection without requests stays open: longer than clients and proxies keep one, or some of their
#: requests would meet a connection that is just being closed.
_IDLE = 75
_PATIENCE = 10  # seconds that a stop waits for unfinished responses


def _configured(context: typer.Context, path: Path | None) -> Path | None:
    """Use the settings of a file where neither an option nor an environment variable gives one."""
    if path is not None and not context.resilient_parsing:
        from tm.cli.configuration import settings_of

        context.default_map = settings_of(path, context)
    return path


ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="DUIYI_CONFIG",
        callback=_configured,
        is_eager=True,
        help="TOML file with options of this command in a table [serve]; options and DUIYI_SERVE_… variables win.",
    ),
]
RateOption = Annotated[
    float | None,
    typer.Option(
        help="Requests per second that one address may make; 0 for any number, the default if only this machine can "
        f"reach the server, otherwise {_RATE:g}.",
        min=0,
        show_default=False,
    ),
]
WriteOption = Annotated[
    bool, typer.Option("--write", help="Allow changing units of the first memory, and the term base.")
]
WorkersOption = Annotated[int, typer.Option(help="Number of server processes, for many clients.", min=1, max=64)]
ModelOption = Annotated[str, typer.Option(help="Encoder of semantic look-ups; the built-in one by default.")]
MetricsOption = Annotated[
    str,
    typer.Option(envvar="DUIYI_METRICS_TOKEN", help="Token for /metrics (Prometheus); without it there are none."),
]
LogOption = Annotated[
    Literal["text", "json"], typer.Option(help="json: a line of JSON for every request and every warning.")
]
ReviewsOption = Annotated[Path | None, typer.Option(help="Folder of reviews, for the editor at /review/.")]
PrefixOption = Annotated[str, typer.Option(help="Beginning of all paths, such as /duiyi, behind a proxy.")]
BehindTlsOption = Annotated[
    bool, typer.Option("--behind-tls", help="A proxy before this server speaks HTTPS with the clients.")
]
ProxyOption = Annotated[
    list[str] | None,
    typer.Option(help="Address of a proxy that says who its clients are; may be repeated.", show_default=False),
]
CertificateOption = Annotated[Path | None, typer.Option(help="Certificate (PEM), to speak HTTPS without a proxy.")]
KeyOption = Annotated[Path | None, typer.Option(help="Private key of the certificate (PEM).")]
AccountsOption = Annotated[
    Path | None,
    typer.Option(
        "--accounts",
        envvar="DUIYI_ACCOUNTS",
        help="File of accounts (`duiyi user`, `duiyi project`): users sign in, and their projects are served.",
    ),
]
SessionOption = Annotated[float, typer.Option(help="Hours until a user must sign in again.", min=0.1, max=720)]
IssuerOption = Annotated[str, typer.Option(help="Address of a provider of OpenID Connect.")]
ClientOption = Annotated[str, typer.Option(help="What the provider calls this server.")]
SecretOption = Annotated[
    str,
    typer.Option(envvar="DUIYI_OIDC_SECRET", help="Secret of this server at the provider."),
]
ClaimOption = Annotated[str, typer.Option(help="What names the user: preferred_username, email.")]
TitleOption = Annotated[str, typer.Option(help="Name of the provider on the sign-in page.")]
CreateOption = Annotated[bool, typer.Option("--oidc-create", help="Add users that sign in for the first time.")]


def serve(
    config: ConfigOption = None,
    memory: MemoriesOption = None,
    terms: TermsOption = None,
    write: WriteOption = False,
    reviews: ReviewsOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8080,
    token: Annotated[str, token_option("DUIYI_SERVER_TOKEN")] = "",
    allow_host: AllowHostOption = None,
    rate: RateOption = None,
    max_upload: MaxUploadOption = 100,
    workers: WorkersOption = 1,
    model: ModelOption = "",
    path_prefix: PrefixOption = "",
    behind_tls: BehindTlsOption = False,
    proxy: ProxyOption = None,
    tls_certificate: CertificateOption = None,
    tls_key: KeyOption = None,
    metrics_token: MetricsOption = "",
    log_format: LogOption = "text",
    accounts: AccountsOption = None,
    session_hours: SessionOption = 12.0,
    oidc_issuer: IssuerOption = "",
    oidc_client: ClientOption = "",
    oidc_secret: SecretOption = "",
    oidc_claim: ClaimOption = "preferred_username",
    oidc_title: TitleOption = "your organization",
    oidc_create: CreateOption = False,
) -> None:
    """Serve memories and terms over HTTP: web pages, an API, and amaGama's protocol for Weblate and others."""
    given = SimpleNamespace(**locals())
    _check(given)
    tls = {"ssl_certfile": tls_certificate, "ssl_keyfile": tls_key} if tls_certificate else {}
    settings: dict[str, Any] = {**tls, "forwarded_allow_ips": proxy or ["127.0.0.1"]}
    start(_options(given), host, port, workers, settings)


def _check(given: SimpleNamespace) -> None:
    """Raise `UsageError` for options that contradict each other, or are not safe together."""
    from models.registry import load
    from tm.web.listening import check_access

    check_access(given.host, given.token, accounts=given.accounts is not None)
    if given.accounts is not None and (given.memory or given.terms or given.write or given.reviews):
        raise UsageError("with --accounts the projects say what is served; leave out --memory, --terms and --write")
    if given.allow_host and given.write and not given.token:
        raise UsageError("--write on a server with another name (--allow-host) needs a --token")
    if (given.tls_certificate is None) != (given.tls_key is None):
        raise UsageError("--tls-certificate and --tls-key belong together")
    for path in filter(None, (given.tls_certificate, given.tls_key)):
        if not path.is_file():
            raise UsageError(f"{path} is not a file")
    if given.metrics_token and (len(given.metrics_token) < 16 or not given.metrics_token.isascii()):
        raise UsageError("--metrics-token must have at least 16 ASCII characters")
    if given.oidc_issuer and given.accounts is None:
        raise UsageError("--oidc-issuer needs --accounts")
    if given.model:
        load(given.model)  # a wrong name ends the command, not the first request


def _options(given: SimpleNamespace) -> "ServerOptions":
    from tm.server.options import Access, ServerOptions
    from tm.store.memory_store import memory_paths
    from tm.web.addresses import is_loopback, names_of
    from tm.web.prefix import checked_prefix

    rate = given.rate
    if rate is None:
        rate = 0.0 if is_loopback(given.host) and not given.allow_host else _RATE
    names, prefix = names_of(given.host, given.allow_host), checked_prefix(given.path_prefix)
    return ServerOptions(
        memories=tuple(memory_paths(given.memory or ())) if given.accounts is None else (),
        terms=terms_at(given.terms),
        terms_named=given.terms is not None,
        writable=given.write,
        access=Access(names, given.token, rate, prefix, given.behind_tls, given.session_hours),
        model=given.model,
        max_upload=given.max_upload * 1_000_000,
        accounts=given.accounts,
        oidc=_provider(given),
        reviews=given.reviews,
        metrics_token=given.metrics_token,
        log_format=given.log_format,
    )


def _provider(given: SimpleNamespace) -> "OidcOptions | None":
    from urllib.parse import urlsplit

    from tm.server.options import OidcOptions
    from tm.web.addresses import is_loopback

    issuer, client = given.oidc_issuer, given.oidc_client
    if not issuer and not client:
        return None
    if not issuer or not client:
        raise UsageError("--oidc-issuer and --oidc-client belong together")
    place = urlsplit(issuer)
    if place.scheme != "https" and not (place.scheme == "http" and is_loopback(place.hostname or "")):
        raise UsageError(f"{issuer[:200]} must begin with https://, since it decides who may sign in")
    need("authlib", "oidc", "sign in through OpenID Connect")
    secret, claim, title = given.oidc_secret, given.oidc_claim, given.oidc_title
    return OidcOptions(issuer, client, secret, claim, title, given.oidc_create)


def start(
    options: "ServerOptions",
    host: str,
    port: int,
    workers: int,
    settings: dict[str, Any],
    *,
    page: str = "",
    browser: bool = False,
) -> None:
    """Open what is served before anything listens: what cannot be used ends the command with a sentence.

    ``page`` is the one whose address is printed; ``browser`` opens it.
    """
    from tm.server.app import opened
    from tm.web.listening import inherited, listen

    with ExitStack() as stack:
        if workers > 1:
            options = stack.enter_context(_counted_together(options))
        served = stack.enter_context(closing(opened(options)))
        server = stack.enter_context(inherited() or listen(host, port))
        scheme = "https" if "ssl_certfile" in settings else "http"
        prefix = options.access.prefix.lstrip("/")
        here = announce(host, server, options.access.token, page or (f"{prefix}/" if prefix else ""), scheme)
        _describe(options, served, host, scheme)
        if browser:
            open_browser(here)
        with until_stopped():
            _run(server, served, workers, settings)


def _describe(options: "ServerOptions", served: "Resources | Team", host: str, scheme: str) -> None:
    from tm.accounts.accounts import default_accounts
    from tm.server.team import Team
    from tm.web.addresses import is_loopback

    if isinstance(served, Team):
        what = f"the projects of {options.accounts}"
        if not is_loopback(host) and scheme == "http" and not options.access.behind_tls:
            message("duiyi: warning: passwords are sent without encryption; use --tls-certificate, or a proxy with TLS")
    else:
        what = ", ".join(served.memories)
        if default_accounts().exists():
            message(f"duiyi: the accounts in {default_accounts()} are not used; --accounts {default_accounts()} does")
    message(f"duiyi: serving {what} until you press Ctrl+C")


@contextmanager
def _counted_together(options: "ServerOptions") -> Iterator["ServerOptions"]:
    """Folders where all processes put their figures, which they look for in the environment, and their work."""
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="duiyi-metrics-") as folder, TemporaryDirectory(prefix="duiyi-work-") as work:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        try:
            yield replace(options, metrics_folder=folder, work_folder=work)
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]


def _run(server: "socket.socket", served: "Resources | Team", workers: int, settings: dict[str, Any]) -> None:
    """Serve until a signal comes, then finish the responses that have begun; SIGHUP starts anew on the same socket."""
    from functools import partial

    import uvicorn

    from tm.server.app import LONGEST_HEAD, create, opened, worker
    from tm.web.http_protocol import HttpProtocol
    from tm.web.observing import log_settings

    options = served.options
    if workers > 1:
        # Each process opens the memories by itself.
        served.close()
    config: Any = partial(
        uvicorn.Config,
        factory=True,
        http=HttpProtocol,
        workers=workers,
        log_level="warning",
        log_config=log_settings(options.log_format),
        access_log=False,
        server_header=False,
        ws="none",
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_PATIENCE,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=_CONNECTIONS,
        **settings,
    )
    if workers == 1:
        from tm.cli.restarting import run_again

        run_again(server, lambda first: config(partial(create, served if first else opened(options))))
        return
    from uvicorn.supervisors import Multiprocess

    from corpora.processes import safe_search_path

    with safe_search_path():
        Multiprocess(config(partial(worker, options)), sockets=[server]).run()
