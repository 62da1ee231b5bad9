"""`duiyi lookup`: what the memories know of a sentence, or of each line of a file."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.errors import UsageError
from tm.cli.memory_options import (
    AuthorOption,
    MemoriesOption,
    OriginOption,
    QualityOption,
    SinceOption,
    SourceOption,
    StatusOption,
    TargetOption,
    TextOption,
    UntilOption,
    filters_of,
    memories,
)
from tm.cli.output import console, message, print_json, write
from tm.cli.text_input import text_of

if TYPE_CHECKING:
    from tm.search.analysis import MatchBand
    from tm.search.diff import DiffPart
    from tm.search.lookup import LookupOptions
    from tm.search.matches import Match
    from tm.search.memory import Memory

__all__ = ["lookup", "marked"]

_COVERED = 50  # the table of coverage counts matches from here on, whatever is shown


def lookup(
    text: Annotated[str, typer.Argument(help="The text to look up.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="Look up each line of this plain text; - is standard input.")
    ] = None,
    minimum: Annotated[int, typer.Option("--min", help="Least score of fuzzy matches, 30 to 100.")] = 70,
    limit: Annotated[int, typer.Option(help="How many matches at most.", min=1)] = 10,
    memory: MemoriesOption = None,
    source_lang: SourceOption = "",
    target_lang: TargetOption = "",
    previous: Annotated[str, typer.Option(help="The text before it, for context matches.")] = "",
    following: Annotated[str, typer.Option("--next", help="The text after it.")] = "",
    substitute: Annotated[
        bool, typer.Option("--substitute", help="Put numbers and dates that differ into the target.")
    ] = False,
    semantic: Annotated[
        bool | None,
        typer.Option("--semantic/--no-semantic", help="Ask by meaning too; by default where an index is there."),
    ] = None,
    model: Annotated[str, typer.Option(help="Encoder of the semantic part; the built-in one by default.")] = "",
    origin: OriginOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    status: StatusOption = None,
    min_quality: QualityOption = None,
    with_text: TextOption = "",
    author: AuthorOption = "",
    json: Annotated[bool, typer.Option("--json", help="Print matches as JSON; with --file one list a line.")] = False,
) -> None:
    """Find a sentence in the memories: in the same context, the same, the like, the same in meaning."""
    from dataclasses import replace

    from tm.search.lookup import LookupOptions, check_languages
    from tm.search.lookup import lookup as find

    if bool(text) == (file is not None):
        raise UsageError("give either a text or --file")
    filters = filters_of(
        source_lang=source_lang,
        target_lang=target_lang,
        origin=origin,
        since=since,
        until=until,
        status=status,
        min_quality=min_quality,
        text=with_text,
        author=author,
    )
    options = LookupOptions(minimum, limit, previous, following, filters, substitute)
    with memories(memory) as asked:
        if source_lang or target_lang:
            check_languages([one for one, _ in asked], source_lang, target_lang)
        if semantic or (semantic is None and _has_vectors([one for one, _ in asked], model)):
            from models.registry import load

            options = replace(options, encoder=load(model or None))
        if file is not None:
            _many(file, asked, options, json=json)
            return
        matches = find(asked, text, options)
    if json:
        print_json(matches.to_dicts())
    elif matches:
        _show(matches)
    else:
        message(f"nothing from {minimum} % up")


def _has_vectors(asked: "Sequence[Memory]", model: str) -> bool:
    from tm.store.vectors import vector_files

    return any(vector_files(memory.path) for memory in asked)


def _many(file: Path, asked: "Sequence[tuple[Memory, int]]", options: "LookupOptions", *, json: bool) -> None:
    """Look up each line, with its neighbours as context; then the table of coverage."""
    from dataclasses import replace
    from json import dumps

    from tm.search.analysis import coverage
    from tm.search.lookup import lookup as find

    text = text_of(file)
    lines = text.removesuffix("\n").split("\n") if text else []
    shown, options = options.minimum, replace(options, minimum=min(_COVERED, options.minimum))
    answers = []
    for place, line in enumerate(lines):
        if not line.strip():
            matches: list[Match] = []
        else:
            around = [lines[near] if 0 <= near < len(lines) else "" for near in (place - 1, place + 1)]
            matches = find(asked, line, replace(options, previous=around[0], next=around[1]))
            answers.append((line, matches))
            matches = [match for match in matches if match.score >= shown]
        if json:
            write(dumps([match.to_dict() for match in matches], ensure_ascii=False))
        elif line.strip():
            best = matches[0] if matches else None
            write(f"{best.score if best else 0}\t{line}\t{best.unit.target if best else ''}")
    bands = coverage(answers)
    if json:
        message(dumps({"coverage": [_band_json(band) for band in bands]}, ensure_ascii=False))
    else:
        _table(bands)


def _band_json(band: "MatchBand") -> dict[str, object]:
    return {"band": band.name, "segments": band.segments, "words": band.words, "share": band.share}


def _table(bands: "Sequence[MatchBand]") -> None:
    from rich.table import Table

    table = Table("match", title="coverage")
    for name in ("segments", "words", "%"):
        table.add_column(name, justify="right")
    for band in bands:
        table.add_row(band.name, f"{band.segments:,}", f"{band.words:,}", f"{band.share:.1f}")
    console().print(table)


def _show(matches: "Sequence[Match]") -> None:
    """Matches for reading: score and kind, the source with its differences marked, the target, where from."""
    colour = sys.stdout.isatty()
    for match in matches:
        looks = f" ({', '.join(match.looks)} differ)" if match.looks else ""
        write(f"{match.score:3} % {match.kind}{looks}")
        write(f"    {marked(match.differences, colour=colour) if match.differences else match.unit.source}")
        write(f"    {match.unit.target}")
        if match.adapted:
            changes = ", ".join(f"{old} → {new}" for old, new in match.adapted)
            write(f"    adapted: {changes}")
        place = match.unit.origin
        known = [place.source_file, place.section, f"page {place.page}" if place.page else "", match.unit.status]
        write(f"    [{', '.join(part for part in known if part)}]")


def marked(pieces: "Sequence[DiffPart]", *, colour: bool) -> str:
    """Differences inline: ``[-out-]{+in+}``, or red and struck out, green, on a terminal."""
    forms = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    if colour:
        forms = {"=": "{}", "-": "\x1b[31;9m{}\x1b[0m", "+": "\x1b[32m{}\x1b[0m"}
    return "".join(forms[piece.kind].format(piece.text) for piece in pieces)
