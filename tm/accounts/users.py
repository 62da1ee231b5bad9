"""The users: added, listed and disabled by the owner of the server, and checked when they sign in.

A user is never deleted, only disabled, because the audit log and the reviews name users.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from corpora.errors import UsageError
from corpora.sqlite_damage import explains_damage
from tm.accounts.file import AccountsTable
from tm.accounts.passwords import checked_password, hashed, verified
from tm.accounts.records import User

__all__ = ["Users", "key_of", "moment", "now"]

_NAME = re.compile(r"[^\W_][\w.@+-]{0,63}")
_COLUMNS = "SELECT id, name, disabled, created, hash FROM users"


def now() -> int:
    """Seconds since 1970."""
    return int(datetime.now(UTC).timestamp())


def moment(seconds: int | None) -> datetime | None:
    """The time of a number of seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def key_of(name: str) -> str:
    """What all spellings of one name have in common: capitals and small letters, full width and half width."""
    return unicodedata.normalize("NFKC", name).casefold()


def _user(row: Sequence[object]) -> User:
    number, name, disabled, created, hashed_password = row
    return User(int(str(number)), str(name), bool(disabled), datetime.fromtimestamp(int(str(created)), UTC),
                bool(hashed_password))  # fmt: skip


@explains_damage
class Users(AccountsTable):
    """The table of users."""

    def add(self, name: str, password: str | None) -> User:
        """Add a user; without a password (None) he can only sign in through OpenID Connect. Raises `UsageError`."""
        name = unicodedata.normalize("NFKC", name.strip())
        if not _NAME.fullmatch(name):
            raise UsageError("a name of a user has 1 to 64 letters, digits or .@+_- and begins with a letter or digit")
        content = "" if password is None else hashed(checked_password(password, name))
        with self._file.writing() as connection:
            if connection.execute("SELECT 1 FROM users WHERE key = ?", (key_of(name),)).fetchone():
                raise UsageError(f"there is a user {name} already; duiyi user passwd changes the password")
            row = connection.execute(
                "INSERT INTO users (key, name, hash, created) VALUES (?, ?, ?, ?)", (key_of(name), name, content, now())
            )
            return self._by_number(int(row.lastrowid or 0))

    def get(self, name: str) -> User:
        """The user of this name, in capitals or small letters. Raises `UsageError`."""
        with self._file.reading() as connection:
            row = connection.execute(f"{_COLUMNS} WHERE key = ?", (key_of(name),)).fetchone()
        if row is None:
            raise UsageError(f"there is no user {name[:64]}; duiyi user list shows those that there are")
        return _user(row)

    def _by_number(self, number: int) -> User:
        with self._file.reading() as connection:
            return _user(connection.execute(f"{_COLUMNS} WHERE id = ?", (number,)).fetchone())

    def every(self) -> list[User]:
        """All users by name."""
        with self._file.reading() as connection:
            return [_user(row) for row in connection.execute(f"{_COLUMNS} ORDER BY key")]

    def set_password(self, name: str, password: str) -> None:
        """Change a password, and end all sessions of the user."""
        user = self.get(name)
        content = hashed(checked_password(password, user.name))
        with self._file.writing() as connection:
            connection.execute("UPDATE users SET hash = ? WHERE id = ?", (content, user.id))
            connection.execute("DELETE FROM sessions WHERE user = ?", (user.id,))

    def disable(self, name: str, *, disabled: bool = True) -> None:
        """Disable a user, whose sessions end and whose tokens stop working; or enable him again."""
        user = self.get(name)
        with self._file.writing() as connection:
            connection.execute("UPDATE users SET disabled = ? WHERE id = ?", (int(disabled), user.id))
            connection.execute("DELETE FROM sessions WHERE user = ?", (user.id,))

    def check(self, name: str, password: str) -> User | None:
        """The user, if the password is right and he is not disabled.

        An unknown name and a wrong password take the same time, so that nobody finds out which names exist.
        """
        with self._file.reading() as connection:
            row = connection.execute(f"{_COLUMNS} WHERE key = ?", (key_of(name[:200]),)).fetchone()
        fits, stricter = verified(str(row[4]) if row else "", password)
        if row is None or not fits or row[2]:
            return None
        if stricter:
            with self._file.writing() as connection:
                connection.execute("UPDATE users SET hash = ? WHERE id = ?", (stricter, row[0]))
        return _user(row)

    def by_identity(self, issuer: str, subject: str, name: str, *, create: bool) -> User | None:
        """The user whom a provider of OpenID Connect knows as ``subject``.

        At the first time he is the user ``name``, who then belongs to this subject only. With ``create`` he is added
        where there is none. None for a disabled user, one who belongs to another subject, or an unknown one.
        """
        with self._file.writing() as connection:
            row = connection.execute(f"{_COLUMNS} WHERE issuer = ? AND subject = ?", (issuer, subject)).fetchone()
            if row is None:
                unbound = "key = ? AND issuer IS NULL"
                row = connection.execute(f"{_COLUMNS} WHERE {unbound}", (key_of(name),)).fetchone()
                taken = connection.execute("SELECT 1 FROM users WHERE key = ?", (key_of(name),)).fetchone()
                if row is None and create and taken is None and _NAME.fullmatch(name):
                    added = self.add(name, None)
                    row = connection.execute(f"{_COLUMNS} WHERE id = ?", (added.id,)).fetchone()
                if row is not None:
                    statement = "UPDATE users SET issuer = ?, subject = ? WHERE id = ?"
                    connection.execute(statement, (issuer, subject, row[0]))
        return None if row is None or row[2] else _user(row)
