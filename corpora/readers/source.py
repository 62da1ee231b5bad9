"""Where a document comes from: a file, standard input (``-``), or a web address that the user named.

The command line passes a `Path`, which shortens ``https://`` to ``https:/``; both forms are understood.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from corpora.errors import EmptyInput, UsageError
from corpora.readers import file_type

__all__ = ["STANDARD_INPUT", "files_of", "is_file", "read_source"]

STANDARD_INPUT = "-"
_ADDRESS = re.compile(r"(https?):/{1,2}(?=[^/])", re.IGNORECASE)


def is_file(source: Path | str) -> bool:
    """False for standard input and web addresses."""
    return str(source) != STANDARD_INPUT and not _ADDRESS.match(str(source))


def files_of(sources: Sequence[Path | str]) -> list[Path]:
    """The files among ``sources``. Raises `UsageError` where standard input is named twice."""
    if sum(str(source) == STANDARD_INPUT for source in sources) > 1:
        raise UsageError("standard input (-) contains one document, so it can be named only once")
    return [Path(source) for source in sources if is_file(source)]


def read_source(source: Path | str) -> tuple[bytes, Path]:
    """The bytes of ``source``, and what messages call it; its suffix is that of the file or address.

    Raises `InputError` for a file that cannot be read, `FetchError` for an address, `EmptyInput` for no bytes.
    """
    if str(source) == STANDARD_INPUT:
        name, data = Path("standard input"), sys.stdin.buffer.read()
    elif match := _ADDRESS.match(str(source)):
        from corpora.readers.fetch import download

        address = f"{match[1].lower()}://{str(source)[match.end() :]}"
        parts = urlsplit(address)
        name, data = Path(parts.netloc.rpartition("@")[2] + parts.path), download(address)
    else:
        return file_type.read_bytes(Path(source)), Path(source)
    if not data:
        raise EmptyInput(f"{name} is empty")
    return data, name
