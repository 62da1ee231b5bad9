"""Terminology: look-ups at 200,000 entries, extraction against a glossary and from 100,000 units, planted faults."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.apart import peak_megabytes
from models.registry import load
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status, Term
from tm.terms.extraction import ExtractOptions, extract
from tm.unit import Unit

SIZE = 200_000


def run(shared: Path) -> dict[str, Any]:
    """All figures; seeds are fixed."""
    return {"lookup": lookups(SIZE), "extraction": extraction(shared), "large": large(shared), "check": planted(shared)}


def milliseconds(call: Callable[[Any], object], questions: Sequence[Any]) -> dict[str, float]:
    """Median and 95th percentile of the calls, warm."""
    for question in questions[:20]:
        call(question)
    times = []
    for question in questions:
        start = time.perf_counter()
        call(question)
        times.append(1000 * (time.perf_counter() - start))
    return {"median ms": statistics.median(times), "p95 ms": statistics.quantiles(times, n=20)[-1]}


def entries(size: int, rng: random.Random) -> Iterator[Concept]:
    """Entries of made-up words, as long as those of real glossaries."""
    han = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]
    words = ["".join(rng.choices("abcdefghijklmnoprstuvwy", k=rng.randint(3, 10))) for _ in range(20_000)]
    for number in range(size):
        zh = "".join(rng.choices(han, k=rng.choice([2, 3, 4, 4, 5, 6, 8])))
        en = " ".join(rng.choices(words, k=rng.choice([1, 2, 2, 3])))
        yield Concept(f"c{number}", (Term(zh, "zh-CN"), Term(en, "en-US")))


def lookups(size: int) -> dict[str, Any]:
    """Times of look-ups and of finding all terms of a text of 2,000 characters, a tenth of it terms."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder, TermBase(Path(folder) / "terms.sqlite") as base:
        start = time.perf_counter()
        base.add(entries(size, rng))
        seconds = time.perf_counter() - start
        some = [concept for concept in base.concepts() if rng.random() < 2000 / size]
        zh, en = [c.terms[0].text for c in some], [c.terms[1].text for c in some]
        han = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]
        zh_text = "".join(rng.choice(zh) if rng.random() < 0.1 else rng.choice(han) for _ in range(2000))[:2000]
        en_text = " ".join(rng.choice(en) for _ in range(200))[:2000]
        return {
            "entries": size,
            "entries stored a second": size / seconds,
            "times": {
                "zh, exact": milliseconds(lambda q: base.lookup(q, "zh"), zh[:300]),
                "en, exact": milliseconds(lambda q: base.lookup(q, "en"), en[:300]),
                "zh, one character wrong": milliseconds(
                    lambda q: base.lookup(q, "zh"), [f"{q[:-1]}丨" for q in zh[:300]]
                ),
                "en, two letters wrong": milliseconds(
                    lambda q: base.lookup(q, "en"), [f"q{q[1:-1]}q" for q in en[:300]]
                ),
                "zh, all terms of 2,000 characters": milliseconds(lambda q: base.find(q, "zh"), [zh_text] * 40),
                "en, all terms of 2,000 characters": milliseconds(lambda q: base.find(q, "en"), [en_text] * 40),
            },
        }


def po_units(shared: Path) -> list[Unit]:
    """The translated entries of the PO files."""
    from tm.formats.registry import read

    return [
        unit
        for path in sorted((shared / "data" / "po").rglob("*.po"))
        for unit in read(path, on_problem=lambda _: None)
    ]


def turned(unit: Unit) -> Unit:
    """The unit with Chinese as its source."""
    if unit.source_lang.startswith("zh"):
        return unit
    return Unit(unit.target, unit.source, unit.target_lang or "zh-CN", unit.source_lang or "en-US")


def extraction(shared: Path) -> dict[str, Any]:
    """Share of the glossary's pairs (both sides in three units or more) among the first 500 candidates."""
    import re

    units = [turned(unit) for unit in po_units(shared)]
    rows = (shared / "data" / "terms" / "python-glossary.tsv").read_text("utf-8").splitlines()[1:]
    gold = [tuple(row.split("\t")) for row in rows]

    def occurs(zh: str, en: str) -> bool:
        pattern = re.compile(rf"(?<![a-z]){re.escape(en)}(?:s|es)?(?![a-z])", re.IGNORECASE)
        return sum(zh in u.source for u in units) >= 3 and sum(bool(pattern.search(u.target)) for u in units) >= 3

    wanted = [pair for pair in gold if occurs(*pair)]
    pairs = extract(units, encoder=load(None), options=ExtractOptions(limit=500))
    found = {(pair.source, pair.target.lower()) for pair in pairs}
    hits = [pair for pair in wanted if (pair[0], pair[1].lower()) in found]
    return {
        "units": len(units),
        "gold pairs that occur": len(wanted),
        "among the first 500": len(hits) / len(wanted),
        "missed": ", ".join("/".join(pair) for pair in wanted if pair not in hits),
    }


def large(shared: Path) -> dict[str, Any]:
    """Seconds and peak memory of extraction from 100,000 units, made of the real ones joined two and two."""
    rng = random.Random(2)
    real = [turned(unit) for unit in po_units(shared)]
    units = []
    for _ in range(100_000):
        a, b = rng.choice(real), rng.choice(real)
        units.append(Unit(a.source + b.source, f"{a.target} {b.target}", "zh-CN", "en-US"))
    start = time.perf_counter()
    pairs = extract(units, encoder=load(None))
    return {
        "units": len(units),
        "pairs": len(pairs),
        "seconds": time.perf_counter() - start,
        "peak memory MB (whole process)": peak_megabytes(),
    }


def without_a_term(unit: Unit, base: TermBase) -> Unit | None:
    """The unit with one term that its source names called something else throughout; None where it names none."""
    named = {c.id for place in base.find(unit.source, "zh") if not place.nested for c in place.concepts}
    places = base.find(unit.target, "en")
    chosen = next((c for p in places if not p.nested for c in p.concepts if c.id in named), None)
    if chosen is None:
        return None
    forbidden = [term.text for term in chosen.named("en") if term.status is Status.FORBIDDEN]
    target = unit.target
    for place in reversed([p for p in places if chosen.id in {c.id for c in p.concepts}]):
        target = target[: place.start] + (forbidden or ["matter at hand"])[0] + target[place.end :]
    return replace(unit, target=target)


def planted(shared: Path) -> dict[str, Any]:
    """Term faults planted into units that use the sample glossary, found; and clean units of these reported."""
    from tm.terms.check import check
    from tm.terms.sample import sample_concepts

    rows = (shared / "data" / "un" / "gold.tsv").read_text("utf-8").splitlines()[1:]
    units = [Unit(zh, en, "zh-CN", "en-US") for _, zh, en in (row.split("\t") for row in rows)]
    with TermBase(":memory:") as base:
        base.add(sample_concepts())
        reported = {finding.unit for finding in check(units, base) if finding.fault != "term-inconsistent"}
        clean = [unit for number, unit in enumerate(units) if number not in reported]
        faulty = [fault for unit in clean if (fault := without_a_term(unit, base))]
        found = sum(any(f.fault != "term-inconsistent" for f in check([unit], base)) for unit in faulty)
    return {
        "clean units": len(units),
        "clean units reported": len(reported) / len(units),
        "planted faults": len(faulty),
        "planted faults found": found / len(faulty),
    }
