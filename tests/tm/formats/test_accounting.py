"""Every unit of a damaged file is accounted for: those read and those reported as lost are as many as the file has.

The counters know nothing of the readers: they count lines, tags and braces.
"""

import re
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from corpora.errors import InputError
from tests.tm.formats.other_tools import MAKERS
from tm import formats
from tm.formats import UnitProblems, WriteOptions
from tm.jobs.import_file import import_file
from tm.search.memory import Memory
from tm.unit import Unit

PAIRS = [(f"第{n}句话在这里。", f"Sentence number {n} is here.") for n in range(6)]
JUNK = [b"", b"\xff", b"<", b">", b"&", b'"', b"\t", b"\n", b"\x00", b"\x0b", b"{", b"}", b",", b"<!--", b"\n\n"]


def _tags(name: str) -> Callable[[bytes], int]:
    """The opening or the closing tags, whichever are more."""
    opening, closing = (re.compile(pattern.encode()) for pattern in (rf"<{name}(?=[\s>])", rf"</{name}\s*>"))
    return lambda data: max(len(opening.findall(data)), len(closing.findall(data)))


def _lines(header: int, blank: bytes = b" \t\x0b,") -> Callable[[bytes], int]:
    return lambda data: sum(bool(line.strip(blank)) for line in re.split(b"\r\n?|\n", data)) - header


def _entries(data: bytes) -> int:
    """Entries of PO: runs of lines that are not blank, without the header and comments alone.

    NUL and Ctrl-Z at the end are where files of old systems end.
    """
    runs = re.split(rb"\n[ \t\r\x0b]*\n", data.rstrip(b"\0\x1a\r\n").replace(b"\r\n", b"\n"))
    return sum(re.search(rb"^[ \t]*[^#\s]", run, re.MULTILINE) is not None for run in runs) - 1


#: Name to (extension, XLIFF version, counter, where the units begin).
TEXTS: dict[str, tuple[str, Callable[[bytes], int], bytes]] = {
    "TMX": (".tmx", _tags("tu"), b"<body>\n"),
    "XLIFF 1.2": (".xlf", _tags("trans-unit"), b"<body>\n"),
    "XLIFF 2.1": (".xliff", _tags("unit"), b'<file id="f1">\n'),
    "TBX": (".tbx", _tags("termEntry"), b"<body>\n"),
    "TSV": (".tsv", _lines(1, b" \t\x0b"), b"properties\n"),
    "JSON Lines": (".jsonl", _lines(0, b" \t\x0b"), b""),
    "CSV": (".csv", _lines(1), b"properties\r\n"),
    "PO": (".po", _entries, b"\n\n"),
}


def _file(folder: Path, kind: str) -> Path:
    if kind in MAKERS:
        suffix, make = MAKERS[kind]
        return make(folder / f"m{suffix}", PAIRS)
    path = folder / f"m{TEXTS[kind][0]}"
    units = [Unit(source, target, "zh-CN", "en-US") for source, target in PAIRS]
    formats.write(path, units, WriteOptions(xliff="2.1" if kind == "XLIFF 2.1" else "1.2"))
    return path


def _accounted(path: Path) -> tuple[int, list[Unit], UnitProblems]:
    problems = UnitProblems(path, strict=False)
    units = list(formats.read(path, problems=problems))
    lost = sum(problem.lost for problem in problems.found) + sum(problems.skipped.values())
    return len(units) + lost, units, problems


@pytest.mark.parametrize("kind", [*TEXTS, *MAKERS])
def test_a_sound_file(tmp_path: Path, kind: str) -> None:
    count, units, problems = _accounted(_file(tmp_path, kind))
    assert (count, len(units), problems.found) == (len(PAIRS), len(PAIRS), [])


@pytest.mark.parametrize("kind", TEXTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), junk=st.sampled_from(JUNK), gone=st.integers(0, 12))
@example(at=0.0, junk=b"<!--", gone=3)
@example(at=0.8125, junk=b"", gone=7)
@example(at=0.5, junk=b"<!--", gone=0)
@example(at=0.5, junk=b"\xff", gone=1)
@example(at=0.5730014489146497, junk=b"", gone=11)  # in TBX, two languages become one
@example(at=1.0, junk=b",", gone=0)
@example(at=0.908203125, junk=b"", gone=1)  # in PO, two keywords are on one line
@example(at=0.18359375, junk=b"", gone=1)  # in TBX, the code of a language is invalid
def test_any_damage(tmp_path: Path, kind: str, at: float, junk: bytes, gone: int) -> None:
    path = _file(tmp_path, kind)
    _, counter, begin = TEXTS[kind]
    data = path.read_bytes()
    first = data.index(begin) + len(begin)
    place = first + int(at * (len(data) - first))
    damaged = data[:place] + junk + data[place + gone :]
    path.write_bytes(damaged)
    try:
        count, units, problems = _accounted(path)
    except InputError:
        return  # the file was refused in one sentence: nothing was read
    assert len(units) <= len(PAIRS) + (b"\n" in junk)
    assert count == counter(damaged), (damaged[place - 30 : place + 30], problems.found, problems.notes)


@pytest.mark.parametrize("kind", ["TMX", "XLIFF 1.2", "XLIFF 2.1", "TBX", "txml"])
def test_every_destroyed_tag(tmp_path: Path, kind: str) -> None:
    path = _file(tmp_path, kind)
    data = path.read_bytes()
    counter = _tags("segment") if kind == "txml" else TEXTS[kind][1]
    tags = [match for match in re.finditer(rb"<[^<>!?]+>", data) if match.start() > data.index(PAIRS[0][0].encode())]
    for match in tags:
        damaged = data[: match.start()] + data[match.end() :]
        path.write_bytes(damaged)
        count, units, problems = _accounted(path)
        assert count == counter(damaged), (match[0], problems.found, problems.notes)
        assert len({unit.source for unit in units}) == len(units), "no unit is read twice"


