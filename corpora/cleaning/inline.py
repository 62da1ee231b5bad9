"""Turn the text of one element of a web page or DOCX file into paragraphs, keeping the positions of footnote marks.

While the text of a paragraph is collected, each footnote mark is represented by one noncharacter (`MARK`), so that it
keeps its position when text is trimmed and joined; `extract_marks` removes the marks at the end.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpora.document import FootnoteMark
from corpora.text.languages import join_lines
from corpora.text.markers import opens_with_marker, parse_marker
from corpora.text.scripts import HAN

__all__ = ["EDGE", "MARK", "RAISED", "TAB", "InlineText", "extract_marks", "split_paragraphs", "without_sentinels"]

MARK, RAISED = "\ufdd0", "\ufdd1"  # noncharacters of Unicode: never part of a text
#: A tab or a wide gap within a paragraph, which `corpora.cleaning.contents` needs to know; a blank afterwards.
TAB = "\ufdd2"
EDGE = f" \t\n\r\f\u00a0\u3000\u200b\ufeff{TAB}"
_SENTINELS = re.compile(f"([{MARK}{RAISED}])")
#: Control characters, noncharacters, and what only says where a word may be broken.
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0e-\x1f\xad\u2060{MARK}{RAISED}{TAB}\ufffe\uffff]")
_SPACE = re.compile(r"[ \t\r\f\n]+")  # what HTML collapses: not the no-break and the ideographic space
_ENDS = re.compile(r"[.!?:;。！？：；…”’」』）)]\s*$")
_STOPS = re.compile(r"(?<![ .][A-Za-z])(?<!\bNo)[.!?;。！？；…][”’」』）)\"']*\s*$")
_HAN = re.compile(f"[{HAN}]")
_TRANSLATED = 0.35  # English words to a Chinese character, from which lines are translations of each other
_WORD = re.compile(r"[A-Za-z]{2,}")
_INDENT = re.compile(r"[\u3000\u00a0]{2,}")
_GAP = re.compile(rf"[ \u00a0{TAB}]*(?:\u00a0{{3}}|{TAB})[ \u00a0{TAB}]*")
_BLANKS = re.compile(r" *\u00a0[\u00a0 ]+")
_MARK_BRACKETS = re.compile(rf"[\[(（〔［]\s*{MARK}\s*[\])）〕］]")
_MARK_SPACE = re.compile(rf"(?<![ \u00a0])[ \u00a0]+{MARK}(?=[\s{MARK},.;:!?，。；：！？、）)]|$)")


@dataclass(frozen=True, slots=True)
class InlineText:
    """A paragraph without sentinels: its text, the text with marks as printed, the marks, their positions in
    ``printed``, and the raised texts with their offsets in ``text``."""

    text: str
    printed: str
    marks: tuple[FootnoteMark, ...]
    spans: tuple[tuple[int, int], ...]
    raised: tuple[tuple[str, int], ...]


def without_sentinels(text: str) -> str:
    """``text`` without control characters and noncharacters."""
    return _FORBIDDEN.sub("", text)


def split_paragraphs(text: str, *, whole: bool = False, cell: bool = False) -> list[str]:
    """Split a text at the line breaks that end paragraphs, and join it at the others.

    A break ends a paragraph where a blank line follows, where the line ends a sentence, where the next line is
    indented, as Chinese pages write paragraphs within one element, or where the other language begins. With ``whole``
    all lines are one paragraph, as in headings. In a ``cell``, which breaks lines for want of room, only a full stop
    and the number of a provision or list item part them.
    """
    found = [""]
    lines = [_SPACE.sub(" ", line) for line in text.split("\n")]
    both = not whole and not cell and _holds_translations(lines)
    before = ""
    for line in lines:
        bare = line.strip(EDGE)
        if cell:
            ends = bool(_STOPS.search(before) and not bare[:1].islower()) or opens_with_marker(bare)
        else:
            ends = not before.strip(EDGE) or bool(_ENDS.search(before) or _INDENT.match(line.strip(" ")))
        if not whole and (ends or (both and _is_translation(before, line))):
            found.append(bare)
        elif bare:
            found[-1] = _joined(found[-1], bare, heading=whole or cell)
        before = line
    return [_around_marks(paragraph) for paragraph in found if paragraph]


def _holds_translations(lines: Sequence[str]) -> bool:
    """Whether lines without Chinese have numbers or say as much as the Chinese; within a sentence they are a quote."""
    sides = [_amounts(line) for line in lines]
    if any(words and not han and opens_with_marker(line) for line, (han, words) in zip(lines, sides, strict=True)):
        return True
    return sum(words for han, words in sides if not han) >= _TRANSLATED * sum(han for han, _ in sides)


def _is_translation(before: str, line: str) -> bool:
    """Whether of two lines one is Chinese only and the other has words, none of them Chinese, as on bilingual pages."""
    sides = _amounts(before), _amounts(line)
    return any(han > 1 and not words and not other and more > 1 for (han, words), (other, more) in (sides, sides[::-1]))


def _amounts(line: str) -> tuple[int, int]:
    """How many Chinese characters and Latin words ``line`` has."""
    return len(_HAN.findall(line)), len(_WORD.findall(line))


def _joined(before: str, line: str, *, heading: bool) -> str:
    """``before`` and the ``line`` below it; the number of a chapter on a line of its own stays apart from its title."""
    marker = parse_marker(before) if heading and before else None
    return f"{before} {line}" if marker and marker.end == len(before) else join_lines(before, line)


def _around_marks(text: str) -> str:
    """Remove the brackets around a mark, the space before it, and blanks in a row."""
    text = _MARK_SPACE.sub(MARK, _MARK_BRACKETS.sub(MARK, text)).strip(EDGE)
    return _BLANKS.sub(" ", _GAP.sub(TAB, text))


def extract_marks(paragraph: str, marks: Iterator[tuple[str, str]], raised: Iterable[str] = ()) -> InlineText:
    """Remove the sentinels: ``marks`` gives the number and printed form of each mark, ``raised`` the texts that follow
    the raised sentinels, both in order."""
    texts = iter(raised)
    clean: list[str] = []
    printed: list[str] = []
    found: list[FootnoteMark] = []
    spans: list[tuple[int, int]] = []
    ups: list[tuple[str, int]] = []
    at = seen = 0
    for part in _SENTINELS.split(paragraph):
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
