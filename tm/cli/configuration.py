"""Options of a command from a TOML file, so that a service needs no long command line and shows no secret in it."""

import tomllib
from pathlib import Path
from typing import Any

import typer

from corpora.errors import InputError, UsageError

__all__ = ["settings_of"]


def settings_of(path: Path, context: typer.Context) -> dict[str, Any]:
    """The options in the table of the command, by the names of its parameters.

    Raises `InputError` for a file that cannot be read, `UsageError` for a name that is not an option.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not a TOML file: {error}") from error
    command = context.command.name or ""
    table = found.get(command)
    if set(found) - {command} or not isinstance(table, dict):
        raise UsageError(f"{path} must have one table, [{command}], with the options of duiyi {command}")
    known: dict[str, str] = {}
    for one in context.command.params:
        for option in getattr(one, "opts", ()):
            if option.startswith("--") and option not in ("--config", "--help"):
                known[option[2:]] = one.name or ""
    settings: dict[str, Any] = {}
    for name, value in table.items():
        key = name.replace("_", "-")
        if key not in known:
            raise UsageError(f"{path}: duiyi {command} has no option {name}; docs/cli.md lists those that it has")
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict | list) for one in value)):
            raise UsageError(f"{path}: {name} must be a text, a number, true or false, or a list of texts")
        settings[known[key]] = value
    return settings
