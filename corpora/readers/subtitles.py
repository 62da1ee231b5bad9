"""Subtitles (SRT, WebVTT, ASS) to sentences: cues are joined, and each sentence keeps the time in which it is shown.

A cue breaks where the line is full, so it is not a unit of language. Cues are joined until a sentence ends, somebody
else speaks, or a pause comes; the times within a cue follow the number of characters. Tracks without full stops, as
is usual in Chinese, are read cue by cue.

Sources: W3C WebVTT (Candidate Recommendation), sections 4 and 5; the ASS format as libass reads it.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import pairwise

from corpora.document import Block, BlockKind, Change, Line
from corpora.text.languages import join_lines
from corpora.text.markers import opens_with_marker

__all__ = ["Cue", "SubtitleText", "cues", "read_subtitles"]

#: Programs that translate whole files put blanks behind the colons and shorten the arrow.
_TIME = r"(?:(\d{1,3}): ?)?(\d{1,2}): ?(\d{2})[,.] ?(\d{1,3})"
_TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*(?:[-–—]{{1,2}} ?>|→)[ \t]*{_TIME}")
_TAGS = re.compile(r"</?[a-zA-Z][^<>\n]*>|<\d\d:[\d:.]+>|\{\\[^{}]*\}|\{[ibus]\}|\{/[ibus]\}|\{[yY]:[^{}]*\}")
_READING = re.compile(r"<rt>[^<>\n]*(?:</rt>)?")
_SOUND = re.compile(r"[(（\[【♪][^()（）\[\]]*[)）\]】♪]\s*$")
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?:\{[^{}]*\\p0[^{}]*\}|$)")
_TURN = re.compile(r"[ \t]*(?:[-‐–—―]|>>+)[ \t]*(?=\S)")
_ENDS = re.compile(r"[.!?。！？…‽♪][\"'”’」』）)\]♪*]*\s*$")
_FULL = re.compile(r"[.。．][\"'”’」』）)\]]*\s*$")
_POSITION = re.compile(r"\{[^{}]*\\(?:an[4-9]|a[5-9]|pos|move)\b")
_MUSIC = re.compile(r"[♩♪♫♬#\s]+")
_OPEN = re.compile(r"[,，、;；:：]\s*$")
_SELF = re.compile(r"I\b")
_PAUSE = 2.0  # seconds without text behind which a sentence does not go on
_STOPPED = 0.25  # share of cues that end in a full stop, of those without ? and !, from which full stops are relied on
_OVERLAP = 0.15  # seconds for which two texts are shown together by more than rounding
_FRAME = 0.25  # seconds of a cue that is one step of a moving text
_ROLLING = 1 / 3  # share of cues that repeat a line of the one before from which a track is one whose lines roll up
_NEAR = 8  # cues before and after one that are looked at for what is shown with it
_EDGE = 200  # characters at each end of a text that tell whether a sentence begins and ends with it
_LONGEST = 20  # cues that one sentence is joined from


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown from ``start`` to ``end`` (seconds): the lines, without marks.

    ``style``: the name of the style, and whether a position is stated, as for signs at the top of the picture.
    ``beside``: what is shown at the same time in the other language, where the track holds both; of a long text, the
    beginning and the end.
    """

    start: float
    end: float
    lines: tuple[str, ...]
    style: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class SubtitleText:
    """The sentences of a track as blocks with times, a sentence a line in ``original``, and what was left out."""

    original: str
    blocks: tuple[Block, ...]
    changes: tuple[Change, ...]


def read_subtitles(
    text: str, language: str, lines: Callable[[Sequence[Line]], Iterable[Line]] | None = None
) -> SubtitleText:
    """The sentences of the track ``text``; ``language`` decides where sentences end, ``lines`` what is read."""
    found, dropped = _parsed(text)
    if lines:
        found = _chosen(found, lines)
    blocks: list[Block] = []
    original: list[str] = []
    length = 0
    for sentence, start, end in _sentences(found, language):
        blocks.append(
            Block(
                len(blocks), BlockKind.PARAGRAPH, sentence, start=length, end=length + len(sentence),
                time=(round(start, 3), round(end, 3)),
            )
        )  # fmt: skip
        original.append(sentence)
        length += len(sentence) + 1
    changes = []
    for step, part in dropped:
        part = " ".join(part.split())
        if part:
            changes.append(Change(step, "dropped", part, length, length + len(part)))
            original.append(part)
            length += len(part) + 1
    return SubtitleText("\n".join(original), tuple(blocks), tuple(changes))


