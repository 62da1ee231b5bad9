"""How much of a text a memory covers: words by band of match, as CAT tools count them for quotations."""

from collections.abc import Iterable
from dataclasses import dataclass

from tm.folding import weight
from tm.search.matches import Match, MatchKind

__all__ = ["BANDS", "MatchBand", "coverage"]

#: Lowest score of each band and its name.
BANDS = ((101, "context"), (100, "100"), (95, "95–99"), (85, "85–94"), (75, "75–84"), (50, "50–74"), (0, "none"))


@dataclass(frozen=True, slots=True)
class MatchBand:
    """A row of the table: segments, words (characters in Chinese), and the share of all words in percent."""

    name: str
    segments: int
    words: int
    share: float


def coverage(results: Iterable[tuple[str, list[Match]]]) -> list[MatchBand]:
    """Count each text by its best match that is not semantic: texts with their matches, best first."""
    segments, words = [0] * len(BANDS), [0] * len(BANDS)
    for text, matches in results:
        best = max((match.score for match in matches if match.kind is not MatchKind.SEMANTIC), default=0)
        place = next(place for place, (least, _) in enumerate(BANDS) if best >= least)
        segments[place] += 1
        words[place] += weight(text)
    total = sum(words) or 1
    return [
        MatchBand(name, segments[place], words[place], round(100 * words[place] / total, 1))
        for place, (_, name) in enumerate(BANDS)
    ]
