"""`duiyi memory edit`, `replace`, `clean`, `undo`, `export --split` and `duiyi term add`, `edit`, `delete` as typed."""

import json
from pathlib import Path

import pytest

from corpora.errors import DuiyiError
from tests.commands import done, ran
from tests.postgresql import PostgresServer
from tm.formats import read, write
from tm.search.memory import Memory
from tm.unit import Unit

UNITS = [
    Unit("钥匙挂在门后。", "The key hangs behind the door.", "zh-CN", "en-GB"),
    Unit("门开着。", "The door is open.", "zh-CN", "en-GB"),
    Unit("⟦1/⟧", "⟦1/⟧", "zh-CN", "en-GB"),
]


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "m.duiyi"
    monkeypatch.setenv("DUIYI_MEMORY", str(path))
    monkeypatch.setenv("DUIYI_TERMS", str(tmp_path / "t.db"))
    write(tmp_path / "in.tmx", UNITS)
    done("memory", "import", tmp_path / "in.tmx")
    return path


def refused(*arguments: object) -> str:
    with pytest.raises(DuiyiError) as raised:
        ran(*arguments)
    return str(raised.value)


def targets(folder: Path) -> list[str]:
    done("memory", "export", folder / "o.jsonl")
    return [unit.target for unit in read(folder / "o.jsonl")]


def test_replace_undo(memory: Path, tmp_path: Path) -> None:
    trial = done("memory", "replace", "door", "gate", "--dry-run").out
    assert trial.splitlines()[0] == "1\tThe key hangs behind the door.\tThe key hangs behind the gate."
    assert "2 units would change, 2 places" in trial
    assert "2 units changed" in done("memory", "replace", "door", "gate", "--side", "target").out
    assert targets(tmp_path)[1] == "The gate is open."
    (change, _) = json.loads(done("memory", "undo", "--list", "--json").out)
    assert (change["action"], change["units"]) == ("replace 'door' with 'gate'", 2)
    assert done("memory", "undo").out.startswith("undone: replace 'door' with 'gate' (2 units, ")
    assert targets(tmp_path)[1] == "The door is open."
    assert "import of in.tmx" in done("memory", "undo").out
    assert "no change is left to undo" in refused("memory", "undo")


def test_clean(memory: Path, tmp_path: Path) -> None:
    assert "1 unit of 3 would be deleted" in done("memory", "clean", "--dry-run").out
    assert len(targets(tmp_path)) == 3
    assert json.loads(done("memory", "clean", "--json").out)["rules"]["codes"] == 1
    assert len(targets(tmp_path)) == 2
    assert "unknown rule 'x'" in refused("memory", "clean", "--skip", "x")
    assert "older" in done("memory", "clean", "--list").out


def test_clean_doubtful_pairs(tmp_path: Path) -> None:
    path = tmp_path / "d.duiyi"
    pairs = [
        ("渡船每天早上六点开。", "The ferry leaves at six every morning."),
        ("大雾的时候不开。", "In thick fog it does not run."),
        ("船上不许点火做饭，也不许抽烟。", "No fire may be lit on board for cooking or smoking."),
        ("会议于2017年5月6日在日内瓦举行。", "Click 404 to"),
    ]
    with Memory(path) as memory:
        memory.add(Unit(*pair, "zh-CN", "en-GB") for pair in pairs)
    told = json.loads(done("memory", "clean", "--memory", path, "--also", "doubtful", "--json").out)
    assert told["rules"]["doubtful"] == 1
    with Memory(path) as memory:
        assert [unit.source for unit in memory.units()] == [source for source, _ in pairs[:3]]


def test_an_edit_in_the_reverse_direction(memory: Path, tmp_path: Path) -> None:
    (match,) = json.loads(done("lookup", UNITS[0].target, "--json").out)
    assert "[in.tmx, unreviewed]" in done("lookup", UNITS[0].target).out
    edited = done("memory", "edit", match["unit"], "--target", "钥匙挂在门背后。")
    assert "stored from zh-CN to en-GB" in edited.err
    assert UNITS[0].target in targets(tmp_path)
    done("memory", "edit", 2, "--source-lang", "en", "--target", "Open.")
    done("memory", "export", tmp_path / "o.tsv")
    assert "Open.\tThe door is open." in (tmp_path / "o.tsv").read_text("utf-8")
    assert "not fr" in refused("memory", "edit", 2, "--target", "x", "--target-lang", "fr")


def test_filters_by_expression(memory: Path) -> None:
    assert "1 unit would be deleted" in done("memory", "delete", "--where", "target=^the door", "--dry-run").out
    assert "FIELD=REGEX" in refused("memory", "delete", "--where", "door")


def test_a_split_export_holds_every_unit_once(memory: Path, tmp_path: Path) -> None:
    many = [Unit(f"第{n}句话，" + "说明" * (n % 50), f"sentence {n}", "zh-CN", "en-GB") for n in range(300)]
    write(tmp_path / "many.tmx", many)
    done("memory", "import", tmp_path / "many.tmx")
    rows = json.loads(done("memory", "export", tmp_path / "all.tmx", "--split", "20kB", "--json").out)
    files = [Path(row["out"]) for row in rows]
    assert [file.name for file in files[:2]] == ["all-001.tmx", "all-002.tmx"]
    assert 4 < len(files) < 12
    assert all(file.stat().st_size <= 20_000 for file in files)
    assert [unit.source for file in files for unit in read(file)] == [unit.source for unit in [*UNITS, *many]]
    assert "such as 50MB" in refused("memory", "export", tmp_path / "all.tmx", "--split", "5")


def test_terms_one_by_one(memory: Path) -> None:
    assert "跳板" in done("term", "add", "gangway", "跳板").out
    done("term", "edit", "gangway", "跳板", "--status", "forbidden", "--definition", "a bridge")
    (row,) = json.loads(done("term", "lookup", "gangway", "--json", "--examples", 0).out)
    assert (row["status"], row["definition"]) == ("forbidden", "a bridge")
    assert json.loads(done("term", "add", "gangway", "舷梯", "--json").out)["terms"][-1]["status"] == "preferred"
    assert "1 entry" in done("term", "delete", "gangway").out
    assert json.loads(ran("term", "lookup", "gangway", "--json").out) == []
    assert "no term gangway" in refused("term", "delete", "gangway")


def test_copy_and_sync(memory: Path, tmp_path: Path, postgresql: PostgresServer) -> None:
    server = postgresql.address("copied")
    assert done("memory", "copy", memory, server).out.strip().endswith(": 3 units")
    assert "contains units already" in refused("memory", "copy", memory, server)
    assert "does not exist" in refused("memory", "copy", tmp_path / "none.duiyi", tmp_path / "other.duiyi")
    assert not (tmp_path / "other.duiyi").exists()
    done("memory", "edit", 1, "--status", "reviewed", "--author", "ada")
    done("memory", "edit", 1, "--status", "rejected", "--author", "bo", "--memory", server)
    done("memory", "delete", 2, "--memory", server)
    shown = done("memory", "sync", memory, server).out.splitlines()
    assert shown[0] == f"{memory}: 0 added, 0 changed, 1 deleted", "the copy is what they had in common"
    assert shown[1].endswith(": 0 added, 0 changed, 0 deleted")
    assert shown[2:] == [
        "conflict: 钥匙挂在门后。", "  first:  The key hangs behind the door. (reviewed, ada)",
        "  second: The key hangs behind the door. (rejected, bo)",
    ]  # fmt: skip
    done("memory", "delete", 3)
    assert json.loads(done("memory", "sync", memory, server, "--json").out)["second"]["deleted"] == 1
