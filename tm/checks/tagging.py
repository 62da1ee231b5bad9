"""Inline tags that are missing, added or badly nested, and placeholders and markup in the text itself."""

import re
from collections import Counter
from collections.abc import Sequence

from tm.checks.checked_unit import Check, CheckedUnit
from tm.checks.finding import Finding, Severity
from tm.checks.options import CheckOptions
from tm.tags import Tag, TagKind, split

__all__ = ["CHECKS"]

_FIELD = re.compile(
    r"%\([A-Za-z_]\w*\)[#0 +-]*[0-9.]*[diouxXeEfFgGcrsa]|\{[A-Za-z_]\w*(?:[.!:][^{}]*)?\}|\$\{\w+\}|%[1-9]\$[a-z@]"
)
_ROLE = re.compile(r":[a-z][a-z:+-]*:`([^`]+)`|``([^`]+)``")
_ELEMENT = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?:\s[^<>]*)?/?>")


def _tags(text: str) -> list[Tag]:
    return [part for part in split(text) if isinstance(part, Tag)] if "⟦" in text else []


def _well_formed(tags: Sequence[Tag]) -> bool:
    opened: list[str] = []
    for tag in tags:
        if tag.shape is TagKind.OPEN:
            opened.append(tag.id)
        elif tag.shape is TagKind.CLOSE and (not opened or opened.pop() != tag.id):
            return False
    return not opened


def _inline_tags(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    if "⟦" not in pair.source.raw and "⟦" not in pair.target.raw:
        return ()
    here, there = _tags(pair.source.raw), _tags(pair.target.raw)
    if pair.is_half or not (here or there):
        return ()
    left, right = (Counter((tag.shape, tag.id) for tag in tags) for tags in (here, there))
    findings = []
    lost, added = left - right, right - left
    if lost:
        findings.append(pair.finding("tags", Severity.ERROR, f"the target lacks the tags {_named(lost)}"))
    if added:
        findings.append(pair.finding("tags", Severity.ERROR, f"the target has additional tags: {_named(added)}"))
    if not findings and _well_formed(here) and not _well_formed(there):
        findings.append(pair.finding("tags", Severity.ERROR, "the tags of the target are not properly nested"))
    if not findings and [(tag.shape, tag.id) for tag in here] != [(tag.shape, tag.id) for tag in there]:
        findings.append(pair.finding("tags", Severity.INFO, "the tags are in another order"))
    return findings


def _named(tags: Counter[tuple[TagKind, str]]) -> str:
    marks = {TagKind.OPEN: "{}", TagKind.CLOSE: "/{}", TagKind.SINGLE: "{}/"}
    return ", ".join(marks[shape].format(name) for shape, name in sorted(tags.elements()))


def _markup(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    source, target = pair.source.text, pair.target.text
    if pair.is_half or not any(mark in source or mark in target for mark in "`%{<$"):
        return ()
    findings: list[Finding] = []
    for pattern, what, severity in (
        (_FIELD, "field", Severity.ERROR),
        (_ROLE, "literal", Severity.WARNING),
        (_ELEMENT, "element", Severity.WARNING),
    ):
        here, there = (set(_names(pattern, text)) for text in (source, target))
        # A name that is on the other side with other markup is not missing.
        lost = sorted(name for name in here - there if name not in target)
        added = sorted(name for name in there - here if name not in source)
        if lost:
            message = f"{what} {', '.join(lost)} is not in the target"
            findings.append(pair.finding("markup", severity, message, _place(source, lost[0])))
        if added:
            message = f"{what} {', '.join(added)} is not in the source"
            findings.append(pair.finding("markup", severity, message, None, _place(target, added[0])))
    return findings


def _names(pattern: re.Pattern[str], text: str) -> list[str]:
    names = []
    for match in pattern.finditer(text):
        name = next((group for group in match.groups() if group), match[0])
        # "text <target>" may translate its text; `!name` and `~name` only change how a link is displayed.
        link = re.search(r"<([^<>]+)>\s*\Z", name)
        names.append(re.sub(r"\s+", " ", link[1] if link else name).lstrip("!~").strip())
    return names


def _place(text: str, name: str) -> tuple[int, int] | None:
    at = text.find(name)
    return (at, at + len(name)) if at >= 0 else None


CHECKS = (
    Check("tags", Severity.ERROR, "inline tags that are missing, added or badly nested", _inline_tags),
    Check(
        "markup", Severity.ERROR, "format fields, literals and elements in the text that the other side lacks", _markup
    ),
)
