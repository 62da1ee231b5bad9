"""Of tables that hold both languages only the source side is to be translated."""

from pathlib import Path
from typing import Any

import docx
import pytest

from corpora.errors import InputError
from corpora.readers.reading import read
from tests.commands import done
from tests.data import BREAK_AT_COMMAS, cases
from tm.formats import read as read_units
from tm.formats import write
from tm.jobs.analyse_files import AnalyseOptions, analyse_files
from tm.jobs.bilingual_tables import source_side
from tm.jobs.job_files import read_job
from tm.pretranslation.filling import PretranslateOptions
from tm.pretranslation.job import pretranslate
from tm.search.memory import Memory
from tm.store.filters import Filters
from tm.unit import Unit

UNITS = [
    Unit("The door is open.", "门开着。", "en-US", "zh-CN", notes=("seen",)),
    Unit("Bring the oil. Then wait.", "把油拿来，然后等着。", "en-US", "zh-CN"),
]


def document(path: Path, case: dict[str, Any]) -> Path:
    """A Word file with the paragraphs and tables of a case."""
    made = docx.Document()
    if case.get("before"):
        made.add_paragraph(case["before"])
    for rows in case["tables"]:
        table = made.add_table(rows=len(rows), cols=len(rows[0]))
        for cells, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(cells.cells, texts, strict=True):
                cell.text = text
    made.save(str(path))
    return path


@pytest.mark.parametrize("case", cases("bilingual_tables"), ids=lambda case: case["label"])
def test_source_side(tmp_path: Path, case: dict[str, Any]) -> None:
    found = source_side(
        read(document(tmp_path / "a.docx", case)), case.get("source_lang", ""), case.get("target_lang", "")
    )
    if case["expected"] is None:
        assert found is None
        return
    assert found is not None
    assert [list(pair) for pair in found.segments] == case["expected"]
    assert list(found.languages) == case["languages"]
    assert f"source side ({case['languages'][0]}" in found.notes[0]
    assert len(found.notes) == case.get("notes", 1)


