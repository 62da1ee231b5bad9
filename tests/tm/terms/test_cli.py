"""`duiyi term` as a user meets it: exit codes, one sentence, JSON keys."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.commands import done, process
from tests.postgresql import PostgresServer


@pytest.fixture
def duiyi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run the command with a data folder of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DUIYI_TERMS", raising=False)

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return process(*arguments, cwd=tmp_path)

    return run


def test_the_sample_glossary_is_used_on_a_fresh_install(duiyi) -> None:
    done = duiyi("term", "lookup", "资产追回", "--json")
    assert done.returncode == 0
    rows = json.loads(done.stdout)
    assert {"source", "target", "status", "subject", "definition"} <= rows[0].keys()
    assert (rows[0]["source"], rows[0]["target"], rows[0]["status"]) == ("资产追回", "asset recovery", "preferred")
    assert "sample glossary" in done.stderr


def test_import_look_up_export(duiyi, tmp_path: Path) -> None:
    glossary = tmp_path / "g.csv"
    glossary.write_text("zh,en,en_forbidden\n公约,Convention,Agreement\n", "utf-8")
    done = duiyi("term", "import", glossary, "--json")
    assert (done.returncode, json.loads(done.stdout)["imported"]) == (0, 1)
    assert "column 1: zh preferred" in done.stderr
    rows = json.loads(duiyi("term", "lookup", "convention", "--to", "zh", "--json").stdout)
    assert [row["target"] for row in rows] == ["公约"]
    assert duiyi("term", "export", tmp_path / "out.tbx").returncode == 0
    assert "administrativeStatus" in (tmp_path / "out.tbx").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.tbx", "<martif><text><body><termEntry>"),
        ("ragged.tsv", "zh\ten\n腐败\tcorruption\n贿赂\n"),
        ("empty.tsv", ""),
        ("wrong.xyz", "zh\ten\n"),
    ],
)
def test_invalid_files_are_refused_and_change_nothing(duiyi, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "good.tsv").write_text("zh\ten\n公约\tConvention\n", "utf-8")
    assert duiyi("term", "import", tmp_path / "good.tsv").returncode == 0
    (tmp_path / name).write_text(content, "utf-8")
    done = duiyi("term", "import", tmp_path / name)
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    rows = json.loads(duiyi("term", "lookup", "腐败", "--json").stdout)
    assert rows == []


def test_check_exits_with_1_on_faults(duiyi, tmp_path: Path) -> None:
    units = tmp_path / "u.tsv"
    units.write_text("zh\ten\n缔约国应当合作。\tContracting countries shall cooperate.\n", "utf-8")
    done = duiyi("term", "check", units, "--json")
    assert done.returncode == 1
    assert "term-forbidden" in {finding["check"] for finding in json.loads(done.stdout)}


def test_beads_are_checked_with_their_texts(duiyi, tmp_path: Path) -> None:
    (tmp_path / "a.align").write_text("[0]:[0]:1\n", "utf-8")
    (tmp_path / "zh.txt").write_text("缔约国应当合作。\n", "utf-8")
    (tmp_path / "en.txt").write_text("Contracting countries shall cooperate.\n", "utf-8")
    texts = ("--source-file", tmp_path / "zh.txt", "--target-file", tmp_path / "en.txt")
    done = duiyi("term", "check", tmp_path / "a.align", *texts, "--json")
    assert "term-forbidden" in {finding["check"] for finding in json.loads(done.stdout)}
    assert duiyi("term", "report", tmp_path / "a.align", *texts, "-o", tmp_path / "r.html").returncode == 0
    assert duiyi("term", "check", tmp_path / "a.align").returncode == 2


def test_a_term_that_occurs_often_in_a_text_is_one_line(duiyi) -> None:
    shown = duiyi("term", "lookup", "--in-text", "缔约国和缔约国和缔约国").stdout
    assert shown.count("State party") == 1
    assert len(json.loads(duiyi("term", "lookup", "--in-text", "缔约国和缔约国", "--json").stdout)) > 2


@pytest.fixture
def units(tmp_path: Path) -> Path:
    path = tmp_path / "u.tsv"
    frames = [("{}是一项原则。", "The {} is a principle."), ("会议审议了{}。", "The meeting considered the {}.")]
    frames += [("关于{}的报告", "Report on the {}"), ("请加强{}！", "Strengthen the {}!")]
    terms = [("资产追回", "asset recovery"), ("司法协助", "legal assistance"), ("公共采购", "public procurement")]
    rows = [f"{zh.format(one)}\t{en.format(other)}" for one, other in terms for zh, en in frames]
    path.write_text("zh\ten\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def test_extract_writes_the_documented_columns_and_selected_rows_are_imported(duiyi, units: Path) -> None:
    out = units.with_name("x.tsv")
    done = duiyi("term", "extract", units, "-o", out, "--no-vectors", "--limit", "5")
    assert done.returncode == 0, done.stderr
    header, *found = (line.split("\t") for line in out.read_text("utf-8").splitlines())
    assert header[:5] == ["source", "target", "score", "count", "accept"]
    assert ["资产追回", "asset recovery"] in [row[:2] for row in found]
    for row in found:
        row[4] = "x" if row[0] == "资产追回" else ""
    out.write_text("\n".join("\t".join(row) for row in [header, *found]) + "\n", "utf-8")
    assert json.loads(duiyi("term", "import", out, "--json").stdout)["imported"] == 1
    (row,) = json.loads(duiyi("term", "lookup", "资产追回", "--json").stdout)
    assert (row["target"], row["status"], bool(row["examples"])) == ("asset recovery", "preferred", True)


def test_extract_from_the_users_own_memory(duiyi, units: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("DUIYI_MEMORY", str(tmp_path / "m.duiyi=5"))
    assert duiyi("memory", "import", units).returncode == 0
    done = duiyi("term", "extract", "--no-vectors", "--json")
    assert "asset recovery" in {row["target"] for row in json.loads(done.stdout)}
    assert duiyi("term", "extract", units, "--no-vectors", "--add").returncode == 0
    assert json.loads(duiyi("term", "lookup", "asset recovery", "--json").stdout)[0]["status"] == "proposed"


@pytest.mark.parametrize("question", ["", "  ", "长" * 5_000])
def test_questions_that_are_not_terms(duiyi, question: str) -> None:
    done = duiyi("term", "lookup", question)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.client
def test_candidates_are_selected_on_a_page(duiyi, units: Path, open_page, faults) -> None:
    out = units.with_name("x.html")
    assert duiyi("term", "extract", units, "-o", out, "--no-vectors").returncode == 0
    page = open_page()
    page.goto(out.as_uri())
    assert faults(page) == []
    page.get_by_label("accept 资产追回").check()
    page.get_by_role("status").get_by_text("1 of ").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the table").click()
    saved = units.with_name("saved.tsv")
    download.value.save_as(saved)
    assert download.value.suggested_filename == "x.tsv"
    assert json.loads(duiyi("term", "import", saved, "--json").stdout)["imported"] == 1


def test_examples_come_from_an_existing_memory(duiyi, tmp_path: Path) -> None:
    assert "memory_examples" not in json.loads(duiyi("term", "lookup", "资产追回", "--json").stdout)[0]
    units = tmp_path / "u.tsv"
    units.write_text(
        "zh\ten\n加强资产追回工作。\tStrengthen the recovery of assets.\n资产追回案件\tother cases\n", encoding="utf-8"
    )
    assert duiyi("memory", "import", units).returncode == 0
    rows = json.loads(duiyi("term", "lookup", "资产追回", "--json").stdout)
    (example,) = rows[0]["memory_examples"]
    assert (example["source"], example["target"]) == ("加强资产追回工作。", "Strengthen the recovery of assets.")
    assert example["origin"]["source_file"] == "u.tsv"
    assert "Strengthen the recovery of assets." in duiyi("term", "lookup", "asset recovery").stdout
    assert (
        "memory_examples" not in json.loads(duiyi("term", "lookup", "资产追回", "--examples", "0", "--json").stdout)[0]
    )


def test_the_first_glossary_replaces_the_sample_with_a_message(duiyi, tmp_path: Path) -> None:
    glossary = tmp_path / "g.csv"
    glossary.write_text("zh,en,zh-TW\n公约,Convention,公約\n", "utf-8")
    first, second = (duiyi("term", "import", glossary, "--status", "admitted") for _ in range(2))
    assert "the sample glossary is no longer used" in first.stderr
    assert "the sample glossary" not in second.stderr
    sample = first.stderr.split("duiyi term import ")[1].strip().splitlines()[0]
    assert duiyi("term", "import", sample).returncode == 0
    assert duiyi("term", "export", tmp_path / "o.csv").returncode == 0
    header = (tmp_path / "o.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    assert {"zh", "en", "zh-TW"} <= set(header), "every language by default"
    assert duiyi("term", "import", glossary, "--status", "good").returncode == 2


def test_every_command_takes_a_term_base_on_a_server(duiyi, tmp_path: Path, postgresql: PostgresServer) -> None:
    at = ("--terms", postgresql.address("commands"))
    (tmp_path / "g.csv").write_text("zh,en,en_forbidden\n公约,Convention,Agreement\n", "utf-8")
    assert "does not exist; duiyi term import makes one" in duiyi("term", "lookup", "公约", *at).stderr
    assert duiyi("term", "import", "g.csv", *at).returncode == 0
    assert duiyi("term", "add", "缔约国", "State party", *at).returncode == 0
    rows = json.loads(duiyi("term", "lookup", "公约", *at, "--json").stdout)
    assert rows[0]["target"] == "Convention"
    assert duiyi("term", "export", "out.tbx", *at).returncode == 0
    (tmp_path / "u.tsv").write_text("zh\ten\n缔约国应当遵守公约。\tStates shall observe the Agreement.\n", "utf-8")
    found = duiyi("term", "check", "u.tsv", *at, "--json")
    assert "Agreement" in found.stdout, found.stderr
    assert not list(tmp_path.glob("postgresql*")), "no folder of this name"


def test_a_forbidden_term_says_so_where_it_is_looked_up(tmp_path: Path) -> None:
    base = ("--terms", tmp_path / "t.sqlite")
    done("term", "add", "批准书", "instrument of ratification", *base)
    done("term", "add", "批准书", "ratification paper", "--status", "forbidden", *base)
    rows = json.loads(done("term", "lookup", "ratification paper", *base, "--json").out)
    assert [(row["source_status"], row["status"]) for row in rows] == [("forbidden", "preferred")]
    assert "ratification paper (forbidden)" in " ".join(done("term", "lookup", "ratification paper", *base).out.split())
    assert "(" not in done("term", "lookup", "instrument of ratification", *base).out


def test_terms_of_a_text_have_the_status_of_the_term_that_is_there(tmp_path: Path) -> None:
    base = ("--terms", tmp_path / "t.sqlite")
    done("term", "add", "缔约国", "States Parties", *base)
    for term, status in (("States-Parties", "deprecated"), ("signatories", "forbidden")):
        done("term", "add", "缔约国", term, "--status", status, *base)
    text = "States Parties met the states-parties. The Signatories and States-Parties agreed. A state party."
    (tmp_path / "a.txt").write_text(text, "utf-8")
    expected = [
        ("States Parties", "preferred"), ("states-parties", "preferred"), ("Signatories", "forbidden"),
        ("States-Parties", "deprecated"), ("state party", "preferred"),
    ]  # fmt: skip
    for given in (("--in-text", text), ("--file", tmp_path / "a.txt")):
        rows = json.loads(done("term", "lookup", *given, "--lang", "en", *base, "--json").out)
        assert [(row["source"], row["source_status"]) for row in rows] == expected
        assert {(row["target"], row["status"]) for row in rows} == {("缔约国", "preferred")}
    shown = " ".join(done("term", "lookup", "--in-text", text, "--lang", "en", *base).out.split())
    assert "Signatories (forbidden)" in shown
    assert "States-Parties (deprecated)" in shown
    rows = json.loads(done("term", "lookup", "--in-text", "各締約國同意。", "--lang", "zh-TW", *base, "--json").out)
    assert {(row["source"], row["source_status"]) for row in rows} == {("締約國", "preferred")}
