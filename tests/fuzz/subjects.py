"""What is fuzzed: every reader with the files that it reads, and what is done with the units that come out."""

import gzip
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from corpora.readers.reading import read as read_document
from tests.fuzz.documents import MORE_DOCUMENTS
from tests.fuzz.files import DOCUMENTS, GLOSSARIES, UNITS, Pairs
from tests.fuzz.hostile import changed, hostile_pairs, hostile_value
from tests.fuzz.other_subjects import MADE, READ
from tm.formats.base import UnitProblems
from tm.formats.registry import read as read_units
from tm.terms.formats.exchange import read_terms

__all__ = ["SUBJECTS", "Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A reader: the ending of its files, what makes one, and what reads one."""

    ending: str
    make: Callable[[Random], bytes]
    read: Callable[[Path], object]


def _file(build: Callable[[Pairs], bytes]) -> Callable[[Random], bytes]:
    return lambda chance: changed(build(hostile_pairs(chance)), chance)


def _units(path: Path) -> None:
    """Read units leniently, check them, and write them as TMX and XLIFF, which may not fail on what was read."""
    from tm.checks.run import check
    from tm.formats.registry import write

    found = list(islice(read_units(path, problems=UnitProblems(path, strict=False)), 50))
    check(found)
    for name in ("out.tmx", "out.xlf", "out.jsonl", "out.csv"):
        write(path.with_name(name), found, empty=True)


def _beads(path: Path) -> None:
    from align.beadfile import read

    read(path)


def _settings(path: Path) -> None:
    from tm.checks.options import from_toml

    from_toml(path)


def _manifest(path: Path) -> None:
    from tm.jobs.manifest import read_manifest

    read_manifest(path)


_TOML = b"""[checks]
only = ["values", "length"]
embeddings = false
minimum = 6
least_score = 0.5
cjk-latin-space = "always"

[severity]
length = "error"

[[rule]]
name = "a"
source = "\\\\d+"
target = "[0-9]"
forbidden = true
source_lang = "zh"
"""
_MANIFEST = b"source\ttarget\toutput\tsource_lang\nzh.txt\ten.txt\ta.tmx\tzh\nzh.txt\ten.txt\tb.tmx\t\n"
_BEADS = b"[0]:[0]:0.9\n[1,2]:[1]:0.5\n[]:[2]:0\n"


def _text(seed: bytes) -> Callable[[Random], bytes]:
    return lambda chance: changed(seed, chance)


@cache
def _memory() -> bytes:
    """A small memory, as bytes."""
    from tm.search.memory import Memory
    from tm.unit import Unit

    with TemporaryDirectory() as folder:
        path = Path(folder) / "m.duiyi"
        with Memory(path) as memory:
            memory.add([Unit(f"第{n}条会议", f"Article {n} meeting", "zh-CN", "en-US", notes=("a",)) for n in range(4)])
            memory.compact()  # puts texts into the index
        return path.read_bytes()


@cache
def _terms() -> bytes:
    from tm.terms.base import TermBase
    from tm.terms.sample import sample_concepts

    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.db"
        with TermBase(path, create=True) as terms:
            terms.add(list(sample_concepts())[:5])
        return path.read_bytes()


def _store(seed: Callable[[], bytes]) -> Callable[[Random], bytes]:
    """A store whose values another tool has changed, or whose bytes are damaged."""

    def make(chance: Random) -> bytes:
        if chance.random() < 0.3:
            return changed(seed(), chance)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "x.db"
            path.write_bytes(seed())
            base = sqlite3.connect(path)
            base.execute("PRAGMA journal_mode=DELETE")
            tables = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for _ in range(chance.choice((1, 1, 2))):
                table = chance.choice(tables)
                columns = [row[1] for row in base.execute(f'PRAGMA table_info("{table}")')] or ["x"]
                value = hostile_value(chance, 3)
                if isinstance(value, int) and not -(2**63) <= value < 2**63:
                    value = float(value) if abs(value) < 1e300 else "9" * 100
                if isinstance(value, str):
                    value = chance.choice(
                        (value.encode("utf-8", "surrogatepass"), value.encode("utf-8", "replace").decode())
                    )
                statement = chance.choice(
                    (
                        f'UPDATE OR IGNORE "{table}" SET "{chance.choice(columns)}" = ?',
                        f'UPDATE OR IGNORE "{table}" SET "{chance.choice(columns)}" = ? WHERE rowid = 1',
                        f'DELETE FROM "{table}" WHERE ? IS NOT 0 AND rowid % 2',
                        f'ALTER TABLE "{table}" RENAME COLUMN "{chance.choice(columns)}" TO x',
                        f'DROP TABLE "{table}"',
                        f'CREATE TRIGGER t{chance.randrange(99)} AFTER INSERT ON "{table}" BEGIN SELECT 1; END',
                        f"PRAGMA user_version = {chance.choice((0, 1, 2, 3, 99, -1))}",
                        f"PRAGMA application_id = {chance.choice((0, 1, 99))}",
                    )
                )
                try:
                    base.execute(statement, (value,) * statement.count("?"))
                except sqlite3.Error:
                    continue
            base.commit()
            base.close()
            return path.read_bytes()

    return make


def _use_memory(path: Path) -> None:
    from tm.search.memory import Memory
    from tm.unit import Unit

    with Memory(path) as memory:
        memory.lookup("第1条会议")
        memory.concordance("会议")
        list(memory.units())
        memory.stats()
        memory.add([Unit("新的会议", "a new meeting", "zh-CN", "en-US")])


def _use_terms(path: Path) -> None:
    from tm.terms.base import TermBase

    with TermBase(path, create=False) as terms:
        list(terms.concepts())
        terms.lookup("资产")
        terms.find("资产追回与会议", "zh-CN")


_KINDS: tuple[tuple[str, Mapping[str, Callable[[Pairs], bytes]], Callable[[Path], object]], ...] = (
    ("document", {**DOCUMENTS, **MORE_DOCUMENTS}, read_document),
    ("units", UNITS, _units),
    ("terms", GLOSSARIES, read_terms),
)
#: Readers by their name.
SUBJECTS: dict[str, Subject] = {
    **{
        f"{kind} {ending}": Subject(ending, _file(build), read)
        for kind, builders, read in _KINDS
        for ending, build in builders.items()
    },
    **{
        name: Subject(ending, make, READ.get(name) or READ.get(name.partition(" ")[0]) or _units)
        for name, (ending, make) in MADE.items()
    },
    "units tmx.gz": Subject("tmx.gz", _file(lambda pairs: gzip.compress(UNITS["tmx"](pairs))), _units),
    "beads": Subject("align", _text(_BEADS), _beads),
    "settings": Subject("toml", _text(_TOML), _settings),
    "manifest": Subject("tsv", _text(_MANIFEST), _manifest),
    "memory": Subject("duiyi", _store(_memory), _use_memory),
    "term base": Subject("db", _store(_terms), _use_terms),
}
