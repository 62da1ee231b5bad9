"""What the states of other tools mean is kept on the way in, and on the way out again."""

from pathlib import Path
from typing import Literal

import pytest

from corpora.errors import InputError
from tests.data import cases
from tm import formats
from tm.formats import UnitProblems
from tm.unit import Unit

HEAD = (
    '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2" xmlns:x="urn:x">'
    '<file original="a" source-language="en" target-language="zh-CN" datatype="plaintext"><body>'
)


def state_of(unit: Unit) -> str:
    """The state of a unit as far as filters, penalties and writers distinguish it."""
    if unit.status != "unreviewed":
        return {"reviewed": "approved"}.get(unit.status, unit.status)
    return "doubtful" if unit.quality is not None and unit.quality < 0.7 else "translated"


@pytest.mark.parametrize("case", cases("states"), ids=lambda case: case["label"])
def test_states_of_other_tools(case: dict, tmp_path: Path) -> None:
    path = tmp_path / f"t.{case['suffix']}"
    path.write_text(case.get("text") or f"{HEAD}{case['body']}</body></file></xliff>", "utf-8")
    units = list(formats.read(path, problems=UnitProblems(path, strict=False)))
    assert {unit.source: state_of(unit) for unit in units} == case["expected"]
    assert {unit.source: unit.target for unit in units}.items() >= case.get("targets", {}).items()
    for suffix in ("xlf", "po", "tmx", "jsonl", "tsv"):
        again = tmp_path / f"again.{suffix}"
        formats.write(again, units)
        back = {unit.source: state_of(unit) for unit in formats.read(again)}
        assert back == {unit.source: case["expected"][unit.source] for unit in units if unit.source in back}


