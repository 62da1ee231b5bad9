"""Try many cases and keep those that fail as small files, with ``make fuzz``."""

import argparse
import hashlib
import resource
import sys
import time
from pathlib import Path
from random import Random

from tests.fuzz.rule import fault
from tests.fuzz.subjects import SUBJECTS, Subject

FOUND = Path(__file__).resolve().parent.parent / "cases" / "fuzz"
_ROUND = 250  # cases of one reader in turn
_MEMORY = 2_000_000_000  # bytes beyond what the readers themselves take


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="for each reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("words", nargs="*", help="only the readers whose name contains one of these")
    given = parser.parse_args()
    for one in SUBJECTS.values():  # loads all libraries, before the memory is limited
        fault(one, one.make(Random(0)))
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + _MEMORY, -1))
    chosen = {
        name: one for name, one in SUBJECTS.items() if not given.words or any(word in name for word in given.words)
    }
    seen = {name: set[str]() for name in chosen}
    # In rounds, so that a run that is stopped has tried all readers alike.
    for start in range(0, given.cases, _ROUND):
        end = min(start + _ROUND, given.cases)
        for name, one in chosen.items():
            _try(name, one, given.seed, range(start, end), seen[name])
        print(f"{end:,} cases for each of {len(chosen)} readers ({time.process_time():.0f} s)", flush=True)
    for name, faults in seen.items():
        print(f"{name}: {given.cases:,} cases, {len(faults)} faults")
    return 1 if any(seen.values()) else 0


def _try(name: str, one: Subject, seed: int, numbers: range, seen: set[str]) -> None:
    for number in numbers:
        data = one.make(Random(f"{name} {seed} {number}"))
        what = fault(one, data)
        if what and what not in seen:
            seen.add(what)
            print(f"{name} {number}: {what}; kept as {_kept(name, one, data, what)}", flush=True)


def _kept(name: str, one: Subject, data: bytes, what: str) -> Path:
    """Write the case, made as small as it can be made with the same fault."""
    until = time.process_time() + 20
    step = len(data) // 2
    while step and time.process_time() < until:
        at = 0
        while at < len(data) and time.process_time() < until:
            less = data[:at] + data[at + step :]
            if fault(one, less) == what:
                data = less
            else:
                at += step
        step //= 2
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"{name.replace(' ', '-').replace('.', '-')}-{hashlib.sha256(data).hexdigest()[:8]}.{one.ending}"
    path.write_bytes(data)
    return path


if __name__ == "__main__":
    sys.exit(main())
