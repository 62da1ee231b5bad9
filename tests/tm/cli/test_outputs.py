"""Outputs of every command: never an input, a device or a folder; links stay; a full disk keeps the old file."""

import json
import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import DuiyiError
from tests.commands import COMMAND, done, process, ran, refused
from tests.data import cases
from tm.formats import read

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, links and limits of POSIX")
UNITS = "zh\ten\n" + "".join(f"第{n}间屋子里有一张床。\tRoom {n} has a bed.\n" for n in range(40))
LANGUAGES = ("--source-lang", "zh", "--target-lang", "en")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a table of units, a memory and a term base, named so that every command could write them."""
    monkeypatch.chdir(tmp_path)
    Path("units.tsv").write_text(UNITS, "utf-8")
    Path("g.csv").write_text("zh,en\n屋子,room\n", "utf-8")
    done("memory", "import", "units.tsv", "--memory", "memory.tsv", *LANGUAGES)
    done("term", "import", "g.csv", "--terms", "terms.tsv")
    return tmp_path


#: Commands that write {out}, with the inputs that each must not destroy.
WRITING: list[tuple[list[str], list[str]]] = [
    (["align", "zh.txt", "en.txt", "-o", "{out}"], ["zh.txt", "en.txt"]),
    (["convert", "units.tsv", "{out}", *LANGUAGES], ["units.tsv"]),
    (["check", "units.tsv", *LANGUAGES, "--no-embeddings", "--write-baseline", "{out}"], ["units.tsv"]),
    (["check", "units.tsv", *LANGUAGES, "--no-embeddings", "--config", "c.json", "-o", "{out}"], ["c.json"]),
    (["memory", "export", "{out}", "--memory", "memory.tsv"], ["memory.tsv"]),
    (["memory", "backup", "{out}", "--memory", "memory.tsv"], ["memory.tsv"]),
    (["term", "export", "{out}", "--terms", "terms.tsv"], ["terms.tsv"]),
    (["term", "extract", "units.tsv", "--no-vectors", "--terms", "terms.tsv", "-o", "{out}"],
     ["units.tsv", "terms.tsv"]),
    (["term", "extract", "--memory", "memory.tsv", "--no-vectors", "-o", "{out}"], ["memory.tsv"]),
    (["term", "report", "units.tsv", "--terms", "terms.tsv", "-o", "{out}"], ["units.tsv", "terms.tsv"]),
    (["review", "units.tsv", "--data", "reviews", "-o", "{out}"], ["units.tsv"]),
    (["pretranslate", "job.xlf", "-o", "{out}", "--memory", "memory.tsv", "--terms", "terms.tsv"], ["job.xlf"]),
    (["pretranslate", "job.po", "-o", "{out}", "--memory", "memory.tsv", "--terms", "terms.tsv"], ["job.po"]),
    (["pretranslate", "zh.txt", "-o", "{out}", "--memory", "memory.tsv"], ["zh.txt", "memory.tsv"]),
    (["analyse", "zh.txt", "-o", "{out}", "--memory", "memory.tsv", "--rates", "rates.json"],
     ["memory.tsv", "rates.json"]),
    (["check", "units.tsv", *LANGUAGES, "--glossary", "g.csv", "--filter", "0.5", "-o", "{out}"],
     ["units.tsv", "g.csv"]),
    (["memory", "bitext", "units", "-o", "{out}", "--memory", "memory.tsv"], ["memory.tsv"]),
]  # fmt: skip
INPUTS = [(command, name) for command, names in WRITING for name in names]


@pytest.mark.parametrize(
    ("command", "name"), INPUTS, ids=lambda one: one if isinstance(one, str) else " ".join(one[:2])
)
@pytest.mark.parametrize("link", [None, os.link, os.symlink], ids=["itself", "hard link", "symbolic link"])
def test_no_input_is_overwritten(folder: Path, command: list[str], name: str, link: Callable[..., None] | None) -> None:
    path = folder / name
    if not path.exists():
        path.write_text("第一条\n" if name != "c.json" else "", "utf-8")
    before = path.read_bytes()
    out = name
    if link is not None:
        out = f"link{path.suffix}"
        link(path, folder / out)
    for other in ("zh.txt", "en.txt"):
        (folder / other).touch()
    with pytest.raises(DuiyiError, match=re.escape(out)):
        ran(*(word.format(out=out) for word in command))
    assert path.read_bytes() == before
    assert not list(folder.glob(".*"))


def test_only_a_backup_is_replaced_by_a_backup(folder: Path) -> None:
    for name in ("units.tsv", "terms.tsv", "zh.txt"):
        path = Path(name)
        path.write_bytes(path.read_bytes() if path.exists() else b"my diary")
        before = path.read_bytes()
        with pytest.raises(DuiyiError, match="not an earlier"):
            ran("memory", "backup", name, "--memory", "memory.tsv")
        assert path.read_bytes() == before
    for name in ("empty.duiyi", "new.duiyi", "new.duiyi"):
        Path("empty.duiyi").touch()
        done("memory", "backup", name, "--memory", "memory.tsv")


def test_a_memory_is_checked_before_the_work(folder: Path) -> None:
    for name, text in (("zh.txt", "第一条\n"), ("en.txt", "Article 1\n"), ("diary.duiyi", "Dear diary\n")):
        Path(name).write_text(text, "utf-8")
    with pytest.raises(DuiyiError, match=r"diary\.duiyi is not"):
        ran("align", "zh.txt", "en.txt", "-o", "x.tsv", "-o", "diary.duiyi")
    assert not Path("x.tsv").exists()
    with pytest.raises(DuiyiError, match=r"b\.pdf"):
        ran("analyse", "zh.txt", "-o", "a.html", "-o", "b.pdf", "--memory", "memory.tsv")
    assert not Path("a.html").exists()


@pytest.mark.parametrize("case", cases("hostile_options"), ids=lambda case: case["label"])
def test_hostile_options_are_refused_in_a_sentence(folder: Path, case: dict[str, Any]) -> None:
    with pytest.raises(DuiyiError) as error:
        ran(*case["input"])
    assert case["expected"] in str(error.value)
    assert len(str(error.value)) < 1500


@posix
def test_devices_pipes_and_folders_are_refused(folder: Path) -> None:
    os.mkfifo("pipe.tmx")
    os.symlink("/dev/null", "null.tmx")
    Path("folder.tmx").mkdir()
    for name, words in [("pipe.tmx", "device or a pipe"), ("null.tmx", "device or a pipe"), ("folder.tmx", "folder")]:
        assert words in refused("convert", "units.tsv", name, *LANGUAGES, cwd=folder)
    assert stat.S_ISFIFO(Path("pipe.tmx").stat().st_mode)
    assert stat.S_ISCHR(Path("null.tmx").stat().st_mode)


@posix
def test_a_link_is_written_through_and_permissions_are_kept(folder: Path) -> None:
    Path("store").mkdir()
    os.symlink("store/week.tmx", "current.tmx")
    done("convert", "units.tsv", "current.tmx", *LANGUAGES)
    assert os.readlink("current.tmx") == "store/week.tmx"
    Path("store/week.tmx").chmod(0o600)
    done("convert", "units.tsv", "current.tmx", *LANGUAGES)
    assert stat.S_IMODE(Path("store/week.tmx").stat().st_mode) == 0o600
    assert len(list(read("current.tmx"))) == 40
    os.symlink("circle.tmx", "other.tmx")
    os.symlink("other.tmx", "circle.tmx")
    assert "circle" in refused("convert", "units.tsv", "circle.tmx", *LANGUAGES, cwd=folder)


@posix
@pytest.mark.parametrize("name", ["new.tmx", "new.xlf", "new.tsv", "new.jsonl", "new.po", "new.xlsx", "new.tmx.gz"])
def test_a_full_disk_keeps_the_old_file(folder: Path, name: str) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))

    # Already converted to units of known languages: detecting them needs a large temporary file.
    done("convert", "units.tsv", "units.jsonl", *LANGUAGES)
    done("convert", "units.jsonl", name, *LANGUAGES)
    old = Path(name).read_bytes()
    result = process("convert", "units.jsonl", name, *LANGUAGES, cwd=folder, preexec_fn=limit)
    assert result.returncode == 2, result
    assert result.stderr.startswith(f"duiyi: {name} cannot be written"), result.stderr
    assert Path(name).read_bytes() == old
    assert not list(folder.glob(".*"))


@posix
def test_a_full_standard_output_is_one_sentence(folder: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        command = [*COMMAND, "check", "--list"]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "duiyi: the output: No space left on device\n")


@posix
def test_new_stores_are_private(folder: Path) -> None:
    done("review", "units.tsv", "--data", "reviews", "-o", "out.jsonl", *())
    files = [Path("memory.tsv"), Path("terms.tsv"), *Path("reviews").rglob("*.db")]
    done("memory", "index", "--memory", "memory.tsv")
    done("memory", "backup", "copy.duiyi", "--memory", "memory.tsv")
    files += [Path("copy.duiyi"), *Path().glob("memory.tsv.vectors-*")]
    assert len(files) == 5
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600] * 5
    assert json.loads(done("memory", "stats", "--memory", "memory.tsv", "--json").out)["units"] == 40
