"""Inline tags that are missing, added or badly nested; placeholders, elements, code and links in the text itself."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from corpora.text.mentions.addresses import local_address
from tm.checks.checked_unit import Check, CheckedUnit
from tm.checks.finding import Finding, Severity
from tm.checks.markup import Element, Field, code_spans, elements, fields, has_any, link_targets
from tm.checks.options import CheckOptions
from tm.tags import Tag, TagKind, split

__all__ = ["CHECKS"]

#: Names of elements that mean the same.
_ALIASES = {"strong": "b", "em": "i", "cite": "i"}
_TITLE = re.compile("[《〈]")
_LINK = re.compile(r"<([^<>]+)>\s*\Z")


def _tags(text: str) -> list[Tag]:
    return [part for part in split(text) if isinstance(part, Tag)] if "⟦" in text else []


def _well_formed(tags: Sequence[Tag]) -> bool:
    opened: list[str] = []
    for tag in tags:
        if tag.kind is TagKind.OPEN:
            opened.append(tag.id)
        elif tag.kind is TagKind.CLOSE and (not opened or opened.pop() != tag.id):
            return False
    return not opened


def _inline_tags(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    if "⟦" not in pair.source.raw and "⟦" not in pair.target.raw:
        return ()
    here, there = _tags(pair.source.raw), _tags(pair.target.raw)
    if pair.is_half or not (here or there):
        return ()
    left, right = (Counter((tag.kind, tag.id) for tag in tags) for tags in (here, there))
    findings = []
    lost, added = left - right, right - left
    if lost:
        findings.append(pair.finding("tags", Severity.ERROR, f"the target lacks the tags {_named(lost)}"))
    if added:
        findings.append(pair.finding("tags", Severity.ERROR, f"the target has additional tags: {_named(added)}"))
    if not findings and _well_formed(here) and not _well_formed(there):
        findings.append(pair.finding("tags", Severity.ERROR, "the tags of the target are not properly nested"))
    if not findings and [(tag.kind, tag.id) for tag in here] != [(tag.kind, tag.id) for tag in there]:
        findings.append(pair.finding("tags", Severity.INFO, "the tags are in another order"))
    return findings


def _named(tags: Counter[tuple[TagKind, str]]) -> str:
    marks = {TagKind.OPEN: "{}", TagKind.CLOSE: "/{}", TagKind.SINGLE: "{}/"}
    return ", ".join(marks[shape].format(name) for shape, name in sorted(tags.elements()))


def _markup(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    source, target = pair.source.text, pair.target.text
    if pair.is_half:
        return ()
    findings = [*_literals(pair)]
    if has_any(source, _MARKS) or has_any(target, _MARKS):
        findings += [*_fields(pair), *_elements(pair), *_code(pair), *_links(pair)]
    return findings


_MARKS = "`%{<$["


def _fields(pair: CheckedUnit) -> Iterator[Finding]:
    """Placeholders may change places, where their numbers say so; none may be lost or get another type."""
    here, there = ({one.key: one for one in fields(side.text)} for side in (pair.source, pair.target))
    for key in here.keys() - there.keys():
        one = here[key]
        if key == "%%":
            if not re.search("[%％‰]|百分", pair.target.text):
                yield _finding(pair, Severity.WARNING, "the percent sign %% is not in the target", one, None)
            continue
        yield _finding(pair, Severity.ERROR, f"the placeholder {one.text} is not in the target", one, None)
    for key in there.keys() - here.keys() - {"%%"}:
        one = there[key]
        yield _finding(pair, Severity.ERROR, f"the placeholder {one.text} is not in the source", None, one)
    for key in here.keys() & there.keys():
        one, other = here[key], there[key]
        if one.type and other.type and one.type != other.type:
            message = f"the placeholder {one.text} has another type in the target: {other.text}"
            yield _finding(pair, Severity.ERROR, message, one, other)


def _finding(pair: CheckedUnit, severity: Severity, message: str, here: Field | None, there: Field | None) -> Finding:
    spans = [(one.start, one.end) if one else None for one in (here, there)]
    return pair.finding("markup", severity, message, *spans)


def _elements(pair: CheckedUnit) -> Iterator[Finding]:
    """Tags as a browser reads them: in any case, with or without the slash of an empty element."""
    here, there = list(elements(pair.source.text)), list(elements(pair.target.text))
    left, right = (Counter((_ALIASES.get(one.name, one.name), one.shape) for one in side) for side in (here, there))
    lost, added = left - right, right - left
    for counter, side in ((lost, pair.target), (added, pair.source)):
        # A title is in italics in English, and between 《》 in Chinese.
        titles = len(_TITLE.findall(side.text)) if counter["i", "open"] == counter["i", "close"] else 0
        if counter["i", "open"] and counter["i", "open"] <= titles:
            del counter["i", "open"], counter["i", "close"]
    for counter, which in ((lost, "target"), (added, "source")):
        if counter:
            names = ", ".join(_TAG_FORMS[shape].format(name) for name, shape in sorted(counter.elements()))
            yield pair.finding("markup", Severity.WARNING, f"the {which} lacks {names}")
    if not lost and not added and _nested(here) and not _nested(there):
        yield pair.finding("markup", Severity.WARNING, "the elements of the target are not properly nested")


_TAG_FORMS = {"open": "<{}>", "close": "</{}>", "single": "<{}/>"}


def _nested(found: Sequence[Element]) -> bool:
    opened: list[str] = []
    for one in found:
        if one.shape == "open":
            opened.append(one.name)
        elif one.shape == "close" and (not opened or opened.pop() != one.name):
            return False
    return not opened


def _code(pair: CheckedUnit) -> Iterator[Finding]:
    """Inline code is the same in all languages, letter for letter."""
    sides = [
        {name: (start, end) for text, start, end in code_spans(side.text) if (name := _code_name(text))}
        for side in (pair.source, pair.target)
    ]
    lost = [name for name in sides[0] if name not in pair.target.text and name not in sides[1]]
    added = [name for name in sides[1] if name not in pair.source.text and name not in sides[0]]
    for place in range(max(len(lost), len(added))):
        mine, other = (names[place] if place < len(names) else None for names in (lost, added))
        both = f"{mine or ''}{other or ''}"
        # A word of the interface or an example may be translated, and spaces may differ.
        same = mine and other and "".join(mine.split()) == "".join(other.split())
        is_code = not same and both.isascii() and ((mine and other) or not both.replace(" ", "").isalpha())
        message = (
            f"the code {mine} is {other} in the target"
            if mine and other
            else f"the code {mine} is not in the target"
            if mine
            else f"the code {other} is not in the source"
        )
        spans = sides[0].get(mine or ""), sides[1].get(other or "")
        yield pair.finding("markup", Severity.WARNING if is_code else Severity.INFO, message, *spans)


#: What programs read, written without marks of code: `--option`, `:option:`, a default, `some_name`; each by its mark.
_LITERALS = {
    "--": re.compile(r"(?<![\w-])--[a-z][a-z0-9-]{1,40}"),
    ":": re.compile(r":(?<![\w:`]:)[a-z][a-z-]{1,40}:(?![\w`:])"),
    "efault: ": re.compile(
        r"(?<=efault: )(?!(?:none|no|yes|on|off|auto|never|always|empty|all|current|today|now|true|false)\b)"
        r"[a-z][a-z0-9./_-]{2,40}(?=\))"
    ),
    "_": re.compile(
        r"(?<![\w./@$%{(:-])(?:[a-z][a-z0-9]{1,40}(?:_[a-z0-9]{1,40}){1,6}|[A-Z][A-Z0-9]{1,40}(?:_[A-Z0-9]{1,40}){1,6})"
        r"(?![\w@]|\.\w)"
    ),
}


def _literals(pair: CheckedUnit) -> Iterator[Finding]:
    """Names of options and variables stay as they are."""
    for side, other, which in ((pair.source, pair.target, "target"), (pair.target, pair.source, "source")):
        text, known = side.content, ""
        if not has_any(text, _LITERALS):
            continue
        patterns = [pattern for mark, pattern in _LITERALS.items() if mark in text]
        for name, span in {match[0]: match.span() for one in patterns for match in one.finditer(text)}.items():
            known = known or other.text.lower()
            is_there = name.lower().rstrip("s") in known
            if is_there or (name[0] == ":" and ("`" in other.text or _has_half(name, known))):
                continue
            # object_type may become 对象类型 in a message, but not object_类型.
            is_changed = "_" not in name or "_" in other.text
            severity = Severity.WARNING if is_changed else Severity.INFO
            spans = (span, None) if which == "target" else (None, span)
            yield pair.finding("markup", severity, f"the code {name} is not in the {which}", *spans)


def _has_half(name: str, text: str) -> bool:
    """True where one of the colons was taken for a mark of the sentence: ":file" for ":file:"."""
    return name[:-1] in text or name[1:] in text


def _code_name(text: str) -> str:
    """What must stay of a code span: "text <target>" may translate its text; `!name` and `~name` name the same."""
    link = _LINK.search(text)
    return " ".join((link[1] if link else text).lstrip("!~").split())


def _links(pair: CheckedUnit) -> Iterator[Finding]:
    """Links to files and anchors lead to the same place on both sides; the language in a path may change."""
    sides = [
        {target: (start, end) for target, start, end in link_targets(side.text)} for side in (pair.source, pair.target)
    ]
    places = [{local_address(target) for target in side} for side in sides]
    for side, others, which in ((sides[0], places[1], "target"), (sides[1], places[0], "source")):
        for target, span in side.items():
            if local_address(target) not in others:
                spans = (span, None) if which == "target" else (None, span)
                yield pair.finding("markup", Severity.WARNING, f"the link to {target} is not in the {which}", *spans)


CHECKS = (
    Check("tags", Severity.ERROR, "inline tags that are missing, added or badly nested", _inline_tags),
    Check("markup", Severity.ERROR, "placeholders, elements, code and links that differ", _markup),
)
