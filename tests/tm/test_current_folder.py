"""Modules in the user's folder, such as a `numpy.py`, are never run: by no command and by no child process."""

import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from corpora.sample import pair as sample_pair
from tests.data import ROOT
from tm.store.index_worker import IndexWorker

#: What the program and the standard library import in a child process, and what a user's folder may hold by chance.
NAMES = (
    "numpy pickle json re random string types tm align corpora models struct socket multiprocessing concurrent "
    "uvicorn fastapi lxml threadpoolctl signal platformdirs typer rich code test secrets"
).split()
TRAP = 'import os\nwith open(os.environ["TRAP"], "a") as file:\n    file.write(__name__ + "\\n")\n'
EDITABLE = Path(sys.executable).with_name("duiyi")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as a user installs it: a wheel in an environment of its own, with the libraries of this one."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT], check=True, cwd=folder)
    environment = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True, cwd=folder)
    [wheel] = folder.glob("*.whl")
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", wheel], check=True, cwd=folder)
    libraries = Path(sysconfig.get_path("purelib"))
    own = sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)})
    # Only the path: what makes this checkout importable there is in files that Python does not read from here.
    (Path(own) / "libraries.pth").write_text(f"{libraries}\n", "utf-8")
    return python.with_name("duiyi")


@pytest.fixture(params=["editable", pytest.param("installed", marks=pytest.mark.slow)])
def duiyi(request: pytest.FixtureRequest) -> Path:
    return EDITABLE if request.param == "editable" else request.getfixturevalue("installed")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.py").write_text(TRAP, "utf-8")
    for name, path in zip(("zh.txt", "en.txt"), sample_pair(), strict=True):
        (folder / name).write_text(path.read_text("utf-8"), "utf-8")
    (folder / "pairs.tsv").write_text("source\ttarget\toutput\nzh.txt\ten.txt\ta.tmx\nzh.txt\ten.txt\tb.tmx\n", "utf-8")
    monkeypatch.setenv("TRAP", str(tmp_path / "EXECUTED"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def executed(tmp_path: Path) -> Callable[[], str]:
    def find() -> str:
        path = tmp_path / "EXECUTED"
        return path.read_text("utf-8") if path.exists() else ""

    return find


def test_no_command_runs_a_module_of_the_current_folder(folder: Path, executed: Callable[[], str], duiyi: Path) -> None:
    commands = [
        "structure zh.txt",
        "align zh.txt en.txt -o out.tmx -o out.align -o out.html",
        "batch pairs.tsv -j 2",
        "evaluate out.align out.align",
        "check out.tmx -o report.json",
        "convert out.tmx out.xlf",
        "memory import out.tmx --memory m.duiyi",
        "lookup 决议 --memory m.duiyi",
        "concordance 决议 --memory m.duiyi",
        "memory stats --memory m.duiyi",
        "term lookup 决议",
    ]
    for command in commands:
        done = subprocess.run([duiyi, *command.split()], capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), (command, done.stderr)
        assert not executed(), command


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_no_process_of_the_server_runs_one(folder: Path, executed: Callable[[], str], duiyi: Path) -> None:
    (folder / "units.tsv").write_text("source\ttarget\n决议\tresolution\n", "utf-8")
    languages = ["--source-lang", "zh", "--target-lang", "en"]
    subprocess.run([duiyi, "memory", "import", "units.tsv", "--memory", "m.duiyi", *languages], check=True)
    server = subprocess.Popen(
        [duiyi, "serve", "--workers", "2", "--port", "0", "--memory", "m.duiyi"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        with httpx.Client(base_url=address, trust_env=False, timeout=20) as client:
            for _ in range(50):
                try:
                    assert client.get("/api/memories").status_code == 200
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            else:
                pytest.fail("the server does not respond")
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    assert not executed()


def test_the_process_that_builds_the_index_runs_none(
    folder: Path, executed: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # An interactive interpreter has the current folder on its path, as the empty string.
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    with IndexWorker() as worker:
        worker.order([1], ["决议"]).result()
        assert worker._process is not None
        assert worker._process.poll() is None, "the process must do the work, not this one"
    assert not executed()
