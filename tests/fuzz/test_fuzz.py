"""No reader ends in an exception of another library, without an end, or in a message of several lines."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import FOUND
from tests.fuzz.rule import fault
from tests.fuzz.subjects import SUBJECTS

#: Readers that load much or take long for each case.
_SLOW = {
    "document pdf": 10, "document epub": 10, "document rst": 10, "units xlsx": 10, "units sdltm": 10, "memory": 10,
    "term base": 10,
}  # fmt: skip


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_result_or_one_of_our_exceptions(name: str) -> None:
    subject = SUBJECTS[name]

    @settings(max_examples=_SLOW.get(name, 25), suppress_health_check=list(HealthCheck), database=None)
    @given(st.integers(0, 2**32))
    def run(seed: int) -> None:
        assert not fault(subject, subject.make(Random(seed)))

    run()


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.*")), ids=lambda path: path.name)
def test_what_was_found_stays_mended(path: Path) -> None:
    [subject] = [one for name, one in SUBJECTS.items() if path.name.startswith(_stem(name))]
    assert not fault(subject, path.read_bytes())


def _stem(name: str) -> str:
    return name.replace(" ", "-").replace(".", "-") + "-"
