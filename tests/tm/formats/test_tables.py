"""Tables as others write them: columns guessed or named, encodings, ragged rows, bombs."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from corpora.errors import DamagedInput, EmptyInput, InputError, ProtectedInput, UsageError, WrongFormat
from tests.data import cases
from tm import formats
from tm.formats import ReadOptions, UnitProblems, WriteOptions
from tm.unit import Origin, Unit

CASES = cases("tables_reading")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_columns(case: dict, tmp_path: Path) -> None:
    path = tmp_path / f"t.{case.get('suffix', 'tsv')}"
    path.write_bytes(case["text"].encode(case.get("encoding", "utf-8")))
    problems = UnitProblems(path, strict=False)
    options = ReadOptions(case.get("source_lang", ""), case.get("target_lang", ""), columns=case.get("columns", {}))
    found = list(formats.read(path, options, problems=problems))
    assert [[u.source_lang, u.source, u.target_lang, u.target] for u in found] == case["expected"]
    assert [problem.line for problem in problems.found] == case.get("problems", [])
    assert problems.notes[0].startswith("columns: source = column")


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("甲\tA\n", encoding="utf-8")
    with pytest.raises(UsageError, match="has no column 'en'"):
        list(formats.read(path, ReadOptions(columns={"source": "1", "target": "en"})))


def test_other_columns_become_properties(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("zh,en,client,score\n甲句,A sentence,UN,0.5\n", encoding="utf-8")
    (unit,) = formats.read(path)
    assert (unit.properties, unit.quality) == ({"client": "UN"}, 0.5)


def test_two_columns_of_one_name_and_the_context_of_a_text_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Source String,Translation,client,client,context\nRow.,划船。,Lake,River,menu\n", encoding="utf-8")
    (unit,) = formats.read(path)
    assert unit.properties == {"client": "Lake", "client#2": "River", "context": "menu"}
    assert (unit.source, unit.target, unit.previous) == ("Row.", "划船。", "")


def test_one_note_of_json_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"source": "a", "target": "b", "source_lang": "en", "target_lang": "de", "notes": "n"}', "utf-8")
    assert [unit.notes for unit in formats.read(path)] == [("n",)]


def test_strict_refuses_a_ragged_row(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("source\ttarget\n甲\tA\n乙\n", encoding="utf-8")
    with pytest.raises(DamagedInput, match="line 3: the row has 1 column,"):
        list(formats.read(path))


def test_tsv_can_be_split_at_its_tabs(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    formats.write(path, [Unit('他说"好"。', 'He said "yes".', "zh-CN", "en-US")], WriteOptions(metadata=False))
    assert path.read_text("utf-8").split("\n")[1].split("\t")[:2] == ['他说"好"。', 'He said "yes".']


def test_excel_cells_are_text_not_formulas(tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "t.xlsx"
    formats.write(path, [Unit("=1+1", "@SUM(A1)", "zh-CN", "en-US"), Unit("_x000D_\r", "x" * 40_000, "zh-CN", "en-US")])
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    report = formats.write(
        path, [Unit("_x000D_a\rb", "x", "zh-CN", "en-US"), Unit("a", "x" * 40_000, "zh-CN", "en-US")]
    )
    assert report.left_out == {"longer than the 32,767 characters of a cell": 1}
    assert [unit.source for unit in formats.read(path)] == ["_x000D_a\rb"]


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)


def laughs(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Types>&b;</Types>')


def no_workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a.txt", "a")


def no_sheet(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (bomb, InputError),
        (laughs, InputError),
        (no_workbook, WrongFormat),
        (no_sheet, DamagedInput),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500), ProtectedInput),
        (lambda path: path.write_bytes(b"PK\x03\x04cut"), DamagedInput),
        (lambda path: path.write_bytes(b""), EmptyInput),
    ],
    ids=["bomb", "laughs", "no workbook", "no sheet", "encrypted", "cut", "empty"],
)
def test_files_that_are_not_workbooks_are_refused(make, error: type[Exception], tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    make(path)
    with pytest.raises(error, match=r"t\.xlsx") as caught:
        list(formats.read(path))
    assert "\n" not in str(caught.value)


def test_beads_with_their_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zh.txt").write_text("甲句。\n乙句。\n丙句。\n", encoding="utf-8")
    (tmp_path / "en.txt").write_text("Sentences A and B.\nSentence C.\n", encoding="utf-8")
    path = tmp_path / "t.align"
    path.write_text("[0,1]:[0]:0.9\n[2]:[1]:0.8\n[3]:[1]:0.1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="`source_file`"):
        list(formats.read(path))
    problems = UnitProblems(path, strict=False)
    options = ReadOptions(source_file=str(tmp_path / "zh.txt"), target_file=str(tmp_path / "en.txt"))
    found = list(formats.read(path, options, problems=problems))
    assert [(unit.source, unit.target, unit.quality, unit.sentences) for unit in found] == [
        ("甲句。乙句。", "Sentences A and B.", 0.9, 2),
        ("丙句。", "Sentence C.", 0.8, 1),
    ]
    assert [problem.line for problem in problems.found] == [3]
    monkeypatch.chdir(tmp_path.parent)
    near = f"{tmp_path.name}/zh.txt"
    (first, *_) = formats.read(path, replace(options, source_file=near), problems=problems)
    assert (first.origin.source_file, first.origin.target_file) == (near, "en.txt")


def test_beads_of_units(tmp_path: Path) -> None:
    def unit(*ids: int, **origin: str) -> Unit:
        return Unit("甲", "", "zh-CN", "en-US", origin=Origin(source_ids=ids, **origin), quality=0.5)  # type: ignore[arg-type]

    path = tmp_path / "t.align"
    assert formats.write(path, [unit(0, 1), unit(2)]).written == 2
    assert path.read_text("utf-8") == "[0,1]:[]:0.5\n[2]:[]:0.5\n"
    with pytest.raises(UsageError, match=r"t\.align: these units do not record their positions"):
        formats.write(path, [unit(0), unit()])
    with pytest.raises(UsageError, match="come from several documents"):
        formats.write(path, [unit(0, source_file="a.txt"), unit(0, source_file="b.txt")])
    assert len(path.read_text("utf-8").splitlines()) == 2, "the file is as it was"


def test_beads_cannot_refer_to_the_lines_of_a_page(tmp_path: Path) -> None:
    page, path = tmp_path / "zh.html", tmp_path / "t.align"
    page.write_text("<!doctype html>\n<html>\n<body>\n<p>甲句。</p>\n</body>\n</html>\n", encoding="utf-8")
    path.write_text("[0]:[0]:0.9\n", encoding="utf-8")
    with pytest.raises(WrongFormat, match=r"zh\.html is not plain text"):
        list(formats.read(path, ReadOptions(source_file=str(page), target_file=str(page))))


@pytest.mark.parametrize(
    "lines",
    [
        ['{"source": "第一句话在这里。", "target": "The first one."}', '{"source": "第二句。", "target": ""}'],
        ['{"zh": "第一句话在这里。", "en": "The first one."}', '{"en": null, "zh": "第二句。"}'],
        ['{"n": 1, "src": "第一句话在这里。", "translation": "The first one."}', '{"n": 2, "src": "第二句。"}'],
    ],
    ids=["no languages", "languages as keys", "other keys"],
)
def test_json_lines_of_another_program(lines: list[str], tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    units = list(formats.read(tmp_path / "x.jsonl"))
    assert [(unit.source, unit.target) for unit in units] == [("第一句话在这里。", "The first one."), ("第二句。", "")]
    assert {(unit.source_lang[:2], unit.target_lang[:2]) for unit in units} == {("zh", "en")}


def test_a_row_of_many_lines_comes_back(tmp_path: Path) -> None:
    units = [Unit('print("x")\n' * 600, 'print("y")\n' * 600, "en-US", "zh-CN"), Unit("甲", "乙", "zh-CN", "en-US")]
    formats.write(tmp_path / "t.tsv", units)
    assert [(u.source, u.target) for u in formats.read(tmp_path / "t.tsv")] == [(u.source, u.target) for u in units]


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_formulas_are_text_where_asked_for(ending: str, tmp_path: Path) -> None:
    from tm.formats import WriteOptions, read, write
    from tm.unit import Unit

    path = tmp_path / f"a.{ending}"
    units = [Unit("=1+1", "-2", "zh-CN", "en-US"), Unit("一", "one", "zh-CN", "en-US")]
    write(path, units)
    assert [(one.source, one.target) for one in read(path)] == [("=1+1", "-2"), ("一", "one")]
    write(path, units, WriteOptions(spreadsheet_safe=True))
    assert [(one.source, one.target) for one in read(path)] == [("'=1+1", "'-2"), ("一", "one")]


def test_two_columns_of_one_alphabet_are_not_taken_for_one_language(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("source\ttarget\nOpen.\tAbra a loja.\n", "utf-8")
    with pytest.raises(WrongFormat, match="`target_lang`"):
        list(formats.read(path))
    (unit,) = formats.read(path, ReadOptions(source_lang="en", target_lang="pt"))
    assert unit.target_lang == "pt"


def test_a_language_that_the_header_contradicts_is_not_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("English\tFrançais\nSave the file.\tEnregistrer le fichier.\n", "utf-8")
    with pytest.raises(EmptyInput, match="1 with en to fr"):
        list(formats.read(path, ReadOptions(target_lang="de")))


def test_a_long_text_in_every_row_of_parquet_is_one_object(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "t.parquet"
    rows = {"source": ["甲" * 50_000] * 40, "target": [f"A{n}" for n in range(39)] + [None]}
    pq.write_table(pa.table({**rows, "source_lang": ["zh"] * 40, "target_lang": ["en"] * 40}), path)
    units = list(formats.read(path, problems=UnitProblems(path, strict=False)))
    assert [unit.target for unit in units] == [*rows["target"][:39], ""]
    assert len({id(unit.source) for unit in units}) == 1
