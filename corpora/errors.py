"""The exception hierarchy of the project; it is in the lowest package so that every package can use it.

    DuiyiError              every error that a user can understand; the CLI prints it and exits with 2
    ├── InputError          a file or text that cannot be used as it is
    │   ├── EmptyInput      nothing in it but blanks
    │   ├── WrongFormat     another type than its name says, or a type that is not read
    │   ├── DamagedInput    the right type, broken inside
    │   └── ProtectedInput  encrypted, or a scan without text
    ├── UsageError          options or arguments that contradict each other
    ├── MissingExtra        an optional package is not installed; the message names the command that installs it
    ├── ModelError          an encoder that cannot be loaded or does not fit
    ├── StoreError          a memory that is locked, damaged, unknown or of a newer version
    │   ├── EditConflict    an entry was changed by somebody else since it was read
    │   └── StoreUnavailable  a server that does not answer now; to try again may succeed
    └── FetchError          a document that could not be fetched

Every message is one sentence for the person at the keyboard and names the file. An error of a library is converted
with ``from``.
"""

import re

__all__ = [
    "DamagedInput", "DuiyiError", "EditConflict", "EmptyInput", "FetchError", "InputError", "MissingExtra",
    "ModelError", "ProtectedInput", "StoreError", "StoreUnavailable", "UsageError", "WrongFormat",
]  # fmt: skip


_LONG_WORD = re.compile(r"\S{400,}")
_LONGEST = 1200  # characters of a message


class DuiyiError(Exception):
    """The root of the tree. Where a message quotes thousands of letters of a file or an option, its middle is cut."""

    def __init__(self, message: str = "") -> None:
        """``message``: one sentence."""
        shown = _LONG_WORD.sub(lambda word: f"{word[0][:150]}…{word[0][-30:]}", str(message))
        super().__init__(shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 200]} … {shown[-150:]}")


class InputError(DuiyiError):
    """A file or text that cannot be used as it is."""


class EmptyInput(InputError):
    """Nothing in the input but blanks."""


class WrongFormat(InputError):
    """Another type than the name says, or a type that is not read."""


class DamagedInput(InputError):
    """The right type, but broken inside."""


class ProtectedInput(InputError):
    """Encrypted, or a scan without text."""


class UsageError(DuiyiError):
    """Options or arguments that contradict each other."""


class MissingExtra(DuiyiError):
    """An optional package is not installed."""


class ModelError(DuiyiError):
    """An encoder that cannot be loaded or does not fit."""


class StoreError(DuiyiError):
    """A memory that is locked, damaged, unknown or of a newer version."""


class EditConflict(StoreError):
    """An entry was changed by somebody else since it was read."""


class StoreUnavailable(StoreError):
    """A server that does not answer now; to try again may succeed."""


class FetchError(DuiyiError):
    """A document that could not be fetched."""
