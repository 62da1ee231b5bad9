"""Signing in and out, and a user's own account: password and tokens. Only where the server has accounts.

A failure says neither whether the user exists nor whether he is disabled. After a few of them the name has to wait
at that address (`tm.accounts.sessions.Failures`).
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from corpora.errors import UsageError
from tm.accounts.records import User
from tm.accounts.roles import Role, role_of
from tm.server.authority import NO_PROJECT, cookie_name, session_in
from tm.server.dependencies import ExecutorsDependency, TeamDependency
from tm.server.frame import render
from tm.server.requests import TokenRequest
from tm.server.team import Team
from tm.web.addresses import local_path
from tm.web.visitor import Trace, trace_of

__all__ = [
    "account", "change_password", "ended", "form", "made_token", "make_token", "projects", "revoke_token",
    "revoked_token", "router", "sign_in", "sign_out", "signed_in", "tokens",
]  # fmt: skip

router = APIRouter(include_in_schema=False)
_WRONG = "the name or the password is wrong"
_HOUR = 3_600


def signed_in(request: Request, team: Team, user: User, path: str) -> Response:
    """Begin a session, and send the browser on to ``path``."""
    base = trace_of(request.scope).visitor.base
    response = RedirectResponse(local_path(path, base), 303)
    hours = team.options.access.session_hours
    secret = team.accounts.sessions.begin(user, trace_of(request.scope).address, hours)
    response.set_cookie(
        cookie_name(request.scope),
        secret,
        max_age=int(hours * _HOUR),
        path=f"{base}/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",  # so that a link in a letter opens the page, not the sign-in
    )
    return response


def ended(request: Request, response: Response) -> Response:
    """``response`` that also forgets the session in the browser."""
    response.delete_cookie(cookie_name(request.scope), path=f"{trace_of(request.scope).visitor.base}/")
    return response


@router.get("/sign-in")
async def form(request: Request, team: TeamDependency, next: str = "") -> Response:  # noqa: A002
    """The page for signing in."""
    return HTMLResponse(_form(request, team, next))


def _form(request: Request, team: Team, path: str, error: str = "", name: str = "") -> str:
    visitor = trace_of(request.scope).visitor
    return render("sign-in.html", visitor, next=local_path(path, visitor.base), error=error, name=name,
                  provider=team.options.oidc.title if team.options.oidc else "")  # fmt: skip


@router.post("/sign-in")
async def sign_in(
    request: Request,
    team: TeamDependency,
    executors: ExecutorsDependency,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=2_000)] = "",
    next: Annotated[str, Form(max_length=4_000)] = "",  # noqa: A002
) -> Response:
    """Sign in with a name and a password."""
    trace = trace_of(request.scope)

    def checked() -> Response:
        if pause := team.accounts.failures.pause(name, trace.address):
            wait = f"too many failed attempts; try again in {max(1, round(pause / 60))} min"
            return HTMLResponse(_form(request, team, next, wait, name), 429, {"retry-after": str(pause)})
        user = team.accounts.users.check(name, password)
        _audited(team, trace, user.name if user else _known(team, name), "sign in", done=user is not None)
        if user is None:
            team.accounts.failures.add(name, trace.address)
            trace.count("failed_sign_ins")
            return HTMLResponse(_form(request, team, next, _WRONG, name), 401)
        team.accounts.failures.forget(name, trace.address)
        return signed_in(request, team, user, next)

    return await executors.sign_in(checked)


def _known(team: Team, name: str) -> str:
    """The name if there is such a user: what else was typed may be a password, and must not be in the log."""
    try:
        return team.accounts.users.get(name).name
    except UsageError:
        return ""


def _audited(team: Team, trace: Trace, who: str, operation: str, *, done: bool = True) -> None:
    result = "done" if done else "refused"
    team.accounts.audit.add(who, operation, via="session", result=result, address=trace.address, request=trace.id)


@router.post("/sign-out")
async def sign_out(request: Request, team: TeamDependency, executors: ExecutorsDependency) -> Response:
    """End the session."""
    trace, secret = trace_of(request.scope), session_in(request.scope)

    def out() -> None:
        user = team.accounts.sessions.user(secret)
        if user is not None:
            team.accounts.sessions.end(secret)
            _audited(team, trace, user.name, "sign out")

    await executors.write(out)
    return ended(request, RedirectResponse(f"{trace.visitor.base}/sign-in", 303))


# -- one's own account


def _own(request: Request) -> User:
    user = trace_of(request.scope).visitor.user
    assert user is not None, "the authority lets nobody else through"
    return user


@router.get("/projects")
async def projects(request: Request, team: TeamDependency) -> Response:
    """The projects of the user."""
    visitor = trace_of(request.scope).visitor
    return HTMLResponse(render("projects.html", visitor, projects=team.accounts.projects.of(_own(request))))


@router.get("/account")
async def account(request: Request, team: TeamDependency) -> Response:
    """The user's own tokens and password."""
    return HTMLResponse(_account(request, team))


