"""The second process that builds segments of the index, and what happens where there is none."""

import sys

import numpy as np
import pytest

from tm.store import index_worker
from tm.store.index_segments import build
from tm.store.index_worker import IndexWorker

IDS, TEXTS = [3, 8], ["缔约国应当采取措施", "States Parties shall take measures"]


def check(worker: IndexWorker) -> None:
    segment, grams, words = worker.order(IDS, TEXTS).result()
    expected, expected_grams, expected_words = build(IDS, TEXTS)
    assert np.array_equal(segment.ids, expected.ids)
    assert np.array_equal(segment.bits, expected.bits)
    assert (grams, words) == (expected_grams, expected_words)


def test_the_other_process_builds_the_same() -> None:
    with IndexWorker() as worker:
        check(worker)
        check(worker)


@pytest.mark.parametrize("command", ["/bin/false", "/nowhere/python"])
def test_without_another_process_it_is_built_here(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(sys, "executable", command)
    with IndexWorker() as worker:
        check(worker)


def test_a_process_that_ends_before_it_receives_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data in the pipe to it can be neither sent nor, at the end, dropped without an error of the system."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with IndexWorker() as worker:
        worker._pipes()
        assert worker._process is not None
        worker._process.wait()
        check(worker)


@pytest.mark.parametrize("printed", ["A module says hello.", "coverage started\nnow\n"])
def test_a_process_that_prints(monkeypatch: pytest.MonkeyPatch, printed: str) -> None:
    """The second text would be a name to import, if it was read as what the process sends."""
    monkeypatch.setattr(index_worker, "_COMMAND", f"print({printed!r}, flush=True); {index_worker._COMMAND}")
    with IndexWorker() as worker:
        check(worker)
        check(worker)
