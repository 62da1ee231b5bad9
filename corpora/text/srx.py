"""Split text into sentences by the rules of an SRX file (Segmentation Rules eXchange 2.0, GALA), as CAT tools do.

At every place the first rule counts whose expressions match before and behind it; without one there is no break. The
expressions are of ICU and Java; those of them that Python's `regex` does not know are refused, since leaving a rule out
would give other segments than the tool's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpora import xml
from corpora.errors import InputError, UsageError, WrongFormat
from corpora.text.sentences import spans_between

__all__ = ["SrxRules", "read_srx"]

_SECONDS = 5.0  # for one text and one rule
_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
_CODE_POINT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}|\\u\{([0-9A-Fa-f]{1,6})\}")


@dataclass(frozen=True, slots=True)
class SrxRules:
    """The rules of a file.

    ``maps`` are (pattern of a language code, name of its rules), in order; ``rules`` are (name, its rules), each of
    these (whether it breaks, expression before, expression behind).
    With ``cascade`` the rules of all languages that match apply, one after the other, else those of the first.
    """

    name: str
    cascade: bool
    maps: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, tuple[tuple[bool, str, str], ...]], ...]

    def split(self, text: str, language: str) -> list[tuple[int, int]]:
        """The spans ``(start, end)`` of the segments, without the blanks around them.

        Raises `UsageError` where a rule takes too long.
        """
        decided: dict[int, bool] = {}
        for breaks, pattern in _compiled(self, language):
            for at in _places(pattern, text, self.name):
                decided.setdefault(at, breaks)
        return spans_between(text, sorted(at for at, breaks in decided.items() if breaks and 0 < at < len(text)))


def read_srx(path: Path | str) -> SrxRules:
    """Read the rules of ``path``. Raises `WrongFormat` for another kind of file, `InputError` for invalid rules."""
    path = Path(path)
    root = xml.parse(path)
    if xml.local(root) != "srx":
        raise WrongFormat(f"{path} is not a file of sentence rules (SRX)")
    header = next((one for one in root if xml.local(one) == "header"), None)
    rules = tuple(
        (one.get("languagerulename") or "", tuple(map(_rule, _named(one, "rule"))))
        for one in _named(root, "languagerule")
    )
    maps = tuple(
        (one.get("languagepattern") or "", one.get("languagerulename") or "") for one in _named(root, "languagemap")
    )
    known = {name for name, _ in rules}
    if not maps or not rules or any(name not in known for _, name in maps):
        raise InputError(f"{path} does not say which rules apply to which language")
    found = SrxRules(str(path), header is not None and header.get("cascade") == "yes", maps, rules)
    for pattern, _ in maps:
        _expression(pattern, found.name)
    for _, listed in rules:
        for _, before, after in listed:
            _pattern(before, after, found.name)
    return found


def _named(element: Any, name: str) -> Iterator[Any]:
    return (one for one in element.iter() if xml.local(one) == name)


def _rule(element: Any) -> tuple[bool, str, str]:
    texts = {xml.local(one): "".join(one.itertext()) for one in element}
    return element.get("break", "yes") != "no", texts.get("beforebreak", ""), texts.get("afterbreak", "")


@lru_cache(maxsize=64)
def _compiled(rules: SrxRules, language: str) -> list[tuple[bool, Any]]:
    """The rules of ``language``, in order."""
    listed = dict(rules.rules)
    names = [name for pattern, name in rules.maps if _expression(pattern, rules.name).fullmatch(language)]
    if not names:
        raise UsageError(f"{rules.name} has no rules for {language}")
    return [
        (breaks, _pattern(before, after, rules.name))
        for name in (names if rules.cascade else names[:1])
        for breaks, before, after in listed[name]
    ]


@lru_cache(maxsize=4096)
def _pattern(before: str, after: str, name: str) -> Any:
    behind = f"(?<={_python(before)})" if before else ""
    ahead = f"(?={_python(after)})" if after else ""
    return _expression(behind + ahead, name, before or after)


@lru_cache(maxsize=4096)
def _expression(pattern: str, name: str, shown: str = "") -> Any:
    import regex

    try:
        return regex.compile(pattern, regex.VERSION1 | regex.MULTILINE)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        what = f"{(shown or pattern)[:80]!r} ({getattr(error, 'msg', 'nested too deeply, or a number too large')})"
        raise InputError(f"{name} has an expression that cannot be used: {what}") from error


def _python(pattern: str) -> str:
    """An expression of ICU or Java as `regex` writes it."""
    pattern = _QUOTED.sub(lambda match: re.escape(match[1]), pattern)
    return _CODE_POINT.sub(lambda match: f"\\U{int(match[1] or match[2], 16):08x}", pattern)


def _places(pattern: Any, text: str, name: str) -> Iterator[int]:
    try:
        for match in pattern.finditer(text, timeout=_SECONDS):
            yield match.start()
    except TimeoutError as error:
        raise UsageError(f"a rule of {name} takes too long: {pattern.pattern[:80]!r}") from error
