"""Signals at any moment: one sentence, exit code 130 or 143, no half files, and no process left."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import COMMAND
from tm.search.memory import Memory

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and /proc of POSIX")
SIGNALS = [(signal.SIGINT, 130, "duiyi: stopped\n"), (signal.SIGTERM, 143, "duiyi: stopped by SIGTERM\n")]
SENTENCES = 3_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(4):
        rows = [(n * 7 % 991, n % 83) for n in range(number, number + SENTENCES)]
        (tmp_path / f"zh{number}.txt").write_text(
            "".join(f"第{n}号仓库存放{a}箱木材和{b}卷绳子。\n\n" for n, (a, b) in enumerate(rows)), "utf-8"
        )
        (tmp_path / f"en{number}.txt").write_text(
            "".join(f"Warehouse {n} holds {a} boxes and {b} rolls of rope.\n\n" for n, (a, b) in enumerate(rows)),
            "utf-8",
        )
    rows_of_pairs = "".join(f"zh{n}.txt\ten{n}.txt\tout{n}.tsv\n" for n in range(4))
    (tmp_path / "pairs.tsv").write_text(f"source\ttarget\toutput\n{rows_of_pairs}", "utf-8")
    (tmp_path / "units.tsv").write_text(
        "zh\ten\n" + "".join(f"第{n}间屋子。\tRoom {n}.\n" for n in range(60_000)), "utf-8"
    )
    return tmp_path


def processes(session: int) -> list[int]:
    """The processes of a session that are alive."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(state[3]) == session and state[0] != "Z":
            found.append(int(path.parent.name))
    return found


def until(condition: Callable[[], object], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def ended(running: "subprocess.Popen[str]") -> tuple[int, str]:
    """Exit code and standard error; everything that was started must have ended."""
    _, messages = running.communicate(timeout=60)
    gone = until(lambda: not processes(running.pid), 20)
    if not gone:
        os.killpg(running.pid, signal.SIGKILL)
    assert gone, "children are left"
    return running.returncode, messages


@pytest.mark.parametrize(("number", "code", "sentence"), SIGNALS, ids=["Ctrl+C", "SIGTERM"])
@pytest.mark.parametrize("delay", [0.15, 0.5, 1.5])
@pytest.mark.parametrize(
    "arguments",
    [
        ["align", "zh0.txt", "en0.txt", "-o", "new.tmx"],
        ["convert", "units.tsv", "new.tmx", "--source-lang", "zh", "--target-lang", "en"],
        ["memory", "import", "units.tsv", "--memory", "m.duiyi", "--source-lang", "zh", "--target-lang", "en"],
    ],
    ids=lambda words: words[0],
)
def test_a_signal_at_any_moment(
    folder: Path, arguments: list[str], delay: float, number: int, code: int, sentence: str
) -> None:
    running = start(folder, *arguments)
    # From when the handlers are set, before which the interpreter itself ends with a traceback.
    assert until(lambda: handles_sigterm(running.pid))
    time.sleep(delay)
    os.killpg(running.pid, number)
    assert ended(running)[0] in (code, 0)
    assert not list(folder.glob(".*"))
    assert not (folder / "new.tmx").exists() or running.returncode == 0
    if (folder / "m.duiyi").exists():
        with Memory(folder / "m.duiyi") as memory:
            assert memory.check() == []


def handles_sigterm(process: int) -> bool:
    """True if a process has a handler for SIGTERM, or is over."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return True
    caught = next((line.split()[1] for line in lines if line.startswith("SigCgt")), "0")
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize(("number", "code", "sentence"), SIGNALS, ids=["Ctrl+C", "SIGTERM"])
@pytest.mark.parametrize("everyone", [True, False], ids=["all processes", "the program"])
def test_a_batch_ends_with_its_workers(folder: Path, number: int, code: int, sentence: str, *, everyone: bool) -> None:
    running = start(folder, "batch", "pairs.tsv", "-j", "2")
    assert until(lambda: len(processes(running.pid)) >= 3), "the workers were started"
    time.sleep(2.0)
    (os.killpg if everyone else os.kill)(running.pid, number)
    assert ended(running) == (code, sentence)
    assert not list(folder.glob(".*"))


def test_workers_end_with_a_killed_parent(folder: Path) -> None:
    running = start(folder, "batch", "pairs.tsv", "-j", "2")
    assert until(lambda: len(processes(running.pid)) >= 3)
    time.sleep(2.0)
    running.kill()
    assert ended(running)[0] == -signal.SIGKILL
    assert not list(folder.glob(".*"))


def test_signals_that_the_caller_ignores_stay_ignored(folder: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does: a child inherits what is ignored
    try:
        running = subprocess.Popen(
            [*COMMAND, "check", "--list"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGHUP, before)
    running.send_signal(signal.SIGHUP)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert output
