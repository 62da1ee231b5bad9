"""Find the footnote marks that stand in the running text, above all numbers glued to a word, and take them out.

In `《公约》1第五章` the 1 is a mark, in `目标 16` the 16 is none, and no pattern tells the two apart for sure.
What does is the footnotes themselves: each has exactly one first mark, which stands on its page, that is above
its own area and below the one before, and first marks come in the order of their numbers. So for each area
the best-scoring chain of candidates is chosen; what looks like a mark but has no place in the chain is text.
Later mentions of a known note ("《公约》6 采取") are taken as marks only behind a closing bracket or a stop.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpora.cleaning.footnotes import UNITS, Footnote
from corpora.cleaning.joining import JoinedText
from corpora.document import FootnoteMark
from corpora.text.numerals import from_symbol
from corpora.text.scripts import HAN

__all__ = ["MarkPosition", "counted_through", "find_marks", "without_marks"]

_DIGITS = re.compile(r"(?<![\d０-９])\d{1,3}(?![\d０-９])")
_CARET = re.compile(r"\s*\^\s?\[(\d{1,3})\]")
_BRACKET = re.compile(r"\s?[\[〔](\d{1,3})[\]〕]")
_MARKDOWN = re.compile(r"\s?\[\^([^\]\s]{1,20})\]")
_STAR = re.compile(r"(?<=[^\s*/\-_.])(\*{1,4}|†{1,2}|‡)(?=$|[\s，。；：、,.;:）)])")
_RAISED = re.compile(r"(?<=\S)([¹²³⁰⁴-⁹]{1,3})")
_CIRCLED = re.compile(r"(?<=\S)([①-⓿])")
_HAN = re.compile(f"[{HAN}]")
_CLOSING = '》」』”’）)】]＂"'
_STOPPING = "，。；：、！？,.;:!?"
_BEFORE_NUMBERS = "第约达至到每共近逾超前后这为款条段卷册页号年月之增减占仅各计满足在于从自和与或及"
#: A path, or the letter of an annex in the number of its section.
_PATH = re.compile(r"(?:^|[\s(（])[\w.~-]*/[\w./~-]*[a-z]$|(?:^|\s)[A-Z]\.$", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}[,.]$")
#: "70/174," or "S-32/1,": the number of a document, which no comma parts into thousands.
_REFERENCE = re.compile(rf"(?:^|[\s(（{HAN}])[A-Z0-9.\-]*[A-Z0-9](?:/[A-Z0-9.\-]*[A-Z0-9])+[,.]$")
_NUMBERED = ("number", "dot", "bracket")
_ACCEPT = 1.0  # the score from which on a candidate may be a first mark
_AGAIN = 3.0  # … and a later one
_WEAK = 1.2


@dataclass(frozen=True, slots=True)
class MarkPosition:
    """A mark in the text of paragraph ``index``: the span it takes there and the number of its note."""

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
    """The marks in the paragraphs, in order; ``spaced`` says that the document parts Chinese from digits by a space.

    Marks that a line brought along (`JoinedText.marks`, found by their size in a PDF) are not searched again.
    """
    found = _signed(texts, notes)
    brought = {mark.number for text in texts for mark in text.marks}
    # A note that opens with "[1]" or "1." is often marked by the bare number.
    brought |= {mark.number for mark in found}
    numbered = [note for note in notes if note.form in _NUMBERED and note.number not in brought]
    if numbered:
        found += _glued(texts, numbered, spaced)
    return sorted(set(found), key=lambda mark: (mark.index, mark.start))


def counted_through(
    texts: Sequence[JoinedText], notes: Sequence[Footnote], found: Sequence[MarkPosition]
) -> tuple[list[JoinedText], list[Footnote], list[MarkPosition]]:
    """All three with the notes numbered through the document, where their numbers begin again.

    Pages break elsewhere in a translation, so that numbers which each page begins anew mean nothing there. A mark goes
    with the next note of its number.
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
    pieces: list[str] = []
    marks: list[FootnoteMark] = []
    length = at = 0
    brought = list(text.marks)
    for one in found:
        piece = text.text[at : one.start]
        end = one.end
        while brought and brought[0].offset <= one.start:
            first = brought.pop(0)
            marks.append(FootnoteMark(first.number, length + first.offset - at))
        pieces.append(piece)
        length += len(piece)
        marks.append(FootnoteMark(one.number, length))
        # "《公约》1 的框架": the blank belonged to the mark.
        before, behind = text.text[one.start - 1 : one.start], text.text[end : end + 2]
        if behind[:1] == " " and _is_han(before) and _is_han(behind[1:]):
            end += 1
        at = end
    for mark in brought:
        marks.append(FootnoteMark(mark.number, max(0, length + mark.offset - at)))
    pieces.append(text.text[at:])
    return "".join(pieces), tuple(marks)


