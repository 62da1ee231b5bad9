"""Addresses of memories and term bases: a path of a file, or ``postgresql://user@host/database?memory=name``.

One database holds any number of memories and term bases, each under its name: ``memory=`` and ``terms=`` in the query
say which is meant, the other parameters are those of libpq (``sslmode``, ``sslrootcert``, ``connect_timeout``, ``host``
for the folder of a socket). A password belongs into ``PGPASSFILE`` or ``PGPASSWORD``; if an address contains one, it is
used and never shown.
"""

import os
import re
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from corpora.errors import UsageError

__all__ = ["Address", "is_address", "located", "names_in", "shown"]

Kind = Literal["memory", "terms"]
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")
_OURS = ("memory", "terms")
_SECRET = ("password", "sslpassword")
#: A schema may have 63 bytes, of which the kind takes some.
_NAME = re.compile(r"\w[\w .-]*")
_LONGEST = 40  # bytes of a name
_DEFAULT = "main"


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a memory or a term base on a server, as it is shown; ``url`` is that of the database for libpq.

    ``schema`` is the schema of the database that holds it.
    """

    shown: str
    kind: Kind
    name: str
    url: str = field(repr=False)

    def __str__(self) -> str:
        return self.shown

    @property
    def schema(self) -> str:
        """The schema of the database."""
        return f"duiyi {self.kind} {self.name}"

    @property
    def stem(self) -> str:
        """The name, as a path has one."""
        return self.name

    @property
    def digest(self) -> str:
        """A short code of the address, for names of files."""
        return blake2b(self.shown.encode(), digest_size=8).hexdigest()

    def exists(self) -> bool:
        """True: without a connection nothing else is known."""
        return True


def is_address(text: str) -> bool:
    """Whether ``text`` has the form of an address, of a known scheme or not, and is not the path of a file."""
    return _SCHEME.match(text) is not None


def located(given: "str | Path | Address", kind: Kind = "memory") -> "Path | Address":
    """The path or the address that ``given`` stands for.

    Raises `UsageError` for an address of another scheme, and for one that cannot be read.
    """
    if isinstance(given, Address):
        return given
    found = _SCHEME.match(str(given))
    if found is None:
        return Path(given)
    if found[1].lower() not in ("postgresql", "postgres"):
        what = {"memory": "a memory", "terms": "a term base"}[kind]
        raise UsageError(
            f"{shown(str(given))} is an address of the unknown kind {found[1]}; {what} is a file or at postgresql://…"
        )
    if isinstance(given, Path):
        raise UsageError(f"{given} is an address; state it as a str, since a path has no double slash")
    return _parsed(given, kind)


def shown(text: str) -> str:
    """A text whose addresses, of whatever scheme, have no password; one that was taken for a path has one slash.

    In an address of PostgreSQL, a password may contain "/" and "@" although they should be escaped.
    """
    text = re.sub(r"(postgres(?:ql)?:/{1,2}[^/@:\s]*):\S*@", r"\1@", text)
    text = re.sub(r"(:/{1,2}[^/@:\s]*):[^/@\s]*@", r"\1@", text)
    return re.sub(r"([?&](?:ssl)?password=)[^&\s]*", r"\1…", text)


def _parsed(text: str, kind: Kind) -> Address:
    try:
        parts = urlsplit(text)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise UsageError(
            f"{shown(text)} is not an address; it is postgresql://user@host/database?{kind}=name"
        ) from error
    if parts.fragment or (not (parts.netloc or parts.path or query)):
        raise UsageError(f"{shown(text)} is not an address; it is postgresql://user@host/database?{kind}=name")
    name = dict(query).get(kind, _DEFAULT)
    if not _NAME.fullmatch(name) or len(name.encode()) > _LONGEST:
        raise UsageError(
            f"{name[:80]!r} cannot be the name of {'a memory' if kind == 'memory' else 'a term base'}: names have up to"
            f" {_LONGEST} letters, figures, blanks, hyphens and dots"
        )
    user, sign, host = parts.netloc.rpartition("@")
    place = f"postgresql://{user.partition(':')[0]}{sign}{host}{parts.path}"
    rest = [(key, value) for key, value in query if key not in _OURS]
    open_ = [(key, value) for key, value in rest if key not in _SECRET]
    name_shown = f"{place}?{_query([*open_, (kind, name)])}"
    url = f"postgresql://{parts.netloc}{parts.path}" + (f"?{_query(rest)}" if rest else "")
    return Address(name_shown, kind, name, url)


def _query(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, quote_via=quote, safe="/")


def names_in(text: str) -> list[str]:
    """The paths and addresses that a variable such as ``DUIYI_MEMORY`` lists, separated as those in ``PATH`` are."""
    if os.pathsep != ":":
        return [one for one in text.split(os.pathsep) if one]
    # The colons of an address stand after its scheme and in the name of its host.
    return re.findall(r"[A-Za-z][A-Za-z0-9+.-]+://[^/?]*[^:]*|[^:]+", text)
