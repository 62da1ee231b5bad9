"""Write files so that a crash never leaves half of one: beside the target first, then renamed over it.

`os.replace` is atomic on POSIX and on Windows as long as both names are on one volume, hence "beside". No system
renames several files in one step; where one of several cannot be renamed, those before it are put back.
"""

import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from corpora.errors import InputError, UsageError

__all__ = ["check_targets", "replacing", "replacing_all"]


@contextmanager
def replacing(path: Path | str, place: Path | None = None) -> Iterator[Path]:
    """Yield a temporary path in the folder of ``path``; rename it to ``path`` when the block ends well.

    Missing parent folders are made. When the block raises, the temporary file is removed and ``path``
    is as it was. With ``place``, which `replacing_all` gave for ``path``, that is yielded and nothing renamed.
    Raises `InputError` where the folder cannot be written or ``path`` is a folder.
    """
    if place is not None:
        with _explained(path):
            yield place
        return
    with replacing_all([path]) as (temporary,), _explained(path):
        yield temporary


@contextmanager
def replacing_all(paths: Sequence[Path | str]) -> Iterator[list[Path]]:
    """As `replacing`, for several files that belong together: when the block ends well, all are renamed or none.

    Raises what `check_targets` raises, before the block and again before anything is renamed.
    """
    targets = [Path(path) for path in paths]
    check_targets(targets)
    with ExitStack() as stack:
        places = [stack.enter_context(_temporary(path)) for path in targets]
        yield places
        check_targets(targets)
        if len(targets) == 1:
            with _explained(targets[0]):
                _as_new_files_are(places[0])
                os.replace(places[0], targets[0])
        else:
            _rename(targets, places)


def check_targets(paths: Sequence[Path]) -> None:
    """Refuse files that cannot be written, as far as that can be known without writing them.

    Raises `InputError` for one that is a folder, or whose folder cannot be written, and `UsageError` for one that is
    named twice.
    """
    seen: set[str] = set()
    for path in paths:
        with _explained(path):
            _check(path)
            place = os.path.realpath(path)
        if place in seen:
            raise UsageError(f"{path} is named twice to be written")
        seen.add(place)


def _check(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a file to write")
    folder = next(one for one in (path.parent, *path.parent.parents) if one.exists() or one == one.parent)
    if not folder.is_dir():
        raise InputError(f"{path} cannot be written: {folder} is no folder")
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise InputError(f"{path} cannot be written: {folder} takes no new files from this user")
    if os.name == "posix" and folder == path.parent and os.path.lexists(path):
        here = folder.stat()
        # As in /tmp: everybody may add files, but only their owners may replace them.
        if here.st_mode & stat.S_ISVTX and os.geteuid() not in (0, here.st_uid, path.lstat().st_uid):
            raise InputError(f"{path} cannot be written: it belongs to another user")


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # The name says whose it is, but only in part: the longest names allowed leave no room for more.
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _rename(targets: Sequence[Path], places: Sequence[Path]) -> None:
    kept: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, place in zip(targets, places, strict=True):
            with _explained(path):
                _as_new_files_are(place)
                if os.path.lexists(path):
                    kept[path] = _kept(path)
                os.replace(place, path)
            done.append(path)
    except BaseException:
        _put_back(kept, done)
        raise
    finally:
        for old in kept.values():
            old.unlink(missing_ok=True)


def _kept(path: Path) -> Path:
    """A second name for what stands at ``path``; where there are no hard links, its only one."""
    old = path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}.old")
    try:
        os.link(path, old, follow_symlinks=False)
    except (OSError, NotImplementedError):
        os.replace(path, old)
    return old


def _put_back(kept: dict[Path, Path], done: Sequence[Path]) -> None:
    """Leave ``done`` as they were; what cannot be put back stays under the name that it was ``kept`` by."""
    lost = []
    for path in dict.fromkeys([*done, *kept]):
        try:
            if path in kept:
                os.replace(kept[path], path)
            else:
                path.unlink(missing_ok=True)
        except OSError:
            lost.append(f"what stood at {path} is {kept.pop(path)} now" if path in kept else f"{path} is new")
    if lost:
        raise InputError(f"not all files can be put back: {'; '.join(lost)}")


@contextmanager
def _explained(path: Path | str) -> Iterator[None]:
    """Name the file that is to be written in errors of the system, and in those of lxml where a disk is full."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    except Exception as error:
        if _is_of_the_disk(error):
            raise InputError(f"{path} cannot be written: the disk is full or the file too large") from error
        raise


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
