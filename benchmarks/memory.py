"""How fast a memory of a million units is, and whether it finds what comparing with every unit finds.

The memory is made from the sentences of the shared documents by recombination with a seed: the beginning of one pair
and the end of another, cut at about the same place on both sides, so that lengths, words and how often they come are
those of real text and near repetitions abound. Questions are units of the memory with some words changed, dropped or
added. `python -m benchmarks.memory --size 100000` runs it smaller.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import clean, more
from corpora.text.languages import base
from corpora.text.scripts import HAN
from tm.folding import TOKEN, fold, is_character, key, tokens
from tm.formats import write
from tm.search.concordance import ConcordanceOptions, concordance
from tm.search.fuzzy import PreparedQuery
from tm.search.lookup import LookupOptions, lookup
from tm.search.memory import Memory
from tm.unit import Unit

__all__ = ["command", "generated", "log", "main", "queries", "run", "timed"]

SEED = 20
ALL = 1_000_000
QUERIES = 500
_BORDER = re.compile(r"[，。；：、,.;:]\s*|\s")


def generated(shared: Path, size: int, seed: int = SEED) -> Iterator[Unit]:
    """``size`` different Chinese-English units out of the shared documents, with context, always the same ones."""
    pairs = []
    for units in [*clean(shared).values(), *more(shared).values()]:
        for unit in units:
            zh, en = (unit.source, unit.target) if base(unit.source_lang) == "zh" else (unit.target, unit.source)
            if 4 <= len(zh) <= 200 and 2 <= len(en.split()) <= 120 and "\n" not in zh + en:
                pairs.append((zh.strip(), en.strip()))
    pairs = list(dict.fromkeys(pairs))
    chance = random.Random(seed)
    seen: set[int] = set()
    previous = ""
    while len(seen) < size:
        (zh, en), (other_zh, other_en) = chance.choice(pairs), chance.choice(pairs)
        share = chance.uniform(0.2, 0.9)
        zh, en = _begin(zh, share) + _end(other_zh, share), f"{_begin(en, share)}{_end(other_en, share)}"
        mark = key(zh + "\n" + en)
        if mark in seen or not zh.strip() or not en.strip():
            continue
        seen.add(mark)
        yield Unit(zh.strip(), en.strip(), "zh-CN", "en-US", previous=previous)
        previous = zh.strip()


def _cut(text: str, share: float) -> int:
    """The border of a clause or word nearest to ``share`` of the text."""
    wanted = share * len(text)
    borders = [match.end() for match in _BORDER.finditer(text)] or [int(wanted)]
    return min(borders, key=lambda place: abs(place - wanted))


def _begin(text: str, share: float) -> str:
    return text[: _cut(text, share)]


def _end(text: str, share: float) -> str:
    return text[_cut(text, share) :]


def queries(texts: Sequence[str], count: int, seed: int = SEED) -> list[str]:
    """Texts of the memory with up to three in ten of their words changed, dropped or added."""
    chance = random.Random(seed)
    pool = [token for text in chance.sample(list(texts), min(500, len(texts))) for token in TOKEN.findall(text)]
    found = []
    for text in chance.sample(list(texts), count):
        places = list(TOKEN.finditer(text))
        edits = chance.randint(1, max(1, int(0.3 * len(places)))) if places else 0
        for place in sorted(chance.sample(places, min(edits, len(places))), key=lambda match: -match.start()):
            word = chance.choice(pool)
            blank = "" if is_character(place[0]) else " "
            new = chance.choice([word, "", f"{place[0]}{blank}{word}"])
            text = text[: place.start()] + new + text[place.end() :]
        found.append(text if text.strip() else "空")
    return found


def run(shared: Path, *, size: int = ALL, count: int = QUERIES, vectors: int | None = None) -> dict[str, object]:
    """All figures: seconds, milliseconds, megabytes, shares; see the table of results for names."""
    with tempfile.TemporaryDirectory(prefix="duiyi-memory-") as folder:
        return _run(shared, Path(folder), size, count, size if vectors is None else vectors)


def _run(shared: Path, folder: Path, size: int, count: int, vectors: int) -> dict[str, object]:
    tmx, path = folder / "made.tmx", folder / "made.duiyi"
    log("making units")
    write(tmx, generated(shared, size))
    log("import")
    figures: dict[str, object] = {"units": size}
    figures["import"] = command(size, "memory", "import", str(tmx), "--memory", str(path), "--json")
    log("export")
    figures["export"] = command(size, "memory", "export", str(folder / "out.tmx"), "--memory", str(path))
    (folder / "out.tmx").unlink()
    tmx.unlink()
    with Memory(path, create=False) as memory:
        units = list(memory.units())
        sides = {"zh": [unit.source for unit in units], "en": [unit.target for unit in units]}
        size_of_texts = sum(len(text.encode()) for texts in sides.values() for text in set(texts))
        figures["size"] = {
            "text MB": size_of_texts / 1e6,
            "file MB": _size(path) / 1e6,
            "times": _size(path) / size_of_texts,
        }
        log("look-ups")
        figures["look-ups, ms"] = _speeds(memory, units, sides, count)
        log("recall")
        figures["fuzzy recall"] = {side: _recall(memory, texts, count // 2) for side, texts in sides.items()}
    from benchmarks import daily

    figures["daily use"] = daily.run(shared, path)
    text = queries(sides["zh"], 1)[0]
    figures["duiyi lookup, whole process, s"] = _cold(text, path)
    log("semantic")
    figures["semantic"] = _semantic(shared, folder, vectors)
    return figures


def log(text: str) -> None:
    """Report what is being done, on standard error."""
    print(f"  {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))


def command(size: int, *arguments: str) -> dict[str, float]:
    """A command as a process: seconds, units a second, and the most memory it took."""
    code = (
        "import resource, sys\nfrom tm.cli.application import app\n"
        "try:\n    app(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code\n"
        "peak = next((int(l.split()[1]) for l in open('/proc/self/status') if l.startswith('VmHWM')), 0)\n"
        "use = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(peak, use.ru_utime + use.ru_stime, file=sys.stderr)"
    )
    clock = time.perf_counter()
    result = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - clock
    if result.returncode:
        raise RuntimeError(result.stderr)
    peak, processor = map(float, result.stderr.split()[-2:])
    return {
        "seconds": seconds,
        "processor seconds": processor,
        "units/s": size / seconds,
        "units/processor s": size / processor,
        "peak MB": peak / 1024,
    }


def timed(call: Callable[[Any], object], queries: Sequence[Any]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    for one in queries[:3]:
        call(one)
    spent = []
    for one in queries:
        clock = time.perf_counter()
        call(one)
        spent.append(1000 * (time.perf_counter() - clock))
    return {"p50": float(np.percentile(spent, 50)), "p95": float(np.percentile(spent, 95)), "questions": len(queries)}


def _speeds(memory: Memory, units: Sequence[Unit], sides: dict[str, list[str]], count: int) -> dict[str, object]:
    chance = random.Random(SEED)
    some = chance.sample(list(units), min(count, len(units)))
    exact, top = LookupOptions(limit=1), LookupOptions()
    pairs = [_pair(chance.choice(sides["zh"]), chance) for _ in range(count)]
    words = [chance.choice(TOKEN.findall(chance.choice(sides["en"])) or ["the"]) for _ in range(count)]
    plain, marked = ConcordanceOptions(counterpart=False), ConcordanceOptions()
    return {
        "exact": timed(lambda unit: lookup([memory], unit.source, exact), some),
        "context": timed(lambda u: lookup([memory], u.source, LookupOptions(limit=1, previous=u.previous)), some),
        "fuzzy zh": timed(lambda text: lookup([memory], text, top), queries(sides["zh"], count)),
        "fuzzy en": timed(lambda text: lookup([memory], text, top), queries(sides["en"], count)),
        "fuzzy zh, nothing alike": timed(lambda text: lookup([memory], text, top), _strange(sides["zh"], count)),
        "concordance, two characters, first 50": timed(lambda text: concordance([memory], text, plain), pairs),
        "the same with counterparts": timed(lambda text: concordance([memory], text, marked), pairs[: count // 2]),
        "concordance, an English word": timed(lambda text: concordance([memory], text, plain), words),
    }


def _pair(text: str, chance: random.Random) -> str:
    """Two neighbouring Chinese characters of a text."""
    found = re.findall(f"(?=([{HAN}]{{2}}))", text) or ["公约"]
    return chance.choice(found)


def _strange(texts: Sequence[str], count: int) -> list[str]:
    """Texts with their characters in disorder: similar sketches, different texts."""
    chance = random.Random(SEED)
    return ["".join(chance.sample(text, len(text))) or "空" for text in chance.sample(list(texts), count)]


def _recall(memory: Memory, texts: Sequence[str], count: int) -> dict[str, float]:
    """Share of the matches of 70 % and more, by comparing with every text, that a look-up finds."""
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    distinct = sorted(set(texts))
    codes: dict[str, str] = {}

    def encoded(text: str) -> str:
        return "".join([codes.setdefault(one, chr(0x10000 + len(codes))) for one in tokens(fold(text))])

    choices = [encoded(text) for text in distinct]
    expected = found = wrong = 0
    some = queries(texts, count, SEED + 1)
    for start in range(0, count, 10):
        part = some[start : start + 10]
        similarities = cdist(
            [encoded(text) for text in part],
            choices,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=0.699,
            dtype=np.float32,
        )
        for text, row in zip(part, similarities, strict=True):
            query = PreparedQuery(text)
            similar = (distinct[place] for place in np.flatnonzero(row))
            all_ = {one for one in similar if query.compare(one).score >= 70}
            answers = lookup([memory], text, LookupOptions(limit=100_000))
            there = {match.unit.source for match in answers}
            expected += len(all_)
            found += len(all_ & there)
            wrong += len(there - all_)
    return {"matches": expected, "recall": found / max(1, expected), "not in brute force": wrong, "questions": count}


def _cold(text: str, path: Path) -> dict[str, float]:
    """The command as a user starts it, after the file was read once."""
    spent = []
    for _ in range(8):
        clock = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", "from tm.cli.main import run; run()", "lookup", text, "--memory", str(path)],
            capture_output=True,
            check=True,
        )
        spent.append(time.perf_counter() - clock)
    return {"median": statistics.median(spent[1:]), "worst": max(spent[1:])}


def _semantic(shared: Path, folder: Path, count: int) -> dict[str, object]:
    """Vectors of real sentences mixed as the units are, queried with those of other sentences."""
    from models.registry import load
    from tm.store.vectors import QuantizedVectors, VectorFile, write

    encoder = load(None)
    texts = [text for unit in generated(shared, 2_500, SEED + 3) for text in (unit.source, unit.target)]
    real = encoder.encode(texts)
    queries, real = real[:200], real[200:]
    chance = np.random.default_rng(SEED)
    ids, values, scales = [], [], []
    best = np.zeros((len(queries), 0), np.float32)
    numbers = np.zeros((len(queries), 0), np.int64)
    for start in range(0, count, 50_000):
        wide = min(50_000, count - start)
        one, two = real[chance.integers(0, len(real), wide)], real[chance.integers(0, len(real), wide)]
        share = chance.uniform(0.3, 1.0, (wide, 1)).astype(np.float32)
        noise = chance.normal(size=one.shape).astype(np.float32) * np.float32(0.25 / np.sqrt(one.shape[1]))
        batch = share * one + (1 - share) * two + noise
        batch /= np.linalg.norm(batch, axis=1, keepdims=True)
        small = QuantizedVectors.of(np.arange(start, start + wide), batch)
        ids.append(small.ids)
        values.append(small.values)
        scales.append(small.scales)
        best = np.hstack([best, queries @ batch.T])
        numbers = np.hstack([numbers, np.broadcast_to(small.ids, (len(queries), wide))])
        order = np.argsort(-best, axis=1)[:, :10]
        best, numbers = np.take_along_axis(best, order, 1), np.take_along_axis(numbers, order, 1)
    clock = time.perf_counter()
    write(folder / "v", QuantizedVectors(*map(np.concatenate, (ids, values, scales))), "x")
    made = time.perf_counter() - clock
    file = VectorFile(folder / "v")
    speed = timed(lambda vector: file.nearest(vector, 10), list(queries))
    found = sum(
        len({number for number, _ in file.nearest(vector, 10)} & set(row.tolist()))
        for vector, row in zip(queries, numbers, strict=True)
    )
    encode = timed(lambda text: encoder.encode([text]), texts[:50])
    return {
        "vectors": count,
        "dimensions": int(real.shape[1]),
        "recall@10": found / (10 * len(queries)),
        "p50 ms": speed["p50"],
        "p95 ms": speed["p95"],
        "encoding a question, ms": encode["p50"],
        "making the file, s": made,
        "file MB": (folder / "v").stat().st_size / 1e6,
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description="Measure the memory.")
    parser.add_argument("--size", type=int, default=ALL)
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--vectors", type=int)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("DUIYI_SHARED", "../shared")))
    given = parser.parse_args()
    figures = run(given.shared, size=given.size, count=given.queries, vectors=given.vectors)
    print(json.dumps(figures, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
