"""Other programs' matchers and duiyi's: how long each takes for the same queries, and how OmegaT's scores compare.

All programs get the same units and the same queries in one run. OmegaT is the real client: a script inside it calls
its `FindMatches` and prints the three scores that it shows, which are compared with duiyi's pair by pair. Each is a
Levenshtein similarity of tokens: stems without stop words; words as written; all tokens, signs and numbers too.
"""

import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import numpy as np

from benchmarks.memory import generated, queries
from tests.omegat import translate
from tm.formats import write
from tm.search.fuzzy import similarity
from tm.search.lookup import LookupOptions, lookup
from tm.search.memory import Memory
from tm.unit import Unit, reversed_unit

SEED = 21
SIZE = 200_000  # units of the race
QUERIES = 20  # OmegaT takes seconds for each
COMPARED = 200  # queries a language whose scores are compared
SMALL = 3_000  # units in which these are searched
_NEAR = 5  # points within which two scores say the same
_SCORES = ("stems", "words", "all")
_SCRIPT = """
if (eventType.toString() != "LOAD") return
def stop = {false} as org.omegat.core.events.IStopped
def find = new org.omegat.core.statistics.FindMatches(project.getSourceTokenizer(), 5, true, false)
def shown = { text -> URLEncoder.encode(text, "UTF-8") }
project.getAllEntries().each { entry ->
  long began = System.nanoTime()
  def found = find.search(project, entry.srcText, true, true, stop)
  println("QUERIES\\t" + (System.nanoTime() - began) / 1000000 + "\\t" + shown(entry.srcText))
  found.each { near -> near.scores.each { s ->
    println(["FOUND", s.score, s.scoreNoStem, s.adjustedScore, shown(entry.srcText), shown(near.source)].join("\\t"))
  } }
}
"""


@dataclass(frozen=True)
class Answer:
    """What OmegaT found for a query: milliseconds, and its matches with the scores of stems, words and all tokens."""

    query: str
    spent: float
    matches: tuple[tuple[str, tuple[int, int, int]], ...]


def run(shared: Path, *, size: int = SIZE, count: int = QUERIES, compared: int = COMPARED) -> dict[str, Any]:
    """All figures: milliseconds a query, and differences of scores in points."""
    with tempfile.TemporaryDirectory(prefix="duiyi-matchers-") as folder:
        figures: dict[str, Any] = {"the same queries for all": race(shared, Path(folder), size, count)}
        if shutil.which("omegat"):
            figures["scores compared with OmegaT"] = {
                language: scores(shared, Path(folder) / language, language, compared) for language in ("zh", "en")
            }
        return figures


def race(shared: Path, folder: Path, size: int, count: int) -> dict[str, dict[str, Any]]:
    """The same Chinese queries to duiyi, to rapidfuzz over all texts, to translate-toolkit's matcher and to OmegaT."""
    units = list(generated(shared, size, SEED))
    texts = [unit.source for unit in units]
    some = queries(texts, count, SEED)
    rows = {
        "duiyi": _duiyi(units, some, folder),
        "rapidfuzz over all": _rapidfuzz(texts, some),
        "translate-toolkit": _toolkit(units, some),
    }
    if program := shutil.which("omegat"):
        clock = time.perf_counter()
        answers = omegat(program, folder / "race", units, some)
        spent = [answer.spent for answer in answers]
        setup = time.perf_counter() - clock - sum(spent) / 1000
        rows["OmegaT"] = _row(spent, setup)
    return {name: row | {"units": size} for name, row in rows.items()}


def _row(spent: Sequence[float], setup: float) -> dict[str, Any]:
    median, late = (float(np.percentile(spent, share)) for share in (50, 95))
    return {"p50 ms": median, "p95 ms": late, "set-up s": setup, "questions": len(spent)}


def _timed(call: Callable[[str], object], some: Sequence[str]) -> list[float]:
    call(some[0])
    spent = []
    for text in some:
        clock = time.perf_counter()
        # Release 3.20 of translate-toolkit fails where two candidates have one score; the time until then counts.
        with contextlib.suppress(TypeError):
            call(text)
        spent.append(1000 * (time.perf_counter() - clock))
    return spent


