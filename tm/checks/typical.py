"""Typical values around each unit, because a memory may contain a manual and a novel one after the other.

Median and median absolute deviation (Huber 1981) tolerate a third of faulty units.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["around"]

_NORMAL = 1.4826  # from the median absolute deviation to the standard deviation of a normal distribution


def around(values: NDArray[np.float32], width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return median and robust standard deviation of ``values`` in a window of ``width`` around each, ``[n]`` each."""
    count = len(values)
    width = min(width, count)
    if not count:
        return values, values
    windows = np.lib.stride_tricks.sliding_window_view(values, width)
    middles = np.median(windows, axis=1)
    spreads = _NORMAL * np.median(np.abs(windows - middles[:, None]), axis=1)
    places = np.clip(np.arange(count) - width // 2, 0, count - width)
    return middles[places].astype(np.float32), spreads[places].astype(np.float32)
