"""How much of a job is done already: segments, words and characters by band of match, as CAT tools count a quotation.

The bands are those of Trados and memoQ. A segment counts for its best match; a segment that has no match of 100 or more
and stands in the job before, in this file or an earlier one, is a repetition. Semantic matches do not count.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpora.tabular import Tabular
from tm.search.counting import characters, words
from tm.search.matches import Match, MatchKind

__all__ = ["BANDS", "Analysis", "Count", "FileAnalysis", "analyse", "band_of", "best_score"]

#: The bands in the order of the report.
BANDS = ("repetitions", "context", "exact", "95-99", "85-94", "75-84", "50-74", "new")
#: Lowest score of each band of matches.
_LEAST = ((101, "context"), (100, "exact"), (95, "95-99"), (85, "85-94"), (75, "75-84"), (50, "50-74"), (0, "new"))


@dataclass(frozen=True, slots=True)
class Count:
    """Segments, and their words and characters (see `tm.search.counting`)."""

    segments: int = 0
    words: int = 0
    characters: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.segments + other.segments, self.words + other.words, self.characters + other.characters)

    def to_dict(self) -> dict[str, int]:
        """The count as plain data."""
        return {"segments": self.segments, "words": self.words, "characters": self.characters}


@dataclass(frozen=True, slots=True)
class FileAnalysis:
    """The counts of one file by band; every band of `BANDS` is there."""

    file: str
    bands: Mapping[str, Count]

    @property
    def all(self) -> Count:
        """The sum of the bands."""
        return sum(self.bands.values(), Count())

    def weighted(self, rates: Mapping[str, float]) -> float:
        """Words, each multiplied with the rate of its band; a band without a rate counts in full."""
        return round(sum(count.words * rates.get(band, 1.0) for band, count in self.bands.items()), 1)

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain data, and those of ``all``."""
        return {band: count.to_dict() for band, count in [*self.bands.items(), ("all", self.all)]}


@dataclass(frozen=True, slots=True)
class Analysis(Tabular):
    """The counts of each file, in order; ``rates`` are those for weighted words, empty if none were given."""

    files: tuple[FileAnalysis, ...]
    rates: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> FileAnalysis:
        """The sum of all files."""
        return FileAnalysis("", {band: sum((one.bands[band] for one in self.files), Count()) for band in BANDS})

    def to_dict(self) -> dict[str, Any]:
        """The analysis as `duiyi analyse --json` prints it."""
        return {"files": self.to_dicts(), "total": self._row(self.total)}

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dictionary for each file."""
        return [{"file": one.file, **self._row(one)} for one in self.files]

    def _row(self, one: FileAnalysis) -> dict[str, Any]:
        return one.to_dict() | ({"weighted_words": one.weighted(self.rates)} if self.rates else {})


def analyse(
    files: Iterable[tuple[str, Sequence[str]]],
    score: Callable[[str, str, str], int],
    rates: Mapping[str, float] | None = None,
) -> Analysis:
    """Count the segments of ``files`` (name, texts in order) by band.

    ``score(text, previous, next)`` is the score of the best match of a text between its neighbours.
    """
    seen: set[str] = set()
    found = []
    for name, texts in files:
        bands = dict.fromkeys(BANDS, Count())
        for place, text in enumerate(texts):
            previous, following = (texts[near] if 0 <= near < len(texts) else "" for near in (place - 1, place + 1))
            best = score(text, previous, following)
            band = "repetitions" if best < 100 and text in seen else band_of(best)
            seen.add(text)
            bands[band] += Count(1, words(text), characters(text))
        found.append(FileAnalysis(name, bands))
    return Analysis(tuple(found), rates or {})


def band_of(score: int) -> str:
    """The band of a score in percent."""
    return next(name for least, name in _LEAST if score >= least)


def best_score(matches: Iterable[Match]) -> int:
    """The score of the best match of a whole text, not semantic; 0 for none."""
    whole = (MatchKind.CONTEXT, MatchKind.EXACT, MatchKind.FUZZY)
    return max((match.score for match in matches if match.kind in whole), default=0)
