"""`duiyi check`: exit codes, what is printed, reports, baselines, and sentences instead of tracebacks."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from corpora.errors import DuiyiError, InputError, UsageError
from tests.commands import Ran, ran
from tm.formats import read, write
from tm.unit import Unit


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "m.tmx"
    units = [
        Unit("第五条", "article 6", "zh-CN", "en-US"),
        Unit("回顾第六条，", "Recalling article 6,", "zh-CN", "en-US"),
        Unit("举行了三次会议。", "They held five meetings.", "zh-CN", "en-US"),
    ]
    write(path, units)
    return path


def run(*arguments: object) -> Ran:
    return ran("check", "--no-embeddings", *arguments)


def test_faults_are_printed_and_the_exit_code_says_so(memory: Path) -> None:
    code, out, _ = run(memory)
    assert code == 1
    assert "reference" in out
    assert "number" in out


def test_messages_are_complete_and_texts_are_printed_once_below_their_findings(tmp_path: Path) -> None:
    path = tmp_path / "m.tmx"
    long = "第五条" + "和一些其他的话" * 20 + "。", "Article 6 " + "and other words " * 20
    write(path, [Unit(*long, "zh-CN", "en-US")])
    code, out, _ = run(path, "--only", "reference,final-punctuation")
    assert code == 1
    *findings, source, target = out.splitlines()
    assert len(findings) == 2
    assert all(line.startswith("0  ") for line in findings)
    assert not any(line.endswith("…") for line in findings)
    assert source.startswith("    第五条")
    assert source.endswith("…")
    assert cell_len(source) <= 120
    assert target.startswith("    Article 6")
    assert cell_len(target) <= 120


def test_what_was_found_is_counted(memory: Path, tmp_path: Path) -> None:
    assert run(memory, "--only", "number,reference").err.splitlines()[-1] == "3 units: 1 error, 1 warning, 0 info"
    one = tmp_path / "one.jsonl"
    write(one, [Unit("第五条", "article 6", "zh-CN", "en-US")])
    assert run(one, "--only", "reference").err == "1 unit: 1 error, 0 warnings, 0 info\n"


def test_texts_contain_no_markup_and_no_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    write(path, [Unit("第五条[bold]", "article 6\x1b[31m", "zh-CN", "en-US")])
    out = run(path, "--only", "reference").out
    assert "    第五条[bold]" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--only", "date"], 0), (["--skip", "reference"], 0), (["--skip", "reference", "--fail-on", "warning"], 1),
        (["--fail-on", "never"], 0), (["--skip", "reference,number", "--fail-on", "warning"], 0),
    ],
)  # fmt: skip
def test_exit_codes(memory: Path, arguments: list[str], code: int) -> None:
    assert run(memory, *arguments).code == code


def test_json_on_standard_output_and_in_a_file(memory: Path, tmp_path: Path) -> None:
    code, out, _ = run(
        memory, "--json", "-o", tmp_path / "r.json", "-o", tmp_path / "r.xml", "-o", tmp_path / "r.sarif"
    )
    assert code == 1
    assert json.loads(out) == json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert {path.suffix for path in tmp_path.iterdir()} >= {".json", ".xml", ".sarif"}


def test_all_reports_are_written_or_none(memory: Path, tmp_path: Path) -> None:
    for bad in (memory / "r.html", tmp_path / "r.json"):
        with pytest.raises(DuiyiError, match=bad.name):
            run(memory, "-o", tmp_path / "r.json", "-o", bad)
        with pytest.raises(DuiyiError, match=bad.name):
            run(memory, "-o", tmp_path / "r.json", "--write-baseline", bad)
    assert list(tmp_path.iterdir()) == [memory]


def test_a_baseline_makes_the_next_run_pass(memory: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    assert run(memory, "--write-baseline", known).code == 1
    assert run(memory, "--baseline", known).code == 0


def test_what_tools_would_skip_is_counted(memory: Path) -> None:
    data = json.loads(run(memory, "--tmx", "--json").out)
    assert data["conformance"] == {}


def test_the_checks_are_listed() -> None:
    rows = json.loads(run("--list", "--json").out)
    assert {"number", "shifted", "negation"} <= {row["check"] for row in rows}


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ([], UsageError, "name a file"),
        (["missing.tmx"], InputError, "does not exist"),
        (["{memory}", "--only", "grammar"], UsageError, "unknown check grammar"),
        (["{memory}", "--fail-on", "fatal"], UsageError, "--fail-on"),
        (["{memory}", "--show", "all"], UsageError, "--show"),
        (["{memory}", "-o", "r.doc"], UsageError, "reports are written as"),
        (["{memory}", "--baseline", "missing.json"], InputError, "missing.json"),
    ],
)
def test_bad_usage_is_reported_in_one_sentence(
    memory: Path, arguments: list[str], error: type[DuiyiError], words: str
) -> None:
    with pytest.raises(error, match=words):
        run(*[argument.format(memory=memory) for argument in arguments])


ROWS = """source\ttarget
本條例適用於所有渡輪。\tThis Ordinance applies to all ferries.
大雾时渡轮停航，请勿站在甲板上。\tIn thick fog the ferry does not sail; do not stand on deck.
違反規定者可處罰款。\tOffenders are liable to a fine.
"""


@pytest.mark.parametrize(("language", "reported"), [("zh", {1}), ("zh-CN", {0, 2})])
def test_zh_alone_is_the_script_of_the_file(tmp_path: Path, language: str, reported: set[int]) -> None:
    file, out = tmp_path / "units.tsv", tmp_path / "found.json"
    file.write_text(ROWS, "utf-8")
    ran("check", file, "--source-lang", language, "--target-lang", "en", "--fail-on", "never", "-o", out)
    findings = json.loads(out.read_text("utf-8"))["findings"]
    assert {one["unit"] for one in findings if one["check"] == "language"} == reported


def test_pairs_that_are_no_translations_are_filtered(tmp_path: Path) -> None:
    pairs = [
        ("第三十条适用于所有缔约国。", "Article 30 applies to all States parties."),
        ("会议于星期二开幕。", "The meeting opened on Tuesday."),
        ("请缔约国提交报告。", "All rights reserved."),
        ("秘书处应编写一份报告。", "秘书处应编写一份报告。"),
        ("她买了三个苹果和两个梨。", "She bought three apples and two pears."),
    ]
    path, clean = tmp_path / "noisy.tmx", tmp_path / "clean.tmx"
    write(path, [Unit(zh, en, "zh-CN", "en-US") for zh, en in pairs])
    assert run(path, "--filter", 0.5, "-o", clean).code == 0
    assert [unit.source for unit in read(clean)] == [pairs[n][0] for n in (0, 1, 4)]
    with pytest.raises(UsageError, match="--filter needs -o"):
        run(path, "--filter", 0.5)


def test_an_empty_glossary_is_told(memory: Path, tmp_path: Path) -> None:
    glossary, terms = tmp_path / "glossary.tsv", tmp_path / "terms.sqlite"
    glossary.write_text("zh\ten\n", "utf-8")
    assert "the glossary is empty" in run(memory, "--glossary", glossary).err
    ran("term", "import", glossary, "--terms", terms)
    assert "the term base is empty" in ran("term", "check", memory, "--terms", terms).err
