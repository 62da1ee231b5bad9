"""Standard output for results, standard error for messages and progress, UTF-8 on both.

A Windows console or a redirected pipe may use a legacy code page that cannot encode Chinese; results are data that
other programs read, so both streams are set to UTF-8 once, when the first line is written.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from corpora.text.plurals import counted, plural
from corpora.translation import translated

if TYPE_CHECKING:
    from rich.console import Console

    from tm.formats import UnitProblems
    from tm.unit import Unit

__all__ = [
    "complain", "console", "errors", "headings", "message", "padded", "place_of", "print_json", "tell", "waiting",
    "write",
]  # fmt: skip

_WARNING = "duiyi: warning: "
_SHOWN = 10  # problems printed one by one; the rest is counted


@cache
def _utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        # With "strict", a file name that is not in UTF-8 would raise an error.
        if reconfigure is not None and (
            not (stream.encoding or "").lower().startswith("utf") or stream.errors == "strict"
        ):
            reconfigure(encoding="utf-8", errors="replace")


def console() -> "Console":
    """A Rich console on standard output, for tables."""
    from rich.console import Console

    _utf8()
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def errors() -> "Console":
    """A Rich console on standard error, for progress bars and messages."""
    from rich.console import Console

    _utf8()
    return Console(stderr=True, highlight=False)


@contextmanager
def waiting(title: str) -> Iterator[Callable[[str], None]]:
    """A line that says what is going on, on standard error while that is a terminal; call it to change the text.

    Results that are written meanwhile go to standard output as they are, a file or a pipe too.
    """
    screen = errors()
    if not screen.is_terminal:
        yield lambda text: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    with Progress(*columns, console=screen, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(translated(title), total=None)
        yield lambda text: bar.update(task, description=translated(text))


def write(text: str) -> None:
    """Write one line of plain result to standard output."""
    _utf8()
    sys.stdout.write(text + "\n")


def place_of(unit: "Unit") -> str:
    """Where a unit that was found comes from, and its status, for a line below it.

    A unit with one file that was found in the reverse direction has it on the other side.
    """
    place = unit.origin
    page = translated(f"page {place.page}") if place.page else ""
    known = (place.source_file or place.target_file, place.section, page, translated(unit.status))
    return f"[{', '.join(filter(None, known))}]"


def tell(text: str) -> None:
    """Write result for a reader, in their language, to standard output; what programs read goes through `write`."""
    write("\n".join(map(translated, text.split("\n"))))


def headings(*names: str) -> list[str]:
    """The headings of a table in the language of the reader."""
    return [translated(name) for name in names]


def padded(word: str, width: int) -> str:
    """A word in the language of the reader, in at least ``width`` columns; a Chinese character takes two."""
    from rich.cells import cell_len

    shown = translated(word)
    return shown + " " * (width - cell_len(shown))


def message(text: str) -> None:
    """Write one line for the user, in their language, to standard error; addresses in it lose their passwords."""
    _utf8()
    if ":/" in text:
        from tm.postgresql.address import shown

        text = shown(text)
    rest = text.removeprefix(_WARNING)
    if rest != text and (said := translated(rest)) != rest:  # what a warning says may begin with a file
        text = translated(_WARNING) + said
    sys.stderr.write(translated(text) + "\n")


def print_json(value: Any) -> None:
    """Write ``value`` as JSON, Chinese unescaped, to standard output."""
    write(json.dumps(value, ensure_ascii=False, indent=2))


def complain(problems: "UnitProblems") -> None:
    """Write the notes on a file, the first damaged units and the number of skipped ones to standard error."""
    for note in problems.notes:
        message(f"duiyi: {problems.path}: {note}")
    for problem in problems.found[:_SHOWN]:
        lost = "the unit was" if problem.lost == 1 else f"{counted(problem.lost, 'unit')} were"
        message(f"duiyi: warning: {problems.path}, {problem}; {lost} left out")
    if (more := sum(problem.lost for problem in problems.found[_SHOWN:])) > 0:
        left_out = f"{counted(more, 'more unit')} {plural(more, 'was', 'were')} left out"
        message(f"duiyi: warning: {problems.path}: {left_out}")
    for reason, count in problems.skipped.most_common():
        message(f"duiyi: {problems.path}: {counted(count, 'unit')} skipped: {reason}")
