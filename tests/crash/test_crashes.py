"""Writers that are killed at every SQL statement and every renaming lose nothing that they acknowledged."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.cache import VectorCache
from tests.crash.harness import Job, killed, killed_at_random
from tm.formats.registry import read, write
from tm.jobs.batch import DONE, BatchJournal, Outcome
from tm.jobs.manifest import read_manifest
from tm.review.journal import Event, ReviewJournal
from tm.search.memory import Memory
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Term
from tm.unit import Unit

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked"),
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),  # of threads, which the writers do not use
]

Acknowledge = Callable[[str], None]


def unit(number: int, target: str = "") -> Unit:
    return Unit(f"第{number}条会议决议", target or f"Article {number} of the meeting", "zh-CN", "en-US")


def import_units(folder: Path, acknowledge: Acknowledge) -> None:
    for number in range(3):
        with Memory(folder / "m.duiyi") as memory:
            memory.add([unit(2 * number), unit(2 * number + 1)])
        acknowledge(f"{2 * number} {2 * number + 1}")


def imported(folder: Path, done: list[str]) -> None:
    with Memory(folder / "m.duiyi") as memory:
        assert not memory.check()
        sources = {one.source for one in memory.units()}
        assert {unit(int(number)).source for line in done for number in line.split()} <= sources
        memory.add([unit(99)])
        assert memory.lookup(unit(99).source)[0].score == 100


def edit_units(folder: Path, acknowledge: Acknowledge) -> None:
    with Memory(folder / "m.duiyi") as memory:
        memory.add([unit(n) for n in range(3)])
        numbers = {one.unit.source: one.id for one in memory.entries()}
        for n in range(3):
            memory.edit(numbers[unit(n).source], target=f"changed {n}")
            acknowledge(f"{n}")
        memory.delete(numbers=[numbers[unit(2).source]])
        acknowledge("deleted")
        memory.undo()
        acknowledge("undone")
        memory.compact()
        acknowledge("compact")


def edited(folder: Path, done: list[str]) -> None:
    with Memory(folder / "m.duiyi") as memory:
        assert not memory.check()
        targets = {one.source: one.target for one in memory.units()}
    for line in done:
        if line.isdigit() and not (line == "2" and targets.get(unit(2).source) is None):
            assert targets[unit(int(line)).source] == f"changed {line}"
    if "undone" in done:
        assert unit(2).source in targets


def review(folder: Path, acknowledge: Acknowledge) -> None:
    journal = ReviewJournal(folder / "r" / "review.sqlite")
    journal.begin([unit(1), unit(2)], title="t")
    acknowledge("begun")
    for number in range(1, 4):
        journal.append(Event(number, datetime(2026, 1, 1, tzinfo=UTC), "a", {"op": number}))
        acknowledge(f"{number}")


def reviewed(folder: Path, done: list[str]) -> None:
    journal = ReviewJournal(folder / "r" / "review.sqlite")
    if "begun" in done:
        assert [one.source for one in journal.units()] == [unit(1).source, unit(2).source]
    numbers = [event.number for event in journal.events()]
    assert {int(line) for line in done if line.isdigit()} <= set(numbers)
    journal.append(Event(len(numbers) + 1, datetime(2026, 1, 1, tzinfo=UTC), "b", {}))


def keep_terms(folder: Path, acknowledge: Acknowledge) -> None:
    with TermBase(folder / "terms.sqlite") as terms:
        for number in range(3):
            terms.add([Concept(f"c{number}", (Term(f"术语{number}", "zh-CN"), Term(f"term {number}", "en-US")))])
            acknowledge(f"{number}")
        terms.delete(["c0"])
        acknowledge("deleted")


def terms_kept(folder: Path, done: list[str]) -> None:
    with TermBase(folder / "terms.sqlite") as terms:
        found = {concept.id for concept in terms.concepts()}
        wanted = {f"c{line}" for line in done if line.isdigit()}
        assert wanted - {"c0"} <= found
        assert "deleted" not in done or "c0" not in found
        assert terms.lookup("术语1") or "1" not in done


def note_pairs(folder: Path, acknowledge: Acknowledge) -> None:
    manifest = folder / "pairs.tsv"
    manifest.write_text("source\ttarget\toutput\n" + "".join(f"zh.txt\ten.txt\t{n}.tsv\n" for n in range(3)), "utf-8")
    for name in ("zh.txt", "en.txt"):
        (folder / name).write_text("a", "utf-8")
    journal = BatchJournal(manifest)
    for number, pair in enumerate(read_manifest(manifest)):
        write(pair.outputs[0], [unit(number)])
        journal.add(Outcome(pair, DONE, figures={"n": number}))
        acknowledge(f"{number}")


def pairs_noted(folder: Path, done: list[str]) -> None:
    if not done:
        return
    journal = BatchJournal(folder / "pairs.tsv")
    pairs = read_manifest(folder / "pairs.tsv")
    for line in done:
        assert journal.find(pairs[int(line)]) == {"n": int(line)}
        assert [one.source for one in read(pairs[int(line)].outputs[0])] == [unit(int(line)).source]
    # Whatever stands under the name of an output is complete.
    for pair in pairs:
        if pair.outputs[0].exists():
            assert len(list(read(pair.outputs[0]))) == 1


def keep_vectors(folder: Path, acknowledge: Acknowledge) -> None:
    cache = VectorCache(folder / "vectors.sqlite")
    for number in range(3):
        cache.put("e", [f"t{number}"], np.full((1, 4), number, np.float32))
        acknowledge(f"{number}")


def vectors_kept(folder: Path, done: list[str]) -> None:
    cache = VectorCache(folder / "vectors.sqlite")
    found = cache.get("e", [f"t{line}" for line in done], 4)
    assert {text: vector.tolist() for text, vector in found.items()} == {f"t{line}": [float(line)] * 4 for line in done}
    cache.put("e", ["new"], np.ones((1, 4), np.float32))
    assert "new" in cache.get("e", ["new"], 4)


JOBS: dict[str, tuple[Job, Callable[[Path, list[str]], None]]] = {
    "import": (import_units, imported),
    "edit": (edit_units, edited),
    "review": (review, reviewed),
    "term base": (keep_terms, terms_kept),
    "batch journal": (note_pairs, pairs_noted),
    "vector cache": (keep_vectors, vectors_kept),
}


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[[], Path]:
    count = 0

    def make() -> Path:
        nonlocal count
        count += 1
        folder = tmp_path / str(count)
        folder.mkdir()
        return folder

    return make


@pytest.mark.slow
@pytest.mark.parametrize("name", JOBS)
def test_nothing_acknowledged_is_lost_at_any_step(name: str, make_folder: Callable[[], Path]) -> None:
    job, check = JOBS[name]
    job(make_folder(), lambda what: None)  # loads what is loaded on first use
    points = 0
    for folder, done in killed(job, make_folder):
        check(folder, done)
        points += 1
    assert points > 5
    assert done, "the last run comes to its end"


@pytest.mark.slow
@pytest.mark.parametrize("name", JOBS)
def test_nothing_acknowledged_is_lost_at_a_random_moment(name: str, make_folder: Callable[[], Path]) -> None:
    job, check = JOBS[name]
    for folder, done in killed_at_random(job, make_folder, times=5, seconds=0.3, seed=len(name)):
        check(folder, done)
