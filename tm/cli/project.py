"""`duiyi project`: projects of a server, their members, and their audit log."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.errors import InputError, UsageError
from tm.cli.memory_options import moment
from tm.cli.output import message, print_json, write
from tm.cli.user import AccountsOption, AsJson, by_whom, opened_accounts

if TYPE_CHECKING:
    from tm.accounts.roles import Role

__all__ = ["add", "app", "audit", "backup", "edit", "every", "grant", "restore", "revoke"]

app = typer.Typer(help="Projects of the server: memories, terms, languages, checks, members.", no_args_is_help=True)

ProjectArgument = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name of the project.")]
UserArgument = Annotated[str, typer.Argument(metavar="USER", help="Name of the user.")]
MemoryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--memory",
        metavar="FILE[=POINTS]",
        help="A memory, with points to deduct from scores; may be repeated; new units are added to the first one.",
    ),
]
TermsOption = Annotated[str | None, typer.Option("--terms", metavar="FILE", help="The term base.")]
SourceOption = Annotated[str | None, typer.Option("--source-lang", help="Source language, such as zh-CN.")]
TargetOption = Annotated[str | None, typer.Option("--target-lang", help="Target language.")]
ChecksOption = Annotated[
    Path | None, typer.Option("--checks", help="TOML file with check settings, as for `duiyi check --config`.")
]


def _settings(
    memory: list[str] | None, terms: str | None, source: str | None, target: str | None, checks: Path | None
) -> dict[str, Any]:
    """The settings that were given; paths become absolute, since a server may start elsewhere."""
    from tm.store.memory_store import memory_paths

    found: dict[str, Any] = {}
    if memory:
        found["memories"] = tuple((_absolute(str(path)), points) for path, points in memory_paths(memory))
    if terms:
        found["terms"] = _absolute(terms)
    if source is not None:
        found["source_lang"] = source
    if target is not None:
        found["target_lang"] = target
    if checks is not None:
        try:
            found["checks"] = checks.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{checks} cannot be read as text: {getattr(error, 'strerror', error)}") from error
    return found


def _absolute(path: str) -> str:
    from tm.postgresql.address import is_address

    return path if is_address(path) else str(Path(path).expanduser().resolve())


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the project.")],
    memory: MemoryOption = None,
    terms: TermsOption = None,
    source_lang: SourceOption = None,
    target_lang: TargetOption = None,
    checks: ChecksOption = None,
    accounts: AccountsOption = None,
) -> None:
    """Add a project and print its id; without --memory and --terms it gets new ones beside the accounts."""
    settings = _settings(memory, terms, source_lang, target_lang, checks)
    with opened_accounts(accounts, create=True) as found:
        made = found.projects.add(name, **settings)
        found.audit.add(by_whom(), "add a project", made.name, project=made.id)
    write(made.id)


@app.command("list")
def every(json: AsJson = False, accounts: AccountsOption = None) -> None:
    """List the projects with their memories and members."""
    with opened_accounts(accounts) as found:
        rows = [
            project.to_dict()
            | {
                "memories": [{"memory": path, "penalty": points} for path, points in project.memories],
                "terms": project.terms,
                "members": {name: role.value for name, role in found.projects.members(project)},
            }
            for project in found.projects.every()
        ]
    if json:
        print_json(rows)
        return
    for row in rows:
        members = ", ".join(f"{name}: {role}" for name, role in row["members"].items())
        write(f"{row['id']}\t{row['name']}\t{members}")


@app.command()
def edit(
    project: ProjectArgument,
    name: Annotated[str | None, typer.Option(help="New name.")] = None,
    memory: MemoryOption = None,
    terms: TermsOption = None,
    source_lang: SourceOption = None,
    target_lang: TargetOption = None,
    checks: ChecksOption = None,
    accounts: AccountsOption = None,
) -> None:
    """Change a project; the server uses it from the next request on. --memory replaces all memories."""
    changes = _settings(memory, terms, source_lang, target_lang, checks) | ({} if name is None else {"name": name})
    if not changes:
        raise UsageError("specify what to change: --name, --memory, --terms, --source-lang, --target-lang or --checks")
    with opened_accounts(accounts) as found:
        made = found.projects.edit(found.projects.find(project), **changes)
        found.audit.add(by_whom(), "change the project", ", ".join(sorted(changes)), project=made.id)
    write(f"{made.id}\t{made.name}")


@app.command()
def grant(
    project: ProjectArgument,
    user: UserArgument,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="reader, translator, reviewer or manager.")],
    accounts: AccountsOption = None,
) -> None:
    """Give a user a role in a project, in place of the one that he has."""
    from tm.accounts.roles import Role, role_of

    given = role_of(role)
    if given is None:
        raise UsageError(f"{role} is not a role; there are {', '.join(Role)}")
    _set_role(accounts, project, user, given)


@app.command()
def revoke(project: ProjectArgument, user: UserArgument, accounts: AccountsOption = None) -> None:
    """Take a user's role in a project; for him it no longer exists."""
    _set_role(accounts, project, user, None)


