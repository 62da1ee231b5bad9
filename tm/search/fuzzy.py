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

from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

from rapidfuzz.distance import LCSseq, Levenshtein

from tm.folding import NUMBER, TOKEN, characters, compatible, tokens
from tm.search.marks import MOST_TOKENS, without_marks
from tm.tags import plain, tags

__all__ = ["PreparedQuery", "PreparedText", "Similarity", "allowed", "similarity"]

#: Stands for a token that is not in the query: it matches nothing.
_OTHER = "\ufffe"
_FIRST = 0xF0000  # code points for private use, which are no tokens


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


class PreparedText:
    """A text with what comparisons need of it: each is made once, and the rarer ones only when they are needed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = plain(text)
        self._shown = compatible(self.plain)
        self.folded = " ".join(self._shown.casefold().split())
        self.characters = characters(self.folded)

    @cached_property
    def tokens(self) -> list[str]:
        """The tokens, as `tm.folding.tokens` gives them."""
        return list(self.characters) or tokens(self.folded)

    @cached_property
    def numbers(self) -> list[str]:
        """The numbers, which are all one token, as they are written."""
        return [] if self.characters or NUMBER not in self.tokens else _numbers(self.folded)

    @cached_property
    def signs(self) -> str:
        """The signs outside tokens, without blanks; none where a text is punctuation only, whose tokens are signs."""
        rest = "".join(TOKEN.sub("", self.folded).split())
        return "" if self._squeezed == rest else rest

    @cached_property
    def cased(self) -> list[str]:
        """The tokens with their case; the list of tokens itself where there is none."""
        if self._shown.casefold() == self._shown:
            return self.tokens
        return tokens(self._shown) if TOKEN.search(self._shown) else [one for one in self._shown if not one.isspace()]

    @cached_property
    def _squeezed(self) -> str:
        return self.folded.replace(" ", "")

    @cached_property
    def forms(self) -> tuple[str, str]:
        """The text without blanks and case, and the folded one, in which width and script do not count."""
        return "".join(self.plain.casefold().split()), self._squeezed

    @cached_property
    def core(self) -> "PreparedText":
        """The text without its markers and footnote marks."""
        core = without_marks(self.text)
        return self if core == self.text else PreparedText(core)


class PreparedQuery(PreparedText):
    """A text prepared for comparison with many: its tokens as characters, so that rapidfuzz compares strings."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._codes: dict[str, str] = {}
        for token in (*self.tokens, *self.core.tokens):
            if token not in self._codes:
                alone = len(token) == 1 and TOKEN.match(token)
                self._codes[token] = token if alone else chr(_FIRST + len(self._codes))
        self._encoded = self._encode(self)
        self._core = self._encode(self.core)

    def _encode(self, other: PreparedText) -> str:
        """The tokens of a text as one character each; a single character of a script without spaces is its own."""
        return other.characters or "".join(map(self._codes.get, other.tokens, repeat(_OTHER)))

    def distance(self, text: str, minimum: int = 0) -> tuple[int, int] | None:
        """Distance to ``text`` in tokens and tokens of the longer one; None where the score is below ``minimum``."""
        return self._distance(self._encode(PreparedText(text)), minimum)

    def _distance(self, encoded: str, minimum: int) -> tuple[int, int] | None:
        longest = max(len(encoded), len(self._encoded))
        most = allowed(longest, minimum)
        distance = Levenshtein.distance(self._encoded, encoded, score_cutoff=most)
        return (distance, longest) if distance <= most else None

    def compare(self, text: str) -> Similarity:
        """Compare with ``text`` in full."""
        found = self.reaching(PreparedText(text), 0)
        assert found is not None
        return found

    def reaching(self, other: PreparedText, minimum: int) -> Similarity | None:
        """Compare with a text in full; None where tokens and numbers alone say that its score is below ``minimum``.

        All numbers have one token, so that thousands of texts such as "w12", "w13" have a distance of 0.
        """
        encoded = self._encode(other)
        if other.text == self.text:
            return Similarity(100, 0, max(1, len(self.tokens)))
        found = self._distance(encoded, minimum)
        if found is None:
            return None
        distance, length = found
        length = max(1, length)
        score = 100 * (length - distance) // length
        if max(0, score - min(5, -(-20 * _edits(self.numbers, other.numbers) // length))) < minimum:
            return None
        minor = _minor_differences(self, other, content=distance)
        if minor:
            score -= 1 if "space" in minor else min(5, -(-20 * sum(minor.values()) // length))
        if score < 95 and distance <= 2 * MOST_TOKENS:
            return self.without_marks(other) or Similarity(max(0, score), distance, length, tuple(minor))
        return Similarity(max(0, score), distance, length, tuple(minor))

    def without_marks(self, other: PreparedText) -> Similarity | None:
        """Compare with a text if both are equal without their markers and footnote marks; else None."""
        if LCSseq.similarity(self._core, self._encode(other), score_cutoff=len(self._core)) < len(self._core):
            return None  # quicker than to look for marks
        core, own = other.core, self.core
        if not core.text or core.tokens != own.tokens:
            return None
        minor = _minor_differences(own, core, content=0) if core.text != own.text else {}
        minor.pop("space", None)
        length = max(1, len(own.tokens))
        score = 100 - min(5, -(-20 * (sum(minor.values()) + 1) // length))
        return Similarity(score, 0, length, (*minor, "marker"))


def similarity(query: str, text: str) -> Similarity:
    """How similar two texts are; symmetric."""
    return PreparedQuery(query).compare(text)


def _minor_differences(left: PreparedText, right: PreparedText, *, content: int) -> dict[str, int]:
    """How many minor differences of each kind there are; never empty for texts that are equal when folded."""
    found: dict[str, int] = {}
    tags_left, tags_right = ([str(tag) for tag in tags(one.text)] for one in (left, right))
    if tags_left or tags_right:
        found["tag"] = Levenshtein.distance(tags_left, tags_right)
    if left.plain != right.plain:
        found["number"] = _edits(left.numbers, right.numbers)
        found["punctuation"] = _edits(left.signs, right.signs)
        if left.cased is not left.tokens or right.cased is not right.tokens:
            found["case"] = max(0, _edits(left.cased, right.cased) - content)
        found["form"] = _forms(left.forms, right.forms)
    found = {kind: count for kind, count in found.items() if count}
    if not found and not content:
        found["space"] = 1
    return found


def _edits(left: list[str] | str, right: list[str] | str) -> int:
    return 0 if left == right else Levenshtein.distance(left, right)


def _numbers(folded: str) -> list[str]:
    return [token for token in TOKEN.findall(folded) if token[0].isdecimal()]


def _forms(left: tuple[str, str], right: tuple[str, str]) -> int:
    """How many more characters differ if width and script count than if they do not."""
    if left[0] == left[1] and right[0] == right[1]:
        return 0
    return max(0, _edits(left[0], right[0]) - _edits(left[1], right[1]))
