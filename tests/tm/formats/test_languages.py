"""Language codes leave as they came in; a region is added for CAT tools only; requests find every variant."""

from pathlib import Path

import pytest

from corpora.text.languages import canonical, normalize
from tests.data import cases
from tm import formats
from tm.formats import ReadOptions, WriteOptions
from tm.search.lookup import LookupOptions, lookup
from tm.search.memory import Memory
from tm.store.filters import Filters
from tm.unit import Unit

PAIRS = [
    ("zh", "en"),
    ("zh-TW", "en-GB"),
    ("zh-CHT", "de"),
    ("sr-Latn", "zh-Hant-HK"),
    ("es-419", "sr"),
    ("zho", "eng"),
]


@pytest.mark.parametrize("case", cases("language_codes"), ids=lambda case: case["label"])
def test_codes(case) -> None:
    assert canonical(case["input"]) == case["expected"]
    assert canonical(case["expected"]) == case["expected"]
    assert normalize(case["input"]) == case["with_region"]


@pytest.mark.parametrize("suffix", [".tmx", ".xlf", ".tsv", ".csv", ".xlsx", ".jsonl", ".parquet", ".tbx"])
def test_codes_leave_as_they_came_in(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    formats.write(path, [Unit(f"a{n}", f"b{n}", *pair) for n, pair in enumerate(PAIRS)])
    assert [(unit.source_lang, unit.target_lang) for unit in formats.read(path)] == PAIRS


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("name", ["m.po", "m.xlf"])
def test_formats_with_one_pair(tmp_path: Path, name: str, pair: tuple[str, str]) -> None:
    path = tmp_path / name
    formats.write(path, [Unit("a", "b", *pair)], WriteOptions(xliff="2.1"))
    (unit,) = formats.read(path)
    assert (unit.source_lang, unit.target_lang) == pair


@pytest.mark.parametrize("name", ["m.po", "m.xlf"])
def test_units_of_another_region_are_left_out_and_counted(tmp_path: Path, name: str) -> None:
    units = [Unit("一", "one", "zh-CN", "en"), Unit("二", "two", "zh", "en-US"), Unit("三", "three", "zh-TW", "en")]
    report = formats.write(tmp_path / name, units, WriteOptions(xliff="2.1"))
    assert (report.written, report.left_out) == (2, {"other languages than the file's": 1})


def test_a_region_is_added_for_a_cat_tool(tmp_path: Path) -> None:
    path = tmp_path / "m.tmx"
    formats.write(path, [Unit("一", "one", "zho", "en")], WriteOptions(client="trados"))
    (unit,) = formats.read(path)
    assert (unit.source_lang, unit.target_lang) == ("zh-CN", "en-US")


def test_a_memory_keeps_codes_and_finds_every_variant(tmp_path: Path) -> None:
    codes = ("zh", "zh-TW", "zh-Hant", "zh-CHT", "zh-HK")
    units = [Unit("儲存檔案。", f"Save the file, {code}.", code, "en") for code in codes]
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(units)
        assert list(memory.units()) == units
        assert len(lookup([memory], "儲存檔案。", LookupOptions(filters=Filters("zh", "en")))) == 5
        found = [unit.source_lang for unit in memory.units(Filters("zh-TW"))]
    assert found == ["zh-TW", "zh-Hant", "zh-CHT"], "zh-TW means Traditional Chinese"


def test_a_requested_language_is_that_of_the_file_first(tmp_path: Path) -> None:
    path = tmp_path / "m.tmx"
    path.write_text(
        "<tmx version='1.4'><header srclang='en'/><body><tu><tuv xml:lang='en'><seg>oil</seg></tuv>"
        "<tuv xml:lang='sr'><seg>уље</seg></tuv><tuv xml:lang='sr-Latn'><seg>ulje</seg></tuv></tu></body></tmx>",
        "utf-8",
    )
    assert [unit.target for unit in formats.read(path)] == ["уље", "ulje"]
    assert [unit.target for unit in formats.read(path, ReadOptions(target_lang="sr"))] == ["уље"]
    assert [unit.target for unit in formats.read(path, ReadOptions(target_lang="sr-Latn"))] == ["ulje"]
