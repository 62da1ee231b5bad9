"""The help of commands in the language of the environment."""

import inspect
from typing import Any

from corpora.translation import current_language, translated

__all__ = ["paragraphs", "with_translated_help"]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each on one line: what the catalogue holds."""
    return [" ".join(one.split()) for one in inspect.cleandoc(text).split("\n\n")]


def with_translated_help(command: Any) -> Any:
    """``command`` and its subcommands with translated help texts."""
    if current_language() == "en":
        return command
    if command.help:
        command.help = "\n\n".join(map(translated, paragraphs(command.help)))
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = translated(" ".join(parameter.help.split()))
    for inner in getattr(command, "commands", {}).values():
        with_translated_help(inner)
    return command
