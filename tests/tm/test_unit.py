"""Units: what no unit can be is refused or cleaned, whatever way it comes in."""

import json
from pathlib import Path

import pytest

from corpora.errors import UsageError
from tm import formats
from tm.formats.jsonl import from_dict
from tm.jobs.import_file import import_file
from tm.search.memory import Memory
from tm.unit import Origin, Unit, cleaned

JUNK = "甲\x00\x01乙\ufeff丙\x7f\ufffe"
BREAKS = "a\x0bb\u2028c\u2029d\x0ce"


@pytest.mark.parametrize(
    "fields",
    [
        {"quality": float("nan")},
        {"quality": float("inf")},
        {"quality": -3.0},
        {"status": "odd"},
        {"sentences": 0},
        {"sentences": 10**30},
        {"origin": Origin(page=-1)},
        {"origin": Origin(page=10**30)},
    ],
)
def test_values_that_no_unit_has(fields: dict) -> None:
    with pytest.raises(UsageError):
        Unit("甲", "A", "zh", "en", **fields)


def test_texts_are_cleaned() -> None:
    unit = cleaned(Unit(JUNK, BREAKS, "zh", "en", previous=JUNK, next=BREAKS))
    assert (unit.source, unit.target, unit.previous, unit.next) == (
        "甲乙丙",
        "a\nb\nc\nd\ne",
        "甲乙丙",
        "a\nb\nc\nd\ne",
    )
    kept = Unit("甲\u3000乙\u200d\t\u200f", "a\r\nb", "zh", "en")
    assert cleaned(kept) is kept, "joiners and marks of direction have a meaning"


@pytest.mark.parametrize("suffix", [".jsonl", ".tsv", ".csv", ".parquet"])
def test_a_memory_contains_clean_texts_only(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    if suffix == ".jsonl":
        path.write_text(
            json.dumps({"source": JUNK, "target": BREAKS, "source_lang": "zh", "target_lang": "en"}), "utf-8"
        )
    elif suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"source": [JUNK], "target": [BREAKS]}), path)
    else:
        comma = "," if suffix == ".csv" else "\t"
        others = f"一句没有问题的话{comma}a sentence without a fault\n" * 20  # else it would not be text
        path.write_text(f'source{comma}target\n"{JUNK}"{comma}"{BREAKS}"\n{others}', "utf-8")
    with Memory(tmp_path / "m.duiyi") as memory:
        result = import_file(memory, path)
        unit = next(memory.units())
    assert not result.problems.found
    assert (unit.source, unit.target) == ("甲乙丙", "a\nb\nc\nd\ne")


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"score": 1.5}, {"score": "1.5"}),
        ({"score": float("nan")}, {"score": "nan"}),
        ({"status": "odd"}, {"status": "odd"}),
        ({"sentences": 0}, {"sentences": "0"}),
    ],
)
def test_values_of_json_that_do_not_fit_become_properties(fields: dict, kept: dict) -> None:
    unit = from_dict({"source": "甲", "target": "A", "source_lang": "zh", "target_lang": "en", **fields})
    assert (unit.quality, unit.status, unit.sentences, dict(unit.properties)) == (None, "unreviewed", 1, kept)


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-3", "1e999"])
def test_scores_of_properties_that_do_not_fit(tmp_path: Path, score: str) -> None:
    path = tmp_path / "m.tmx"
    path.write_text(
        f"<tmx version='1.4'><header srclang='zh'/><body><tu><prop type='x-score'>{score}</prop>"
        "<prop type='x-page'>99999999999999999999</prop><prop type='x-sentences'>-1</prop>"
        "<tuv xml:lang='zh'><seg>甲</seg></tuv><tuv xml:lang='en'><seg>A</seg></tuv></tu></body></tmx>",
        "utf-8",
    )
    (unit,) = formats.read(path)
    assert (unit.quality, unit.origin.page, unit.sentences) == (None, None, 1)
    with Memory(tmp_path / "m.duiyi") as memory:
        import_file(memory, path)
        assert len(list(memory.units())) == 1
