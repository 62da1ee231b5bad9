"""Copy everything that a server with accounts needs to a folder while it runs, and put it back where it was.

Every SQLite file is copied as it is at one moment (SQLite's backup interface), even while others write to it. The
list of the copies is written last, so that a folder with a list is a complete backup.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from corpora.errors import InputError, UsageError
from corpora.files import replacing
from corpora.sqlite_errors import SqliteErrors
from tm.accounts.accounts import Accounts
from tm.postgresql.address import is_address

__all__ = ["LIST", "Backup", "back_up", "restore"]

#: The name of the list of the copies.
LIST = "backup.json"


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup has: the files that were copied, and the memories and term bases that are not files."""

    copied: tuple[Path, ...]
    left_out: tuple[str, ...]


def back_up(accounts: Accounts, folder: Path) -> Backup:
    """Copy the accounts, and the memories, term bases and reviews of all projects, to ``folder``.

    Raises `UsageError` for a folder that has a backup already, `StoreError` for a file that cannot be read.
    """
    if (folder / LIST).exists():
        raise UsageError(f"{folder} has a backup already; give another folder, so that the old one is kept")
    wanted, left_out = [accounts.path.resolve()], []
    for project in accounts.projects.every():
        for address in (*(address for address, _ in project.memories), project.terms):
            path = Path(address)
            if is_address(address):
                left_out.append(address.rpartition("@")[2])  # without a name and a password
            elif path.is_file():
                wanted.append(path.resolve())
        wanted += sorted(one.resolve() for one in Path(project.reviews).glob("*/review.db"))
    copies: dict[str, str] = {}
    for path in dict.fromkeys(wanted):
        name = f"{sha256(str(path.parent).encode()).hexdigest()[:12]}/{path.name}"
        _copy(path, folder / name)
        copies[name] = str(path)
    content = {"accounts": next(iter(copies)), "files": copies}
    with replacing(folder / LIST) as place:
        place.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return Backup(tuple(folder / name for name in copies), tuple(dict.fromkeys(left_out)))


def restore(folder: Path, accounts: Path | None = None) -> list[Path]:
    """Put the files of a backup back where they were, the accounts at ``accounts`` if it is given.

    Nothing is written where one of the files exists (`UsageError`). Raises `InputError` for a folder without a backup.
    """
    try:
        found = json.loads((folder / LIST).read_text("utf-8"))
        files = {folder / name: Path(path) for name, path in found["files"].items()}
        if accounts is not None:
            files[folder / found["accounts"]] = accounts
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError(f"{folder} has no complete backup: {LIST} is missing or damaged") from error
    for copy, path in files.items():
        if not copy.is_file():
            raise InputError(f"{copy} is missing from the backup")
        for one in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
            if one.exists():
                raise UsageError(f"{one} exists; stop the server and move it away before you restore the backup")
    for copy, path in files.items():
        _copy(copy, path)
    return list(files.values())


def _copy(path: Path, target: Path) -> None:
    with (
        replacing(target, like=path) as place,
        SqliteErrors(path, "file of duiyi"),
        closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=10)) as source,
        closing(sqlite3.connect(place)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
