"""Pages as HTML: the template with the links and the name of the visitor that every page shows."""

from typing import Any

from tm import templates
from tm.web.language import page_address
from tm.web.visitor import Visitor

__all__ = ["render"]

_NOBODY = Visitor()


def render(template: str, visitor: Visitor = _NOBODY, /, **values: Any) -> str:
    """The page as HTML for this visitor."""
    back = page_address(f"{visitor.root}{values.get('here', '/')}")
    frame = {"root": visitor.root, "base": visitor.base, "visitor": visitor, "back": back}
    return templates.render("tm.server", template, **frame, **values)