@pytest.mark.parametrize("suffix", ["xlf", "po"])
def test_a_language_that_the_file_does_not_name_is_requested(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"words.{suffix}"
    texts = {
        "xlf": f"{HEAD}<trans-unit id='1'><source>Save</source><target>Salvar</target></trans-unit>"
        "</body></file></xliff>".replace(' target-language="zh-CN"', ""),
        "po": 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Save"\nmsgstr "Salvar"\n',
    }
    path.write_text(texts[suffix].replace(' target-language="zh-CN"', ""), "utf-8")
    with pytest.raises(InputError, match="`target_lang`"):
        list(formats.read(path))
    (unit,) = formats.read(path, formats.ReadOptions(target_lang="pt-BR"))
    assert (unit.target, unit.target_lang) == ("Salvar", "pt-BR")


def test_what_is_not_to_be_translated_stays_marked(tmp_path: Path) -> None:
    path = tmp_path / "t.xlf"
    unit = '<trans-unit id="1"><source>KEY</source><target>KEY</target></trans-unit>'
    path.write_text(f'{HEAD}<group translate="no">{unit}</group></body></file></xliff>', "utf-8")
    for version in ("1.2", "2.1"):
        formats.write(tmp_path / "again.xlf", formats.read(path), formats.WriteOptions(xliff=version))
        assert 'translate="no"' in (tmp_path / "again.xlf").read_text("utf-8")
        assert [one.properties["translate"] for one in formats.read(tmp_path / "again.xlf")] == ["no"]


def test_a_po_file_keeps_flags_plurals_references_and_the_former_source(tmp_path: Path) -> None:
    text = (
        '#: a.c:1\n#, c-format\nmsgid "%d boat"\nmsgid_plural "%d boats"\nmsgstr[0] "Boot %d"\nmsgstr[1] "Boote %d"\n\n'
        '#, fuzzy\n#| msgid "Tie it up."\nmsgid "Tie it."\nmsgstr "x"\n'
    )
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: de\\n"\n\n'
    (tmp_path / "in.po").write_text(head + text, "utf-8")
    formats.write(tmp_path / "out.po", formats.read(tmp_path / "in.po"))
    written = (tmp_path / "out.po").read_text("utf-8")
    for line in text.splitlines():
        assert line in written.splitlines()


def test_dates_in_other_spellings_and_what_is_no_date_are_kept(tmp_path: Path) -> None:
    tuv = '<tuv xml:lang="{}"><seg>{}</seg></tuv>'
    tu = '<tu creationdate="2021/03/05 10:15:00" changedate="yesterday">{}{}</tu>'
    text = tu.format(tuv.format("en", "Boat."), tuv.format("zh", "船。"))
    (tmp_path / "in.tmx").write_text(f'<tmx version="1.4"><header srclang="en"/><body>{text}</body></tmx>', "utf-8")
    formats.write(tmp_path / "out.tmx", formats.read(tmp_path / "in.tmx"))
    (unit,) = formats.read(tmp_path / "out.tmx")
    assert f"{unit.created:%Y-%m-%d %H:%M}" == "2021-03-05 10:15"
    assert unit.properties == {"changedate": "yesterday"}


def test_a_plural_form_without_a_translation_keeps_its_place(tmp_path: Path) -> None:
    entry = 'msgid "%d seat"\nmsgid_plural "%d seats"\nmsgstr[0] "%d место"\nmsgstr[1] ""\nmsgstr[2] "%d мест"\n'
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: ru\\n"\n\n'
    (tmp_path / "in.po").write_text(head + entry, "utf-8")
    formats.write(tmp_path / "out.po", formats.read(tmp_path / "in.po"))
    written = (tmp_path / "out.po").read_text("utf-8")
    assert entry in written
    assert "nplurals=3; plural=(n%10==1" in written


def test_notes_properties_and_dates_of_one_language_come_back(tmp_path: Path) -> None:
    tu = (
        '<tu changedate="20220408T090000Z"><prop type="x-client">River</prop><prop type="x-client">Lake</prop>'
        '<tuv xml:lang="zh-CN" changedate="20210305T101500Z"><prop type="x-sign">board</prop><seg>船。</seg></tuv>'
        '<tuv xml:lang="en-US"><note>A ferry</note><prop type="x-checked">aloud</prop><seg>Boat.</seg></tuv></tu>'
    )
    text = f'<tmx version="1.4"><header srclang="zh-CN"/><body>{tu}</body></tmx>'
    (tmp_path / "in.tmx").write_text(text, "utf-8")
    formats.write(tmp_path / "out.tmx", formats.read(tmp_path / "in.tmx"))
    written = (tmp_path / "out.tmx").read_text("utf-8")
    for part in (
        '<prop type="x-client">River</prop>', '<prop type="x-client">Lake</prop>', "<note>A ferry</note>",
        '<tuv xml:lang="zh-CN" changedate="20210305T101500Z"><prop type="x-sign">board</prop>',
        '<prop type="x-checked">aloud</prop>',
    ):  # fmt: skip
        assert part in written.replace("\n", "")


def test_a_footnote_inside_a_segment_is_a_code(tmp_path: Path) -> None:
    from tm.tags import plain

    seg = '<hi type="lead">Recalling</hi> the rules,<sub type="fnote">Resolution 31 B.</sub> and nets,'
    (tmp_path / "in.tmx").write_text(
        f'<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>{seg}</seg></tuv>'
        '<tuv xml:lang="zh"><seg>回顾规则和渔网，</seg></tuv></tu></body></tmx>',
        "utf-8",
    )
    (unit,) = formats.read(tmp_path / "in.tmx")
    assert plain(unit.source) == "Recalling the rules, and nets,"
    formats.write(tmp_path / "out.tmx", [unit])
    assert '<sub type="fnote">Resolution 31 B.</sub>' in (tmp_path / "out.tmx").read_text("utf-8")
    assert [one.source for one in formats.read(tmp_path / "out.tmx")] == [unit.source]


@pytest.mark.parametrize(
    ("properties", "status", "qualifier"),
    [
        ({"state": "mt"}, "unreviewed", "leveraged-mt"),
        ({"state": "Draft", "state-origin": "mt-suggestion"}, "unreviewed", "mt-suggestion"),
        ({"state": "fuzzy"}, "unreviewed", "fuzzy-match"),
        ({}, "rejected", "rejected-inaccurate"),
        ({"state": "mt"}, "reviewed", None),
        ({}, "unreviewed", None),
    ],
)
def test_origins_leave_in_the_terms_of_xliff(
    tmp_path: Path, properties: dict, status: str, qualifier: str | None
) -> None:
    from lxml import etree

    path = tmp_path / "m.xlf"
    formats.write(path, [Unit("甲", "A", "zh", "en", status=status, properties=properties)])
    assert etree.parse(str(path)).find(".//{*}target").get("state-qualifier") == qualifier


def test_po_to_po_keeps_comments_and_says_what_is_obsolete(tmp_path: Path) -> None:
    path, copy = tmp_path / "m.po", tmp_path / "copy.po"
    body = (
        '# by a translator\n#. from the code\n#: a.c:1\n#, c-format, fuzzy\n#| msgctxt "old"\n#| msgid "Old %s"\n'
        'msgctxt "menu"\nmsgid "New %s"\nmsgstr "新 %s"\n'
    )
    head = 'msgid ""\nmsgstr ""\n"Language: zh_CN\\n"\n"X-Source-Language: en\\n"\n\n'
    path.write_text(f'{head}{body}\n#~ msgid "gone"\n#~ msgstr "没了"\n', "utf-8")
    problems = UnitProblems(path, strict=False)
    formats.write(copy, formats.read(path, problems=problems))
    assert body in copy.read_text("utf-8")
    assert dict(problems.skipped) == {"an obsolete entry": 1}


@pytest.mark.parametrize(
    ("status", "quality", "words"),
    [
        ("unreviewed", 0.4, ("needs-review-translation", "fuzzy", "doubtful")),
        ("unreviewed", 0.9, ("translated", "", "")), ("unreviewed", None, ("translated", "", "")),
        ("reviewed", 0.4, ("final", "", "")),
        ("rejected", 0.9, ("needs-review-translation", "fuzzy", "doubtful")),
        ("rejected", None, ("needs-review-translation", "fuzzy", "doubtful")),
    ],
)  # fmt: skip
def test_what_somebody_has_to_look_at_is_the_same_in_all_formats(
    tmp_path: Path, status: Literal["unreviewed", "reviewed", "rejected"], quality: float | None, words: tuple[str, ...]
) -> None:
    unit = Unit("The door is open.", "门开着。", "en-GB", "zh-CN", status=status, quality=quality)
    for suffix, mark in (("xlf", 'state="'), ("po", "#, "), ("html", '<tr class="')):
        path = tmp_path / f"t.{suffix}"
        formats.write(path, [unit])
        word = words[("xlf", "po", "html").index(suffix)]
        assert path.read_text("utf-8").partition(mark)[2].startswith(word)
        assert bool(word) == (mark in path.read_text("utf-8"))
    formats.write(tmp_path / "t.xliff", [unit], formats.WriteOptions(xliff="2.1"))
    assert ("needs-review" in (tmp_path / "t.xliff").read_text("utf-8")) == bool(words[1])
