"""`/api/`: the project itself: its settings, its members, and its audit log. Only where the server has accounts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from corpora.errors import UsageError
from tm.accounts.audit import audit_lines
from tm.accounts.records import AuditQuery, Project
from tm.accounts.roles import OPERATIONS, Role, role_of
from tm.server.dependencies import ExecutorsDependency, TeamDependency
from tm.server.errors import NotFound
from tm.server.frame import render
from tm.server.memory_api import ERRORS
from tm.server.requests import AuditRequest, MemberRequest, ProjectRequest
from tm.web.visitor import Visitor, trace_of

__all__ = ["audit", "audit_page", "change", "member", "members", "project", "projects", "remove", "router"]

router = APIRouter(tags=["team"], responses=ERRORS)
_MOST = 1_000_000  # entries of one export


def _here(request: Request) -> tuple[Visitor, Project]:
    visitor = trace_of(request.scope).visitor
    assert visitor.project is not None, "the authority lets nobody else through"
    return visitor, visitor.project


@router.get("/api/projects", summary="Your projects")
async def projects(request: Request, team: TeamDependency) -> Response:
    """The projects that you belong to, with your role; their pages are below /p/ID/."""
    user = trace_of(request.scope).visitor.user
    assert user is not None
    return JSONResponse([one.to_dict() | {"role": role.value} for one, role in team.accounts.projects.of(user)])


@router.get("/api/project", summary="The project")
async def project(request: Request) -> Response:
    """Name, languages and check settings of the project, and your role."""
    visitor, own = _here(request)
    assert visitor.role is not None
    may = [one.name for one in OPERATIONS if visitor.may(one)]
    return JSONResponse(own.to_dict() | {"role": visitor.role.value, "may": may})


@router.patch("/api/project", summary="Change the project")
async def change(
    request: Request, given: ProjectRequest, team: TeamDependency, executors: ExecutorsDependency
) -> Response:
    """Change the name, the languages or the check settings; memories are a matter of the server's owner."""
    _, own = _here(request)
    changes = given.model_dump(exclude_unset=True)
    if not changes:
        raise UsageError("name what to change: name, source_lang, target_lang or checks")
    trace_of(request.scope).note("project", fields=sorted(changes))
    made = await executors.write(lambda: team.accounts.projects.edit(own, **changes))
    return JSONResponse(made.to_dict())


@router.get("/api/members", summary="The members")
async def members(request: Request, team: TeamDependency) -> Response:
    """The users of the project with their roles."""
    _, own = _here(request)
    return JSONResponse([{"name": name, "role": role.value} for name, role in team.accounts.projects.members(own)])


@router.put("/api/members/{user}", summary="Give a role")
async def member(
    request: Request, user: str, given: MemberRequest, team: TeamDependency, executors: ExecutorsDependency
) -> Response:
    """Give a user a role in this project, in place of the one that he has."""
    role = role_of(given.role)
    if role is None:
        raise UsageError(f"{given.role[:40]} is not a role; there are {', '.join(Role)}")
    return JSONResponse(await executors.write(lambda: _granted(request, team, user, role)))


@router.delete("/api/members/{user}", summary="Take a role")
async def remove(request: Request, user: str, team: TeamDependency, executors: ExecutorsDependency) -> Response:
    """Take a user's role; for him the project no longer exists."""
    return JSONResponse(await executors.write(lambda: _granted(request, team, user, None)))


def _granted(request: Request, team: TeamDependency, name: str, role: Role | None) -> dict[str, Any]:
    _, own = _here(request)
    try:
        user = team.accounts.users.get(name)
    except UsageError as error:
        raise NotFound("there is no such user") from error
    if role is None and team.accounts.projects.role(own.id, user) is None:
        raise NotFound("there is no such user")
    others = [one for one, held in team.accounts.projects.members(own) if held is Role.MANAGER and one != user.name]
    if role is not Role.MANAGER and not others and team.accounts.projects.role(own.id, user) is Role.MANAGER:
        raise UsageError("a project needs a manager; give this role to somebody else first")
    team.accounts.projects.grant(own, user, role)
    trace_of(request.scope).note(f"{user.name}: {role or 'no role'}")
    return {"name": user.name, "role": role and role.value}


@router.get("/api/audit", summary="The audit log")
async def audit(
    request: Request,
    wanted: Annotated[AuditRequest, Query()],
    team: TeamDependency,
    executors: ExecutorsDependency,
) -> Response:
    """Who changed what, when and from where, the latest first; as JSON, or as a file with format jsonl or csv."""
    _, own = _here(request)
    if wanted.suffix == "json":
        query = _query(own, wanted, min(wanted.limit, 1_000))
        found = await executors.query(lambda: [one.to_dict() for one in team.accounts.audit.entries(query)])
        return JSONResponse(found)
    entries = team.accounts.audit.entries(_query(own, wanted, min(wanted.limit, _MOST)))

    def lines() -> Iterator[bytes]:
        # Many at a time, since a thread is asked for each portion.
        found = audit_lines(entries, wanted.suffix)
        while portion := "".join(islice(found, 1_000)):
            yield portion.encode()

    name = f"audit-{datetime.now(UTC):%Y-%m-%d}.{wanted.suffix}"
    headers = {"content-disposition": f"attachment; filename={name}"}
    kind = "text/csv; charset=utf-8" if wanted.suffix == "csv" else "application/jsonl"
    return StreamingResponse(lines(), headers=headers, media_type=kind)


def _query(own: Project, wanted: AuditRequest, limit: int) -> AuditQuery:
    return AuditQuery(own.id, wanted.who, wanted.operation, wanted.object, wanted.result, wanted.since, wanted.until,
                      limit, wanted.before)  # fmt: skip


@router.get("/audit", include_in_schema=False)
async def audit_page(
    request: Request, team: TeamDependency, executors: ExecutorsDependency, who: str = "", operation: str = ""
) -> Response:
    """The audit log as a page."""
    visitor, own = _here(request)
    query = AuditQuery(own.id, who, operation, limit=200)

    def page() -> str:
        entries = list(team.accounts.audit.entries(query))
        operations = [one.name for one in OPERATIONS if one.changes]
        return render("audit.html", visitor, entries=entries, who=who, operation=operation, operations=operations,
                      members=[name for name, _ in team.accounts.projects.members(own)])  # fmt: skip

    return HTMLResponse(await executors.query(page))
