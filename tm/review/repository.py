"""All reviews of one person: a folder each, found again by the file that was opened, listed with the latest first."""

import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from corpora.errors import DuiyiError, InputError, UsageError
from tm.review.journal import ReviewJournal
from tm.review.session import ReviewSession
from tm.unit import Unit
from tm.web.uploads import clean_name

__all__ = ["ReviewRepository", "ReviewSummary"]

_ID = re.compile(r"[0-9a-f]{16}\Z")


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """A review on the shelf: "documents" (two documents, not aligned yet) or "units"; decisions made and when last."""

    id: str
    title: str
    stage: str
    units: int
    decisions: int
    changed: datetime


class ReviewRepository:
    """The folder of reviews; keeps open what is worked at, so that every request meets the same `ReviewSession`."""

    def __init__(self, folder: Path, who: str) -> None:
        """``who`` signs what is decided."""
        self.folder = folder
        self.who = who
        self._open: dict[str, ReviewSession] = {}
        self._lock = threading.RLock()

    def place(self, name: str) -> Path:
        """The folder of a review. Raises `UsageError` for what is no name of one."""
        if not _ID.match(name):
            raise UsageError("there is no such review")
        return self.folder / name

    def journal(self, name: str) -> ReviewJournal:
        """The journal of a review, to be closed by the caller. Raises `UsageError` where there is none."""
        path = self.place(name) / "review.db"
        if not path.is_file():
            raise UsageError("there is no such review")
        return ReviewJournal(path)

    def meta(self, name: str) -> dict[str, str]:
        """What is known about a review."""
        with closing(self.journal(name)) as journal:
            return journal.meta()

    def note(self, name: str, **values: str) -> None:
        """Keep ``values`` with a review."""
        with closing(self.journal(name)) as journal:
            journal.note(**values)

    def work(self, name: str) -> ReviewSession:
        """The review, opened. Raises `UsageError` where there is none or its documents are not aligned yet."""
        with self._lock:
            if name not in self._open:
                journal = self.journal(name)
                if journal.meta().get("stage") != "units":
                    journal.close()
                    raise UsageError("the documents of this review are not aligned yet")
                self._open[name] = ReviewSession(journal, self.who)
            return self._open[name]

    def entries(self) -> list[ReviewSummary]:
        """All reviews, the latest first; what cannot be read is passed over."""
        found = []
        for path in self.folder.glob("*/review.db") if self.folder.is_dir() else ():
            try:
                with closing(ReviewJournal(path)) as journal:
                    meta, (units, decisions) = journal.meta(), journal.count()
            except DuiyiError:
                continue
            newest = max(one.stat().st_mtime for one in path.parent.glob("review.db*"))
            changed = datetime.fromtimestamp(newest, UTC)
            entry = ReviewSummary(
                path.parent.name, meta.get("title", ""), meta.get("stage", ""), units, decisions, changed
            )
            found.append(entry)
        return sorted(found, key=lambda entry: entry.changed, reverse=True)

    def open_file(self, path: Path, problems: list[str] | None = None) -> str:
        """The review of the units in ``path`` as it stands, begun where there is none. Raises `InputError` and its kin.

        The same name with another content is another piece of work; what was decided about the old one stays listed.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
        key = sha256(os.fsencode(path.resolve()) + b"\0" + content).hexdigest()[:16]
        if not (self.place(key) / "review.db").is_file():
            self._fill(key, path, path.name, str(path.resolve()), problems if problems is not None else [])
        return key

    def take_units(self, path: Path, name: str) -> str:
        """A new review of an uploaded file of units that was called ``name``."""
        key = secrets.token_hex(8)
        self._fill(key, path, clean_name(name), "", [])
        return key

    def _fill(self, key: str, path: Path, title: str, file: str, problems: list[str]) -> None:
        from tm.formats import read

        units = list(read(path, on_problem=lambda problem: problems.append(f"{title}, {problem}")))
        self.begin(key, units, title=title, file=file, warnings="\n".join(problems))

    def begin(self, key: str, units: Iterable[Unit], **values: str) -> None:
        """Put units on the shelf to be reviewed."""
        with closing(ReviewJournal(self.place(key) / "review.db")) as journal:
            journal.begin(units, stage="units", **values)

    def new_documents(self) -> str:
        """A new review that waits for its two documents."""
        key = secrets.token_hex(8)
        with closing(ReviewJournal(self.place(key) / "review.db")) as journal:
            journal.note(stage="documents", title="")
        return key

    def document(self, key: str, side: str, name: str) -> Path:
        """Where the document of ``side`` is kept under its own name; an older one of that side goes."""
        folder = self.place(key) / side
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder / clean_name(name)

    def documents(self, key: str) -> tuple[Path, Path]:
        """The two documents. Raises `UsageError` where one is missing."""
        found = [next(iter(sorted((self.place(key) / side).glob("*"))), None) for side in ("source", "target")]
        if found[0] is None or found[1] is None:
            raise UsageError("give two documents, a source and its translation")
        return found[0], found[1]

    def aligned(self, key: str, units: Iterable[Unit], warnings: Iterable[str]) -> None:
        """Put the units of the aligned documents in their place; the copies of the documents go."""
        self.begin(key, units, warnings="\n".join(warnings))
        for side in ("source", "target"):
            shutil.rmtree(self.place(key) / side, ignore_errors=True)

    def delete(self, name: str) -> None:
        """Remove a review for good."""
        with self._lock:
            self.journal(name).close()
            if name in self._open:
                self._open.pop(name).close()
            shutil.rmtree(self.place(name))

    def close(self) -> None:
        """Close all that is open."""
        with self._lock:
            for work in self._open.values():
                work.close()
            self._open.clear()
