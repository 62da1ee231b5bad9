"""`duiyi concordance`: units of the memories that contain a phrase on either side."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tm.cli.memory_options import MemoriesOption, memories, with_filters
from tm.cli.output import message, place_of, print_json, write
from tm.store.filters import Filters

if TYPE_CHECKING:
    from tm.search.concordance import ConcordanceHit

__all__ = ["concordance"]


@with_filters
def concordance(
    text: Annotated[
        str, typer.Argument(help='Words that must all occur; "…" keeps words together, * and ? are wildcards.')
    ],
    side: Annotated[str, typer.Option(help="Side to search: both, source or target.")] = "both",
    exact: Annotated[bool, typer.Option(help="Exact search: case, width, script and punctuation must match.")] = False,
    fuzzy: Annotated[
        bool, typer.Option("--fuzzy", help="Find texts that contain most of the phrase too; for long ones the default.")
    ] = False,
    limit: Annotated[int, typer.Option(help="Largest number of hits.", min=1)] = 50,
    memory: MemoriesOption = None,
    *,
    filters: Filters,
    json: Annotated[bool, typer.Option("--json", help="Print hits as JSON.")] = False,
) -> None:
    """Find units that contain a phrase on either side, and mark its probable translation on the other."""
    from tm.search.concordance import ConcordanceOptions
    from tm.search.concordance import concordance as find
    from tm.search.lookup import check_languages

    options = ConcordanceOptions(side, exact, limit, filters, fuzzy=fuzzy)  # type: ignore[arg-type]
    with memories(memory) as opened:
        searched = [one for one, _ in opened]
        check_languages(searched, filters.source_lang, filters.target_lang)
        hits = find(searched, text, options)
    if json:
        print_json(hits.to_dicts())
    elif hits:
        for hit in hits:
            _show(hit)
    else:
        message("nothing found")
        if not (fuzzy or exact) and len(text.split()) > 1:
            message("duiyi: --fuzzy also finds texts that contain most of the phrase")


def _show(hit: "ConcordanceHit") -> None:
    colour = sys.stdout.isatty()
    found, counterpart = ("\x1b[1;33m", "\x1b[1;32m") if colour else ("[", "{")
    ends = ("\x1b[0m", "\x1b[0m") if colour else ("]", "}")
    near = f"{hit.score} %  " if hit.score < 100 else ""
    write(near + _marked(hit.text, hit.spans, found, ends[0]))
    write(f"    {_marked(hit.other, hit.counterpart, counterpart, ends[1])}")
    write(f"    {place_of(hit.unit)}")


def _marked(text: str, spans: Sequence[tuple[int, int]], before: str, after: str) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{before}{text[start:end]}{after}{text[end:]}"
    return text
