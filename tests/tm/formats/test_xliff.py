"""XLIFF as others write it, states by score, damage."""

from pathlib import Path

import pytest

from corpora.errors import DamagedInput, EmptyInput, WrongFormat
from tests.data import cases
from tm import formats
from tm.formats import UnitProblems, WriteOptions
from tm.unit import Unit

CASES = cases("xliff_reading")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_files_of_other_tools(case: dict, tmp_path: Path) -> None:
    path = tmp_path / "t.xlf"
    path.write_text(case["document"], encoding="utf-8")
    found = formats.read(path, problems=UnitProblems(path, strict=False))
    assert [[u.source_lang, u.source, u.target_lang, u.target, u.status] for u in found] == case["expected"]


@pytest.mark.parametrize("case", cases("xliff_history"), ids=lambda case: case["label"])
def test_users_dates_and_comments_of_other_tools(case: dict, tmp_path: Path) -> None:
    path = tmp_path / "t.xlf"
    path.write_text(case["document"], encoding="utf-8")
    found = []
    for unit in formats.read(path, problems=UnitProblems(path, strict=False)):
        dates = [one and f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (unit.created, unit.changed)]
        found.append([unit.target, unit.author, *dates, *unit.notes])
    assert found == case["expected"]


def test_values_of_one_name_are_all_kept(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlf", tmp_path / "b.xlf"
    groups = "".join(
        f"<context-group purpose='location'><context context-type='sourcefile'>{file}</context></context-group>"
        for file in ("a.c", "b.c")
    )
    body = f"<trans-unit id='1'><source>a</source><target>b</target>{groups}</trans-unit>"
    head = "<xliff version='1.2'><file original='o' source-language='en' target-language='pl' datatype='po'><body>"
    first.write_text(f"{head}{body}</body></file></xliff>", "utf-8")
    (unit,) = formats.read(first)
    assert unit.properties == {"sourcefile": "a.c", "sourcefile#2": "b.c"}
    meta = "<mda:meta type='client'>{}</mda:meta>"
    second.write_text(
        "<xliff version='2.1' srcLang='en' trgLang='pl' xmlns='urn:oasis:names:tc:xliff:document:2.0' "
        "xmlns:mda='urn:oasis:names:tc:xliff:metadata:2.0'><file id='f'><unit id='1'><mda:metadata><mda:metaGroup>"
        f"{meta.format('Lake')}<mda:metaGroup>{meta.format('River')}</mda:metaGroup></mda:metaGroup></mda:metadata>"
        "<segment><source>a</source><target>b</target></segment></unit></file></xliff>",
        "utf-8",
    )
    (unit,) = formats.read(second)
    assert unit.properties == {"client": "Lake", "client#2": "River"}


def test_units_of_a_binary_unit_are_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    unit = "<trans-unit id='{0}'><source>{0}</source><target>t</target></trans-unit>"
    inside = f"<bin-unit id='b' mime-type='image/png'><bin-source/>{unit.format(2)}</bin-unit>"
    head = "<xliff version='1.2'><file original='o' source-language='en' target-language='pl' datatype='po'><body>"
    path.write_text(f"{head}{unit.format(1)}{inside}{unit.format(3)}</body></file></xliff>", "utf-8")
    problems = UnitProblems(path, strict=False)
    assert [unit.source for unit in formats.read(path, problems=problems)] == ["1", "2", "3"]
    assert problems.found == []


SCORED = [
    Unit("甲", "A", "zh-CN", "en-US", quality=0.95),
    Unit("乙", "B", "zh-CN", "en-US", quality=0.3),
    Unit("丙", "C", "zh-CN", "en-US", quality=0.3, status="reviewed"),
    Unit("丁", "D", "zh-CN", "en-US", quality=0.9, status="rejected"),
    Unit("戊", "", "zh-CN", "en-US"),
    Unit("己", "F", "zh-CN", "en-US"),
]


def test_states_of_1_2_follow_the_score_and_every_unit_has_a_target(tmp_path: Path) -> None:
    from lxml import etree

    path = tmp_path / "t.xlf"
    formats.write(path, SCORED)
    targets = etree.parse(str(path)).getroot().findall(".//{*}target")
    assert [(target.get("state"), target.text) for target in targets] == [
        ("translated", "A"),
        ("needs-review-translation", "B"),
        ("final", "C"),
        ("needs-review-translation", "D"),
        ("needs-translation", "戊"),
        ("translated", "F"),
    ]
    assert list(formats.read(path)) == SCORED


def test_states_of_2_1_follow_the_score(tmp_path: Path) -> None:
    from lxml import etree

    path = tmp_path / "t.xlf"
    formats.write(path, SCORED, WriteOptions(xliff="2.1"))
    segments = etree.parse(str(path)).getroot().findall(".//{*}segment")
    assert [(segment.get("state"), segment.get("subState")) for segment in segments] == [
        ("translated", None),
        ("initial", "duiyi:needs-review"),
        ("reviewed", None),
        ("initial", "duiyi:needs-review"),
        ("initial", None),
        ("translated", None),
    ]
    assert list(formats.read(path)) == SCORED


@pytest.mark.parametrize("version", ["1.2", "2.1"])
def test_valid_units_of_a_damaged_file_are_read(version: str, tmp_path: Path) -> None:
    path = tmp_path / "t.xlf"
    units = [Unit(f"源{i}。", f"t{i}.", "zh-CN", "en-US", notes=("n",)) for i in range(4)]
    formats.write(path, units, WriteOptions(xliff=version))  # type: ignore[arg-type]
    path.write_text(path.read_text("utf-8").replace("源1。", "\x0b").replace("t2.", "a & b"), encoding="utf-8")
    problems = UnitProblems(path, strict=False)
    assert list(formats.read(path, problems=problems)) == [units[0], units[3]]
    assert len(problems.found) == 2
    assert all(problem.line for problem in problems.found)
    with pytest.raises(DamagedInput):
        list(formats.read(path))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<tmx version='1.4'><file/></tmx>", WrongFormat),
        ("<xliff version='1.2'><file source-language='zh' target-language='en'><body/></file></xliff>", EmptyInput),
        ("<xliff version='1.2'><file", DamagedInput),
    ],
)
def test_files_that_are_not_xliff_are_refused(text: str, error: type[Exception], tmp_path: Path) -> None:
    path = tmp_path / "t.xlf"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=r"t\.xlf"):
        list(formats.read(path))


def test_a_file_of_2_1_has_one_pair_of_languages(tmp_path: Path) -> None:
    path = tmp_path / "t.xlf"
    units = [Unit("甲", "A", "zh-CN", "en-US"), Unit("甲", "a", "zh-CN", "de-DE")]
    report = formats.write(path, units, WriteOptions(xliff="2.1"))
    assert (report.written, report.left_out) == (1, {"other languages than the file's": 1})
    assert formats.write(path, units).written == 2
    assert list(formats.read(path)) == units
