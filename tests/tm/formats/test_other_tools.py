"""Formats that are read only: what each tool says of a unit is kept, and a fault costs one unit."""

import sqlite3
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpora.errors import DamagedInput, InputError, WrongFormat
from tests.tm.formats.other_tools import MAKERS
from tm import formats
from tm.formats import ReadOptions, UnitProblems
from tm.tags import plain
from tm.unit import Unit

PAIRS = [("甲方应当付款。", "Party A shall pay."), ("“乙方” & <丙方>", "“Party B” & <C>"), ("丁", "D")]
DATE = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def read(folder: Path, kind: str) -> tuple[list[Unit], UnitProblems]:
    suffix, make = MAKERS[kind]
    path = make(folder / f"m{suffix}", PAIRS)
    problems = UnitProblems(path, strict=False)
    return list(formats.read(path, problems=problems)), problems


@pytest.mark.parametrize("kind", MAKERS)
def test_every_unit_is_read(tmp_path: Path, kind: str) -> None:
    units, problems = read(tmp_path, kind)
    assert not problems.found
    assert [(plain(unit.source), plain(unit.target)) for unit in units] == PAIRS


@pytest.mark.parametrize("kind", [kind for kind in MAKERS if MAKERS[kind][0] != ".docx"])
def test_it_is_not_written(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"m{MAKERS[kind][0]}"
    with pytest.raises(WrongFormat):
        formats.write(path, [Unit("甲", "A", "zh", "en")])
    assert not path.exists()


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02" * 99, b"{", b"<a/>", b"PK\x03\x04", b"[1, 2]", b"SQLite format 3\x00"]
)
def test_other_content_is_refused_in_a_sentence(tmp_path: Path, kind: str, content: bytes) -> None:
    path = tmp_path / f"m{MAKERS[kind][0]}"
    path.write_bytes(content)
    with pytest.raises(InputError):
        list(formats.read(path, on_problem=lambda _: None))


def test_what_trados_says(tmp_path: Path) -> None:
    (first, second, _), _ = read(tmp_path, "sdltm")
    assert first.source == "⟦1⟧甲方应当付款。⟦/1⟧"
    assert (first.source_lang, first.target_lang, first.author, first.created) == ("zh-CN", "en-GB", "LI", DATE)
    assert dict(first.properties) == {"Client": "A&B", "Client#2": "C", "changeid": "WANG"}
    assert second.properties["usagecount"] == "1"
    assert second.properties["lastusagedate"] == "20240602T000000Z"


def test_what_wordfast_says(tmp_path: Path) -> None:
    (first, *_), _ = read(tmp_path, "wordfast")
    assert (first.source_lang, first.target_lang, first.author, first.created) == ("zh-CN", "en", "LI", DATE)
    assert dict(first.properties) == {"attribute1": "Law"}
    path = tmp_path / "m.txt"
    path.write_text(
        "%1\t%User\n1\tMT!\t0\tEN-US\ta&'85;&'0D;b\\n&tA;c\tZH-CN\t&'93;甲&'94;\n1\tLI\t0\tEN-US\n", "utf-8"
    )
    problems = UnitProblems(path, strict=False)
    (unit,) = formats.read(path, problems=problems)
    assert unit.source == "a…\nb\n⟦A/|&tA;⟧c"
    assert (unit.target, unit.quality) == ("“甲”", 0.5)
    assert [problem.line for problem in problems.found] == [3]


def test_what_wordfast_pro_and_tageditor_say(tmp_path: Path) -> None:
    (first, _, last), _ = read(tmp_path, "txml")
    assert (first.notes, first.author, first.created, first.quality, last.quality) == (
        ("note 1",),
        "LI",
        DATE,
        None,
        0.5,
    )
    assert first.source == '甲方应当付款。⟦1 el="ut"/|<b>⟧'
    (first, second, _), _ = read(tmp_path, "ttx")
    assert (first.source_lang, first.target_lang) == ("zh-CN", "en-US")
    assert (dict(first.properties), dict(second.properties)) == ({}, {"match-percent": "80"})


def test_what_weblate_says(tmp_path: Path) -> None:
    (first, second, _), _ = read(tmp_path, "weblate")
    assert (first.source_lang, first.target_lang, first.origin.source_file) == ("zh-Hans", "en", "p/c")
    assert dict(first.properties) == {"category": "1"}
    assert (first.quality, second.quality) == (None, 0.5), "pending translations are doubtful"


def test_a_list_of_other_objects(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text('{"units": [{"zh": "甲句子", "en": "A sentence"}, {"zh": "乙", "en": "B"}]}', "utf-8")
    assert [(unit.source, unit.target) for unit in formats.read(path)] == [("甲句子", "A sentence"), ("乙", "B")]


def test_what_tables_of_word_say(tmp_path: Path) -> None:
    units, _ = read(tmp_path, "trados")
    assert units[0].source == "⟦1|<1>⟧甲方应当付款。⟦/1|</1>⟧"
    assert [(unit.quality, unit.status) for unit in units] == [
        (None, "unreviewed"),
        (0.5, "unreviewed"),
        (None, "rejected"),
    ]
    units, _ = read(tmp_path, "memoq")
    assert [unit.notes for unit in units] == [("note 0",), ("note 1",), ("note 2",)]
    assert {(unit.source_lang, unit.target_lang, unit.quality) for unit in units} == {("zh-CN", "en-US", 0.5)}


_ROWS = [
    ("ID", "Source", "Target", "Comment"),
    ("1<i>a⟦b</i>", "Fill the <i>[1}</i>jug<i>{1]</i>.", "填<i>[1}</i>壶<i>{1]</i>。<c>5</c><c>6</c>", "own ⟦remark"),
    ("2", "Press <i>{2}</i>.", "按<i>{2}</i>。", ""),
    ("3", "Short.<c>7</c>", "短。", ""),
]


def word_table(path: Path, rows: Sequence[Sequence[str]], *, damaged: bool = False) -> Path:
    """A Word file with a table; in its texts <c>5</c> is a comment and <i>…</i> a tag of memoQ."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

    def cell(text: str) -> str:
        text = text.replace("<i>", '</w:t></w:r><w:r><w:rPr><w:rStyle w:val="mqInternal"/></w:rPr><w:t>')
        text = text.replace("</i>", "</w:t></w:r><w:r><w:t>")
        text = text.replace("<c>", '</w:t></w:r><w:r><w:commentReference w:id="').replace("</c>", '"/><w:t>')
        return f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    table = "".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in rows)
    comment = '<w:comment w:id="{}"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:comment>'
    comments = "".join(comment.format(*one) for one in ((5, "too free?"), (6, "no"), (7, "why")))
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(
            "word/document.xml", f'<w:document xmlns:w="{word}"><w:body><w:tbl>{table}</w:tbl></w:body></w:document>'
        )
        end = "" if damaged else "</w:comments>"
        package.writestr("word/comments.xml", f'<w:comments xmlns:w="{word}">{comments}{end}')
    return path


@pytest.mark.parametrize("damaged", [False, True])
def test_comments_of_word_and_tags_of_memoq(tmp_path: Path, damaged: bool) -> None:
    path = word_table(tmp_path / "m.docx", _ROWS, damaged=damaged)
    problems = UnitProblems(path, strict=False)
    units = list(formats.read(path, ReadOptions("en", "zh"), problems=problems))
    assert units[0].source == "Fill the ⟦1|[1}⟧jug⟦/1|{1]⟧."
    assert [unit.properties["ID"] for unit in units] == ["1a⟦b", "2", "3"]
    assert units[1].target == "按⟦2/|{2}⟧。"
    said = [("own ⟦remark",), (), ()] if damaged else [("own ⟦remark", "too free?", "no"), (), ("why",)]
    assert [unit.notes for unit in units] == said
    assert any("comments" in note for note in problems.notes) is damaged


@pytest.mark.parametrize("mark", ["", "<c>5</c>"])
@pytest.mark.parametrize(
    ("rows", "units", "short"),
    [
        # Rows that end before a text are reported, with comments of Word and without.
        (
            [("Source", "Target", "Status"), ("One.{}",), ("Two.", "二。"), ("Three.", "三。", "reviewed")],
            [("Two.", "二。"), ("Three.", "三。")],
            ["line 2: the row has 1 column, the texts need 2"],
        ),
        (
            [
                ("ID", "Source", "Note", "Target"),
                ("1", "One.", ""),
                ("2", "Two.{}", "", "二。"),
                ("3", "Three.", "", ""),
            ],
            [("Two.", "二。"), ("Three.", "")],
            ["line 2: the row has 3 columns, the texts need 4"],
        ),
        # Texts behind the columns that have names are read.
        (
            [("English", "中文"), ("1", "A short line{}", "短的一行"), ("2", "Another line", "另一行")],
            [("A short line", "短的一行"), ("Another line", "另一行")],
            [],
        ),
    ],
)
def test_short_rows_in_tables_of_word(
    tmp_path: Path, mark: str, rows: list[tuple[str, ...]], units: list[tuple[str, str]], short: list[str]
) -> None:
    path = word_table(tmp_path / "m.docx", [[cell.format(mark) for cell in row] for row in rows])
    problems = UnitProblems(path, strict=False)
    found = list(formats.read(path, ReadOptions("en", "zh"), problems=problems))
    assert [(unit.source, unit.target) for unit in found] == units
    assert list(map(str, problems.found)) == short
    commented = any("{}" in cell for row in rows for cell in row if cell.replace("{}", "") in dict(units))
    assert any(unit.notes == ("too free?",) for unit in found) == (bool(mark) and commented)


def test_a_word_file_without_such_a_table(tmp_path: Path) -> None:
    path = tmp_path / "m.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<d/>")
    with pytest.raises(WrongFormat, match="no table with a source and a target column"):
        list(formats.read(path))


def test_a_damaged_unit_costs_one(tmp_path: Path) -> None:
    path = MAKERS["sdltm"][1](tmp_path / "m.sdltm", PAIRS)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE translation_units SET source_segment = '<Segment><Elem' WHERE id = 2")
        db.execute("UPDATE translation_units SET target_segment = NULL WHERE id = 3")
    db.close()
    before = path.read_bytes()
    problems = UnitProblems(path, strict=False)
    assert [plain(unit.source) for unit in formats.read(path, problems=problems)] == [PAIRS[0][0]]
    assert [problem.line for problem in problems.found] == [2, 3]
    assert path.read_bytes() == before
    with pytest.raises(DamagedInput):
        list(formats.read(path, ReadOptions(strict=True)))


@pytest.mark.parametrize("kind", ["txml", "ttx", "weblate"])
def test_a_destroyed_mark_costs_one_unit(tmp_path: Path, kind: str) -> None:
    suffix, make = MAKERS[kind]
    path = make(tmp_path / f"m{suffix}", PAIRS)
    encoding = "utf-16" if kind == "ttx" else "utf-8"
    text = path.read_bytes().decode(encoding)
    mark = {"txml": "</source>", "ttx": "</Tuv>", "weblate": '"source":'}[kind]
    at = text.index(mark, text.index(mark) + (len(mark) if kind != "ttx" else 100))
    path.write_bytes((text[:at] + text[at + len(mark) :]).encode(encoding))
    problems = UnitProblems(path, strict=False)
    assert len(list(formats.read(path, problems=problems))) == 2
    assert len(problems.found) == 1


def test_another_text_file_has_no_units(tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_text("% of the total\n", "utf-8")
    with pytest.raises(WrongFormat, match="does not have the extension") as told:
        formats.format_of(path)
    assert ".sdltm" in str(told.value)
    assert ".html" not in str(told.value)


def test_a_format_that_is_only_read_is_refused_for_writing(tmp_path: Path) -> None:
    for name in ("m.txt", "m.sdltm", "m.txml"):
        with pytest.raises(WrongFormat, match="is read only, not written"):
            formats.format_of(tmp_path / name, to_write=True)
    with pytest.raises(WrongFormat, match=r"\.tmx .*\.html") as told:
        formats.format_of(tmp_path / "m.doc", to_write=True)
    assert ".sdltm" not in str(told.value)


def test_views_in_the_place_of_tables_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.sdltm"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE translation_memories (id, source_language, target_language)")
        db.execute(
            "CREATE VIEW translation_units (id, source_segment, target_segment) AS WITH RECURSIVE c (n) AS"
            " (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, '', '' FROM c"
        )
    db.close()
    with pytest.raises(WrongFormat, match="not a memory of Trados"):
        list(formats.read(path))
