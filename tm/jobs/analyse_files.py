"""Analyse the files of a job against memories: what repeats, what is known, what is similar, what is new."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpora.arguments import checked_class
from corpora.errors import DuiyiError, InputError, UsageError
from corpora.files import replacing
from tm.jobs.job_files import read_job
from tm.search.analysis import BANDS, Analysis, analyse, best_score
from tm.search.lookup import LONGEST_QUERY, LookupOptions, lookup
from tm.search.memory import Memory
from tm.store.filters import Filters
from tm.store.memory_store import MemoryStore
from tm.unit import Unit

__all__ = ["REPORTS", "AnalyseOptions", "analyse_files", "check_reports", "read_rates", "write_report"]

_LEAST = 50  # the lowest score that a band counts
#: Extensions of reports.
REPORTS = (".html", ".json", ".csv", ".tsv")
_ALL = Filters()


@checked_class
@dataclass(frozen=True, slots=True)
class AnalyseOptions:
    """How a job is analysed.

    filters: which units count, and the languages of the job.
    internal: a text that is similar to an earlier one of the job counts by that, where no unit is more similar.
    segmented: plain text has one segment on each line.
    rates: by band, what a word of it counts; see `read_rates`.
    penalties: as in `tm.search.lookup.LookupOptions`.
    srx: a file of rules by which documents are split into sentences.
    """

    filters: Filters = _ALL
    internal: bool = False
    segmented: bool = False
    rates: Mapping[str, float] | None = None
    penalties: tuple[tuple[str, int], ...] = ()
    srx: str | None = None


_DEFAULT = AnalyseOptions()


def analyse_files(
    files: Iterable[Path | str],
    memories: Sequence[MemoryStore | tuple[MemoryStore, int]],
    options: AnalyseOptions = _DEFAULT,
    *,
    progress: Callable[[str, int], None] | None = None,
    on_warning: Callable[[str], None] | None = None,
    on_failure: Callable[[str, DuiyiError], None] | None = None,
    follow: Callable[[int, int], None] | None = None,
) -> Analysis:
    """Count the segments of documents and bilingual files by band of match; the memories may come with penalties.

    ``progress`` is called with each file and its segments, ``follow`` with the segments counted, of all. Raises
    `InputError` for a file that cannot be read; with ``on_failure`` that is called instead, and the others are counted.
    """
    filters = options.filters
    jobs = []
    for path in map(Path, files):
        try:
            job = read_job(
                path, language=filters.source_lang, target_lang=filters.target_lang, segmented=options.segmented,
                srx=options.srx,
            )  # fmt: skip
        except DuiyiError as error:
            if on_failure is None:
                raise
            on_failure(str(path), error)
            continue
        if on_warning is not None:
            for warning in job.warnings:
                on_warning(warning)
        jobs.append((str(path), job.texts))
        if progress is not None:
            progress(str(path), len(job.texts))
    total = sum(len(texts) for _, texts in jobs)
    with Memory(":memory:") as earlier:
        scores = _Scores(memories, options, earlier, follow and (lambda done: follow(done, total)))
        return analyse(jobs, scores, options.rates)


class _Scores:
    """The score of the best match of each text, looked up once for each context."""

    def __init__(
        self,
        memories: Sequence[MemoryStore | tuple[MemoryStore, int]],
        options: AnalyseOptions,
        earlier: Memory,
        follow: Callable[[int], None] | None = None,
    ) -> None:
        self._memories = memories
        self._options = LookupOptions(minimum=_LEAST, filters=options.filters, penalties=options.penalties)
        self._earlier = earlier if options.internal else None
        self._known: dict[tuple[str, str, str], int] = {}
        self._follow, self._done = follow, 0

    def __call__(self, text: str, previous: str, following: str) -> int:
        place = (text, previous, following)
        self._done += 1
        if self._follow is not None:
            self._follow(self._done)
        if place not in self._known:
            self._known[place] = self._best(*place)
        return self._known[place]

    def _best(self, text: str, previous: str, following: str) -> int:
        if len(text) > LONGEST_QUERY:
            return 0
        options = replace(self._options, previous=previous, next=following)
        best = best_score(lookup(self._memories, text, options)) if self._memories else 0
        if self._earlier is not None and best < 100:
            inner = best_score(lookup([self._earlier], text, LookupOptions(minimum=_LEAST, limit=1)))
            best = max(best, min(inner, 99))
            self._earlier.add([Unit(text, text, "und", "und")], whole=True)
        return best


def read_rates(path: Path) -> dict[str, float]:
    """The rates of a TOML file: a table ``[rates]`` with what a word of each band counts, from 0 to 1.

    Raises `InputError` where the file cannot be read, `UsageError` for an unknown band or a rate that is not a number.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
        raise InputError(f"{path} is not a TOML file: {error}") from error
    rates = data.get("rates")
    if not isinstance(rates, dict) or set(data) != {"rates"}:
        raise UsageError(f"{path}: the rates stand in one table, written [rates]")
    for band, rate in rates.items():
        if band not in BANDS:
            raise UsageError(f"{path}: {band!r} is not a band; there are {', '.join(BANDS)}")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise UsageError(f"{path}: the rate of {band} must be a number from 0 to 1")
    return {band: float(rate) for band, rate in rates.items()}


def check_reports(paths: Iterable[Path]) -> None:
    """Raise `UsageError` for a report of an analysis that is not to be .html, .json, .csv or .tsv."""
    for path in paths:
        if path.suffix.lower() not in REPORTS:
            raise UsageError(f"{path}: the report of an analysis is written as {', '.join(REPORTS)}")


def write_report(path: Path, analysis: Analysis) -> None:
    """Write an analysis in the format of the extension. Raises what `check_reports` raises."""
    check_reports([path])
    with replacing(path) as temporary:
        temporary.write_text(_REPORT_FORMS[path.suffix.lower()](analysis), encoding="utf-8", newline="")


def _html(analysis: Analysis) -> str:
    from tm.templates import render

    files = [*analysis.files, *([analysis.total] if len(analysis.files) > 1 else [])]
    return render("tm.report", "analysis.html", files=files, rates=analysis.rates)


def _json(analysis: Analysis) -> str:
    import json

    return json.dumps(analysis.to_dict(), ensure_ascii=False, indent=2) + "\n"


def _table(delimiter: str) -> Callable[[Analysis], str]:
    def table(analysis: Analysis) -> str:
        import csv
        import io

        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
        writer.writerow(["file", "band", "segments", "words", "characters"])
        for one in [*analysis.files, replace(analysis.total, file="total")]:
            for band, count in [*one.bands.items(), ("all", one.all)]:
                writer.writerow([one.file, band, count.segments, count.words, count.characters])
        return out.getvalue()

    return table


_REPORT_FORMS: Mapping[str, Callable[[Analysis], str]] = {
    ".html": _html,
    ".json": _json,
    ".csv": _table(","),
    ".tsv": _table("\t"),
}
