"""Hash passwords with Argon2id, and secrets of tokens and sessions with SHA-256.

A password is short, so its hash must be slow and take memory (RFC 9106; argon2-cffi chooses the parameters). A token
has 256 random bits: nobody can try them all, so a fast hash is enough, and it is compared in constant time.
"""

import secrets
import unicodedata
from functools import cache
from hashlib import sha256
from typing import Any

from corpora.errors import UsageError

__all__ = ["SHORTEST", "checked_password", "digest", "hashed", "new_secret", "verified"]

SHORTEST = 10  # characters
_LONGEST = 1_000


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password has, so that an unknown user takes as long as a known one."""
    return str(_hasher().hash(secrets.token_hex(32)))


def checked_password(password: str, user: str) -> str:
    """``password`` in the form that is hashed (NFKC, RFC 8265). Raises `UsageError` for one that is too weak."""
    password = unicodedata.normalize("NFKC", password)
    if not SHORTEST <= len(password) <= _LONGEST:
        raise UsageError(f"a password needs {SHORTEST} to {_LONGEST:,} characters")
    if password.casefold() == user.casefold() or len(set(password)) < 4:
        raise UsageError("this password is easy to guess; choose another one")
    return password


def hashed(password: str) -> str:
    """The hash of a checked password, with its parameters."""
    return str(_hasher().hash(password))


def verified(stored: str, password: str) -> tuple[bool, str]:
    """Whether the password fits the hash ("" fits none), and a new hash if the parameters have become stricter."""
    from argon2.exceptions import InvalidHashError, VerificationError

    password = unicodedata.normalize("NFKC", password[: 2 * _LONGEST])
    try:
        _hasher().verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False, ""
    if not stored:
        return False, ""
    return True, hashed(password) if _hasher().check_needs_rehash(stored) else ""


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """The hash of a random secret."""
    return sha256(secret.encode()).digest()
