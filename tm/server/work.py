"""Long work of the pages: it runs in the background, says how far it is, can be stopped, and ends with a report.

The state of each piece of work is a file in a folder that all processes of a server share, so that any of them can show
it and stop it, and a page that is loaded again finds it. Beside it lie the uploaded files and the files that were made;
the oldest work is forgotten when there is much of it.
"""

import errno
import json
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeVar

from corpora.errors import DuiyiError
from corpora.files import is_out_of_space, replacing
from tm.server.errors import FULL, UNEXPECTED, NotFound
from tm.web.visitor import Visitor

__all__ = ["WORDS", "Report", "Work", "WorkList", "WorkState", "WorkStopped"]

#: Words of this module and of the steps of the work, which pages show.
WORDS = (
    "waiting", "running", "done", "failed", "stopped", "reading", "pairing", "filling", "checking", "searching",
    "replacing", "writing", "aligning",
)  # fmt: skip
T = TypeVar("T")
_SHOWN_EVERY = 0.3  # seconds between two states that are written
_KEPT = 30  # pieces of work of a person in a project whose reports are kept
_STATE, _REPORT, _STOP = "state.json", "report.json", "stop"


class WorkStopped(Exception):
    """A person stopped the work. No `DuiyiError`, so that no step takes it for a fault of its input and goes on."""


@dataclass(frozen=True, slots=True)
class Report:
    """How work ended: the template of its page, the values for it (plain data), and a file to download.

    ``title``: a sentence for the notification and the list of work. ``keep_uploads``: later work uses them.
    """

    template: str
    values: Mapping[str, Any]
    file: str = ""
    title: str = ""
    keep_uploads: bool = False


@dataclass(frozen=True, slots=True)
class WorkState:
    """Work as its page shows it.

    title: what it is, as a message. who, project: whose it is. back: the page with its form.
    state: a waiting one runs after those before it. process: the process that runs it.
    step, done, total: how far the current step is; ``total`` 0 where it is not known. first, since: how much was done
    when the step began, and when that was, in seconds since 1970. began, ended: of all steps.
    message: why it failed.
    """

    id: str
    title: str
    who: str = ""
    project: str = ""
    back: str = "/start"
    state: Literal["waiting", "running", "done", "failed", "stopped"] = "waiting"
    process: int = 0
    step: str = ""
    done: int = 0
    total: int = 0
    first: int = 0
    since: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    message: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is not at its end."""
        return self.state in ("waiting", "running")

    @property
    def share(self) -> float | None:
        """How much of the step is done, 0 to 1; None where that is not known."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def rate(self) -> float:
        """What is done in a second; 0 where that is not known yet."""
        seconds = (self.ended or time.time()) - self.since
        return (self.done - self.first) / seconds if self.since and seconds > 0.5 else 0.0

    @property
    def left(self) -> float | None:
        """The seconds that the step takes still; None where that is not known."""
        return (self.total - self.done) / self.rate if self.total and self.rate > 0 else None

    @property
    def seconds(self) -> float:
        """How long the work takes, or took."""
        return max(0.0, (self.ended or time.time()) - self.began) if self.began else 0.0


class Work:
    """A piece of work as the one who does it sees it: its folders, and where he says how far he is."""

    def __init__(self, folder: Path, state: WorkState, check: Callable[[], None], shown: Callable[[str], str]) -> None:
        """``check`` raises an error when the server is stopping; ``shown`` removes paths of its stores from a message.

        The folder of all work is that above ``folder``: the uploads may be those of earlier work.
        """
        self.folder = folder
        self.state = state
        self._check = check
        self._shown = shown
        every = "|".join(re.escape(str(one)) for one in dict.fromkeys((folder.parent, folder.parent.resolve())))
        self._hidden = re.compile(rf"(?:{every})[/\\]\w+[/\\](?:uploads[/\\]\w+[/\\]|made[/\\])?")
        self._written = 0.0

    def without_paths(self, message: str) -> str:
        """``message`` without paths of this machine: the files of work, memories and the term base by their names."""
        return self._shown(self._hidden.sub("", message))

    @property
    def files(self) -> Path:
        """The folder for files that the work makes."""
        path = self.folder / "made"
        path.mkdir(exist_ok=True)
        return path

    def uploads(self, name: str) -> Path:
        """The folder of the uploaded files of one field of the form."""
        path = self.folder / "uploads" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def progress(self, done: int = 0, total: int = 0, step: str = "") -> None:
        """Say how far the work is. Raises `WorkStopped` when somebody stopped it, `Busy` when the server stops."""
        now = time.monotonic()
        is_new = bool(step) and step != self.state.step
        if not is_new and now - self._written < _SHOWN_EVERY:
            return
        self._written = now
        self._check()
        if (self.folder / _STOP).exists():
            raise WorkStopped
        if is_new:
            self.state = replace(self.state, step=step, first=done, since=time.time())
        self.store(done=done, total=total)

    def watched(self, items: Iterable[T], total: int = 0, step: str = "") -> Iterator[T]:
        """The items; each that is taken is progress."""
        for number, item in enumerate(items):
            self.progress(number, total, step)
            yield item

    def store(self, **values: Any) -> None:
        """Write the state with these values."""
        self.state = replace(self.state, **values)
        _write(self.folder / _STATE, asdict(self.state))


