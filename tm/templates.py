"""Render the HTML templates of a package: every text is escaped, and a missing value is an error.

Templates mark their texts with ``_("…")`` and ``{% trans %}``; messages of the program pass the filter ``message``.
"""

from functools import cache
from typing import Any

from corpora.text.plurals import counted, plural
from corpora.translation import LANGUAGES, current_language, translated, translated_count
from tm import localized

__all__ = ["prepare", "render"]


@cache
def _environment(package: str) -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(translated, translated_count, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        counted=lambda *given: translated(counted(*given)),
        plural=plural,
        number=localized.number,
        percent=localized.percent,
        moment=localized.moment,
        day=localized.day,
        seconds=localized.seconds,
        message=lambda text: translated(str(text)),
    )
    environment.globals.update(languages_of_pages=LANGUAGES, page_language=current_language)
    return environment


def prepare(package: str, *templates: str) -> None:
    """Compile templates of ``package`` now, so that the first reader does not wait for it."""
    for template in templates:
        _environment(package).get_template(template)


def render(package: str, template: str, /, **values: Any) -> str:
    """The file ``template`` of the folder "templates" of ``package``, filled with ``values``."""
    text: str = _environment(package).get_template(template).render(**values)
    # UTF-8 cannot hold an unpaired surrogate; a damaged file may.
    return text.encode("utf-8", "replace").decode("utf-8")
