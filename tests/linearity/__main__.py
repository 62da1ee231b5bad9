"""Measure everything, or what contains the words given: ``python -m tests.linearity [WORD ...]``."""

import sys
import time

from tests.linearity.growth import LIMIT, growth
from tests.linearity.patterns import patterns, slow_shapes
from tests.linearity.subjects import subjects


def main() -> int:
    words = [word for word in sys.argv[1:] if word != "-v"]
    start, done, slow = time.process_time(), 0, 0
    for one in subjects():
        if not all(word in one.name for word in words):
            continue
        done += 1
        factor, size, took = growth(one.make, one.work, most=one.most, measurable=0.2)
        if factor > LIMIT or "-v" in sys.argv:
            slow += factor > LIMIT
            print(f"{factor:5.2f} at {size:,} ({took:.2f} s): {one.name}", flush=True)
    for name, pattern, searched in patterns():
        if all(word in name for word in words):
            done += 1
            for shape in slow_shapes(pattern, searched):
                slow += 1
                print(f"{name}: {shape}", flush=True)
    print(f"{done} shapes, {slow} of them above {LIMIT} ({time.process_time() - start:.0f} s of processor time)")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
