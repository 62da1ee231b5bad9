"""Sign in through a provider of OpenID Connect: authorization code with PKCE, state and nonce, done by Authlib.

What must not be lost between leaving for the provider and coming back is kept in the accounts file for ten minutes,
under a secret in a cookie of this browser, so that nobody can finish the sign-in of somebody else.
"""

from functools import cache
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from corpora.errors import DuiyiError
from corpora.extras import need
from tm.server.authority import cookie_name
from tm.server.dependencies import ExecutorsDependency, TeamDependency
from tm.server.frame import render
from tm.server.options import OidcOptions
from tm.server.signing_in import signed_in
from tm.server.team import Team
from tm.web.addresses import local_path
from tm.web.visitor import trace_of

__all__ = ["back", "router", "start"]

router = APIRouter(include_in_schema=False)
_MINUTES = 10


class _Refused(DuiyiError):
    """The provider, or its response, cannot be used."""


@cache
def _client(options: OidcOptions) -> Any:
    """The client of a provider; it reads the provider's addresses and keys when it first needs them."""
    oauth = need("authlib.integrations.starlette_client", "oidc", "sign in through OpenID Connect").OAuth()
    return oauth.register(
        "provider",
        client_id=options.client,
        client_secret=options.secret or None,
        server_metadata_url=f"{options.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "timeout": 10},
    )


def _cookie(request: Request) -> str:
    return f"{cookie_name(request.scope)}-start"


def _address(request: Request) -> str:
    base = trace_of(request.scope).visitor.base
    return f"{request.url.scheme}://{request.url.netloc}{base}/sign-in/oidc/back"


def _failed(request: Request, team: Team, message: str, status: int) -> Response:
    visitor, options = trace_of(request.scope).visitor, team.options.oidc
    title = options.title if options else ""
    return HTMLResponse(render("sign-in.html", visitor, next="", name="", error=message, provider=title), status)


@router.get("/sign-in/oidc")
async def start(request: Request, team: TeamDependency, executors: ExecutorsDependency, next: str = "") -> Response:  # noqa: A002
    """Send the browser to the provider."""
    assert team.options.oidc is not None
    kept: dict[str, Any] = {}
    request.scope["session"] = kept
    try:
        response: Response = await _client(team.options.oidc).authorize_redirect(request, _address(request))
    except Exception as error:  # noqa: BLE001 - of the network, or of what the provider sent
        trace_of(request.scope).details["error"] = f"{type(error).__name__}: {error}"
        return _failed(request, team, "the sign-in service does not respond; try again later", 502)
    base = trace_of(request.scope).visitor.base
    content = {"session": kept, "next": local_path(next, base)}
    secret = await executors.write(lambda: team.accounts.sessions.keep(content, _MINUTES))
    secure = request.url.scheme == "https"
    path = f"{base}/sign-in/oidc"
    response.set_cookie(
        _cookie(request), secret, max_age=60 * _MINUTES, path=path, secure=secure, httponly=True, samesite="lax"
    )
    return response


@router.get("/sign-in/oidc/back")
async def back(request: Request, team: TeamDependency, executors: ExecutorsDependency) -> Response:
    """Where the provider sends the browser: begin a session for the user it names."""
    options, trace = team.options.oidc, trace_of(request.scope)
    assert options is not None
    secret = request.cookies.get(_cookie(request), "")
    content = await executors.write(lambda: team.accounts.sessions.taken(secret)) if secret else None
    if content is None:
        return _failed(request, team, "the sign-in took too long, or began in another browser; try again", 400)
    try:
        claims = await _claims(request, options, content["session"])
    except _Refused as error:
        trace.details["error"] = str(error)
        return _failed(request, team, "the sign-in was refused; try again", 401)
    name = str(claims.get(options.claim) or "")
    if options.claim == "email" and claims.get("email_verified") is not True:
        name = ""

    def finished() -> Response:
        subject = str(claims["sub"])
        user = team.accounts.users.by_identity(str(claims["iss"]), subject, name, create=options.create)
        result = "done" if user else "refused"
        who = user.name if user else ""
        team.accounts.audit.add(
            who, "sign in", via="OpenID Connect", result=result, address=trace.address, request=trace.id
        )
        if user is None:
            return _failed(request, team, "there is no account for you here; ask the owner of this server", 403)
        response = signed_in(request, team, user, content["next"])
        response.delete_cookie(_cookie(request), path=f"{trace.visitor.base}/sign-in/oidc")
        return response

    return await executors.write(finished)


async def _claims(request: Request, options: OidcOptions, session: dict[str, Any]) -> dict[str, Any]:
    """What the provider says of the user, its signature, audience, times and nonce checked. Raises `_Refused`."""
    request.scope["session"] = session
    try:
        token = await _client(options).authorize_access_token(request)
    except Exception as error:  # of the network, or of what the provider sent
        raise _Refused(f"{type(error).__name__}: {error}") from error
    claims = dict(token.get("userinfo") or {})
    if not claims.get("sub") or str(claims.get("iss", "")).rstrip("/") != options.issuer.rstrip("/"):
        raise _Refused("the identity token names no user, or another issuer")
    return claims
