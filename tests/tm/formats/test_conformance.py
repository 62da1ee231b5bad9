"""What CAT tools trip over, unit by unit and file by file, and the profiles that avoid it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.errors import UsageError
from tests.data import cases
from tm import formats
from tm.formats import WriteOptions
from tm.formats.cat_tools import CAT_TOOLS, cat_tool
from tm.formats.conformance import REASONS, Audit, unit_reasons
from tm.formats.hash_set import HashSet
from tm.formats.inspection import inspect
from tm.unit import Unit

CASES = cases("conformance")


@pytest.mark.parametrize("case", CASES["units"], ids=lambda case: case["label"])
def test_faults_of_a_unit(case: dict) -> None:
    source, target = case["source"] * case.get("times", 1), case["target"]
    unit = Unit(source, target, "zh-CN", case.get("target_lang", "en-US"), sentences=case.get("sentences", 1),
                status=case.get("status", "unreviewed"))  # fmt: skip
    assert list(unit_reasons(unit)) == case["expected"]
    assert Audit().count([unit]) == [case["expected"]]


@pytest.mark.parametrize("case", CASES["files"], ids=lambda case: case["label"])
def test_faults_of_a_file(case: dict, tmp_path: Path) -> None:
    path = tmp_path / case.get("name", "t.tmx")
    path.write_text(case["document"], encoding="utf-8")
    inspection = inspect(path)
    assert dict(inspection.counts) == case["expected"]
    assert {reason.key for reason, _ in inspection.rows()} == set(case["expected"])


def test_every_reason_has_a_case() -> None:
    seen = {key for case in CASES["units"] for key in case["expected"]}
    seen |= {key for case in CASES["files"] for key in case["expected"]}
    assert seen >= set(REASONS) - {"too large"}


def test_written_files_have_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    units = [Unit(f"第{i}句。", f"Sentence {i}.", "zh-CN", "en-US", quality=0.5) for i in range(5)]
    formats.write(path, units)
    assert not inspect(path).counts


def test_duplicates_and_variants() -> None:
    audit = Audit()
    units = [Unit("甲", target, "zh-CN", "en-US") for target in ("A", "A", "B", "A")]
    assert audit.count(units) == [[], ["duplicate"], ["variant"], ["duplicate"]]
    assert (audit.units, dict(audit.counts)) == (4, {"duplicate": 2, "variant": 1})
    assert audit.count(units[2:]) == [["duplicate"], ["duplicate"]], "what was seen before stays known"


@pytest.mark.parametrize("key", CAT_TOOLS)
def test_a_profile_leaves_nothing_its_tool_would_refuse(key: str, tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    units = [
        Unit(" 甲 ", "A\n", "zh-CN", "en-US"),
        Unit("甲", "A", "zh-CN", "en-US"),
        Unit("长" * 3000, "long", "zh-CN", "en-US"),
        Unit("乙⟦1|<b>⟧", "B⟦1|<b>⟧", "zh-CN", "en-US", quality=0.5),
        Unit("丙", "", "zh-CN", "en-US"),
    ]
    report = formats.write(path, units, WriteOptions(client=key))
    refused = cat_tool(key).leave_out
    assert not refused & set(inspect(path).counts)
    assert report.written + sum(report.left_out.values()) == len(units)
    assert report.left_out["empty side"] == 1


@pytest.mark.parametrize("key", CAT_TOOLS)
def test_what_was_rejected_is_no_translation_for_a_tool(key: str, tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    units = [Unit("甲", "A", "zh-CN", "en-US", status="rejected"), Unit("乙", "B", "zh-CN", "en-US")]
    report = formats.write(path, units, WriteOptions(client=key))
    if key == "trados":
        assert ">RejectedTranslation<" in path.read_text("utf-8")
    else:
        assert (report.written, report.left_out) == (1, {"rejected": 1})


def test_an_unknown_tool_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="omegat, trados, memoq, phrase, matecat, weblate"):
        cat_tool("word")


def test_weblate_gets_a_header_language_that_its_units_have(tmp_path: Path) -> None:
    # Weblate takes the languages from the head; units in another spelling of the code are skipped.
    from lxml import etree

    path = tmp_path / "t.tmx"
    formats.write(path, [Unit("甲", "A", "zh_CN", "en_US")], WriteOptions(client="weblate"))
    root = etree.parse(str(path)).getroot()
    codes = [tuv.get("{http://www.w3.org/XML/1998/namespace}lang") for tuv in root.iter("tuv")]
    assert root.find("header").get("srclang") == codes[0] == "zh-CN"
    assert not list(root.iter("prop"))


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 20), max_size=30), max_size=12))
def test_a_hash_set_contains_what_was_added(batches: list[list[int]]) -> None:
    seen, met = HashSet(), set[int]()
    for batch in batches:
        assert seen.known(batch) == [number in met for number in batch]
        seen.add(batch)
        met.update(batch)