@pytest.mark.parametrize("suffix", [".tsv", ".csv", ".xlsx", ".docx"])
def test_tables_written_here_are_counted_on_one_side(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write(path, UNITS)
    warnings: list[str] = []
    found = analyse_files([path], [], on_warning=warnings.append)
    assert (found.total.all.segments, found.total.all.words) == (2, 9)
    assert [("(en-US, column " in warning) for warning in warnings] == [True]


def test_translations_of_a_table_stay(tmp_path: Path) -> None:
    path = document(
        tmp_path / "a.docx", {"tables": [[["English", "中文"], ["Close.", "关闭。"], ["Open the door.", ""]]]}
    )
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add([Unit("Open the door.", "开门。", "en", "zh-CN"), Unit("Close.", "关。", "en", "zh-CN")])
        report = pretranslate(path, tmp_path / "a.xlf", [memory])
        pretranslate(path, tmp_path / "b.docx", [memory])
    assert (report.kept, report.left, dict(report.filled)["exact"]) == (1, 0, 1)
    for name in ("a.xlf", "b.docx"):
        assert [unit.target for unit in read_units(tmp_path / name)] == ["关闭。", "开门。"]


@pytest.mark.parametrize("header", [["原文", "译文"], ["中文", "English"]])
def test_a_table_without_translations_is_filled(tmp_path: Path, header: list[str]) -> None:
    rows = [["渡船每天早上六点开。", ""], ["大雾的时候不开。", ""]]
    path = document(tmp_path / "a.docx", {"tables": [[header, *rows]]})
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add([Unit(rows[0][0], "The ferry leaves at six.", "zh-CN", "en")])
        for name in ("a.xlf", "b.docx"):
            report = pretranslate(path, tmp_path / name, [memory])
            assert (report.kept, report.left, dict(report.filled)["exact"]) == (0, 1, 1)
        assert 'target-language="en"' in (tmp_path / "a.xlf").read_text("utf-8")
        unit = next(iter(read_units(tmp_path / "a.xlf")))
        assert (unit.target, unit.target_lang) == ("The ferry leaves at six.", "en")


@pytest.mark.parametrize("suffix", [".tsv", ".csv", ".xlsx", ".docx"])
def test_columns_without_translations_are_read_and_filled(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write(path, [Unit(unit.source, "", "en-US", "zh-CN") for unit in UNITS])
    assert [unit.target for unit in read_units(path)] == ["", ""]
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(UNITS)
        report = pretranslate(path, tmp_path / "o.xlf", [memory])
    assert (report.kept, report.left, dict(report.filled)["exact"]) == (0, 0, 2)


def test_a_translation_into_another_language_is_not_kept(tmp_path: Path) -> None:
    rows = [["English", "中文"], ["Save the file.", "保存文件。"], ["Close.", ""]]
    path = document(tmp_path / "a.docx", {"tables": [rows]})
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add([Unit("Save the file.", "Datei sichern.", "en", "de")])
        options = PretranslateOptions(filters=Filters(target_lang="de"))
        report = pretranslate(path, tmp_path / "a.xlf", [memory], options)
    assert (report.kept, report.left, dict(report.filled)["exact"]) == (0, 1, 1)
    assert [unit.target for unit in read_units(tmp_path / "a.xlf")] == ["Datei sichern.", ""]


@pytest.mark.parametrize("suffix", [".docx", ".tsv"])
def test_stated_languages_choose_the_side(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write(path, UNITS)
    if suffix == ".tsv":
        path.write_text("Source\tTarget\n" + "".join(f"{unit.source}\t{unit.target}\n" for unit in UNITS), "utf-8")
    sources = [unit.source for unit in UNITS]
    targets = [unit.target for unit in UNITS]
    for given, taken in ((("", ""), sources), (("zh", ""), targets), (("", "en"), targets), (("en", "zh"), sources)):
        job = read_job(path, language=given[0], target_lang=given[1])
        assert list(job.texts) == taken
        assert list(job.translations) == (targets if taken is sources else sources)


def test_srx_of_jobs(tmp_path: Path) -> None:
    (tmp_path / "r.srx").write_text(BREAK_AT_COMMAS)
    text = tmp_path / "a.txt"
    text.write_text("Bring a coat, a lamp and water. Wait here, please, all of you.\n")
    srx = str(tmp_path / "r.srx")
    assert len(read_job(text).texts) == 2
    assert len(read_job(text, srx=srx).texts) == 4
    assert analyse_files([text], [], AnalyseOptions(srx=srx)).total.all.segments == 4
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(UNITS)
        filters = Filters(target_lang="zh-CN")
        assert pretranslate(text, tmp_path / "o.xlf", [memory], PretranslateOptions(filters=filters, srx=srx)).left == 4
    write(tmp_path / "a.xlf", UNITS)
    with pytest.raises(InputError):
        read_job(tmp_path / "a.xlf", srx=str(text))
    shown = done("lookup", "--file", text, "--srx", srx, "--memory", tmp_path / "m.duiyi").out
    assert shown.splitlines()[0] == "0\tBring a coat,\t"


@pytest.mark.parametrize("suffix", [".docx", ".tsv", ".xlsx"])
def test_the_stated_language_chooses_the_side(tmp_path: Path, suffix: str) -> None:
    """Also where the texts are so short that they may be taken for Dutch."""
    path = tmp_path / f"a{suffix}"
    chinese = "门开着，灯亮着。", "关闭。"
    english = "The door is open.", "Close."
    write(path, [Unit(*pair, "zh-CN", "en-US") for pair in zip(chinese, english, strict=True)])
    for stated, texts, others in (
        ({}, chinese, english), ({"language": "zh"}, chinese, english), ({"language": "en"}, english, chinese),
        ({"target_lang": "en"}, chinese, english),
        ({"language": "en-GB", "target_lang": "zh-CN"}, english, chinese),
    ):  # fmt: skip
        found = read_job(path, **stated)
        assert (found.texts, found.translations) == (texts, others)
    for code, words in (("zh", 11), ("en", 5)):
        assert analyse_files([path], [], AnalyseOptions(Filters(source_lang=code))).total.all.words == words