def _account(request: Request, team: Team, *, error: str = "", token: str = "", done: str = "") -> str:
    user = _own(request)
    return render(
        "account.html",
        trace_of(request.scope).visitor,
        tokens=[one for one in team.accounts.tokens.every(user) if not one.revoked],
        projects={project.id: project.name for project, _ in team.accounts.projects.of(user)},
        roles=[str(role) for role in Role],
        has_password=user.has_password,
        error=error,
        token=token,
        done=done,
    )


def _made(request: Request, team: Team, given: TokenRequest) -> tuple[dict[str, Any], str]:
    """A new token of the user. Raises `UsageError`, also for a project that he does not belong to."""
    user, role = _own(request), role_of(given.role) if given.role else None
    if given.role and role is None:
        raise UsageError(f"{given.role[:40]} is not a role; there are {', '.join(Role)}")
    if given.project and given.project not in {one.id for one, _ in team.accounts.projects.of(user)}:
        raise UsageError(NO_PROJECT)
    made, text = team.accounts.tokens.add(user, given.name, role=role, project=given.project, days=given.days or None)
    trace_of(request.scope).note(f"token {made.name}", token=made.id)
    return made.to_dict(), text


@router.post("/account/tokens")
async def make_token(
    request: Request,
    team: TeamDependency,
    executors: ExecutorsDependency,
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[str, Form(max_length=40)] = "",
    project: Annotated[str, Form(max_length=40)] = "",
    days: Annotated[float, Form(ge=0, le=3_660)] = 365,
) -> Response:
    """Make a token and show it once."""

    def made() -> Response:
        try:
            given = TokenRequest(name=name, role=role, project=project, days=days)
            return HTMLResponse(_account(request, team, token=_made(request, team, given)[1]))
        except UsageError as error:
            return HTMLResponse(_account(request, team, error=str(error)), 400)

    return await executors.write(made)


@router.post("/account/tokens/{token}/revoke")
async def revoke_token(request: Request, team: TeamDependency, executors: ExecutorsDependency, token: str) -> Response:
    """Revoke a token of one's own."""
    await executors.write(lambda: _revoked(request, team, token))
    return RedirectResponse(f"{trace_of(request.scope).visitor.base}/account", 303)


def _revoked(request: Request, team: Team, token: str) -> dict[str, Any]:
    from tm.server.errors import NotFound

    try:
        made = team.accounts.tokens.revoke(token, _own(request))
    except UsageError as error:
        raise NotFound("you have no such token") from error
    trace_of(request.scope).note(f"token {made.name}", token=made.id)
    return made.to_dict()


@router.post("/account/password")
async def change_password(
    request: Request,
    team: TeamDependency,
    executors: ExecutorsDependency,
    old: Annotated[str, Form(max_length=2_000)] = "",
    new: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Change the password; all sessions end, and this one begins anew."""
    user, trace = _own(request), trace_of(request.scope)

    def changed() -> Response:
        trace.note("password")
        if team.accounts.failures.pause(user.name, trace.address):
            return HTMLResponse(_account(request, team, error="too many failed attempts; try again later"), 429)
        if team.accounts.users.check(user.name, old) is None:
            team.accounts.failures.add(user.name, trace.address)
            return HTMLResponse(_account(request, team, error="the old password is wrong"), 403)
        try:
            team.accounts.users.set_password(user.name, new)
        except UsageError as error:
            return HTMLResponse(_account(request, team, error=str(error)), 400)
        return signed_in(request, team, user, f"{trace.visitor.base}/account")

    return await executors.sign_in(changed)


# -- the same for programs; they need the session of a browser, so that a token cannot make others


@router.get("/api/tokens")
async def tokens(request: Request, team: TeamDependency) -> Response:
    """The user's own tokens."""
    return JSONResponse([one.to_dict() for one in team.accounts.tokens.every(_own(request))])


@router.post("/api/tokens")
async def made_token(
    request: Request, given: TokenRequest, team: TeamDependency, executors: ExecutorsDependency
) -> Response:
    """Make a token; the response is the only place where it stands."""
    made, text = await executors.write(lambda: _made(request, team, given))
    return JSONResponse({**made, "token": text})


@router.delete("/api/tokens/{token}")
async def revoked_token(request: Request, team: TeamDependency, executors: ExecutorsDependency, token: str) -> Response:
    """Revoke a token of one's own."""
    return JSONResponse(await executors.write(lambda: _revoked(request, team, token)))