def _duiyi(units: Sequence[Unit], some: Sequence[str], folder: Path) -> dict[str, Any]:
    clock = time.perf_counter()
    with Memory(folder / "race.duiyi") as memory:
        memory.add(units)
        setup = time.perf_counter() - clock
        return _row(_timed(lambda text: lookup([memory], text, LookupOptions(limit=5)), some), setup)


def _rapidfuzz(texts: Sequence[str], some: Sequence[str]) -> dict[str, Any]:
    from rapidfuzz import fuzz
    from rapidfuzz.process import extract

    return _row(_timed(lambda text: extract(text, texts, scorer=fuzz.ratio, score_cutoff=70, limit=5), some), 0.0)


def _toolkit(units: Sequence[Unit], some: Sequence[str]) -> dict[str, Any]:
    from translate.search.match import matcher
    from translate.storage.po import pofile

    store = pofile()
    for unit in units:
        made = store.addsourceunit(unit.source)
        made.target = unit.target
    clock = time.perf_counter()
    toolkit = matcher(store, max_candidates=5, min_similarity=70, max_length=2000)
    setup = time.perf_counter() - clock
    return _row(_timed(toolkit.matches, some), setup)


def omegat(program: str, folder: Path, units: Sequence[Unit], some: Sequence[str]) -> list[Answer]:
    """Get OmegaT's matches of each text among ``units``, all of one pair of languages; ``folder`` is made."""
    folder.mkdir(parents=True)
    write(folder / "m.tmx", units)
    languages = [code.upper() for code in (units[0].source_lang, units[0].target_lang)]
    result = translate(
        program,
        folder / "project",
        {"a.txt": "\n\n".join(some) + "\n"},
        {"m.tmx": folder / "m.tmx"},
        source_lang=languages[0],
        target_lang=languages[1],
        by_sentence=False,
        script=_SCRIPT,
        seconds=900,
    )
    spent: dict[str, float] = {}
    matches: dict[str, list[tuple[str, tuple[int, int, int]]]] = {}
    for line in result.log.splitlines():
        match line.split("\t"):
            case ["QUERIES", milliseconds, text]:
                spent[unquote_plus(text)] = float(milliseconds)
            case ["FOUND", stems, words, all_, text, source]:
                found = (unquote_plus(source), (int(stems), int(words), int(all_)))
                matches.setdefault(unquote_plus(text), []).append(found)
    return [Answer(text, spent[text], tuple(matches.get(text, ()))) for text in spent]


def scores(shared: Path, folder: Path, language: str, count: int) -> dict[str, Any]:
    """OmegaT's three scores of what it finds for ``count`` queries, and duiyi's of the same pairs of texts."""
    program = shutil.which("omegat")
    assert program is not None
    units = list(generated(shared, SMALL, SEED + 1))
    if language == "en":
        units = [reversed_unit(unit) for unit in units]
    answers = omegat(program, folder, units, queries([unit.source for unit in units], count, SEED + 1))
    pairs = [
        (similarity(answer.query, source).score, theirs)
        for answer in answers
        for source, theirs in answer.matches
        if max(theirs) >= 50
    ]
    firsts = [
        (max(answer.matches, key=lambda match: match[1])[0], _best(answer))
        for answer in answers
        if any(max(theirs) >= 70 for _, theirs in answer.matches)
    ]
    figures: dict[str, Any] = {
        "questions": len(answers),
        "pairs of 50 and more": len(pairs),
        "same best match, of 70 and more": sum(one == two for one, two in firsts) / max(1, len(firsts)),
    }
    for place, name in enumerate(_SCORES):
        differences = [score - theirs[place] for score, theirs in pairs]
        figures[name] = {
            "mean difference": statistics.mean(differences),
            f"within {_NEAR} points": sum(abs(one) <= _NEAR for one in differences) / len(differences),
            "correlation": float(np.corrcoef([score for score, _ in pairs], [t[place] for _, t in pairs])[0, 1]),
        }
    return figures


def _best(answer: Answer) -> str:
    return max((source for source, _ in answer.matches), key=lambda source: similarity(answer.query, source).score)