def _is_han(char: str) -> bool:
    return bool(char) and bool(_HAN.match(char) or char in "《》「」『』“”‘’（）【】，。；：、")


def _signed(texts: Sequence[JoinedText], notes: Sequence[Footnote]) -> list[MarkPosition]:
    """Marks that say by their form what they are; brackets and signs only where notes of that form exist."""
    forms = {note.form for note in notes}
    numbers = {note.number for note in notes}
    patterns = [_CARET] if "caret" in forms else []
    patterns += [_MARKDOWN] if "markdown" in forms else []
    patterns += [_BRACKET] if "bracket" in forms else []
    patterns += [_STAR] if "star" in forms else []
    patterns += [_CIRCLED] if "circled" in forms else []
    patterns += [_RAISED] if "number" in forms else []
    found = []
    for index, text in enumerate(texts):
        for pattern in patterns:
            for match in pattern.finditer(text.text):
                sign = match[1]
                value = from_symbol(sign) if pattern in (_CIRCLED, _RAISED) else None
                number = str(value) if value is not None else sign
                if number in numbers and match.start() > 0:
                    found.append(MarkPosition(index, match.start(), match.end(), number))
    return found


def _glued(texts: Sequence[JoinedText], notes: Sequence[Footnote], spaced: bool) -> list[MarkPosition]:
    wanted = {int(note.number) for note in notes}
    candidates = [
        candidate
        for index, text in enumerate(texts)
        for candidate in _candidates(index, text, wanted, spaced)
        if candidate.score >= _ACCEPT
    ]
    firsts: dict[int, _Candidate] = {}  # by the place of the note: numbers may begin again on every page
    floor = -1
    place = 0
    for area in _areas(notes):
        ceiling = area[0].rows[0].line.start
        places = {int(note.number): place + at for at, note in enumerate(area)}
        for candidate in _chain([c for c in candidates if floor < c.origin < ceiling], [int(n.number) for n in area]):
            firsts[places[candidate.number]] = candidate
        floor = ceiling
        place += len(area)
    _strays(candidates, firsts, [int(note.number) for note in notes])
    found = [_as_found(candidate) for candidate in firsts.values()]
    return found + _again(texts, candidates, firsts)


def _strays(candidates: Sequence[_Candidate], firsts: dict[int, _Candidate], numbers: Sequence[int]) -> None:
    """Find first marks that did not stand above their notes, between the first marks of the notes around them."""
    for place, number in enumerate(numbers):
        if place in firsts:
            continue
        above = next((firsts[at].origin for at in range(place - 1, -1, -1) if at in firsts), -1)
        below = next((firsts[at].origin for at in range(place + 1, len(numbers)) if at in firsts), float("inf"))
        chain = _chain([c for c in candidates if above < c.origin < below and c.score >= 2], [number])
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
    """Later marks of a note that already had its first: behind a bracket or stop, or behind the same words."""
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
            found.append(_as_found(candidate))
    return found


def _words_before(texts: Sequence[JoinedText], candidate: _Candidate) -> str:
    before = texts[candidate.index].text[max(0, candidate.start - 14) : candidate.start]
    return before.rstrip(" " + _STOPPING)[-8:]


def _as_found(candidate: _Candidate) -> MarkPosition:
    return MarkPosition(candidate.index, candidate.start, candidate.end, str(candidate.number))


