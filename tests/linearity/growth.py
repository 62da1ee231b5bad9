"""Measure how the processor time of a function grows where its input doubles.

Processor time, not time of day: other programs take their share of a machine. A size is doubled until the function
takes long enough to be measured, and a growth that looks too fast is measured again, by the median of several runs and
with other sizes, for a cache that is filled or a table that is enlarged in one of the sizes only.
"""

import gc
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from types import FrameType
from typing import Any

__all__ = ["LIMIT", "TooSlow", "alarm", "growth"]

#: The most by which the time may grow where the input doubles.
LIMIT = 2.6
#: Seconds of processor time after which a size counts as endless.
_ENDLESS = 20.0


class TooSlow(Exception):
    """The function did not end."""


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` after this many seconds of processor time."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _seconds(work: Callable[[Any], object], value: Any, runs: int) -> float:
    found = []
    for _ in range(runs):
        gc.collect()
        gc.disable()
        try:
            with alarm(_ENDLESS):
                start = time.process_time()
                work(value)
                found.append(time.process_time() - start)
        finally:
            gc.enable()
    return median(found)


def growth(
    make: Callable[[int], Any], work: Callable[[Any], object], *, most: int, measurable: float, first: int = 500
) -> tuple[float, int, float]:
    """By how much the time of ``work`` grows where the size given to ``make`` doubles, that size, and its time.

    The size is one at which the work takes ``measurable`` seconds, but at most ``most``. Where twice the size is
    endless, the growth is infinite.
    """
    size, value = first, make(first)
    try:
        work(value)  # loads what is loaded on first use
        gc.freeze()  # what is loaded by now is not looked through again and again
        took = _seconds(work, value, 1)
        while took < measurable and size < most:
            size *= 4 if took < measurable / 4 else 2
            value = make(size)
            took = _seconds(work, value, 1)
        best, twice = float("inf"), make(2 * size)
        for runs in (1, 3, 5):
            took = _seconds(work, value, runs)
            if took < measurable / 4:  # only the first call took long
                return 1.0, size, took
            best = min(best, _seconds(work, twice, runs) / took)
            if best <= LIMIT:
                break
            if runs == 3:  # once more with other sizes
                size, value, twice = 2 * size, twice, make(4 * size)
        return best, size, took
    except TooSlow:
        return float("inf"), size, _ENDLESS
