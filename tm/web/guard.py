"""Who may talk to a server: pages of its own, at names of its own, with the token where one is asked for.

A page elsewhere in the browser can send requests to loopback addresses. So the Host must be one that this server goes
by (a foreign name that was pointed at 127.0.0.1 is not), whatever changes something needs an Origin of this server and,
in the editor, a header that a foreign page cannot set, and the answers forbid framing, sniffing and every script but
our own. A program is no page and sends no Origin; where programs may change things, only pages are held to it: browsers
send it with every such request. No answer names an origin that may read it, so CORS is closed.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from secrets import token_urlsafe
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tm.web.addresses import is_loopback
from tm.web.refusals import headers_of, told

__all__ = ["Guard", "GuardOptions"]

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
    """``hosts``: the names of this server besides loopback ones. ``token``: what a visitor must show, "" for nothing.

    ``secret``: what our own pages send with every change; a new one for every server. ``programs``: programs may
    change things too; no secret is asked for then.
    """

    hosts: frozenset[str] = frozenset()
    token: str = ""
    secret: str = field(default_factory=lambda: token_urlsafe(24))
    programs: bool = False


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, options: GuardOptions) -> None:
        """Guard ``app``."""
        self._app = app
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse or pass on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no WebSockets here
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in _HEADERS]
                if not scope["path"].startswith("/static/"):
                    extra.append((b"cache-control", b"no-store"))
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        refusal = self._refusal(scope, headers_of(scope))
        await (refusal or self._app)(scope, receive, sealed)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        host = headers.get("host", "")
        if not self._goes_by(host):
            return told(headers, "This server does not go by that name.", 421)
        site, mode = headers.get("sec-fetch-site", "none"), headers.get("sec-fetch-mode", "navigate")
        is_safe = scope["method"] in _SAFE
        if site not in ("same-origin", "none") and not (is_safe and mode == "navigate"):
            return told(headers, "Pages elsewhere may not use this server.", 403)
        if self._options.token and (answer := self._ask(scope, headers)) is not None:
            return answer
        if is_safe:
            return None
        origin = headers.get("origin", "")
        if origin != f"{scope.get('scheme', 'http')}://{host}" and not (self._options.programs and not origin):
            return told(headers, "This page does not belong to this server.", 403)
        if not self._options.programs and not compare_digest(
            headers.get("x-duiyi", "").encode(), self._options.secret.encode()
        ):
            return told(headers, "The server was started anew; load the page again.", 403)
        return None

    def _goes_by(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if is_loopback(name) or name in self._options.hosts:
            return True
        if not self._options.token:
            return False
        try:
            # A number cannot be pointed elsewhere as a name can.
            ip_address(name)
        except ValueError:
            return False
        return True

    def _ask(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        """None where the visitor showed the token; else what to answer."""
        name = f"duiyi-{scope['server'][1] if scope.get('server') else 0}"
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token", "")
        if given and scope["method"] == "GET" and self._is_token(given):
            # Out of the address bar, lest it be read over a shoulder or copied with the address.
            rest = urlencode([(key, value) for key, value in query if key != "token"])
            path = quote("/" + scope["path"].lstrip("/"))
            answer = RedirectResponse(path + ("?" + rest if rest else ""), 303)
            answer.set_cookie(name, self._options.token, httponly=True, samesite="strict", path="/")
            return answer
        if self._is_token(_shown(headers.get("authorization", ""))):
            return None
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(name)
        except CookieError:
            cookie = None
        if cookie is not None and self._is_token(cookie.value):
            return None
        extra = {"www-authenticate": 'Bearer realm="duiyi"'}
        return told(headers, "Open the address that duiyi printed; it holds the token.", 401, extra)

    def _is_token(self, given: str) -> bool:
        return compare_digest(given.encode(), self._options.token.encode())


def _shown(authorization: str) -> str:
    """The token in the header: as such, or as the password of those who know names and passwords only."""
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
