"""Text of one element on its way to a block: cut and joined at line breaks, footnote marks carried along.

While the text of a paragraph is gathered, each footnote mark stands in it as one noncharacter (`MARK`), so that
trimming and joining cannot move it against its words; `settled` takes the marks out at the end. Web pages and DOCX
share this.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpora.document import FootnoteMark
from corpora.text.scripts import CJK

__all__ = ["EDGE", "MARK", "RAISED", "InlineText", "pieces", "settled", "without_sentinels"]

MARK, RAISED = "\ufdd0", "\ufdd1"  # noncharacters of Unicode: never part of a text
EDGE = " \t\n\r\f\u00a0\u3000\u200b\ufeff"
_SENTINELS = re.compile(f"([{MARK}{RAISED}])")
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0e-\x1f{MARK}{RAISED}\ufffe\uffff]")
_SPACE = re.compile(r"[ \t\r\f\n]+")  # what HTML collapses: neither the no-break nor the ideographic space
_ENDS = re.compile(r"[.!?:;。！？：；…”’」』）)]\s*$")
_INDENT = re.compile(r"[\u3000\u00a0]{2,}")
_WIDE = re.compile(f"[{CJK}“”‘’—…]")
_MARK_BRACKETS = re.compile(rf"[\[(（〔［]\s*{MARK}\s*[\])）〕］]")
_MARK_SPACE = re.compile(rf"[ \u00a0]+{MARK}(?=[\s{MARK},.;:!?，。；：！？、）)]|$)")


@dataclass(frozen=True, slots=True)
class InlineText:
    """A piece without sentinels: its text, the text with marks as printed, the marks, where these stand in
    ``printed``, and the raised texts with their offsets in ``text``."""

    text: str
    printed: str
    marks: tuple[FootnoteMark, ...]
    spans: tuple[tuple[int, int], ...]
    raised: tuple[tuple[str, int], ...]


def without_sentinels(text: str) -> str:
    """``text`` without what no text may hold: control characters, noncharacters."""
    return _FORBIDDEN.sub("", text)


def pieces(text: str, *, whole: bool) -> list[str]:
    """Cut a text at its line breaks where they end paragraphs, join it at the others, and trim the pieces.

    A break ends a paragraph when another follows at once, when the line before ends a sentence, or when the line
    behind is indented, as Chinese pages set paragraphs within one element. ``whole`` keeps headings and cells in one.
    """
    found = [""]
    lines = [_SPACE.sub(" ", line) for line in text.split("\n")]
    for before, line in zip([None, *lines], lines, strict=False):
        bare = line.strip(EDGE)
        ends = before is not None and (
            not before.strip(EDGE) or bool(_ENDS.search(before)) or bool(_INDENT.match(line.strip(" ")))
        )
        if before is None or (ends and not whole):
            found.append(bare)
        elif bare:
            found[-1] = _joined(found[-1], bare)
    return [_around_marks(piece) for piece in found if piece]


def _joined(before: str, line: str) -> str:
    wide = bool(before and _WIDE.match(before[-1]) and _WIDE.match(line[0]))
    return f"{before}{line}" if wide or not before else f"{before} {line}"


def _around_marks(text: str) -> str:
    """Take the brackets around a mark and the space before it out of the text."""
    return _MARK_SPACE.sub(MARK, _MARK_BRACKETS.sub(MARK, text)).strip(EDGE)


def settled(piece: str, marks: Iterator[tuple[str, str]], raised: Iterable[str] = ()) -> InlineText:
    """Take the sentinels out of ``piece``: ``marks`` gives number and printed form of each mark, ``raised`` the
    texts that the raised sentinels stand before, both in order."""
    texts = iter(raised)
    clean: list[str] = []
    printed: list[str] = []
    found: list[FootnoteMark] = []
    spans: list[tuple[int, int]] = []
    ups: list[tuple[str, int]] = []
    at = seen = 0
    for part in _SENTINELS.split(piece):
        if part == MARK:
            number, shown = next(marks)
            found.append(FootnoteMark(number, at))
            spans.append((seen, seen + len(shown)))
            printed.append(shown)
            seen += len(shown)
        elif part == RAISED:
            ups.append((next(texts), at))
        else:
            clean.append(part)
            printed.append(part)
            at, seen = at + len(part), seen + len(part)
    return InlineText("".join(clean), "".join(printed), tuple(found), tuple(spans), tuple(ups))