def _chosen(found: Sequence[Cue], lines: Callable[[Sequence[Line]], Iterable[Line]]) -> list[Cue]:
    """The cues with those of their lines, or parts of lines, that ``lines`` chooses."""
    flat: list[Line] = []
    owners: list[int] = []
    for number, cue in enumerate(found):
        for text in cue.lines:
            start = flat[-1].end + 1 if flat else 0
            flat.append(Line(text, start, start + len(text)))
            owners.append(number)
    starts = [line.start for line in flat]
    kept: dict[int, list[str]] = {}
    for line in lines(flat):
        if line.text:
            kept.setdefault(owners[bisect_right(starts, line.start) - 1], []).append(line.text)
    others: dict[tuple[float, float], list[str]] = {}
    for number, cue in enumerate(found):
        own = set(kept.get(number, ()))
        others.setdefault((cue.start, cue.end), []).extend(line for line in cue.lines if line not in own)
    # One text for all cues of a time, and a short one: what it is tested for must not take longer with each of them.
    beside = {time: " ".join(texts) for time, texts in others.items()}
    beside = {time: text if len(text) < 2 * _EDGE else text[:_EDGE] + text[-_EDGE:] for time, text in beside.items()}
    return [
        replace(cue, lines=tuple(texts), beside=beside[cue.start, cue.end])
        for cue, texts in ((found[number], texts) for number, texts in sorted(kept.items()))
    ]


def cues(text: str) -> list[Cue]:
    """The cues of a track in the order of their times."""
    return _parsed(text)[0]


def _parsed(text: str) -> tuple[list[Cue], list[tuple[str, str]]]:
    found, dropped = _ass(text) if re.match(r"\s*\[Script Info\]", text) else _blocks(text)
    cleaned: list[Cue] = []
    for cue in found:
        style = cue.style + "+" * any(map(_POSITION.search, cue.lines))
        lines = _cleaned(cue.lines)
        if not all(map(_MUSIC.fullmatch, lines)):
            cleaned.append(Cue(cue.start, max(cue.end, cue.start), lines, style))
        else:
            dropped += [("markup", line) for line in lines]
    cleaned = _without_copies(sorted(cleaned, key=lambda cue: cue.start), dropped)
    return _without_repeated(cleaned, dropped), dropped


def _without_copies(found: Sequence[Cue], dropped: list[tuple[str, str]]) -> list[Cue]:
    """``found`` without the copies of a text for its shadow, and with the steps of a moving text as one cue."""
    kept: list[Cue] = []
    latest: dict[tuple[str, ...], int] = {}
    for cue in found:
        at = latest.get(cue.lines)
        before = kept[at] if at is not None else None
        same = before is not None and (before.start, before.end) == (cue.start, cue.end)
        steps = before is not None and cue.end - cue.start < _FRAME and cue.start - before.end < _FRAME
        if at is not None and before is not None and (same or steps):
            kept[at] = replace(before, end=max(before.end, cue.end))
            dropped += [("repeated lines", line) for line in cue.lines]
        else:
            latest[cue.lines] = len(kept)
            kept.append(cue)
    return kept


def _tracks(found: Sequence[Cue]) -> list[list[Cue]]:
    """The cues whose sentences may go on in the next one: first what is said, then signs shown with it, by style."""
    styles = Counter(cue.style for cue in found)
    main = max(styles, key=styles.__getitem__, default="")
    tracks: dict[str, list[Cue]] = {main: []}
    for at, cue in enumerate(found):
        around = (*found[max(0, at - _NEAR) : at], *found[at + 1 : at + 1 + _NEAR])
        placed = len(cue.style) > 1 and cue.style.endswith("+")  # a style of its own and a position of its own
        beside = placed or any(
            one.style != cue.style and min(one.end, cue.end) - max(one.start, cue.start) > _OVERLAP for one in around
        )
        tracks.setdefault(cue.style if beside and cue.style != main else main, []).append(cue)
    return list(tracks.values())


