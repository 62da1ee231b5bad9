"""RTF as a page of HTML: styles, lists, tables, notes and fields, in any code page.

Libraries that read RTF give plain text and decode bytes one by one, which breaks Chinese characters of two bytes.
Here bytes are collected until the font changes and are decoded by the charset of the font. Text between braces is a
group; a group that begins with ``\\*`` and an unknown word is left out, as the specification demands.

Source: Rich Text Format specification 1.9.1 (Microsoft, 2008).
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from corpora.errors import DamagedInput
from corpora.readers.conversion import WIDE_BLANK, Notes, dropped, heading, plain, tag

__all__ = ["convert"]

_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z'])|([{}])|([\r\n]+)|([^\\{}\r\n]+)", re.DOTALL
)
_DEEPEST = 2000  # groups within groups
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 255: "cp437",
}  # fmt: skip
_WORDS = {
    "line": "<br>", "tab": WIDE_BLANK, "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": "\u2003", "enspace": "\u2002", "qmspace": " ", "lbr": "<br>",
    "softline": "<br>",
}  # fmt: skip
_SYMBOLS = {b"~": "\u00a0", b"_": "\u2011", b"\t": " ", b"\n": "\n", b"\r": "\n"}
#: Groups that contain no text of the document.
_SKIPPED = frozenset(
    "colortbl info pict objdata fldinst sp sn sv shprslt nonshppict nonesttables nesttableprops filetbl revtbl "
    "listtable listoverridetable rsidtbl generator xmlnstbl themedata colorschememapping latentstyles datastore "
    "pn pnseclvl xe tc rxe bkmkstart bkmkend datafield template private mmathPr passwordhash userprops "
    "wgrffmtfilter pgptbl ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn atnid atnauthor atnref atndate atnparent "
    "atntime background".split()
)
#: Groups that may begin with \\* and still contain text.
_READ = frozenset("shpinst shptxt shp footnote fldrslt ud shpgrp result do dptxbxtext mmath moMath moMathPara".split())
_CONTENTS = re.compile(r"(?:toc|contents|目录|目錄) ?[1-9]\b")
#: Properties of text that is left out, and the step that says why.
_LEFT_OUT = {"v": "hidden", "deleted": "tracked changes", "strike": "crossed out", "striked": "crossed out"}
_MARGINS = frozenset(f"{name}{side}" for name in ("header", "footer") for side in ("", "l", "r", "f"))


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits from the group around it."""

    kind: str = "text"  # "text", "skip", "fonts", "styles", "marker", or the step that drops the text
    codec: str = "cp1252"
    skip: int = 1  # characters that follow each \\u for old programs
    hidden: str = ""
    raised: bool = False
    fresh: bool = False  # no word was seen in the group
    starred: bool = False
    first_of_pair: bool = False  # the next group is the older of two versions of a text


@dataclass(frozen=True, slots=True)
class _Style:
    name: str = ""
    outline: int | None = None


@dataclass(slots=True)
class _Story:
    """The body, or one note: the blocks so far and the paragraph, cell, row and table that are open."""

    blocks: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    table: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)  # those that are anchored in the open paragraph


@dataclass(slots=True)
class _Paragraph:
    style: int = 0
    outline: int | None = None
    in_table: bool = False
    marker: str | None = None  # None outside lists
    level: int = 0


def convert(data: bytes, name: str) -> str:
    """The document in ``data`` as one page of HTML. Raises `DamagedInput`."""
    reader = _Reader(name)
    reader.read(data)
    return f"<html><body>{reader.html()}</body></html>"


