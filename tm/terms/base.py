"""The term base: concepts in a file or on a server, found by key, prefix, pattern, similarity, or in a text.

Every term is stored with its normalized key (`tm.terms.normalization`). One index serves most look-ups, including all
terms of a text (`tm.terms.occurrences`), without loading anything first, so that a look-up from the command line takes
as long as one on a running server. Patterns and similarity need all keys of a language: these are kept in memory
(`tm.terms.vocabulary`) until the term base changes.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpora.arguments import checked_class
from corpora.errors import EditConflict, StoreError, UsageError
from corpora.sqlite_damage import explains_damage
from corpora.text.languages import base
from corpora.text.plurals import counted
from tm.postgresql.address import Address, located
from tm.terms.concept import Concept, Status, Term, cleaned_concept, packed, unpacked
from tm.terms.file import FileTerms
from tm.terms.matches import TermMatch, TermMatches, TermOccurrence
from tm.terms.normalization import normalize_term, normalize_text
from tm.terms.occurrences import occurrences, pieces_of
from tm.terms.patterns import glob, normalized_pattern

if TYPE_CHECKING:
    from tm.terms.vocabulary import Vocabulary

__all__ = ["TermBase"]

_STATUS = {status.value: status for status in Status}
_MIN_SIMILARITY = 75.0  # percent, of a fuzzy match
_RECENT = 5000  # concepts found in texts that are cached, a few megabytes
_LONGEST_PATTERN = 12_000  # characters, which SQLite accepts; longer than any term
#: GLOB of SQLite reads a text up to its first null character, and treats these others as one.
_ONLY_GLOB = re.compile("[\0\ufffd-\uffff]")


@explains_damage
@checked_class
class TermBase:
    """A term base in one SQLite file, or at an address, ``postgresql://user@host/database?terms=name``.

    ``":memory:"`` keeps it in memory. Use it as a context manager.

    The file is created where it is missing, unless ``create`` is false. Raises `StoreError` where the file is not a
    term base, is locked or damaged, or was written by a newer version.

    >>> from tm.terms.concept import Concept, Term
    >>> with TermBase("terms.sqlite") as terms:
    ...     _ = terms.add([Concept("c1", (Term("资产追回", "zh-CN"), Term("asset recovery", "en-US")))])
    ...     print(terms, [row["target"] for row in terms.lookup("资产追回").to_dicts()])
    TermBase('terms.sqlite', 1 concept) ['asset recovery']
    """

    def __init__(self, path: Path | str | Address, *, create: bool = True) -> None:
        where = located(path, "terms")
        self.path = str(where)
        self._state = (0, 0)
        self._vocabularies: dict[str, Vocabulary | None] = {}
        self._recent: dict[int, Concept] = {}
        self._store: Any = _opened(where, create=create)

    def _damage(self) -> tuple[str, str]:
        return self.path, self._store.wrong_table()

    def __enter__(self) -> "TermBase":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file or the connections."""
        self._store.close()

    def __repr__(self) -> str:
        try:
            return f"TermBase({self.path!r}, {counted(len(self), 'concept')})"
        except StoreError:
            return f"TermBase({self.path!r}, closed)"

    def __iter__(self) -> Iterator[Concept]:
        return self.concepts()

    def __len__(self) -> int:
        with self._store.reading() as db:
            return int(db.execute("SELECT count(*) FROM concepts").fetchone()[0])

    # -- changes

    def add(self, concepts: Iterable[Concept], *, expected: Concept | None = None) -> int:
        """Store ``concepts`` in one transaction, replacing those with the same id; return how many.

        Raises `EditConflict` where the stored concept with the id of ``expected`` is another one by now.
        """
        count = 0
        with self._writing(expected) as db:
            for concept in concepts:
                self._put(db, concept)
                count += 1
        return count

    def delete(self, ids: Iterable[str], *, expected: Concept | None = None) -> int:
        """Remove the concepts with these ids; return how many there were. `restore` brings them back."""
        with self._writing(expected) as db:
            return sum(self._delete(db, name) for name in ids)

    def merge(
        self, ids: Iterable[str], made_of: Callable[[list[Concept]], Concept], *, expected: Iterable[Concept] = ()
    ) -> Concept:
        """Store what ``made_of`` makes of the entries with these ids, and delete them but the first, all at once.

        Raises `UsageError` for one that is not there, `EditConflict` where one is no longer as in ``expected``.
        """
        wanted = {one.id: one for one in expected}
        with self._writing() as db:
            found: list[Concept] = []
            for id in ids:  # noqa: A001
                if (concept := self.get(id)) is None:
                    raise UsageError(f"{self.path} has no entry {id}")
                if wanted.get(id, concept) != concept:
                    raise EditConflict(f"the entry {id} was changed by somebody else meanwhile")
                found.append(concept)
            made = made_of(found)
            for concept in found[1:]:
                self._delete(db, concept.id)
            self._put(db, made)
        return made

    def deleted(self, limit: int = 100) -> list[Concept]:
        """Deleted entries, which `restore` brings back."""
        with self._store.reading() as db:
            rows = db.execute("SELECT content FROM deleted ORDER BY key LIMIT ?", [limit]).fetchall()
        with self._entry_read():
            return [unpacked(content) for (content,) in rows]

    def _delete(self, db: Any, id: str) -> int:  # noqa: A002
        if (concept := self.get(id)) is not None:
            db.execute("DELETE FROM deleted WHERE key = ?", [id])
            db.execute("INSERT INTO deleted VALUES (?, ?)", [id, packed(concept)])
        return self._remove(db, id)

    def restore(self, id: str) -> Concept | None:  # noqa: A002
        """Bring back the deleted concept with this id; None where there is none, or it was added again."""
        with self._writing() as db:
            row = db.execute("SELECT content FROM deleted WHERE key = ?", [id]).fetchone()
            if row is None or self.get(id) is not None:
                return None
            with self._entry_read():
                concept = unpacked(row[0])
            self._put(db, concept)
            db.execute("DELETE FROM deleted WHERE key = ?", [id])
        return self.get(id)

    @contextmanager
    def _writing(self, expected: Concept | None = None) -> Iterator[Any]:
        """Write everything inside the block or nothing, if the stored concept is still ``expected``."""
        with self._store.writing() as db:
            if expected is not None and self.get(expected.id) != expected:
                raise EditConflict(f"the entry {expected.id} was changed by somebody else meanwhile")
            yield db

    # -- look-ups

    def get(self, id: str) -> Concept | None:  # noqa: A002
        """The concept with this id."""
        with self._store.reading() as db:
            row = db.execute("SELECT id FROM concepts WHERE key = ?", [id]).fetchone()
        return self._read([row[0]])[0][row[0]] if row else None

    def concepts(self) -> Iterator[Concept]:
        """All concepts in the order in which they were added, read in batches."""
        last = -1
        while True:
            with self._store.reading() as db:
                rows = db.execute("SELECT id FROM concepts WHERE id > ? ORDER BY id LIMIT 500", [last]).fetchall()
            if not rows:
                return
            yield from self._read([row[0] for row in rows])[0].values()
            last = rows[-1][0]

    def languages(self) -> list[str]:
        """The languages of the terms, without regions."""
        with self._store.reading() as db:
            return [base(row[0]) for row in db.execute("SELECT base FROM languages ORDER BY base")]

    def lookup(self, question: str, language: str | None = None, *, limit: int = 20, fuzzy: bool = True) -> TermMatches:
        """Terms that match ``question``, best first: equal, other forms, pattern (``*`` and ``?``), prefix, similar.

        Without ``language`` every language of the term base is searched. Similar terms are searched only where nothing
        else was found.
        """
        question = question.strip()
        if not question:
            return TermMatches()
        found: dict[int, tuple[str, float]] = {}
        for one in [base(language)] if language else self.languages():
            key = normalize_term(question, one)
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
                for term, score in self._similar(normalize_term(question, one), one, limit):
                    found[term] = ("fuzzy", score)
        return self._matches(found, limit)

    def find(self, text: str, language: str) -> list[TermOccurrence]:
        """All terms of ``language`` in ``text``, in order; of two that begin at one place the longer first.

        A term inside a longer one is marked ``nested``; of terms that overlap otherwise, both are returned.
        """
        normalized = normalize_text(text, language)
        pieces = pieces_of(normalized)
        places = occurrences(normalized, pieces, self._keys_of(pieces, normalized.joiner, base(language)))
        concepts = self._recently({id for *_, ids in places for id in ids})  # noqa: A001
        found: list[TermOccurrence] = []
        reach = (-1, -1)
        for start, end, ids in places:
            nested = start >= reach[0] and end <= reach[1]
            found.append(TermOccurrence(start, end, tuple(concepts[id] for id in ids), nested))  # noqa: A001
            if end > reach[1]:
                reach = (start, end)
        return found

    def share_in_lower_case(self, language: str) -> float:
        """The share of the terms of ``language`` that begin in lower case, acronyms aside; 0.0 without terms."""
        with self._store.reading() as db:
            rows = db.execute("SELECT text FROM terms WHERE base = ? LIMIT 5000", [base(language)]).fetchall()
        initials = [text[0] for (text,) in rows if text and not text.isupper()]
        return sum(sign.islower() for sign in initials) / len(initials) if initials else 0.0

    # -- internals

    def _put(self, db: Any, concept: Concept) -> None:
        concept = cleaned_concept(concept)
        self._remove(db, concept.id)
        now = datetime.now(UTC).replace(microsecond=0)
        (number,) = db.execute(
            "INSERT INTO concepts (key, subject, definition, refs, note, author, created, changed, properties) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
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
        ).fetchone()
        languages = sorted({(base(term.language),) for term in concept.terms})
        db.executemany("INSERT INTO languages VALUES (?) ON CONFLICT DO NOTHING", languages)
        for term in concept.terms:
            db.execute(
                "INSERT INTO terms (concept, language, base, text, status, pos, source, note, examples, folded) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    number,
                    term.language,
                    base(term.language),
                    term.text,
                    term.status.value,
                    term.part_of_speech,
                    term.source,
                    term.note,
                    json.dumps(term.examples, ensure_ascii=False),
                    normalize_term(term.text, term.language),
                ],
            )

    def _remove(self, db: Any, key: str) -> int:
        row = db.execute("SELECT id FROM concepts WHERE key = ?", [key]).fetchone()
        if row is None:
            return 0
        db.execute("DELETE FROM concepts WHERE id = ?", row)
        return 1

    def _by_key(self, key: str, language: str) -> list[tuple[int, str]]:
        with self._store.reading() as db:
            found: list[tuple[int, str]] = db.execute(
                "SELECT id, text FROM terms WHERE base = ? AND folded = ? LIMIT 200", [language, key]
            ).fetchall()
        return found

    def _by_prefix(self, key: str, language: str, limit: int) -> list[int]:
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT id FROM terms WHERE base = ? AND folded >= ? AND folded < ? ORDER BY folded LIMIT ?",
                [language, key, key + "\U0010ffff", limit],
            )
            return [row[0] for row in rows]

    def _by_pattern(self, question: str, language: str, limit: int) -> list[int]:
        """Terms that match a pattern with ``*`` (any characters) and ``?`` (one character)."""
        pattern = normalized_pattern(question, language)
        if len(pattern) > _LONGEST_PATTERN:
            return []
        kept = self._kept()
        # Reading all keys once is faster than loading them, so the first look-up does not load them.
        by_database = language not in kept or _ONLY_GLOB.search(pattern) or self._vocabulary(language).has_nulls
        if by_database and not self._store.REMOTE:
            kept.setdefault(language, None)
            with self._store.reading() as db:
                rows = db.execute(
                    "SELECT id FROM terms WHERE base = ? AND folded GLOB ? ORDER BY folded LIMIT ?",
                    [language, glob(pattern), limit],
                )
                return [row[0] for row in rows]
        from tm.terms.wildcard import matching

        return matching(self._vocabulary(language), pattern, limit)

    def _similar(self, key: str, language: str, limit: int) -> list[tuple[int, float]]:
        """Terms at least 75 % similar."""
        from tm.terms.fuzzy import similar

        return similar(self._vocabulary(language), key, _MIN_SIMILARITY, limit)

    def _kept(self) -> "dict[str, Vocabulary | None]":
        """By language whose keys were needed since the last change: these, or None while they are not loaded."""
        with self._store.reading() as db:
            state = self._store.state(db)
        if state != self._state:
            self._state, self._vocabularies, self._recent = state, {}, {}
        return self._vocabularies

    def _vocabulary(self, language: str) -> "Vocabulary":
        kept = self._kept()
        known = kept.get(language)
        if known is None:
            from tm.terms.vocabulary import Vocabulary

            with self._store.reading() as db:
                # Joining the keys in the database takes a third of the time of fetching rows.
                joined, ids = db.execute(self._store.KEYS, [language]).fetchone()
            known = kept[language] = Vocabulary(joined or "", ids or "")
        return known

    def _keys_of(self, pieces: Sequence[Sequence[str]], joiner: str, language: str) -> Iterator[tuple[str, str, int]]:
        """Each piece that is a key, or is one of the longest and begins a key: with that key and its concept."""
        *shorter, short, long = pieces
        # After a word comes a blank, the character before "!"; after characters comes any character.
        end, by_key = "'!'" if joiner else self._store.LAST, self._store.BY_KEY
        begins = f"base = ? AND folded >= piece AND folded < piece || {end}"
        with self._store.reading() as db:
            openings = {
                piece
                for (piece,) in self._select(
                    db,
                    "WITH pieces (piece) AS (VALUES {}) SELECT piece FROM pieces "
                    f"WHERE EXISTS (SELECT 1 FROM terms {by_key} WHERE {begins})",
                    sorted(set(short)),
                    language,
                    mark="(?)",
                )
            }
            yield from self._select(
                db,
                f"SELECT folded, folded, concept FROM terms {by_key} WHERE folded IN ({{}}) AND base = ?",
                sorted(openings.union(*shorter)),
                language,
            )
            yield from self._select(
                db,
                "WITH pieces (piece) AS (VALUES {}) SELECT piece, folded, concept FROM pieces "
                f"{self._store.JOIN} terms {by_key} ON {begins}",
                sorted({piece for opening, piece in zip(short, long, strict=False) if opening in openings}),
                language,
                mark="(?)",
            )

    def _recently(self, ids: set[int]) -> dict[int, Concept]:
        """The concepts by number; the last ones are cached, since texts repeat them."""
        self._kept()
        known = {id: self._recent[id] for id in ids & self._recent.keys()}  # noqa: A001
        known |= self._read(sorted(ids - known.keys()))[0]
        self._recent |= known
        for id in list(islice(self._recent, max(0, len(self._recent) - _RECENT))):  # noqa: A001
            del self._recent[id]
        return known

    def _matches(self, found: dict[int, tuple[str, float]], limit: int) -> TermMatches:
        with self._store.reading() as db:
            rows = list(self._select(db, "SELECT id, concept FROM terms WHERE id IN ({})", sorted(found)))
        concepts, terms = self._read(sorted({concept for _, concept in rows}))
        hits = [TermMatch(concepts[concept], terms[term], *found[term]) for term, concept in rows]
        hits.sort(key=lambda hit: (-hit.score, hit.term.rank, len(hit.term.text), hit.term.text))
        return TermMatches(hits[:limit])

    def _read(self, ids: Sequence[int]) -> tuple[dict[int, Concept], dict[int, Term]]:
        """As `_rows`. Raises `StoreError` for values that another tool has changed."""
        with self._entry_read():
            return self._rows(ids)

    @contextmanager
    def _entry_read(self) -> Iterator[None]:
        try:
            yield
        except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
            why = "an entry has an invalid value"
            raise StoreError(f"{self.path} is damaged: {why}; put a backup in its place") from error

    def _rows(self, ids: Sequence[int]) -> tuple[dict[int, Concept], dict[int, Term]]:
        """The concepts, and their terms in the order of storage, by row number."""
        terms: dict[int, Term] = {}
        own: dict[int, tuple[Term, ...]] = {}
        concepts: dict[int, Concept] = {}
        with self._store.reading() as db:
            for id, concept, language, text, status, pos, source, note, examples in self._select(  # noqa: A001
                db,
                "SELECT id, concept, language, text, status, pos, source, note, examples FROM terms "
                "WHERE concept IN ({}) ORDER BY concept, id",
                ids,
            ):
                term = terms[id] = Term(text, language, _STATUS[status], pos, source, note, _listed(examples))
                own[concept] = (*own.get(concept, ()), term)
            for row in self._select(db, "SELECT * FROM concepts WHERE id IN ({}) ORDER BY id", ids):
                id, key, subject, definition, refs, note, author, created, changed, properties = row  # noqa: A001
                concepts[id] = Concept(
                    key, own.get(id, ()), subject, definition, _listed(refs), note, author,
                    datetime.fromisoformat(created), datetime.fromisoformat(changed),
                    {} if properties == "{}" else json.loads(properties),
                )  # fmt: skip
        return concepts, terms

    def _select(
        self, db: Any, query: str, values: Sequence[int] | Sequence[str], *rest: str, mark: str = "?"
    ) -> Iterator[tuple[Any, ...]]:
        """Run a query for any number of values, whose placeholders replace ``{}``, in portions that SQLite accepts."""
        for start in range(0, len(values), 500):
            part = values[start : start + 500]
            yield from db.execute(query.format(",".join([mark] * len(part))), [*part, *rest])


def _opened(where: Path | Address, *, create: bool) -> Any:
    """The file or the schema of a term base: what both offer is described in `tm.terms.file.FileTerms`."""
    if isinstance(where, Address):
        from tm.terms.on_server import SchemaTerms

        return SchemaTerms(where, create=create)
    return FileTerms(where, create=create)


def _listed(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(json.loads(text))
