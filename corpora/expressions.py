"""Regular expressions that a user wrote, run on texts.

The syntax is that of `re`. But `re` has no limit of time, and while it searches no other thread of the process runs: an
expression such as ``(a+)+$`` would stop a server. The package regex has a limit and lets the other threads run.
"""

import re
from functools import lru_cache
from typing import Any

from corpora.errors import UsageError

__all__ = ["Expression", "expression"]

_SECONDS = 1.0  # for one text, which takes far less than a thousandth of this with a usual expression
#: What regex reads in another way than re: braces that are no repetition, and brackets in a set of characters.
_OTHERWISE = re.compile(
    r"(?P<same>\\N\{[^}]*\}|\\.|\{(?:\d+(?:,\d*)?|,\d*)\})|\[(?P<set>\^?\]?(?:\\.|[^\]\\])*)\]|\{", re.DOTALL
)


class Expression:
    """A regular expression, compiled."""

    __slots__ = ("_checked", "_compiled", "pattern")

    def __init__(self, pattern: str, flags: int = 0) -> None:
        """``flags`` are those of `re`. Raises `UsageError` for an expression that is invalid."""
        import regex

        self.pattern = pattern
        try:
            self._checked = re.compile(pattern, flags)
            same = flags & (re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE)
            ascii_only = regex.ASCII if flags & re.ASCII else 0
            self._compiled = regex.compile(_OTHERWISE.sub(_escaped, pattern), regex.VERSION0 | same | ascii_only)
        except (re.error, regex.error, RecursionError, OverflowError, ValueError) as error:
            raise UsageError(f"{pattern!r} is not a regular expression: {error}") from error

    def found(self, text: str) -> list[Any]:
        """The matches in a text. Raises `UsageError` if the search takes too long."""
        try:
            return list(self._compiled.finditer(text, timeout=_SECONDS))
        except TimeoutError as error:
            raise self._too_slow() from error

    def search(self, text: str) -> Any | None:
        """The first match in a text. Raises `UsageError` if the search takes too long."""
        try:
            return self._compiled.search(text, timeout=_SECONDS)
        except TimeoutError as error:
            raise self._too_slow() from error

    def check_template(self, template: str) -> None:
        """Raise `UsageError` for a template that cannot stand for what was found."""
        try:
            self._checked.sub(template, "")
        except (re.error, IndexError, ValueError) as error:
            raise UsageError(f"{template!r} is not a template for {self.pattern!r}: {error}") from error

    def _too_slow(self) -> UsageError:
        return UsageError(
            f"the regular expression {self.pattern!r} takes more than a second for one text; write it without a"
            " repetition inside a repetition"
        )


def _escaped(match: re.Match[str]) -> str:
    if match["same"]:
        return match["same"]
    if match["set"] is None:
        return r"\{"
    return "[" + re.sub(r"\\.|\[", lambda one: r"\[" if one[0] == "[" else one[0], match["set"], flags=re.DOTALL) + "]"


@lru_cache(256)
def expression(pattern: str, flags: int = 0) -> Expression:
    """The expression, compiled once. Raises `UsageError` for one that is invalid."""
    return Expression(pattern, flags)
