"""PDFs made for the purpose (columns, heads, raised notes, listings, tables, turned pages) and two real books."""

import re
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz, process
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from corpora.document import BlockKind, Document
from corpora.errors import ProtectedInput
from corpora.readers.reading import read
from tests.data import cases

ZH, EN = "STSong-Light", "Times-Roman"
SENTENCES = {
    EN: "The Conference of the States Parties recalls that the return of proceeds is a fundamental principle of the "
    "Convention and that parties are to afford one another the widest measure of cooperation in this regard. ",
    ZH: "缔约国会议回顾返还腐败行为产生的非法来源资产是公约的一项基本原则，"
    "并回顾缔约国有义务相互提供最广泛的合作和协助。",
}
PROSE = (
    "Those who take part in the work are asked to say early what they need, so that whoever prepares the meeting "
    "can see to it in time and nobody has to wait for papers that lie ready in another room of the same house. "
)
NUMBER = {EN: "{}. ", ZH: "{}．"}

pdfmetrics.registerFont(UnicodeCIDFont(ZH))


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """Lines no wider than ``width``, ragged on the right, broken as typesetters do."""
    tokens = re.findall(r"\S+\s*", text) if font == EN else re.findall(r".[，。、；：]?", text)
    lines = [""]
    for token in tokens:
        if lines[-1] and pdfmetrics.stringWidth((lines[-1] + token).rstrip(), font, size) > width:
            lines.append("")
        lines[-1] += token
    return [line.rstrip() for line in lines]


def paragraphs(font: str, count: int) -> list[str]:
    return [(NUMBER[font].format(n) + SENTENCES[font] * (1 + n % 3)).strip() for n in range(1, count + 1)]


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Document]:
    def make(draw: Callable[[Canvas], None], **options: str) -> Document:
        path = tmp_path / "made.pdf"
        canvas = Canvas(str(path), pagesize=(595, 842))
        draw(canvas)
        canvas.save()
        return read(path, **options)  # type: ignore[arg-type]

    return make


def draw_columns(canvas: Canvas, font: str, texts: list[str]) -> None:
    """Two columns, a running head, a page number at the foot."""
    lines = [(line, not at) for text in texts for at, line in enumerate(wrapped(text, font, 10, 220))]
    page = 0
    while lines:
        page += 1
        canvas.setFont(EN, 9)
        canvas.drawString(60, 800, "Journal of Treaties 7 (2017)")
        canvas.drawCentredString(297, 40, f"- {page} -")
        for left in (60, 315):
            y = 760.0
            while y > 80 and lines:
                line, first = lines.pop(0)
                y -= 19 if first else 13
                canvas.setFont(font, 10)
                canvas.drawString(left, y, line)
        canvas.showPage()


@pytest.mark.parametrize("font", [EN, ZH])
def test_columns_are_read_one_by_one_and_heads_go(font: str, made: Callable[..., Document]) -> None:
    texts = paragraphs(font, 30)
    document = made(lambda canvas: draw_columns(canvas, font, texts))
    assert [block.full_text.replace(" ", "") for block in document.blocks] == [text.replace(" ", "") for text in texts]
    heads = [change.text for change in document.changes if change.step == "running heads"]
    assert {"Journal of Treaties 7 (2017)", "- 1 -", "- 2 -"} <= set(heads)
    assert all(document.original[change.start : change.end] == change.text for change in document.changes
               if change.step == "running heads")  # fmt: skip
    assert document.blocks[0].page == 1
    assert document.blocks[-1].page == max(change.page or 0 for change in document.changes)


@pytest.mark.parametrize("case", cases("pdf_headings"), ids=lambda case: case["label"])
def test_titles_and_small_print_above_the_text(case: dict[str, Any], made: Callable[..., Document]) -> None:
    """Lines as [text, size, step from the line above, "left" or "middle"], above paragraphs of running text."""
    font = EN if case["lines"][0][0].isascii() else ZH
    texts = [SENTENCES[font].strip()] * 4

    def draw(canvas: Canvas) -> None:
        y = 760.0
        for text, size, step, place in case["lines"]:
            y -= step
            canvas.setFont(font, size)
            if place == "middle":
                canvas.drawCentredString(297, y, text)
            else:
                canvas.drawString(90, y, text)
        canvas.setFont(font, 11)
        for text in texts:
            y -= 14
            for line in wrapped(text, font, 11, 415):
                y -= 17
                canvas.drawString(90, y, line)

    document = made(draw)
    assert [block.full_text for block in document.blocks] == [*case["expected"], *texts]


