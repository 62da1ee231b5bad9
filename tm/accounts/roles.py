"""Who may do what: one table of operations with the least role for each, which every request is compared with.

A request that belongs to no operation is refused, so that a new address is closed until it stands here. The table of
docs/team.md is this one; a test compares them, and another tries each operation with each role.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

__all__ = [
    "ACCOUNT", "OPERATIONS", "PUBLIC", "Operation", "Role", "changes_something", "lower", "named", "operation_of",
    "role_of",
]  # fmt: skip


class Role(StrEnum):
    """What a user may do in a project; each role includes those before it."""

    READER = "reader"
    TRANSLATOR = "translator"
    REVIEWER = "reviewer"
    MANAGER = "manager"

    @property
    def rank(self) -> int:
        """0 for the lowest role."""
        return list(Role).index(self)


def role_of(text: str) -> Role | None:
    """The role that ``text`` names, None where it names none."""
    return next((role for role in Role if role.value == text.strip().lower()), None)


def lower(first: Role | None, second: Role | None) -> Role | None:
    """The lower of two roles; None, no role at all, is the lowest."""
    return None if first is None or second is None else min(first, second, key=lambda role: role.rank)


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a user may do.

    name: as messages and the audit log call it. about: for the documentation.
    least: the lowest role that may; None where no role of a project is needed.
    routes: "METHOD PATH" of its requests, where `{name}` is one part of a path and `{name:path}` all that follows;
    none where it depends on the body of a request.
    changes: something is changed, so that it stands in the audit log.
    """

    name: str
    least: Role | None
    about: str
    routes: tuple[str, ...] = ()
    changes: bool = False


_READER, _TRANSLATOR, _REVIEWER, _MANAGER = Role
_REVIEW = "/review/reviews/{review}"

#: What is done in a project.
OPERATIONS = (
    Operation("search", _READER, "look up texts, phrases and terms; see the memories and their statistics", (
        "GET /", "GET /start", "GET /folders", "GET /phrases", "GET /bitext", "GET /terms", "GET /tools", "GET /memory",
        "GET /documents", "POST /documents",
        "GET /api/lookup", "POST /api/lookup",
        "POST /api/lookup/batch", "GET /api/concordance", "POST /api/concordance", "GET /api/memories",
        "GET /api/stats", "GET /api/terms/lookup", "GET /api/terms/find", "POST /api/terms/find", "GET /api/docs",
        "GET /api/openapi.json", "GET /api/project", "GET /tmserver/{rest:path}",
    )),
    Operation("read entries", _READER, "see a whole unit or entry of the term base, and the history of the memory", (
        "GET /api/units/{memory}/{unit}", "GET /api/terms/entries/{entry}", "GET /units/{memory}/{unit}", "GET /units",
        "GET /memory/merge", "GET /memory/history", "GET /terms/entries/{entry}", "GET /terms/entries",
        "GET /terms/merge", "GET /terms/deleted",
    )),
    Operation("follow work", _READER, "see and stop the long work that one began, and take its file", (
        "GET /work", "GET /work/{work}", "GET /work/{work}/state", "GET /work/{work}/file", "POST /work/{work}/stop",
    )),
    Operation("check terms", _READER, "check a file or units against the term base", (
        "POST /api/terms/check", "POST /api/terms/check/file", "POST /api/terms/report", "POST /tools/check",
        "POST /tools/quality", "POST /tools/analyse",
    )),
    Operation("extract terms", _READER, "list terms of a memory or a file", (
        "POST /api/terms/extract", "POST /tools/extract",
    )),
    Operation("fill files", _TRANSLATOR, "pre-translate a file", (
        "POST /api/pretranslate", "POST /tools/pretranslate",
    )),
    Operation("export", _TRANSLATOR, "take all units or terms out as a file", (
        "GET /api/export", "GET /api/terms/export",
    )),
    Operation("add units", _TRANSLATOR, "add units that nobody has reviewed", (
        "POST /api/add", "POST /units", "PUT /tmserver/{source}/{target}/unit/{rest:path}",
        "POST /tmserver/{source}/{target}/unit/{rest:path}", "POST /tmserver/{source}/{target}/store/{rest:path}",
    ), changes=True),
    Operation("edit units", _TRANSLATOR, "change texts and notes of units that nobody has reviewed", (
        "PATCH /api/units/{memory}/{unit}", "POST /units/{memory}/{unit}",
    ), changes=True),
    Operation("propose terms", _TRANSLATOR, "add a term with the status proposed", (
        "POST /api/terms/entries", "POST /terms/entries",
    ), changes=True),
    Operation("judge units", _REVIEWER, "reject and restore units; add or edit units with a verdict", (
        "POST /api/units/{memory}/{unit}/reject", "POST /api/units/{memory}/{unit}/restore",
        "POST /units/{memory}/{unit}/restore", f"POST {_REVIEW}/memory",
    ), changes=True),
    Operation("delete units", _REVIEWER, "delete units", (
        "DELETE /api/units/{memory}/{unit}", "POST /units/{memory}/{unit}/delete",
    ), changes=True),
    Operation("change many units", _REVIEWER, "find and replace, clean, merge units, undo changes", (
        "POST /memory/replace", "POST /memory/clean", "POST /memory/merge", "POST /memory/undo",
    ), changes=True),
    Operation("import units", _REVIEWER, "add the units of a file, with their status", (
        "POST /api/import", "POST /tools/import",
        "PUT /tmserver/{source}/{target}/store/{rest:path}",
    ), changes=True),
    Operation("change terms", _REVIEWER, "add, edit, delete, reject, restore and import terms", (
        "PATCH /api/terms/entries/{entry}", "DELETE /api/terms/entries/{entry}",
        "POST /api/terms/entries/{entry}/reject", "POST /api/terms/entries/{entry}/restore",
        "POST /terms/entries/{entry}", "POST /terms/entries/{entry}/delete", "POST /terms/entries/{entry}/restore",
        "POST /terms/merge", "POST /api/terms/import", "POST /tools/import-terms", "POST /tools/add-terms",
        f"POST {_REVIEW}/terms",
    ), changes=True),
    Operation("read reviews", _READER, "see shared reviews and their history", (
        "GET /review/", f"GET {_REVIEW}", f"GET {_REVIEW}/job", f"GET {_REVIEW}/state", f"GET {_REVIEW}/view",
        f"GET {_REVIEW}/rows", f"GET {_REVIEW}/rows/{{row}}", f"GET {_REVIEW}/history", f"GET {_REVIEW}/sections",
        f"GET {_REVIEW}/rows/{{row}}/help", f"GET {_REVIEW}/concordance", f"GET {_REVIEW}/dismissed",
        f"GET {_REVIEW}/baseline", "GET /review/list",
        "GET /review/static/{rest:path}", "GET /review/language/{code}",
    )),
    Operation("export reviews", _TRANSLATOR, "take the units of a review out as a file", (f"GET {_REVIEW}/export",)),
    Operation("edit reviews", _TRANSLATOR, "begin reviews; change, split, merge and move their texts", (
        "POST /review/reviews", "POST /review/sample",
        f"PUT {_REVIEW}/documents/{{side}}", f"POST {_REVIEW}/read", f"POST {_REVIEW}/align", f"POST {_REVIEW}/stop",
        f"POST {_REVIEW}/edits", f"POST {_REVIEW}/check", "POST /tools/folders", "POST /tools/align",
        "POST /bitext/review",
    ), changes=True),
    Operation("judge reviews", _REVIEWER, "accept, reject and reopen units of a review", changes=True),
    Operation("assign reviews", _REVIEWER, "assign a review to a user, share it or keep it private", (
        f"PUT {_REVIEW}/assignment",
    ), changes=True),
    Operation("delete reviews", _MANAGER, "delete a review", (f"DELETE {_REVIEW}",), changes=True),
    Operation("read members", _REVIEWER, "see who belongs to the project", ("GET /api/members",)),
    Operation("change members", _MANAGER, "give users a role in the project, or take it", (
        "PUT /api/members/{user}", "DELETE /api/members/{user}",
    ), changes=True),
    Operation("change the project", _MANAGER, "change its name, languages and check settings", (
        "PATCH /api/project",
    ), changes=True),
    Operation("read the audit log", _MANAGER, "see and export who changed what", ("GET /api/audit", "GET /audit")),
)  # fmt: skip

