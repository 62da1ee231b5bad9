"""What users pass to public functions: what is obviously meant is accepted, anything else refused in one sentence."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import align
import corpora
import models
import tm
from align import Bead, align_files
from corpora import DuiyiError, read
from corpora.arguments import checked
from corpora.sample import pair as sample_pair
from models import load_encoder
from tests.data import cases
from tm import CheckOptions, Concept, Filters, Memory, Severity, Status, Term, TermBase, Unit

CASES = cases("arguments")
UNIT = Unit("资产追回", "asset recovery", "zh-CN", "en-US")


def nested(parts: Sequence[Sequence[str]], names: Sequence[str]) -> Any:
    return parts, names


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The public names of the packages and a few objects, in a folder with the sample pair."""
    monkeypatch.chdir(tmp_path)
    for name, path in zip(("zh.txt", "en.txt"), sample_pair(), strict=True):
        (tmp_path / name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / "twin.txt").write_text((tmp_path / "zh.txt").read_text("utf-8") * 2, "utf-8")
    public = {name: getattr(package, name) for package in (align, corpora, models, tm) for name in package.__all__}

    def closed(store: Any) -> Any:
        store.close()
        return store

    return public | {
        "document": read("en.txt"), "unit": UNIT, "memory": Memory(":memory:"), "closed": closed,
        "ENCODER": load_encoder(),
    }  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_refusals(case: dict[str, str], names: dict[str, Any]) -> None:
    with pytest.raises(DuiyiError, match=re.escape(case["expected"])) as raised:
        eval(case["input"], names)
    assert "--" not in str(raised.value)


def test_one_item_is_taken_for_several(names: dict[str, Any]) -> None:
    memory = names["memory"]
    assert memory.add(UNIT).new == 1
    assert tm.lookup(memory, "资产追回")[0].score == 100
    assert tm.concordance(memory, "追回")[0].unit == UNIT
    assert Concept("1", Term("甲", "zh")).terms == (Term("甲", "zh"),)
    assert Bead(0, [1, 2]) == Bead((0,), (1, 2))  # type: ignore[arg-type]
    assert Filters(status="reviewed").status == ("reviewed",)  # type: ignore[arg-type]
    with TermBase(":memory:") as terms:
        assert terms.add(Concept("1", Term("甲", "zh"))) == 1  # type: ignore[arg-type]


def test_lists_names_and_streams_are_taken_for_what_they_mean(names: dict[str, Any]) -> None:
    assert CheckOptions(only=["number"]).only == frozenset({"number"})  # type: ignore[arg-type]
    assert CheckOptions(skip="number").skip == frozenset({"number"})  # type: ignore[arg-type]
    assert CheckOptions(severities={"number": "error"}).severities == {"number": Severity.ERROR}  # type: ignore[dict-item]
    assert Term("甲", "zh", "forbidden").status is Status.FORBIDDEN  # type: ignore[arg-type]
    assert tm.extract_terms(unit for unit in [UNIT]) == []  # type: ignore[arg-type]
    assert checked(nested)([], "ab") == ([], ["ab"])
    assert checked(nested)([[]], ["ab"]) == ([[]], ["ab"]), "an empty list is several items, not one"
    assert load_encoder().encode("abc").shape == (1, 512)
    assert align.align("zh.txt", "en.txt", encoder="use").source.path == "zh.txt"  # type: ignore[arg-type]


def test_two_runs_give_equal_units(names: dict[str, Any]) -> None:
    first, second = align_files("zh.txt", "en.txt"), align_files("zh.txt", "en.txt", encoder="builtin")  # type: ignore[arg-type]
    assert first.units() == second.units()
    assert len({unit.created for unit in first.units()}) == 1


def test_tables_without_rows_have_columns(names: dict[str, Any]) -> None:
    memory, units = names["memory"], [Unit("12 份报告", "21 reports", "zh-CN", "en-US")]
    memory.add(UNIT)
    with TermBase(":memory:") as terms:
        terms.add([Concept("1", (Term("甲", "zh"), Term("A", "en")))])
        paired = align_files("zh.txt", "en.txt")
        pairs = [
            (memory.lookup("资产追回"), memory.lookup("无")),
            (memory.concordance("追回"), memory.concordance("无")),
            (terms.lookup("甲"), terms.lookup("无")),
            (tm.check(units), tm.check([])),
            (paired, replace(paired, _units=())),
            (paired.alignment, replace(paired.alignment, beads=())),
        ]
    for some, none in pairs:
        assert len(some) > len(none) == 0
        assert list(none.to_pandas().columns) == list(some.to_pandas().columns)


def test_the_form_in_which_objects_are_shown(names: dict[str, Any]) -> None:
    encoder = load_encoder()
    assert repr(encoder) == "BuiltinEncoder('use-multilingual-3')"
    assert repr(models.CombinedEncoder(encoder, encoder)).startswith("CombinedEncoder('use-multilingual-3+use")
    assert repr(tm.write_units("a.tmx", UNIT)) == "WriteReport('a.tmx', 1 unit)"
    assert repr(align.evaluate({"a": [Bead((0,), (0,))]}, {"a": [Bead((0,), (0,))]})) == (
        "Evaluation(1 document: strict F1 1.000, lax F1 1.000)"
    )
    with TermBase("t.sqlite") as terms:
        assert repr(terms) == "TermBase('t.sqlite', 0 concepts)"
    assert repr(terms) == "TermBase('t.sqlite', closed)"