def draw_notes(canvas: Canvas, font: str, texts: list[str]) -> None:
    """One column with indented paragraphs, a raised number behind each, its note in small print at the foot."""
    number = 0
    for page in range(0, len(texts), 6):
        canvas.setFont(EN, 8)
        canvas.drawRightString(505, 36, f"V.17-08927 {page // 6 + 1}/{-(-len(texts) // 6)}")
        y, notes = 760.0, []
        for text in texts[page : page + 6]:
            number += 1
            notes.append(number)
            canvas.setFont(font, 10.5)
            lines = wrapped("\u3000\u3000" + text if font == ZH else text, font, 10.5, 415)
            for at, line in enumerate(lines):
                y -= 15
                canvas.drawString(90 + (20 if not at and font == EN else 0), y, line)
            canvas.setFont(font, 6)
            canvas.drawString(90 + pdfmetrics.stringWidth(lines[-1], font, 10.5), y + 4, str(number))
        for at, note in enumerate(reversed(notes)):
            canvas.setFont(font, 5)
            canvas.drawString(96, 63 + 11 * at, str(note))
            canvas.setFont(font, 8)
            canvas.drawString(
                99 + 2 * len(str(note)), 60 + 11 * at, f"{'参见附件' if font == ZH else 'See annex'} {note}."
            )
        canvas.showPage()


@pytest.mark.parametrize("font", [EN, ZH])
def test_raised_numbers_are_marks_and_small_print_is_notes(font: str, made: Callable[..., Document]) -> None:
    opening = "Under item {} " if font == EN else "在项目{}下，"
    texts = [opening.format(n) + (SENTENCES[font] * (1 + n % 2)).strip() for n in range(18)]
    document = made(lambda canvas: draw_notes(canvas, font, texts))
    body = [block for block in document.blocks if block.kind is not BlockKind.FOOTNOTE]
    notes = [block for block in document.blocks if block.kind is BlockKind.FOOTNOTE]
    assert [block.text.strip() for block in body] == texts
    assert [(mark.number, mark.offset) for block in body for mark in block.marks] == [
        (str(number), len(text)) for number, text in enumerate(texts, 1)
    ]
    assert [note.marker for note in notes] == [str(number) for number in range(1, 19)]
    assert notes[0].text == ("参见附件 1." if font == ZH else "See annex 1.")


def test_listings_keep_lines_and_tables_are_cells(made: Callable[..., Document]) -> None:
    def draw(canvas: Canvas) -> None:
        y = 780.0
        for line in wrapped(PROSE * 8, EN, 10, 440):
            canvas.setFont(EN, 10)
            canvas.drawString(72, y, line)
            y -= 12
        y -= 10
        for line in ("for name in names:", "    print(name)", "print('done')"):
            canvas.setFont("Courier", 9)
            canvas.drawString(80, y, line)
            y -= 11
        y -= 10
        for row in (("Section", "Description"), ("One", "User commands"), ("Two", "System calls")):
            canvas.setFont(EN, 10)
            for x, cell in zip((72, 220), row, strict=True):
                canvas.drawString(x, y, cell)
            y -= 14
        y -= 10
        for line in wrapped(PROSE * 8, EN, 10, 440):
            canvas.drawString(72, y, line)
            y -= 12

    document = made(draw)
    assert [block.kind for block in document.blocks] == [
        BlockKind.PARAGRAPH,
        BlockKind.CODE,
        *[BlockKind.CELL] * 6,
        BlockKind.PARAGRAPH,
    ]
    assert document.blocks[1].text == "for name in names:\n    print(name)\nprint('done')"
    assert [block.text for block in document.blocks[2:8]] == [
        "Section", "Description", "One", "User commands", "Two", "System calls",
    ]  # fmt: skip
    assert document.blocks[0].text == (PROSE * 8).strip()