#: What every signed-in user may do, for himself only; tokens may not, except for the list of projects.
ACCOUNT = (
    Operation("own projects", None, "list the projects that one belongs to", ("GET /projects", "GET /api/projects")),
    Operation("see own tokens", None, "list one's own tokens", ("GET /account", "GET /api/tokens")),
    Operation("change own tokens", None, "make and revoke one's own tokens; change one's password", (
        "POST /account/tokens", "POST /account/tokens/{token}/revoke", "POST /account/password", "POST /api/tokens",
        "DELETE /api/tokens/{token}",
    ), changes=True),
)  # fmt: skip

#: What needs no account.
PUBLIC = (
    Operation("sign in", None, "the sign-in page, signing out, style sheets", (
        "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /sign-in/oidc", "GET /sign-in/oidc/back",
        "GET /static/{rest:path}", "GET /language/{code}",
    )),
)  # fmt: skip


def named(name: str) -> Operation:
    """The operation of this name."""
    return next(one for one in (*OPERATIONS, *ACCOUNT, *PUBLIC) if one.name == name)


def changes_something(name: str) -> bool:
    """Whether the operation of this name stands in the audit log."""
    return any(one.changes for one in (*OPERATIONS, *ACCOUNT, *PUBLIC) if one.name == name)


@cache
def _routes() -> tuple[dict[str, Operation], list[tuple[str, re.Pattern[str], Operation]]]:
    plain: dict[str, Operation] = {}
    patterns = []
    for operation in (*OPERATIONS, *ACCOUNT, *PUBLIC):
        for route in operation.routes:
            method, _, path = route.partition(" ")
            if "{" not in path:
                plain[route] = operation
                continue
            parts = re.split(r"\{\w+(:path)?\}", path)
            # Of each pair, the first is literal and the second tells what follows it.
            pattern = re.escape(parts[0])
            for kind, text in zip(parts[1::2], parts[2::2], strict=True):
                pattern += (r"[\s\S]*" if kind else "[^/]+") + re.escape(text)
            patterns.append((method, re.compile(pattern), operation))
    return plain, patterns


def operation_of(method: str, path: str) -> Operation | None:
    """The operation of a request, None where there is none."""
    method = "GET" if method == "HEAD" else method
    plain, patterns = _routes()
    if found := plain.get(f"{method} {path}"):
        return found
    return next((one for known, pattern, one in patterns if known == method and pattern.fullmatch(path)), None)
