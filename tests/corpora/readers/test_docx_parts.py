"""DOCX written part by part: cases as data, numbering, and packages that are refused."""

import base64
import zipfile
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest

from corpora.errors import DamagedInput, InputError
from corpora.readers.docx.package import Numbering, open_package
from corpora.readers.docx.reader import DocxText, read_docx
from corpora.readers.imported import read_imported
from tests.data import cases

CASES = cases("docx")
NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
RELATIONS = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{}</Relationships>"


def package(body: str, main: str = "word/document.xml", **parts: str) -> bytes:
    """A package of a document with ``body`` and of the parts that it is related to by their names."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(main, f"<w:document {NAMES}><w:body>{body}</w:body></w:document>")
        related = ""
        for kind, content in parts.items():
            archive.writestr(f"word/{kind}.xml", f"<w:{kind} {NAMES}>{content}</w:{kind}>")
            related += f"<Relationship Id='{kind}' Type='http://x/{kind}' Target='{kind}.xml'/>"
        archive.writestr("word/_rels/document.xml.rels", RELATIONS.format(related))
    return buffer.getvalue()


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_blocks(case: dict[str, Any]) -> None:
    found = read_docx(package(case["body"], **case.get("parts", {})), "x.docx")
    blocks = [
        [block.kind.value, block.level, block.marker, block.text]
        + ([[[mark.number, mark.offset] for mark in block.marks]] if block.marks else [])
        for block in found.blocks
    ]
    assert blocks == case["expected"]
    dropped = [change for change in found.changes if change.action == "dropped"]
    assert [[change.step, change.text] for change in dropped] == case.get("dropped", [])
    assert all(found.original[change.start : change.end] == change.text for change in dropped)
    assert [block.id for block in found.blocks] == list(range(len(found.blocks)))
    if "pages" in case:
        assert [block.page for block in found.blocks] == case["pages"]


def test_the_original_contains_numbers_and_marks() -> None:
    numbering = (
        "<w:abstractNum w:abstractNumId='1'><w:lvl w:ilvl='0'><w:start w:val='4'/><w:lvlText w:val='%1.'/></w:lvl>"
        "</w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='1'/></w:num>"
    )
    body = (
        "<w:p><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>One</w:t><w:footnoteReference w:id='1'/>"
        "<w:t>.</w:t><w:br/><w:t>Two</w:t></w:r></w:p><w:p><w:r><w:t>Three</w:t></w:r></w:p>"
    )
    found = read_docx(package(body, numbering=numbering), "x.docx")
    assert found.original == "4. One[1].\nTwo\nThree"
    assert [(block.marker, found.original[block.start : block.end]) for block in found.blocks] == [
        ("4.", "4. One[1]."), ("", "Two"), ("", "Three"),
    ]  # fmt: skip
    [mark] = found.changes
    assert (mark.step, found.original[mark.start : mark.end]) == ("footnote marks", "[1]")


def lists(levels: str, *, more: str = "", overrides: str = "") -> Numbering:
    """List 1 of these levels; list 2 is the same with overrides."""
    numbering = (
        f"<w:abstractNum w:abstractNumId='1'>{levels}</w:abstractNum>{more}"
        "<w:num w:numId='1'><w:abstractNumId w:val='1'/></w:num>"
        f"<w:num w:numId='2'><w:abstractNumId w:val='1'/>{overrides}</w:num>"
        "<w:num w:numId='3'><w:abstractNumId w:val='3'/></w:num>"
    )
    return Numbering.of(open_package(package("", numbering=numbering), "x.docx"))


def level(number: int, form: str = "decimal", text: str = "", start: int | None = 1, more: str = "") -> str:
    begun = "" if start is None else f"<w:start w:val='{start}'/>"
    text = text or f"%{number + 1}"
    return f"<w:lvl w:ilvl='{number}'>{begun}<w:numFmt w:val='{form}'/>{more}<w:lvlText w:val='{text}'/></w:lvl>"


def counted(numbering: Numbering, *steps: int, number: str = "1") -> list[str]:
    return [numbering.next(number, step)[1] for step in steps]


@pytest.mark.parametrize(
    ("restart", "expected"),
    [
        pytest.param("", ["1", "1.1", "1.1.1", "1.2", "1.2.1", "2", "2.1.1"], id="deeper levels begin again"),
        pytest.param("<w:lvlRestart w:val='0'/>", ["1", "1.1", "1.1.1", "1.2", "1.2.2", "2", "2.1.3"], id="never"),
        pytest.param("<w:lvlRestart w:val='1'/>", ["1", "1.1", "1.1.1", "1.2", "1.2.2", "2", "2.1.1"],
                     id="only behind the first level"),
    ],
)  # fmt: skip
def test_restarts(restart: str, expected: list[str]) -> None:
    levels = level(0, text="%1") + level(1, text="%1.%2") + level(2, text="%1.%2.%3", more=restart)
    assert counted(lists(levels), 0, 1, 2, 1, 2, 0, 2) == expected


def test_levels_that_were_passed_over_count_from_their_start() -> None:
    assert counted(lists(level(0, start=3) + level(1, text="%1.%2")), 1, 1, 0) == ["3.1", "3.2", "3"]
    assert counted(lists(level(0, start=None)), 0, 0) == ["0", "1"]
    assert counted(lists(level(0, text="%1-%3")), 0) == ["1-%3"]
    assert counted(lists(level(8, text="%9.")), 8) == ["1."]


def test_levels_without_a_proper_number_are_the_first() -> None:
    assert counted(lists(level(0).replace("w:ilvl='0'", "w:ilvl='²'")), 0) == ["1"]


def test_legal_levels_are_in_digits() -> None:
    levels = level(0, "upperRoman") + level(1, text="%1.%2", more="<w:isLgl/>")
    assert counted(lists(levels), 0, 1) == ["I", "1.1"]


def test_lists_of_one_definition_count_on_unless_they_begin_anew() -> None:
    numbering = lists(level(0) + level(1))
    assert counted(numbering, 0, 0) + counted(numbering, 0, number="2") == ["1", "2", "3"]
    begun = "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='7'/></w:lvlOverride>"
    numbering = lists(level(0) + level(1), overrides=begun)
    assert counted(numbering, 0, 0) + counted(numbering, 0, 0, number="2") + counted(numbering, 0) == [
        "1", "2", "7", "8", "9",
    ]  # fmt: skip
    assert counted(lists(level(0) + level(1), overrides="<w:lvlOverride><w:lvl/></w:lvlOverride>"), 0, number="2") == [
        "1"
    ]
    begun = "<w:lvlOverride><w:startOverride w:val='5'/></w:lvlOverride>"  # of the first level
    assert counted(lists(level(0), overrides=begun), 0, number="2") == ["5"]


def test_a_list_may_be_kept_in_a_style() -> None:
    style = f"<w:abstractNum w:abstractNumId='2'><w:styleLink w:val='S'/>{level(0, start=4)}</w:abstractNum>"
    named = "<w:abstractNum w:abstractNumId='3'><w:numStyleLink w:val='{}'/></w:abstractNum>"
    assert lists(level(0), more=style + named.format("S")).next("3", 0) == (True, "4")
    assert lists(level(0), more=style + named.format("T")).next("3", 0) == (False, "")
    assert lists(level(0), more=style + named.format("")).next("3", 0) == (False, "")
    assert lists(level(0)).next("3", 0) == (False, "")


@pytest.mark.parametrize(
    ("form", "start", "expected"),
    [
        ("lowerRoman", 4, "iv"), ("upperRoman", 9, "IX"), ("lowerLetter", 27, "aa"), ("upperLetter", 2, "B"),
        ("upperRoman", 0, "0"), ("lowerRoman", 4000, "4000"), ("upperLetter", 0, "0"),
        ("chineseCountingThousand", 12, "十二"), ("ideographDigital", 3, "三"), ("japaneseCounting", 21, "二十一"),
        ("taiwaneseCounting", 10, "十"), ("koreanCounting", 3, "三"), ("ideographZodiac", 3, "3"),
        ("ideographEnclosedCircle", 3, "③"), ("chineseLegalSimplified", 3, "3"), ("chineseCounting", -1, "-1"),
        ("decimalEnclosedCircle", 1, "①"), ("decimalEnclosedCircle", 20, "⑳"), ("decimalEnclosedCircle", 21, "21"),
        ("decimalEnclosedCircle", 0, "0"), ("decimalZero", 7, "07"), ("decimalZero", 12, "12"),
        ("decimalFullWidth", 19, "１９"), ("decimalFullWidth2", 80, "８０"), ("cardinalText", 3, "3"),
    ],
)  # fmt: skip
def test_forms_of_numbers(form: str, start: int, expected: str) -> None:
    assert counted(lists(level(0, form, start=start)), 0) == [expected]


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [("bullet", "•", ""), ("none", "Note:", "Note:"), ("none", "%1", ""), ("decimal", " %1) ", "1)")],
)
def test_levels_without_numbers(form: str, text: str, expected: str) -> None:
    assert lists(level(0, form, text)).next("1", 0) == (True, expected)


@pytest.mark.parametrize(
    ("size", "packed", "refused"),
    [
        pytest.param(200_000_000, 10_000_000, False, id="as large as allowed"),
        pytest.param(200_000_001, 10_000_000, True, id="larger"),
        pytest.param(20_000_000, 1, False, id="too small to harm"),
        pytest.param(20_000_001, 50_001, False, id="grows 400 times"),
        pytest.param(20_000_001, 50_000, True, id="grows more"),
        pytest.param(20_000_001, 0, True, id="out of nothing"),
    ],
)
def test_parts_that_unpack_too_far(size: int, packed: int, refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = package("<w:p/>")
    said = [SimpleNamespace(file_size=size, compress_size=packed)]
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda archive: said)
    if refused:
        with pytest.raises(
            DamagedInput, match=rf"x\.docx is not read: it would unpack to \d+ MB out of {packed or 1} "
        ):
            open_package(data, "x.docx")
    else:
        open_package(data, "x.docx")


def test_the_document_is_where_the_package_says() -> None:
    data = BytesIO(package("<w:p><w:r><w:t>Here.</w:t></w:r></w:p>", main="doc/main.xml"))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr(
            "_rels/.rels",
            RELATIONS.format(
                "<Relationship Type='http://x/officeDocument' Target='/doc/main.xml'/>"
                "<Relationship Type='http://x/other' TargetMode='External' Target='http://x/'/>"
            ),
        )
        archive.writestr(
            "doc/_rels/main.xml.rels",
            RELATIONS.format(
                "<Relationship Type='http://x/header' Target='../word/head.xml'/>"
                "<Relationship Type='http://x/header' Target='missing.xml'/><Other/>"
                "<Relationship Type='http://x/footer' TargetMode='External' Target='../word/head.xml'/>"
            ),
        )
        archive.writestr("word/head.xml", f"<w:hdr {NAMES}><w:p><w:r><w:t>Head</w:t></w:r></w:p></w:hdr>")
    found = read_docx(data.getvalue(), "x.docx")
    assert found.original == "Here.\nHead"
    assert [(change.step, change.text) for change in found.changes] == [("headers and footers", "Head")]


def test_a_part_that_is_not_whole_is_damage() -> None:
    data = bytearray(package("<w:p><w:r><w:t>Text that is stored as it is.</w:t></w:r></w:p>"))
    data[data.index(b"stored")] ^= 1
    with pytest.raises(DamagedInput, match=r"x\.docx is a damaged Word document: Bad CRC-32"):
        open_package(bytes(data), "x.docx")
    with pytest.raises(DamagedInput, match=r"x\.docx is a damaged Word document: There is no item named"):
        open_package(package("", main="word/other.xml"), "x.docx")


TEXT = "<w:p><w:r><w:t>Before.</w:t></w:r></w:p>{}"


def importing(body: str, name: str, data: bytes, *, broken: bool = False) -> bytes:
    """A document with ``body`` that imports ``data`` where it has braces; ``broken``: its checksum is wrong."""
    space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    whole = package(body.replace("{}", f"<w:altChunk xmlns:r='{space}' r:id='c'/>"))
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(whole)) as old, zipfile.ZipFile(buffer, "w") as new:
        new.writestr("word/document.xml", old.read("word/document.xml"))
        relation = f"<Relationship Id='c' Type='http://x/aFChunk' Target='{name}'/>"
        new.writestr("word/_rels/document.xml.rels", RELATIONS.format(relation))
        new.writestr(f"word/{name}", data)
    return buffer.getvalue().replace(data, data[:-1] + b"!") if broken else buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.htm", b"<html><body><h1>Oil</h1><p>It burns. <del>Not</del></p></body></html>"),
        ("a.mht", b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: '
         b"text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><body><h1>=4Fil</h1><p>It burns. "
         b"<del>Not</del></p></body></html>\r\n--b--\r\n"),
        ("a.docx", package("<w:p><w:pPr><w:outlineLvl w:val='0'/></w:pPr><w:r><w:t>Oil</w:t></w:r></w:p><w:p><w:r><w:t>"
         "It burns. </w:t></w:r><w:del><w:r><w:delText>Not</w:delText></w:r></w:del></w:p>")),
        ("a.rtf", rb"{\rtf1\ansi{\stylesheet{\s1 heading 1;}}\s1 Oil\par\pard It burns. {\deleted Not}\par}"),
    ],
)  # fmt: skip
def test_a_document_that_is_imported_is_read_at_its_place(name: str, data: bytes) -> None:
    whole = importing(TEXT + "<w:p><w:r><w:t>After.</w:t></w:r></w:p>", name, data)
    found = read_docx(whole, "x.docx", imported=read_imported)
    assert [(block.kind.value, block.text) for block in found.blocks] == [
        ("paragraph", "Before."), ("heading", "Oil"), ("paragraph", "It burns."), ("paragraph", "After."),
    ]  # fmt: skip
    assert [found.original[block.start : block.end] for block in found.blocks] == [b.text for b in found.blocks]
    assert [change.text for change in found.changes] == ["Not"]


@pytest.mark.parametrize(
    ("whole", "why"),
    [
        (importing(TEXT, "a.docx", b"PK no zip"), "x.docx (word/a.docx) is a damaged Word document: File is not a zip "
         "file"),
        (importing(TEXT, "a.htm", b"<p>It burns.</p>", broken=True), "x.docx (word/a.htm) is missing or damaged"),
        (package(TEXT.replace("{}", "<w:altChunk/>")), "x.docx (altChunk) is missing or damaged"),
    ],
)  # fmt: skip
def test_an_imported_document_that_cannot_be_read_is_left_out_with_a_warning(whole: bytes, why: str) -> None:
    found = read_docx(whole, "x.docx", imported=read_imported)
    assert [block.text for block in found.blocks] == ["Before."]
    assert found.warnings == (f"x.docx: an imported document was left out: {why}",)


def test_what_an_imported_document_imports_is_read_and_the_next_one_left_out() -> None:
    third = importing(TEXT.replace("Before", "Third"), "d.htm", b"<p>Fourth.</p>")
    second = importing(TEXT.replace("Before", "Second"), "c.docx", third)
    found = read_docx(importing(TEXT, "b.docx", second), "x.docx", imported=read_imported)
    assert [block.text for block in found.blocks] == ["Before.", "Second.", "Third."]
    assert [(one.step, one.text) for one in found.changes] == [("imported documents", "word/d.htm")]
    assert len(found.warnings) == 1
    assert found.warnings[0].endswith("(word/d.htm) is imported by a document that is imported itself")


def test_an_archive_of_mht_without_a_page_is_left_out_with_a_warning() -> None:
    part = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: {}\r\n\r\na'
    for data in (part.replace(b"{}", b"image/png"), part.replace(b"{}", b"text/plain"), b"MIME-Version: 1.0\r\n\r\n"):
        found = read_docx(importing(TEXT, "a.mht", data), "x.docx", imported=read_imported)
        assert [block.text for block in found.blocks] == ["Before."]
        why = "x.docx (word/a.mht) is an archive of MHT without a page of HTML"
        assert found.warnings == (f"x.docx: an imported document was left out: {why}",)


def test_a_part_that_is_imported_again_and_again_is_left_out_from_some_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpora.readers.docx.reader._MOST_IMPORTED", 5_000)
    read: list[str] = []

    def imported(data: bytes, name: str) -> DocxText:
        read.append(name)
        return read_imported(data, name)

    page = b"<p>" + b"word " * 200 + b"</p>"
    found = read_docx(importing(TEXT + "{}" * 9, "a.htm", page), "x.docx", imported=imported)
    assert len(found.blocks) == 1 + 5
    assert found.warnings == (
        "x.docx: an imported document was left out: the documents that x.docx imports before it have too much text",
    )
    assert [one.step for one in found.changes] == ["imported documents"] * 5
    assert len(read) == 1


def test_a_document_that_only_imports_what_cannot_be_read_says_so() -> None:
    with pytest.raises(InputError, match=r"an imported document was left out: x\.docx \(word/a\.docx\) is a damaged"):
        read_docx(importing("{}", "a.docx", b"PK no archive"), "x.docx", imported=read_imported)


def test_what_is_imported_into_a_cell_stays_in_its_cell() -> None:
    cell = "<w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>"
    table = f"<w:tbl><w:tr>{cell}<w:tc>{{}}</w:tc></w:tr><w:tr>{cell}<w:tc>{{}}</w:tc></w:tr></w:tbl>{{}}"
    page = b"<h1>Oil</h1><table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
    found = read_docx(importing(table, "a.htm", page), "x.docx", imported=read_imported)
    assert [(block.kind.value, block.level, block.text, block.cell) for block in found.blocks] == [
        *(("table cell", 0, text, (0, row, int(text != "甲"))) for row in (0, 1) for text in ("甲", "Oil", *"abcd")),
        ("heading", 1, "Oil", None),
        *(("table cell", 0, text, (1, at // 2, at % 2)) for at, text in enumerate("abcd")),
    ]


@pytest.mark.parametrize(
    "head",
    [
        b"From: <Saved by Blink>\r\nSubject: Oil\r\n of lamps\r\nMIME-Version: 1.0",
        b"\xef\xbb\xbf\r\nMIME-Version: 1.0",
    ],
)
def test_an_archive_of_mht_may_have_other_lines_first_and_names_the_encoding(head: bytes) -> None:
    text = "中華民國一百年"
    part = b"Content-Type: text/html; charset=big5\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    body = base64.encodebytes(f"<html><body><p>{text}</p></body></html>".encode("big5"))
    data = head + b'\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n' + part + body + b"--b--"
    found = read_imported(data, "x.docx")
    assert [block.text for block in found.blocks] == [text]
    assert found.warnings == ()


def test_a_page_that_names_lines_of_mht_is_a_page() -> None:
    found = read_imported(b"<p>One</p>\n<pre>\nMIME-Version: 1.0\n</pre>", "x.docx")
    assert [block.text for block in found.blocks] == ["One", "MIME-Version: 1.0"]
