"""Read an uploaded file in a process with limits, so that a hostile one costs only the request it came with.

Readers are bounded in what they unpack and in how long they take for each byte, but a file of a hundred megabytes may
still take minutes. It is read in a child process whose processor time, memory and time are limited. `read_tried` takes
over the units that the child has read; what else comes to an end there, with a result or a sentence, is read again for
use. Small files cannot take long and are read at once.
"""

import errno
import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from corpora import errors
from corpora.errors import DuiyiError, InputError
from corpora.processes import child_environment

if TYPE_CHECKING:
    from tm.formats.base import ReadOptions, UnitProblems
    from tm.unit import Unit

__all__ = ["Upload", "main", "read_tried", "try_reading"]

Upload = Literal["document", "units", "terms"]

_SMALL = 100_000  # bytes; of packed files, any size is tried
_PACKED = (b"PK", b"\x1f\x8b", b"%PDF", b"PAR1", b"SQLi")
_SECONDS, _PER_MB = 30, 2  # of processor time
_MEMORY = 2_000_000_000  # bytes beyond what the reader itself takes
_OUTPUT = 2_000_000_000  # bytes of a file that it writes
_PATIENCE = 3  # times the processor time, until the child must have come to its end
#: Nicer than the server, whose other clients go first.
_COMMAND = "import os; hasattr(os, 'nice') and os.nice(10); from tm.web.trial import main; main()"
_TOO_MUCH = 3
_BATCH = 500  # units that the child hands over at once


def try_reading(path: Path, upload: Upload) -> None:
    """Raise `InputError` for a file that takes too much time or memory to read."""
    if _needs_trial(path):
        _in_child(path, upload)


def read_tried(path: Path, options: "ReadOptions", *, problems: "UnitProblems") -> "Iterator[Unit]":
    """Read units as `tm.formats.read` does, a file that may take long in a child process.

    Raises `InputError` for a file that takes too much time or memory too.
    """
    if not _needs_trial(path):
        from tm.formats.registry import read

        yield from read(path, options, problems=problems)
        return
    with tempfile.TemporaryFile(dir=path.parent) as output:
        _in_child(path, "units", options, problems, output)
        output.seek(0)
        # Only `main` of this module writes there, not what a reader may print.
        while isinstance(sent := pickle.load(output), list):
            yield from sent
    failure, noted = sent
    problems.take(noted)
    if failure:
        kind, message = failure
        raise getattr(errors, kind, InputError)(message)


def _needs_trial(path: Path) -> bool:
    with path.open("rb") as file:
        return path.stat().st_size >= _SMALL or file.read(4).startswith(_PACKED)


def _in_child(
    path: Path,
    upload: Upload,
    options: "ReadOptions | None" = None,
    problems: "UnitProblems | None" = None,
    output: IO[bytes] | None = None,
) -> None:
    """Read ``path`` within limits; with ``output``, the child writes what it has read there."""
    seconds = _SECONDS + _PER_MB * path.stat().st_size // 1_000_000
    given = {"upload": upload, "path": str(path), "seconds": seconds}
    if options is not None and problems is not None:
        given |= {"options": asdict(options), "strict": problems.strict}
    child = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, json.dumps(given)],
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
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
    given = json.loads(sys.argv[1])
    path, seconds = Path(given["path"]), given["seconds"]
    output = os.fdopen(os.dup(1), "wb")
    if "options" in given:
        output.truncate(0)  # what a module printed when the interpreter started
        output.seek(0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    read = _reader(given, output)
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_OUTPUT, _OUTPUT))
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
    except OSError as error:
        if error.errno == errno.EFBIG:
            os._exit(_TOO_MUCH)
        raise


def _reader(given: dict[str, Any], output: IO[bytes]) -> Callable[[Path], object]:
    from corpora.readers.reading import read as read_document
    from tm.formats.base import ReadOptions, UnitProblems
    from tm.formats.registry import UNIT_FORMATS, read
    from tm.terms.formats.exchange import read_terms

    endings = tuple(ending for one in UNIT_FORMATS if one.reads for ending in one.suffixes)
    upload = given["upload"]

    def read_any(path: Path) -> None:
        if upload == "units" and path.name.lower().endswith(endings):
            for _ in read(path, problems=UnitProblems(path, strict=False)):
                pass
        else:
            read_document(path)

    def send_units(path: Path) -> None:
        problems = UnitProblems(path, given["strict"])
        failure = None
        try:
            units = read(path, ReadOptions(**given["options"]), problems=problems)
            while batch := list(islice(units, _BATCH)):
                pickle.dump(batch, output)
        except DuiyiError as error:
            failure = type(error).__name__, str(error)
        pickle.dump((failure, problems), output)
        output.close()

    return send_units if "options" in given else read_terms if upload == "terms" else read_any