def _chain(candidates: Sequence[_Candidate], numbers: Sequence[int]) -> list[_Candidate]:
    """The chain of candidates, one a number at most, in the order of numbers and text, with the best sum of scores.

    A longest-increasing-subsequence search; quadratic in the candidates between two footnote areas, which are few.
    """
    order = {number: place for place, number in enumerate(numbers)}
    usable = sorted((c for c in candidates if c.number in order), key=lambda c: (c.index, c.start))[:600]
    best: list[tuple[float, int]] = []  # score of the best chain that ends here, and the link before
    for at, candidate in enumerate(usable):
        score, link = candidate.score, -1
        for earlier in range(at):
            if order[usable[earlier].number] < order[candidate.number] and best[earlier][0] + candidate.score > score:
                score, link = best[earlier][0] + candidate.score, earlier
        best.append((score, link))
    chain: list[_Candidate] = []
    at = max(range(len(best)), key=lambda i: (best[i][0], -i), default=-1)
    while at >= 0:
        chain.append(usable[at])
        at = best[at][1]
    return chain[::-1]


def _candidates(index: int, text: JoinedText, wanted: set[int], spaced: bool) -> list[_Candidate]:
    found = []
    for match in _DIGITS.finditer(text.text, 1):
        number = int(match[0])
        if number in wanted and match[0][0] != "0":
            score = _score(text.text, match.start(), match.end(), spaced)
            found.append(_Candidate(index, match.start(), match.end(), number, score, text.origin(match.start())))
    return found


def _score(text: str, start: int, end: int, spaced: bool) -> float:
    """How much a number looks like a glued mark by what stands at its sides; from 1 on it may be one."""
    before, behind = text[start - 1], text[end : end + 4]
    if UNITS.match(behind) or (behind[:1].isascii() and behind[:1].isalpha()) or _is_name(text, start, end):
        return 0.0
    loose = 0.0
    if before in " \u3000":
        # "《公约》 1 的": a blank on both sides, but behind a bracket that nothing else explains.
        if start < 2 or text[start - 2] not in "》」』”，；":
            return 0.0
        before, loose = text[start - 2], 1.5
    if before in _CLOSING:
        score = 3.5
    elif before in _STOPPING:
        score = 0.0 if _is_counted(text, start) else _behind_stop(text, start)
    elif _HAN.match(before):
        score = 0.0 if before in _BEFORE_NUMBERS else 1.5 + (1.0 if spaced else 0.0)
    elif before.islower() and text[max(0, start - 3) : start].isalpha():
        score = 1.5
    else:
        score = 0.0
    return max(0.0, score - loose)


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether the number is part of a name: of a file ("gentoo.1", "man/man1", "page.1.ex") or of a section ("A.1")."""
    before, behind = text[max(0, start - 60) : start], text[end : end + 2]
    if _PATH.search(before) or (behind[:1] in ("/", ".", "-") and behind[1:].isalnum()):
        return True
    if not before.endswith("."):
        return False
    # No stop stands behind a blank, no sentence goes on in lower case behind stop and mark, and none has two stops.
    return before[-2:-1] == " " or behind[:1] in tuple(".,;:。") or (behind[:1] == " " and behind[1:].islower())


def _behind_stop(text: str, start: int) -> float:
    """The score behind a stop; behind a digit and a point or comma the number may go on, but not behind a year
    or the number of a document."""
    if text[start - 1] not in ",." or not text[start - 2 : start - 1].isdecimal():
        return 3.5
    before = text[max(0, start - 60) : start]
    if _YEAR.search(before):
        return 2.5
    # Weak by itself: it holds where its note stands below and no better candidate does.
    return _WEAK if _REFERENCE.search(before) else 0.0


def _is_counted(text: str, start: int) -> bool:
    """Whether the stop before is the one of "No.7", "p.12" or "art.5"."""
    return bool(re.search(r"(?:\b(?:no|nos|p|pp|art|arts|vol|para|paras|sect|ch|fig)\.)$", text[:start].lower()))
