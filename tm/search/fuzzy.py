"""The fuzzy measure: how similar two texts are, in percent.

    score = floor(100 · (n − d) / n) − p

d is the Levenshtein distance between the tokens of both folded texts (`tm.folding`: words, or characters in Chinese),
n the number of tokens of the longer one. p, between 0 and 5 points, is for minor differences, which folding removes:
case, punctuation, numbers, tags, full-width and traditional forms, blanks. With s of them p = min(5, ceil(20 · s / n)),
and 1 for blanks alone.
So identical texts have 100, texts with minor differences only 95 to 99, as in CAT tools, and nothing else has 100. The
first term alone is an upper bound of the score, so an index can exclude texts safely. Texts that are equal without
their list markers, numbers and footnote marks (`tm.search.marks`) have a minor difference more, the "marker".

Levenshtein, V. I. (1966), Binary codes capable of correcting deletions, insertions and reversals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from tm.folding import NUMBER, TOKEN, fold, simplified, tokens
from tm.search.marks import MOST_TOKENS, without_marks
from tm.tags import plain, tags

__all__ = ["PreparedQuery", "Similarity", "allowed", "similarity"]

#: Stands for every token that is not in the query: it matches nothing.
_OTHER = "\ufffe"
_FIRST = 0x10000  # code points beyond the surrogates


@dataclass(frozen=True, slots=True)
class Similarity:
    """A score in percent, the distance in tokens, the tokens of the longer text, and the minor differences.

    ``minor_differences`` names each kind once: "case", "punctuation", "number", "tag", "form" (width or script),
    "space", "marker".
    """

    score: int
    distance: int
    length: int
    minor_differences: tuple[str, ...] = ()


def allowed(length: int, minimum: int) -> int:
    """The largest distance at which two texts, the longer one of ``length`` tokens, can score ``minimum`` percent."""
    return (100 - minimum) * length // 100


class PreparedQuery:
    """A text prepared for comparison with many: its tokens as characters, so that rapidfuzz compares strings."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self.tokens = tokens(self.folded)
        self.core = without_marks(text)
        self.core_tokens = tokens(fold(self.core))
        self._codes: dict[str, str] = {}
        for token in self.tokens:
            self._codes.setdefault(token, chr(_FIRST + len(self._codes)))
        self._encoded = self._encode(self.tokens)
        self._numbers = _numbers(self.folded)

    def _encode(self, sequence: Sequence[str]) -> str:
        get = self._codes.get
        return "".join([get(token, _OTHER) for token in sequence])

    def distance(self, text: str, minimum: int = 0) -> tuple[int, int] | None:
        """Distance to ``text`` in tokens and tokens of the longer one; None where the score is below ``minimum``."""
        other = self._encode(tokens(fold(text)))
        longest = max(len(other), len(self._encoded))
        most = allowed(longest, minimum)
        distance = Levenshtein.distance(self._encoded, other, score_cutoff=most)
        return (distance, longest) if distance <= most else None

    def bound(self, text: str, minimum: int) -> int:
        """The most that ``text`` can score, 0 below ``minimum``; it counts numbers that differ, which are quick to see.

        All numbers have one token, so that thousands of texts such as "w12", "w13" have a distance of 0.
        """
        folded = fold(text)
        found = TOKEN.findall(folded)
        # Where the query has no number, each number of the text is a token that it lacks, whatever it is called.
        same = found if not self._numbers else [NUMBER if token[0].isdecimal() else token for token in found]
        other = self._encode(same or tokens(folded))
        longest = max(len(other), len(self._encoded), 1)
        most = allowed(longest, minimum)
        distance = Levenshtein.distance(self._encoded, other, score_cutoff=most)
        if distance > most:
            return 0
        score = 100 * (longest - distance) // longest
        if self.folded == folded:
            return score
        numbers = Levenshtein.distance(self._numbers, [token for token in found if token[0].isdecimal()])
        return score - min(5, -(-20 * numbers // longest))

    def compare(self, text: str) -> Similarity:
        """Compare with ``text`` in full."""
        if text == self.text:
            return Similarity(100, 0, max(1, len(self.tokens)))
        found = self.distance(text)
        assert found is not None
        distance, length = found
        length = max(1, length)
        minor = _minor_differences(self.text, text, content=distance)
        score = 100 * (length - distance) // length
        if minor:
            score -= 1 if "space" in minor else min(5, -(-20 * sum(minor.values()) // length))
        if score < 95 and distance <= 2 * MOST_TOKENS:
            return self.without_marks(text) or Similarity(max(0, score), distance, length, tuple(minor))
        return Similarity(max(0, score), distance, length, tuple(minor))

    def without_marks(self, text: str) -> Similarity | None:
        """Compare with ``text`` if both are equal without their markers and footnote marks; else None."""
        rest = iter(tokens(fold(text)))
        if not all(token in rest for token in self.core_tokens):
            return None  # quicker than to look for marks
        core = without_marks(text)
        if not core or tokens(fold(core)) != self.core_tokens:
            return None
        minor = _minor_differences(self.core, core, content=0) if core != self.core else {}
        minor.pop("space", None)
        length = max(1, len(self.core_tokens))
        score = 100 - min(5, -(-20 * (sum(minor.values()) + 1) // length))
        return Similarity(score, 0, length, (*minor, "marker"))


def similarity(query: str, text: str) -> Similarity:
    """How similar two texts are; symmetric."""
    return PreparedQuery(query).compare(text)


def _minor_differences(left: str, right: str, *, content: int) -> dict[str, int]:
    """How many minor differences of each kind there are; never empty for texts that are equal when folded."""
    found: dict[str, int] = {}
    tags_left, tags_right = ([str(tag) for tag in tags(text)] for text in (left, right))
    if tags_left or tags_right:
        found["tag"] = Levenshtein.distance(tags_left, tags_right)
    left, right = plain(left), plain(right)
    if left != right:
        folded_left, folded_right = fold(left), fold(right)
        found["number"] = Levenshtein.distance(_numbers(folded_left), _numbers(folded_right))
        found["punctuation"] = Levenshtein.distance(_signs(folded_left), _signs(folded_right))
        found["case"] = max(0, Levenshtein.distance(_cased(left), _cased(right)) - content)
        found["form"] = _forms(left, right, folded_left, folded_right)
    found = {kind: count for kind, count in found.items() if count}
    if not found and not content:
        found["space"] = 1
    return found


def _numbers(folded: str) -> list[str]:
    return [token for token in TOKEN.findall(folded) if token[0].isdecimal()]


def _signs(folded: str) -> str:
    rest = TOKEN.sub("", folded)
    # A text of punctuation only is compared by it already.
    return "" if "".join(folded.split()) == "".join(rest.split()) else "".join(rest.split())


def _cased(text: str) -> list[str]:
    """The tokens with their case; the folding is otherwise that of `fold`."""
    import unicodedata

    text = simplified(unicodedata.normalize("NFKC", text))
    found = TOKEN.findall(text) or [sign for sign in text if not sign.isspace()]
    return [NUMBER if token[0].isdecimal() else token for token in found]


def _forms(left: str, right: str, folded_left: str, folded_right: str) -> int:
    """How many more characters differ if width and script count than if they do not."""
    raw = [_squeezed(text) for text in (left, right)]
    folded = [folded_left.replace(" ", ""), folded_right.replace(" ", "")]
    if raw == folded:
        return 0
    return max(0, Levenshtein.distance(*raw) - Levenshtein.distance(*folded))


def _squeezed(text: str) -> str:
    return "".join(text.casefold().split())
