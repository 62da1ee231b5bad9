"""The steps of the pipeline on beads made by hand: completing, chunking, and sentences inside blocks."""

import numpy as np
import pytest

from align import pipeline
from align.alignment import Bead
from align.boundaries import as_units
from align.options import AlignOptions
from align.pipeline import align
from align.search import SearchOptions
from align.segmentation import paragraphs, sentences
from align.signature import signature
from align.spans import prepare
from align.weights import BUILTIN, clause_weights, has_weights, weights
from corpora.document import Block, BlockKind, Document, Section


def document(blocks: list[tuple[str, str, BlockKind]], language: str = "en") -> Document:
    made = tuple(Block(i, kind, text, marker=marker) for i, (marker, text, kind) in enumerate(blocks))
    return Document(language, "a.txt", made, Section(None, 0, 0, len(made)))


def plain(texts: list[str], language: str = "en") -> Document:
    return document([("", text, BlockKind.PARAGRAPH) for text in texts], language)


def test_units_without_a_bead_get_one_in_the_order_of_the_source() -> None:
    beads = [Bead((3,), (1,), 0.7), Bead((0, 1), (3, 4), 0.8, "moved"), Bead((), (2,), 0.1, "omission")]
    assert pipeline._complete(beads, 5, 7) == [
        Bead((), (0,), 0.0, "omission"),
        Bead((0, 1), (3, 4), 0.8, "moved"),
        Bead((), (5,), 0.0, "omission"),
        Bead((), (6,), 0.0, "omission"),
        Bead((2,), (), 0.0, "omission"),
        Bead((3,), (1,), 0.7),
        Bead((), (2,), 0.1, "omission"),
        Bead((4,), (), 0.0, "omission"),
    ]
    assert pipeline._complete([], 0, 0) == []
    lone = [Bead((), (0,), 0, "omission"), Bead((), (1,), 0, "omission"), Bead((0,), (), 0, "omission")]
    assert pipeline._complete([], 1, 2) == lone


TEXTS = [f"The {a}{k} saw one {b}{k}. Then {c}{k} went home." for k, (a, b, c) in enumerate(
    [("river", "boat", "captain"), ("king", "crown", "queen"), ("baker", "bread", "mill"), ("tower", "bell", "hall")]
)]  # fmt: skip


@pytest.mark.parametrize(("n", "m"), [(2, 4), (4, 2)])
def test_every_block_is_in_a_bead_whatever_the_other_side_has(n: int, m: int, words) -> None:
    sides = plain([*TEXTS[:n], " "]), plain([" ", *(text.upper() for text in TEXTS[:m])])
    found = align(*sides, encoder=words, options=AlignOptions(unit="paragraph"))
    assert sorted(i for bead in found for i in bead.source) == list(range(n + 1))
    assert sorted(j for bead in found for j in bead.target) == list(range(m + 1))


def test_segmented_documents_have_no_structure(words) -> None:
    sides = plain(TEXTS), plain([text.upper() for text in TEXTS])
    for unit, size in (("sentence", "max:2-6"), ("paragraph", "max:3-3")):
        options = AlignOptions(unit=unit, segmented=True, sentences=SearchOptions(max_source=2))
        found = align(*sides, encoder=words, options=options)
        assert len(found) == 4
        assert found.source_units == paragraphs(sides[0])
        assert size in found.signature
        assert "profile:segmented" in found.signature
    reported: list[tuple[str, float]] = []
    align(*sides, encoder=words, progress=lambda *step: reported.append(step), options=AlignOptions(unit="paragraph"))
    assert reported == [("paragraphs", 0.0), ("paragraphs", 1.0)]


