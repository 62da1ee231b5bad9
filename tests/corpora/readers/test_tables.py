"""Rows of delimited tables and of workbooks, as other programs write them, whole and damaged."""

import codecs
import zipfile
from pathlib import Path

import pytest

from corpora.errors import DamagedInput, InputError
from corpora.readers.delimited import delimited_rows
from corpora.readers.workbook import sheet_rows
from tests.data import cases


@pytest.mark.parametrize("case", cases("delimited"), ids=lambda case: case["label"])
def test_delimited_rows(case: dict, tmp_path: Path) -> None:
    path = tmp_path / f"t.{case['suffix']}"
    path.write_bytes(bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode())
    problems: list[int] = []
    rows = [[number, cells] for number, cells in delimited_rows(path, lambda line, _: problems.append(line))]
    assert rows == case["rows"]
    assert problems == case.get("problems", [])


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_many_faulty_lines_take_time_in_proportion(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{suffix}"
    path.write_text('"open "x" ",1\n' * 30_000 + "a,b\n", "utf-8")
    problems: list[int] = []
    rows = list(delimited_rows(path, lambda line, _: problems.append(line)))
    assert len(rows) + len(problems) == 30_001


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("gb18030", b""), ("utf-8", b""), ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)],
)
def test_the_lines_that_decide_the_encoding_are_whole(encoding: str, mark: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(mark + ("x,y\n" + "汉字文本测试,b\n" * 6000).encode(encoding))
    rows = [cells for _, cells in delimited_rows(path, pytest.fail)]
    assert rows == [["x", "y"], *[["汉字文本测试", "b"]] * 6000]


RELATIONS = '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
NAMES = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def workbook(path: Path, rows: str, **parts: str) -> Path:
    """A workbook of one sheet with the given XML of its rows; ``parts`` add or replace others."""
    contents = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {NAMES}><sheets><sheet name="a" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
        **{f"xl/{name}.xml": text for name, text in parts.items()},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in contents.items():
            package.writestr(name, text)
    return path


@pytest.mark.parametrize("case", cases("workbooks"), ids=lambda case: case["label"])
def test_workbook_rows(case: dict, tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", case["rows"], **case.get("parts", {}))
    assert [[number, cells] for number, cells in sheet_rows(path)] == case["expected"]


def test_a_workbook_of_a_spreadsheet_program_reads_as_that_program_shows_it(tmp_path: Path) -> None:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["甲", 3, 3.5, True, None, datetime.datetime(2024, 11, 30, 12, 30)])
    sheet["A4"] = "=1+1"
    sheet["C5"] = "last"
    book.create_sheet("second").append(["not read"])
    book.save(tmp_path / "t.xlsx")
    assert list(sheet_rows(tmp_path / "t.xlsx")) == [
        (1, ["甲", "3", "3.5", "TRUE", "", "2024-11-30T12:30:00"]),
        (5, ["", "", "last"]),
    ]


def test_the_first_visible_sheet_is_read(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("shown").append(["shown"])
    book.active = 1
    book.save(tmp_path / "t.xlsx")
    assert list(sheet_rows(tmp_path / "t.xlsx")) == [(1, ["shown"])]


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({"sharedStrings": "<sst><si><t>" + "a" * 50_000_000 + "</t></si></sst>"}, InputError),
        ({"sharedStrings": "<sst><si><t>甲</si></sst>"}, DamagedInput),
        ({"workbook": "<workbook/>"}, DamagedInput),
        ({"worksheets/sheet1": "<worksheet><row><c><v>1</c>"}, DamagedInput),
    ],
    ids=["unpacks too far", "broken strings", "no sheet", "broken sheet"],
)
def test_damaged_workbooks_are_refused_in_one_sentence(
    parts: dict[str, str], error: type[Exception], tmp_path: Path
) -> None:
    path = workbook(tmp_path / "t.xlsx", '<row><c t="s"><v>0</v></c></row>', **parts)
    with pytest.raises(error, match=r"t\.xlsx") as caught:
        list(sheet_rows(path))
    assert "\n" not in str(caught.value)
