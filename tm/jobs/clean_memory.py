"""Delete the units of a memory that are no translations, by named rules; most of them are checks of `tm.checks`.

By default only rules apply whose units are useless beyond doubt. The others delete true translations with a defect, or
all but one of several translations of a text, which only the owner of a memory can decide.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from corpora.errors import UsageError
from tm.checks.checked_unit import CheckedUnit
from tm.checks.finding import Severity
from tm.checks.options import CheckOptions
from tm.checks.registry import checks
from tm.search.memory import Memory
from tm.store.filters import Filters
from tm.store.reading import StoredUnit

__all__ = ["RULES", "CleanReport", "CleanRule", "clean_memory", "selected"]

_ALL = Filters()
_PLACEHOLDER = re.compile(r"%(?:\d+\$)?[-+#0 ]*\d*(?:\.\d+)?[a-zA-Z@]|\$?\{[^{}]*\}|&#?\w+;|</?[A-Za-z][^<>]*>|\\[nrt]")
_TWO_WORDS = re.compile(r"\W*\w\S*\s\W*\w")
_MARKS = frozenset(".!?…")
_END = re.compile(r"(?<!\W)\W++\Z")
_CHECKED = CheckOptions()
_DOUBTFUL, _OLDER = "doubtful", "older"
_LEAST = 0.5  # the probability of a translation below which a pair is doubtful
_TOGETHER = 4_000  # units whose neighbours the filter compares


@dataclass(frozen=True, slots=True)
class CleanRule:
    """A rule: its name, what it deletes, whether it applies by default, and its test of one unit.

    Without a test it compares units with each other.
    """

    name: str
    about: str
    on: bool
    applies: Callable[[CheckedUnit], bool] | None = None


@dataclass(slots=True)
class CleanReport:
    """How many units were read and are deleted, or would be, and how many by each rule; a unit counts for the first.

    ``examples`` has one source text by rule.
    """

    read: int = 0
    units: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The report as `duiyi memory clean --json` prints it."""
        return {"read": self.read, "units": self.units, "rules": dict(self.counts)}


def _codes_only(pair: CheckedUnit) -> bool:
    """Both sides without their tags and placeholders have neither letter nor digit."""
    return not any(re.search(r"[^\W_]", _PLACEHOLDER.sub("", side.text)) for side in (pair.source, pair.target))


def _copied(pair: CheckedUnit) -> bool:
    """A sentence that was copied; names and commands may be the same in both languages."""
    found = _severities(pair, "untranslated")
    return Severity.ERROR in found or (Severity.WARNING in found and _is_sentence(pair.source.text))


def _is_sentence(text: str) -> bool:
    """Whether a text has several words and ends in a mark that ends sentences, before quotation marks or brackets."""
    end = _END.search(text)
    return end is not None and not _MARKS.isdisjoint(end[0]) and _TWO_WORDS.match(text) is not None


def _severities(pair: CheckedUnit, name: str) -> set[Severity]:
    function = checks()[name].unit
    assert function is not None
    return {one.severity for one in function(pair, _CHECKED)}


def _error_of(name: str) -> Callable[[CheckedUnit], bool]:
    return lambda pair: Severity.ERROR in _severities(pair, name)


RULES: Mapping[str, CleanRule] = {
    rule.name: rule
    for rule in (
        CleanRule("codes", "only inline tags, placeholders and punctuation", True, _codes_only),
        CleanRule("copies", "sentences copied instead of translated", True, _copied),
        CleanRule("empty", "a side that shows nothing", True, _error_of("empty")),
        CleanRule("language", "a side in another language than its own", True, _error_of("language")),
        CleanRule("tags", "inline tags that differ", False, _error_of("tags")),
        CleanRule(_DOUBTFUL, "pairs that are probably no translations, by the filter of duiyi check", False),
        CleanRule(_OLDER, "older translations of a text that has a newer one", False),
    )
}


def selected(only: Iterable[str] = (), also: Iterable[str] = (), skip: Iterable[str] = ()) -> list[CleanRule]:
    """The rules on by default and ``also`` these, or ``only`` these; without those to ``skip``. Raises `UsageError`."""
    chosen, more, left = ([one for name in names for one in name.split(",")] for names in (only, also, skip))
    for name in [*chosen, *more, *left]:
        if name not in RULES:
            raise UsageError(f"unknown rule {name!r}; the rules are {', '.join(RULES)}")
    wanted = set(chosen or [name for name, rule in RULES.items() if rule.on]) | set(more)
    return [rule for name, rule in RULES.items() if name in wanted - set(left)]


def clean_memory(
    memory: Memory,
    rules: Iterable[CleanRule] | None = None,
    *,
    filters: Filters = _ALL,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> CleanReport:
    """Delete the units that one of the rules is about (None: those on by default), or only count them.

    ``progress`` is called with the number of units that were read.
    """
    applied = selected() if rules is None else list(rules)
    report = CleanReport(counts={rule.name: 0 for rule in applied})
    numbers: list[int] = []
    newest: dict[tuple[str, str], StoredUnit] = {}
    names = {rule.name for rule in applied}
    for entry, doubtful in _with_doubts(memory.entries(filters), search=_DOUBTFUL in names):
        report.read += 1
        if progress is not None:
            progress(report.read)
        pair = CheckedUnit(entry.id, entry.unit)
        rule = next((one for one in applied if one.applies is not None and one.applies(pair)), None)
        name, found = (rule.name, entry) if rule is not None else ("", None)
        if found is None and doubtful:
            name, found = _DOUBTFUL, entry
        if found is None and _OLDER in names:
            name, found = _OLDER, _older(newest, entry)
        if found is not None:
            numbers.append(found.id)
            report.counts[name] += 1
            report.examples.setdefault(name, found.unit.source)
    report.units = len(numbers)
    if numbers and not dry_run:
        memory.delete(numbers=numbers, action="cleaning")
    return report


def _with_doubts(entries: Iterable[StoredUnit], *, search: bool) -> Iterator[tuple[StoredUnit, bool]]:
    """Each unit, and with ``search`` whether it is probably no translation; units that a person reviewed are none."""
    if not search:
        yield from ((entry, False) for entry in entries)
        return
    from models.registry import load
    from tm.checks.noise import probabilities

    encoder, stream = load(None), iter(entries)
    while batch := list(islice(stream, _TOGETHER)):
        likely = probabilities([entry.unit for entry in batch], encoder)
        for entry, one in zip(batch, likely, strict=True):
            yield entry, one < _LEAST and entry.unit.status != "reviewed"


def _older(newest: dict[tuple[str, str], StoredUnit], entry: StoredUnit) -> StoredUnit | None:
    """The older of two translations of one text, or the one that was not reviewed; None for the first of a text."""
    key = entry.unit.source, entry.unit.target_lang
    other = newest.get(key)
    if other is None:
        newest[key] = entry
        return None
    first, last = sorted((other, entry), key=_age)
    newest[key] = last
    return first


def _age(entry: StoredUnit) -> tuple[bool, float, int]:
    unit = entry.unit
    moment = unit.changed or unit.created
    return unit.status == "reviewed", moment.timestamp() if moment else 0.0, entry.id
