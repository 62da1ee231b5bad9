"""Codes of languages in options: nonsense is one sentence and leaves nothing, a code that a file uses is taken."""

import json
from pathlib import Path

import pytest

from corpora.errors import UsageError
from tests.commands import done, ran, refused
from tm.formats import read, write
from tm.unit import Unit

#: Commands with CODE where a language is named.
COMMANDS = [
    "align zh.txt en.txt -o new.tmx --source-lang CODE",
    "align zh.txt en.txt -o new.tmx --target-lang CODE",
    "batch pairs.tsv",
    "structure zh.txt --language CODE",
    "check units.tmx --source-lang CODE",
    "check units.tmx --target-lang CODE --conformance",
    "check units.tmx --config rules.toml",
    "convert units.tmx new.tsv --source-lang CODE",
    "convert plain.tsv new.tmx --target-lang CODE",
    "fetch A/RES/58/4 --lang CODE --no-cache",
    "lookup 第一条 --source-lang CODE",
    "lookup 第一条 --target-lang CODE",
    "concordance 第一条 --source-lang CODE",
    "memory import units.tmx --source-lang CODE --memory new.duiyi",
    "memory import units.tmx --target-lang CODE",
    "memory export new.tmx --source-lang CODE",
    "memory delete --target-lang CODE",
    "memory delete --source-lang CODE --dry-run",
    "term lookup 条 --lang CODE",
    "term lookup 条 --to CODE",
    "term lookup --in-text 第一条 --to CODE",
    "term lookup --file zh.txt --lang CODE",
    "term import glossary.tsv --columns CODE=1,en=2",
    "term export new.tbx --source CODE",
    "term export new.utx --target CODE",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUIYI_MEMORY", str(tmp_path / "m.duiyi"))
    monkeypatch.setenv("DUIYI_TERMS", str(tmp_path / "terms.sqlite"))
    units = [Unit("第一条", "Article 1", "zh-CN", "en-US")]
    write(tmp_path / "units.tmx", units)
    for name, text in (
        ("zh.txt", "大会通过了下列决议。\n"),
        ("en.txt", "The Assembly adopted the following resolution.\n"),
        ("plain.tsv", "第一条\tArticle 1\n"),
        ("glossary.tsv", "条\tArticle\n"),
        ("pairs.tsv", "source\ttarget\toutput\tsource_lang\nzh.txt\ten.txt\tnew.tmx\txx-foo\n"),
        ("rules.toml", '[[rule]]\nname = "a"\nsource = "b"\nsource_lang = "xx-foo"\n'),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    done("memory", "import", "units.tmx")
    done("term", "import", "glossary.tsv", "--columns", "zh=1,en=2", "--no-header")
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))}


@pytest.mark.parametrize("command", COMMANDS)
def test_nonsense_is_reported_and_leaves_no_files(command: str, folder: Path) -> None:
    before = content(folder)
    with pytest.raises(UsageError) as told:
        ran(*command.replace("CODE", "xx-foo").split())
    assert "'xx-foo' is not a known language code such as zh-CN or en-US (BCP 47)" in str(told.value)
    assert content(folder) == before


def test_the_exit_code_is_2(folder: Path) -> None:
    assert refused("align", "zh.txt", "en.txt", "-o", "new.tmx", "--source-lang", "xx-foo", cwd=folder).startswith(
        "duiyi: 'xx-foo' is not a known language code"
    )


@pytest.mark.parametrize("code", ["qaa", "zh-Hant", "yue-x-house"])
def test_known_codes_and_those_for_private_use_are_taken(code: str, folder: Path) -> None:
    done("align", "zh.txt", "en.txt", "-o", "new.jsonl", "--source-lang", code)
    (unit,) = read(folder / "new.jsonl")
    assert unit.source_lang == {"qaa": "qaa", "zh-Hant": "zh-TW", "yue-x-house": "yue"}[code]


@pytest.mark.parametrize("suffix", [".tmx", ".jsonl", ".tsv", ".xlf", ".po"])
def test_language_codes_of_a_file_are_kept_and_usable(suffix: str, folder: Path) -> None:
    odd = folder / f"odd{suffix}"
    units = [Unit("Rhi na", "Article 2", "xx", "en-US"), Unit("Rhi so", "Article 3", "xx", "en-US")]
    write(odd, units)
    memory = ("--memory", "odd.duiyi")
    done("convert", odd, "same.jsonl")
    assert [unit.source_lang for unit in read(folder / "same.jsonl")] == ["xx", "xx"]
    done("convert", odd, "turned.jsonl", "--source-lang", "en", "--target-lang", "xx")
    assert [(unit.source_lang, unit.target) for unit in read(folder / "turned.jsonl")] == [
        ("en-US", "Rhi na"),
        ("en-US", "Rhi so"),
    ]
    done("memory", "import", odd, "--source-lang", "xx", *memory)
    (match,) = json.loads(done("lookup", "Rhi na", "--source-lang", "xx", "--json", "--min", "100", *memory).out)
    assert match["source_lang"] == "xx"
    assert json.loads(done("concordance", "Rhi", "--source-lang", "xx", "--json", *memory).out)
    assert "2 units" in done("memory", "export", "out.tmx", "--source-lang", "xx", *memory).out
    with pytest.raises(UsageError, match="'xy' is not a known language code"):
        ran("memory", "delete", "--source-lang", "xy", *memory)
    assert "2 units deleted" in done("memory", "delete", "--source-lang", "xx", *memory).out
