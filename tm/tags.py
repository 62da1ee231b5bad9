"""Inline tags inside the texts of units, in one readable form that every format can be read into and written from.

TMX, XLIFF 1.2 and XLIFF 2 write the same bold word in three ways; a memory that kept any of them could not
match the others, and one that dropped them would lose the translator's formatting. Texts of units therefore
contain tags between white square brackets, U+27E6 and U+27E7, which no ordinary text contains:

    ⟦1⟧bold⟦/1⟧           an opening and its closing tag, paired by their id
    ⟦2/⟧                  a tag without a partner
    ⟦1|<b>⟧bold⟦/1|</b>⟧  the same with the code of the original file after the bar
    ⟦1 type="bold"|<b>⟧   and with attributes before it
    ⟦⟦                    one literal ⟦

Inside a tag a backslash keeps the next character literal. Everything else is text. `docs/formats.md`
says which element of each format becomes which tag.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Tag", "TagKind", "escape", "join", "native", "plain", "split", "tags"]

_ATTRIBUTE = re.compile(r'\s([\w:.-]+)="((?:[^"\\]|\\.)*)"', re.DOTALL)
_TAG = re.compile(
    r"""⟦(?: ⟦ | (?P<close>/?) (?P<id>[\w.:-]+) (?P<attributes>(?:\s[\w:.-]+="(?:[^"\\]|\\.)*")*) (?P<single>/?)
        (?:\|(?P<content>(?:[^\\⟧]|\\.)*))? ⟧)""",
    re.VERBOSE | re.DOTALL,
)
_FOOTNOTES = frozenset({"fnote", "footnote", "x-fnote", "x-footnote"})  # the types of texts in codes
_KEPT = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r'[\\"]')
_UNSAFE_ID = re.compile(r"[^\w.:-]")


class TagKind(StrEnum):
    """Whether a tag opens a pair, closes it, or has no partner."""

    OPEN = "open"
    CLOSE = "close"
    SINGLE = "single"


@dataclass(frozen=True, slots=True)
class Tag:
    """An inline tag: kind, id (pairs share it), the original file's code, further attributes in order."""

    kind: TagKind
    id: str
    content: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The value of attribute ``name``."""
        return next((value for key, value in self.attributes if key == name), default)

    def __str__(self) -> str:
        close, single = "/" * (self.kind is TagKind.CLOSE), "/" * (self.kind is TagKind.SINGLE)
        attributes = "".join(f' {key}="{_SPECIAL.sub(_keep, value)}"' for key, value in self.attributes)
        content = "|" + re.sub(r"\\|⟧", _keep, self.content) if self.content else ""
        return f"⟦{close}{_UNSAFE_ID.sub('_', self.id) or '0'}{attributes}{single}{content}⟧"


def _keep(match: re.Match[str]) -> str:
    return "\\" + match[0]


def _unkeep(text: str) -> str:
    return _KEPT.sub(r"\1", text) if "\\" in text else text


def escape(text: str) -> str:
    """Return plain ``text`` as it is written in a unit: a literal ⟦ is doubled."""
    return text.replace("⟦", "⟦⟦") if "⟦" in text else text


def split(text: str) -> list[str | Tag]:
    """Cut a unit's text into plain pieces (unescaped, never empty) and tags, in order."""
    if "⟦" not in text:
        return [text] if text else []
    parts: list[str | Tag] = []
    pending, last = "", 0
    for match in _TAG.finditer(text):
        pending += text[last : match.start()]
        last = match.end()
        if match["id"] is None:
            pending += "⟦"
            continue
        if match["close"] and match["single"]:
            pending += match[0]
            continue
        if pending:
            parts.append(pending)
            pending = ""
        parts.append(_tag(match))
    pending += text[last:]
    if pending:
        parts.append(pending)
    return parts


def _tag(match: re.Match[str]) -> Tag:
    shape = TagKind.CLOSE if match["close"] else TagKind.SINGLE if match["single"] else TagKind.OPEN
    attributes = tuple((key, _unkeep(value)) for key, value in _ATTRIBUTE.findall(match["attributes"]))
    return Tag(shape, match["id"], _unkeep(match["content"] or ""), attributes)


def join(parts: Iterable[str | Tag]) -> str:
    """Put plain pieces and tags together into a unit's text; the inverse of `split`."""
    return "".join(str(part) if isinstance(part, Tag) else escape(part) for part in parts)


def plain(text: str) -> str:
    """The text without its tags, as a reader sees it."""
    if "⟦" not in text:
        return text
    return "".join(part for part in split(text) if isinstance(part, str))


def native(text: str) -> str:
    """The text with the original file's codes in place of the tags: ``press <b>here</b>``.

    Texts inside a code stay in it; footnotes inside a code are left out.
    """
    if "⟦" not in text:
        return text
    return "".join(part if isinstance(part, str) else _code(part) for part in split(text))


def _code(tag: Tag) -> str:
    """The code of a tag, also of one with texts inside it, whose code has tags of its own."""
    if tag.get("sub") != "yes":
        return tag.content
    if tag.get("type") not in _FOOTNOTES:
        return native(tag.content)
    depth, outside = 0, ""
    for part in split(tag.content):
        if isinstance(part, str):
            outside += part if depth == 0 else ""
        elif part.get("el") == "sub" or depth:
            depth += {TagKind.OPEN: 1, TagKind.CLOSE: -1}.get(part.kind, 0)
    return outside


def tags(text: str) -> tuple[Tag, ...]:
    """The tags of a unit's text, in order."""
    if "⟦" not in text:
        return ()
    return tuple(part for part in split(text) if isinstance(part, Tag))