def _without_repeated(found: list[Cue], dropped: list[tuple[str, str]]) -> list[Cue]:
    """``found`` without the lines that only roll up, as in live and automatic captions."""
    repeated = [0] + [_repeated(before, cue) for before, cue in pairwise(found)]
    if sum(map(bool, repeated)) < max(2, _ROLLING * len(found)):
        return found
    kept: list[Cue] = []
    for cue, count in zip(found, repeated, strict=True):
        dropped += [("repeated lines", line) for line in cue.lines[:count]]
        if count < len(cue.lines):
            kept.append(replace(cue, lines=cue.lines[count:]))
    return kept


def _repeated(before: Cue, cue: Cue) -> int:
    """How many lines at the beginning of ``cue`` are the last ones of the cue ``before`` it."""
    if cue.start - before.end > _PAUSE:
        return 0
    return next((n for n in range(len(cue.lines), 0, -1) if cue.lines[:n] == before.lines[-n:]), 0)


def _cleaned(lines: Sequence[str]) -> tuple[str, ...]:
    stripped = (" ".join(unescape(_TAGS.sub("", _READING.sub("", _DRAWING.sub("", line)))).split()) for line in lines)
    return tuple(line for line in stripped if line)


def _blocks(text: str) -> tuple[list[Cue], list[tuple[str, str]]]:
    """SRT and WebVTT: groups of lines, of which those with a timing are cues; the line above it is a number or name."""
    found: list[Cue] = []
    dropped: list[tuple[str, str]] = []
    lines: list[str] = []
    timing: re.Match[str] | None = None
    for line in [*text.split("\n"), ""]:
        match = _TIMING.match(line)
        if match and timing is not None:
            # Without a blank line between cues, the number of this one stands at the end of the last.
            found.append(_cue(timing, lines[:-1] if lines and lines[-1].strip().isdecimal() else lines))
            lines, timing = [], match
        elif match:
            lines, timing = [], match
        elif line.strip():
            lines.append(line)
        elif timing is not None:
            found.append(_cue(timing, lines))
            lines, timing = [], None
        elif lines:
            first = lines[0].split()[0] if lines[0].split() else ""
            step = {"NOTE": "comments", "STYLE": "styles", "REGION": "styles", "WEBVTT": "styles"}.get(first)
            if step is None and found and not all(one.strip().isdecimal() for one in lines):
                # A blank line within a cue: the text goes on behind it.
                last = found[-1]
                found[-1] = Cue(last.start, last.end, (*last.lines, *lines))
            else:
                dropped.append((step or "comments", " ".join(lines)))
            lines = []
    return found, dropped


def _cue(timing: re.Match[str], lines: Sequence[str]) -> Cue:
    return Cue(_seconds(timing.groups()[:4]), _seconds(timing.groups()[4:]), tuple(lines))


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, rest = parts
    return 3600 * int(hours or 0) + 60 * int(minutes or 0) + int(seconds or 0) + float(f"0.{rest or 0}")


def _ass(text: str) -> tuple[list[Cue], list[tuple[str, str]]]:
    """The events of an ASS or SSA file; the format line says where the text stands."""
    found: list[Cue] = []
    dropped: list[tuple[str, str]] = []
    fields = "layer start end style name marginl marginr marginv effect text".split()
    section = ""
    for line in text.split("\n"):
        key, _, value = line.partition(":")
        if line.startswith("["):
            section = line.strip().lower()
        elif section != "[events]":
            continue
        elif key == "Format":
            fields = [name.strip().lower() for name in value.split(",")]
        elif key == "Dialogue":
            row = dict(zip(fields, value.split(",", len(fields) - 1), strict=False))
            times = [re.match(_TIME, row.get(name, "").strip()) for name in ("start", "end")]
            if times[0] and times[1]:
                shown = re.sub(r"\\h", " ", row.get("text", ""))
                found.append(
                    Cue(
                        _seconds(times[0].groups()), _seconds(times[1].groups()),
                        tuple(re.split(r"\\[Nn]", shown)), row.get("style", "").strip(),
                    )
                )  # fmt: skip
        elif key == "Comment":
            dropped.append(("comments", value.split(",", len(fields) - 1)[-1]))
    return found, dropped


