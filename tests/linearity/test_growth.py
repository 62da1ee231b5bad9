"""The time of every pattern, rule, reader and check grows with the input and no faster.

What is written here measures a sample, the same in every run; ``python -m tests.linearity`` (``make growth``) measures
all shapes on everything, which takes many minutes.
"""

import time
from collections.abc import Callable
from zlib import crc32

import pytest

from tests.linearity.growth import LIMIT, growth
from tests.linearity.patterns import patterns, slow_shapes
from tests.linearity.subjects import Subject, checks, in_files, rules

_SIZE = 4000
#: Patterns and files that were too slow once are always measured.
_ONCE_SLOW = frozenset(
    (
        *"corpora.bilingual.language_pair._NO_WORDS corpora.bilingual.runs._SEPARATOR corpora.bilingual.runs._OPENER "
        "corpora.cleaning.listings._LAST_RUN corpora.readers.asciidoc._FOOTNOTE corpora.readers.asciidoc._MACROS "
        "corpora.readers.file_type._SIGNS corpora.text.sentences._WORD_BEFORE "
        "tm.checks.language._CODE_LINE".split(),
        "bilingual .srt × cues of one time",
        "document .tex × options that are open",
        "checks × wide digits in a list (target only)",
    )
)
_SHARE = 40  # one of that many patterns and shapes is in the sample
#: What four times the size may cost when the growth is not measured more closely.
_SUSPECT = LIMIT**2


def test_growth_tells_lines_from_squares() -> None:
    def linear(size: int) -> None:
        sum(range(100 * size))

    def quadratic(size: int) -> None:
        sum(range(size * size // 50))

    assert growth(lambda size: size, linear, most=64_000, measurable=0.01)[0] <= LIMIT
    assert growth(lambda size: size, quadratic, most=64_000, measurable=0.01)[0] > LIMIT


@pytest.mark.slow
def test_no_pattern_backtracks() -> None:
    slow = {
        name: found
        for name, pattern, searched in patterns()
        if _in_sample(name) and (found := list(slow_shapes(pattern, searched)))
    }
    assert not slow


@pytest.mark.slow
@pytest.mark.parametrize("group", [rules, checks, in_files], ids=["rules", "checks", "files"])
def test_no_shape_takes_more_than_its_share(group: Callable[[], list[Subject]]) -> None:
    slow = []
    for one in group():
        if not _in_sample(one.name) or not _is_suspect(one):
            continue
        factor, size, took = growth(one.make, one.work, most=one.most, measurable=0.03)
        if factor > LIMIT:
            slow.append(f"{one.name}: {factor:.1f} at {size:,} ({took:.2f} s)")
    assert not slow


def _in_sample(name: str) -> bool:
    return name in _ONCE_SLOW or crc32(name.encode()) % _SHARE == 0


def _is_suspect(one: Subject) -> bool:
    small, large = one.make(_SIZE // 4), one.make(_SIZE)
    times = []
    for value in (small, small, large):
        start = time.process_time()
        one.work(value)
        times.append(time.process_time() - start)
    return times[2] > 0.02 and times[2] > _SUSPECT * times[1]
