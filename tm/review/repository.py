"""The reviews of one user: one folder each, found by the file that was opened, listed with the latest first."""

import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from weakref import finalize

from corpora.errors import DuiyiError, InputError, UsageError
from tm.checks.options import CheckOptions
from tm.review.dismissals import Dismissals
from tm.review.journal import ReviewJournal
from tm.review.session import ReviewSession
from tm.unit import Unit
from tm.web.uploads import clean_name

__all__ = ["NoReview", "ReviewRepository", "ReviewSummary"]

_ID = re.compile(r"[0-9a-f]{16}\Z")
_OPEN = 50  # sessions kept, each of which has its units in memory


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """A review in the list: ``stage`` is "documents" (two documents, not aligned yet) or "units".

    owner: who began it. assignee: whose work it is. shared: all users of its project see it; else these two do.
    """

    id: str
    title: str
    stage: str
    units: int
    decisions: int
    changed: datetime
    owner: str = ""
    assignee: str = ""
    shared: bool = True

    def is_visible(self, name: str) -> bool:
        """Whether the user ``name`` may see it: it is shared, his own, or assigned to him."""
        return self.shared or name in (self.owner, self.assignee)


class NoReview(UsageError):
    """There is no review of this name, or none that the user may know of."""

    def __init__(self) -> None:
        """Always the same sentence."""
        super().__init__("there is no such review")


