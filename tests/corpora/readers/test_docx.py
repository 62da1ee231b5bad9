"""DOCX made with python-docx, and with parts that it does not write: footnotes, tracked changes, text boxes."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from corpora.document import BlockKind, Document
from corpora.errors import DamagedInput, EmptyInput
from corpora.readers.docx.package import Numbering, Package
from corpora.readers.reading import read

W = nsdecls("w")
NUMBERING = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/>
<w:numFmt w:val="{{0}}"/><w:lvlText w:val="{{1}}"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/>
<w:numFmt w:val="{{2}}"/><w:lvlText w:val="{{3}}"/></w:lvl></w:abstractNum>
<w:num w:numId="7"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="8"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>
</w:num></w:numbering>"""


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Document]:
    def make(write: Callable[[Word], None], **parts: str) -> Document:
        buffer = BytesIO()
        document = docx.Document()
        write(document)
        document.save(buffer)
        path = tmp_path / "made.docx"
        path.write_bytes(with_parts(buffer.getvalue(), parts))
        return read(path)

    return make


def with_parts(data: bytes, parts: dict[str, str]) -> bytes:
    """The package with more parts beside the document, each related to it by its name."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "word/_rels/document.xml.rels":
                more = "".join(
                    f'<Relationship Id="x{kind}" Type="http://x/{kind}" Target="{kind}.xml"/>' for kind in parts
                )
                text = text.replace(b"</Relationships>", f"{more}</Relationships>".encode())
            if name.removeprefix("word/").removesuffix(".xml") not in parts:
                new.writestr(name, text)
        for kind, text in parts.items():
            new.writestr(f"word/{kind}.xml", text)
    return buffer.getvalue()


def paragraph(inner: str) -> object:
    return parse_xml(f"<w:p {W}>{inner}</w:p>")


def append(document: Word, inner: str) -> None:
    document.element.body.insert(len(document.element.body) - 1, paragraph(inner))


def test_styles_lists_and_tables(made: Callable[..., Document]) -> None:
    def write(document: Word) -> None:
        document.add_heading("联合国反腐败公约", 0)
        document.add_heading("总则", 1)
        document.add_paragraph("本公约的宗旨如下。")
        document.add_paragraph("促进国际合作", style="List Bullet")
        document.add_paragraph("提供技术援助", style="List Bullet 2")
        table = document.add_table(1, 2)
        table.cell(0, 0).text, table.cell(0, 1).text = "国家", "年份"
        document.sections[0].header.paragraphs[0].text = "页眉"

    document = made(write)
    assert [(block.kind, block.level, block.text) for block in document.blocks] == [
        (BlockKind.TITLE, 0, "联合国反腐败公约"),
        (BlockKind.HEADING, 1, "总则"),
        (BlockKind.PARAGRAPH, 0, "本公约的宗旨如下。"),
        (BlockKind.ITEM, 1, "促进国际合作"),
        (BlockKind.ITEM, 1, "提供技术援助"),
        (BlockKind.CELL, 0, "国家"),
        (BlockKind.CELL, 0, "年份"),
    ]
    assert [(change.step, change.text) for change in document.changes] == [("headers and footers", "页眉")]
    assert all(document.original[block.start : block.end] == block.text for block in document.blocks)
    assert (document.language, document.outline.children[0].heading) == ("zh-CN", 1)


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        (("decimal", "%1.", "lowerLetter", "(%2)"), ["1.", "(a)", "(b)", "2.", "(a)", "5."]),
        (("chineseCounting", "%1、", "decimal", "%2."), ["一、", "1.", "2.", "二、", "1.", "五、"]),
        (("upperRoman", "%1.", "decimal", "%1.%2"), ["I.", "I.1", "I.2", "II.", "II.1", "V."]),
        (("decimal", "第%1条", "decimalEnclosedCircle", "%2"), ["第1条", "①", "②", "第2条", "①", "第5条"]),
        (("bullet", "", "none", ""), ["", "", "", "", "", ""]),
    ],
)
def test_numbers_are_those_that_word_prints(
    formats: tuple[str, ...], expected: list[str], made: Callable[..., Document]
) -> None:
    def write(document: Word) -> None:
        for number, level in ((7, 0), (7, 1), (7, 1), (7, 0), (7, 1), (8, 0)):
            append(
                document,
                f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
                "<w:r><w:t>Those present decided what follows.</w:t></w:r>",
            )

    document = made(write, numbering=NUMBERING.format(*formats))
    assert [block.marker for block in document.blocks] == expected
    assert {block.kind for block in document.blocks} == {BlockKind.ITEM}
    assert document.blocks[1].level == 2


def test_a_list_that_is_not_there_is_no_list() -> None:
    assert Numbering.of(Package(None, {})).next("3", 0) == (False, "")


def test_footnotes_come_last_and_their_marks_are_kept(made: Callable[..., Document]) -> None:
    notes = "".join(
        f'<w:footnote w:id="{key}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t> {text}</w:t></w:r></w:p></w:footnote>'
        for key, text in (("5", "Second note."), ("2", "First note."))
    )

    def write(document: Word) -> None:
        append(
            document,
            '<w:r><w:t>The Convention</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
            '<w:r><w:t xml:space="preserve"> entered into force</w:t></w:r><w:r><w:footnoteReference w:id="5"/></w:r>'
            "<w:r><w:t>.</w:t></w:r>",
        )
        append(document, "<w:r><w:t>It has many parties.</w:t></w:r>")

    document = made(write, footnotes=f"<w:footnotes {W}>{notes}</w:footnotes>")
    assert [(block.kind, block.marker, block.text) for block in document.blocks] == [
        (BlockKind.PARAGRAPH, "", "The Convention entered into force."),
        (BlockKind.PARAGRAPH, "", "It has many parties."),
        (BlockKind.FOOTNOTE, "1", "First note."),
        (BlockKind.FOOTNOTE, "2", "Second note."),
    ]
    assert [(mark.number, mark.offset) for mark in document.blocks[0].marks] == [("1", 14), ("2", 33)]


def test_tracked_changes_are_read_as_accepted(made: Callable[..., Document]) -> None:
    def write(document: Word) -> None:
        append(
            document,
            '<w:r><w:t xml:space="preserve">It was </w:t></w:r><w:del><w:r><w:delText>old</w:delText></w:r></w:del>'
            "<w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
            "<w:r><w:t>.</w:t></w:r>",
        )
        append(document, "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>One </w:t></w:r>")
        append(document, "<w:r><w:t>sentence.</w:t></w:r>")

    document = made(write)
    assert [block.text for block in document.blocks] == ["It was new.", "One sentence."]
    assert {(change.step, change.text) for change in document.changes} == {
        ("tracked changes", "old"), ("hidden", "hidden"),
    }  # fmt: skip


def test_notes_with_a_sign_of_their_own(made: Callable[..., Document]) -> None:
    footnotes = f"""<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>*</w:t></w:r><w:r>
    <w:t xml:space="preserve"> Submitted late.</w:t></w:r></w:p></w:footnote>
    <w:footnote w:id="3"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> A/72/18.</w:t></w:r></w:p>
    </w:footnote></w:footnotes>"""

    def write(document: Word) -> None:
        append(
            document,
            "<w:r><w:t>Progress report</w:t></w:r><w:r><w:rPr/>"
            '<w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>*</w:t></w:r>',
        )
        append(document, '<w:r><w:t>The report</w:t></w:r><w:r><w:footnoteReference w:id="3"/></w:r>')

    document = made(write, footnotes=footnotes)
    assert [(block.kind, block.marker, block.text) for block in document.blocks] == [
        (BlockKind.PARAGRAPH, "", "Progress report"),
        (BlockKind.PARAGRAPH, "", "The report"),
        (BlockKind.FOOTNOTE, "*", "Submitted late."),
        (BlockKind.FOOTNOTE, "1", "A/72/18."),
    ]
    assert [mark.number for block in document.blocks for mark in block.marks] == ["*", "1"]


def test_links_boxes_breaks_and_symbols(made: Callable[..., Document]) -> None:
    box = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="wps"><w:drawing><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>'
        "</w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p>"
        "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent>"
    )

    def write(document: Word) -> None:
        append(
            document,
            f'<w:r><w:t xml:space="preserve">See </w:t></w:r><w:hyperlink><w:r><w:t>the page</w:t></w:r></w:hyperlink>'
            f"<w:r><w:tab/><w:t>co</w:t><w:noBreakHyphen/><w:t>operate</w:t>"
            f'<w:sym w:char="00A7"/></w:r><w:r>{box}</w:r>',
        )
        append(document, "<w:r><w:t>第一行</w:t><w:br/><w:t>第二行。</w:t></w:r>")

    document = made(write)
    assert [block.text for block in document.blocks] == ["See the page co\u2011operate§", "In a box.", "第一行第二行。"]


def test_a_generated_table_of_contents_is_left_out(made: Callable[..., Document]) -> None:
    def write(document: Word) -> None:
        document.element.body.insert(
            0,
            parse_xml(
                f'<w:sdt {W}><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
                "</w:sdtPr><w:sdtContent><w:p><w:r><w:t>Chapter 1 ... 3</w:t></w:r></w:p></w:sdtContent></w:sdt>"
            ),
        )
        document.add_paragraph("The text.")

    document = made(write)
    assert [block.text for block in document.blocks] == ["The text."]
    assert [(change.step, change.text) for change in document.changes] == [("table of contents", "Chapter 1 ... 3")]


def test_an_empty_document_is_refused(made: Callable[..., Document]) -> None:
    with pytest.raises(EmptyInput, match=r"made\.docx"):
        made(lambda document: None)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 60_000_000)
    with pytest.raises(DamagedInput, match="unpack"):
        read(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "entity.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f'<!DOCTYPE d [<!ENTITY a "b">]><w:document {W}><w:body/></w:document>')
    with pytest.raises(DamagedInput, match="entities"):
        read(path)
