"""TMX as others write it, and what becomes of a damaged one."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpora.errors import DamagedInput, EmptyInput, InputError, WrongFormat
from tests.data import cases
from tm import formats
from tm.formats import ReadOptions, UnitProblems, WriteOptions
from tm.tags import native, plain
from tm.unit import Unit

CASES = cases("tmx_reading")
HEAD = (
    '<header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en" '
    'srclang="{}" datatype="plaintext"/>'
)


def document(body: str, source: str = "zh-CN", head: str = "") -> str:
    return f'<?xml version="1.0"?>\n{head}<tmx version="1.4">{HEAD.format(source)}<body>\n{body}\n</body></tmx>'


def tu(source: str, target: str) -> str:
    return f'<tu><tuv xml:lang="zh-CN"><seg>{source}</seg></tuv><tuv xml:lang="en-US"><seg>{target}</seg></tuv></tu>'


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_files_of_other_tools(case: dict, tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    text = document(case["body"], case.get("srclang", "zh-CN")) if "body" in case else case["document"]
    path.write_text(text, encoding=case.get("encoding", "utf-8"))
    options = ReadOptions(case.get("source_lang", ""), case.get("target_lang", ""))
    found = formats.read(path, options, problems=UnitProblems(path, strict=False))
    assert [[u.source_lang, u.source, u.target_lang, u.target] for u in found] == case["expected"]


def test_dates_author_notes_context_and_properties(tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    path.write_text(
        document(
            '<tu tuid="7" usagecount="3" creationdate="20240102T030405Z"><note>see p. 4</note>'
            '<prop type="client">UN</prop><prop type="x-score">0.5</prop><prop type="x-page">second</prop>'
            '<tuv xml:lang="zh-CN"><prop type="x-context-pre">&lt;seg&gt;前&lt;/seg&gt;</prop><seg>甲</seg></tuv>'
            '<tuv xml:lang="en-US" changedate="20250102T030405Z" creationid="anna"><seg>A</seg></tuv></tu>'
        ),
        encoding="utf-8",
    )
    (unit,) = formats.read(path)
    assert unit.created == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert unit.changed == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (unit.author, unit.notes, unit.previous, unit.quality) == ("anna", ("see p. 4",), "前", 0.5)
    # What is not understood is kept as it came.
    assert unit.properties == {"tuid": "7", "usagecount": "3", "prop.client": "UN", "page": "second"}
    formats.write(path, [unit])
    assert list(formats.read(path)) == [unit]


def test_valid_units_of_a_damaged_file_are_read_and_each_invalid_one_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    rows = [tu(f"源{i}", f"t{i}") for i in range(6)]
    rows[1] = tu("坏\x0b", "bad")
    rows[3] = tu("坏", "a & b")
    rows[4] = rows[4].replace("</tu>", "")
    path.write_text(document("\n".join(rows)), encoding="utf-8")
    problems = UnitProblems(path, strict=False)
    assert [unit.target for unit in formats.read(path, problems=problems)] == ["t0", "t2", "t5"]
    assert [problem.line for problem in problems.found] == [4, 6, 7]
    with pytest.raises(DamagedInput, match="line 4"):
        list(formats.read(path, ReadOptions(strict=True), problems=UnitProblems(path, strict=True)))
    with pytest.raises(DamagedInput, match="line 4"):
        list(formats.read(path))


@pytest.mark.parametrize("name", ["TU", "Tu"])
def test_a_unit_in_capitals_is_reported(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    formats.write(path, [Unit(source, source, "zh-CN", "en-US") for source in ("甲", "乙", "丙")])
    before, second, after = path.read_text("utf-8").split("<tu>", 2)
    path.write_text(f"{before}<tu>{second}<{name}>{after.replace('</tu>', f'</{name}>', 1)}", "utf-8")
    problems = UnitProblems(path, strict=False)
    assert [unit.source for unit in formats.read(path, problems=problems)] == ["甲", "丙"]
    assert [(one.lost, one.message.startswith(f"<{name}> is not")) for one in problems] == [(1, True)]


@pytest.mark.parametrize("cut", [1, 3, 20, 60, 90])
def test_complete_units_of_a_truncated_file_are_read(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    whole = document("\n".join(tu(f"源{i}", f"t{i}") for i in range(4)))
    path.write_text(whole[:-cut], encoding="utf-8")
    problems = UnitProblems(path, strict=False)
    assert len(list(formats.read(path, problems=problems))) >= 3
    assert problems.found or "every unit could be read" in problems.notes[0]


def test_an_endless_segment_takes_little_memory(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "t.tmx"
    with path.open("w", encoding="utf-8") as file:
        before, after = document(tu("@", "t")).split("@")
        file.write(before)
        for _ in range(64):
            file.write("x" * 1_000_000)
        file.write(after.replace("</body>", tu("甲", "A") + "</body>"))
    problems = UnitProblems(path, strict=False)
    tracemalloc.start()
    try:
        assert [unit.target for unit in formats.read(path, problems=problems)] == ["A"]
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert "longer than" in str(problems.found[0])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('<!DOCTYPE tmx [<!ENTITY a "b">]>' + document(tu("&a;", "x")).partition("\n")[2], InputError),
        ("<html><header/></html>", WrongFormat),
        (document(""), EmptyInput),
        (document('<tu><tuv xml:lang="zh-CN"><seg>甲</seg></tuv></tu>'), EmptyInput),
        (document(tu("甲", "A").replace("en-US", "??")), EmptyInput),
    ],
)
def test_a_file_without_a_unit_is_refused(text: str, error: type[Exception], tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=r"t\.tmx"):
        list(formats.read(path, problems=UnitProblems(path, strict=False)))


def test_bytes_of_another_encoding_than_declared(tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    path.write_bytes(document(tu("甲", "A") + "\n" + tu("乙", "B")).encode("gb18030"))
    with pytest.raises(EmptyInput, match="bytes that are not utf-8"):
        list(formats.read(path, problems=UnitProblems(path, strict=False)))


def segtypes(path: Path, units: Iterable[Unit], options: WriteOptions) -> list[str]:
    from lxml import etree

    formats.write(path, units, options)
    root = etree.parse(str(path)).getroot()
    return [root.find("header").get("segtype"), *(tu.get("segtype", "") for tu in root.iter("tu"))]


def test_units_of_several_sentences_are_marked_as_paragraphs(tmp_path: Path) -> None:
    one = Unit("甲。", "A.", "zh-CN", "en-US")
    two = Unit("甲。乙。", "A. B.", "zh-CN", "en-US", sentences=2)
    path = tmp_path / "t.tmx"
    assert segtypes(path, [one], WriteOptions()) == ["sentence", ""]
    assert segtypes(path, [one, two], WriteOptions()) == ["paragraph", "", "paragraph"]
    assert segtypes(path, [one, two], WriteOptions(segtype="sentence")) == ["sentence", "", ""]
    assert segtypes(path, [one], WriteOptions(segtype="paragraph")) == ["paragraph", ""]


def test_the_safe_profile(tmp_path: Path) -> None:
    from lxml import etree

    path = tmp_path / "t.tmx"
    report = formats.write(
        path,
        [
            Unit("甲⟦1|<b>⟧", "A\x00", "zh_cn", "en", created=datetime(2024, 1, 2, tzinfo=UTC), quality=0.5),
            Unit("乙", " ", "zh", "en"),
        ],
        WriteOptions(date=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)),
    )
    assert (report.written, report.removed_characters, report.left_out) == (1, 1, {"empty side": 1})
    data = path.read_bytes()
    assert data.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE tmx SYSTEM \"tmx14.dtd\">")
    root = etree.fromstring(data)
    header = root.find("header")
    assert header.get("srclang") == "zh-CN"
    assert header.get("creationdate") == "20250102T030405Z"
    assert {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "datatype"} <= set(header.keys())
    (unit,) = root.iter("tu")
    assert unit.get("creationdate") == "20240102T000000Z"
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [tuv.get(lang) for tuv in unit.iter("tuv")] == ["zh-CN", "en"]
    assert [prop.get("type") for prop in unit.iter("prop")] == ["x-score"]
    assert not any("\n" in seg.text for seg in unit.iter("seg"))


def test_inline_elements_keep_their_code(tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    inline = (
        'a<bpt i="1" x="9" type="bold">&lt;b&gt;</bpt>b<ept i="1">&lt;/b&gt;</ept><ph x="2" assoc="p">[br/]</ph>'
        '<it pos="begin" x="3">{i}</it><hi type="term">c</hi><ph>&lt;img alt="<sub>d</sub>"&gt;</ph><ut>x</ut>'
    )
    path.write_text(document(tu(inline, inline)), encoding="utf-8")
    (unit,) = formats.read(path)
    assert plain(unit.source) == "abc"
    assert native(unit.source).startswith("a<b>b</b>[br/]{i}c<img")
    formats.write(path, [unit])
    assert list(formats.read(path)) == [unit]
    written = path.read_text("utf-8")
    for piece in ('type="bold">&lt;b&gt;</bpt>', '<it pos="begin" x="3">', "<hi x=", "<sub>d</sub>", "<ut "):
        assert piece in written


def test_an_entity_of_html_costs_no_unit_and_is_not_reported(tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    path.write_text(document(tu("甲", "A") + tu("乙&nbsp;丙", "B") + tu("丁", "C")), encoding="utf-8")
    problems = UnitProblems(path, strict=False)
    assert [unit.source for unit in formats.read(path, problems=problems)] == ["甲", "乙\u00a0丙", "丁"]
    assert problems.found == []
    assert "nbsp" in problems.notes[0]


def test_segmentation_tools_and_types_of_props_survive(tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    path.write_text(
        '<tmx version="1.4"><header srclang="zh" segtype="paragraph" creationtool="X"/><body>'
        '<tu segtype="phrase" datatype="html" creationtool="T" o-tmf="z"><prop type="client">C</prop>'
        '<prop type="x-client">D</prop><prop type="score">95</prop>'
        '<tuv xml:lang="zh"><prop type="note">p</prop><seg>甲</seg></tuv><tuv xml:lang="en"><seg>A</seg></tuv></tu>'
        '<tu><tuv xml:lang="zh"><seg>乙</seg></tuv><tuv xml:lang="en"><seg>B</seg></tuv></tu></body></tmx>',
        "utf-8",
    )
    first, second = units = list(formats.read(path))
    assert (first.quality, first.properties["segtype"], second.properties["segtype"]) == (None, "phrase", "paragraph")
    formats.write(path, units)
    written = path.read_text("utf-8")
    for piece in ('segtype="phrase"', 'datatype="html"', 'creationtool="T"', 'o-tmf="z"', '<prop type="client">C<',
                  '<prop type="x-client">D<', '<prop type="note">p<', 'segtype="paragraph" o-tmf="duiyi"'):  # fmt: skip
        assert piece in written
    assert list(formats.read(path)) == units


def test_confirmation_levels_for_trados(tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    states = [
        {"status": "reviewed"},
        {"quality": 0.5},
        {"status": "rejected"},
        {"properties": {"ConfirmationLevel": "x"}},
    ]
    units = [Unit(f"甲{n}", f"A{n}", "zh", "en", **state) for n, state in enumerate(states)]  # type: ignore[arg-type]
    formats.write(path, units, WriteOptions(client="trados"))
    written = path.read_text("utf-8")
    found = re.findall('"x-ConfirmationLevel">([^<]*)<', written)
    assert found == ["ApprovedTranslation", "Draft", "RejectedTranslation", "Translated"]
