"""Markup and placeholders in plain text: inline code, links, HTML elements, and the fields of format strings.

Everything here is extraction: `tm.checks.tagging` compares what the two sides have. Each pattern is linear in the text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from corpora.text.mentions.addresses import ADDRESS

__all__ = [
    "CODE", "HTML", "NO_QUOTE", "Element", "Field", "code_spans", "elements", "fields", "has_any", "link_targets",
    "values_text", "without_markup",
]  # fmt: skip

_ADDRESS = re.compile(ADDRESS)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
#: After a backquote: it is not the opening mark of a quotation as in `name'.
NO_QUOTE = r"(?![\w%./:+-]{1,60}'(?:[\s.,;:!?)]|\Z))"
#: Inline code: literals and roles of reStructuredText, code of Markdown and of HTML.
CODE = re.compile(
    r":[a-z][a-z:+-]{0,40}:`(?P<role>[^`]+)`|``(?P<literal>[^`\n](?:[^`]|`(?!`))*)``"
    rf"|(?<![`\w])`{NO_QUOTE}(?P<code>[^`\n]{{1,200}}(?<!\s))`(?![`_\w])"
    r"|<(?P<tag>code|kbd|samp|tt|var)>(?P<html>[^<>]{1,200})</(?P=tag)>",
    re.IGNORECASE,
)
_ELEMENT = re.compile(
    r"<(?P<close>/)?(?P<name>[A-Za-z][A-Za-z0-9:-]{0,30})(?P<attributes>(?:\s[^<>]{0,2000})?)(?P<single>/)?>"
)
_ATTRIBUTE = re.compile(
    r"\b(?P<name>href|src|action|cite)\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s\"'>]+))", re.IGNORECASE
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
HTML = _VOID | frozenset(
    "a abbr acronym address article aside audio b bdi bdo big blockquote body button canvas caption center cite code "
    "colgroup data dd del details dfn dialog div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 "
    "h5 h6 head header html i iframe ins kbd label legend li main map mark math menu meter nav noscript object ol "
    "optgroup "
    "option output p picture pre progress q rp rt ruby s samp script section select small span strike strong style sub "
    "summary sup svg table tbody td template textarea tfoot th thead time title tr tt u ul var video".split()
)  # fmt: skip
_MARKDOWN_LINK = re.compile(
    r"!?\[[^\[\]]{0,500}\](?:\((?P<target>[^()\s]{1,500}(?:\([^()\s]{0,100}\)[^()\s]{0,200})?)(?:\s+\"[^\"]*\")?\)"
    r"|\[(?P<name>[^\[\]]{1,100})\])"
)
_LINK_END = re.compile(r"(?<=\])\([^()\s]{0,500}\s{0,9}(?:\"[^\"]*\")?\)|(?<=\])\[[^\[\]]{1,100}\]")
#: printf (C, Python, Objective-C), brace fields (Python, .NET, JavaScript), shell and template variables, Qt.
_FIELD = re.compile(
    r"%%"
    r"|%\((?P<named>\w+)\)(?P<named_type>[#0+-]?[0-9.]*[diouxXeEfFgGcrsa])"
    r"|%(?:(?P<at>[1-9][0-9]?)\$)?(?:[-+#0']{0,3}(?:\*|[0-9]{1,3}))?(?:\.(?:\*|[0-9]{1,3}))?(?:hh|h|ll|l|q|z|t|j|L)?"
    r"(?P<type>[diouxXeEfFgGcsSpaA@])(?![A-Za-z])"
    r"|\$?(?:\{(?!\{)|\{\{\s?)(?P<brace>[A-Za-z_][\w.-]{0,40}|[0-9]{1,2}(?:,-?[0-9]+)?|)(?:[!:][^{}]{0,60})?(?:\s?\}\}|\})"
    r"|(?<![\w$\\])\$(?P<variable>[A-Za-z_]\w{0,40})(?![\w$])"
    r"|(?<![\w%])%(?P<qt>[1-9])(?![\w%.])"
)
_TYPES = {**dict.fromkeys("diu", "integer"), **dict.fromkeys("oxX", "figures"), **dict.fromkeys("eEfFgGaA", "decimal")}


@dataclass(frozen=True, slots=True)
class Element:
    """An HTML or XML tag: its name in lower case, and the address it leads to, if any."""

    name: str
    shape: Literal["open", "close", "single"]
    target: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """A placeholder: ``key`` is its name or position, ``type`` what it formats ("" where that is not said)."""

    key: str
    type: str
    start: int
    end: int
    text: str


def has_any(text: str, marks: Iterable[str]) -> bool:
    """True where one of ``marks`` is in ``text``; several times as fast as a pattern or `any`."""
    for mark in marks:  # noqa: SIM110
        if mark in text:
            return True
    return False


def code_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Inline code with its span; a role of reStructuredText gives the target of its link."""
    for match in CODE.finditer(text):
        name = next(group for group in ("role", "literal", "code", "html") if match[group])
        yield match[name], match.start(name), match.end(name)


