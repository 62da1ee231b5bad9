"""The source of LaTeX before it is parsed: listings taken out, own macros written out, every group closed."""

import re
from collections.abc import Callable

__all__ = ["BRACKET", "closed", "with_definitions", "with_listings"]

_LISTING = re.compile(
    r"\\begin\{(verbatim\*?|Verbatim|lstlisting|minted|alltt|comment|filecontents\*?|Highlighting|tikzpicture|CVerbatim)\}"
)
_IN_BRACKETS = r"\[([^\]]{0,1000})\]"  # as many characters as an option may have: the bracket may never be closed
_GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_DEFINED = re.compile(
    rf"\\(?:re|provide)?(?:new)?command\*?\{{?\\([A-Za-z]+)\}}?\s*(?:\[([1-9])\]\s*(?:{_IN_BRACKETS})?)?\s*{_GROUP}"
)
_OPTIONAL = rf"(?:\s*{_IN_BRACKETS})?"
_BRACES = re.compile(r"\\.|%[^\n]*|[\[\]{}]", re.DOTALL)
BRACKET = "\ue002"  # an opening bracket that is text


def with_listings(text: str, listing: Callable[[str, str], str]) -> str:
    """``text`` with ``listing(environment, content)`` in place of each listing that has an end."""
    parts, at, endless = [], 0, set[str]()
    for begin in _LISTING.finditer(text):
        environment = begin[1]
        if begin.start() < at or environment in endless:
            continue
        end = text.find(rf"\end{{{environment}}}", begin.end())
        if end < 0:
            endless.add(environment)
            continue
        parts += [text[at : begin.start()], listing(environment, text[begin.end() : end])]
        at = end + len(rf"\end{{{environment}}}")
    return "".join([*parts, text[at:]])


def closed(text: str) -> str:
    """``text`` in which every group is closed and brackets that are not are a sign of their own.

    pylatexenc reads the rest of the text again for each argument that has no end, twice for each within another.
    """
    opened: list[tuple[str, int]] = []
    lone: list[int] = []
    groups = 0
    for token in _BRACES.finditer(text):
        sign = token[0]
        if sign in "[{":
            opened.append((sign, token.start()))
            groups += sign == "{"
        elif sign == "]" and opened and opened[-1][0] == "[":
            opened.pop()
        elif sign == "}" and groups:
            while opened[-1][0] == "[":
                lone.append(opened.pop()[1])
            opened.pop()
            groups -= 1
    letters = list(text)
    for place in (*lone, *(place for sign, place in opened if sign == "[")):
        letters[place] = BRACKET
    return "".join(letters) + "}" * groups


def with_definitions(text: str, body: str) -> str:
    """``body`` with the macros that only stand for a text replaced by it."""
    most = 2 * len(body) + 100_000  # definitions of definitions could grow without end
    # A definition may use those before it, and the last one of a name holds.
    for match in reversed(list(_DEFINED.finditer(text))):
        name, count, default, content = match.groups()
        if re.search(rf"\\{name}(?![A-Za-z])", content) is None and len(body) < most:
            body = _expanded(body, name, int(count or 0), default, content)
    return body


def _expanded(body: str, name: str, count: int, default: str | None, content: str) -> str:
    """``body`` with ``content`` in place of the macro ``name``, which has ``count`` arguments."""
    mandatory = count - (default is not None)
    use = re.compile(
        rf"\\{name}(?![A-Za-z])"
        + (_OPTIONAL if default is not None else "")
        + (rf"\s*{_GROUP}" * mandatory if count else r"(?:\{\}|[ \t](?=\S))?")
    )

    def replaced(match: re.Match[str]) -> str:
        given = [default if one is None else one for one in match.groups()]
        return re.sub(
            r"#([1-9])", lambda one: str(given[int(one[1]) - 1] if int(one[1]) <= len(given) else ""), content
        )

    return use.sub(replaced, body)
