"""Find the footnote marks in the running text, mainly numbers glued to a word, and take them out.

In `《公约》1第五章` the 1 is a mark, in `目标 16` the 16 is not, and no pattern distinguishes the two reliably.
The footnotes do: each has exactly one first mark, which is on its page, that is above its own area and below the
one before, and first marks come in the order of their numbers. So for each area the chain of candidates with the
best score is chosen; what looks like a mark but has no place in the chain is text.
Later mentions of a known footnote ("《公约》6 采取") are taken as marks only behind a closing bracket or a stop.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpora.cleaning.footnotes import UNITS, Footnote, number_of
from corpora.cleaning.joining import JoinedText
from corpora.document import FootnoteMark
from corpora.text.scripts import HAN

__all__ = ["MarkPosition", "counted_through", "find_marks", "without_marks"]

_DIGITS = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
#: Marks by the form of their footnotes.
_SIGNED = {
    "caret": re.compile(r"\s*\^\s?\[(\d{1,3})\]"),
    "markdown": re.compile(r"\s?\[\^([^\]\s]{1,20})\]"),
    "bracket": re.compile(r"\s?[\[〔](\d{1,3})[\]〕]"),
    "star": re.compile(r"(?<=[^\s*/\-_.])(\*{1,4}|†{1,2}|‡)(?=$|[\s，。；：、,.;:）)])"),
    "circled": re.compile(r"(?<=\S)([①-⒛⓪-⓿])"),
    "number": re.compile(r"(?<=\S)([¹²³⁰⁴-⁹]{1,3})"),
}
_HAN = re.compile(f"[{HAN}]")
_CLOSING = '》」』”’）)】]＂"'
_STOPPING = "，。；：、！？,.;:!?"
_BEFORE_NUMBERS = "第约达至到每共近逾超前后这为款条段卷册页号年月之增减占仅各计满足在于从自和与或及"
#: A path, or the letter of an annex in the number of its section.
_PATH = re.compile(r"(?:^|[\s(（])[\w.~-]*/[\w./~-]*[a-z]$|(?:^|\s)[A-Z]\.$", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}[,.]$")
#: "70/174," or "S-32/1,": the number of a document; the comma does not separate thousands.
_REFERENCE = re.compile(rf"(?:^|[\s(（{HAN}])[A-Z0-9.\-]*[A-Z0-9](?:/[A-Z0-9.\-]*[A-Z0-9])+[,.]$")
#: The abbreviations in "No.7", "p.12", "art.5", behind which a number is not a mark.
_COUNTED = re.compile(r"\b(?:no|nos|p|pp|art|arts|vol|para|paras|sect|ch|fig)\.$")
_NUMBERED = ("number", "dot", "bracket")
_ACCEPT = 1.0  # score of a candidate that may be a first mark, at least
_STRAY = 2.0  # … of a first mark that is not above its footnote
_AGAIN = 3.0  # … of a later mark
_SURE, _AFTER_YEAR, _SPACED_HAN, _AFTER_WORD, _WEAK = 3.5, 2.5, 2.5, 1.5, 1.2  # scores by what is before the number


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
        known = places.get(number, [(0, number)])
        return next((own for start, own in known if start > origin), known[-1][1])

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
    raised = [MarkPosition(0, mark.offset, mark.offset, mark.number) for mark in text.marks]
    pieces: list[str] = []
    marks: list[FootnoteMark] = []
    length = at = 0
    for one in sorted([*raised, *found], key=lambda mark: mark.start):
        pieces.append(text.text[at : one.start])
        length += len(pieces[-1])
        marks.append(FootnoteMark(one.number, length))
        # "《公约》1 的框架": the blank belonged to the mark.
        around = text.text[one.start - 1 : one.start], text.text[one.end + 1 : one.end + 2]
        blank = one.end > one.start and text.text[one.end : one.end + 1] == " " and all(map(_is_han, around))
        at = max(at, one.end + blank)
    pieces.append(text.text[at:])
    return "".join(pieces), tuple(marks)


def _is_han(char: str) -> bool:
    return bool(char) and bool(_HAN.match(char) or char in "《》「」『』“”‘’（）【】，。；：、")


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
        candidate
        for index, text in enumerate(texts)
        for candidate in _candidates(index, text, numbers, spaced)
        if candidate.score >= _ACCEPT
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
        above = next((firsts[at].origin for at in range(place - 1, -1, -1) if at in firsts), -1)
        below = next((firsts[at].origin for at in range(place + 1, len(numbers)) if at in firsts), float("inf"))
        chain = _chain([c for c in candidates if above < c.origin < below and c.score >= _STRAY], [number])
        if chain:
            firsts[place] = chain[0]


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
        if candidate in taken:
            last[candidate.number] = candidate
            continue
        first = last.get(candidate.number)
        if first is None:
            continue
        same = _words_before(texts, first) == _words_before(texts, candidate)
        if candidate.score >= _AGAIN or same:
            found.append(_position(candidate))
    return found


def _words_before(texts: Sequence[JoinedText], candidate: _Candidate) -> str:
    before = texts[candidate.index].text[max(0, candidate.start - 14) : candidate.start]
    return before.rstrip(" " + _STOPPING)[-8:]


def _position(candidate: _Candidate) -> MarkPosition:
    return MarkPosition(candidate.index, candidate.start, candidate.end, str(candidate.number))


def _chain(candidates: Sequence[_Candidate], numbers: Sequence[int]) -> list[_Candidate]:
    """The chain of candidates, one a number at most, in the order of numbers and text, with the best sum of scores."""
    order = {number: place for place, number in enumerate(numbers)}
    best: dict[int, tuple[float, tuple[_Candidate, ...]]] = {}  # the best chain that ends with each number
    for candidate in sorted(candidates, key=lambda one: (one.index, one.start)):
        if candidate.number not in order:
            continue
        place = order[candidate.number]
        above = [chain for at, chain in best.items() if at < place]
        score, chain = max(above, key=lambda one: one[0], default=(0.0, ()))
        score += candidate.score
        if place not in best or score > best[place][0]:
            best[place] = score, (*chain, candidate)
    return list(max(best.values(), key=lambda one: one[0], default=(0.0, ()))[1])


def _candidates(index: int, text: JoinedText, numbers: set[int], spaced: bool) -> list[_Candidate]:
    found = []
    for match in _DIGITS.finditer(text.text, 1):
        number = int(match[0])
        if number in numbers and match[0][0] != "0":
            score = _score(text.text, match.start(), match.end(), spaced)
            found.append(_Candidate(index, match.start(), match.end(), number, score, text.origin(match.start())))
    return found


def _score(text: str, start: int, end: int, spaced: bool) -> float:
    """How much a number looks like a glued mark by what is on both sides; from `_ACCEPT` on it may be one."""
    before, behind = text[start - 1], text[end : end + 1]
    if UNITS.match(text, end) or (behind.isascii() and behind.isalpha()) or _is_name(text, start, end):
        return 0.0
    if before in " \u3000":
        # "《公约》 1 的": a blank on both sides, but behind a bracket or stop that nothing else explains.
        return _STRAY if text[: start - 1].endswith(tuple("》」』”，；")) else 0.0
    if before in _CLOSING:
        return _SURE
    if before in _STOPPING:
        return 0.0 if _COUNTED.search(text[:start].lower()) else _score_of_stop(text, start)
    if _HAN.match(before):
        usual = _SPACED_HAN if spaced else _AFTER_WORD
        return 0.0 if before in _BEFORE_NUMBERS else usual
    return _AFTER_WORD if before.islower() and text[max(0, start - 3) : start].isalpha() else 0.0


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether the number is part of a name: of a file ("gentoo.1", "man/man1", "page.1.ex") or of a section ("A.1")."""
    before, behind = text[max(0, start - 60) : start], text[end : end + 2]
    if _PATH.search(before) or (behind[:1] in ("/", ".", "-") and behind[1:].isalnum()):
        return True
    if not before.endswith("."):
        return False
    # A stop is not behind a blank, no sentence continues in lower case behind stop and mark, and none has two stops.
    return before[-2:-1] == " " or behind[:1] in tuple(".,;:。") or (behind[:1] == " " and behind[1:].islower())


def _score_of_stop(text: str, start: int) -> float:
    """The score behind a stop; behind a digit and a point or comma the number may continue, but not behind a year
    or the number of a document."""
    if text[start - 1] not in ",." or not text[start - 2 : start - 1].isdecimal():
        return _SURE
    before = text[max(0, start - 60) : start]
    if _YEAR.search(before):
        return _AFTER_YEAR
    # Weak by itself: it counts where its footnote is below and no candidate is better.
    return _WEAK if _REFERENCE.search(before) else 0.0