class WorkList:
    """All work of a server."""

    def __init__(self, folder: str = "") -> None:
        """``folder``: of all processes of the server; a new one by default."""
        self._own = None if folder else TemporaryDirectory(prefix="duiyi-work-")
        self._folder = Path(folder or (self._own.name if self._own else ""))

    def new(
        self, title: str, visitor: Visitor, back: str, check: Callable[[], None], shown: Callable[[str], str] = str
    ) -> Work:
        """Work that does not run yet; ``check`` and ``shown`` are those of `Work`."""
        self._forget_old(visitor)
        project = visitor.project.id if visitor.project else ""
        state = WorkState(secrets.token_hex(8), title, visitor.name, project, back, process=os.getpid())
        folder = self._folder / state.id
        folder.mkdir()
        work = Work(folder, state, check, shown)
        work.store()
        return work

    def run(self, work: Work, call: Callable[[Work], Report]) -> DuiyiError | None:
        """Do the work and store how it ended; the error that ended it, if one of ours did."""
        error: DuiyiError | None = None
        end: dict[str, Any] = {"state": "failed"}
        keep_uploads = False
        try:
            work.progress()
            work.store(state="running", began=time.time())
            report = call(work)
            _write(work.folder / _REPORT, asdict(report))
            end, keep_uploads = {"state": "done"}, report.keep_uploads
        except WorkStopped:
            end = {"state": "stopped"}
        except DuiyiError as one:
            error, end["message"] = one, work.without_paths(str(one))
            if is_out_of_space(one.__cause__ or one):
                end["message"] = FULL
        except MemoryError:
            end["message"] = "not enough memory for this input"
        except Exception as one:
            end["message"] = FULL if is_out_of_space(one) else UNEXPECTED
            if not is_out_of_space(one):
                logging.getLogger("duiyi").exception(work.state.id)
        if not keep_uploads:
            shutil.rmtree(work.folder / "uploads", ignore_errors=True)
        try:
            work.store(ended=time.time(), **end)
        except DuiyiError:  # a full disk; the page shows the last state that there was room for
            logging.getLogger("duiyi").exception(work.state.id)
        return error

    def drop(self, work: Work) -> None:
        """Forget work, and delete its files."""
        shutil.rmtree(work.folder, ignore_errors=True)

    def state(self, name: str, visitor: Visitor) -> WorkState:
        """The state of work that this visitor began. Raises `NotFound`."""
        state = self._read(name) if len(name) == 16 and name.isalnum() else None
        if state is None or not _is_own(state, visitor):
            raise NotFound("there is no such work, or its report was deleted")
        return state

    def folder(self, name: str, visitor: Visitor) -> Path:
        """The folder of work that this visitor began. Raises `NotFound`."""
        return self._folder / self.state(name, visitor).id

    def report(self, name: str, visitor: Visitor) -> dict[str, Any]:
        """How work that this visitor began ended, {} where it has no report. Raises `NotFound`."""
        return _read(self.folder(name, visitor) / _REPORT)

    def made(self, name: str, visitor: Visitor) -> Path:
        """The file that the work made. Raises `NotFound`."""
        path = self.folder(name, visitor) / "made" / str(self.report(name, visitor).get("file") or "-")
        if not path.is_file():
            raise NotFound("this work made no file")
        return path

    def stop(self, name: str, visitor: Visitor) -> None:
        """Ask the work to stop; it does so at its next step."""
        state = self.state(name, visitor)
        if state.is_open:
            (self._folder / state.id / _STOP).touch()

    def of(self, visitor: Visitor, most: int = 20) -> list[WorkState]:
        """The work that this visitor began, the last one first."""
        own = (state for name in self._names() if (state := self._read(name)) and _is_own(state, visitor))
        return list(islice(own, most))

    def _names(self) -> list[str]:
        """The names of all work, the last one first."""
        folders = [one for one in os.scandir(self._folder) if one.is_dir()]
        return [one.name for one in sorted(folders, key=_changed, reverse=True)]

    def _read(self, name: str) -> WorkState | None:
        path = self._folder / name / _STATE
        try:
            state = WorkState(**_read(path))
        except TypeError:
            return None
        if state.is_open and not _is_alive(state.process):
            message = "the server was stopped while this work ran; begin it again"
            return replace(state, state="failed", ended=_changed(path), message=message)
        return state

    def _forget_old(self, visitor: Visitor) -> None:
        """Delete old work of the visitor; nobody's reports are deleted because others work much."""
        states = [state for name in self._names() if (state := self._read(name)) and _is_own(state, visitor)]
        for state in states[_KEPT:]:
            if not state.is_open:
                shutil.rmtree(self._folder / state.id, ignore_errors=True)

    def close(self) -> None:
        """Delete all reports, if the folder is this server's own."""
        if self._own is not None:
            self._own.cleanup()


def _is_own(state: WorkState, visitor: Visitor) -> bool:
    return state.who == visitor.name and state.project == (visitor.project.id if visitor.project else "")


def _is_alive(process: int) -> bool:
    """Whether a process runs; where the system cannot say so without harm, only this one is known to."""
    if process == os.getpid() or os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return True


def _changed(path: os.PathLike[str]) -> float:
    """When a file or folder was changed; 0 where it was deleted meanwhile."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _write(path: Path, values: Mapping[str, Any]) -> None:
    with replacing(path) as place:
        place.write_text(json.dumps(values), "ascii")
