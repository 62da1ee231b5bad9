"""The term base: concepts in one SQLite file beside the memory, found by key, prefix, pattern, likeness, or in a text.

Every term is stored with its folded key (`tm.terms.folding`), in one index that answers most questions, all terms of
a text among them (`tm.terms.occurrences`); nothing has to be loaded beforehand, so such a look-up from the command line
costs no more than one on a running server. Patterns and likeness ask for all keys of a language: these are kept in
memory (`tm.terms.vocabulary`) until the base changes.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from corpora.sqlite_errors import SqliteErrors
from corpora.text.languages import base
from tm.terms.concept import Concept, Status, Term
from tm.terms.file import connect, explained
from tm.terms.folding import fold, fold_text
from tm.terms.occurrences import pieces_of, standing
from tm.terms.patterns import folded_pattern, glob

if TYPE_CHECKING:
    from tm.terms.vocabulary import Vocabulary

__all__ = ["TermBase", "TermMatch", "TermOccurrence"]

_STATUS = {status.value: status for status in Status}
_LIKELY = 75.0  # percent: the least likeness of a fuzzy hit
_RECENT = 5000  # concepts that texts named and that are kept, a few megabytes
_LONGEST_PATTERN = 12_000  # characters, of which SQLite takes all; no term is as long
#: SQLite's GLOB reads a text up to its first null character, and these others as one.
_ONLY_GLOB = re.compile("[\0\ufffd-\uffff]")


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term that answers a question: its concept, the term, how it matched and how well (100 for identical).

    ``kind`` is "exact", "form" (inflected, other script or width), "prefix", "wildcard" or "fuzzy".
    """

    concept: Concept
    term: Term
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class TermOccurrence:
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
        self._state = (0, 0)
        self._vocabularies: dict[str, Vocabulary | None] = {}
        self._recent: dict[int, Concept] = {}
        self._db = connect(path, create=create)

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
        return self._read([row[0]])[0][row[0]] if row else None

    def concepts(self) -> Iterator[Concept]:
        """All concepts in the order in which they came, read in batches."""
        last = -1
        while True:
            with self._errors():
                rows = self._db.execute("SELECT id FROM concepts WHERE id > ? ORDER BY id LIMIT 500", [last]).fetchall()
            if not rows:
                return
            yield from self._read([row[0] for row in rows])[0].values()
            last = rows[-1][0]

    def languages(self) -> list[str]:
        """The languages of the terms, without regions."""
        with self._errors():
            return [row[0] for row in self._db.execute("SELECT base FROM languages ORDER BY base")]

    def lookup(
        self, question: str, language: str | None = None, *, limit: int = 20, fuzzy: bool = True
    ) -> list[TermMatch]:
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

    def find(self, text: str, language: str) -> list[TermOccurrence]:
        """All terms of ``language`` that stand in ``text``, in order; of two that begin together the longer first.

        A term inside a longer one is marked ``nested``; terms that overlap without one holding the other are
        both given.
        """
        folded = fold_text(text, language)
        pieces = pieces_of(folded)
        places = standing(folded, pieces, self._keys_of(pieces, folded.joiner, base(language)))
        concepts = self._recently({id for *_, ids in places for id in ids})  # noqa: A001
        found: list[TermOccurrence] = []
        reach = (-1, -1)
        for start, end, ids in places:
            nested = start >= reach[0] and end <= reach[1]
            found.append(TermOccurrence(start, end, tuple(concepts[id] for id in ids), nested))  # noqa: A001
            if end > reach[1]:
                reach = (start, end)
        return found

    # -- inside

    def _errors(self) -> SqliteErrors:
        return explained(self.path)

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
            self._db.execute(
                "INSERT INTO terms (concept, language, base, text, status, pos, source, note, examples, folded) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                    fold(term.text, term.language),
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
        pattern = folded_pattern(question, language)
        if len(pattern) > _LONGEST_PATTERN:
            return []
        kept = self._kept()
        # To read all keys once takes less than to load them: a single question is not worth that.
        if language not in kept or _ONLY_GLOB.search(pattern) or self._vocabulary(language).has_nulls:
            kept.setdefault(language, None)
            with self._errors():
                rows = self._db.execute(
                    "SELECT id FROM terms WHERE base = ? AND folded GLOB ? ORDER BY folded LIMIT ?",
                    [language, glob(pattern), limit],
                )
                return [row[0] for row in rows]
        from tm.terms.wildcard import fitting

        return fitting(self._vocabulary(language), pattern, limit)

    def _alike(self, key: str, language: str, limit: int) -> list[tuple[int, float]]:
        """Terms at least 75 % alike."""
        from tm.terms.fuzzy import near

        return near(self._vocabulary(language), key, _LIKELY, limit)

    def _kept(self) -> "dict[str, Vocabulary | None]":
        """By language that was asked for all its keys since the base changed: these, or None while not loaded."""
        with self._errors():
            # The one number tells of changes by others, the other of those by this connection.
            state = (self._db.execute("PRAGMA data_version").fetchone()[0], self._db.total_changes)
        if state != self._state:
            self._state, self._vocabularies, self._recent = state, {}, {}
        return self._vocabularies

    def _vocabulary(self, language: str) -> "Vocabulary":
        kept = self._kept()
        known = kept.get(language)
        if known is None:
            from tm.terms.vocabulary import Vocabulary

            with self._errors():
                # SQLite joins the keys in a third of the time that rows of them take.
                joined, ids = self._db.execute(
                    "SELECT group_concat(folded, char(10)), group_concat(id, ',') FROM "
                    "(SELECT id, folded FROM terms WHERE base = ? ORDER BY folded, id)",
                    [language],
                ).fetchone()
            known = kept[language] = Vocabulary(joined or "", ids or "")
        return known

    def _keys_of(self, pieces: Sequence[Sequence[str]], joiner: str, language: str) -> Iterator[tuple[str, str, int]]:
        """Each piece that is a key, or is of the longest and begins one: with that key and its concept."""
        *shorter, short, long = pieces
        # A word goes on to the next blank, the character before "!"; characters go on to any other.
        end = "'!'" if joiner else "char(1114111)"
        begins = f"base = ? AND folded >= piece AND folded < piece || {end}"
        with self._errors():
            openings = {
                piece
                for (piece,) in self._select(
                    "WITH pieces (piece) AS (VALUES {}) SELECT piece FROM pieces "
                    f"WHERE EXISTS (SELECT 1 FROM terms INDEXED BY terms_by_key WHERE {begins})",
                    sorted(set(short)),
                    language,
                    mark="(?)",
                )
            }
            yield from self._select(
                "SELECT folded, folded, concept FROM terms INDEXED BY terms_by_key WHERE folded IN ({}) AND base = ?",
                sorted(openings.union(*shorter)),
                language,
            )
            yield from self._select(
                "WITH pieces (piece) AS (VALUES {}) SELECT piece, folded, concept FROM pieces "
                f"CROSS JOIN terms INDEXED BY terms_by_key ON {begins}",
                sorted({piece for opening, piece in zip(short, long, strict=False) if opening in openings}),
                language,
                mark="(?)",
            )

    def _recently(self, ids: set[int]) -> dict[int, Concept]:
        """The concepts by number; those read last are kept, since texts come back to the same ones."""
        self._kept()
        known = {id: self._recent[id] for id in ids & self._recent.keys()}  # noqa: A001
        known |= self._read(sorted(ids - known.keys()))[0]
        self._recent |= known
        for id in list(islice(self._recent, max(0, len(self._recent) - _RECENT))):  # noqa: A001
            del self._recent[id]
        return known

    def _hits(self, found: dict[int, tuple[str, float]], limit: int) -> list[TermMatch]:
        with self._errors():
            rows = list(self._select("SELECT id, concept FROM terms WHERE id IN ({})", sorted(found)))
        concepts, terms = self._read(sorted({concept for _, concept in rows}))
        hits = [TermMatch(concepts[concept], terms[term], *found[term]) for term, concept in rows]
        hits.sort(key=lambda hit: (-hit.score, hit.term.rank, len(hit.term.text), hit.term.text))
        return hits[:limit]

    def _read(self, ids: Sequence[int]) -> tuple[dict[int, Concept], dict[int, Term]]:
        """The concepts, and their terms in the order in which they were stored, by the numbers of their rows."""
        terms: dict[int, Term] = {}
        own: dict[int, tuple[Term, ...]] = {}
        concepts: dict[int, Concept] = {}
        with self._errors():
            for id, concept, language, text, status, pos, source, note, examples in self._select(  # noqa: A001
                "SELECT id, concept, language, text, status, pos, source, note, examples FROM terms "
                "WHERE concept IN ({}) ORDER BY concept, id",
                ids,
            ):
                term = terms[id] = Term(text, language, _STATUS[status], pos, source, note, _listed(examples))
                own[concept] = (*own.get(concept, ()), term)
            for row in self._select("SELECT * FROM concepts WHERE id IN ({}) ORDER BY id", ids):
                id, key, subject, definition, refs, note, author, created, changed, properties = row  # noqa: A001
                concepts[id] = Concept(
                    key, own.get(id, ()), subject, definition, _listed(refs), note, author,
                    datetime.fromisoformat(created), datetime.fromisoformat(changed),
                    {} if properties == "{}" else json.loads(properties),
                )  # fmt: skip
        return concepts, terms

    def _select(
        self, query: str, values: Sequence[int] | Sequence[str], *rest: str, mark: str = "?"
    ) -> Iterator[tuple[Any, ...]]:
        """Run a query over any number of values, whose marks go in for ``{}``, in portions that SQLite takes."""
        for start in range(0, len(values), 500):
            part = values[start : start + 500]
            yield from self._db.execute(query.format(",".join([mark] * len(part))), [*part, *rest])


def _listed(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(json.loads(text))
