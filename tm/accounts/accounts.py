"""Everything that the accounts file holds, each part as an attribute."""

from pathlib import Path
from typing import Self

from tm.accounts.audit import AuditLog
from tm.accounts.file import AccountsFile
from tm.accounts.projects import Projects
from tm.accounts.sessions import Failures, Sessions, Tokens
from tm.accounts.users import Users

__all__ = ["Accounts", "default_accounts"]


def default_accounts() -> Path:
    """The accounts of the user's own server, where the platform stores data."""
    from platformdirs import user_data_path

    return user_data_path("duiyi", appauthor=False) / "accounts.sqlite"


class Accounts:
    """The accounts at ``path``; threads and processes may share them. A context manager."""

    def __init__(self, path: Path | str, *, create: bool = False) -> None:
        """Open the file, or with ``create`` make it. Raises `StoreError`."""
        self.file = AccountsFile(path, create=create)
        self.path = self.file.path
        self.users = Users(self.file)
        self.sessions = Sessions(self.file)
        self.tokens = Tokens(self.file)
        self.failures = Failures(self.file)
        self.projects = Projects(self.file)
        self.audit = AuditLog(self.file)

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
