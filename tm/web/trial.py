"""Read an uploaded file in a process with limits first, so that a hostile one costs only the request it came with.

Readers are bounded in what they unpack and in how long they take for each byte, but a file of a hundred megabytes may
still take minutes. The trial reads all of it in a child process whose processor time, memory and time are limited; only
what comes to an end there, with a result or a sentence, is read again for use. Small files cannot take long and are
read at once.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from corpora.errors import DuiyiError, InputError
from corpora.processes import child_environment

__all__ = ["Upload", "main", "try_reading"]

Upload = Literal["document", "units", "terms"]

_SMALL = 100_000  # bytes; of packed files, any size is tried
_PACKED = (b"PK", b"\x1f\x8b", b"%PDF", b"PAR1", b"SQLi")
_SECONDS, _PER_MB = 30, 2  # of processor time
_MEMORY = 2_000_000_000  # bytes beyond what the reader itself takes
_PATIENCE = 3  # times the processor time, until the child must have come to its end
_LATER = 10  # nicer than the server, whose other clients go first
_COMMAND = "from tm.web.trial import main; main()"
_TOO_MUCH = 3


def try_reading(path: Path, upload: Upload) -> None:
    """Raise `InputError` for a file that takes too much time or memory to read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size < _SMALL and not file.read(4).startswith(_PACKED):
            return
    seconds = _SECONDS + _PER_MB * size // 1_000_000
    child = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, upload, str(path), str(seconds)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**child_environment(), "OMP_NUM_THREADS": "1"},
    )
    try:
        code = child.wait(_PATIENCE * seconds)
    except subprocess.TimeoutExpired:
        code = _TOO_MUCH
    finally:
        child.kill()
        child.wait()
    if code == 1:
        raise InputError(f"{path.name} cannot be read")
    if code:
        raise InputError(f"{path.name} takes too much time or memory to read")


def main() -> None:
    """What the child does: read the file within the limits; its exit status is 0 if that came to an end."""
    upload, path, seconds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if hasattr(os, "nice"):
        os.nice(_LATER)
    read = _reader(upload)
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_MEMORY, _MEMORY))
        usage = Path("/proc/self/statm")
        if usage.exists():
            most = int(usage.read_text("ascii").split()[0]) * resource.getpagesize() + _MEMORY
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        read(path)
    except DuiyiError:
        return  # the sentence is shown when the file is read for use
    except MemoryError:
        os._exit(_TOO_MUCH)


def _reader(upload: str) -> Callable[[Path], object]:
    from corpora.readers.reading import read as read_document
    from tm.formats.base import UnitProblems
    from tm.formats.registry import UNIT_FORMATS, read
    from tm.terms.formats.exchange import read_terms

    endings = tuple(ending for one in UNIT_FORMATS if one.reads for ending in one.suffixes)

    def read_units(path: Path) -> None:
        for _ in read(path, problems=UnitProblems(path, strict=False)):
            pass

    def read_any(path: Path) -> None:
        if upload == "units" and path.name.lower().endswith(endings):
            read_units(path)
        else:
            read_document(path)

    return read_terms if upload == "terms" else read_any
