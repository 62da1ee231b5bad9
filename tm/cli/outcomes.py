"""Show how the pairs of a batch came out: a bar and messages while they are aligned, a table at the end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from corpora.text.plurals import counted, plural
from corpora.translation import translated
from tm.cli.output import console, errors, headings, message, write

if TYPE_CHECKING:
    from tm.jobs.batch import Outcome

__all__ = ["STATES", "show", "with_progress"]

STATES = ("done", "doubtful", "kept", "failed")
_ALL = 60  # up to this number the table shows all pairs
_WIDTH = 140  # columns of the table without a terminal


def with_progress(outcomes: "Iterable[Outcome]", total: int) -> "Iterator[Outcome]":
    """Yield the outcomes, with a progress bar on a terminal, and a line for each failure at once."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    screen = errors()
    bar = Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
    with bar:
        task = bar.add_task(translated("pairs"), total=total)
        for outcome in outcomes:
            bar.advance(task)
            if outcome.state == "failed":
                message(f"duiyi: line {outcome.pair.line} ({outcome.pair.name}): {outcome.message}")
            elif outcome.state == "doubtful":
                reason = outcome.figures["doubtful"]
                message(f"duiyi: line {outcome.pair.line} ({outcome.pair.name}): doubtful: {reason}")
            elif outcome.state == "done" and not bar.console.is_terminal:
                warned = "".join(f"; warning: {text}" for text in outcome.figures.get("warnings", ()))
                message(f"line {outcome.pair.line} ({outcome.pair.name}): done in {outcome.seconds:.1f} s{warned}")
            yield outcome


def show(found: "Sequence[Outcome]") -> None:
    """Print a table of all pairs; if there are many, only of those that failed or have warnings."""
    from rich.table import Table
    from rich.text import Text

    listed = found if len(found) <= _ALL else [one for one in found if one.message or one.figures.get("warnings")]
    table = Table()
    names = headings("line", "pair", "state", "pairs", "mean score", "below 0.5", "remarks")
    for name, of_words in zip(names, (False, True, True, False, False, False, True), strict=True):
        table.add_column(name, justify="left" if of_words else "right", overflow="fold")
    for outcome in listed:
        figures = outcome.figures
        pairs = sum(count for kind, count in figures.get("beads", {}).items() if "0" not in kind.split("-"))
        score = f"{figures['mean_score']:.2f}" if figures else ""
        remarks = "; ".join(map(translated, [outcome.message] if outcome.message else figures.get("warnings", ())))
        state = translated(outcome.state)
        cells = (str(outcome.pair.line), outcome.pair.name, state, f"{pairs:,}" if figures else "", score)
        low = f"{figures['low_scores']:,}" if figures else ""
        table.add_row(*(Text(cell) for cell in (*cells, low, remarks)))
    if listed:
        screen = console()
        screen.print(table, width=None if screen.is_terminal else _WIDTH)
    states = Counter(outcome.state for outcome in found)
    warned = sum(bool(outcome.figures.get("warnings")) for outcome in found)
    remark = translated(f"; {counted(warned, 'pair')} {plural(warned, 'has', 'have')} warnings") if warned else ""
    told = [state for state in STATES if states[state] or state != "doubtful"]
    write(", ".join(f"{states[state]:,} {translated(state)}" for state in told) + remark)
