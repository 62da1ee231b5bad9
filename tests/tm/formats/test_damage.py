"""For any bytes, reading a file yields units or raises an error of the project with one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpora.errors import DuiyiError
from tm import formats
from tm.formats import UnitProblems, WriteOptions
from tm.unit import Unit

UNITS = [
    Unit("第一句⟦1|<b>⟧。", "One⟦1|<b>⟧.", "zh-CN", "en-US", quality=0.9, notes=("n",)),
    Unit('二,"x"', "Two\nlines", "zh-CN", "en-US", previous="前", properties={"a": "b"}),
]
NAMES = ["x.tmx", "x.1.xlf", "x.2.xlf", "x.tsv", "x.csv", "x.jsonl", "x.po", "x.xlsx", "x.parquet", "x.tmx.gz", "x.tbx"]
CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["cut", "drop", "double", "replace"]),
        st.sampled_from(
            [b"\x00", b"\xff", b"<", b">", b"&", b'"', b"\t", b"\n", b"<tu>", b"\x0b", b"{", "乙".encode()]
        ),
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    folder = tmp_path_factory.mktemp("sound")

    def content(name: str) -> bytes:
        path = folder / name
        if not path.exists():
            formats.write(path, UNITS, WriteOptions(xliff="2.1" if ".2." in name else "1.2"))
        return path.read_bytes()

    return content


def damaged(data: bytes, changes: list[tuple[float, str, bytes]]) -> bytes:
    for share, what, piece in changes:
        at = int(share * len(data))
        if what == "cut":
            data = data[:at]
        elif what == "drop":
            data = data[:at] + data[at + len(piece) :]
        elif what == "double":
            data = data[:at] + data[at : at + 40] + data[at:]
        else:
            data = data[:at] + piece + data[at + 1 :]
    return data


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_damaged_files_raise_documented_errors_only(
    name: str, tmp_path: Path, sound: Callable[[str], bytes], changes: list[tuple[float, str, bytes]]
) -> None:
    path = tmp_path / name
    path.write_bytes(damaged(sound(name), changes))
    error = None
    try:
        found = list(formats.read(path, problems=UnitProblems(path, strict=False)))
        assert all(isinstance(unit, Unit) for unit in found)
    except DuiyiError as caught:
        error = str(caught)
    assert error is None or ("\n" not in error and len(error) < 400 + len(str(path)))


@pytest.mark.parametrize("suffix", ["po", "json"])
def test_a_byte_that_is_no_text_costs_its_entry(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{suffix}"
    lines = ("Content-Type: text/plain; charset=UTF-8", "Language: en", "X-Source-Language: zh")
    head = 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines)
    texts = {"一": "one", "二\udcff": "two", "三": "three"}
    entries = {
        "po": head + "".join(f'\nmsgid "{one}"\nmsgstr "{other}"\n' for one, other in texts.items()),
        "json": "[" + ",\n".join(
            f'{{"source": "{one}", "target": "{other}", "source_lang": "zh", "target_lang": "en"}}'
            for one, other in texts.items()
        ) + "]",
    }  # fmt: skip
    path.write_bytes(entries[suffix].encode("utf-8", "surrogateescape"))
    problems = UnitProblems(path, strict=False)
    assert [unit.source for unit in formats.read(path, problems=problems)] == ["一", "三"]
    assert [problem.line for problem in problems] == [{"po": 10, "json": 2}[suffix]]


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "us-ascii"])
def test_utf_8_that_says_it_is_latin(declared: str, tmp_path: Path) -> None:
    path = tmp_path / "t.tmx"
    formats.write(path, [Unit("渡口在桥下。", "The ferry is below.", "zh-CN", "en-US")])
    path.write_bytes(path.read_bytes().replace(b"utf-8", declared.encode(), 1))
    assert declared in path.read_text("utf-8")
    assert [unit.source for unit in formats.read(path)] == ["渡口在桥下。"]
    latin = path.read_text("utf-8").replace("渡口在桥下。", "Café")
    path.write_bytes(latin.encode("latin-1"))
    if declared != "us-ascii":
        assert [unit.source for unit in formats.read(path)] == ["Café"]


@pytest.mark.parametrize(
    "entry",
    [
        'msgid "One door"\n\nmsgstr "一扇门"\n',  # a blank line in the entry
        'msgid "One door"msgstr "一扇门"\n',  # keywords on one line, as gettext allows
        '#: a.c:1\n#, c-format\nmsgid "One door" msgstr "一扇门"\n',
    ],
)
def test_entries_of_po_that_are_laid_out_otherwise(entry: str, tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    head = 'msgid ""\nmsgstr ""\n"Language: zh\\n"\n"X-Source-Language: en\\n"\n'
    path.write_text(f'{head}\n{entry}\nmsgid "Two"\nmsgstr "二"\n', "utf-8")
    problems = UnitProblems(path, strict=False)
    units = [(unit.source, unit.target) for unit in formats.read(path, problems=problems)]
    assert (units, problems.found) == ([("One door", "一扇门"), ("Two", "二")], [])
