"""Files into a memory: what goes in, what does not, and that nothing is left out in silence."""

from pathlib import Path

import pytest

from corpora.errors import UsageError
from tm.jobs.import_file import ImportOptions, import_file
from tm.search.memory import Memory

LINES = """\
{"source": "甲", "target": "A", "source_lang": "zh-CN", "target_lang": "en-US", "score": 0.9}
{"source": "乙", "target": "B", "source_lang": "zh-CN", "target_lang": "en-US", "score": 0.2}
{"source": "丙", "target": "C", "source_lang": "zh-CN", "target_lang": "en-US"}
{"source": "丁", "target": " ", "source_lang": "zh-CN", "target_lang": "en-US"}
{"source": "戊", "target": "E", "source_lang": "zh-CN", "target_lang": "fr-FR"}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text(LINES, encoding="utf-8")
    return path


def test_whatever_stays_out_is_counted(file: Path, tmp_path: Path) -> None:
    options = ImportOptions(min_quality=0.5, status="reviewed")
    with Memory(tmp_path / "m.duiyi") as memory:
        told = import_file(memory, file, options, target_lang="en").to_dict()
        kept = {unit.source: unit for unit in memory.units()}
    assert set(kept) == {"甲", "丙"}
    assert {unit.status for unit in kept.values()} == {"reviewed"}
    assert {unit.origin.source_file for unit in kept.values()} == {"pairs.jsonl"}
    assert (told["read"], told["new"], told["left_out"]) == (3, 2, {"no target text": 1})
    assert told["passed_over"]["quality below 0.5"] == 1
    assert sum(told["passed_over"].values()) == 2
    assert told["read"] + sum(told["passed_over"].values()) == LINES.count("\n")


def test_options_are_checked() -> None:
    for wrong in ({"keep": "some"}, {"status": "good"}):
        with pytest.raises(UsageError):
            ImportOptions(**wrong)  # type: ignore[arg-type]


def test_units_have_the_folders_of_their_file(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "2020"
    folder.mkdir()
    named = folder / "pairs.jsonl"
    monkeypatch.chdir(tmp_path)
    for number, (path, origin, expected) in enumerate([
        (Path("2020/pairs.jsonl"), "", "2020/pairs.jsonl"), (named, "", "pairs.jsonl"), (named, "a/b.tsv", "a/b.tsv")
    ]):  # fmt: skip
        named.write_text(LINES.replace("甲", f"甲{number}"), "utf-8")
        with Memory(tmp_path / f"{number}.duiyi") as memory:
            import_file(memory, path, origin=origin)
            assert {name for name, _ in memory.documents()} == {expected}
