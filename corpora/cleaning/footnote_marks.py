"""Find the footnote marks in the running text, mainly numbers glued to a word, and take them out.

In `《公约》1第五章` the 1 is a mark, in `目标 16` the 16 is not, and no pattern distinguishes the two reliably.
The footnotes do: each has exactly one first mark, which is on its page, that is above its own area and below the
one before, and first marks come in the order of their numbers. So for each area the chain of candidates with the
best score is chosen; what looks like a mark but has no place in the chain is text.
Later mentions of a known footnote ("《公约》6 采取") are taken as marks only behind a closing bracket or a stop.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

from corpora.cleaning.footnotes import UNITS, Footnote, number_of
from corpora.cleaning.joining import JoinedText
from corpora.document import FootnoteMark
from corpora.text.scripts import HAN

__all__ = ["MarkPosition", "counted_through", "find_marks", "without_marks"]

_NUMBER = re.compile(r"(?<!\d)[1-9]\d{0,2}(?!\d)")
#: Marks by the form of their footnotes.
_SIGNED = {
    "caret": re.compile(r"(?<!\s)\s*\^\s?\[(\d{1,3})\]"),
    "markdown": re.compile(r"\s?\[\^([^\]\s]{1,20})\]"),
    "bracket": re.compile(r"\s?[\[〔](\d{1,3})[\]〕]"),
    "star": re.compile(r"(?<=[^\s*/\-_.])(\*{1,4}|†{1,2}|‡)(?=$|[\s，。；：、,.;:）)])"),
    "circled": re.compile(r"(?<=\S)([①-⒛⓪-⓿])"),
    "number": re.compile(r"(?<=\S)([¹²³⁰⁴-⁹]{1,3})"),
}
_HAN = re.compile(f"[{HAN}]")
_HAN_OR_SIGN = re.compile(f"[{HAN}《》「」『』“”‘’（）【】，。；：、]")
_CLOSING = '》」』”’）)】]＂"'
_STOPPING = "，。；：、！？,.;:!?"
_BEFORE_NUMBERS = "第约达至到每共近逾超前后这为款条段卷册页号年月之增减占仅各计满足在于从自和与或及"
#: What is behind a number that is not a mark: what it counts, a letter, or the next part of a name or number.
_COUNTS = re.compile(rf"{UNITS.pattern}|[A-Za-z]|[/.-][^\W_]")
#: What is not behind a stop and a mark: a second stop, or a sentence in lower case.
_NO_SENTENCE = re.compile(r"[.,;:。]|\s[a-zß-ÿ]")
#: A path, or the letter of an annex in the number of its section.
_PATH = re.compile(r"(?:^|[\s(（])[\w.~-]*/[\w./~-]*[a-z]$|(?:^|\s)[A-Z]\.$", re.ASCII)
_DECIMAL = re.compile(r"\d[.,]$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}[,.]$")
#: "70/174," or "S-32/1,": the number of a document; the comma does not separate thousands.
_REFERENCE = re.compile(rf"(?:^|[\s(（{HAN}])[A-Z0-9.\-]*[A-Z0-9](?:/[A-Z0-9.\-]*[A-Z0-9])+[,.]$")
#: The abbreviations in "No.7", "p.12", "art.5", behind which a number is not a mark.
_COUNTED = re.compile(r"\b(?:no|nos|p|pp|art|arts|vol|para|paras|sect|ch|fig)\.$")
_NUMBERED = ("number", "dot", "bracket")
_SURE, _AFTER_YEAR, _SPACED_HAN, _AFTER_WORD, _WEAK = 3.5, 2.5, 2.5, 1.5, 1.2  # scores by what is before the number
_STRAY = 2.0  # score of a first mark that is not above its footnote, at least
_WINDOW = 60  # characters in front of a number that are looked at


@dataclass(frozen=True, slots=True)
class MarkPosition:
    """A mark in the text of paragraph ``index``: its span there and the number of its footnote."""

    index: int
    start: int
    end: int
    number: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    index: int
    start: int
    end: int
    number: int
    score: float
    origin: int


def find_marks(texts: Sequence[JoinedText], notes: Sequence[Footnote], *, spaced: bool) -> list[MarkPosition]:
    """The marks in the paragraphs, in order; ``spaced``: the document has spaces between Chinese and digits.

    Marks that the lines already have (`JoinedText.marks`, found by their size in a PDF) are not searched again.
    """
    found = _signed(texts, notes)
    known = {mark.number for text in texts for mark in text.marks}
    # A footnote that opens with "[1]" or "1." is often marked by the bare number.
    known |= {mark.number for mark in found}
    numbered = [note for note in notes if note.form in _NUMBERED and note.number not in known]
    found += _glued(texts, numbered, spaced)
    return sorted(set(found), key=lambda mark: (mark.index, mark.start))


def counted_through(
    texts: Sequence[JoinedText], notes: Sequence[Footnote], found: Sequence[MarkPosition]
) -> tuple[list[JoinedText], list[Footnote], list[MarkPosition]]:
    """All three, with the footnotes numbered through the document where their numbers begin again.

    Page breaks are in other places in a translation, so that numbers that begin again on every page do not correspond.
    A mark belongs to the next footnote with its number.
    """
    if not _begins_again([int(note.number) for note in notes if note.number.isdecimal()]):
        return list(texts), list(notes), list(found)
    places: dict[str, list[tuple[int, str]]] = {}
    through: list[Footnote] = []
    count = 0
    for note in notes:
        if note.number.isdecimal():
            count += 1
            places.setdefault(note.number, []).append((note.rows[0].line.start, str(count)))
            note = replace(note, number=str(count))
        through.append(note)

    def renamed(number: str, origin: int) -> str:
        known = places.get(number)
        return next((own for start, own in known if start > origin), known[-1][1]) if known else number

    marked = [
        replace(text, marks=tuple(replace(m, number=renamed(m.number, text.origin(m.offset))) for m in text.marks))
        for text in texts
    ]
    return marked, through, [replace(f, number=renamed(f.number, texts[f.index].origin(f.start))) for f in found]


def _begins_again(numbers: Sequence[int]) -> bool:
    """Whether the numbers begin again with 1 and count on from there, wherever they do not go up."""
    steps = list(pairwise(numbers))
    again = [below for above, below in steps if below <= above]
    return bool(again) and set(again) == {1} and all(below <= 2 for above, below in steps if above == 1)


def without_marks(text: JoinedText, found: Sequence[MarkPosition]) -> tuple[str, tuple[FootnoteMark, ...]]:
    """The text of one paragraph with the marks taken out, and the marks at their offsets in what remains."""
    places = [(mark.offset, mark.offset, mark.number) for mark in text.marks]
    places += [(mark.start, mark.end, mark.number) for mark in found]
    pieces: list[str] = []
    marks: list[FootnoteMark] = []
    length = at = 0
    for start, end, number in sorted(places, key=lambda place: place[:1]):
        pieces.append(text.text[at:start])
        length += len(pieces[-1])
        marks.append(FootnoteMark(number, length))
        # "《公约》1 的框架": the blank belonged to the mark.
        blank = _HAN_OR_SIGN.match(text.text, start - 1) and _HAN_OR_SIGN.match(text.text, end + 1)
        at = max(at, end + 1 if blank and text.text[end] == " " else end)
    pieces.append(text.text[at:])
    return "".join(pieces), tuple(marks)


def _signed(texts: Sequence[JoinedText], notes: Sequence[Footnote]) -> list[MarkPosition]:
    """Marks in a form that nothing else has; brackets and signs only where footnotes of that form exist."""
    numbers = {note.number for note in notes}
    patterns = [pattern for form, pattern in _SIGNED.items() if any(note.form == form for note in notes)]
    return [
        MarkPosition(index, match.start(), match.end(), number_of(match[1]))
        for index, text in enumerate(texts)
        for pattern in patterns
        for match in pattern.finditer(text.text)
        if number_of(match[1]) in numbers and match.start() > 0
    ]


def _glued(texts: Sequence[JoinedText], notes: Sequence[Footnote], spaced: bool) -> list[MarkPosition]:
    numbers = {int(note.number) for note in notes}
    candidates = [
        candidate for index, text in enumerate(texts) for candidate in _candidates(index, text, numbers, spaced)
    ]
    firsts: dict[int, _Candidate] = {}  # by the place of the footnote: numbers may begin again on every page
    floor = place = 0
    for area in _areas(notes):
        ceiling = area[0].rows[0].line.start
        places = {int(note.number): place + at for at, note in enumerate(area)}
        for candidate in _chain([c for c in candidates if floor < c.origin < ceiling], [int(n.number) for n in area]):
            firsts[places[candidate.number]] = candidate
        floor = ceiling
        place += len(area)
    _strays(candidates, firsts, [int(note.number) for note in notes])
    return [_position(candidate) for candidate in firsts.values()] + _again(texts, candidates, firsts)


def _strays(candidates: Sequence[_Candidate], firsts: dict[int, _Candidate], numbers: Sequence[int]) -> None:
    """Find first marks that are not above their footnotes, between the first marks of the footnotes around them."""
    for place, number in enumerate(numbers):
        if place in firsts:
            continue
        above = max((first.origin for at, first in firsts.items() if at < place), default=0)
        below = min((first.origin for at, first in firsts.items() if at > place), default=inf)
        for candidate in _chain([c for c in candidates if above < c.origin < below and c.score >= _STRAY], [number]):
            firsts[place] = candidate


def _areas(notes: Sequence[Footnote]) -> list[list[Footnote]]:
    areas: dict[int, list[Footnote]] = {}
    for note in notes:
        areas.setdefault(note.area, []).append(note)
    return [areas[area] for area in sorted(areas)]


def _again(
    texts: Sequence[JoinedText], candidates: Sequence[_Candidate], firsts: Mapping[int, _Candidate]
) -> list[MarkPosition]:
    """Later marks of a footnote that has its first one: behind a bracket or stop, or behind the same words."""
    found = []
    taken = set(firsts.values())
    last: dict[int, _Candidate] = {}
    for candidate in sorted(candidates, key=lambda one: (one.index, one.start)):
        first = last.get(candidate.number)
        if candidate in taken:
            last[candidate.number] = candidate
        elif first is not None and (
            candidate.score >= _SURE or _words_before(texts, first) == _words_before(texts, candidate)
        ):
            found.append(_position(candidate))
    return found


def _words_before(texts: Sequence[JoinedText], candidate: _Candidate) -> str:
    return texts[candidate.index].text[: candidate.start].rstrip(" " + _STOPPING)[-8:]


def _position(candidate: _Candidate) -> MarkPosition:
    return MarkPosition(candidate.index, candidate.start, candidate.end, str(candidate.number))


def _chain(candidates: Sequence[_Candidate], numbers: Sequence[int]) -> Sequence[_Candidate]:
    """The chain of candidates, one a number at most, in the order of numbers and text, with the best sum of scores."""
    order = {number: place for place, number in enumerate(numbers)}
    usable = [candidate for candidate in candidates if candidate.number in order]
    best: dict[int, tuple[_Candidate, ...]] = {}  # the best chain that ends with each number
    for candidate in sorted(usable, key=lambda one: (one.index, one.start)):
        place = order[candidate.number]
        above = max((chain for at, chain in best.items() if at < place), key=_total, default=())
        if place not in best or _total(above) + candidate.score > _total(best[place]):
            best[place] = (*above, candidate)
    return max(best.values(), key=_total, default=())


def _total(chain: Sequence[_Candidate]) -> float:
    return sum(candidate.score for candidate in chain)


def _candidates(index: int, text: JoinedText, numbers: set[int], spaced: bool) -> Iterator[_Candidate]:
    for match in _NUMBER.finditer(text.text, 1):
        number = int(match[0])
        score = _score(text.text, *match.span(), spaced) if number in numbers else None
        if score is not None:
            yield _Candidate(index, *match.span(), number, score, text.origin(match.start()))


def _score(text: str, start: int, end: int, spaced: bool) -> float | None:
    """How much a number looks like a glued mark by what is on both sides; None if it is not a mark for certain."""
    before, last = text[:start][-_WINDOW:], text[start - 1]
    if _COUNTS.match(text, end) or _is_name(before, text, end):
        return None
    if last in " \u3000":
        # "《公约》 1 的": a blank on both sides, but behind a bracket or stop that nothing else explains.
        return _STRAY if before.endswith(tuple(f"{sign}{last}" for sign in "》」』”，；")) else None
    if last in _CLOSING:
        return _SURE
    if last in _STOPPING:
        return None if _COUNTED.search(before.lower()) else _score_of_stop(before)
    if _HAN.match(last):
        usual = _SPACED_HAN if spaced else _AFTER_WORD
        return None if last in _BEFORE_NUMBERS else usual
    return _AFTER_WORD if last.islower() and before[-3:].isalpha() else None


def _is_name(before: str, text: str, end: int) -> bool:
    """Whether the number is part of a name: of a file ("gentoo.1", "man/man1", "page.1.ex") or of a section ("A.1")."""
    return bool(_PATH.search(before)) or (
        before.endswith(".") and (before.endswith(" .") or bool(_NO_SENTENCE.match(text, end)))
    )


def _score_of_stop(before: str) -> float | None:
    """The score behind a stop; behind a digit and a point or comma the number may continue, but not behind a year
    or the number of a document."""
    if not _DECIMAL.search(before):
        return _SURE
    if _YEAR.search(before):
        return _AFTER_YEAR
    # Weak by itself: it counts where its footnote is below and no candidate is better.
    return _WEAK if _REFERENCE.search(before) else None