def test_turned_pages_are_read_and_watermarks_are_not(made: Callable[..., Document]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageSize((842, 595))
        canvas.setPageRotation(90)
        canvas.rotate(90)
        canvas.setFont(EN, 10)
        for at, line in enumerate(wrapped(PROSE * 3, EN, 10, 400)):
            canvas.drawString(80, -80 - 12 * at, line)
        canvas.rotate(45)
        canvas.setFont(EN, 40)
        canvas.drawString(100, -300, "DRAFT")

    document = made(draw)
    assert [block.text for block in document.blocks] == [(PROSE * 3).strip()]
    assert [change.text for change in document.changes if change.step == "turned text"] == ["DRAFT"]


def test_hyphens_at_line_ends_are_removed(made: Callable[..., Document]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(EN, 10)
        lines = (
            "The Conference decided that international cooperation is to be strengthened and that inter-",
            "national organizations are to take part in the work as observers where this is found useful.",
        )
        for at, line in enumerate([*lines, *wrapped(PROSE * 4, EN, 10, 372)]):
            canvas.drawString(72, 760 - 12 * at, line)

    assert "that international organizations are" in made(draw).blocks[0].text


def test_a_scan_is_refused(made: Callable[..., Document]) -> None:
    from PIL import Image

    buffer = BytesIO()
    Image.new("L", (60, 80), 200).save(buffer, "PNG")

    def draw(canvas: Canvas) -> None:
        for _ in range(2):
            canvas.drawImage(ImageReader(BytesIO(buffer.getvalue())), 0, 0, 595, 842)
            canvas.showPage()

    with pytest.raises(ProtectedInput, match="is a scan"):
        made(draw)


def test_a_scanned_page_among_others_is_warned_of(made: Callable[..., Document]) -> None:
    from PIL import Image

    buffer = BytesIO()
    Image.new("L", (60, 80), 200).save(buffer, "PNG")

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 720, "The Conference adopted the following resolution.")
        canvas.showPage()
        canvas.drawImage(ImageReader(BytesIO(buffer.getvalue())), 0, 0, 595, 842)

    assert "page 2" in made(draw).warnings[0]


def plain(text: str) -> str:
    text = re.sub(r"\[\d+\]|\s+", "", text)
    return text.translate(str.maketrans("“”‘’", "\"\"''"))


@pytest.mark.real
@pytest.mark.slow
def test_a_real_book(shared: Path) -> None:
    folder = shared / "data" / "maint-guide"
    rows = [line.split("\t") for line in (folder / "gold.tsv").read_text("utf-8").splitlines()[1:]]
    gold = [row for row in rows if row[1] == "p" and min(len(row[2]), len(row[3])) >= 30]
    alike: list[list[bool]] = []
    for language, column in (("zh", 2), ("en", 3)):
        found = [plain(block.text) for block in read(folder / f"{language}.pdf").blocks]
        best = [process.extractOne(plain(row[column]), found, scorer=fuzz.ratio, score_cutoff=90) for row in gold]
        alike.append([one is not None for one in best])
    both = sum(zh and en for zh, en in zip(*alike, strict=True))
    assert both >= 0.8 * len(gold)


ITEMS = {
    EN: [
        f"{word} {SENTENCES[EN] * 2}".strip()
        for word in "Noting Urges Invites Stresses Calls Takes Welcomes Aims".split()
    ],
    ZH: [f"{word}，{SENTENCES[ZH] * 2}" for word in "注意到 促请 邀请 强调 吁请 审议 欢迎 旨在".split()],
}


def draw_resolution(canvas: Canvas, font: str, notes: range, dot: str) -> None:
    """Lettered paragraphs, first lines far in, a raised number in mid-line; on page two a number of page one again."""
    number = 0
    for page in range(2):
        y = 770.0
        for item, letter in enumerate("abcd"):
            whole = f"({letter}) {ITEMS[font][page * 4 + item]}"
            first = wrapped(whole, font, 10.5, 325)[0]
            lines = [first, *wrapped(whole[len(first) :].strip(), font, 10.5, 380)]
            for at, text in enumerate(lines):
                x, y = 90 + (55 if at == 0 else 0), y - (22 if at == 0 else 15)
                if at == 1:
                    mark = str(notes[number]) if item < 3 else str(notes[0])
                    number += item < 3
                    head = text[: text.index(" ")] if font == EN else text[:6]
                    tail = text[len(head) :]
                    for piece, size, up in ((head, 10.5, 0), (mark, 6.5, 4), (tail, 10.5, 0)):
                        canvas.setFont(font, size)
                        canvas.drawString(x, y + up, piece)
                        x += pdfmetrics.stringWidth(piece, font, size)
                else:
                    canvas.setFont(font, 10.5)
                    canvas.drawString(x, y, text)
        canvas.setFont(font, 8)
        for row, note in enumerate(notes[page * 3 : page * 3 + 3]):
            canvas.drawString(96, 100 - 11 * row, f"{note}{dot} {'同上。' if font == ZH else 'Ibid.'}")
        canvas.showPage()


@pytest.mark.parametrize("font", [EN, ZH])
@pytest.mark.parametrize("dot", ["", "."])
def test_deep_first_line_indents_and_marks_in_mid_line(font: str, dot: str, made: Callable[..., Document]) -> None:
    document = made(lambda canvas: draw_resolution(canvas, font, range(9, 15), dot))
    body = [block for block in document.blocks if block.kind is not BlockKind.FOOTNOTE]
    notes = [block for block in document.blocks if block.kind is BlockKind.FOOTNOTE]
    assert [block.text for block in body] == ITEMS[font]
    assert [block.marker for block in body] == [f"({letter})" for letter in "abcd"] * 2
    assert [mark.number for block in body for mark in block.marks] == ["9", "10", "11", "9", "12", "13", "14", "9"]
    assert [(block.marker, block.text) for block in notes] == [
        (str(note), "同上。" if font == ZH else "Ibid.") for note in range(9, 15)
    ]


def test_feet_of_left_and_right_pages_are_mirrored(made: Callable[..., Document]) -> None:
    texts = ITEMS[EN][:3]

    def draw(canvas: Canvas) -> None:
        for number, text in enumerate(texts, 1):
            for at, row in enumerate(wrapped(text, EN, 10.5, 400)):
                canvas.setFont(EN, 10.5)
                canvas.drawString(90, 760 - 15 * at - 40 * number, row)
            canvas.setFont(EN, 8)
            pieces = ["V.18-00227", f"{number}/3"]
            canvas.drawString(90, 36, pieces[number % 2 - 1])
            canvas.drawRightString(505, 36, pieces[number % 2])
            canvas.showPage()

    assert [block.full_text for block in made(draw).blocks] == texts


def test_columns_continue_on_a_last_page_of_a_few_lines(made: Callable[..., Document]) -> None:
    texts = paragraphs(EN, 12)
    lines = [(line, not at) for text in texts for at, line in enumerate(wrapped(text, EN, 10, 220))]
    cuts = [0, (len(lines) - 6) // 2, len(lines) - 6, len(lines) - 3, len(lines)]
    columns = [lines[start:end] for start, end in pairwise(cuts)]

    def draw(canvas: Canvas) -> None:
        for number, column in enumerate(columns):
            y = 760.0
            canvas.setFont(EN, 10)
            for line, first in column:
                y -= 19 if first else 13
                canvas.drawString(315 if number % 2 else 60, y, line)
            if number == 1:
                canvas.showPage()

    assert [block.full_text for block in made(draw).blocks] == texts


def test_a_bold_line_is_no_part_of_the_paragraph_beside_it(made: Callable[..., Document]) -> None:
    heading = "Consideration of the report of the working group on the return of cultural property and"
    texts = [wrapped(SENTENCES[EN] * 2, EN, 10, 400), [heading], wrapped(PROSE * 2, EN, 10, 400)]

    def draw(canvas: Canvas) -> None:
        y = 760.0
        for text in texts:
            for line in text:
                canvas.setFont("Times-Bold" if line == heading else EN, 10)
                canvas.drawString(72, y, line)
                y -= 12

    blocks = made(draw).blocks
    assert [(block.kind, block.text) for block in blocks][1] == (BlockKind.HEADING, heading)
    assert len(blocks) == 3


def test_stars_in_small_print_are_the_notes_of_titles(made: Callable[..., Document]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Bold", 14)
        canvas.drawString(72, 760, "Progress report on the marine environment")
        canvas.setFont("Times-Bold", 8)
        canvas.drawString(
            74 + pdfmetrics.stringWidth("Progress report on the marine environment", "Times-Bold", 14), 766, "*"
        )
        for at, line in enumerate(wrapped(PROSE * 6, EN, 10, 400)):
            canvas.setFont(EN, 10)
            canvas.drawString(72, 720 - 12 * at, line)
        canvas.setFont(EN, 8)
        canvas.drawString(76, 66, "* The report was submitted late.")

    blocks = made(draw).blocks
    assert [(block.kind, block.marker, block.text) for block in (blocks[0], blocks[-1])] == [
        (BlockKind.TITLE, "", "Progress report on the marine environment"),
        (BlockKind.FOOTNOTE, "*", "The report was submitted late."),
    ]
    assert [mark.number for mark in blocks[0].marks] == ["*"]
