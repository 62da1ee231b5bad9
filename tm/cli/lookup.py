"""`duiyi lookup`: matches of a sentence, or of each line of a file."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.errors import UsageError
from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.analyse import show_bands
from tm.cli.memory_options import MemoriesOption, PenaltyOption, PreferOption, SrxOption, memories, with_filters
from tm.cli.output import message, place_of, print_json, tell, waiting, write
from tm.cli.text_input import is_plain_text, read_plain_text
from tm.store.filters import Filters, origin_penalties

if TYPE_CHECKING:
    from models.encoder import Encoder
    from tm.search.diff import DiffPart
    from tm.search.lookup import LookupOptions
    from tm.search.matches import Match
    from tm.search.memory import Memory
    from tm.terms.base import TermBase

__all__ = ["lookup", "marked"]

_COVERED = 50  # the lowest score that the table of coverage counts, whatever is shown


FileOption = Annotated[
    Path | None,
    typer.Option(help="Look up each line of a plain text (- is standard input), each sentence of a document."),
]
SubstituteOption = Annotated[
    bool, typer.Option("--substitute", help="Replace numbers, dates and list markers that differ in the target.")
]
SemanticOption = Annotated[
    bool | None,
    typer.Option("--semantic/--no-semantic", help="Search by meaning too; by default in memories that have vectors."),
]


@with_filters
def lookup(
    text: Annotated[str, typer.Argument(help="The text to look up.")] = "",
    file: FileOption = None,
    sentences: Annotated[bool, typer.Option("--sentences", help="Split plain text into sentences too.")] = False,
    srx: SrxOption = None,
    minimum: Annotated[int, typer.Option("--min", help="Lowest score of fuzzy matches, 30 to 100.")] = 70,
    limit: Annotated[int, typer.Option(help="Largest number of matches.", min=1)] = 10,
    memory: MemoriesOption = None,
    previous: Annotated[str, typer.Option(help="The text before it, for context matches.")] = "",
    following: Annotated[str, typer.Option("--next", help="The text after it.")] = "",
    substitute: SubstituteOption = False,
    prefer: PreferOption = None,
    penalty: PenaltyOption = None,
    assemble: Annotated[
        bool, typer.Option(help="Put a text without a match together from parts that the memories have.")
    ] = True,
    terms: Annotated[Path | None, typer.Option(help="Term base, for texts that are put together.")] = None,
    semantic: SemanticOption = None,
    model: Annotated[str, typer.Option(help="Encoder of the semantic search; the built-in one by default.")] = "",
    *,
    filters: Filters,
    json: Annotated[bool, typer.Option("--json", help="Print matches as JSON; with --file one list per line.")] = False,
) -> None:
    """Look up a sentence in the memories: context, exact, fuzzy and semantic matches."""
    from dataclasses import replace

    from tm.search.lookup import LookupOptions, check_languages
    from tm.search.semantic import encoder_for
    from tm.terms.base import TermBase

    _check_input(text, file, split=sentences or bool(srx))
    options = LookupOptions(
        minimum, limit, previous, following, filters, substitute,
        prefer=tuple(prefer or ()), penalties=origin_penalties(penalty or ()),
    )  # fmt: skip
    with ExitStack() as stack:
        opened = stack.enter_context(memories(memory))
        base = stack.enter_context(TermBase(terms, create=False)) if terms else None
        searched = [one for one, _ in opened]
        check_languages(searched, filters.source_lang, filters.target_lang)
        encoder, without = encoder_for(searched, semantic, lambda: _encoder(model))
        for one in without:
            message(f"duiyi: {one.path} is not searched by meaning; duiyi memory index makes the vectors for it")
        options = replace(options, encoder=encoder)
        if file is not None:
            find = partial(_found, opened, terms=base, assemble=assemble and json)
            covering = partial(_found, opened, terms=None, assemble=False)
            lines = _segments(file, options, sentences=sentences, srx=srx)
            _many(str(file), lines, find, covering, options, json=json)
            return
        matches = _found(opened, text, options, terms=base, assemble=assemble)
        symbols = [] if json else _symbols(searched, text)
    if json:
        print_json([match.to_dict() for match in matches])
        return
    _show(matches, minimum)
    for line in symbols:
        message(line)


def _check_input(text: str, file: Path | None, *, split: bool) -> None:
    if bool(text) == (file is not None):
        raise UsageError("give either a text or --file")
    if text and split:
        raise UsageError("a text is looked up whole; --sentences and --srx split a file that --file names")


def _found(
    opened: "Sequence[tuple[Memory, int]]",
    text: str,
    options: "LookupOptions",
    *,
    terms: "TermBase | None",
    assemble: bool,
) -> "list[Match]":
    if assemble:
        from tm.search.assembly import lookup_or_assemble

        return lookup_or_assemble(opened, text, options, terms)
    from tm.search.lookup import lookup as find

    return find(opened, text, options)


def _symbols(searched: "Sequence[Memory]", text: str) -> list[str]:
    """Where the documents are that a text names by their symbols: in the memory, or to be fetched."""
    from corpora.text.languages import detect
    from tm.jobs.bitext import is_shown, origins_of, symbols_in

    found = []
    for symbol in symbols_in(text, detect(text)):
        known = next((pairs for memory in searched if (pairs := origins_of(memory, symbol))), [])
        what = f'duiyi memory bitext "{known[0][0]}" -o bitext.html' if known else f"duiyi fetch {symbol}"
        if is_shown(symbol, known):
            found.append(f"duiyi: {symbol}: {what}")
    return found


def _encoder(model: str) -> "Encoder":
    from models.registry import load

    return load(model or None)


def _segments(file: Path, options: "LookupOptions", *, sentences: bool, srx: str | None) -> list[str]:
    """The lines of a plain text, blank ones too, or the sentences of a document as `duiyi align` splits them.

    A table of tabs or commas is plain text unless it holds both languages.
    """
    from tm.jobs.job_files import BILINGUAL, TEXT_TABLES, read_job

    name = file.name.lower()
    text = None
    if not sentences and not srx and not name.endswith(BILINGUAL) and is_plain_text(file):
        text = read_plain_text(file)
        if not text or not name.endswith(TEXT_TABLES):
            return _lines(text)
    job = read_job(file, language=options.filters.source_lang, target_lang=options.filters.target_lang, srx=srx)
    if text is not None and not job.translations:
        return _lines(text)
    for warning in job.warnings:
        message(f"duiyi: warning: {warning}")
    return list(job.texts)


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _many(
    name: str,
    lines: Sequence[str],
    find: "Callable[..., list[Match]]",
    covering: "Callable[..., list[Match]]",
    options: "LookupOptions",
    *,
    json: bool,
) -> None:
    """Look up each line or sentence, with its neighbours as context; then the table of coverage.

    ``find`` gives the matches that are shown, ``covering`` the whole ones for the table.
    """
    from dataclasses import replace
    from json import dumps

    from tm.search.analysis import analyse, best_score

    scores = []
    for number, line in _followed(lines):
        if not line.strip():
            matches: list[Match] = []
        else:
            around = [lines[near] if 0 <= near < len(lines) else "" for near in (number - 1, number + 1)]
            matches = find(line, replace(options, previous=around[0], next=around[1]))
            reached = best_score(matches)
            if not reached and options.minimum > _COVERED:
                # Only the best one counts below what is shown, and looking for it takes longer.
                reached = best_score(covering(line, replace(options, minimum=_COVERED, limit=1, encoder=None)))
            scores.append(reached)
        if json:
            write(dumps([match.to_dict() for match in matches], ensure_ascii=False))
        elif line.strip():
            best = matches[0] if matches else None
            write(f"{best.score if best else 0}\t{line}\t{best.unit.target if best else ''}")
    following = iter(scores)
    counts = analyse([(name, [line for line in lines if line.strip()])], lambda *_: next(following)).total
    if json:
        message(dumps({"coverage": counts.to_dict()}, ensure_ascii=False))
    else:
        show_bands(counts, translated("coverage"))


def _followed(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, and a count of them where the results do not show how far it is."""
    if sys.stdout.isatty():
        yield from enumerate(lines)
        return
    every = len(lines)
    with waiting("reading") as show:
        for done, line in enumerate(lines):
            if done % 10 == 0:
                show(f"{done:,} of {counted(every, 'segment')}")
            yield done, line


