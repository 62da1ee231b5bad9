"""What the style of an element says about its text: raised, crossed out, or the item of a list made by Word.

Programs that export pages (Google Docs, LibreOffice, makers of EPUB books) write `<span class="c1">` where people
write `<sup>`, and say in a style sheet what the class means. Word writes list items as paragraphs that begin with
their number or with a letter of a font of symbols. Only rules for one class, or for one element with a class, are read.
"""

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["apply", "is_raised", "list_items"]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_SELECTOR = re.compile(r"\s*(?:[a-z][a-z0-9]*)?\.([\w-]+)\s*\Z", re.IGNORECASE)
_KEPT = re.compile(
    r"vertical-align\s*:\s*(?:super|text-top)|text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE
)
_RAISED = re.compile(r"vertical-align:(?:super|text-top)", re.IGNORECASE)
_LEVEL = re.compile(r"mso-list:\S*\s+level(\d)", re.IGNORECASE)
_NUMBER = re.compile(r"[(（\[]?\w{1,8}[.．)）、\]]|\d+(?:\.\d+)+")


def apply(root: Any, sheets: Iterable[str]) -> None:
    """Write what the style ``sheets`` say about the classes of elements under ``root`` into their own styles."""
    meant: dict[str, str] = {}
    for sheet in sheets:
        for selectors, rules in _RULE.findall(_without_blocks(_COMMENT.sub(" ", sheet))):
            kept = ";".join(_KEPT.findall(rules))
            for selector in selectors.split(",") if kept else ():
                if match := _SELECTOR.match(selector.replace("<!--", "")):
                    meant[match[1]] = kept
    for element in root.iter() if meant else ():
        if isinstance(element.tag, str) and (names := element.get("class")):
            added = ";".join(meant[name] for name in names.split() if name in meant)
            if added:
                element.set("style", f"{element.get('style') or ''};{added}")


def _without_blocks(sheet: str) -> str:
    """``sheet`` without blocks of rules such as those for print."""
    parts, depth, kept = re.split(r"(@media[^{}]*\{|@supports[^{}]*\{|[{}])", sheet), 0, []
    for part in parts:
        if part.startswith("@") or (depth and part == "{"):
            depth += 1
        elif depth:
            depth -= part == "}"
        else:
            kept.append(part)
    return "".join(kept)


def is_raised(element: Any) -> bool:
    """Whether ``element`` is `<sup>` or is set like one."""
    return element.tag == "sup" or bool(_RAISED.search((element.get("style") or "").replace(" ", "")))


def list_items(body: Any) -> None:
    """Make the paragraphs that Word wrote as items of a list such items; signs of bullets go, numbers stay."""
    for span in list(body.iter("span")):
        if "mso-list:ignore" not in (span.get("style") or "").replace(" ", "").lower():
            continue
        paragraph = next((one for one in span.iterancestors("p", "h1", "h2", "h3", "h4", "h5", "h6")), None)
        marker = "".join(span.itertext()).strip("\xa0 \t\n")
        for inner in list(span):
            span.remove(inner)
        span.text = f"{marker} " if _NUMBER.fullmatch(marker) else ""
        if paragraph is not None and paragraph.tag == "p" and paragraph.getparent() is not None:
            level = _LEVEL.search(paragraph.get("style") or "")
            paragraph.tag = "li"
            paragraph.set("data-depth", level[1] if level else "1")