@pytest.mark.parametrize("unit", ["sentence", "paragraph"])
def test_evidence_is_for_paragraphs(unit: str, words, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    inner = pipeline.streams
    monkeypatch.setattr(pipeline, "streams", lambda *a, **k: given.append(k["options"]) or inner(*a, **k))
    align(plain(TEXTS), plain(TEXTS), encoder=words, options=AlignOptions(unit=unit, segmented=True))
    (options,) = given
    assert not options.structure
    assert (options.evidence is None) == (unit == "sentence")
    assert options.search.unit == unit


SEGMENTS = [
    (("1.", "One. Two.", BlockKind.ITEM), [("1. One.", 0, 7), ("Two.", 8, 12)]),
    (("", "One. Two.", BlockKind.PARAGRAPH), [("One.", 0, 4), ("Two.", 5, 9)]),
    (("", "  One.", BlockKind.PARAGRAPH), [("One.", 2, 6)]),
    (("12", "One. Two.", BlockKind.FOOTNOTE), [("One.", 3, 7), ("Two.", 8, 12)]),
    (("12", "", BlockKind.FOOTNOTE), [("12", 0, 2)]),
    (("", "a. b. c.", BlockKind.CODE), [("a. b. c.", 0, 8)]),
    (("3.", "", BlockKind.HEADING), [("3.", 0, 2)]),
    (("", "", BlockKind.PARAGRAPH), [("", 0, 0)]),
    (("", "  ", BlockKind.PARAGRAPH), [("  ", 0, 2)]),
]


@pytest.mark.parametrize(("block", "expected"), SEGMENTS, ids=[f"{block[2]} {block[:2]}" for block, _ in SEGMENTS])
def test_blocks_are_split_into_sentences(block: tuple, expected: list) -> None:
    found = sentences(document([("", "Before.", BlockKind.PARAGRAPH), block]))
    assert [(one.text, one.start, one.end) for one in found[1:]] == expected
    assert [one.id for one in found] == list(range(len(found)))
    assert [one.block for one in found] == [0] + [1] * len(expected)
    whole = paragraphs(document([("", "Before.", BlockKind.PARAGRAPH), block]))
    full = f"{block[0]} {block[1]}".strip() if block[0] else block[1]
    start = len(full) - len(block[1]) if block[2] is BlockKind.FOOTNOTE and block[1] else 0
    assert [(one.id, one.block, one.text, one.start, one.end) for one in whole[1:]] == [
        (1, 1, full[start:], start, len(full))
    ]


def test_signatures(words) -> None:
    one, other = plain(["x"], "zh-CN"), plain(["x"], "en-US")

    def parts(options: AlignOptions) -> list[str]:
        return signature(one, other, encoder=words, options=options).split("|")[1:]

    assert parts(AlignOptions()) == [
        "unit:sentence", "encoder:words@0000", "search:band", "max:5-6", "profile:plain", "lang:zh-CN+en-US"
    ]  # fmt: skip
    assert parts(AlignOptions(unit="paragraph"))[3] == "max:3-3"
    assert parts(AlignOptions(segmented=True)) == [*parts(AlignOptions())[:4], "profile:segmented", "lang:zh-CN+en-US"]
    tuned = parts(AlignOptions(sentences=SearchOptions(caution=0.3)))
    assert tuned[:-1] == parts(AlignOptions())
    assert tuned[-1].startswith("options:")
    assert len(tuned[-1]) == len("options:") + 8


def test_weights_by_unit_and_encoder() -> None:
    thorough = f"{BUILTIN}+multilingual-e5-small-q4"
    assert weights("sentence", "unknown") == weights("sentence")
    assert "boundary" in weights("sentence", BUILTIN)
    assert "boundary" not in weights("sentence")
    assert weights("sentence", thorough) != weights("sentence")
    assert weights("paragraph") != weights("sentence")
    assert clause_weights("sentence", thorough)
    assert clause_weights("sentence", BUILTIN)
    assert clause_weights("sentence", "unknown") is None
    assert [has_weights("sentence", one) for one in (BUILTIN, thorough, "unknown")] == [True, True, False]
    assert [has_weights("paragraph", one) for one in (BUILTIN, thorough, "unknown")] == [True, False, False]


@pytest.mark.parametrize("batch", [2, 4096])
def test_every_run_of_units_is_encoded(batch: int, words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("align.spans._BLOCK", batch)
    texts = ["one two", "three", "four five six", "seven", "eight"]
    found = prepare(texts, encoder=words, language="en", width=3)
    assert (found.width, len(found), found.vectors.shape) == (3, 5, (3, 5, words.dim))
    assert found.vectors.dtype == np.float16
    for size in (1, 2, 3):
        joined = words.encode([" ".join(texts[i : i + size]) for i in range(5 - size + 1)])
        assert found.vectors[size - 1, : 5 - size + 1].astype(np.float32) == pytest.approx(joined, abs=1e-3)
        assert not found.vectors[size - 1, 5 - size + 1 :].any()
    assert found.clauses is None
    short = prepare(texts[:2], encoder=words, language="en", width=3)
    assert not short.vectors[2].any()
    part = found[1:4]
    assert (list(part.texts), part.language, part.encoder) == (texts[1:4], "en", "words")
    assert (part.vectors == found.vectors[:, 1:4]).all()
    assert part.surface.sums["length"].tolist() == found.surface.sums["length"].tolist()[1:5]


def test_only_the_beginning_of_a_very_long_unit_is_encoded(words) -> None:
    beginning = "one two " * 2500
    long, short = (
        prepare([text, "three"], encoder=words, language="en", width=2, by_clauses=True)
        for text in (beginning + "four " * 9000, beginning)
    )
    assert (long.vectors == short.vectors).all()
    assert long.surface.sums["length"][1] > short.surface.sums["length"][1]
    assert long.clauses is not None
    assert len(as_units(long, long.clauses)) == len(as_units(short, long.clauses)) == long.clauses.starts[-1]


def test_traditional_chinese_is_encoded_as_simplified() -> None:
    seen: list[str] = []

    class Encoder:
        name, dim, fingerprint = "fake", 2, "0"

        def encode(self, texts: list[str]) -> np.ndarray:
            seen.extend(texts)
            return np.ones((len(texts), 2), np.float32)

    texts = ["協議生效了。", "國家"]
    side = prepare(texts, encoder=Encoder(), language="zh-TW", width=2, by_clauses=True)
    assert set(seen) == {"协议生效了。", "国家", "协议生效了。国家"}
    assert side.texts == texts
    assert side.clauses is not None