def _show(matches: "Sequence[Match]", minimum: int) -> None:
    """Print matches: score and kind, the source with its differences marked, the target, the origin."""
    if not matches:
        message(f"no match of {minimum} % or more")
    colour = sys.stdout.isatty()
    for match in matches:
        minor = f" ({', '.join(match.minor_differences)} differ)" if match.minor_differences else ""
        write(f"{match.score:3} % {translated(match.kind)}{translated(minor)}")
        write(f"    {marked(match.differences, colour=colour) if match.differences else match.unit.source}")
        write(f"    {match.unit.target}")
        for part, translation in match.fragments if match.kind == "fragments" else ():
            tell(f"    part: {part} = {translation}")
        if match.adapted:
            changes = ", ".join(f"{old or '–'} → {new or '–'}" for old, new in match.adapted)
            tell(f"    adapted: {changes}")
        if match.number:
            write(f"    {place_of(match.unit)}")


def marked(parts: "Sequence[DiffPart]", *, colour: bool) -> str:
    """Differences inline: ``[-out-]{+in+}``, or red and struck out, green, on a terminal."""
    forms = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    if colour:
        forms = {"=": "{}", "-": "\x1b[31;9m{}\x1b[0m", "+": "\x1b[32m{}\x1b[0m"}
    return "".join(forms[part.kind].format(part.text) for part in parts)
