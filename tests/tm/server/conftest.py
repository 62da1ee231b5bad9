"""A small memory, a term base, and clients: of the application itself, and of the command in a separate process."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.commands import COMMAND
from tests.serving import UNITS, client_of
from tm.search.memory import Memory
from tm.server.options import Access, ServerOptions


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "treaties.duiyi"
    with Memory(path) as made:
        made.add(UNITS)
    return path


@pytest.fixture
def options(memory: Path, tmp_path: Path) -> ServerOptions:
    return ServerOptions(((memory, 0),), tmp_path / "terms.sqlite", access=Access(), max_upload=1_000_000)


@pytest.fixture
def client(options: ServerOptions) -> Iterator[TestClient]:
    """A client of a server that accepts changes."""
    with client_of(options, writable=True) as made:
        yield made


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., tuple[str, "subprocess.Popen[str]"]]]:
    """`serving("--memory", path)` runs the command and returns its address and its process."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> tuple[str, "subprocess.Popen[str]"]:
        words = [str(one) for one in arguments]
        if not {"--terms", "--accounts"} & {*words}:
            words += ["--terms", str(tmp_path / "terms.sqlite"), "--write"]
        command = [*COMMAND, "serve", "--port", "0", *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            assert process.stderr is not None
            raise AssertionError(process.stderr.read())
        return address, process

    yield start
    for process in started:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
