"""ZIP archives opened with care: the containers of Word, PowerPoint, OpenDocument and EPUB.

A few kilobytes can unpack to gigabytes, so sizes are checked before anything is unpacked, and no part is read beyond
the limit whatever its header says. XML goes through `corpora.xml`.
"""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from corpora import xml
from corpora.errors import DamagedInput, DuiyiError, ProtectedInput

__all__ = ["BROKEN", "Container", "opened_container"]

_LARGEST = 200_000_000  # bytes that one part may unpack to
_RATIO = 400  # times that a large part may grow by unpacking: text packs some ten times
_SMALL = 20_000_000  # bytes below which the ratio does not matter
_TOTAL = 1_000_000_000  # bytes that all parts read may have together
#: What `zipfile` raises for a file that is not an archive, or is truncated, encrypted or random bytes.
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, KeyError, RuntimeError,
          ValueError, OSError)  # fmt: skip


@dataclass(slots=True)
class Container:
    """An open archive: ``name`` is the file and ``kind`` its type ("Word document") as messages call them."""

    archive: zipfile.ZipFile
    name: str
    kind: str
    _read: int = 0

    def __contains__(self, member: str) -> bool:
        return member in self.archive.NameToInfo

    def members(self) -> list[str]:
        return self.archive.namelist()

    def read(self, member: str) -> bytes:
        """The bytes of ``member``. Raises `DamagedInput` for what is larger than any document."""
        if self.archive.getinfo(member).flag_bits & 1:
            raise ProtectedInput(f"{self.name} is encrypted")
        with self.archive.open(member) as file:
            data = file.read(_LARGEST + 1)
        self._read += len(data)
        if len(data) > _LARGEST or self._read > _TOTAL:
            raise DamagedInput(f"{self.name} is not read: it would unpack to more than {self._read // 1_000_000} MB")
        return data

    def xml(self, member: str) -> Any:
        """The root element of ``member``. Raises `DamagedInput` where it is not well-formed."""
        try:
            return xml.parse(self.read(member), name=f"{self.name} ({member})", max_bytes=_LARGEST)
        except DuiyiError as error:
            raise DamagedInput(f"{self.name} is a damaged {self.kind}: {error}") from error

    def relations(self, member: str) -> list[tuple[str, str, str]]:
        """The relations of ``member`` ("" for the package) in an OOXML file: kind, id and path of the target.

        The kind is the last word of the relation's type; targets outside the file are left out.
        """
        folder, file = posixpath.split(member)
        part = posixpath.join(folder, "_rels", f"{file}.rels")
        if part not in self:
            return []
        return [
            (one.get("Type", "").rpartition("/")[2], one.get("Id", ""), self.beside(member, one.get("Target", "")))
            for one in self.xml(part)
            if xml.local(one) == "Relationship" and one.get("TargetMode") != "External"
        ]

    def beside(self, member: str, reference: str) -> str:
        """The member that ``reference`` points at from ``member``; percent codes are resolved if that is needed."""
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(member), reference)).lstrip("/")
        return path if path in self or unquote(path) not in self else unquote(path)


@contextmanager
def opened_container(data: bytes, name: str, kind: str) -> Iterator[Container]:
    """Open the archive in ``data``. Whatever is wrong with it, then or later, is raised as `DamagedInput`."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for info in archive.infolist():
                packed = max(info.compress_size, 1)
                if info.file_size > _LARGEST or (info.file_size > _SMALL and info.file_size > _RATIO * packed):
                    raise DamagedInput(
                        f"{name} is not read: it would unpack to {info.file_size // 1_000_000} MB out of {packed} bytes"
                    )
            yield Container(archive, name, kind)
    except BROKEN as error:
        raise DamagedInput(f"{name} is a damaged {kind}: {_short(error)}") from error


def _short(error: Exception) -> str:
    return str(error.args[0] if error.args else error).rstrip(".").partition("\n")[0][:120]
