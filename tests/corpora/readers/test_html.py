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
