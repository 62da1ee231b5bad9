"""What the reader of PDFs makes of lines: footnote marks as data, notes, heads, listings, and what it refuses."""

import re
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from corpora.cleaning.pipeline import CleaningResult
from corpora.document import BlockKind, Line
from corpora.errors import DamagedInput, EmptyInput, ProtectedInput
from corpora.readers.pdf import reader
from corpora.readers.pdf.glyphs import Glyph, PageGlyphs
from tests.corpora.readers.typeset import glyphs, run, set_line
from tests.data import cases

CASES = cases("pdf_marks")


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read pages of runs; give back the text and the lines that go on to the cleaning."""

    def read(*pages: list[list[Glyph]], turned: str = "") -> tuple[reader.PdfText, list[Line]]:
        found: list[Line] = []

        def clean(lines: tuple[Line, ...], language: str, profile: str) -> CleaningResult:
            found.extend(lines)
            return CleaningResult(())

        made = [PageGlyphs(600, 1000, tuple(tuple(one) for one in page), turned, 0) for page in pages]
        monkeypatch.setattr(reader, "_glyphs", lambda data, name: (made, ()))
        monkeypatch.setattr(reader, "blocks_from_lines", clean)
        return reader.read_pdf(b"", "made.pdf", language="en"), found

    return read


def _note_of(line: Line) -> str:
    """A line, the number of the note that it opens shown bare."""
    number = re.sub(r"[^\w*†‡]", "", line.text[: line.opens].translate(reader._LOWER))
    return f"{number} {line.text[line.opens :]}" if line.opens else line.text


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_marks(case: dict[str, Any], laid: Any) -> None:
    most = "Most of the document is set in the size of this line, which says nothing else."
    pages = [[*[run(*parts) for parts in page], run((most, 0, 500))] for page in case["pages"]]
    _, lines = laid(*pages)
    found = [
        [_note_of(line), [[mark.number, mark.offset] for mark in line.marks]] for line in lines if line.text != most
    ]
    assert found == case["expected"]


def test_the_original_contains_every_line_and_the_changes_refer_to_it(laid: Any) -> None:
    page = [
        run(("Journal 1", 0, 50)),
        run(("Some words", 0, 300), ("1", 50, 296, 6), (" here", 53, 300)),
        run(("Words that are longer than that.", 0, 312)),
        run(("1 See annex.", 0, 600, 8)),
    ]
    other = [run(("Journal 2", 0, 50)), run(("Words on another page.", 0, 300))]
    text, lines = laid(page, other, turned="DRAFT")
    assert text.original.split("\n") == [
        "Journal 1", "Some words1 here", "Words that are longer than that.", "1 See annex.", "Journal 2",
        "Words on another page.",
    ]  # fmt: skip
    assert [(change.step, change.action, change.text, change.page) for change in text.changes] == [
        ("running heads", "dropped", "Journal 1", 1), ("footnote marks", "mark", "1", 1),
        ("running heads", "dropped", "Journal 2", 2), ("turned text", "dropped", "DRAFT", 1),
        ("turned text", "dropped", "DRAFT", 2),
    ]  # fmt: skip
    heads = [change for change in text.changes if change.step == "running heads"]
    assert all(text.original[change.start : change.end] == change.text for change in heads)
    assert text.original[text.changes[1].start : text.changes[1].end] == "Some words1 here"
    assert [(text.original[line.start : line.end].replace("1 h", " h"), line.page) for line in lines] == [
        (line.text, line.page) for line in lines
    ]
    assert [line.page for line in lines] == [1, 1, 1, 2]
    assert text.changes[-1].start == len(text.original) + 1


def test_lines_are_full_by_the_next_line_of_their_size(laid: Any) -> None:
    long, short = "Words of a line that is as long as others", "Short"
    page = [
        run((long, 0, 300)),
        run((long, 0, 312)),
        run(("1 See annex of this text.", 0, 600, 8)),
    ]
    _, lines = laid(page, [run((short, 0, 300)), run((long, 0, 312))])
    edge = lines[0].right
    assert [line.right == edge for line in lines] == [True, True, False, False, True]


def test_a_listing_and_a_table_are_read_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    text = [run(("Those who take part in the work are asked to say what they need.", 0, 200 + 12 * at)) for at in
            range(6)]  # fmt: skip
    page = [
        run(("Head 3", 0, 40)),
        *text[:3],
        glyphs("for x in y:", 0, 260, 9, mono=True), glyphs("print(x)", 18, 271, 9, mono=True),
        *[run((cell, left, base)) for base in (300, 314) for cell, left in (("one", 0), ("two", 100))],
        *[[Glyph(g.char, g.left, g.right, g.base + 150, g.size) for g in one] for one in text[3:]],
        glyphs("make", 0, 450, 9, mono=True),
    ]  # fmt: skip
    made = [PageGlyphs(600, 1000, tuple(tuple(one) for one in [run((f"Head {n}", 0, 40)), *page[1:]]), "", 0)
            for n in (3, 4)]  # fmt: skip
    monkeypatch.setattr(reader, "_glyphs", lambda data, name: (made, ()))
    read = reader.read_pdf(b"", "made.pdf", language="en")
    kinds = [block.kind for block in read.blocks if block.page == 1]
    text3 = [BlockKind.PARAGRAPH] * 3
    assert kinds == [*text3, BlockKind.CODE, *[BlockKind.CELL] * 4, *text3, BlockKind.CODE]
    assert [block.id for block in read.blocks] == list(range(len(read.blocks)))
    code, cell = read.blocks[3], read.blocks[5]
    assert read.original[code.start : code.end] == "for x in y:\nprint(x)"
    assert code.text == "for x in y:\n    print(x)"
    assert (read.original[cell.start : cell.end], cell.text, cell.page) == ("two", "two", 1)


class Document:
    """A PDF as pypdfium2 opens it, of pages that glyphs are given for."""

    def __init__(self, pages: list[Any]) -> None:
        self.pages, self.closed = pages, False

    def __len__(self) -> int:
        return len(self.pages)

    def __getitem__(self, at: int) -> Any:
        return self

    def get_objects(self, filter: list[int], max_depth: int) -> list[str]:  # noqa: A002 - pypdfium2's word
        assert max_depth >= 3
        return ["picture"] if self.current == "picture" else []

    def close(self) -> None:
        self.closed = True


def refused_or_warned(pages: list[Any], monkeypatch: pytest.MonkeyPatch, tail: bytes = b"%%EOF") -> tuple[str, ...]:
    """The warnings for pages of (letters, characters without meaning), "picture" or an error."""
    document = Document(pages)
    numbers = iter(range(len(pages)))

    def glyphs_of(page: Any) -> PageGlyphs:
        one = document.current = pages[next(numbers)]
        if isinstance(one, Exception):
            raise one
        letters, unmapped = (0, 0) if one == "picture" else one
        runs = (tuple(glyphs("x" * letters)),) if letters else ()
        return PageGlyphs(600, 800, runs, "", unmapped)

    monkeypatch.setattr(pypdfium2, "PdfDocument", lambda data: document)
    monkeypatch.setattr(reader, "glyphs_of", glyphs_of)
    try:
        return reader._glyphs(tail, "x.pdf")[1]
    finally:
        assert document.closed


@pytest.mark.parametrize(
    ("pages", "error", "message"),
    [
        ([], EmptyInput, "x.pdf contains no text"),
        ([(0, 0)], EmptyInput, "x.pdf contains no text"),
        (["picture"], ProtectedInput, "is a scan"),
        ([(0, 1), "picture"], ProtectedInput, "does not say which characters"),
        ([(69, 31)], ProtectedInput, "does not say which characters"),
        ([(5, 0), pypdfium2.PdfiumError("x")], DamagedInput, "page 2 cannot be read"),
    ],
)
def test_what_is_refused(pages: list[Any], error: Any, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(error, match=message):
        refused_or_warned(pages, monkeypatch)


@pytest.mark.parametrize(
    ("pages", "warnings"),
    [
        ([(5, 0)], []),
        ([(5, 0), (0, 0)], []),
        ([(70, 30)], ["x.pdf: 30 characters have no meaning in their fonts and were left out"]),
        ([(70, 1)], ["x.pdf: 1 character has no meaning in its font and was left out"]),
        ([(5, 0), "picture"], ["x.pdf: pictures without text on page 2 were not read"]),
        (["picture", (5, 0), "picture"], ["x.pdf: pictures without text on pages 1, 3 were not read"]),
        ([(5, 0), *["picture"] * 10], [f"x.pdf: pictures without text on pages {', '.join(map(str, range(2, 12)))} "
                                       "were not read"]),
        ([(5, 0), *["picture"] * 11], [f"x.pdf: pictures without text on pages {', '.join(map(str, range(2, 12)))}, … "
                                       "were not read"]),
    ],
)  # fmt: skip
def test_what_is_warned_of(pages: list[Any], warnings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(refused_or_warned(pages, monkeypatch)) == warnings


@pytest.mark.parametrize(
    ("tail", "whole"),
    [
        (b"%%EOF", True), (b"%%EOF" + b"\0" * 4091, True), (b"%%EOF" + b"\0" * 4092, False),
        (b"startxref\n9\n", True), (b"trailer", False),
    ],
)  # fmt: skip
def test_the_end_of_a_file_is_sought_in_its_last_bytes(
    tail: bytes, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if whole:
        assert refused_or_warned([(5, 0)], monkeypatch, tail) == ()
    else:
        with pytest.raises(DamagedInput, match="its end is missing"):
            refused_or_warned([(5, 0)], monkeypatch, tail)


def test_lines_that_are_not_chosen_are_skipped() -> None:
    pages = [[set_line(text, 0, 100.0 + 12 * at) for at, text in enumerate(texts)] for texts in ("abcd", "ef")]
    found = reader._skipped(pages, [{0}, set()], lambda lines: [line for line in lines if line.text in "bdf"])
    assert found == [{2}, {0}], "running heads are left out elsewhere"
    half = reader._skipped(
        [[set_line("left right")]], [set()], lambda lines: [replace(lines[0], text="right", start=5)]
    )
    assert half == [set()]
