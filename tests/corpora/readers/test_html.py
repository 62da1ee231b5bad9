"""What is text of a web page and what is not: cases as data, footnotes of five makers, and the real chapters."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.document import BlockKind, Document
from corpora.errors import DamagedInput, EmptyInput, WrongFormat
from corpora.readers.html.reader import declared_encoding, read_html
from corpora.readers.reading import read
from tests.data import cases

CASES = cases("html")
NOTES = cases("html_notes")


def page(tmp_path: Path, body: str, **options: Any) -> Document:
    path = tmp_path / "page.html"
    path.write_text(body if "<html" in body else f"<html><body>{body}</body></html>", "utf-8")
    return read(path, **options)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_blocks(case: dict[str, Any], tmp_path: Path) -> None:
    document = page(tmp_path, case["input"], language="en")
    assert [[block.kind.value, block.text] for block in document.blocks] == case["expected"]


@pytest.mark.parametrize("case", NOTES, ids=[case["label"] for case in NOTES])
def test_footnotes(case: dict[str, Any], tmp_path: Path) -> None:
    document = page(tmp_path, case["input"], language="en")
    text, note = document.blocks
    expected = case["expected"]
    assert (text.text, [[mark.number, mark.offset] for mark in text.marks]) == (expected["text"], expected["marks"])
    assert (note.kind, note.marker, note.text) == (BlockKind.FOOTNOTE, expected["marker"], expected["note"])


def test_what_is_left_out_is_shown_where_it_stood(tmp_path: Path) -> None:
    document = page(tmp_path, "<nav><ul><li><a href='/'>Home</a></li></ul></nav><p>Text.</p><footer>Imprint</footer>")
    dropped = [change for change in document.changes if change.action == "dropped"]
    assert [(change.step, change.text) for change in dropped] == [("navigation", "Home"), ("navigation", "Imprint")]
    assert all(document.original[change.start : change.end] == change.text for change in dropped)
    block = document.blocks[0]
    assert document.original[block.start : block.end] == "Text."


def test_markers_are_read_as_in_plain_text(tmp_path: Path) -> None:
    body = "".join(f"<p>第{n}条 缔约国应当采取必要的措施，以确保本公约得到执行。</p>" for n in "一二三四五六")
    document = page(tmp_path, f"<p>第一章 总则</p>{body}")
    assert (document.profile, document.blocks[0].kind, document.blocks[0].marker) == (
        "legal",
        BlockKind.HEADING,
        "第一章",
    )
    assert [block.marker for block in document.blocks[1:4]] == ["第一条", "第二条", "第三条"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'<meta charset="gb2312">', "gb2312"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=big5">', "big5"),
        (b'<?xml version="1.0" encoding="GBK"?>', "GBK"),
        (b"<p>no</p>", None),
    ],
)
def test_declared_encoding(head: bytes, expected: str | None) -> None:
    assert declared_encoding(head) == expected


def test_a_declared_encoding_is_certain(tmp_path: Path) -> None:
    path = tmp_path / "page.htm"
    path.write_bytes('<html><meta charset="gb2312"><body><p>国务院令第朱镕基号。</p></body></html>'.encode("gb18030"))
    document = read(path)
    assert (document.blocks[0].text, document.encoding, document.warnings) == ("国务院令第朱镕基号。", "gb18030", ())


@pytest.mark.parametrize("body", ["", "<p> </p>", "<nav>Home</nav>", "<script>x()</script>"])
def test_a_page_without_text_is_refused(body: str, tmp_path: Path) -> None:
    with pytest.raises(EmptyInput, match=r"page\.html"):
        page(tmp_path, body)


def test_plain_text_is_no_page(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("Just words, and 1 < 2.", "utf-8")
    with pytest.raises(WrongFormat, match="plain text"):
        read(path)


@given(st.text(alphabet=st.sampled_from(list("<>/ap divh1\"'=&;#中文 \n")), max_size=200))
def test_nothing_that_looks_like_a_page_breaks_the_reader(text: str) -> None:
    try:
        found = read_html(f"<p>start</p>{text}", "x")
    except EmptyInput:
        return
    for block in found.blocks:
        assert 0 <= block.start <= block.end <= len(found.original)
        assert all(0 <= mark.offset <= len(block.text) for mark in block.marks)


def plain(text: str) -> str:
    text = re.sub(r"\s*\[\d+\]", "", text)
    return " ".join(text.translate(str.maketrans("“”‘’", "\"\"''")).split())


@pytest.mark.real
@pytest.mark.parametrize("chapter", ["dreq", "first", "build", "update"])
@pytest.mark.parametrize(("language", "column"), [("zh", 2), ("en", 3)])
def test_chapters_of_a_real_book(shared: Path, chapter: str, language: str, column: int) -> None:
    folder = shared / "data" / "maint-guide"
    rows = [line.split("\t") for line in (folder / "gold.tsv").read_text("utf-8").splitlines()[1:]]
    gold = [plain(row[column]) for row in rows if row[0] == chapter and row[1] in ("p", "h1", "h2", "h3", "h4")]
    document = read(folder / f"{chapter}.{language}.html")
    found = {plain(block.text) for block in document.blocks} | {plain(block.full_text) for block in document.blocks}
    assert sum(text in found for text in gold) >= 0.98 * len(gold)
    assert document.outline.children


def test_nesting_is_read_as_deep_as_browsers_go_and_refused_beyond(tmp_path: Path) -> None:
    assert page(tmp_path, "<div>" * 500 + "<p>Deep.</p>" + "</div>" * 500).blocks[0].text == "Deep."
    with pytest.raises(DamagedInput, match="too deeply"):
        page(tmp_path, "<div>" * 20_000 + "<p>Deeper.</p>")


def marks_and_notes(body: str) -> tuple[list[str], list[str]]:
    """The numbers of the marks, and those of the notes with their texts."""
    blocks = read_html(f"<html><body>{body}</body></html>", "x").blocks
    notes = [f"{block.marker} {block.text}" for block in blocks if block.kind is BlockKind.FOOTNOTE]
    return [mark.number for block in blocks for mark in block.marks], notes


@pytest.mark.parametrize(
    "number",
    ["1", "12", "1234", "a", "iv", "XIV", "*", "†", "‡", "§", "¶", "#", "****", "①", "⑳", "[1]", "(a)", "（1）",
     "〔1〕", "【1】", "［1］", "[ 1 ]", "1.", "1．"],
)  # fmt: skip
def test_a_raised_number_that_links_onward_is_a_mark(number: str) -> None:
    body = f"<p>Text<sup><a href='#n'>{number}</a></sup>.</p><p id='n'>Note.</p>"
    bare = number.strip("[]()（）〔〕【】［］ .．")
    assert marks_and_notes(body) == ([bare], [f"{bare} Note."])


@pytest.mark.parametrize("number", ["12345", "ab", "ivxlcix", "*****", "㉑", "1a", "-1", "see 1", ""])
def test_other_links_are_not(number: str) -> None:
    assert marks_and_notes(f"<p>Text<sup><a href='#n'>{number}</a></sup>.</p><p id='n'>Note.</p>") == ([], [])


@pytest.mark.parametrize(
    ("link", "note", "marked"),
    [
        pytest.param("<a href='#n'><sup>1</sup></a>", "<p id='n'>Note.</p>", True, id="raised within the link"),
        pytest.param("<a href='#n'>1</a>", "<p id='n'>Note.</p>", False, id="neither raised nor called a note"),
        pytest.param("<a href='#n'>[1]</a>", "<p id='n'>Note.</p>", True, id="bracketed"),
        pytest.param("<a href='#n'>[1]</a>", "<h2 id='n'>Note.</h2>", False, id="bracketed, to a heading"),
        pytest.param("<a href='#n' class='footnote'>1</a>", "<h2 id='n'>Note.</h2>", True, id="said, to a heading"),
        *[
            pytest.param(f"<a href='#n' {said}>1</a>", "<p id='n'>Note.</p>", True, id=said)
            for said in ("class='foot-note'", "class='endnote'", "id='noteref1'", "id='cite_ref-1'", "class='citenote'",
                         "name='_ftnref1'", "class='x fn'", "role='doc-noteref'")
        ],
        pytest.param("<a href='#fn1'>1</a>", "<p id='fn1'>Note.</p>", True, id="the note says so"),
        pytest.param("<a href='#x'>1</a>", "<div class='footnote'><a id='x'></a>Note.</div>", True,
                     id="what holds the note says so"),
        pytest.param("<a href='#n' class='often'>1</a>", "<p id='n'>Note.</p>", False, id="fn within a word"),
        pytest.param("<a href='page.html#n'><sup>1</sup></a>", "<p id='n'>Note.</p>", True, id="an address before it"),
        pytest.param("<a href='#m'><sup>1</sup></a>", "<p id='n'>Note.</p>", False, id="to a place that is not there"),
        pytest.param("<a href='#n'><sup>1</sup></a>", "<p><a name='n'></a>Note.</p>", True, id="to a named anchor"),
        pytest.param("<a><sup>1</sup></a>", "<p id='n'>Note.</p>", False, id="no link at all"),
    ],
)  # fmt: skip
def test_marks(link: str, note: str, marked: bool) -> None:
    assert marks_and_notes(f"<p>Text{link}.</p>{note}")[0] == (["1"] if marked else [])


def test_a_mark_is_before_its_note_and_outside_it() -> None:
    assert marks_and_notes("<p id='n'>Note.</p><p>Text<sup><a href='#n'>1</a></sup>.</p>") == ([], [])
    assert marks_and_notes("<div><p>Text<sup><a href='#n'>1</a></sup>.</p><a id='n'></a></div>") == ([], [])


def test_a_note_is_taken_without_what_leads_back() -> None:
    text = "<p id='t'>Text<sup><a href='#n'>1</a></sup> and<sup><a href='#n'>1</a></sup>.</p>"
    for back in ("<a href='#t'>↩</a>", "<a href='#t'>[1]</a> ", "<a href='#n'>1</a>", "<a href='#t'>^ ⏎</a> "):
        assert marks_and_notes(f"{text}<p id='n'>{back}Note.</p>") == (["1", "1"], ["1 Note."])
    kept = marks_and_notes(
        f"{text}<p id='n'>Note, see <a href='#t'>above</a> and <a href='#u'>2</a>.</p><p id='u'>U</p>"
    )
    assert kept == (["1", "1"], ["1 Note, see above and 2."])


def test_notes_in_a_definition_list() -> None:
    text = "<p>Text<sup><a href='#n'>1</a></sup>.</p>"
    assert marks_and_notes(f"{text}<dl><dt id='n'>1</dt><dd>Note.</dd></dl>")[1] == ["1 Note."]
    assert marks_and_notes(f"{text}<dl><dt id='n'>Note.</dt><dt>Other</dt></dl>")[1] == ["1 Note."]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("<p>Text<sup>1</sup> on.</p><p><sup>1</sup> Note.</p>", (["1"], ["1 Note."]), id="plain"),
        pytest.param("<p>Text<sup>[1]</sup> on.</p><p><sup>[1]</sup>Note.</p>", (["1"], ["1 Note."]), id="bracketed"),
        pytest.param("<p>Text<sup>1</sup> on.</p><p><sup>1</sup> Some m<sup>2</sup>.</p>", (["1"], ["1 Some m²."]),
                     id="an exponent in a note"),
        pytest.param("<p><sup>1</sup> Note.</p><p>Text<sup>1</sup> on.</p>", ([], []), id="before its mark"),
        pytest.param("<p>Text<sup>2</sup> on.</p><p><sup>1</sup> Note.</p>", ([], []), id="of another number"),
        pytest.param("<p>Text<sup>th</sup> on.</p><p><sup>th</sup> Note.</p>", ([], []), id="no number"),
        pytest.param("<p>Text<sup>12345</sup> on.</p><p><sup>12345</sup> Note.</p>", ([], []), id="five digits"),
        pytest.param("<p>a<sup>1</sup>b<sup>2</sup>c<sup>1</sup></p><p><sup>1</sup> N.</p><p><sup>2</sup> M.</p>",
                     (["1", "2", "1"], ["1 N.", "2 M."]), id="several marks in a paragraph"),
    ],
)  # fmt: skip
def test_raised_numbers_without_links(body: str, expected: tuple[list[str], list[str]]) -> None:
    assert marks_and_notes(body) == expected
    blocks = read_html(f"<html><body>{body}</body></html>", "x").blocks
    assert all(mark.offset <= len(block.text) for block in blocks for mark in block.marks)


@pytest.mark.parametrize("attribute", ["lang", "xml:lang"])
@pytest.mark.parametrize("prologue", ["", "<?xml version='1.0' encoding='utf-8'?>\n"])
def test_the_page_states_its_language(attribute: str, prologue: str) -> None:
    page = f"{prologue}<html {attribute}='zh'><body><p>x</p></body></html>"
    assert read_html(page, "x").language == "zh"


def test_a_declaration_is_sought_in_the_first_bytes() -> None:
    meta = b"<meta charset=gbk>"
    assert declared_encoding(b" " * (4096 - len(meta)) + meta) == "gbk"
    assert declared_encoding(b" " * (4096 - len(meta) + 2) + meta) == "gb"
    assert declared_encoding(b" " * 4096 + meta) is None


def test_levels_of_lists() -> None:
    body = "<ul><li>a<ol><li>b<ul><li>c</li></ul></li></ol></li></ul><dl><dt>d</dt><dd>e</dd></dl><li>f</li><h6>g</h6>"
    blocks = read_html(f"<html><body>{body}</body></html>", "x").blocks
    assert [(block.text, block.level) for block in blocks] == [
        ("a", 1), ("b", 2), ("c", 3), ("d", 1), ("e", 0), ("f", 1), ("g", 6),
    ]  # fmt: skip


def test_a_lone_mark_belongs_to_the_block_before_it() -> None:
    body = "<p>Text.</p><p><sup><a href='#n'>1</a></sup></p><p id='n'>Note.</p>"
    blocks = read_html(f"<html><body>{body}</body></html>", "x").blocks
    assert [(block.text, [(mark.number, mark.offset) for mark in block.marks]) for block in blocks] == [
        ("Text.", [("1", 5)]), ("Note.", []),
    ]  # fmt: skip


@pytest.mark.parametrize(("span", "column"), [("2", 2), ("x", 1), ("99999", 1)])
def test_a_cell_of_several_columns_moves_the_next_one(span: str, column: int, tmp_path: Path) -> None:
    document = page(tmp_path, f"<table><tr><td colspan='{span}'>a</td><td>b</td></tr></table>", language="en")
    assert [block.cell for block in document.blocks] == [(0, 0, 0), (0, 0, column)]


def test_a_cell_of_several_rows_moves_the_cells_beside_it(tmp_path: Path) -> None:
    rows = "<tr><td rowspan=2>A</td><td>b</td></tr><tr><td>c</td></tr><tr><td>D</td><td rowspan=x>e</td></tr>"
    document = page(tmp_path, f"<table>{rows}<tr><td>F</td><td>g</td></tr></table>")
    assert [(block.text, block.kind.value, block.cell) for block in document.blocks] == [
        ("A", "table cell", (0, 0, 0)), ("b", "table cell", (0, 0, 1)), ("c", "table cell", (0, 1, 1)),
        ("D", "table cell", (0, 2, 0)), ("e", "table cell", (0, 2, 1)),
        ("F", "table cell", (0, 3, 0)), ("g", "table cell", (0, 3, 1)),
    ]  # fmt: skip


def test_the_letters_of_a_drawing_are_recorded(tmp_path: Path) -> None:
    drawing = "<svg><title>T</title><text>North <tspan>pier</tspan></text><path d='M0 0'/><text>Quay</text></svg>"
    document = page(tmp_path, f"<p>The map {drawing}shows it.</p>")
    assert [block.text for block in document.blocks] == ["The map shows it."]
    assert [(change.step, change.text) for change in document.changes] == [("drawings", "North pier Quay")]
