"""Clients and the server are killed at random: nothing that was acknowledged is lost, nothing is doubled or wrong."""

from pathlib import Path

import pytest

from benchmarks.postgresql import chaos
from tests.postgresql import PostgresServer


@pytest.mark.slow
def test_what_was_acknowledged_survives(tmp_path: Path, postgresql: PostgresServer) -> None:
    roles = ("writer", "writer", "writer", "reader", "reader")
    found = chaos(postgresql, 12, tmp_path, roles, pauses=(0.5, 1.5))
    assert found["acknowledged"], found
    assert [found[name] for name in ("lost", "duplicated", "counted twice", "wrong", "not found afterwards")] == [
        0
    ] * 5, found
