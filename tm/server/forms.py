"""How a form that changes something is answered: with the page of what it made, or the form and what was wrong."""

from collections.abc import Callable

from starlette.responses import HTMLResponse, RedirectResponse, Response

from corpora.errors import DuiyiError, EditConflict
from tm.server.errors import NotFound, http_status
from tm.server.service import Service

__all__ = ["changed", "redirected", "refused"]


def redirected(service: Service, path: str) -> Response:
    """Go to a page of the visitor's project."""
    return RedirectResponse(f"{service.visitor.root}{path}", 303)


def refused(service: Service, error: DuiyiError, page: Callable[[str], str]) -> Response:
    """The page that ``page`` makes of the sentence that says what was wrong."""
    return HTMLResponse(page(service.resources.without_paths(str(error))), http_status(error))


def changed(
    service: Service,
    stored: Callable[[], str],
    page: Callable[[str, bool], str],
    gone: Callable[[], str],
    *,
    conflict: str,
    is_typed: bool,
) -> Response:
    """Make the change ``stored`` and go to the path that it returns.

    ``page`` is the form again, from what was wrong and whether somebody else changed the thing, of which the sentence
    ``conflict`` speaks. ``gone`` is the page of a thing that was deleted; where nothing was typed (``is_typed``), there
    is nothing to show on it, and `NotFound` is raised.
    """
    try:
        return redirected(service, stored())
    except NotFound as error:
        if not is_typed:
            raise
        return HTMLResponse(gone(), http_status(error))
    except DuiyiError as error:
        is_conflict = isinstance(error, EditConflict)

        def shown(message: str) -> str:
            try:
                return page(conflict if is_conflict else message, is_conflict)
            except NotFound:  # deleted at this moment
                return gone()

        return refused(service, error, shown)
