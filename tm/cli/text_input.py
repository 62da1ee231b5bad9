"""Plain text that a command reads from a file or standard input, in any encoding.

Documents (PDF, DOCX, HTML …) are refused with a hint, since their bytes are not text.
"""

import sys
from pathlib import Path

from corpora.errors import EmptyInput, WrongFormat
from tm.cli.output import message

__all__ = ["is_plain_text", "read_plain_text"]

_PLAIN = ("", ".txt", ".text", ".log")  # what an empty text may be called


def is_plain_text(file: Path) -> bool:
    """True for standard input, an empty file without the name of a document, and a file that is neither a document of
    another type nor markup."""
    from corpora.readers.file_type import FileType, read_bytes, sniff

    if str(file) == "-":
        return True
    try:
        return sniff(read_bytes(file), file) is FileType.TEXT
    except EmptyInput:
        return file.suffix.lower() in _PLAIN


def read_plain_text(file: Path) -> str:
    """The text of ``file``, - for standard input, with line ends as "\\n"; "" for an empty one.

    Raises `InputError` if it cannot be read, `WrongFormat` if it is not plain text.
    """
    from corpora.readers.encodings import decode
    from corpora.readers.file_type import FileType, called, read_bytes, sniff

    name = "standard input" if str(file) == "-" else str(file)
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else read_bytes(file)
    except EmptyInput:
        return ""
    kind = sniff(data, Path(name))
    if kind is not FileType.TEXT:
        raise WrongFormat(f"{name} is {called(kind)}, and --file takes plain text: save it as text (.txt) first")
    decoded = decode(data, name)
    if decoded.warning:
        message(f"duiyi: warning: {decoded.warning}")
    return decoded.text
