"""Errors of usage in the language of the environment: what the command line library says of options and arguments."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from corpora.translation import current_language, translated

__all__ = ["MESSAGES", "translated_usage"]

#: The sentences of the library, which has no catalogue of its own.
MESSAGES = (
    "Try '{command} {option}' for help.",
    "Error: {message}",
    "Invalid value for {parameter}: {message}",
    "Invalid value: {message}",
    "Missing option {option}.",
    "Missing argument {argument}.",
    "Missing option {option}. {message}",
    "Missing argument {argument}. {message}",
    "Missing command.",
    "No such option: {option}",
    "No such option: {option} (Possible options: {options})",
    "No such command {command}.",
    "No such command {command}. Did you mean {suggestions}?",
    "Got unexpected extra argument(s) ({arguments})",
    "Option {option} requires an argument.",
    "Option {option} requires {number} arguments.",
    "Option {option} does not take a value.",
    "Argument {argument} takes {number} values.",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number",
    "Input should be greater than or equal to {least}",
    "Input should be less than or equal to {most}",
    "Input should be {choices}",
    "Value {value} is not a valid {label}.",
    "{value} is not one of {choices}.",
)
_UsageError: Any = typer.BadParameter.__mro__[1]


class _Translated(_UsageError):  # type: ignore[misc]
    """An error of usage that is shown in the current language."""

    def show(self, file: Any = None) -> None:
        hint = ""
        if self.ctx is not None:
            typer.echo(self.ctx.get_usage(), file=file, err=True)
            if self.ctx.help_option_names and self.ctx.command.get_help_option(self.ctx) is not None:
                command, option = self.ctx.command_path, self.ctx.help_option_names[0]
                hint = translated(f"Try '{command} {option}' for help.")
        for line in (*((hint, "") if hint else ()), translated(f"Error: {self.message}")):
            typer.echo(line, file=file, err=True)


@contextmanager
def translated_usage() -> Iterator[None]:
    """Raise errors of usage inside the block with their messages translated."""
    try:
        yield
    except _UsageError as error:
        is_help = type(error).__name__ == "NoArgsIsHelpError"
        if is_help or current_language() == "en" or isinstance(error, _Translated):
            raise
        raise _Translated(translated(error.format_message()), ctx=error.ctx) from error
