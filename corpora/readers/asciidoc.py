"""AsciiDoc as a page of HTML: sections, lists, tables, admonitions, listings, notes and the marks within text.

No parser for Python has a permissive licence, so the language is read here, line by line, as far as it decides
what is text: macros and attributes are resolved to what a reader would see, comments and directives are left out.

Source: the AsciiDoc language documentation (docs.asciidoctor.org/asciidoc/latest).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from corpora.readers.conversion import Notes, dropped, heading, plain, tag, unwrapped
from corpora.text.markers import parse_marker
from corpora.text.numerals import to_letters, to_roman

__all__ = ["convert"]

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?[ \t]*$")
_ATTRIBUTE = re.compile(r":(!?[\w-]+!?):(?:[ \t]+(.*))?$")
_STYLE = re.compile(r"\[([^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)\][ \t]*$")
_ANCHOR = re.compile(r"\[\[([^\],]+)(?:,[ \t]*([^\]]+))?\]\][ \t]*$")
_TITLE = re.compile(r"\.(?![.\s])(\S.*)$")
_FENCE = re.compile(r"(-{4,}|={4,}|\.{4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```+\w*)[ \t]*$")
_TABLE = re.compile(r"([|,:!])={3,}[ \t]*$")
_DIRECTIVE = re.compile(r"(?:ifdef|ifndef|ifeval|endif|include|unset)::\S*\[.*\][ \t]*$")
_BLOCK_MACRO = re.compile(r"(image|video|audio|toc|include|ditaa|diagram)::(\S*)\[(.*)\][ \t]*$")
_RULE = re.compile(r"(?:'{3,}|<{3,}|-{3}|- - -|\*{3})[ \t]*$")
_BULLET = re.compile(r"[ \t]*(\*{1,6}|-|\u2022)[ \t]+(?:\[[ *x]\][ \t]+)?(\S.*)$")
_NUMBER = re.compile(r"[ \t]*(\.{1,5}|\d{1,4}\.|[a-zA-Z]\.|[ivxIVX]+\))[ \t]+(\S.*)$")
_TERM = re.compile(r"[ \t]*(\S.*?|\S)(:{2,4}|;;)(?:[ \t]+(\S.*))?$")
_CALLOUT = re.compile(r"<(\d+|\.)>[ \t]+(\S.*)$")
_LABEL = re.compile(r"(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+")
_CELL = re.compile(
    r"(?<!\\)(?:(?:(?<=\s)|^)(?:(?P<count>\d+)?(?:\.\d+)?(?P<how>[*+]))?"
    r"(?:[<^>])?(?:\.[<^>])?(?P<style>[adehlmsv])?)?\|",
    re.MULTILINE,
)
_COLUMNS = re.compile(r'cols[ \t]*=[ \t]*(?:"([^"]*)"|([^,\]]+))')
_DEEPEST = 20  # blocks within blocks
_CODE_STYLES = ("source", "listing", "stem", "latexmath", "asciimath", "literal", "mermaid", "plantuml", "ditaa")
_BUILT_IN = {
    "nbsp": "\u00a0", "amp": "&", "lt": "<", "gt": ">", "plus": "+", "empty": "", "sp": " ", "zwsp": "\u200b",
    "apos": "'", "quot": '"', "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "deg": "°", "asterisk": "*",
    "tilde": "~", "caret": "^", "backtick": "`", "backslash": "\\", "startsb": "[", "endsb": "]", "vbar": "|",
    "two-colons": "::", "two-semicolons": ";;", "cpp": "C++", "brvbar": "¦", "wj": "\u2060",
}  # fmt: skip


def convert(text: str, name: str) -> str:
    """The AsciiDoc ``text`` as one page of HTML."""
    reader = _Reader()
    body = reader.document(text.split("\n"))
    return f"<html><body>{body}{reader.notes.html()}</body></html>"


@dataclass(slots=True)
class _Pending:
    """What stands before a block and belongs to it."""

    style: str = ""
    title: str = ""


@dataclass(slots=True)
class _Reader:
    notes: Notes = field(default_factory=Notes)
    attributes: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)  # footnotes with an id

    def document(self, lines: Sequence[str]) -> str:
        self._find_anchors(lines)
        at = 0
        while at < len(lines) and (not lines[at].strip() or lines[at].startswith("//")):
            if lines[at].startswith("////"):
                break
            at += 1
        head = ""
        if at < len(lines) and re.match(r"[=#][ \t]+\S", lines[at]):
            before = "".join(dropped("comments", line.lstrip("/")) for line in lines[:at])
            head = before + tag("p", self.inline(lines[at][1:].strip()), title=1)
            at += 1
            authors = []
            while at < len(lines) and lines[at].strip():
                if match := _ATTRIBUTE.match(lines[at]):
                    self._attribute(match)
                else:
                    authors.append(lines[at])
                at += 1
            head += dropped("front matter", " ".join(authors))
        else:
            at = 0
        return head + self.blocks(lines[at:], 0)

    def _find_anchors(self, lines: Sequence[str]) -> None:
        """The titles that references without a text show."""
        anchor = ""
        for line in lines:
            if match := _ANCHOR.match(line) or re.match(r"\[#([\w-]+)[^\]]*\]\s*$", line):
                anchor = match[1]
                if match.re is _ANCHOR and match[2]:
                    self.anchors[anchor] = match[2]
            elif match := _HEADING.match(line) or _TITLE.match(line):
                title = match[match.re.groups]
                self.anchors.setdefault(anchor, title)
                self.anchors.setdefault("_" + re.sub(r"[^\w]+", "_", title.lower()).strip("_"), title)
                anchor = ""

    def _attribute(self, match: re.Match[str]) -> None:
        if not match[1].startswith("!") and not match[1].endswith("!"):
            self.attributes[match[1].lower()] = match[2] or ""

    def blocks(self, lines: Sequence[str], depth: int) -> str:
        """The blocks in ``lines``."""
        parts: list[str] = []
        at, pending = 0, _Pending()
        while at < len(lines):
            line = lines[at].rstrip()
            if not line:
                at += 1
            elif line.startswith("////") and _FENCE.match(line):
                end = _closing(lines, at)
                parts.append(dropped("comments", " ".join(lines[at + 1 : end])))
                at = end + 1
            elif line.startswith("//") and not line.startswith("///"):
                parts.append(dropped("comments", line[2:]))
                at += 1
            elif match := _ATTRIBUTE.match(line):
                self._attribute(match)
                at += 1
            elif _DIRECTIVE.match(line):
                parts.append(dropped("markup", line))
                at += 1
            elif _ANCHOR.match(line) or _STYLE.match(line):
                pending.style = line if not pending.style or not _ANCHOR.match(line) else pending.style
                at += 1
            elif (match := _TITLE.match(line)) and not _NUMBER.match(line):
                pending.title = match[1]
                at += 1
            else:
                at = self._block(lines, at, pending, parts, depth)
                pending = _Pending()
        return "".join(parts)

    def _block(
        self, lines: Sequence[str], at: int, pending: _Pending, parts: list[str], depth: int, *, in_list: bool = False
    ) -> int:
        """Read one block into ``parts``; return where the next one begins. In a list, an item ends a paragraph."""
        line = lines[at].rstrip()
        if pending.title:
            parts.append(f"<p>{self.inline(pending.title)}</p>")
        style = re.split(r"[,%#.\]]", pending.style.strip("[] "), maxsplit=1)[0].strip()
        if match := _HEADING.match(line):
            parts.append(heading(self.inline(match[2]), max(1, len(match[1]) - 1)))
            return at + 1
        if match := _TABLE.match(line):
            end = _closing(lines, at)
            parts.append(self._table(lines[at + 1 : end], pending.style, match[1], depth))
            return end + 1
        if _FENCE.match(line):
            end = _closing(lines, at)
            parts.append(self._delimited(line, style, lines[at + 1 : end], depth))
            parts.append(self._attribution(pending.style) if style in ("quote", "verse") else "")
            return end + 1
        if match := _BLOCK_MACRO.match(line):
            if match[1] == "image":
                parts.append(f"<p>{self.inline(_alternative(match[3]))}</p>")
            return at + 1
        if _RULE.match(line):
            return at + 1
        if _BULLET.match(line) or _NUMBER.match(line) or _CALLOUT.match(line) or _term(line):
            return self._list(lines, at, parts, depth)
        end = at
        while end < len(lines) and lines[end].strip():
            if end > at and (_interrupts(lines[end]) or (in_list and _item(lines[end].rstrip()) is not None)):
                break
            end += 1
        body = [one for one in lines[at:end] if not re.match(r"//(?!/)", one)]
        if style in _CODE_STYLES or (line[:1] in " \t" and style not in ("quote", "verse", "NOTE")):
            parts.append(tag("pre", plain("\n".join(body))))
        else:
            parts.append(self._said(body))
            parts.append(self._attribution(pending.style) if style in ("quote", "verse") else "")
        return end

    def _said(self, lines: list[str]) -> str:
        """What is said, and by whom: a paragraph in quotation marks above a line that begins with two dashes."""
        said = len(lines) > 1 and lines[0].lstrip().startswith('"') and lines[-2].rstrip().endswith('"')
        if not said or not lines[-1].startswith("-- "):
            return f"<p>{self._paragraph(lines)}</p>"
        return f"<p>{self._paragraph(lines[:-1])}</p>{self._by(self.inline(lines[-1][3:].strip()))}"

    def _paragraph(self, lines: Sequence[str]) -> str:
        return self.inline(_LABEL.sub("", "\n".join(one.strip() for one in lines), count=1))

    def _attribution(self, style: str) -> str:
        rest = [one.strip(" \"'") for one in style.strip("[] ").split(",")[1:]]
        shown = [self.inline(one) for one in rest if one and "=" not in one]
        return self._by(", ".join(shown))

    def _by(self, who: str) -> str:
        """A paragraph that says who said something; initials are not the number of a section."""
        return f"<p>{'― ' if parse_marker(who) else ''}{who}</p>" if who else ""

    def _delimited(self, fence: str, style: str, lines: Sequence[str], depth: int) -> str:
        if (fence[0] in ".-`" and fence != "--") or style in _CODE_STYLES:
            code = "\n".join(
                re.sub(r"[ \t]*(?:(?://|#|;;|--)[ \t]*)?(?:<(?:\d+|\.)>[ \t]*)+$", "", line) for line in lines
            )
            return tag("pre", plain(code))
        if fence[0] == "+":
            return dropped("markup", " ".join(lines))
        if style == "comment":
            return dropped("comments", " ".join(lines))
        if depth >= _DEEPEST:
            return f"<p>{plain(' '.join(lines))}</p>"
        return f"<div>{self.blocks(lines, depth + 1)}</div>"

    def _list(self, lines: Sequence[str], at: int, parts: list[str], depth: int) -> int:
        """The items that follow one another, of all kinds and levels."""
        levels: list[str] = []
        counts: dict[str, int] = {}
        while at < len(lines):
            item = _item(lines[at].rstrip())
            if item is None:
                # A list goes on behind a blank line; a comment or attribute line ends it.
                following = next((one for one in range(at, len(lines)) if lines[one].strip()), len(lines))
                if following == at or following == len(lines) or _item(lines[following].rstrip()) is None:
                    return at
                at = following
                continue
            kind, text = item
            if kind in levels:
                for closed in levels[levels.index(kind) + 1 :]:
                    counts.pop(closed, None)
                del levels[levels.index(kind) + 1 :]
            else:
                levels.append(kind)
            counts[kind] = counts.get(kind, 0) + 1
            marker = _marker(kind, counts[kind])
            at, body, attached = self._item_body(lines, at, text, depth)
            level = len(levels)
            if kind.startswith(":"):
                made = f"<li>{self.inline(text)}</li>" + (f"<p>{self.inline(body)}</p>" if body else "")
            else:
                made = tag("li", self.inline(body), marker=marker)
            parts.append("<ul>" * level + made + attached + "</ul>" * level)
        return at

    def _item_body(self, lines: Sequence[str], at: int, text: str, depth: int) -> tuple[int, str, str]:
        """Where the next item begins, the text of this one (a term: its definition), and the blocks attached to it."""
        term = _term(lines[at].rstrip())
        body = [text] if term is None else [term[3] or ""]
        at += 1
        if term is not None and not body[0]:
            # A definition may begin on one of the next lines.
            following = next((one for one in range(at, len(lines)) if lines[one].strip()), at)
            if (
                following < len(lines)
                and not _interrupts(lines[following])
                and _item(lines[following].rstrip()) is None
            ):
                at = following
        while (
            at < len(lines) and lines[at].strip() and not _interrupts(lines[at]) and _item(lines[at].rstrip()) is None
        ):
            body.append(lines[at].strip())
            at += 1
        attached: list[str] = []
        while at < len(lines) and lines[at].strip() == "+" and depth < _DEEPEST:
            pending, at = _Pending(), at + 1
            while at < len(lines) and (_STYLE.match(lines[at]) or _TITLE.match(lines[at])):
                title = _TITLE.match(lines[at])
                pending.title = title[1] if title else pending.title
                pending.style = pending.style if title else lines[at]
                at += 1
            if at < len(lines) and lines[at].strip():
                at = self._block(lines, at, pending, attached, depth + 1, in_list=True)
        return at, "\n".join(one for one in body if one), "".join(attached)

    def _table(self, lines: Sequence[str], style: str, sign: str, depth: int) -> str:
        if sign in ",:":
            rows = [[plain(cell.strip().strip('"')) for cell in line.split(sign)] for line in lines if line.strip()]
            return _rows(rows)
        text = "\n".join(line for line in lines if not re.match(r"//(?!/)", line))
        text = text.replace("!", "|") if sign == "!" else text
        found = list(_CELL.finditer(text))
        cells: list[str] = []
        first = 0  # cells on the first line with cells
        for at, match in enumerate(found):
            end = found[at + 1].start() if at + 1 < len(found) else len(text)
            content = text[match.end() : end].strip().replace("\\|", "|")
            nested = match["style"] == "a" and depth < _DEEPEST
            made = self.blocks(content.split("\n"), depth + 1) if nested else self._cell(content, match["style"])
            count = min(int(match["count"] or 1), 100)
            cells += [made] * count if match["how"] == "*" else [made] + [""] * (count - 1)
            if "\n" not in text[found[0].start() : match.start()]:
                first = len(cells)
        stated = _COLUMNS.search(style)
        width = _column_count(stated[1] or stated[2]) if stated else first
        width = max(width, 1)
        return _rows([(cells[at : at + width] + [""] * width)[:width] for at in range(0, len(cells), width)])

    def _cell(self, content: str, style: str | None) -> str:
        if style == "l":
            return tag("pre", plain(content))
        return "".join(f"<p>{self.inline(part)}</p>" for part in re.split(r"\n\s*\n", content) if part.strip())

    def inline(self, text: str) -> str:
        """The text of a paragraph without its marks, as HTML."""
        kept: list[str] = []

        def keep(content: str) -> str:
            kept.append(content)
            return f"\ue000{len(kept) - 1}\ue001"

        text = re.sub("[\ue000\ue001]", "", text)
        text = re.sub(r"\\(?=[*_`#^~+\[{<&:(|])(.)", lambda match: keep(plain(match[1])), text)
        for pattern, make in _KEPT:
            text = pattern.sub(lambda match, make=make: keep(make(match)), text)  # type: ignore[misc]
        text = re.sub(r"\{([\w-]+)\}", self._reference_to_attribute, text)
        text = plain(text)
        text = _FOOTNOTE.sub(lambda match: keep(self._footnote(match)), text)
        for pattern, replacement in _MACROS:
            text = pattern.sub(replacement, text)
        text = _CROSS.sub(self._cross_reference, text)
        for pattern, replacement in _MARKS:
            text = pattern.sub(replacement, text)
        for _ in range(5):  # what is kept may contain what was kept before it
            if "\ue000" not in text:
                break
            text = re.sub("\ue000(\\d+)\ue001", lambda match: kept[int(match[1])], text)
        return unwrapped(text.strip())

    def _reference_to_attribute(self, match: re.Match[str]) -> str:
        name = match[1].lower()
        return _BUILT_IN.get(name, self.attributes.get(name, match[0]))

    def _footnote(self, match: re.Match[str]) -> str:
        name, text = (match[1] or "").strip(), match[2]
        if not name and match[0].startswith("footnoteref"):
            name, _, text = text.partition(",")
        if name and not text.strip():
            return self.named.get(name, "")
        made = self.notes.mark(f"<p>{self.inline(_unescaped(text))}</p>")
        if name:
            self.named[name] = made
        return made

    def _cross_reference(self, match: re.Match[str]) -> str:
        target, _, shown = (match[1] or f"{match[2]},{match[3]}").partition(",")
        return shown.strip() or plain(self.anchors.get(target.strip().rpartition("#")[2], ""))


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _rows(rows: Sequence[Sequence[str]]) -> str:
    made = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in made)}</table>"


def _column_count(stated: str) -> int:
    total = 0
    for column in re.split("[,;]", stated):
        repeated = re.match(r"\s*(\d+)\*", column)
        total += int(repeated[1]) if repeated else 1
    return min(total, 1000)


def _closing(lines: Sequence[str], at: int) -> int:
    """The line that closes the block that opens at ``at``; the end of the text where there is none."""
    fence = lines[at].rstrip()
    fence = re.match(r"`+", fence)[0] if fence.startswith("`") else fence  # type: ignore[index]
    return next((end for end in range(at + 1, len(lines)) if lines[end].rstrip() == fence), len(lines))


def _term(line: str) -> re.Match[str] | None:
    match = _TERM.match(line)
    return None if match is None or re.search(r"(?:^|\s)\w+::\S*\[", line) else match


def _item(line: str) -> tuple[str, str] | None:
    """The kind of list that an item is of, which decides on its level, and its text."""
    if (match := _BULLET.match(line)) and not _RULE.match(line):
        return match[1], match[2]
    if match := _NUMBER.match(line):
        return ("." if match[1][0] == "." else "1") + (match[1] if match[1][0] == "." else match[1][-1]), match[2]
    if match := _CALLOUT.match(line):
        return "<1>", match[2]
    if _FENCE.match(line) or _TABLE.match(line) or _HEADING.match(line) or line.startswith("//"):
        return None
    match = _term(line)
    return None if match is None else (":" + match[2], match[1])


def _marker(kind: str, count: int) -> str:
    """The number as Asciidoctor prints it, by the depth of the marks."""
    if kind.startswith("."):
        depth = len(kind) - 1
        written = {2: to_letters, 3: to_roman}.get(depth, str)
        return f"{written(count)}." if count < 1000 else f"{count}."
    return f"{count}." if kind.startswith("1") else ""


def _interrupts(line: str) -> bool:
    """Whether a line ends the paragraph above it."""
    line = line.rstrip()
    return bool(
        line == "+" or _FENCE.match(line) or _TABLE.match(line) or _STYLE.match(line) or _ANCHOR.match(line)
        or _BLOCK_MACRO.match(line) or _DIRECTIVE.match(line)
    )  # fmt: skip


def _alternative(attributes: str) -> str:
    """The text in place of a picture."""
    first = re.match(r'"([^"]*)"|([^,=]*)(?:,|$)', attributes)
    title = re.search(r'(?:title|alt)="([^"]*)"', attributes)
    return title[1] if title else (first[1] or first[2] or "").strip() if first else ""


_Make = Callable[[re.Match[str]], str]
#: What is taken out before anything else is read, because the signs in it mean nothing.
_KEPT: tuple[tuple[re.Pattern[str], _Make], ...] = (
    (re.compile(r"(\+{2,3})(.+?)\1", re.DOTALL), lambda match: plain(match[2])),
    (
        re.compile(r"pass:[a-z,]{0,50}\[(.{0,5000}?)(?<!\\)\]", re.DOTALL),
        lambda match: plain(re.sub("<[^>]*>", "", match[1])),
    ),
    (re.compile(r"(?:stem|latexmath|asciimath):\[(.{0,5000}?)(?<!\\)\]"), lambda match: plain(match[1].strip("$"))),
    (re.compile(r"`\+(.{1,1000}?)\+`"), lambda match: plain(match[1])),
    (re.compile(r"(?<![\w+])\+(\S(?:[^\n+]*\S)?)\+(?![\w+])"), lambda match: plain(match[1])),
)
_FOOTNOTE = re.compile(r"(?<![ \t])[ \t]*+footnote(?:ref)?:([\w-]*)\[((?:[^\[\]]++|\[[^\[\]]*+\])*+)\]")
_TEXT = r"\[((?:[^\[\]\n]|\[[^\[\]\n]*\])*?)(?:,\s*(?:role|window|opts)=[^\]]{0,500}|\^)?\]"
_CROSS = re.compile(r"&lt;&lt;([^&<>\n]+)&gt;&gt;|xref:([^\s\[]{1,1000})\[([^\]]{0,1000})\]")
_Replacement = str | _Make
_MACROS: tuple[tuple[re.Pattern[str], _Replacement], ...] = (
    (re.compile(rf"(?:link:|mailto:)([^\s\[]{{1,1000}}){_TEXT}"), lambda match: match[2] or match[1]),
    (re.compile(rf"((?:https?|ftp|irc)://[^\s\[\]<>]{{1,1000}}){_TEXT}"), lambda match: match[2] or match[1]),
    (re.compile(r"image:([^\s:\[][^\s\[]{0,1000})\[([^\]]{0,1000})\]"), lambda match: _alternative(match[2])),
    (re.compile(r"(?:icon|anchor|indexterm):[^\s\[]{0,1000}\[[^\]]{0,1000}\]"), ""),
    (re.compile(r"(?:kbd|btn|indexterm2):\[([^\]]{0,1000})\]"), r"\1"),
    (
        re.compile(r"menu:([^\[\n]{1,500})\[([^\]]{0,1000})\]"),
        lambda match: f"{match[1]} &gt; {match[2]}" if match[2] else match[1],
    ),
    (re.compile(r"\[{3}([^\],\[]*)(?:,[^\]\[]*)?\]{3}"), r"[\1]"),
    (re.compile(r"\[\[[^\[\]]*\]\]"), ""),
    (re.compile(r"\({3}[^()]*\){3}"), ""),
    (re.compile(r"\(\(([^()]*)\)\)"), r"\1"),
)
_ROLE = r"(?:\[[^\[\]\n]*\])?"


def _marks() -> Iterator[tuple[re.Pattern[str], _Replacement]]:
    # The lengths are limited, because marks without an end would be searched again and again.
    yield re.compile(r'"`(.{1,1000}?)`"', re.DOTALL), r"“\1”"
    yield re.compile(r"'`(.{1,1000}?)`'", re.DOTALL), r"‘\1’"
    for sign in (r"\*", "_", "`", "#"):
        yield re.compile(rf"{_ROLE}{sign}{sign}(.{{1,1000}}?){sign}{sign}", re.DOTALL), r"\1"
        yield (
            re.compile(
                rf"(?<![A-Za-z0-9_&;:{sign}]){_ROLE}{sign}(\S(?:.{{0,1000}}?\S)??){sign}(?![A-Za-z0-9_])", re.DOTALL
            ),
            r"\1",
        )
    yield re.compile(r"\^(\S+?)\^"), r"<sup>\1</sup>"
    yield re.compile(r"(?<!~)~(\S+?)~(?!~)"), r"\1"
    yield re.compile(r"[ \t]\+(?=\n|$)"), "<br>"
    yield re.compile(r"(?<=\w)--(?=\w)"), "—"
    yield re.compile(r"(?<=\s)--(?=\s)"), "—"
    yield re.compile(r"\.\.\."), "…"
    yield re.compile(r"\((C|R|TM)\)"), lambda match: {"C": "©", "R": "®", "TM": "™"}[match[1]]
    yield re.compile(r"(?<=\w)`'|(?<=\w)'(?=[a-zA-Z])"), "’"


_MARKS = tuple(_marks())
