"""The help of commands in the language of the environment."""

import inspect
import re
from typing import Any

from corpora.translation import current_language, translated

__all__ = ["paragraphs", "with_translated_help"]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each on one line: what the catalogue holds."""
    return [" ".join(one.split()) for one in inspect.cleandoc(text).split("\n\n")]


#: What the command line library itself writes into help texts, in the languages of the pages.
_OF_LIBRARY = {
    "zh": {
        "Usage: ": "用法：",
        "Options": "选项",
        "Arguments": "参数",
        "Commands": "命令",
        "Show this message and exit.": "显示此说明后退出。",
        "required]": "必填]",
        "[default: ": "[默认：",
        "; default: ": "；默认：",
        "[env var: ": "[环境变量：",
    }
}


def _library_text(text: str) -> str:
    known = _OF_LIBRARY.get(current_language(), {})
    return known.get(text) or re.sub("|".join(map(re.escape, known)), lambda one: known[one[0]], text)


def _translated_context(context: Any) -> Any:
    """The class of contexts ``context`` with a formatter that translates the headings and notes of the library."""

    class Formatter(context.formatter_class):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or _library_text("Usage: "))

        def write_heading(self, heading: str) -> None:
            super().write_heading(_library_text(heading))

        def write_dl(self, rows: Any, *settings: Any, **more: Any) -> None:
            super().write_dl([(name, _library_text(text)) for name, text in rows], *settings, **more)

    return type("TranslatedContext", (context,), {"formatter_class": Formatter})


def with_translated_help(command: Any) -> Any:
    """``command`` and its subcommands with translated help texts."""
    if current_language() == "en":
        return command
    command.context_class = _translated_context(command.context_class)
    if command.help:
        command.help = "\n\n".join(map(translated, paragraphs(command.help)))
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = translated(" ".join(parameter.help.split()))
    for inner in getattr(command, "commands", {}).values():
        with_translated_help(inner)
    return command