def test_rows_of_a_trados_memory(tmp_path: Path) -> None:
    path = _file(tmp_path, "sdltm")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE translation_units SET source_segment = substr(source_segment, 1, id * 20) WHERE id % 2")
        (expected,) = db.execute("SELECT count(*) FROM translation_units").fetchone()
    db.close()
    count, units, _ = _accounted(path)
    assert (count, len(units)) == (expected, 3)


def test_an_import_accounts_for_every_unit(tmp_path: Path) -> None:
    path = _file(tmp_path, "TMX")
    path.write_bytes(path.read_bytes().replace(b"</tu>", b"", 1).replace("第4句话在这里。".encode(), b"\xff"))
    with Memory(tmp_path / "m.duiyi") as memory:
        report = import_file(memory, path).to_dict()
        assert report["read"] + report["lost"] == len(PAIRS)
        assert (report["new"], report["lost"]) == (4, 2)


@pytest.mark.parametrize("name", ["t.po", "t.xlsx", "t.parquet"])
def test_rows_and_entries_that_are_no_units(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    units = [Unit(source, target, "zh-CN", "en-US") for source, target in PAIRS]
    formats.write(path, units)
    if name == "t.po":
        text = path.read_text("utf-8").replace('msgstr "Sentence number 1 is here."', 'mgstr "Sentence"')
        path.write_bytes(text.encode().replace("第4句话在这里。".encode(), b"\xff", 1))
        expected, read = _entries(path.read_bytes()), 4
    elif name == "t.xlsx":
        book = load_workbook(path)
        book.active["C3"] = "no language"
        book.save(path)
        expected, read = book.active.max_row - 1, 5
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pq.read_table(path).to_pydict()
        table["source_lang"][2] = "no language"
        pq.write_table(pa.table(table), path)
        expected, read = pq.ParquetFile(path).metadata.num_rows, 5
    count, found, _ = _accounted(path)
    assert (count, len(found)) == (expected, read) == (len(PAIRS), read)


CELLS = ["no language", "-3", "NaN", "=1+1", "#REF!", "[", "2024-13", "\u2028x", "x" * 40_000, "", None, 5, 2.5, True]
FIELDS = ["source", "target", "source_lang", "score", "status", "created", "notes", "properties", "sentences"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changed=st.dictionaries(st.tuples(st.integers(2, 9), st.sampled_from(FIELDS)), st.sampled_from(CELLS), max_size=6),
    gone=st.sets(st.integers(2, 7), max_size=2),
)
@example(changed={(3, "source"): None, (3, "target"): None}, gone=set())
def test_any_cells_of_a_workbook(
    tmp_path: Path, changed: dict[tuple[int, str], str | float | None], gone: set[int]
) -> None:
    path = tmp_path / "m.xlsx"
    formats.write(path, [Unit(source, target, "zh-CN", "en-US") for source, target in PAIRS])
    book = load_workbook(path)
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    for (row, name), value in changed.items():
        sheet.cell(row, columns[name]).value = value
    for row in sorted(gone, reverse=True):
        sheet.delete_rows(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
        strings = "xl/sharedStrings.xml"
        shared = archive.read(strings).decode() if strings in archive.namelist() else ""
    texts = re.findall("<si>(.*?)</si>", shared, re.DOTALL)
    rows = re.findall(r"<row\b[^>]*>(.*?)</row>", text, re.DOTALL)
    count, _, problems = _accounted(path)
    assert count == sum(_is_filled(row, texts) for row in rows) - 1, (problems.found, problems.skipped)


def _is_filled(row: str, shared: list[str]) -> bool:
    """Whether a row of a sheet has a cell with something in it."""
    for kind, value in re.findall(r'<c\b[^>]*?(?:t="(\w+)")?>(.*?)</c>', row, re.DOTALL):
        text = shared[int(re.findall("<v>(.*?)</v>", value)[0])] if kind == "s" else value
        if re.sub("<f>.*?</f>|<[^>]*>", "", text).strip():  # a formula that no program has computed shows nothing
            return True
    return False


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changed=st.dictionaries(
        st.tuples(st.integers(0, 5), st.sampled_from(FIELDS)),
        st.sampled_from([value for value in CELLS if value is None or isinstance(value, str)]), max_size=6,
    ),
    name=st.sampled_from(FIELDS), kind=st.sampled_from(["string", "int64", "float64", "bool_", "binary", "null", ""]),
)  # fmt: skip
def test_any_columns_of_parquet(
    tmp_path: Path, changed: dict[tuple[int, str], str | None], name: str, kind: str
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "m.parquet"
    formats.write(path, [Unit(source, target, "zh-CN", "en-US") for source, target in PAIRS])
    table = pq.read_table(path).to_pydict()
    for (row, column), value in changed.items():
        table[column][row] = value
    others = {"int64": 7, "float64": -0.5, "bool_": True, "binary": b"\xff", "null": None}
    if kind == "":
        del table[name]
    elif kind in others:
        table[name] = pa.array([others[kind]] * len(PAIRS), getattr(pa, kind)())
    pq.write_table(pa.table(table), path)
    try:
        count, _, problems = _accounted(path)
    except InputError:
        return  # refused in one sentence
    assert count == pq.ParquetFile(path).metadata.num_rows, (problems.found, problems.skipped)
