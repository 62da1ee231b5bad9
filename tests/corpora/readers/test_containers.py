"""EPUB, OpenDocument, PowerPoint, RTF and workbooks: what every reader must do, and what is special in each."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx.util import Inches

from corpora.document import BlockKind, Document
from corpora.errors import DamagedInput, EmptyInput, InputError, ProtectedInput
from corpora.readers.reading import read
from tests.data import cases
from tests.fuzz.documents import MORE_DOCUMENTS
from tests.fuzz.files import package

OFFICE = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
SPACES = " ".join(
    [OFFICE, *(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{rest}"' for name, rest in (
        ("text", "text:1.0"), ("table", "table:1.0"), ("draw", "drawing:1.0"), ("style", "style:1.0"),
        ("presentation", "presentation:1.0"), ("fo", "xsl-fo-compatible:1.0"), ("svg", "svg-compatible:1.0"),
    ))]
)  # fmt: skip
WORDS = "The lamps of the harbour are lit at dusk and put out at dawn."


def zipped(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def an_epub(pages: dict[str, str], *, spine: str = "", more: dict[str, str] | None = None, guide: str = "") -> bytes:
    """A book of ``pages`` (name: body), in the order of ``spine`` (names with blanks between)."""
    items = "".join(
        f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml" '
        f"{'properties=' + chr(34) + 'nav' + chr(34) if name == 'nav' else ''}/>"
        for name in pages
    )
    order = "".join(f'<itemref idref="{name}"/>' for name in (spine or " ".join(pages)).split())
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="O/b.opf"/></rootfiles></container>',
        "O/b.opf": f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest>'
        f"<spine>{order}</spine><guide>{guide}</guide></package>",
    }
    head = (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head>'
    )
    members |= {f"O/{name}.xhtml": f"{head}<body>{body}</body></html>" for name, body in pages.items()}
    return zipped({**members, **(more or {})})


def an_odt(body: str, *, styles: str = "", kind: str = "text", more: dict[str, str] | None = None) -> bytes:
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content, **(more or {})})


def an_rtf(body: str, head: str = r"\ansi\ansicpg1252") -> bytes:
    return (r"{\rtf1" + head + " " + body + "}").encode("latin-1")


def a_pptx(make: Callable[[Any], None] | None = None) -> bytes:
    deck = pptx.Presentation()
    if make is None:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = "Lamps"
        slide.placeholders[1].text = WORDS
    else:
        make(deck)
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def an_xlsx(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


MADE: dict[str, bytes] = {
    "epub": an_epub({"a": f"<h1>Lamps</h1><p>{WORDS}</p>"}),
    "odt": an_odt(f'<text:h text:outline-level="1">Lamps</text:h><text:p>{WORDS}</text:p>'),
    "rtf": an_rtf(rf"{{\stylesheet{{\s1 heading 1;}}}}\pard\s1 Lamps\par\pard {WORDS}\par"),
    "pptx": a_pptx(),
    "xlsx": an_xlsx([["Lamps", WORDS]]),
}


def blocks_of(tmp_path: Path, name: str, data: bytes) -> Document:
    path = tmp_path / name
    path.write_bytes(data)
    return read(path)


def texts(document: Document) -> list[list[object]]:
    return [[str(block.kind), block.level, block.marker, block.text] for block in document.blocks]


@pytest.mark.parametrize("kind", MADE)
class TestContract:
    """What holds for every type."""

    def test_the_text_is_read_with_its_structure(self, kind: str, tmp_path: Path) -> None:
        document = blocks_of(tmp_path, f"a.{kind}", MADE[kind])
        assert document.properties["format"] == kind
        assert [block.text for block in document.blocks] == ["Lamps", WORDS]
        assert document.blocks[0].kind is (BlockKind.CELL if kind == "xlsx" else BlockKind.HEADING)
        assert document.language == "en-US"

    def test_every_block_stands_in_the_original(self, kind: str, tmp_path: Path) -> None:
        document = blocks_of(tmp_path, f"a.{kind}", MADE[kind])
        assert [block.id for block in document.blocks] == list(range(len(document.blocks)))
        assert all(document.original[block.start : block.end] == block.text for block in document.blocks)

    def test_it_is_found_by_content(self, kind: str, tmp_path: Path) -> None:
        assert blocks_of(tmp_path, "a", MADE[kind]).properties["format"] == kind

    @pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
    def test_a_truncated_file_is_refused_in_one_sentence(self, kind: str, share: float, tmp_path: Path) -> None:
        if kind == "rtf":
            pytest.skip("a truncated RTF is readable up to its end")
        with pytest.raises(InputError) as caught:
            blocks_of(tmp_path, f"a.{kind}", MADE[kind][: int(share * len(MADE[kind]))])
        assert "damaged" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_bombs_and_entities_are_refused(tmp_path: Path) -> None:
    zeros = " " * 30_000_000
    bomb = an_epub({"a": f"<p>{WORDS}</p>"}, more={"O/big.xhtml": zeros})
    for name, data, words in (
        ("a.epub", bomb, "would unpack to"),
        ("a.odt", an_odt("", more={"styles.xml": zeros}), "would unpack to"),
        ("b.odt", zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml":
                          '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'}), "declares XML entities"),
    ):  # fmt: skip
        with pytest.raises(DamagedInput, match=words):
            blocks_of(tmp_path, name, data)


@pytest.mark.parametrize("case", cases("epub"), ids=lambda case: case["label"])
def test_epub(case: dict[str, Any], tmp_path: Path) -> None:
    given_ = case["input"]
    data = an_epub(given_["pages"], spine=given_.get("spine", ""), guide=given_.get("guide", ""))
    document = blocks_of(tmp_path, "a.epub", data)
    assert texts(document) == case["expected"]["blocks"]
    assert [[one.step, one.text] for one in document.changes if one.action == "dropped"] == case["expected"]["dropped"]


def test_a_book_with_rights_management_is_refused(tmp_path: Path) -> None:
    encryption = '<encryption><EncryptionMethod Algorithm="{}"/></encryption>'
    fonts = {"META-INF/encryption.xml": encryption.format("http://www.idpf.org/2008/embedding")}
    assert blocks_of(tmp_path, "a.epub", an_epub({"a": f"<p>{WORDS}</p>"}, more=fonts)).blocks
    chapters = {"META-INF/encryption.xml": encryption.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}
    with pytest.raises(ProtectedInput, match="rights management"):
        blocks_of(tmp_path, "b.epub", an_epub({"a": f"<p>{WORDS}</p>"}, more=chapters))


@pytest.mark.parametrize("case", cases("opendocument"), ids=lambda case: case["label"])
def test_opendocument(case: dict[str, Any], tmp_path: Path) -> None:
    given_ = case["input"]
    data = an_odt(given_["body"], styles=given_.get("styles", ""), kind=given_.get("kind", "text"))
    document = blocks_of(tmp_path, "a", data)
    assert texts(document) == case["expected"]["blocks"]
    if cells := case["expected"].get("cells"):
        assert [list(block.cell or ()) for block in document.blocks] == cells
    assert [[one.step, one.text] for one in document.changes if one.action == "dropped"] == case["expected"]["dropped"]


def test_an_opendocument_file_with_a_password_is_refused(tmp_path: Path) -> None:
    manifest = {"META-INF/manifest.xml": "<manifest><file-entry><encryption-data/></file-entry></manifest>"}
    with pytest.raises(ProtectedInput, match="password"):
        blocks_of(tmp_path, "a.odt", an_odt("<text:p>x</text:p>", more=manifest))


def test_cells_of_a_slide_that_span_others_move_them(tmp_path: Path) -> None:
    def make(deck: Any) -> None:
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        table = slide.shapes.add_table(2, 3, Inches(1), Inches(1), Inches(5), Inches(2)).table
        for at, text in enumerate(["wide", "", "c", "tall", "e", "f"]):
            table.cell(at // 3, at % 3).text = text
        table.cell(0, 0).merge(table.cell(0, 1))

    document = blocks_of(tmp_path, "a.pptx", a_pptx(make))
    assert [(block.text, block.cell) for block in document.blocks] == [
        ("wide", (0, 0, 0)), ("c", (0, 0, 2)), ("tall", (0, 1, 0)), ("e", (0, 1, 1)), ("f", (0, 1, 2)),
    ]  # fmt: skip


def test_what_a_workbook_shows_beside_its_cells_is_recorded(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active.cell(1, 1001).value = "Lamps", "far"
    secret = book.create_sheet("Secret")
    secret.sheet_state = "hidden"
    secret["A2"], secret.cell(2, 1001).value = "price", "far too"
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("xl/drawings/drawing1.xml", '<x xmlns:a="a"><a:p><a:r><a:t>in a box</a:t></a:r></a:p></x>')
    document = blocks_of(tmp_path, "a.xlsx", buffer.getvalue())
    assert [block.text for block in document.blocks] == ["Lamps"]
    assert [(one.step, one.text) for one in document.changes] == [
        ("hidden", "price far too"), ("far cells", "far"), ("drawings", "in a box"),
    ]  # fmt: skip


@pytest.mark.parametrize("case", cases("rtf"), ids=lambda case: case["label"])
def test_rtf(case: dict[str, Any], tmp_path: Path) -> None:
    document = blocks_of(tmp_path, "a.rtf", an_rtf(case["input"]["body"], case["input"].get("head", r"\ansi")))
    assert texts(document) == case["expected"]["blocks"]
    assert [[one.step, one.text] for one in document.changes if one.action == "dropped"] == case["expected"]["dropped"]


RTF_PIECES = r"\par |{|}|\b|x|\'d6|\u-10179?|\cell |\row |\intbl |{\footnote |{\*\x |\bin4 |\|\fonttbl|\uc9 |{\upr"


@given(st.lists(st.sampled_from(RTF_PIECES.split("|"))))
def test_any_rtf_is_read_or_refused(pieces: list[str]) -> None:
    from corpora.readers import rtf

    try:
        page = rtf.convert(an_rtf("".join(pieces)), "a.rtf")
    except InputError:
        return
    page.encode("utf-8")


def test_slides(tmp_path: Path) -> None:
    def make(deck: Any) -> None:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        frame = slide.placeholders[1].text_frame
        frame.text = "Oil is bought in autumn."
        point = frame.add_paragraph()
        point.text, point.level = "Two barrels are enough.", 1
        slide.shapes.title.text = "Oil"  # the title comes first wherever it was made
        group = slide.shapes.add_group_shape()
        inner = group.shapes.add_group_shape()
        inner.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "A text within two groups."
        table = slide.shapes.add_table(1, 2, 0, 0, Inches(2), Inches(1)).table
        table.cell(0, 0).text, table.cell(0, 1).text = "Lamp", "Oil"
        slide.notes_slide.notes_text_frame.text = "Show the barrel here."
        second = deck.slides.add_slide(deck.slide_layouts[5])
        second.shapes.title.text = "Wicks"

    document = blocks_of(tmp_path, "a.pptx", a_pptx(make))
    assert [[str(block.kind), block.level, block.page, block.text] for block in document.blocks] == [
        ["heading", 1, 1, "Oil"],
        ["list item", 1, 1, "Oil is bought in autumn."],
        ["list item", 2, 1, "Two barrels are enough."],
        ["paragraph", 0, 1, "A text within two groups."],
        ["table cell", 0, 1, "Lamp"],
        ["table cell", 0, 1, "Oil"],
        ["paragraph", 0, 1, "Show the barrel here."],
        ["heading", 1, 2, "Wicks"],
    ]


def test_notes_that_are_written_by_hand_on_slides(tmp_path: Path) -> None:
    def make(deck: Any) -> None:
        for number, words in ((1, "1 Of iron."), (2, "see below")):
            frame = deck.slides.add_slide(deck.slide_layouts[1]).placeholders[1].text_frame
            frame.text = "Lamps"
            raised = frame.paragraphs[0].add_run()
            raised.text = str(number)
            raised._r.get_or_add_rPr().set("baseline", "30000")
            frame.paragraphs[0].add_run().text = " burn."
            frame.add_paragraph().text = words

    document = blocks_of(tmp_path, "a.pptx", a_pptx(make))
    # The second slide has no note 2, so what is raised stays.
    assert [[str(block.kind), block.marker, block.text] for block in document.blocks] == [
        ["list item", "", "Lamps burn."], ["list item", "", "Lamps² burn."], ["list item", "", "see below"],
        ["footnote", "1", "Of iron."],
    ]  # fmt: skip


def test_workbooks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["only one cell in its row"])
    book.active.append(["lamp", None, 7])
    stores = book.create_sheet("Stores")
    stores["C9"] = "two\nlines"
    book.create_sheet("Secret").sheet_state = "hidden"
    book["Secret"]["A1"] = "hidden words"
    buffer = io.BytesIO()
    book.save(buffer)
    assert texts(blocks_of(tmp_path, "a.xlsx", buffer.getvalue())) == [
        ["table cell", 0, "", "only one cell in its row"],
        ["table cell", 0, "", "lamp"],
        ["table cell", 0, "", "7"],
        ["heading", 1, "", "Stores"],
        ["table cell", 0, "", "two lines"],
    ]


def test_a_file_without_text_is_empty(tmp_path: Path) -> None:
    for name, data in (
        ("a.odt", an_odt("")),
        ("a.epub", an_epub({"a": "<p> </p>"})),
        ("a.rtf", an_rtf(r"\pard\par")),
        ("a.pptx", a_pptx(lambda deck: deck.slides.add_slide(deck.slide_layouts[6]))),
    ):
        with pytest.raises(EmptyInput, match="contains no text"):
            blocks_of(tmp_path, name, data)


@pytest.mark.parametrize(
    ("kind", "listed"),
    [("pptx", b'<p:sldId id="256" r:id="r0"/>'), ("xlsx", b'<sheet name="s" sheetId="1" r:id="r1"/>')],
)
def test_a_part_that_is_listed_again_is_read_once(kind: str, listed: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(MORE_DOCUMENTS[kind]([("会议通过了决议。", "x")]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["[Content_Types].xml"] = b"<Types/>"
    again = {name: data.replace(listed, listed * 3) for name, data in parts.items()}
    assert again != parts
    assert texts(blocks_of(tmp_path, f"a.{kind}", package(again))) == texts(
        blocks_of(tmp_path, f"b.{kind}", package(parts))
    )
