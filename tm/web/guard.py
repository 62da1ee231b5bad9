"""Access control: who may use a server, under which names, from which pages, and with which token.

Pages of other sites can send requests to loopback addresses. Therefore the Host must be a name of this server (a
foreign name that resolves to 127.0.0.1 is not), requests that change something need an Origin of this server and, in
the editor, a header that pages of other sites cannot set, and the responses forbid framing, sniffing and foreign
scripts. Programs send no Origin; where they may change things, the Origin is checked if there is one, since browsers
send it with every such request. No response allows another origin to read it (CORS).
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from ipaddress import ip_address
from secrets import token_urlsafe
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tm.web.addresses import is_loopback
from tm.web.refusals import cookie_in, headers_of, refusal_response
from tm.web.visitor import trace_of

__all__ = ["Guard", "GuardOptions", "token_in"]

_SAFE = frozenset({"GET", "HEAD"})
_HEADERS = (
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)


@dataclass(frozen=True, slots=True)
class GuardOptions:
    """Who may use a server.

    hosts: the names of this server besides the loopback names.
    token: the access token that clients must send; "" for none.
    secret: what the server's own pages send with every change; new for every server.
    programs: programs may change things too; the secret is not required then.
    accounts: visitors sign in, so that addresses of this machine are accepted as its names, as with a token.
    """

    hosts: frozenset[str] = frozenset()
    token: str = field(default="", repr=False)
    secret: str = field(default_factory=lambda: token_urlsafe(24), repr=False)
    programs: bool = False
    accounts: bool = False


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, options: GuardOptions) -> None:
        """Guard ``app``."""
        self._app = app
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no WebSockets here
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in _HEADERS]
                if not scope["path"].startswith("/static/"):
                    extra.append((b"cache-control", b"no-store"))
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        refused = self._check(scope, headers_of(scope))
        await (refused or self._app)(scope, receive, send_with_headers)

    def _check(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        if {"transfer-encoding", "content-length"} <= headers.keys():
            # A proxy may read its length in one way and this server in the other, and so a second request in it.
            return refusal_response(headers, "The request gives its length in two ways.", 400, {"connection": "close"})
        host = headers.get("host", "")
        if not self._is_own_name(host):
            return refusal_response(headers, "This is not a name of this server.", 421)
        site, mode = headers.get("sec-fetch-site", "none"), headers.get("sec-fetch-mode", "navigate")
        is_safe = scope["method"] in _SAFE
        if site not in ("same-origin", "none") and not (is_safe and mode == "navigate"):
            return refusal_response(headers, "Pages of other sites may not use this server.", 403)
        if self._options.token and (response := self._authenticate(scope, headers)) is not None:
            return response
        if is_safe:
            return None
        origin = headers.get("origin", "")
        if origin != f"{scope.get('scheme', 'http')}://{host}" and not (self._options.programs and not origin):
            return refusal_response(headers, "This page does not belong to this server.", 403)
        if not self._options.programs and not compare_digest(
            headers.get("x-duiyi", "").encode(), self._options.secret.encode()
        ):
            # The header tells the page to keep what it could not send: it is sent again when it was reloaded.
            return refusal_response(headers, "The server was restarted; reload the page.", 403, {"x-duiyi": "reload"})
        return None

    def _is_own_name(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if is_loopback(name) or name in self._options.hosts:
            return True
        if not (self._options.token or self._options.accounts):
            return False
        try:
            # An attacker can point a name at this machine, but not an address.
            ip_address(name)
        except ValueError:
            return False
        return True

    def _authenticate(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        """None if the request has the token; otherwise the response to it."""
        name = f"duiyi-{scope['server'][1] if scope.get('server') else 0}"
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token", "")
        if given and scope["method"] == "GET" and self._is_token(given):
            # Removed from the address bar, so that nobody reads it there or copies it with the address.
            rest = urlencode([(key, value) for key, value in query if key != "token"])
            base = trace_of(scope).visitor.base
            path = base + quote("/" + scope["path"].lstrip("/"))
            response = RedirectResponse(path + ("?" + rest if rest else ""), 303)
            secure = scope.get("scheme") == "https"
            response.set_cookie(
                name, self._options.token, httponly=True, samesite="strict", path=f"{base}/", secure=secure
            )
            return response
        if self._is_token(token_in(headers.get("authorization", ""))):
            return None
        if self._is_token(cookie_in(headers, name)):
            return None
        extra = {"www-authenticate": 'Bearer realm="duiyi"'}
        return refusal_response(headers, "Open the address that duiyi printed; it contains the token.", 401, extra)

    def _is_token(self, given: str) -> bool:
        return compare_digest(given.encode(), self._options.token.encode())


def token_in(authorization: str) -> str:
    """The token in the header: as Bearer, or as the password of HTTP Basic."""
    kind, _, value = authorization.partition(" ")
    match kind.lower():
        case "bearer":
            return value.strip()
        case "basic":
            try:
                return b64decode(value, validate=True).decode("utf-8", "replace").partition(":")[2]
            except (NotBase64, ValueError):
                return ""
    return ""
