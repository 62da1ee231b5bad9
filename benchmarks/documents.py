"""The main job on real documents, measured as its users see it: files in, `duiyi align`, files out, nothing else.

Every figure is taken from what the command line wrote (TSV, `.align`, TMX), never from the library, and the tests
assert on the same functions that the page of results is made of. What is compared:

- ``un/``: a gold pair is out when one unit holds both of its sides, spaces aside; a list marker may be in the unit
  or beside it, on both sides. A unit is junk when it contains what belongs to the page and not to the text.
- ``maint-guide/``: chapters as HTML exactly, footnote marks and typographic quotes aside; the whole book as PDF and
  as text by similarity (at least 90 % on each side), since they differ from the HTML that the gold was taken from.
- ``paragraphs/``: strict F1 over all documents, pooled.
- OmegaT gets the text of the sample pair and the TMX of `duiyi demo`.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from align import beadfile, metrics
from corpora.text.scripts import HAN

__all__ = [
    "CHAPTERS",
    "Ran",
    "aligned",
    "book_gold",
    "chapter",
    "duiyi",
    "exact",
    "in_english",
    "junk",
    "not_similar",
    "paragraphs",
    "resolutions_gold",
    "run",
    "same",
]

Pair = tuple[str, str]

CHAPTERS = ("dreq", "first", "build", "update")
LONG = 30  # characters on either side from which a paragraph of the book counts
SIMILAR = 90.0  # per cent
_MARKER = re.compile(
    r"^(?:[（(]?(?:\d{1,3}|[a-z]{1,3}|[A-Z]|[ivxlIVXL]+|[一二三四五六七八九十]{1,3})[)）.、．]|[㈠-㈩①-⑳•*·–-])(?=.)"
)
_QUOTES = str.maketrans("“”‘’«»", '""\'\'""')
_NOTE_MARK = re.compile(r"\s*\^?\[\d+\]")
_HAN = re.compile(f"[{HAN}。，]")
#: What belongs to a page: job number or page number as a line, a document symbol as a line, an address as a line.
_PAGE_MARK = re.compile(
    r"\b(?:V|GE)\.\d{2}-\d{4,6}\b|(?:^|\s)\d{1,3}/\d{1,3}$|^(?:page|第)\s*\d+\s*页?$", re.IGNORECASE
)
_SYMBOL = re.compile(r"^[A-Z]{1,6}(?:/[A-Z0-9][\w.()-]*)+$")
_LINK = re.compile(r"(?:^|\s)https?://\S+$")


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished run of the command line: what it printed, seconds of wall clock, and megabytes at the peak."""

    code: int
    output: str
    errors: str
    seconds: float
    megabytes: float


def duiyi(*arguments: object) -> Ran:
    """Run `duiyi` in a fresh process and wait for its end (POSIX only: the peak is the process's own)."""
    command = [sys.executable, "-c", "from tm.cli.main import run; run()", *map(str, arguments)]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors, cwd=Path(__file__).parents[1])
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for stream in (output, errors):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8"))
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Ran(process.returncode, texts[0], texts[1], seconds, kilobytes / 1024)


