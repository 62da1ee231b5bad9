"""Folders and files by path or by address: on this machine, or in object storage such as S3 through fsspec.

A `Storage` is a folder; what is in it is named by relative names with slashes. Local files are written next to their
place and renamed; an object appears when it is complete. Code that takes a `Storage` need not know which one it is.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from corpora.errors import DuiyiError, InputError, MissingExtra, UsageError
from corpora.extras import need
from corpora.files import replacing

__all__ = ["Storage", "is_address", "storage_of"]

T = TypeVar("T")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
#: Those that a message names; fsspec knows more.
_USUAL = "file, s3, gs, abfs, hdfs, sftp"


def is_address(place: Path | str) -> bool:
    """Whether ``place`` begins with a scheme, such as s3://."""
    return _ADDRESS.match(str(place)) is not None


def storage_of(place: Path | str) -> "Storage":
    """The folder at ``place``, a path or an address.

    Raises `UsageError` for a scheme that is not known, `MissingExtra` for one whose package is not installed.
    """
    match = _ADDRESS.match(str(place))
    if match is None:
        return Storage(str(Path(place).absolute()))
    scheme, address = match[1].lower(), str(place)
    if scheme == "file":
        return Storage(str(Path(url2pathname(urlsplit(address).path)).absolute()))
    fsspec = need("fsspec", "cluster", f"use {scheme}://")
    if scheme not in fsspec.available_protocols() or scheme in ("memory", "data", "reference"):
        raise UsageError(f"{address}: {scheme}:// is not a kind of storage that is known; there are {_USUAL}")
    try:
        fsspec.get_filesystem_class(scheme)
    except ImportError as error:
        raise MissingExtra(f"{address}: a package for {scheme}:// is not installed ({error})") from error
    return Storage(address.rstrip("/"), remote=True)


@dataclass(frozen=True, slots=True)
class Storage:
    """A folder; ``root`` is its absolute path or its address."""

    root: str
    remote: bool = False

    def name(self, name: str) -> str:
        """The path or the address of a file in it."""
        return f"{self.root}/{name}" if self.remote else str(Path(self.root) / name)

    def within(self, name: str) -> "Storage":
        """A folder in it."""
        return Storage(self.name(name), self.remote)

    def files(self) -> dict[str, str]:
        """All files in it by relative name, with a text that changes when the file does; hidden ones are left out.

        There are none in a folder that does not exist.
        """
        if self.remote:
            found = self._call("", lambda fs, path: fs.find(path, detail=True) if fs.exists(path) else {})
            root = self._path("")
            stamps = {path[len(root) :].lstrip("/"): _stamp(one) for path, one in found.items()}
        else:
            folder = Path(self.root)
            paths = [path for path in folder.rglob("*") if path.is_file()]
            stamps = {path.relative_to(folder).as_posix(): _stamp_of_path(path) for path in paths}
        parts = {name: PurePosixPath(name).parts for name in stamps}
        return {
            name: stamps[name] for name in sorted(stamps) if not any(p.startswith((".", "~$")) for p in parts[name])
        }

    def stamp(self, name: str) -> str:
        """A text that changes when the file does, "" where there is none."""
        if self.remote:
            return self._call(name, lambda fs, path: _stamp(fs.info(path)) if fs.exists(path) else "")
        path = Path(self.name(name))
        return _stamp_of_path(path) if path.is_file() else ""

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises `InputError`."""
        return self._call(name, lambda fs, path: bytes(fs.cat_file(path)), lambda path: path.read_bytes())

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """A file on this machine, a copy of it where it is elsewhere. Raises `InputError`."""
        if not self.remote:
            yield Path(self.name(name))
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / PurePosixPath(name).name
            self._call(name, lambda fs, there: fs.get_file(there, str(path)))
            yield path

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A path to write to; the file is there when the block ends well. Raises `InputError`."""
        if not self.remote:
            with replacing(self.name(name)) as path:
                yield path
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / PurePosixPath(name).name
            yield path
            self._call(name, lambda fs, there: fs.put_file(str(path), there))

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file."""
        with self.writing(name) as path:
            path.write_bytes(data)

    def delete(self, name: str) -> None:
        """Delete a file, if it exists."""
        self._call(name, lambda fs, path: fs.rm_file(path), lambda path: path.unlink(missing_ok=True))

    def delete_all(self) -> None:
        """Delete the folder with all that is in it, if it exists."""
        self._call("", lambda fs, path: fs.rm(path, recursive=True) if fs.exists(path) else None,
                   lambda path: shutil.rmtree(path, ignore_errors=True))  # fmt: skip

    def _path(self, name: str) -> str:
        from fsspec.core import url_to_fs

        return str(url_to_fs(self.name(name) if name else self.root)[1])

    def _call(self, name: str, there: Callable[[Any, str], T], here: Callable[[Path], T] | None = None) -> T:
        """Do it to the file, and say what went wrong in one sentence."""
        try:
            if not self.remote and here is not None:
                return here(Path(self.name(name)))
            from fsspec.core import url_to_fs

            return there(*url_to_fs(self.name(name) if name else self.root))
        except DuiyiError:
            raise
        except FileNotFoundError as error:
            raise InputError(f"{self.name(name)} does not exist") from error
        except OSError as error:
            raise InputError(f"{self.name(name)}: {error.strerror or error}") from error
        except Exception as error:  # the libraries of each storage have errors of their own
            raise InputError(f"{self.name(name)}: {' '.join(str(error).split())}") from error


def _stamp(info: dict[str, Any]) -> str:
    version = next(
        (str(info[key]) for key in ("ETag", "etag", "md5Hash", "mtime", "LastModified") if info.get(key)), ""
    )
    return f"{info.get('size')} {version}".replace('"', "")


def _stamp_of_path(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"
