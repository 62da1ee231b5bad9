"""Authorization, in one place: who makes a request, in which project, and whether his role allows what it does.

The table is `tm.accounts.roles`; a request that stands for no operation there does not get past this point. Projects
that a user does not belong to answer as projects that do not exist. What changes something is written to the audit log
before its response is sent.
"""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpora.errors import DuiyiError
from tm.accounts.records import Project, Token, User
from tm.accounts.roles import ACCOUNT, PUBLIC, Role, changes_something, lower, operation_of
from tm.server.errors import http_status
from tm.server.resources import Resources
from tm.server.team import Team
from tm.web.guard import token_in
from tm.web.refusals import cookie_in, headers_of, refusal_response
from tm.web.visitor import Trace, Visitor, trace_of

__all__ = ["NO_PROJECT", "RESOURCES", "Authority", "Local", "cookie_name", "session_in"]

#: The key of the resources of the project in the scope of a request.
RESOURCES = "duiyi.resources"
_PROJECT = re.compile(r"/p/([0-9a-f]{16})(/[\s\S]*)?")
NO_PROJECT = "there is no such project, or you do not belong to it"
_UNKNOWN = "this address does not exist; /api/docs of a project lists those that do"


def cookie_name(scope: Scope) -> str:
    """The name of the cookie with the session; cookies are shared by all ports of a host."""
    return f"duiyi-session-{scope['server'][1] if scope.get('server') else 0}"


def session_in(scope: Scope) -> str:
    """The secret of the session in the cookies of a request, "" if there is none."""
    return cookie_in(headers_of(scope), cookie_name(scope))