@dataclass(frozen=True, slots=True)
class _CuePart:
    """The text of a cue, or of one speaker in it."""

    text: str
    start: float
    end: float
    turn: bool  # somebody else begins to speak
    beside: str = ""


def _sentences(found: Sequence[Cue], language: str) -> Iterator[tuple[str, float, float]]:
    """The sentences in the order of their times. Chinese tracks often keep ? and ! and leave out full stops."""
    from corpora.text.sentences import split

    tracks = [[piece for cue in track for piece in _pieces(cue)] for track in _tracks(found)]
    pieces = [piece for track in tracks for piece in track]
    full = sum(bool(_FULL.search(piece.text)) for piece in pieces)
    open_ = sum(not _ENDS.search(piece.text) or bool(_FULL.search(piece.text)) for piece in pieces)
    # One of two languages is enough to see where sentences end.
    beside = sum(bool(_FULL.search(piece.beside)) for piece in pieces)
    stopped = max(full, beside) >= _STOPPED * open_
    runs = [run for at, track in enumerate(tracks) for run in _runs(track, stopped=stopped and not at)]
    for run in sorted(runs, key=lambda run: run[0].start):
        text = ""
        spans: list[tuple[int, int, _CuePart]] = []
        for piece in run:
            text = join_lines(text, piece.text)
            spans.append((len(text) - len(piece.text), len(text), piece))
        for start, end in split(text, language) or [(0, len(text))]:
            yield text[start:end], _time(spans, start, first=True), _time(spans, end, first=False)


def _pieces(cue: Cue) -> Iterator[_CuePart]:
    """The speakers of a cue, whose lines begin with dashes, each with a share of the time."""
    texts: list[str] = []
    turns: list[bool] = []
    several = sum(bool(_TURN.match(line)) for line in cue.lines) > 1
    for line in cue.lines:
        mark = _TURN.match(line)
        if mark and (several or line is cue.lines[0]):
            texts.append(line[mark.end() :])
            turns.append(True)
        elif texts:
            texts[-1] = join_lines(texts[-1], line)
        else:
            texts.append(line)
            turns.append(False)
    total = sum(map(len, texts)) or 1
    at = cue.start
    for text, turn in zip(texts, turns, strict=True):
        end = at + (cue.end - cue.start) * len(text) / total
        yield _CuePart(text, at, end, turn, cue.beside)
        at = end


def _runs(pieces: Sequence[_CuePart], *, stopped: bool) -> Iterator[list[_CuePart]]:
    """Pieces that belong together: up to a full stop, a pause or another speaker."""
    run: list[_CuePart] = []
    for piece in pieces:
        if run and not _goes_on(run[-1], piece, stopped=stopped and len(run) < _LONGEST):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _goes_on(before: _CuePart, piece: _CuePart, *, stopped: bool) -> bool:
    if _SOUND.match(before.text) or _SOUND.match(piece.text):
        return False
    if piece.turn or _ENDS.search(before.text) or piece.start - before.end > _PAUSE or opens_with_marker(piece.text):
        return False
    if piece.text[0].islower():
        return True
    if before.beside and (_ENDS.search(before.beside) or _begins(piece) or opens_with_marker(piece.beside)):
        return False
    return stopped or bool(_OPEN.search(before.text))


def _begins(piece: _CuePart) -> bool:
    """Whether one of the two languages begins with a capital letter, as sentences and headings do."""
    return any(text[:1].isupper() and not _SELF.match(text) for text in (piece.text, piece.beside))


def _time(spans: Sequence[tuple[int, int, _CuePart]], offset: int, *, first: bool) -> float:
    """When the character at ``offset`` is said, for the start or the end of a sentence."""
    for start, end, piece in spans:
        if offset < end or (not first and offset == end):
            share = max(0, offset - start) / max(1, end - start)
            return piece.start + share * (piece.end - piece.start)
    return spans[-1][2].end
