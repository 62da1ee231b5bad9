"""Sessions of browsers, personal tokens of programs, and how often signing in failed lately."""

import json
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any

from corpora.errors import UsageError
from corpora.sqlite_damage import explains_damage
from tm.accounts.file import AccountsTable
from tm.accounts.passwords import digest, new_secret
from tm.accounts.records import Token, User
from tm.accounts.roles import Role, role_of
from tm.accounts.users import key_of, moment, now

__all__ = ["Failures", "Sessions", "Tokens"]

_TOKEN = re.compile(r"duiyi_([0-9a-f]{16})_([\w-]{43})")
_HOUR = 3_600
_MOST_TOKENS = 100  # of one user, without the revoked ones
_COLUMNS = (
    "SELECT t.id, u.name, t.name, t.role, t.project, t.created, t.expires, t.used, t.revoked, t.hash, u.disabled,"
    " u.id, u.created, u.hash <> ''"
    " FROM tokens t JOIN users u ON u.id = t.user"
)


@explains_damage
class Sessions(AccountsTable):
    """Sessions of signed-in browsers, each until a fixed time."""

    def begin(self, user: User, address: str, hours: float) -> str:
        """The secret of a new session, for its cookie."""
        secret = new_secret()
        with self._file.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE expires < ?", (now(),))
            values = (digest(secret), user.id, now(), now() + int(hours * _HOUR), address)
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", values)
        return secret

    def user(self, secret: str) -> User | None:
        """The user of the session, if it has not ended and he is not disabled."""
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT u.id, u.name, u.created, u.hash <> '' FROM sessions s JOIN users u ON u.id = s.user"
                " WHERE s.hash = ? AND s.expires >= ? AND NOT u.disabled",
                (digest(secret), now()),
            ).fetchone()
        return row and User(row[0], row[1], False, datetime.fromtimestamp(row[2], UTC), bool(row[3]))

    def end(self, secret: str) -> None:
        """Sign out."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (digest(secret),))

    def keep(self, content: dict[str, Any], minutes: float = 10) -> str:
        """Keep what belongs to a sign-in that goes through another server; the secret by which `taken` returns it."""
        secret = new_secret()
        with self._file.writing() as connection:
            connection.execute("DELETE FROM sign_ins WHERE expires < ?", (now(),))
            values = (digest(secret), json.dumps(content), now() + int(60 * minutes))
            connection.execute("INSERT INTO sign_ins VALUES (?, ?, ?)", values)
        return secret

    def taken(self, secret: str) -> dict[str, Any] | None:
        """What `keep` kept, once."""
        with self._file.writing() as connection:
            row = connection.execute(
                "DELETE FROM sign_ins WHERE hash = ? AND expires >= ? RETURNING content", (digest(secret), now())
            ).fetchone()
        return json.loads(row[0]) if row else None


@explains_damage
class Tokens(AccountsTable):
    """Personal tokens: the secret is shown once, when it is made, and only its hash is kept."""

    def add(
        self, user: User, name: str, *, role: Role | None = None, project: str = "", days: float | None = None
    ) -> tuple[Token, str]:
        """A new token and its text. Raises `UsageError` for a name that the user has given to another one."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 100:
            raise UsageError("a token needs a name of at most 100 characters, such as the program that will use it")
        if days is not None and not 0 < days <= 3_660:
            raise UsageError("a token can be valid for at most 3,660 days")
        number, secret = secrets.token_hex(8), new_secret()
        expires = None if days is None else now() + int(timedelta(days=days).total_seconds())
        with self._file.writing() as connection:
            own = connection.execute("SELECT name FROM tokens WHERE user = ? AND NOT revoked", (user.id,)).fetchall()
            if name in [one for (one,) in own]:
                raise UsageError(f"{user.name} has a token named {name[:40]} already; revoke it or choose another name")
            if len(own) >= _MOST_TOKENS:
                raise UsageError(f"a user can have {_MOST_TOKENS} tokens; revoke those that are not used")
            connection.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, 0)",
                (number, user.id, name, digest(secret), role.value if role else "", project, now(), expires),
            )
        return self.get(number, user), f"duiyi_{number}_{secret}"

    def every(self, user: User | None = None) -> list[Token]:
        """The tokens of a user, or all of them, the newest first."""
        condition, values = ("WHERE t.user = ?", (user.id,)) if user else ("", ())
        with self._file.reading() as connection:
            rows = connection.execute(f"{_COLUMNS} {condition} ORDER BY t.created DESC, t.id", values)
            return [_token(row) for row in rows]

    def get(self, number: str, user: User) -> Token:
        """A token of the user. Raises `UsageError`, as if there were none, for the token of another user."""
        with self._file.reading() as connection:
            row = connection.execute(f"{_COLUMNS} WHERE t.id = ? AND t.user = ?", (number, user.id)).fetchone()
        if row is None:
            raise UsageError(f"{user.name} has no token {number[:40]}")
        return _token(row)

    def revoke(self, number: str, user: User) -> Token:
        """Let a token of the user never work again. Raises `UsageError` as `get`."""
        self.get(number, user)
        with self._file.writing() as connection:
            connection.execute("UPDATE tokens SET revoked = 1 WHERE id = ? AND user = ?", (number, user.id))
        return self.get(number, user)

    def check(self, text: str) -> tuple[User, Token] | None:
        """The token that ``text`` is and its user, if both may be used now."""
        match = _TOKEN.fullmatch(text)
        if match is None:
            return None
        with self._file.reading() as connection:
            row = connection.execute(f"{_COLUMNS} WHERE t.id = ?", (match[1],)).fetchone()
        # Compared even where there is no such token, so that both take the same time.
        fits = compare_digest(row[9] if row else bytes(32), digest(match[2]))
        if row is None or not fits or row[8] or row[10] or (row[6] is not None and row[6] < now()):
            return None
        return User(row[11], row[1], False, datetime.fromtimestamp(row[12], UTC), bool(row[13])), _token(row)

    def is_noted(self, token: Token) -> bool:
        """Whether it is known, to the hour, that the token is used."""
        return token.used is not None and token.used.timestamp() >= now() - _HOUR

    def note_use(self, tokens: Sequence[Token]) -> None:
        """Note that these tokens are used now."""
        with self._file.writing() as connection:
            connection.executemany("UPDATE tokens SET used = ? WHERE id = ?", [(now(), one.id) for one in tokens])


