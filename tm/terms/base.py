"""The term base: concepts in one SQLite file beside the memory, found by key, prefix, pattern, likeness, or in a text.

Every term is stored with its folded key (`tm.terms.folding`) and the first piece of it, the head: two
characters of Chinese, one word of English. To find all terms of a text, the heads that occur in the text
select the few keys that can, and those are looked for longest first; nothing has to be loaded beforehand,
so a look-up from the command line costs no more than one on a running server.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from corpora.errors import StoreError
from corpora.languages import base, is_spaced
from tm.terms.concept import Concept, Status, Term
from tm.terms.folding import fold, fold_text

if TYPE_CHECKING:
    from tm.terms.likeness import Likeness

__all__ = ["Found", "Hit", "TermBase"]

_VERSION = 1
_SCHEMA = """
CREATE TABLE concepts (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, definition TEXT NOT NULL,
    refs TEXT NOT NULL, note TEXT NOT NULL, author TEXT NOT NULL, created TEXT, changed TEXT, properties TEXT NOT NULL
) STRICT;
CREATE TABLE terms (
    id INTEGER PRIMARY KEY, concept INTEGER NOT NULL REFERENCES concepts ON DELETE CASCADE, language TEXT NOT NULL,
    base TEXT NOT NULL, text TEXT NOT NULL, status TEXT NOT NULL, pos TEXT NOT NULL, source TEXT NOT NULL,
    note TEXT NOT NULL, examples TEXT NOT NULL, folded TEXT NOT NULL, head TEXT NOT NULL
) STRICT;
CREATE INDEX terms_by_key ON terms (base, folded);
CREATE INDEX terms_by_head ON terms (base, head, folded);
CREATE INDEX terms_by_concept ON terms (concept);
CREATE TABLE languages (base TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
"""
_HEAD = 2  # characters of a key without spaces that make its head
_LIKELY = 75.0  # percent: the least likeness of a fuzzy hit


@dataclass(frozen=True, slots=True)
class Hit:
    """A term that answers a question: its concept, the term, how it matched and how well (100 for identical).

    ``kind`` is "exact", "form" (inflected, other script or width), "prefix", "wildcard" or "fuzzy".
    """

    concept: Concept
    term: Term
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """A term that stands in a text: its span, the concepts it may name, and whether a longer one covers it."""

    start: int
    end: int
    concepts: tuple[Concept, ...]
    nested: bool


class TermBase:
    """A term base in one SQLite file; ``":memory:"`` keeps it in memory. Use it as a context manager.

    Raises `StoreError` where the file is no term base, is locked or damaged, or was made by a newer version.
    """

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        self.path = str(path)
        if self.path != ":memory:":
            if not Path(path).exists() and not create:
                raise StoreError(f"there is no term base at {path}; `duiyi term import` makes one")
            try:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(f"{path} cannot be created: {error.strerror}") from error
        self._likeness: dict[str, tuple[tuple[int, int], Likeness]] = {}
        with self._errors():
            # SQLite locks by itself; a server opens it on one thread and closes it on another.
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._migrate()

    def __enter__(self) -> "TermBase":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __len__(self) -> int:
        with self._errors():
            return int(self._db.execute("SELECT count(*) FROM concepts").fetchone()[0])

    # -- changing

    def add(self, concepts: Iterable[Concept]) -> int:
        """Store ``concepts`` in one transaction, each in place of the one with its id; return how many."""
        count = 0
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for concept in concepts:
                    self._put(concept)
                    count += 1
            except BaseException:
                if self._db.in_transaction:  # a full disk has rolled back already
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        return count

    def delete(self, ids: Iterable[str]) -> int:
        """Remove the concepts with these ids; return how many there were."""
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            count = sum(self._remove(id) for id in ids)  # noqa: A001
            self._db.execute("COMMIT")
        return count

    # -- asking

    def get(self, id: str) -> Concept | None:  # noqa: A002
        """The concept with this id."""
        with self._errors():
            row = self._db.execute("SELECT id FROM concepts WHERE key = ?", [id]).fetchone()
        return self._concepts([row[0]])[row[0]] if row else None

    def concepts(self) -> Iterator[Concept]:
        """All concepts in the order in which they came, read in batches."""
        last = -1
        while True:
            with self._errors():
                rows = self._db.execute("SELECT id FROM concepts WHERE id > ? ORDER BY id LIMIT 500", [last]).fetchall()
            if not rows:
                return
            yield from self._concepts([row[0] for row in rows]).values()
            last = rows[-1][0]

    def languages(self) -> list[str]:
        """The languages of the terms, without regions."""
        with self._errors():
            return [row[0] for row in self._db.execute("SELECT base FROM languages ORDER BY base")]

    def lookup(self, question: str, language: str | None = None, *, limit: int = 20, fuzzy: bool = True) -> list[Hit]:
        """Terms that answer ``question``, best first: equal, other forms, by pattern (``*`` and ``?``), prefix, alike.

        Without ``language`` every language of the base is asked. Alike terms are sought only where nothing
        better was found.
        """
        question = question.strip()
        if not question:
            return []
        found: dict[int, tuple[str, float]] = {}
        for one in [base(language)] if language else self.languages():
            key = fold(question, one)
            if "*" in question or "?" in question:
                found |= dict.fromkeys(self._by_pattern(question, one, limit), ("wildcard", 90.0))
                continue
            if not key:
                continue
            for term, text in self._by_key(key, one):
                found[term] = ("exact", 100.0) if text == question else ("form", 99.0)
            for term in self._by_prefix(key, one, limit):
                found.setdefault(term, ("prefix", 90.0))
        if not found and fuzzy:
            for one in [base(language)] if language else self.languages():
                for term, score in self._alike(fold(question, one), one, limit):
                    found[term] = ("fuzzy", score)
        return self._hits(found, limit)

    def find(self, text: str, language: str) -> list[Found]:
        """All terms of ``language`` that stand in ``text``, in order; of two that begin together the longer first.

        A term inside a longer one is marked ``nested``; terms that overlap without one holding the other are
        both given.
        """
        folded = fold_text(text, language)
        units, width = folded.units, (1 if is_spaced(language) else _HEAD)
        heads: dict[str, list[int]] = {}
        for at in range(len(units)):
            heads.setdefault(folded.joiner.join(units[at : at + width]), []).append(at)
            if width > 1:
                heads.setdefault(units[at], []).append(at)
        keys = self._keys_of(list(heads), base(language))
        spans: list[tuple[int, int, str]] = []
        for head, by_length in keys.items():
            for at in heads[head]:
                for length, candidates in by_length.items():
                    key = folded.joiner.join(units[at : at + length])
                    if key in candidates:
                        spans.append((folded.spans[at][0], folded.spans[at + length - 1][1], key))
        spans.sort(key=lambda span: (span[0], -span[1]))
        return self._found(spans, base(language))

    # -- inside

    def _migrate(self) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > _VERSION:
            raise StoreError(f"{self.path} was made by a newer version of duiyi (term base version {version})")
        tables = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and "concepts" not in tables:
            raise StoreError(f"{self.path} is a database, but no term base")
        if version == 0:
            self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")

    def _errors(self) -> "_Mapped":
        return _Mapped(self.path)

    def _put(self, concept: Concept) -> None:
        self._remove(concept.id)
        now = datetime.now(UTC).replace(microsecond=0)
        cursor = self._db.execute(
            "INSERT INTO concepts (key, subject, definition, refs, note, author, created, changed, properties) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                concept.id,
                concept.subject,
                concept.definition,
                json.dumps(concept.references),
                concept.note,
                concept.author,
                (concept.created or now).isoformat(),
                (concept.changed or concept.created or now).isoformat(),
                json.dumps(concept.properties, ensure_ascii=False),
            ],
        )
        self._db.executemany("INSERT OR IGNORE INTO languages VALUES (?)", {(base(t.language),) for t in concept.terms})
        for term in concept.terms:
            key = fold(term.text, term.language)
            self._db.execute(
                "INSERT INTO terms (concept, language, base, text, status, pos, source, note, examples, folded, head) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    cursor.lastrowid,
                    term.language,
                    base(term.language),
                    term.text,
                    term.status.value,
                    term.part_of_speech,
                    term.source,
                    term.note,
                    json.dumps(term.examples, ensure_ascii=False),
                    key,
                    _head(key, term.language),
                ],
            )

    def _remove(self, key: str) -> int:
        row = self._db.execute("SELECT id FROM concepts WHERE key = ?", [key]).fetchone()
        if row is None:
            return 0
        self._db.execute("DELETE FROM concepts WHERE id = ?", row)
        return 1

    def _by_key(self, key: str, language: str) -> list[tuple[int, str]]:
        with self._errors():
            return self._db.execute(
                "SELECT id, text FROM terms WHERE base = ? AND folded = ? LIMIT 200", [language, key]
            ).fetchall()

    def _by_prefix(self, key: str, language: str, limit: int) -> list[int]:
        with self._errors():
            rows = self._db.execute(
                "SELECT id FROM terms WHERE base = ? AND folded >= ? AND folded < ? ORDER BY folded LIMIT ?",
                [language, key, key + "\U0010ffff", limit],
            )
            return [row[0] for row in rows]

    def _by_pattern(self, question: str, language: str, limit: int) -> list[int]:
        """Terms that fit a pattern with ``*`` (any run) and ``?`` (one character); nothing else has a meaning."""
        pattern = ""
        for piece in _split_pattern(question):
            # GLOB's own special character is the bracket: inside one it stands for itself.
            pattern += piece if piece in "*?" else fold(piece, language).replace("[", "[[]")
        with self._errors():
            rows = self._db.execute(
                "SELECT id FROM terms WHERE base = ? AND folded GLOB ? ORDER BY folded LIMIT ?",
                [language, pattern, limit],
            )
            return [row[0] for row in rows]

    def _alike(self, key: str, language: str, limit: int) -> list[tuple[int, float]]:
        """Terms at least 75 % alike; the keys of a language are kept until the base changes."""
        from tm.terms.likeness import Likeness

        with self._errors():
            # The one number tells of changes by others, the other of those by this connection.
            state = (self._db.execute("PRAGMA data_version").fetchone()[0], self._db.total_changes)
            known = self._likeness.get(language)
            if known is None or known[0] != state:
                rows = self._db.execute("SELECT id, folded FROM terms WHERE base = ?", [language])
                known = self._likeness[language] = (state, Likeness(rows))
        return known[1].near(key, _LIKELY, limit)

    def _keys_of(self, heads: Sequence[str], language: str) -> dict[str, dict[int, set[str]]]:
        """For each head that some term has: the keys that begin with it, by their length in units."""
        keys: dict[str, dict[int, set[str]]] = {}
        spaced = is_spaced(language)
        with self._errors():
            for head, key in self._select(
                "SELECT head, folded FROM terms INDEXED BY terms_by_head WHERE head IN ({}) AND base = ?",
                heads,
                language,
            ):
                length = key.count(" ") + 1 if spaced else len(key)
                keys.setdefault(head, {}).setdefault(length, set()).add(key)
        return keys

    def _found(self, spans: list[tuple[int, int, str]], language: str) -> list[Found]:
        by_key: dict[str, list[int]] = {}
        with self._errors():
            for key, concept in self._select(
                "SELECT DISTINCT folded, concept FROM terms WHERE folded IN ({}) AND base = ?",
                sorted({span[2] for span in spans}),
                language,
            ):
                by_key.setdefault(key, []).append(concept)
        concepts = self._concepts(sorted({id for ids in by_key.values() for id in ids}))  # noqa: A001
        found: list[Found] = []
        reach = (-1, -1)
        for start, end, key in spans:
            nested = start >= reach[0] and end <= reach[1]
            found.append(Found(start, end, tuple(concepts[id] for id in by_key[key]), nested))  # noqa: A001
            if end > reach[1]:
                reach = (start, end)
        return found

    def _hits(self, found: dict[int, tuple[str, float]], limit: int) -> list[Hit]:
        if not found:
            return []
        marks = ",".join("?" * len(found))
        with self._errors():
            rows = self._db.execute(f"SELECT id, concept FROM terms WHERE id IN ({marks})", list(found)).fetchall()
        concepts = self._concepts(sorted({concept for _, concept in rows}))
        terms = self._terms([concept for _, concept in rows])
        hits = [Hit(concepts[concept], terms[term], *found[term]) for term, concept in rows]
        hits.sort(key=lambda hit: (-hit.score, hit.term.rank, len(hit.term.text), hit.term.text))
        return hits[:limit]

    def _terms(self, concepts: Sequence[int]) -> dict[int, Term]:
        """All terms of the concepts, by term id, in the order in which they were stored."""
        terms: dict[int, Term] = {}
        with self._errors():
            for row in self._select("SELECT * FROM terms WHERE concept IN ({}) ORDER BY id", sorted(set(concepts))):
                id, _, language, _, text, status, pos, source, note, examples, _, _ = row  # noqa: A001
                terms[id] = Term(text, language, Status(status), pos, source, note, _listed(examples))
        return terms

    def _concepts(self, ids: Sequence[int]) -> dict[int, Concept]:
        concepts: dict[int, Concept] = {}
        own: dict[int, list[Term]] = {id: [] for id in ids}  # noqa: A001
        terms = self._terms(ids)
        with self._errors():
            for term, concept in self._select("SELECT id, concept FROM terms WHERE concept IN ({}) ORDER BY id", ids):
                own[concept].append(terms[term])
            for row in self._select("SELECT * FROM concepts WHERE id IN ({}) ORDER BY id", ids):
                id, key, subject, definition, refs, note, author, created, changed, properties = row  # noqa: A001
                concepts[id] = Concept(
                    key, tuple(own[id]), subject, definition, _listed(refs), note, author,
                    datetime.fromisoformat(created), datetime.fromisoformat(changed),
                    {} if properties == "{}" else json.loads(properties),
                )  # fmt: skip
        return concepts

    def _select(self, query: str, values: Sequence[int] | Sequence[str], *rest: str) -> Iterator[tuple[Any, ...]]:
        """Run a query with ``IN ({})`` over any number of values, in portions that SQLite takes."""
        for start in range(0, len(values), 500):
            part = values[start : start + 500]
            yield from self._db.execute(query.format(",".join("?" * len(part))), [*part, *rest])


class _Mapped:
    """Turns sqlite3's errors into one sentence; a class, since generator-based managers are slow in a hot path."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreError(f"{self.path} is in use by another program; try again when it is done") from error
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise StoreError(
                f"{self.path} could not be read or written: the disk is full or fails; nothing was changed"
            ) from error
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            what = "is damaged" if code == sqlite3.SQLITE_CORRUPT else "is no term base"
            raise StoreError(f"{self.path} {what}: {error}") from error
        if isinstance(error, sqlite3.DatabaseError):
            raise StoreError(f"{self.path} cannot be used as a term base: {error}") from error


def _listed(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(json.loads(text))


def _head(key: str, language: str) -> str:
    return key.split(" ", 1)[0] if is_spaced(language) else key[:_HEAD]


def _split_pattern(question: str) -> list[str]:
    pieces, plain = [], ""
    for character in question:
        if character in "*?":
            if plain:
                pieces.append(plain)
            pieces.append(character)
            plain = ""
        else:
            plain += character
    return [*pieces, plain] if plain else pieces