class _Reader:
    """Reads one token after another."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._state = _State()
        self._stack: list[tuple[_State, Callable[[], None] | None]] = []
        self._bytes = bytearray()
        self._ignore = 0
        self._page = "cp1252"  # the code page of the document
        self._default = 0
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._styles: dict[int, _Style] = {}
        self._style = 0
        self._outline: int | None = None
        self._story = _Story()
        self._paragraph = _Paragraph()
        self._aside: list[str] = []
        self._side: list[str] = []  # the text of a group that is left out or is a marker
        self._notes = Notes()

    def read(self, data: bytes) -> None:
        at = 0
        while match := _TOKEN.match(data, at):
            at = match.end()
            word, number, byte, symbol, brace, _, text = match.groups()
            if brace == b"{":
                self._open()
            elif brace == b"}":
                self._close()
                if not self._stack:
                    return  # some programs write rubbish behind the end
            elif word is not None:
                if word == b"bin" and number:
                    at += max(0, int(number))
                self._word(word.decode("ascii"), int(number) if number else None)
            elif byte is not None:
                self._letters(bytes.fromhex(byte.decode("ascii")))
            elif symbol is not None:
                self._symbol(symbol)
            elif text is not None:
                self._letters(text)
        if at < len(data):
            raise DamagedInput(f"{self._name} is damaged: it cannot be read from byte {at} on")

    def html(self) -> str:
        self._flush()
        self._end_paragraph()
        self._end_table()
        return "".join(self._blocks()) + self._notes.html() + "".join(self._aside)

    def _blocks(self) -> list[str]:
        """Of the open story, with the boxes of a paragraph that is empty."""
        return [*self._story.blocks, *self._story.boxes]

    def _open(self) -> None:
        self._flush()
        if len(self._stack) == _DEEPEST:
            raise DamagedInput(f"{self._name} nests its groups too deeply to be read")
        older = self._state.first_of_pair
        self._stack.append((replace(self._state, first_of_pair=False), None))
        kind = "skip" if older else self._state.kind
        self._state = replace(self._state, kind=kind, fresh=True, starred=False, first_of_pair=False)
        self._ignore = 0

    def _close(self) -> None:
        self._flush()
        self._ignore = 0
        if not self._stack:
            return
        self._state, ending = self._stack.pop()
        if ending is not None:
            ending()

    def _at_end(self, action: Callable[[], None]) -> None:
        self._stack[-1] = (self._stack[-1][0], action)

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._state = replace(self._state, starred=True)
        elif symbol in (b"\\", b"{", b"}"):
            self._letters(symbol)
        elif symbol in (b"\n", b"\r"):
            self._word("par", None)
        elif symbol in _SYMBOLS:
            self._put(plain(_SYMBOLS[symbol]))

    def _letters(self, letters: bytes) -> None:
        if self._ignore:
            ignored = min(self._ignore, len(letters))
            self._ignore -= ignored
            letters = letters[ignored:]
        self._state = replace(self._state, fresh=False) if self._state.fresh else self._state
        if self._state.kind != "skip":
            self._bytes += letters

    def _flush(self) -> None:
        """Decode the bytes that were collected."""
        if self._bytes:
            letters, self._bytes = bytes(self._bytes), bytearray()
            self._put(plain(letters.decode(self._state.codec, "replace")))

    def _put(self, content: str) -> None:
        self._flush()
        state = self._state
        if state.kind != "text":
            if state.kind != "skip":
                self._side.append(content)
        elif state.hidden:
            self._story.text.append(tag("span", content, dropped=state.hidden))
        else:
            self._story.text.append(f"<sup>{content}</sup>" if state.raised and content.strip() else content)

    def _word(self, word: str, number: int | None) -> None:
        self._flush()
        if word == "u" and number is not None:
            if self._state.kind != "skip":
                self._put(plain(chr(number & 0xFFFF)))
            self._ignore = self._state.skip
            return
        if self._ignore:
            self._ignore -= 1
            return
        fresh, starred = self._state.fresh, self._state.starred
        self._state = replace(self._state, fresh=False, starred=False)
        if (fresh or starred) and self._destination(word, starred):
            return
        if self._state.kind == "skip":
            return
        if word in _WORDS:
            self._put(_WORDS[word])
        elif word in ("par", "sect", "page", "cell", "nestcell", "row", "nestrow", "pard", "trowd"):
            if self._state.kind == "text":
                self._structure(word)
            else:
                self._put(" ")
        else:
            self._format(word, number)

    def _destination(self, word: str, starred: bool) -> bool:
        """Whether ``word`` begins a group of its own kind, which is noted."""
        if word in _SKIPPED or (starred and word not in _READ | {"annotation"}):
            self._state = replace(self._state, kind="skip")
        elif self._state.kind == "skip":
            return True
        elif word == "fonttbl":
            self._state = replace(self._state, kind="fonts")
            self._at_end(self._use_default_font)
        elif word == "stylesheet":
            self._state = replace(self._state, kind="styles")
        elif word in ("listtext", "pntext"):
            self._capture("marker", self._set_marker)
        elif word in _MARGINS:
            self._capture("aside", lambda: self._drop("headers and footers"))
        elif word == "annotation":
            self._capture("aside", lambda: self._drop("comments"))
        elif word == "footnote":
            self._begin_note()
        elif word == "upr":
            self._state = replace(self._state, first_of_pair=True)
        elif word == "shptxt" or word == "dptxbxtext":
            self._begin_box()
        else:
            return word in _READ
        return True

    def _capture(self, kind: str, action: Callable[[], None]) -> None:
        self._state = replace(self._state, kind=kind)
        self._side = []
        self._at_end(action)

    def _use_default_font(self) -> None:
        self._state = replace(self._state, codec=self._fonts.get(self._default, self._page))

    def _set_marker(self) -> None:
        text = _joined("".join(self._side)).strip()
        self._paragraph.marker = text if any(char.isalnum() for char in text) else ""

    def _drop(self, step: str) -> None:
        self._aside.append(dropped(step, _joined(re.sub("<br>", " ", "".join(self._side)))))

    def _begin_note(self) -> None:
        outer, paragraph = self._story, self._paragraph
        self._story, self._paragraph = _Story(), _Paragraph()
        self._state = replace(self._state, raised=False, kind="text")

        def end() -> None:
            self._end_paragraph()
            self._end_table()
            body, self._story, self._paragraph = "".join(self._blocks()), outer, paragraph
            self._story.text.append(self._notes.mark(body))

        self._at_end(end)

    def _begin_box(self) -> None:
        """A text box: its blocks stand behind the paragraph in which it is anchored."""
        outer, paragraph = self._story, self._paragraph
        self._story, self._paragraph = _Story(), _Paragraph()

        def end() -> None:
            self._end_paragraph()
            self._end_table()
            blocks, self._story, self._paragraph = self._blocks(), outer, paragraph
            (self._story.cell if self._paragraph.in_table else self._story.boxes).extend(blocks)

        self._at_end(end)

    def _structure(self, word: str) -> None:
        story = self._story
        if word == "pard":
            # Word writes the number of a list item before the word that resets the paragraph.
            self._paragraph = _Paragraph(marker=self._paragraph.marker)
        elif word in ("cell", "nestcell"):
            self._end_paragraph(in_table=True)
            if word == "cell":
                story.row.append(f"<td>{''.join(story.cell)}</td>")
                story.cell = []
        elif word == "row":
            if story.row:
                story.table.append(f"<tr>{''.join(story.row)}</tr>")
            story.row = []
        elif word in ("par", "sect", "page"):
            self._end_paragraph()

    def _end_paragraph(self, *, in_table: bool = False) -> None:
        story, paragraph = self._story, self._paragraph
        content, story.text = _joined("".join(story.text)), []
        in_table = in_table or paragraph.in_table
        if not content.strip():
            return
        style = self._styles.get(paragraph.style, _Style())
        is_contents = _CONTENTS.match(style.name) is not None
        outline = paragraph.outline if paragraph.outline is not None else style.outline
        if in_table or is_contents:
            made = dropped("table of contents", content) if is_contents else f"<p>{content}</p>"
        elif outline is not None and outline < 9:
            made = heading(content, outline + 1, paragraph.marker or "")
        elif style.name == "title":
            made = tag("p", content, title=1)
        elif paragraph.marker is not None:
            depth = min(paragraph.level, 8) + 1
            made = "<ul>" * depth + tag("li", content, marker=paragraph.marker) + "</ul>" * depth
        else:
            made = f"<p>{content}</p>"
        if in_table:
            story.cell.append(made)
        else:
            self._end_table()
            story.blocks += [made, *story.boxes]
            story.boxes = []
        self._paragraph = replace(paragraph, marker=None)

    def _end_table(self) -> None:
        story = self._story
        if story.row or story.cell:  # a row that was not ended
            story.table.append(f"<tr>{''.join(story.row)}<td>{''.join(story.cell)}</td></tr>")
        if story.table:
            story.blocks.append(f"<table>{''.join(story.table)}</table>")
        story.table, story.row, story.cell = [], [], []

    def _format(self, word: str, number: int | None) -> None:
        state, on = self._state, number != 0
        if word == "f":
            self._font = number or 0
            if state.kind != "fonts":
                self._state = replace(state, codec=self._fonts.get(self._font, self._page))
        elif word == "fcharset" and state.kind == "fonts":
            self._fonts[self._font] = _CHARSETS.get(number or 0, self._page)
        elif word in ("ansicpg", "cpg") and number:
            self._code_page(word, number)
        elif word in ("mac", "pc", "pca"):
            self._page = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
            self._state = replace(state, codec=self._page)
        elif word == "deff":
            self._default = number or 0
        elif word == "plain":
            codec = self._fonts.get(self._default, self._page)
            self._state = replace(state, codec=codec, hidden="", raised=False)
        elif word == "uc":
            self._state = replace(state, skip=max(0, min(number if number is not None else 1, 8)))
        elif word == "msup" and state.kind == "text":
            self._state = replace(state, raised=True)
        elif word in ("super", "nosupersub", "sub", "up"):
            self._state = replace(state, raised=(word == "super" and on) or (word == "up" and bool(number)))
        elif word in _LEFT_OUT:
            step = _LEFT_OUT[word]
            self._state = replace(state, hidden=step if on else "")
        elif state.kind == "styles":
            self._style_sheet(word, number or 0)
        elif state.kind == "text":
            self._format_paragraph(word, number or 0)

    def _code_page(self, word: str, number: int) -> None:
        try:
            codec = codecs.lookup(f"cp{number}" if number != 65001 else "utf-8").name
        except LookupError:
            codec = {10000: "mac_roman", 10008: "gb18030", 54936: "gb18030", 10002: "big5hkscs", 10001: "cp932"}.get(
                number, "cp1252"
            )
        codec = {"gbk": "gb18030", "cp950": "big5hkscs"}.get(codec, codec)
        if word == "cpg":
            self._fonts[self._font] = codec
        else:
            self._page = codec
            self._state = replace(self._state, codec=codec)

    def _style_sheet(self, word: str, number: int) -> None:
        """Each style is a group that ends in its name."""
        if word == "s":
            self._style, self._side, self._outline = number, [], None
            self._at_end(self._end_style)
        elif word == "outlinelevel":
            self._outline = number

    def _end_style(self) -> None:
        name = _joined("".join(self._side)).strip().rstrip(";").lower()
        level = re.match(r"(?:heading|标题|標題) ?([1-9])\b", name)
        outline = self._outline if self._outline is not None else int(level[1]) - 1 if level else None
        self._styles[self._style] = _Style(name, outline)

    def _format_paragraph(self, word: str, number: int) -> None:
        if word == "s":
            self._paragraph.style = number
        elif word == "outlinelevel":
            self._paragraph.outline = number
        elif word == "intbl":
            self._paragraph.in_table = True
        elif word == "ilvl":
            self._paragraph.level = max(0, number)
        elif word == "ls" and self._paragraph.marker is None and number:
            self._paragraph.marker = ""


def _joined(text: str) -> str:
    """Join the halves of characters beyond U+FFFF, which are written one by one."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