class Local:
    """Without accounts: one visitor, who may do what the server's options allow."""

    def __init__(self, app: ASGIApp, resources: Resources) -> None:
        """Every request uses ``resources``."""
        self._app = app
        self._resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the resources."""
        if scope["type"] == "http":
            scope = {**scope, RESOURCES: self._resources}
            found = operation_of(scope["method"], scope["path"])
            trace_of(scope).operation = found.name if found else ""
        await self._app(scope, receive, send)


class Authority:
    """With accounts: ASGI middleware that lets through what the role of the user allows."""

    def __init__(self, app: ASGIApp, team: Team) -> None:
        """Guard ``app`` by the accounts of ``team``."""
        self._app = app
        self._team = team
        self._accounts = team.accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on with its visitor and the resources of its project."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, trace = headers_of(scope), trace_of(scope)
        with ExitStack() as stack:
            try:
                refused, scope = self._identified(scope, headers, trace)
                project = trace.visitor.project
                if refused is None and project is not None:
                    using = self._team.using(project)
                    if self._team.is_open(project):
                        resources = stack.enter_context(using)
                    else:  # to open files takes a moment
                        resources = await run_in_threadpool(stack.enter_context, using)
                    scope = {**scope, RESOURCES: resources}
            except DuiyiError as error:
                message = "the files of this project cannot be used; the log of the server says why"
                trace.details["error"] = str(error)
                refused = refusal_response(headers, message, http_status(error))
            await (refused or self._app)(scope, receive, self._recording(send, trace))

    def _identified(self, scope: Scope, headers: Mapping[str, str], trace: Trace) -> tuple[Response | None, Scope]:
        """What refuses the request, if anything does, and the scope without the prefix of its project."""
        match = _PROJECT.fullmatch(scope["path"])
        if match is not None:
            scope = {**scope, "path": match[2] or "/"}
        operation = operation_of(scope["method"], scope["path"])
        trace.operation = operation.name if operation else ""
        base = trace.visitor.base
        visitor = trace.visitor = Visitor(base=base, root=base, team=True)
        if operation in PUBLIC and match is None:
            return None, scope
        found = self._user(scope, headers)
        if found is None:
            return self._sign_in(scope, headers, base, match[1] if match else ""), scope
        user, token = found
        via = f"token {token.name}" if token else "session"
        visitor = trace.visitor = replace(visitor, name=user.name, user=user, via=via)
        if operation is not None and operation in ACCOUNT and match is None:
            if token is not None and operation.name != "own projects":
                return refusal_response(headers, "a token may not do this; sign in with your password", 403), scope
            return None, scope
        given = self._project(user, token, match[1] if match else "")
        if isinstance(given, str):
            return self._without_project(scope, headers, base, given), scope
        project, role = given
        if match is None and _is_page(scope, headers):
            query = scope.get("query_string", b"").decode("latin-1")
            where = f"{base}/p/{project.id}{quote(scope['path'])}{'?' + query if query else ''}"
            return RedirectResponse(where, 303), scope
        if match is not None and not match[2]:
            return RedirectResponse(f"{base}/p/{project.id}/", 303), scope
        root = f"{base}/p/{project.id}"
        names = lambda: [name for name, _ in self._accounts.projects.members(project)]  # noqa: E731
        visitor = trace.visitor = replace(visitor, role=role, project=project, root=root, members=names)
        if operation is None or operation in ACCOUNT or operation in PUBLIC:
            return refusal_response(headers, _UNKNOWN, 404), scope
        if not visitor.may(operation):
            needed = f"this needs the role {operation.least} in the project ({operation.about}); yours is {role}"
            return refusal_response(headers, needed, 403), scope
        return None, scope

    def _user(self, scope: Scope, headers: Mapping[str, str]) -> tuple[User, Token | None] | None:
        if given := token_in(headers.get("authorization", "")):
            found = self._accounts.tokens.check(given)
            if found is not None:
                self._team.note_use(found[1])
            return found
        secret = session_in(scope)
        user = self._accounts.sessions.user(secret) if secret else None
        return (user, None) if user is not None else None

    def _project(self, user: User, token: Token | None, wanted: str) -> tuple[Project, Role] | str:
        """The project of a request and the role in it, or why there is none."""
        own = [(one, role) for one, role in self._accounts.projects.of(user)
               if token is None or token.project in ("", one.id)]  # fmt: skip
        if wanted:
            own = [(one, role) for one, role in own if one.id == wanted]
        if not own:
            return NO_PROJECT
        if len(own) > 1:
            return "name the project in the address, /p/ID/…; /api/projects lists yours"
        project, role = own[0]
        limited = lower(role, token.role) if token is not None and token.role is not None else role
        return (project, limited) if limited is not None else NO_PROJECT

    def _sign_in(self, scope: Scope, headers: Mapping[str, str], base: str, project: str) -> Response:
        if _is_page(scope, headers):
            query = scope.get("query_string", b"").decode("latin-1")
            path = f"{base}{f'/p/{project}' if project else ''}{quote(scope['path'])}{'?' + query if query else ''}"
            return RedirectResponse(f"{base}/sign-in?next={quote(path, safe='')}", 303)
        extra = {"www-authenticate": 'Bearer realm="duiyi"'}
        return refusal_response(headers, "sign in, or send a token that is valid", 401, extra)

    def _without_project(self, scope: Scope, headers: Mapping[str, str], base: str, why: str) -> Response:
        if _is_page(scope, headers) and scope["path"] == "/":
            return RedirectResponse(f"{base}/projects", 303)
        return refusal_response(headers, why, 404 if why == NO_PROJECT else 400)

    def _recording(self, send: Send, trace: Trace) -> Send:
        """``send`` that writes the audit log first, if the operation changes something or a handler noted a change."""

        async def recorded(message: Message) -> None:
            is_change = bool(trace.object) or changes_something(trace.operation)
            if message["type"] == "http.response.start" and trace.visitor.name and is_change:
                status = message["status"]
                result = "done" if status < 400 else "refused" if status in (401, 403) else "failed"
                await self._team.recorded(trace, result)
            await send(message)

        return recorded


def _is_page(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether a browser navigates to a page."""
    is_program = scope["path"].startswith(("/api/", "/tmserver/"))
    return scope["method"] == "GET" and "text/html" in headers.get("accept", "") and not is_program
