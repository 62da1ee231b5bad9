"""Write files so that a crash never leaves half of one: next to the target first, then renamed over it.

`os.replace` is atomic on POSIX and on Windows as long as both names are on one volume, hence "next to". No system
renames several files in one step; if one of several cannot be renamed, those before it are restored. A symbolic link
is followed: the file that it points to is replaced and the link stays. Devices, pipes and sockets cannot be replaced,
so they are refused.
"""

import errno
import os
import re
import secrets
import stat
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from corpora.errors import InputError, StoreError, UsageError

__all__ = [
    "PROGRAM", "check_is_file", "check_is_path", "check_is_store", "check_targets", "is_out_of_space", "make_private",
    "replacing", "replacing_all", "temporary_files",
]  # fmt: skip

#: Two letters at least, since one is a drive of Windows; `Path` makes one slash of two.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
#: No space on the disk, for this user, or below the limit on the size of a file.
_OUT_OF_SPACE = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}

#: Endings of results that are text, and first bytes of files that are not: a file with these is not an old result.
_TEXTS = tuple(
    ".tmx .xlf .xliff .tsv .tab .csv .jsonl .ndjson .json .po .pot .tbx .html .htm .align .txt .utf8 .utx".split()
)
_NOT_TEXT = (
    (b"SQLite format 3\0", "a memory, a term base or another database"),
    (b"PK\x03\x04", "a document or an archive"),
    (b"%PDF-", "a PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an old form of Office"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
PROGRAM = "duiyi"  # who saved a result of Word or Excel last, according to its properties
_SAVED_BY = f"<cp:lastModifiedBy>{PROGRAM}</cp:lastModifiedBy>".encode()


@contextmanager
def replacing(path: Path | str, place: Path | None = None, *, like: Path | None = None) -> Iterator[Path]:
    """Yield a temporary path in the folder of ``path``; rename it to ``path`` when the block ends well.

    A new file may be read by those who may read ``like``: a copy of what is private is private, too.

    Missing parent folders are made. When the block raises, the temporary file is removed and ``path``
    is as it was. With ``place``, which `replacing_all` gave for ``path``, that is yielded and nothing renamed.
    Raises what `check_targets` raises, and `InputError` for errors of the system.
    """
    if place is not None:
        with _explained(path):
            yield place
        return
    with replacing_all([path], like=like) as (temporary,), _explained(path):
        yield temporary


@contextmanager
def replacing_all(paths: Sequence[Path | str], *, like: Path | None = None) -> Iterator[list[Path]]:
    """As `replacing`, for several files that belong together: when the block ends well, all are renamed or none.

    Raises what `check_targets` raises, before the block and again before anything is renamed.
    """
    given = [Path(path) for path in paths]
    check_targets(given)
    with ExitStack() as stack:
        targets = [_followed(path) for path in given]
        places = [stack.enter_context(_temporary(path)) for path in targets]
        yield places
        check_targets(given)
        if len(targets) == 1:
            with _explained(targets[0]):
                _set_permissions(places[0], targets[0], like)
                os.replace(places[0], targets[0])
        else:
            _rename(targets, places)


def check_targets(paths: Sequence[Path], inputs: Iterable[Path] = ()) -> None:
    """Refuse files that cannot be written, as far as that can be known without writing them.

    Raises `InputError` for a folder, a device, a pipe or a socket, or if the folder cannot be written, and
    `UsageError` for a file that is named twice or is one of the ``inputs``.
    """
    sources = [path for path in inputs if path.exists()]
    seen: set[str] = set()
    for path in paths:
        with _explained(path):
            target = _followed(path)
            _check(path, target)
            if target.exists() and any(target.samefile(source) for source in sources):
                raise UsageError(f"{path} is one of the files to read; writing it would destroy it")
        if str(target) in seen:
            raise UsageError(f"{path} is named twice to be written")
        seen.add(str(target))


def check_is_path(path: Path) -> None:
    """Raise `UsageError` for the address of a server, such as postgresql://host/name, in place of a file."""
    if _ADDRESS.match(str(path)):
        raise UsageError(f"{path} is an address, not a file; this version of duiyi uses files only")


def check_is_file(path: Path) -> None:
    """Raise `InputError` where a file to read does not exist, or a folder, a device or a pipe is in its place."""
    if path.is_file():
        return
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a file")
    raise InputError(f"{path} is a device or a pipe, not a file" if path.exists() else f"{path} does not exist")


def check_is_store(path: Path, what: str) -> None:
    """Raise `StoreError` where a folder, a device, a pipe or no valid name is in the place of a memory or the like."""
    try:
        other = path.exists() and not path.is_file()
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror or error}") from error
    if other:
        raise StoreError(f"{path} is a {'folder' if path.is_dir() else 'device or a pipe'}, not a {what}")


def _followed(path: Path) -> Path:
    """The file that a symbolic link leads to in the end; the links stay."""
    return Path(os.path.realpath(path))


def _check(path: Path, target: Path) -> None:
    if target.is_dir():
        raise InputError(f"{path} is a folder, not a file to write")
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is a device or a pipe, not a file to write")
    if target.is_file() and (what := _other_work(path, target)):
        raise InputError(f"{path} is {what}, not an earlier result; delete it or choose another name")
    if target.is_symlink():
        raise InputError(f"{path} cannot be written: its links form a circle")
    folder = next(one for one in (target.parent, *target.parent.parents) if one.exists() or one == one.parent)
    if not folder.is_dir():
        raise InputError(f"{path} cannot be written: {folder} is not a folder")
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise InputError(f"{path} cannot be written: this user may not add files to {folder}")
    if os.name == "posix" and folder == target.parent and target.exists():
        here = folder.stat()
        # As in /tmp: everybody may add files, but only their owners may replace them.
        if here.st_mode & stat.S_ISVTX and os.geteuid() not in (0, here.st_uid, target.stat().st_uid):
            raise InputError(f"{path} cannot be written: it belongs to another user")


def _other_work(path: Path, target: Path) -> str:
    """What an existing file is, if it cannot be an earlier result of the same name: then a name was mistaken."""
    if path.name.lower().endswith((".docx", ".xlsx")):
        return "" if _is_saved_by_us(target) else "a file that another program wrote or changed"
    if not path.name.lower().endswith(_TEXTS):
        return ""
    head = b""
    with suppress(OSError), target.open("rb") as file:  # one that cannot be read may be replaced all the same
        head = file.read(16)
    return next((what for start, what in _NOT_TEXT if head.startswith(start)), "")


def _is_saved_by_us(target: Path) -> bool:
    """Whether a document of Word or Excel is as this program wrote it, or empty."""
    try:
        if not target.stat().st_size:
            return True
        with zipfile.ZipFile(target) as package:
            part = package.getinfo("docProps/core.xml")
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                return False
            with package.open(part) as core:
                return _SAVED_BY in core.read(100_000)
    except (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return False


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    # Only part of the name: the longest names that systems allow leave no space for more.
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        # Created inside the block, so that an interruption at any moment removes it.
        with _explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            make_private(temporary)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def make_private(path: Path) -> None:
    """Create an empty file that only its owner may read, unless the file exists."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _rename(targets: Sequence[Path], places: Sequence[Path]) -> None:
    kept: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, place in zip(targets, places, strict=True):
            with _explained(path):
                _set_permissions(place, path)
                if os.path.lexists(path):
                    # Noted before it is done, as is what follows: an interruption may come in between.
                    kept[path] = path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}.old")
                    _keep(path, kept[path])
                done.append(path)
                os.replace(place, path)
    except BaseException:
        _put_back(kept, done)
        raise
    finally:
        for old in kept.values():
            old.unlink(missing_ok=True)


def _keep(path: Path, old: Path) -> None:
    """Give the file at ``path`` a second name; on systems without hard links it becomes its only one."""
    try:
        os.link(path, old, follow_symlinks=False)
    except (OSError, NotImplementedError):
        os.replace(path, old)


def _put_back(kept: dict[Path, Path], done: Sequence[Path]) -> None:
    """Restore ``done``; a file that cannot be restored stays under its name in ``kept``."""
    lost = []
    for path in dict.fromkeys([*done, *kept]):
        try:
            if path in kept:
                if os.path.lexists(kept[path]):
                    os.replace(kept[path], path)
            else:
                path.unlink(missing_ok=True)
        except OSError:
            lost.append(f"the old {path} is now {kept.pop(path)}" if path in kept else f"{path} is new")
    if lost:
        raise InputError(f"not all files can be restored: {'; '.join(lost)}")


@contextmanager
def _explained(path: Path | str) -> Iterator[None]:
    """Name the file that is to be written in errors of the system, and in those of lxml where a disk is full."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    except Exception as error:
        if is_out_of_space(error):
            raise InputError(f"{path} cannot be written: the disk is full or the file too large") from error
        raise


@contextmanager
def temporary_files() -> Iterator[None]:
    """Name the folder of temporary files in errors of the system, for libraries that write such files."""
    try:
        yield
    except OSError as error:
        folder = tempfile.gettempdir()
        raise InputError(
            f"temporary files cannot be written to {folder}: {error.strerror or error}; TMPDIR may name another folder"
        ) from error


def is_out_of_space(error: BaseException) -> bool:
    """True for an error that says that a disk is full or a file too large.

    The errors of lxml's writer ("IO_ENOSPC", "IO_EFBIG") are not `OSError`.
    """
    if isinstance(error, OSError):
        return error.errno in _OUT_OF_SPACE
    etree = sys.modules.get("lxml.etree")
    return etree is not None and isinstance(error, etree.SerialisationError) and str(error).startswith("IO_")


def _set_permissions(place: Path, target: Path, like: Path | None = None) -> None:
    """Give the new file the permissions of the old one, of ``like``, or those that a plain `open` would have given."""
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        before = target if target.exists() else like
        place.chmod(stat.S_IMODE(before.stat().st_mode) if before else 0o666 & ~mask)