def aligned(source: Path, target: Path, *options: object) -> list[Pair]:
    """The units that `duiyi align` writes to TSV, both sides as written there; `RuntimeError` where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.tsv"
        ran = duiyi("align", source, target, "-o", out, *options)
        if ran.code:
            raise RuntimeError(ran.errors)
        return _rows(out, "source", "target", quoted=True)


def resolutions_gold(shared: Path) -> list[Pair]:
    """The gold pairs of ``un/``, headings and footnotes included."""
    return _rows(shared / "data" / "un" / "gold.tsv", "zh", "en")


def book_gold(shared: Path, elements: Sequence[str], *, chapter: str = "", length: int = 0) -> list[Pair]:
    """The gold pairs of ``maint-guide/`` of these elements, of one chapter or all, at least ``length`` on each side."""
    with (shared / "data" / "maint-guide" / "gold.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        (row["zh"], row["en"])
        for row in rows
        if row["element"] in elements
        and chapter in ("", row["chapter"])
        and min(len(row["zh"]), len(row["en"])) >= length
    ]


def exact(gold: Iterable[Pair], units: Iterable[Pair]) -> list[Pair]:
    """The gold pairs that are missing: no unit has both sides, spaces aside, with or without the marker on both."""
    have = {form for unit in units for form in _forms(unit)}
    return [pair for pair in gold if not have.intersection(_forms(pair))]


def _forms(pair: Pair) -> set[Pair]:
    zh, en = (_squeezed(text) for text in pair)
    bare = _MARKER.sub("", zh, count=1), _MARKER.sub("", en, count=1)
    # A marker on one side alone is not kept beside the text.
    return {(zh, en), bare} if bare[0] != zh and bare[1] != en else {(zh, en)}


def junk(gold: Iterable[Pair], units: Iterable[Pair]) -> list[str]:
    """The sides of units that hold a page mark, a symbol line, a bare link, or digits that the gold text has not.

    Glued footnote numbers are found by the gold: a text that has nothing more than the gold's but digits holds them.
    """
    sides = [[_squeezed(text) for text in side] for side in zip(*gold, strict=True)]
    found = []
    for unit in units:
        for side, text in enumerate(unit):
            right = any(_squeezed(text) in (one, _MARKER.sub("", one, count=1)) for one in sides[side])
            if not right and (any(p.search(text) for p in (_PAGE_MARK, _SYMBOL, _LINK)) or _glued(text, sides[side])):
                found.append(text)
    return found


def _glued(text: str, gold: Sequence[str]) -> bool:
    bare = _squeezed(text)
    near = max(gold, key=lambda one: fuzz.ratio(bare, one))
    if fuzz.ratio(bare, near) < SIMILAR:
        # Part of a text, or several: what counts is whether a number follows a word or sign where the gold has none.
        near = "".join(gold)
    changes = SequenceMatcher(None, near, bare, autojunk=False).get_opcodes() if len(near) < 20_000 else ()
    return any(kind == "insert" and bare[left:right].isdecimal() for kind, _, _, left, right in changes)


def chapter(shared: Path, name: str) -> tuple[list[Pair], list[Pair]]:
    """The gold pairs (p and headings) of a chapter of the book as HTML, and those of them that did not come out."""
    folder = shared / "data" / "maint-guide"
    gold = book_gold(shared, ("p", "h1", "h2", "h3", "h4"), chapter=name)
    units = aligned(folder / f"{name}.zh.html", folder / f"{name}.en.html", "--unit", "paragraph")
    return gold, exact([_plain(pair) for pair in gold], [_plain(unit) for unit in units])


def not_similar(gold: Sequence[Pair], units: Sequence[Pair]) -> list[Pair]:
    """The gold pairs that are missing: no unit is at least 90 % like them on each side, by edits."""
    have = [_plain(unit) for unit in units]
    missing = []
    for pair in gold:
        zh, en = _plain(pair)
        near = (fuzz.ratio(zh, a, score_cutoff=SIMILAR) and fuzz.ratio(en, b, score_cutoff=SIMILAR) for a, b in have)
        if not any(near):
            missing.append(pair)
    return missing


def paragraphs(shared: Path) -> metrics.Evaluation:
    """Align the documents of ``paragraphs/`` and hold the beads against the gold ones."""
    folder = shared / "data" / "paragraphs"
    gold, found = {}, {}
    with tempfile.TemporaryDirectory() as place:
        for path in sorted((folder / "gold").glob("*.align")):
            sides = [folder / side / f"{path.stem}.txt" for side in ("zh", "en")]
            out = Path(place) / path.name
            ran = duiyi("align", *sides, "-o", out, "--segmented", "--unit", "paragraph")
            if ran.code:
                raise RuntimeError(ran.errors)
            gold[path.stem], found[path.stem] = beadfile.read(path), beadfile.read(out)
    return metrics.evaluate(gold, found)


def in_english(omegat: str) -> dict[str, int]:
    """Sentences of the sample pair, and how many of them OmegaT leaves in English with the TMX of `duiyi demo`."""
    from corpora.sample import gold
    from corpora.text.sentences import split
    from tests.omegat import translate

    with tempfile.TemporaryDirectory() as folder:
        demo = duiyi("demo", "--out", Path(folder) / "demo")
        if demo.code:
            raise RuntimeError(demo.errors)
        sentences = [zh[start:end].strip() for _, zh, _ in gold() for start, end in split(zh, "zh-CN")]
        memory = {"enforce/sample.tmx": Path(folder) / "demo" / "sample.tmx"}
        text = "\n\n".join(sentences) + "\n"
        out = translate(omegat, Path(folder) / "p", {"a.txt": text}, memory).files["a.txt"].strip().split("\n\n")
    # A text of more or fewer pieces than went in is not a translation of these sentences.
    english = [one for one in out if one.strip() and not _HAN.search(one)] if len(out) == len(sentences) else []
    return {"sentences": len(sentences), "in English": len(english)}


def same(gold: Sequence[Pair], missing: Sequence[Pair]) -> float:
    """The share of the gold pairs that came out."""
    return 1 - len(missing) / len(gold)


def run(shared: Path) -> dict[str, Any]:
    """All figures of the main job, each with its target."""
    data = shared / "data"
    gold = resolutions_gold(shared)
    sides = data / "un" / "zh.txt", data / "un" / "en.txt"
    units = aligned(*sides, "--unit", "paragraph")
    rows = [_row("un/: gold pairs out exactly, %", 100 * same(gold, exact(gold, units)), "at least 99")]
    rows.append(_row("un/: units with page marks, symbols, links, glued numbers", len(junk(gold, units)), "0"))
    chapters = [chapter(shared, name) for name in CHAPTERS]
    total, lost = (sum(len(one[part]) for one in chapters) for part in (0, 1))
    rows.append(_row("maint-guide/ HTML: gold pairs out, %", 100 * (1 - lost / total), "at least 98"))
    book = book_gold(shared, ("p",), length=LONG)
    for kind, least in (("pdf", 80), ("txt", 90)):
        whole = aligned(*(data / "maint-guide" / f"{side}.{kind}" for side in ("zh", "en")), "--unit", "paragraph")
        share = 100 * same(book, not_similar(book, whole))
        rows.append(_row(f"maint-guide/ {kind}: gold pairs out, %", share, f"at least {least}"))
    found = paragraphs(shared)
    rows.append(_row("paragraphs/ --segmented: strict F1", found.overall.strict.f1, "at least 0.97"))
    with tempfile.TemporaryDirectory() as folder:
        cold = [
            duiyi("align", *sides, *(f"-o{folder}/out.{kind}" for kind in ("tmx", "xlf", "tsv")), "--unit", unit)
            for unit in ("paragraph", "sentence")
        ]
    rows.append(_row("un/ pair, cold start to files: seconds", max(one.seconds for one in cold), "at most 15"))
    rows.append(_row("un/ pair, cold start to files: peak MB", max(one.megabytes for one in cold), "at most 700"))
    omegat = shutil.which("omegat")
    if omegat:
        counts = in_english(omegat)
        share = f"{counts['in English']} of {counts['sentences']}"
        rows.append(_row("OmegaT: sentences of the sample pair in English", share, "all"))
    duiyi("--help")
    rows.append(_row("duiyi --help, warm: seconds", min(duiyi("--help").seconds for _ in range(5)), "at most 0.4"))
    documents = {name: {"strict F1": one.strict.f1, "lax F1": one.lax.f1} for name, one in found.documents.items()}
    return {"summary": rows, "paragraphs/, each document": documents}


def _row(what: str, reached: float | str, wanted: str) -> dict[str, float | str]:
    return {"what": what, "reached": reached, "to reach": wanted}


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _plain(pair: Pair) -> Pair:
    """A pair without footnote marks and blanks, its typographic quotes as those of a typewriter."""
    zh, en = (_squeezed(_NOTE_MARK.sub("", text)).translate(_QUOTES) for text in pair)
    return zh, en


def _rows(path: Path, *columns: str, quoted: bool = False) -> list[Pair]:
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    with path.open(encoding="utf-8", newline="") as file:
        return [(row[columns[0]], row[columns[1]]) for row in csv.DictReader(file, delimiter="\t", quoting=quoting)]