def elements(text: str) -> Iterator[Element]:
    """The tags in ``text``: known elements of HTML, and other names that are written as an element somewhere."""
    found = list(_ELEMENT.finditer(text)) if "<" in text else []
    paired = {
        match["name"].lower()
        for match in found
        if match["close"] or match["single"] or match["attributes"].endswith("/")
    }
    for match in found:
        name = match["name"].lower()
        if name not in HTML and name not in paired:
            continue  # <file> in the syntax of a command
        is_single = name in _VOID or bool(match["single"]) or match["attributes"].rstrip().endswith("/")
        shape: Literal["open", "close", "single"] = "single" if is_single else "close" if match["close"] else "open"
        attribute = _ATTRIBUTE.search(match["attributes"] or "")
        target = (attribute["a"] or attribute["b"] or attribute["c"] or "") if attribute else ""
        yield Element(name, shape, target.rstrip("/") if is_single else target, *match.span())


def link_targets(text: str) -> Iterator[tuple[str, int, int]]:
    """The files and anchors that links in Markdown and HTML lead to; whole addresses are values of their own."""
    for match in _MARKDOWN_LINK.finditer(text) if "](" in text or "][" in text else ():
        group = "target" if match["target"] else "name"
        if "://" not in match[group] and not match[group].startswith("mailto:"):
            yield match[group].strip("<>"), match.start(group), match.end(group)
    for element in elements(text):
        if element.target and "://" not in element.target and not element.target.startswith("mailto:"):
            yield element.target, element.start, element.end


def fields(text: str) -> list[Field]:
    """The placeholders of ``text``; unnumbered ones count from 1 for each kind of format."""
    found: list[Field] = []
    count = {"%": 0, "{": 0}
    for match in _FIELD.finditer(text) if has_any(text, "%{$") else ():
        kind = match.lastgroup
        if kind is None and match[0] != "%%" and match[0][0] == "%":
            continue
        key, type_ = "", ""
        if match[0] == "%%":
            key = "%%"
        elif match["named"]:
            key, type_ = match["named"], _TYPES.get(match["named_type"][-1], "text")
        elif match["type"]:
            count["%"] += not match["at"]
            key = f"%{match['at'] or count['%']}"
            type_ = _TYPES.get(match["type"], "text")
        elif match["qt"]:
            key = f"%{match['qt']}"
        elif match["variable"]:
            key = f"${match['variable']}"
        else:
            brace = match["brace"]
            if not brace:
                if match[0] not in ("{}", "{{}}"):
                    continue
                brace = str(count["{"])
                count["{"] += 1
            key = f"{{{brace}}}"
        found.append(Field(key, type_, match.start(), match.end(), match[0]))
    return found


def without_markup(text: str) -> str:
    """``text`` with code, addresses, e-mail addresses, tags and link targets replaced by spaces; labels stay."""
    if not has_any(text, ("`", "<", "://", "@", "](", "][")):
        return text
    for pattern in (CODE, _ADDRESS, _EMAIL, _ELEMENT):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return _LINK_END.sub(lambda match: " " * len(match[0]), text)


_EMPHASIS = re.compile(
    r"(?<![A-Za-z0-9_*])(?:_(?=\S)|\*{1,3}(?=\S))|(?<=[^\s_*])(?:_(?![A-Za-z0-9_])|\*{1,3}(?![A-Za-z0-9_*]))"
)


def values_text(text: str) -> str:
    """``text`` with tags, placeholders and the marks of emphasis replaced by spaces: what numbers are read in."""
    if "<" in text:
        text = _ELEMENT.sub(lambda match: " " * len(match[0]), text)
    if found := fields(text):
        letters = list(text)
        for field in found:
            letters[field.start : field.end] = " " * (field.end - field.start)
        text = "".join(letters)
    return _EMPHASIS.sub(lambda match: " " * len(match[0]), text) if "_" in text or "*" in text else text
