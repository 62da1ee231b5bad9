"""`duiyi convert`: formats, profiles, counts, and one sentence for what cannot be converted."""

import json
from pathlib import Path

import pytest

from corpora.errors import DamagedInput, InputError, UsageError, WrongFormat
from tests.commands import Ran, done
from tm import formats
from tm.unit import Unit

UNITS = [
    Unit("第一句。", "One.", "zh-CN", "en-US", quality=0.9),
    Unit("第二句。第三句。", "Two. Three.", "zh-CN", "en-US", sentences=2),
    Unit("第一句。", "One.", "zh-CN", "en-US"),
]


@pytest.fixture
def tmx(tmp_path: Path) -> Path:
    path = tmp_path / "m.tmx"
    formats.write(path, UNITS)
    return path


def run(*arguments: object) -> Ran:
    return done("convert", *arguments)


@pytest.mark.parametrize("name", ["x.xlf", "x.tsv", "x.csv", "x.jsonl", "x.po", "x.xlsx", "x.parquet", "x.tmx"])
def test_there_and_back(name: str, tmx: Path, tmp_path: Path) -> None:
    run(tmx, tmp_path / name)
    run(tmp_path / name, tmp_path / "back.tmx")
    assert list(formats.read(tmp_path / "back.tmx")) == UNITS


def test_terms_are_imported_and_exported(tmp_path: Path) -> None:
    path = tmp_path / "m.tsv"
    path.write_text("source\ttarget\n缔约国\tState Party\n反腐败\tanti-corruption\n", encoding="utf-8")
    run(path, tmp_path / "t.tbx")
    run(tmp_path / "t.tbx", tmp_path / "back.tmx", "--source-lang", "en")
    found = [(unit.source, unit.target, unit.kind) for unit in formats.read(tmp_path / "back.tmx")]
    assert found == [("State Party", "缔约国", "term"), ("anti-corruption", "反腐败", "term")]


def test_a_profile_says_what_it_left_out(tmx: Path, tmp_path: Path) -> None:
    out = run(tmx, tmp_path / "o.tmx", "--for", "omegat").out
    assert "2 units from 3" in out
    assert "left out: 1 (duplicate)" in out
    assert "tm/enforce/" in out
    found = json.loads(run(tmx, tmp_path / "o.tmx", "--for", "trados", "--json").out)
    assert (found["read"], found["written"], found["left_out"]) == (3, 2, {"duplicate": 1})


def test_repairs_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "old.tmx"
    path.write_text(
        "<tmx version='1.1'><header srclang='ZH'/><body><tu><tuv lang='zh_CN'><seg>甲</seg></tuv>"
        "<tuv lang='EN_US'><seg>A</seg></tuv></tu></body></tmx>",
        encoding="utf-8",
    )
    out = run(path, tmp_path / "o.tmx").out
    assert "repaired: 1 × a code has an underscore" in out
    assert "repaired: 1 × an attribute of the header is missing" in out


def test_a_page_to_read_escapes_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    evil = "<script>alert(1)</script> & \"'"
    formats.write(path, [Unit("甲" + evil, evil, "zh-CN", "en-US", quality=0.2, kind="heading", signature=evil)])
    run(path, tmp_path / "p.html")
    page = (tmp_path / "p.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'class="doubtful heading"' in page
    assert 'lang="zh-CN"' in page


def test_what_is_written_beside_the_units_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "m.tmx"
    twice = [Unit("1. 第一句。", "1. One.", "zh-CN", "en-US"), Unit("第二句。", "Two.", "zh-CN", "en-US")] * 2
    formats.write(path, twice)
    told = run(path, tmp_path / "o.tmx", "--for", "omegat").out.splitlines()
    assert told[0].endswith("o.tmx: 4 units from 4")
    assert told[1] == "  left out: 2 (duplicate)"
    assert told[2].startswith("  added: 2 ")
    assert "added" not in run(path, tmp_path / "o.tmx", "--for", "trados").out
    assert "  note: 2 × the same pair" in run(path, tmp_path / "o.tmx").out


def test_guesses_and_damage_are_reported_on_standard_error(tmp_path: Path) -> None:
    path = tmp_path / "m.tsv"
    path.write_text("zh\ten\n甲句\tSentence A\n乙句\n", encoding="utf-8")
    _, out, err = run(path, tmp_path / "o.tmx")
    assert "1 unit from 1" in out
    assert "columns: source = column 1 (zh)" in err
    assert "line 3: the row has 1 column," in err
    with pytest.raises(DamagedInput, match="line 3"):
        run(path, tmp_path / "strict.tmx", "--strict")
    assert not (tmp_path / "strict.tmx").exists()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["none.tmx", "o.xlf"], InputError),
        (["m.tmx", "o.sdltm"], WrongFormat),
        (["m.odt", "o.tmx"], WrongFormat),
        (["m.tmx", "m.tmx"], UsageError),
        (["m.tmx", "o.align"], UsageError),
        (["m.tmx", "o.xlf", "--xliff", "3"], UsageError),
        (["m.tmx", "o.tmx", "--for", "word"], UsageError),
        (["m.tmx", "o.tmx", "--tags", "no"], UsageError),
        (["m.tmx", "o.tmx", "--columns", "source"], UsageError),
        (["m.tmx", "o.tmx", "--source-lang", "de", "--target-lang", "fr"], InputError),
        (["m.tmx", "o.tmx", "--source-lang", "no such"], UsageError),
    ],
)
def test_bad_usage(
    arguments: list[str], error: type[Exception], tmx: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmx.read_bytes()
    with pytest.raises(error) as caught:
        run(*arguments)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["m.tmx"]
    assert tmx.read_bytes() == before