def _token(row: Sequence[Any]) -> Token:
    created = datetime.fromtimestamp(row[5], UTC)
    number, user, name = row[:3]
    times = created, moment(row[6]), moment(row[7])
    return Token(number, user, name, role_of(row[3]), row[4], *times, bool(row[8]))


@explains_damage
class Failures(AccountsTable):
    """Failed attempts to sign in, counted for all processes: a few for each name and address, more for each alone.

    Counting names and addresses together keeps an attacker from locking a user out, and counting each alone from
    trying many names, or one name from many addresses.
    """

    WINDOW = 900  # seconds
    _MOST = (("both", 5), ("address", 30), ("name", 50))

    def _keys(self, name: str, address: str) -> list[tuple[str, int]]:
        name = digest(key_of(name[:200])).hex()  # what was typed may be a password
        texts = {"both": f"{name} {address}", "address": address, "name": name}
        return [(f"{kind} {texts[kind]}", most) for kind, most in self._MOST]

    def pause(self, name: str, address: str) -> int:
        """Seconds until this name may be tried again from this address; 0 if now."""
        start = now() - self.WINDOW
        with self._file.reading() as connection:
            for key, most in self._keys(name, address):
                query = "SELECT moment FROM failures WHERE key = ? AND moment > ? ORDER BY moment DESC LIMIT 1 OFFSET ?"
                row = connection.execute(query, (key, start, most - 1)).fetchone()
                if row is not None:
                    return max(1, int(row[0]) + self.WINDOW - now())
        return 0

    def add(self, name: str, address: str) -> None:
        """Note a failed attempt."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM failures WHERE moment <= ?", (now() - self.WINDOW,))
            rows = [(key, now()) for key, _ in self._keys(name, address)]
            connection.executemany("INSERT INTO failures VALUES (?, ?)", rows)

    def forget(self, name: str, address: str) -> None:
        """Forget the failures of a name at an address, after it signed in."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM failures WHERE key = ?", (self._keys(name, address)[0][0],))
