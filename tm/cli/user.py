"""`duiyi user`: the users of a server and their tokens."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.errors import UsageError
from corpora.translation import translated
from tm.cli.output import message, print_json, write

if TYPE_CHECKING:
    from tm.accounts.accounts import Accounts

__all__ = [
    "AccountsOption", "AsJson", "add", "add_token", "app", "by_whom", "disable", "enable", "every", "list_tokens",
    "opened_accounts", "passwd", "revoke_token", "token",
]  # fmt: skip

app = typer.Typer(help="Users of the server (`duiyi serve --accounts`) and their tokens.", no_args_is_help=True)
token = typer.Typer(help="Personal tokens, with which programs use the server.", no_args_is_help=True)
app.add_typer(token, name="token")

AccountsOption = Annotated[
    Path | None,
    typer.Option("--accounts", envvar="DUIYI_ACCOUNTS", help="File of accounts; by default in the data folder."),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the user.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, its first line.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def opened_accounts(path: Path | None, *, create: bool = False) -> Iterator["Accounts"]:
    """The accounts at ``path``, by default those in the data folder."""
    from tm.accounts.accounts import Accounts, default_accounts

    with Accounts(path or default_accounts(), create=create) as found:
        yield found


def by_whom() -> str:
    """Who runs the command, for the audit log."""
    try:
        return f"{getuser()} (system)"
    except (KeyError, OSError):  # a system without this user in its list
        return "(system)"


def _password(name: str, *, from_input: bool) -> str:
    """A password that was typed or comes from standard input; it is never an argument, which others could see."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to type the password; give it on standard input with --password-stdin")
    return str(
        typer.prompt(
            translated(f"Password of {name}"),
            hide_input=True,
            confirmation_prompt=translated("Repeat for confirmation"),
            err=True,
        )
    )


@app.command()
def add(
    name: Name,
    password_stdin: FromInput = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="The user signs in through OpenID Connect only.")
    ] = False,
    accounts: AccountsOption = None,
) -> None:
    """Add a user; the first one makes the file of accounts."""
    if no_password and password_stdin:
        raise UsageError("give --no-password or --password-stdin, not both")
    password = None if no_password else _password(name, from_input=password_stdin)
    with opened_accounts(accounts, create=True) as found:
        user = found.users.add(name, password)
        found.audit.add(by_whom(), "add a user", user.name)
        write(user.name)
        if not found.projects.of(user):
            message(f"duiyi: {user.name} belongs to no project yet: duiyi project grant PROJECT {user.name} ROLE")


@app.command()
def passwd(name: Name, password_stdin: FromInput = False, accounts: AccountsOption = None) -> None:
    """Set a new password; all sessions of the user end."""
    with opened_accounts(accounts) as found:
        user = found.users.get(name)
        found.users.set_password(name, _password(user.name, from_input=password_stdin))
        found.audit.add(by_whom(), "set a password", user.name)
    write(user.name)


@app.command("list")
def every(json: AsJson = False, accounts: AccountsOption = None) -> None:
    """List the users with their projects and roles."""
    with opened_accounts(accounts) as found:
        rows = [
            {
                "name": user.name,
                "disabled": user.disabled,
                "password": user.has_password,
                "created": user.created.isoformat(),
                "projects": {project.name: role.value for project, role in found.projects.of(user)},
            }
            for user in found.users.every()
        ]
    if json:
        print_json(rows)
        return
    for row in rows:
        roles = ", ".join(f"{name}: {role}" for name, role in dict(row["projects"]).items())  # type: ignore[call-overload]
        write(f"{row['name']}\t{'disabled' if row['disabled'] else 'active'}\t{roles}")


@app.command()
def disable(name: Name, accounts: AccountsOption = None) -> None:
    """Disable a user: his sessions end, and neither his password nor his tokens work any more."""
    _disable(name, accounts, disabled=True)


@app.command()
def enable(name: Name, accounts: AccountsOption = None) -> None:
    """Let a disabled user sign in again."""
    _disable(name, accounts, disabled=False)


def _disable(name: str, accounts: Path | None, *, disabled: bool) -> None:
    with opened_accounts(accounts) as found:
        found.users.disable(name, disabled=disabled)
        found.audit.add(by_whom(), "disable a user" if disabled else "enable a user", found.users.get(name).name)
    write(f"{name}\t{'disabled' if disabled else 'active'}")


@token.command("add")
def add_token(
    user: Name,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What will use the token, such as OmegaT.")],
    role: Annotated[str, typer.Option(help="Highest role of the token; else that of the user.")] = "",
    project: Annotated[str, typer.Option(help="The only project that it opens, by id or name.")] = "",
    days: Annotated[float, typer.Option(help="Days until it expires; 0 for never.", min=0, max=3660)] = 365,
    accounts: AccountsOption = None,
) -> None:
    """Make a token; it is printed once, and only its hash is kept."""
    from tm.accounts.roles import Role, role_of

    limit = role_of(role) if role else None
    if role and limit is None:
        raise UsageError(f"{role} is not a role; there are {', '.join(Role)}")
    with opened_accounts(accounts) as found:
        owner = found.users.get(user)
        where = found.projects.find(project).id if project else ""
        made, text = found.tokens.add(owner, title, role=limit, project=where, days=days or None)
        found.audit.add(by_whom(), "make a token", f"{made.name} of {owner.name}", project=where)
    write(text)
    message("duiyi: keep the token now; it cannot be shown again")


@token.command("list")
def list_tokens(
    user: Annotated[str, typer.Argument(metavar="[NAME]", help="Name of the user; by default all.")] = "",
    json: AsJson = False,
    accounts: AccountsOption = None,
) -> None:
    """List the tokens, without their secrets."""
    with opened_accounts(accounts) as found:
        rows = [one.to_dict() for one in found.tokens.every(found.users.get(user) if user else None)]
    if json:
        print_json(rows)
        return
    for row in rows:
        state = "revoked" if row["revoked"] else f"expires {row['expires'] or 'never'}"
        write("\t".join((row["id"], row["user"], row["name"], row["role"] or "", row["project"], state)))


@token.command("revoke")
def revoke_token(
    user: Name,
    number: Annotated[str, typer.Argument(metavar="ID", help="Id of the token, see `duiyi user token list`.")],
    accounts: AccountsOption = None,
) -> None:
    """Let a token never work again."""
    with opened_accounts(accounts) as found:
        made = found.tokens.revoke(number, found.users.get(user))
        found.audit.add(by_whom(), "revoke a token", f"{made.name} of {made.user}")
    write(f"{made.id}\trevoked")
