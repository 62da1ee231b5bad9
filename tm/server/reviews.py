"""The review editor as a part of the server: an editor for each folder of reviews, made when it is first used."""

import threading
from getpass import getuser
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from tm.checks.options import CheckOptions, from_toml
from tm.review.app import Editor, ReviewOptions
from tm.review.assistance import Assistance
from tm.review.repository import ReviewRepository
from tm.server.authority import RESOURCES
from tm.server.options import ServerOptions
from tm.server.resources import Resources
from tm.web.guard import GuardOptions
from tm.web.refusals import headers_of, refusal_response

__all__ = ["Reviews"]


class Reviews:
    """The ASGI application below /review/."""

    def __init__(self, options: ServerOptions) -> None:
        """Nothing is opened yet."""
        self._options = options
        self._lock = threading.Lock()
        self._editors: dict[Path, tuple[tuple[str, bool], Editor]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on to the editor of its project."""
        resources: Resources = scope[RESOURCES]
        app: ASGIApp
        if resources.options.reviews is None:
            message = "there are no reviews here; the owner of the server can start it with --reviews"
            app = refusal_response(headers_of(scope), message, 404)
        else:
            app = await run_in_threadpool(self._editor, resources)
        await app(scope, receive, send)

    def _editor(self, resources: Resources) -> Editor:
        folder, checks, writable = resources.options.reviews, resources.options.checks, resources.options.writable
        assert folder is not None
        with self._lock:
            known = self._editors.get(folder)
            if known is not None and known[0] == (checks, writable):
                return known[1]
            if known is not None:
                known[1].close()
            repository = ReviewRepository(folder, getuser(), _options_of(checks))
            memories = tuple(path for path, _ in resources.options.memories)
            help_from = Assistance(memories, resources.options.terms)
            options = ReviewOptions(
                GuardOptions(secret=""), self._options.max_upload, assistance=help_from, writable=writable
            )
            made = Editor(repository, resources.encoder, options)
            self._editors[folder] = ((checks, writable), made)
            return made

    def close(self) -> None:
        """Close the reviews."""
        with self._lock:
            for _, editor in self._editors.values():
                editor.close()
            self._editors.clear()


def _options_of(checks: str) -> CheckOptions | None:
    if not checks:
        return None
    with TemporaryDirectory(prefix="duiyi-") as folder:
        path = Path(folder) / "checks.toml"
        path.write_text(checks, "utf-8")
        return from_toml(path)
