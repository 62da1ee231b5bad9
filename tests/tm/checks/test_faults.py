"""The generator of faults, and a floor under what is found in real documents (`make bench` gives the figures)."""

from pathlib import Path

import pytest

from benchmarks.data import clean
from benchmarks.faults import KINDS, plant
from benchmarks.faults_otherwise import FAULTS
from benchmarks.faults_otherwise import plant as plant_otherwise
from tm.checks.finding import Severity
from tm.checks.run import check
from tm.unit import Unit

UNITS = [
    Unit(
        f"第{n}条 缔约国不得拒绝提供 {n} 份文件。应在 2017 年 11 月 {n} 日以前提交。",
        f"Article {n}. States parties shall not refuse to provide {n} documents. They shall submit them before "
        f"{n} November 2017.",
        "zh-CN",
        "en-US",
    )
    for n in range(3, 27)
]


@pytest.mark.parametrize("kind", KINDS)
def test_faults_are_the_same_for_the_same_seed_and_only_where_they_are_said_to_be(kind: str) -> None:
    planted, again = plant(UNITS, kind, 0.25, seed=3), plant(UNITS, kind, 0.25, seed=3)
    assert planted == again
    assert planted != plant(UNITS, kind, 0.25, seed=4)
    assert planted.faults
    if kind == "duplicated":
        assert len(planted.units) >= len(UNITS)
        return
    changed = {n for n, (old, new) in enumerate(zip(UNITS, planted.units, strict=True)) if old != new}
    assert changed == set(planted.faults)
    for first, last in planted.runs:
        assert set(range(first, last)) <= changed


@pytest.mark.parametrize(("kind", "variant"), [(kind, variant) for kind, table in FAULTS.items() for variant in table])
def test_the_second_generator_damages_what_it_says(kind: str, variant: str) -> None:
    units, faults = plant_otherwise(UNITS, kind, variant, 0.25, seed=3)
    assert (units, faults) == plant_otherwise(UNITS, kind, variant, 0.25, seed=3)
    if variant in ("next to it", "at the end"):
        assert all(units[one] == units[two] for one, two in faults)
        return
    assert {n for n, (old, new) in enumerate(zip(UNITS, units, strict=True)) if old != new} == {n for (n,) in faults}


#: What is found without comparing meanings; with vectors `make bench` finds more.
FLOORS = {
    "number changed": 0.9, "date changed": 0.9, "article changed": 0.9, "negation dropped": 0.4, "untranslated": 0.9,
    "wrong language": 0.95, "encoding damage": 0.95, "duplicated": 0.9, "target truncated": 0.8,
}  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize("kind", FLOORS)
def test_planted_faults_are_found_in_a_resolution(kind: str, shared: Path) -> None:
    planted = plant(clean(shared)["un"], kind, 0.1, seed=2)
    blamed = {one.unit for one in check(planted.units).findings if one.severity is not Severity.INFO}
    found = blamed & set(planted.faults)
    assert len(found) >= FLOORS[kind] * len(planted.faults)


@pytest.mark.real
def test_clean_documents_have_next_to_no_errors(shared: Path) -> None:
    documents = clean(shared)
    units = [unit for name in ("un", "paragraphs/tutorial-classes", "po/logging") for unit in documents[name]]
    wrong = {one.unit for one in check(units).findings if one.severity is Severity.ERROR}
    assert len(wrong) <= 0.01 * len(units)
