"""Projects and their members: which user has which role where."""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpora.errors import DuiyiError, UsageError
from corpora.sqlite_damage import explains_damage
from corpora.text.languages import checked_code
from tm.accounts.file import AccountsTable
from tm.accounts.records import Project, User
from tm.accounts.roles import Role, role_of

__all__ = ["Projects"]

_ID = re.compile(r"[0-9a-f]{16}")
_COLUMNS = "SELECT id, name, memories, terms, reviews, source_lang, target_lang, checks, version FROM projects"


def _project(row: Sequence[Any]) -> Project:
    memories = tuple((str(address), int(penalty)) for address, penalty in json.loads(row[2]))
    return Project(row[0], row[1], memories, *row[3:])


@explains_damage
class Projects(AccountsTable):
    """The tables of projects and of roles in them."""

    def add(self, name: str, memories: Sequence[tuple[str, int]] = (), terms: str = "", **settings: Any) -> Project:
        """A new project; without memories and a term base it gets its own, in a folder beside the accounts."""
        number = secrets.token_hex(8)
        folder = self._file.path.resolve().parent / "projects" / number
        made = Project(
            number,
            name,
            tuple(memories) or ((str(folder / "memory.duiyi"), 0),),
            terms or str(folder / "terms.sqlite"),
            str(folder / "reviews"),
        )
        made = _checked(replace(made, **settings))
        with self._file.writing() as connection:
            self._check_name(made)
            connection.execute("INSERT INTO projects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _values(made))
        return made

    def edit(self, project: Project, **changes: Any) -> Project:
        """Change fields of a project: name, memories, terms, languages, checks. Raises `UsageError`."""
        made = _checked(replace(project, **changes, version=project.version + 1))
        with self._file.writing() as connection:
            self._check_name(made)
            statement = (
                "UPDATE projects SET (id, name, memories, terms, reviews, source_lang, target_lang, checks, version) ="
                " (?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ? AND version = ?"
            )
            if not connection.execute(statement, (*_values(made), project.id, project.version)).rowcount:
                raise UsageError("the project was changed by somebody else meanwhile; look at it again")
        return made

    def _check_name(self, project: Project) -> None:
        with self._file.reading() as connection:
            other = connection.execute("SELECT id FROM projects WHERE name = ?", (project.name,)).fetchone()
        if other is not None and other[0] != project.id:
            raise UsageError(f"there is a project {project.name} already")

    def get(self, number: str) -> Project | None:
        """The project with this id, None where there is none."""
        with self._file.reading() as connection:
            row = connection.execute(f"{_COLUMNS} WHERE id = ?", (number,)).fetchone()
        return _project(row) if row else None

    def find(self, text: str) -> Project:
        """The project with this id or name. Raises `UsageError`."""
        with self._file.reading() as connection:
            row = connection.execute(f"{_COLUMNS} WHERE id = ? OR name = ?", (text, text)).fetchone()
        if row is None:
            raise UsageError(f"there is no project {text[:100]}; duiyi project list shows those that there are")
        return _project(row)

    def every(self) -> list[Project]:
        """All projects by name."""
        with self._file.reading() as connection:
            return [_project(row) for row in connection.execute(f"{_COLUMNS} ORDER BY name")]

    def of(self, user: User) -> list[tuple[Project, Role]]:
        """The projects of a user with his role in each, by name."""
        with self._file.reading() as connection:
            grants = dict(connection.execute("SELECT project, role FROM grants WHERE user = ?", (user.id,)))
            rows = connection.execute(
                f"{_COLUMNS} WHERE id IN (SELECT project FROM grants WHERE user = ?) ORDER BY name", (user.id,)
            ).fetchall()
        return [(_project(row), Role(grants[row[0]])) for row in rows if row[0] in grants]

    def role(self, project: str, user: User) -> Role | None:
        """The role of a user in a project, None where he has none."""
        with self._file.reading() as connection:
            statement = "SELECT role FROM grants WHERE project = ? AND user = ?"
            row = connection.execute(statement, (project, user.id)).fetchone()
        return role_of(row[0]) if row else None

    def grant(self, project: Project, user: User, role: Role | None) -> None:
        """Give a user a role in a project, or with None take it."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM grants WHERE project = ? AND user = ?", (project.id, user.id))
            if role is not None:
                values = (user.id, project.id, role.value)
                connection.execute("INSERT INTO grants (user, project, role) VALUES (?, ?, ?)", values)

    def members(self, project: Project) -> list[tuple[str, Role]]:
        """The names of the users of a project with their roles, the highest roles first; without disabled users."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT u.name, g.role FROM grants g JOIN users u ON u.id = g.user"
                " WHERE g.project = ? AND NOT u.disabled",
                (project.id,),
            ).fetchall()
        return sorted(((name, Role(role)) for name, role in rows), key=lambda one: (-one[1].rank, one[0]))


def _values(project: Project) -> tuple[Any, ...]:
    return (
        project.id,
        project.name,
        json.dumps(project.memories),
        project.terms,
        project.reviews,
        project.source_lang,
        project.target_lang,
        project.checks,
        project.version,
    )


def _checked(project: Project) -> Project:
    """``project`` with a valid name, languages and check settings. Raises `UsageError`."""
    name = " ".join(project.name.split())
    if not 1 <= len(name) <= 100 or not name.isprintable() or _ID.fullmatch(name):
        raise UsageError("a project needs a name of at most 100 characters")
    languages = [checked_code(code) if code else "" for code in (project.source_lang, project.target_lang)]
    if len(project.checks) > 100_000:
        raise UsageError("the check settings are longer than 100,000 characters")
    if project.checks:
        from tm.checks.options import from_toml

        with TemporaryDirectory(prefix="duiyi-") as folder:
            path = Path(folder) / "checks.toml"
            path.write_text(project.checks, "utf-8")
            try:
                from_toml(path)
            except DuiyiError as error:
                raise UsageError(str(error).replace(str(path), "the check settings")) from error
    return replace(project, name=name, source_lang=languages[0], target_lang=languages[1])
