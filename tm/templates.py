"""Render the HTML templates of a package: every text is escaped, and a missing value is an error.

Templates mark their texts with ``_("…")`` and ``{% trans %}``; messages of the program pass the filter ``message``.
"""

from datetime import date, datetime
from functools import cache
from typing import Any, Literal

from corpora.text.plurals import counted, plural
from corpora.translation import LANGUAGES, current_language, translated, translated_count

__all__ = ["render"]


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
        day=_day,
        moment=_moment,
        number=_number,
        message=lambda text: translated(str(text)),
    )
    environment.globals.update(languages_of_pages=LANGUAGES, page_language=current_language)
    return environment


#: The locale that dates and numbers follow, by the language of the page: days before months, hours to 24.
_LOCALES = {"en": "en_GB", "zh": "zh_CN"}


def _locale() -> str:
    return _LOCALES.get(current_language(), "en_GB")


def _number(value: float) -> str:
    from babel.numbers import format_decimal

    return format_decimal(value, locale=_locale())


def _day(value: date) -> str:
    from babel.dates import format_date

    return format_date(value, "medium", locale=_locale())


def _moment(value: datetime, length: Literal["short", "medium"] = "short") -> str:
    """A date with its time in UTC, to the minute; to the second where ``length`` is "medium"."""
    from babel.dates import format_time

    return " ".join((_day(value), format_time(value, length, locale=_locale()), "UTC"))


def render(package: str, template: str, /, **values: Any) -> str:
    """The file ``template`` of the folder "templates" of ``package``, filled with ``values``."""
    text: str = _environment(package).get_template(template).render(**values)
    # UTF-8 cannot hold an unpaired surrogate; a damaged file may.
    return text.encode("utf-8", "replace").decode("utf-8")
