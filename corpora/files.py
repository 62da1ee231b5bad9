"""Write files so that a crash never leaves half of one: beside the target first, then renamed over it.

`os.replace` is atomic on POSIX and on Windows as long as both names are on one volume, hence "beside".
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpora.errors import InputError

__all__ = ["replacing"]


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path in the folder of ``path``; rename it to ``path`` when the block ends well.

    Missing parent folders are made. When the block raises, the temporary file is removed and ``path``
    is as it was. Raises `InputError` where the folder cannot be written or ``path`` is a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a file to write")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The name says whose it is, but only in part: the longest names allowed leave no room for more.
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _as_new_files_are(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    except Exception as error:
        if _is_of_the_disk(error):
            raise InputError(f"{path} cannot be written: the disk is full or the file too large") from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _is_of_the_disk(error: Exception) -> bool:
    """True for the errors of lxml's writer, which are no `OSError` where a disk is full ("IO_ENOSPC", "IO_EFBIG")."""
    etree = sys.modules.get("lxml.etree")
    return etree is not None and isinstance(error, etree.SerialisationError) and str(error).startswith("IO_")


def _as_new_files_are(path: Path) -> None:
    """Give the file the permissions that a plain `open` would have given it; `mkstemp` makes it private."""
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        path.chmod(0o666 & ~mask)
