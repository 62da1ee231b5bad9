"""Which sources a visitor wants: memories left out, documents left out and preferred; his browser keeps the choice.

A choice belongs to one person and one project, and a server keeps nothing of it: a cookie with the path of the project
holds it. It applies to the pages; programs name their sources with each request.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from corpora.errors import UsageError
from tm.server.authority import RESOURCES
from tm.server.resources import Resources
from tm.web.visitor import trace_of

__all__ = ["Sources", "SourcesDependency", "keep_sources"]

_COOKIE = "duiyi-sources"
_LONGEST = 3_500  # characters of a cookie that every browser keeps
_YEAR = 365 * 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Sources:
    """A choice: the names of the memories to search (none: all), documents to leave out, documents to prefer."""

    names: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether everything is searched, in its usual order."""
        return self == Sources()

    def state_of(self, document: str) -> str:
        """What is chosen for a document: "excluded", "preferred" or "included"."""
        if document in self.exclude:
            return "excluded"
        return "preferred" if document in self.prefer else "included"


# Not async, it would run on a thread of its own.
async def _sources(request: Request) -> Sources:
    """The choice in the cookie of a request; what is not understood counts for nothing."""
    resources: Resources = request.scope[RESOURCES]
    try:
        found = json.loads(urlsafe_b64decode(request.cookies.get(_COOKIE, "")))
        names, exclude, prefer = ([str(one) for one in part] for part in found)
    except (ValueError, TypeError, RecursionError):
        return Sources()
    return Sources(tuple(one for one in names if one in resources.memories), tuple(exclude), tuple(prefer))


SourcesDependency = Annotated[Sources, Depends(_sources)]


def keep_sources(request: Request, response: Response, chosen: Sources) -> None:
    """Let the browser keep the choice. Raises `UsageError` for one that is too long."""
    text = json.dumps([chosen.names, chosen.exclude, chosen.prefer], ensure_ascii=False)
    value = urlsafe_b64encode(text.encode("utf-8", "replace")).decode()
    if len(value) > _LONGEST:
        raise UsageError("too many documents are chosen; leave out a whole memory, or fewer documents")
    path = trace_of(request.scope).visitor.root or "/"
    response.set_cookie(_COOKIE, value, max_age=_YEAR, httponly=True, samesite="lax", path=path)
