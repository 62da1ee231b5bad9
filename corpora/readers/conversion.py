"""Pages of HTML that readers of other types write, for the HTML reader to turn into blocks.

EPUB, OpenDocument, RTF, PowerPoint and the markup languages have the same parts as a web page: headings, paragraphs,
lists, tables, listings, notes. Their readers only translate, and one reader decides what becomes a block. Attributes
say what HTML has no words for: ``data-dropped`` names the step that leaves an element out, ``data-marker`` is the
number printed before a heading or list item, ``data-level`` a heading's level, ``data-page`` the page or slide that
begins, ``data-title`` marks the title of the document.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

from corpora.text.scripts import WIDE

__all__ = ["WIDE_BLANK", "Notes", "dropped", "heading", "plain", "tag", "unwrapped", "with_linked_notes"]

#: A tab: the HTML reader knows a wide gap by it.
WIDE_BLANK = "\u00a0\u00a0\u00a0"
_WIDE = f"[{WIDE}]"
_SOFT = re.compile(rf"({_WIDE}(?:<[^<>]*>)*)[ \t]*\n[ \t]*(?=(?:<[^<>]*>)*{_WIDE})")
_RAISED_NUMBER = re.compile(r"(?<=[^<>\s])<sup>(\d{1,2})</sup>")
_LABEL = re.compile(r"\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶#]{1,4}|[①-⑳]", re.IGNORECASE)


def plain(text: str | None) -> str:
    """``text`` with the signs of HTML escaped."""
    return escape(text or "", quote=False)


def tag(name: str, content: str = "", **data: object) -> str:
    """An element with ``content``, which is HTML; each of ``data`` that is not empty becomes a ``data-`` attribute."""
    attributes = "".join(f' data-{key}="{escape(str(value))}"' for key, value in data.items() if value)
    return f"<{name}{attributes}>{content}</{name}>"


def heading(content: str, level: int, marker: str = "") -> str:
    """A heading of any level from 1."""
    return tag(f"h{max(1, min(level, 6))}", content, level=max(1, level), marker=marker)


def dropped(step: str, text: str) -> str:
    """``text`` as a part that is left out of the blocks and recorded under ``step``."""
    text = " ".join(text.split())
    return tag("div", plain(text), dropped=step) if text else ""


def unwrapped(content: str) -> str:
    """``content``, the HTML of one paragraph, without the line ends between Chinese or Japanese characters."""
    return _SOFT.sub(r"\1", content)


@dataclass(slots=True)
class Notes:
    """The notes of a document, in the order of their marks."""

    _bodies: list[str] = field(default_factory=list)
    _count: int = 0

    def mark(self, body: str | Iterable[str], label: str = "") -> str:
        """The mark of a note whose text is ``body`` (HTML); without a usable ``label`` it is numbered."""
        self._count += 1
        label = label.strip()
        if not _LABEL.fullmatch(label):
            label = str(self._count)
        name = f"duiyi-note-{len(self._bodies)}"
        body = body if isinstance(body, str) else "".join(body)
        self._bodies.append(f'<div id="{name}" class="footnote">{body}</div>')
        return f'<sup><a href="#{name}">{escape(label)}</a></sup>'

    def html(self) -> str:
        """All notes, to be written at the end of the page."""
        return "".join(self._bodies)


def with_linked_notes(page: str, name: str) -> str:
    """``page`` with its notes linked, where raised numbers from 1 on have paragraphs that open with these numbers.

    Slides have no notes of their own, so people write them by hand. ``name`` makes the ids unique.
    """
    numbers = list(dict.fromkeys(match[1] for match in _RAISED_NUMBER.finditer(page)))
    if numbers != [str(number) for number in range(1, len(numbers) + 1)]:
        return page
    linked = page
    for number in numbers:
        first = re.search(rf"(?<=[^<>\s])<sup>{number}</sup>", linked)
        opening = rf"(?:<sup>{number}</sup>|{number}(?:[.、．)）]|(?=\s)))\s*"
        note = re.compile(rf"<(p|li)(?: [^<>]*)?>{opening}((?:(?!</?(?:p|li|td)\b).)+)</\1>", re.DOTALL)
        found = note.search(linked, first.end()) if first else None
        if first is None or found is None:
            return page
        target = f"duiyi-{name}-{number}"
        body = f'<div id="{target}" class="footnote">{found[2]}</div>'
        mark = f'<sup><a href="#{target}">{number}</a></sup>'
        linked = linked[: first.start()] + mark + linked[first.end() : found.start()] + body + linked[found.end() :]
    return linked
