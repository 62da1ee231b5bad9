"""The kinds of findings that reviewers called right, shared by the reviews of one folder, which is a project's.

They are a baseline, so that ``duiyi check --baseline`` leaves out the same findings. Each review has its own verdicts
in its journal as well; the file is what the others and the command line know of them.
"""

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from corpora.errors import InputError
from corpora.locking import locked
from tm.report.outputs import read_kinds, write_kinds

__all__ = ["Dismissals"]


class Dismissals:
    """The file at ``path``, made with the first verdict. Any thread of any process may use it."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self.path = path
        self._lock = threading.Lock()
        self._read: tuple[int, int] | None = None
        self._kinds: dict[str, str] = {}

    def kinds(self) -> Mapping[str, str]:
        """Each kind with the message of one finding. Raises `InputError`, `DamagedInput`."""
        with self._lock:
            return dict(self._current())

    def _current(self) -> dict[str, str]:
        """What the file says now; it is read again where another process has written it."""
        try:
            stat = self.path.stat()
        except OSError:
            self._read, self._kinds = None, {}
            return self._kinds
        now = stat.st_mtime_ns, stat.st_size
        if now != self._read:
            self._kinds, self._read = read_kinds(self.path), now
        return self._kinds

    def change(self, kind: str, message: str, *, is_right: bool) -> None:
        """Add a kind, or take it out. Raises `InputError` and its subclasses where the file cannot be written."""
        with self._lock, ExitStack() as held:
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                held.enter_context(locked(self.path))
            except OSError as error:
                raise InputError(f"{self.path} cannot be written: {error.strerror}") from error
            self._read = None  # what another process wrote may have the same size and moment
            kinds = dict(self._current())
            if is_right:
                kinds[kind] = message
            else:
                kinds.pop(kind, None)
            write_kinds(self.path, kinds)
