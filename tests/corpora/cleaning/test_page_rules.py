"""The rules that distinguish what is on a page: each case fails without its rule, or must stay untouched by it."""

import importlib
import pkgutil
import re
from dataclasses import is_dataclass
from typing import Any

import pytest

from corpora import cleaning
from corpora.cleaning import columns, footnote_marks, footnotes, furniture, margins, pipeline
from corpora.cleaning.joining import JoinedText
from corpora.cleaning.layout import LayoutLine, rows_of
from corpora.document import FootnoteMark, Line
from tests.corpora.cleaning.pages import FILL, laid_out, lines_of
from tests.data import cases

RUNNING = {line for lines in FILL.values() for line in lines}


def every(name: str) -> list[Any]:
    """The cases of a file; one with ``each`` is a case for each of its values, put in the place of "@"."""
    return [
        pytest.param(_filled(case, value), id=case["label"] if value is None else f"{case['label']}: {value}")
        for case in cases(name)
        for value in case.get("each", [None])
    ]


def _filled(given: Any, value: str | None) -> Any:
    if isinstance(given, str):
        return given if value is None else given.replace("@", value)
    if isinstance(given, list):
        return [_filled(one, value) for one in given]
    if isinstance(given, dict):
        return {key: one if key == "each" else _filled(one, value) for key, one in given.items()}
    return given


@pytest.mark.parametrize("case", every("cleaning_furniture"))
def test_furniture(case: dict[str, Any]) -> None:
    rows, layout = laid_out(case)
    found = furniture.find_furniture(rows, layout, case.get("profile", "plain"))
    listed = [
        [row.text, item.step] if item.page is None else [row.text, item.step, item.page]
        for row, item in zip(rows, found, strict=True)
        if item is not None
    ]
    assert listed == case["expected"]
    assert all(item.ends_page == (item.step not in ("rules", "document symbols")) for item in found if item)


@pytest.mark.parametrize("case", every("cleaning_footnotes"))
def test_footnotes(case: dict[str, Any]) -> None:
    """Footnotes as [area, number, text]; the body without running text, "|" before a row that follows a cut."""
    rows, layout = laid_out(case)
    found = furniture.find_furniture(rows, layout, case.get("profile", "plain"))
    body, notes = footnotes.take_footnotes(rows, found, layout)
    shown = [[note.area, note.number, " ".join([r.text for r in note.rows])[note.skip :]] for note in notes]
    assert shown == case["expected"]
    if "body" in case:
        seen = [("|" if row.cut else "") + ("" if row.text in RUNNING else row.text) for row in body]
        assert [text for text in seen if text] == case["body"]


@pytest.mark.parametrize("case", every("cleaning_footnote_marks"))
def test_footnote_marks(case: dict[str, Any]) -> None:
    """The text with every mark in ⟦⟧; a line "[form] number" is a footnote, "---" ends a footnote area."""
    texts, notes, start, area = [], [], 0, 0
    for line in case["text"]:
        head = re.match(r"\[(\w+)\] (\S+)", line)
        if line == "---":
            area += 1
        elif head:
            row = LayoutLine(Line(line, start, start + len(line)), line, 0, 0, 0)
            notes.append(footnotes.Footnote(head[2], head[1], (row,), 0, area))
        else:
            clean = re.sub(r"{\w+}", "", line)
            marks, shift = [], 0
            for raised in re.finditer(r"{(\w+)}", line):
                marks.append(FootnoteMark(raised[1], raised.start() - shift))
                shift += len(raised[0])
            texts.append(JoinedText(clean, tuple(marks), ((0, start),)))
        start += len(line) + 1
    found = footnote_marks.find_marks(texts, notes, spaced=case.get("spaced", False))
    texts, notes, found = footnote_marks.counted_through(texts, notes, found)
    shown = []
    for index, text in enumerate(texts):
        clean, marks = footnote_marks.without_marks(text, [mark for mark in found if mark.index == index])
        for mark in reversed(marks):
            clean = f"{clean[: mark.offset]}⟦{mark.number}⟧{clean[mark.offset :]}"
        shown.append(clean)
    assert shown == case["expected"]
    if "notes" in case:
        assert [note.number for note in notes] == case["notes"]


@pytest.mark.parametrize("case", every("cleaning_columns"))
def test_columns(case: dict[str, Any]) -> None:
    """Each row as its text, with what differs from a row of a page in one column in front."""
    text = "\n".join(line["text"] if isinstance(line, dict) else line for line in case["lines"])
    rows = columns.in_reading_order(rows_of(lines_of(case["lines"], case.get("size"))))
    shown = [
        f"{'|' if row.cut else ''}{'^' * round(row.gap)}{'>' * round(row.indent)}{row.text}" for row in rows
    ]  # fmt: skip
    assert shown == case["expected"]
    if text.isascii():
        assert all(row.right - row.indent == len(row.text.replace("\t", "   ")) for row in rows if "  " not in row.text)
    if "size" not in case:
        assert all(text[row.line.start : row.line.end].strip() == row.text for row in rows)


@pytest.mark.parametrize("case", every("cleaning_margins"))
def test_margins(case: dict[str, Any]) -> None:
    rows = rows_of(lines_of(case["lines"], case.get("size")))
    moved = margins.align_margins(rows)
    assert [round(row.indent) for row in moved] == case["expected"]
    assert all(b.right - b.indent == a.right - a.indent for a, b in zip(rows, moved, strict=True))


@pytest.mark.parametrize("case", every("cleaning_pipeline"))
def test_pipeline(case: dict[str, Any]) -> None:
    """Blocks as [page, kind, marker, text with its marks in ⟦⟧], changes as [step, action, text, start]."""
    lines = lines_of(case["lines"], case.get("size"))
    read = pipeline.blocks_from_lines(lines, case.get("language", "en-US"), case.get("profile", "plain"))
    text = ""
    for line in lines:
        text = text.ljust(line.start, "\n") + line.text
    moved = [change for change in read.changes if change.action != "moved"]
    for printed, one in [*((block.full_text, block) for block in read.blocks), *((one.text, one) for one in moved)]:
        origin = re.sub(r"\W", "", text[one.start : one.end])
        assert origin.startswith(re.sub(r"\W", "", printed)[:3])
        assert origin.endswith(re.sub(r"\W", "", printed)[-3:])
    assert all(block.level == 0 for block in read.blocks if block.kind.value == "footnote")
    if "blocks" in case:
        assert [_shown(block) for block in read.blocks if block.text not in RUNNING] == case["blocks"]
    if "changes" in case:
        assert [[c.step, c.action, c.text, c.start, c.page] for c in read.changes] == case["changes"]


def _shown(block: Any) -> list[Any]:
    text = block.text
    for mark in reversed(block.marks):
        text = f"{text[: mark.offset]}⟦{mark.number}⟧{text[mark.offset :]}"
    return [block.page, block.kind.value, block.marker, text]


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(cleaning.__path__)])
def test_values_are_frozen_and_have_slots(name: str) -> None:
    module = importlib.import_module(f"corpora.cleaning.{name}")
    values = [one for one in vars(module).values() if is_dataclass(one) and one.__module__ == module.__name__]
    assert all(one.__dataclass_params__.frozen and "__slots__" in vars(one) for one in values)
