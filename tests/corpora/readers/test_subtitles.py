"""Subtitles come out as sentences with times, and two tracks whose cues break elsewhere are paired."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align import Alignment, AlignOptions, align
from corpora.document import Line
from corpora.errors import EmptyInput
from corpora.readers.reading import read
from corpora.readers.subtitles import Cue, _chosen, cues, read_subtitles
from corpora.text.sentences import split
from models.registry import load
from tests.corpora.readers.handbook import GOLD
from tests.data import cases
from tm.formats.alignment_units import units_of_alignment


@pytest.mark.parametrize("case", cases("subtitles"), ids=lambda case: case["label"])
def test_sentences_and_their_times(case: dict[str, Any]) -> None:
    track = read_subtitles(case["input"], case.get("language", "en"))
    assert [[block.text, *(block.time or ())] for block in track.blocks] == case["expected"]["sentences"]
    assert [[change.step, change.text] for change in track.changes] == case["expected"]["dropped"]
    assert all(track.original[block.start : block.end] == block.text for block in track.blocks)


def test_only_the_chosen_lines_are_read() -> None:
    """As from a track in two languages: every second line, or the end of a line."""
    track = "\n\n".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{lines}"
        for n, lines in ((1, "灯。\nA lamp."), (2, "油。\nOil. 好"), (3, "完。"))
    )

    def english(lines: Sequence[Line]) -> list[Line]:
        seen.extend(lines)
        return [lines[1], replace(lines[3], text="Oil."), replace(lines[3], text="", start=lines[3].start + 5)]

    seen: list[Line] = []
    found = read_subtitles(track, "en", english)
    whole = "\n".join(line.text for line in seen)
    assert whole == "灯。\nA lamp.\n油。\nOil. 好\n完。"
    assert all(whole[line.start : line.end] == line.text for line in seen)
    assert [(block.text, block.time) for block in found.blocks] == [("A lamp.", (1.0, 1.9)), ("Oil.", (2.0, 2.9))]


def test_cues_of_one_time_keep_only_the_ends_of_what_is_beside_them() -> None:
    numbers = range(100, 300)
    found = cues("\n\n".join(f"{n}\n00:00:01,000 --> 00:00:02,000\n第{n}句。\nNo. {n}." for n in numbers))
    chosen = _chosen(found, lambda lines: lines[::2])
    assert [cue.lines for cue in chosen] == [(f"第{n}句。",) for n in numbers]
    (beside,) = {cue.beside for cue in chosen}
    whole = " ".join(f"No. {n}." for n in numbers)
    assert beside == whole[:200] + whole[-200:]
    assert len({id(cue.beside) for cue in chosen}) == 1


def test_a_line_of_events_without_times_is_left_out() -> None:
    events = ["0,x,0:00:02.00,A", "0,0:00:01.00,,B", "0,0:00:03.00,0:00:04.50,C, d"]
    text = "[Script Info]\n[Events]\nFormat: Layer,Start,End,Text\n" + "\n".join(f"Dialogue: {one}" for one in events)
    assert cues(text) == [Cue(3.0, 4.5, ("C, d",))]


def test_times_of_all_forms() -> None:
    forms = ["1:02:03,5 --> 1:02:04.25", "02:03.040 --> 99:59.999", "100:00:00,000 --> 00:00:01,000"]
    found = cues("\n\n".join(f"{form}\nText" for form in forms))
    assert [(cue.start, cue.end) for cue in found] == [(123.04, 5999.999), (3723.5, 3724.25), (360_000.0, 360_000.0)]


PIECES = ["1", "\n", "\n\n", "00:00:01,000 --> 00:00:02,000", "Text.", "- A", "WEBVTT", "NOTE x", "[Script Info]",
          "[Events]", "Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,x", "{\\p1}"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES)))
def test_any_track_is_read(pieces: list[str]) -> None:
    for text in ("\n".join(pieces), "".join(pieces)):
        found = cues(text)
        assert all(cue.start <= cue.end and all(cue.lines) for cue in found)
        assert all(block.time and block.text for block in read_subtitles(text, "en").blocks)


def test_a_track_without_text_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\n<i></i>\n")
    with pytest.raises(EmptyInput, match="contains no text"):
        read(tmp_path / "a.srt")


def film() -> list[tuple[str, str]]:
    """Pairs of sentences; here and there two sentences on one side are one on the other."""
    pairs = [pair for pair in GOLD if len(pair[0]) > 6]
    found = []
    for zh, en in pairs:
        sides = [[text[a:b] for a, b in split(text, code)] for text, code in ((zh, "zh"), (en, "en"))]
        found += list(zip(*sides, strict=True)) if len(sides[0]) == len(sides[1]) else [(zh, en)]
    # A colon does not end a sentence.
    return [(zh.rstrip("。：") + "。", en.rstrip(".:") + ".") for zh, en in found]


def track(sentences: list[str], times: list[tuple[float, float]], width: int, seed: int, *, stops: bool = True) -> str:
    """An SRT whose cues have at most ``width`` characters; a short rest begins the next cue."""
    rng = random.Random(seed)
    made: list[tuple[float, float, str]] = []
    for sentence, (start, end) in zip(sentences, times, strict=True):
        parts = list(pieces(sentence if stops else sentence.rstrip("。"), width))
        total, at = sum(map(len, parts)), start
        for part in parts:
            until = at + (end - start) * len(part) / total
            jitter = rng.uniform(-0.15, 0.15)
            made.append((max(0.0, at + jitter), max(at + jitter + 0.2, until + jitter - 0.05), part))
            at = until
    return "\n".join(f"{n}\n{clock(a)} --> {clock(b)}\n{text}\n" for n, (a, b, text) in enumerate(made, 1))


def pieces(text: str, width: int) -> Iterator[str]:
    while len(text) > width:
        cut = text.rfind(" ", 0, width) if " " in text[:width] else width
        yield text[:cut].strip()
        text = text[cut:].strip()
    yield text


def clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d},{whole % 1000:03d}"


def aligned(tmp_path: Path, *, ratio: float = 1.0, shift: float = 0.0, stops: bool = True) -> tuple[Alignment, float]:
    """The alignment of the two tracks, and the strict F1 of its pairs."""
    pairs, at = film(), 3.0
    times = []
    for zh, _ in pairs:
        times.append((at, at + 0.22 * len(zh) + 0.6))
        at = times[-1][1] + 0.3
    moved = [(ratio * a + shift, ratio * b + shift) for a, b in times]
    (tmp_path / "zh.srt").write_text(track([zh for zh, _ in pairs], times, 13, 1, stops=stops), "utf-8")
    (tmp_path / "en.srt").write_text(track([en for _, en in pairs], moved, 36, 2), "utf-8")
    source, target = read(tmp_path / "zh.srt"), read(tmp_path / "en.srt")
    alignment = align(source, target, encoder=load(None), options=AlignOptions())
    found = {
        (
            "".join(alignment.source_units[i].text for i in bead.source),
            " ".join(alignment.target_units[j].text for j in bead.target),
        )
        for bead in alignment.beads
    }
    gold = {(zh if stops else zh.rstrip("。"), en) for zh, en in pairs}
    right = len(found & gold)
    return alignment, 2 * right / (len(found) + len(gold))


@pytest.mark.parametrize(
    "given",
    [{}, {"shift": 7.4}, {"ratio": 25 / 23.976, "shift": -1.5}, {"stops": False}],
    ids=["same times", "shifted", "another frame rate", "Chinese without full stops"],
)
def test_two_tracks_with_other_breaks(given: dict[str, Any], tmp_path: Path) -> None:
    alignment, f1 = aligned(tmp_path, **given)
    assert f1 >= 0.95
    unit = next(iter(units_of_alignment(alignment)))
    assert unit.properties["source-time"].startswith("00:00:0")
