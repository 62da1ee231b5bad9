"""Pages as HTML: the template with the links and the name of the visitor that every page shows."""

from typing import Any

from tm import templates
from tm.web.visitor import Visitor

__all__ = ["render"]

_NOBODY = Visitor()


def render(template: str, visitor: Visitor = _NOBODY, /, **values: Any) -> str:
    """The page as HTML for this visitor."""
    frame = {"root": visitor.root, "base": visitor.base, "visitor": visitor}
    return templates.render("tm.server", template, **frame, **values)
