"""Render the HTML templates of a package: every text is escaped, and a missing value is an error."""

from functools import cache
from typing import Any

from corpora.text.plurals import counted, plural

__all__ = ["render"]


@cache
def _environment(package: str) -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(counted=counted, plural=plural, number=lambda value: f"{value:,}")
    return environment


def render(package: str, template: str, /, **values: Any) -> str:
    """The file ``template`` of the folder "templates" of ``package``, filled with ``values``."""
    text: str = _environment(package).get_template(template).render(**values)
    # UTF-8 cannot hold an unpaired surrogate; a damaged file may.
    return text.encode("utf-8", "replace").decode("utf-8")
