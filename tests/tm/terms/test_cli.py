"""`duiyi term` as a user meets it: exit codes, one sentence, JSON keys."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def duiyi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run the command with a data folder of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DUIYI_TERMS", raising=False)

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from tm.cli.main import run; run()", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path)

    return run


def test_the_sample_glossary_answers_on_a_fresh_install(duiyi) -> None:
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
    assert "column 1: zh-CN preferred" in done.stderr
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
def test_bad_files_are_refused_and_the_store_stays(duiyi, tmp_path: Path, name: str, content: str) -> None:
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


def test_extract_writes_the_columns_of_the_contract(duiyi, tmp_path: Path) -> None:
    units = tmp_path / "u.tsv"
    frames = [("{}是一项原则。", "The {} is a principle."), ("会议审议了{}。", "The meeting considered the {}.")]
    frames += [("关于{}的报告", "Report on the {}"), ("请加强{}！", "Strengthen the {}!")]
    terms = [("资产追回", "asset recovery"), ("司法协助", "legal assistance"), ("公共采购", "public procurement")]
    rows = [f"{zh.format(one)}\t{en.format(other)}" for one, other in terms for zh, en in frames]
    units.write_text("zh\ten\n" + "\n".join(rows) + "\n", "utf-8")
    out = tmp_path / "x.tsv"
    done = duiyi("term", "extract", units, "-o", out, "--no-vectors", "--limit", "5")
    assert done.returncode == 0, done.stderr
    header, *found = (line.split("\t") for line in out.read_text("utf-8").splitlines())
    assert header[:4] == ["source", "target", "score", "count"]
    assert ["资产追回", "asset recovery"] in [row[:2] for row in found]
