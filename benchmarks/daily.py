"""The memory in daily use: marker-neutral matches, single characters, files to pre-translate and to look up.

`python -m benchmarks.daily MEMORY` measures a memory that `benchmarks.memory` made; without one it makes one of
``--size`` units. A file to translate has exact sentences of the memory (a third), changed ones (a half) and sentences
in disorder, which nothing is like.
"""

import argparse
import json
import os
import random
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.data import clean
from benchmarks.memory import SEED, command, generated, log, queries, timed
from corpora.text.scripts import HAN
from tm.formats import write
from tm.search.concordance import ConcordanceOptions, concordance
from tm.search.lookup import LookupOptions, lookup
from tm.search.marks import without_marks
from tm.search.memory import Memory
from tm.unit import Unit

__all__ = ["main", "markers", "run"]

SEGMENTS = 5_000
_SAMPLE = 20_000  # units from which questions are made
_LEAST = 95


def markers(shared: Path) -> dict[str, object]:
    """Sentences of ``un/`` that have a marker or footnote mark: found without it, and the other way round."""
    units = clean(shared)["un"]
    sides = {"zh": [unit.source for unit in units], "en": [unit.target for unit in units]}
    bare = [
        Unit(without_marks(u.source) or u.source, without_marks(u.target) or u.target, "zh-CN", "en") for u in units
    ]
    found: dict[str, object] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory(Path(folder) / "marked") as marked,
        Memory(Path(folder) / "bare") as plain,
    ):
        marked.add(units)
        plain.add(bare)
        for side, texts in sides.items():
            cores = {text: without_marks(text) for text in texts}
            pairs = [(text, core) for text, core in cores.items() if core not in ("", text)]
            found[f"{side}, in the memory only"] = _share(marked, [(core, text) for text, core in pairs])
            found[f"{side}, in the query only"] = _share(plain, pairs)
    return found


def _share(memory: Memory, pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """How many queries find the other text of their pair with a score of 95 or more."""
    options = LookupOptions(minimum=_LEAST, limit=50)
    found = sum(any(match.source == wanted for match in lookup([memory], query, options)) for query, wanted in pairs)
    return {"sentences": len(pairs), "found": found}


def run(shared: Path, path: Path, count: int = 300) -> dict[str, object]:
    """All figures of the memory at ``path``."""
    figures: dict[str, object] = {"markers": markers(shared)}
    with Memory(path, create=False) as memory:
        (last,) = memory.connection.execute("SELECT max(id) FROM units").fetchone()
        chance = random.Random(SEED)
        numbers = sorted(chance.sample(range(1, last + 1), min(_SAMPLE, last)))
        units = [memory.get(number).unit for number in numbers]
        figures["units"] = len(memory)
        log("look-ups")
        top = LookupOptions()
        figures["fuzzy, ms"] = {
            "zh": timed(lambda text: lookup([memory], text, top), queries([unit.source for unit in units], count)),
            "en": timed(lambda text: lookup([memory], text, top), queries([unit.target for unit in units], count)),
        }
        log("single characters")
        signs = [
            chance.choice(re.findall(f"[{HAN}]", chance.choice(units).source) or ["的"]) for _ in range(count // 3)
        ]
        plain = ConcordanceOptions(counterpart=False)
        figures["concordance of one character, ms"] = {
            "first 50": timed(lambda sign: concordance([memory], sign, plain), signs),
            "with counterparts": timed(lambda sign: concordance([memory], sign), signs),
        }
    figures |= files(path, units)
    return figures


def files(path: Path, units: Sequence[Unit]) -> dict[str, object]:
    """Pre-translate and look up a file of 5,000 segments, each in a process of its own."""
    chance = random.Random(SEED + 7)
    some = [unit.source for unit in chance.sample(list(units), min(SEGMENTS, len(units)))]
    third, half = len(some) // 3, len(some) // 2
    texts = some[:third] + queries(some[third : third + half], half, SEED + 8)
    texts += ["".join(chance.sample(text, len(text))).strip() or "空" for text in some[third + half :]]
    chance.shuffle(texts)
    texts = [" ".join(text.split()) for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        job, lines, out = (Path(folder) / name for name in ("job.xlf", "job.txt", "out.xlf"))
        write(job, [Unit(text, "", "zh-CN", "en-US") for text in texts])
        lines.write_text("\n".join(texts), "utf-8")
        log("pre-translation")
        filled = command(len(texts), "pretranslate", str(job), "-o", str(out), "--memory", str(path))
        log("look-up of a file")
        found = command(len(texts), "lookup", "--file", str(lines), "--memory", str(path), "--json")
    return {"pre-translation of 5,000 segments": filled, "lookup --file of 5,000 lines": found}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description="Measure the memory in daily use.")
    parser.add_argument("memory", type=Path, nargs="?")
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("DUIYI_SHARED", "../shared")))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.memory or Path(folder) / "made.duiyi"
        if given.memory is None:
            with Memory(path) as memory:
                memory.add(generated(given.shared, given.size))
        print(json.dumps(run(given.shared, path), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