class ReviewRepository:
    """The folder of reviews; the sessions used last stay open, so that requests use the same `ReviewSession`.

    One that is dropped is closed when the requests that use it have ended.
    """

    def __init__(self, folder: Path, who: str, checks: CheckOptions | None = None) -> None:
        """``who`` is recorded with decisions that name nobody; ``checks`` are the settings of all reviews."""
        self.folder = folder
        self.who = who
        self._checks = checks
        self.dismissals = Dismissals(folder / "findings-marked-right.json")
        self._open: dict[str, ReviewSession] = {}
        self._lock = threading.RLock()

    def folder_of(self, name: str) -> Path:
        """The folder of a review. Raises `UsageError` where ``name`` is not the name of a review."""
        if not _ID.match(name):
            raise NoReview
        return self.folder / name

    def journal(self, name: str) -> ReviewJournal:
        """The journal of a review, to be closed by the caller. Raises `UsageError` where there is none."""
        path = self.folder_of(name) / "review.db"
        if not path.is_file():
            raise NoReview
        return ReviewJournal(path)

    def meta(self, name: str) -> dict[str, str]:
        """The metadata of a review."""
        with closing(self.journal(name)) as journal:
            return journal.meta()

    def set_meta(self, name: str, **values: str) -> None:
        """Set ``values`` in the metadata of a review."""
        with closing(self.journal(name)) as journal:
            journal.set_meta(**values)

    def session(self, name: str) -> ReviewSession:
        """The review, opened. Raises `UsageError` where there is none or its documents are not aligned yet."""
        with self._lock:
            session = self._open.pop(name, None)
            if session is None:
                journal = self.journal(name)
                if journal.meta().get("stage") != "units":
                    journal.close()
                    raise UsageError("the documents of this review are not aligned yet")
                session = ReviewSession(journal, self.who, self._checks, self.dismissals)
                finalize(session, journal.close).atexit = False
            self._open[name] = session  # the last one is the one used last
            if len(self._open) > _OPEN:
                del self._open[next(iter(self._open))]
            return session

    def summaries(self) -> list[ReviewSummary]:
        """All reviews, the latest first; unreadable ones are left out."""
        return list(self.latest())

    def latest(self) -> Iterator[ReviewSummary]:
        """The reviews, the latest first; each is read when it is its turn, so that a few of many cost little."""
        found = []
        for folder in os.scandir(self.folder) if self.folder.is_dir() else ():
            moments = [self._moment(f"{folder.path}/review.db{ending}") for ending in ("", "-wal")]
            if moments[0]:
                found.append((max(moments), folder.name))
        for moment, name in sorted(found, reverse=True):
            try:
                with closing(self.journal(name)) as journal:
                    meta, counts = journal.meta(), journal.count()
            except DuiyiError:
                continue
            yield _summary(name, meta, counts, datetime.fromtimestamp(moment, UTC))

    @staticmethod
    def _moment(path: str) -> float:
        try:
            return os.stat(path).st_mtime
        except OSError:
            return 0.0

    def assignment(self, name: str) -> ReviewSummary:
        """Whose a review is; its counts are 0."""
        return _summary(name, self.meta(name), (0, 0), datetime.now(UTC))

    def open_file(self, path: Path, problems: list[str] | None = None) -> str:
        """The review of the units in ``path``, made where there is none. Raises `InputError` and its subclasses.

        A file of the same name with other content gets a review of its own; the old review stays in the list.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
        key = sha256(os.fsencode(path.resolve()) + b"\0" + content).hexdigest()[:16]
        if not (self.folder_of(key) / "review.db").is_file():
            self._import(key, path, path.name, str(path.resolve()), problems if problems is not None else [])
        return key

    def add_units(self, path: Path, name: str) -> str:
        """A new review of an uploaded file of units named ``name``."""
        from tm.web.trial import try_reading

        try_reading(path, "units")
        key = secrets.token_hex(8)
        self._import(key, path, clean_name(name), "", [])
        return key

    def _import(self, key: str, path: Path, title: str, file: str, problems: list[str]) -> None:
        from tm.formats import read

        units = list(read(path, on_problem=lambda problem: problems.append(f"{title}, {problem}")))
        self.begin(key, units, title=title, file=file, warnings="\n".join(problems))

    def begin(self, key: str, units: Iterable[Unit], **values: str) -> None:
        """Store the units to review."""
        with closing(ReviewJournal(self.folder_of(key) / "review.db")) as journal:
            journal.begin(units, stage="units", **values)

    def new_documents(self) -> str:
        """A new review whose two documents are not uploaded yet."""
        key = secrets.token_hex(8)
        with closing(ReviewJournal(self.folder_of(key) / "review.db")) as journal:
            journal.set_meta(stage="documents", title="")
        return key

    def document(self, key: str, side: str, name: str) -> Path:
        """Where to store the document of ``side``, under its own name; an older one of that side is removed."""
        folder = self.folder_of(key) / side
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder / clean_name(name)

    def documents(self, key: str) -> tuple[Path, Path]:
        """The two documents. Raises `UsageError` where one is missing."""
        found = [next(iter(sorted((self.folder_of(key) / side).glob("*"))), None) for side in ("source", "target")]
        if found[0] is None or found[1] is None:
            raise UsageError("two documents are needed, a source and its translation")
        return found[0], found[1]

    def store_aligned(self, key: str, units: Iterable[Unit], warnings: Iterable[str]) -> None:
        """Store the units of the aligned documents, and delete the copies of the documents."""
        self.begin(key, units, warnings="\n".join(warnings))
        for side in ("source", "target"):
            shutil.rmtree(self.folder_of(key) / side, ignore_errors=True)

    def delete(self, name: str) -> None:
        """Remove a review for good."""
        with self._lock:
            self.journal(name).close()
            if name in self._open:
                self._open.pop(name).close()
            shutil.rmtree(self.folder_of(name))

    def close(self) -> None:
        """Close all open sessions."""
        with self._lock:
            for session in self._open.values():
                session.close()
            self._open.clear()


def _summary(name: str, meta: Mapping[str, str], counts: tuple[int, int], changed: datetime) -> ReviewSummary:
    title, stage = meta.get("title", ""), meta.get("stage", "")
    people = meta.get("owner", ""), meta.get("assignee", "")
    return ReviewSummary(name, title, stage, *counts, changed, *people, meta.get("shared", "yes") == "yes")