def _set_role(accounts: Path | None, project: str, user: str, role: "Role | None") -> None:
    shown = role or "no role"
    with opened_accounts(accounts) as found:
        where, member = found.projects.find(project), found.users.get(user)
        found.projects.grant(where, member, role)
        found.audit.add(by_whom(), "change members", f"{member.name}: {shown}", project=where.id)
    write(f"{where.name}\t{member.name}\t{shown}")


@app.command()
def audit(
    project: Annotated[str, typer.Argument(metavar="[PROJECT]", help="Id or name of the project; else all.")] = "",
    who: Annotated[str, typer.Option(help="Only what this user did.")] = "",
    operation: Annotated[str, typer.Option(help="Only this operation, such as 'edit units'.")] = "",
    since: Annotated[str, typer.Option(help="Not before this day or time (UTC), such as 2026-01-31.")] = "",
    until: Annotated[str, typer.Option(help="Before this day or time.")] = "",
    limit: Annotated[int, typer.Option(help="Largest number of entries, the latest first.", min=1)] = 1_000_000,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write: .jsonl or .csv.")] = None,
    accounts: AccountsOption = None,
) -> None:
    """Show or export the audit log as JSON lines or CSV: who did what, when and from where."""
    from corpora.files import replacing
    from tm.accounts.audit import audit_lines
    from tm.accounts.records import AuditQuery

    suffix = out.suffix.lower()[1:] if out else "jsonl"
    if suffix not in ("jsonl", "csv"):
        raise UsageError(f"{out} must end in .jsonl or .csv")
    with opened_accounts(accounts) as found:
        where = found.projects.find(project).id if project else None
        first, end = moment("--since", since), moment("--until", until)
        query = AuditQuery(where, who, operation, since=first, until=end, limit=limit)
        lines: Iterable[str] = audit_lines(found.audit.entries(query), suffix)
        if out is None:
            for line in lines:
                write(line.rstrip("\n"))
            return
        with replacing(out) as place, place.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder for the copies; made if there is none.")],
    accounts: AccountsOption = None,
) -> None:
    """Copy the accounts and the files of all projects to a folder, while the server runs."""
    from tm.accounts.backup import back_up

    with opened_accounts(accounts) as found:
        done = back_up(found, folder)
        found.audit.add(by_whom(), "back up", str(folder))
    for path in done.copied:
        write(str(path))
    for name in done.left_out:
        message(f"duiyi: {name} is not a file; back it up with the tools of its database")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with a backup.")],
    accounts: AccountsOption = None,
) -> None:
    """Put the files of a backup back where they were; the server must not run, and none of them may exist."""
    from tm.accounts.backup import restore as put_back

    for path in put_back(folder, accounts):
        write(str(path))
