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
from tm.terms.extraction import ExtractOptions, extract_terms
from tm.unit import Unit

SIZE = 200_000


def run(shared: Path) -> dict[str, Any]:
    """All figures; seeds are fixed."""
    return {"lookup": lookups(SIZE), "extraction": extraction(shared), "large": large(shared), "check": planted(shared)}


def milliseconds(call: Callable[[Any], object], queries: Sequence[Any]) -> dict[str, float]:
    """Median and 95th percentile of the calls, warm."""
    for query in queries[:20]:
        call(query)
    times = []
    for query in queries:
        start = time.perf_counter()
        call(query)
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
    """Times of every kind of look-up, and of finding all terms of texts of 2,000 characters; the cost of the store."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "terms.sqlite"
        start = time.perf_counter()
        with TermBase(path) as base:
            base.add(entries(size, rng))
        seconds = time.perf_counter() - start
        with TermBase(path) as base:
            every: dict[str, list[str]] = {"zh": [], "en": []}
            for concept in base.concepts():
                for term in concept.terms:
                    every[term.language[:2]].append(term.text)
            some = {language: rng.sample(terms, 2000) for language, terms in every.items()}
            loading = first_queries(base, some["zh"])
            times = {
                f"{language}, {kind}": milliseconds(lambda one, to=language: base.lookup(one, to), some_queries)
                for language, terms in some.items()
                for kind, some_queries in queries(terms, language, rng).items()
            }
            times |= {
                f"{language}, all terms of 2,000 characters, {kind}": milliseconds(
                    lambda text, to=language: base.find(text, to), texts(known[language], language, rng, 100)
                )
                for language in every
                for kind, known in (("of 2,000 entries", some), ("of all entries", every))
            }
        return {
            "entries": size,
            "entries stored per second": size / seconds,
            "file, MB": path.stat().st_size / 1e6,
            **loading,
            "times": times,
        }


def first_queries(base: TermBase, terms: Sequence[str]) -> dict[str, float]:
    """Milliseconds of the first patterns after a change: one is looked up in the file, the next loads the keys."""
    times = []
    for term in terms[:2]:
        start = time.perf_counter()
        base.lookup(f"*{term[-2:]}", "zh")
        times.append(1000 * (time.perf_counter() - start))
    return {"zh, first pattern after a change, ms": times[0], "zh, second pattern, which loads the keys, ms": times[1]}


def queries(terms: Sequence[str], language: str, rng: random.Random) -> dict[str, list[str]]:
    """300 queries of each kind, made of these terms; the pieces between wildcards as long as people type them."""
    size = 1 if language == "zh" else 3
    by_kind: dict[str, list[str]] = {}
    for term in rng.choices([term for term in terms if len(term) > 3 * size], k=300):
        at = rng.randrange(size, len(term) - size)
        middle, wrong = term[at : at + size], "\u4e28" if language == "zh" else "q"
        for kind, query in {
            "exact": term,
            "beginning": term[: 2 * size],
            "one character wrong": f"{term[:at]}{wrong}{term[at + 1 :]}",
            "first and last wrong": f"{wrong}{term[1:-1]}{wrong}",
            "nothing alike": f"{term[::-1]}{wrong * 3}{term}",
            "*x": f"*{term[-size:]}",
            "*x, twice as long": f"*{term[-2 * size :]}",
            "x*": f"{term[:size]}*",
            "x*x": f"{term[:size]}*{term[-size:]}",
            "*x*": f"*{middle}*",
            "*x*, of one character": f"*{term[at]}*",
            "*x*, nothing fits": f"*{middle}{wrong * 2}*",
            "*x*x*": f"*{term[:size]}*{term[-size:]}*",
            "*x*x*x*, of single characters": f"*{term[0]}*{term[at]}*{term[-1]}*",
            "six single characters between stars": f"*{'*'.join(rng.choices(term, k=6))}*",
            "?x*": f"?{term[1 : 1 + size]}*",
            "*x?": f"*{term[-1 - size : -1]}?",
            "*x?x*": f"*{term[at - 1]}?{term[at + 1]}*",
            "?x?x": f"?{term[1]}?{term[3:]}",
        }.items():
            by_kind.setdefault(kind, []).append(query)
    return by_kind


def texts(terms: Sequence[str], language: str, rng: random.Random, count: int) -> list[str]:
    """Texts of 2,000 characters, each another: Chinese of which two in five characters are terms, English of terms."""
    if language == "en":
        return [" ".join(rng.choices(terms, k=200))[:2000] for _ in range(count)]
    han = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]
    return [
        "".join(rng.choice(terms) if rng.random() < 0.1 else rng.choice(han) for _ in range(2000))[:2000]
        for _ in range(count)
    ]


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
    pairs = extract_terms(units, encoder=load(None), options=ExtractOptions(limit=500))
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
    pairs = extract_terms(units, encoder=load(None))
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
    from tm.terms.check import check_terms
    from tm.terms.sample import sample_concepts

    rows = (shared / "data" / "un" / "gold.tsv").read_text("utf-8").splitlines()[1:]
    units = [Unit(zh, en, "zh-CN", "en-US") for _, zh, en in (row.split("\t") for row in rows)]
    with TermBase(":memory:") as base:
        base.add(sample_concepts())
        reported = {finding.unit for finding in check_terms(units, base) if finding.check != "term-inconsistent"}
        clean = [unit for number, unit in enumerate(units) if number not in reported]
        faulty = [fault for unit in clean if (fault := without_a_term(unit, base))]
        found = sum(any(f.check != "term-inconsistent" for f in check_terms([unit], base)) for unit in faulty)
    return {
        "clean units": len(units),
        "clean units reported": len(reported) / len(units),
        "planted faults": len(faulty),
        "planted faults found": found / len(faulty),
    }
