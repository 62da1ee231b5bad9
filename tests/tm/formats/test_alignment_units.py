"""Beads to units: joined texts, context, origin."""

from datetime import UTC, datetime

from align.alignment import Alignment, Bead
from corpora.document import Block, BlockKind, Document, Section, Segment
from tm.formats.alignment_units import units_of_alignment
from tm.unit import Origin

WHEN = datetime(2024, 1, 2, tzinfo=UTC)


def document(language: str, path: str, texts: list[str]) -> tuple[Document, tuple[Segment, ...]]:
    blocks = (
        Block(0, BlockKind.HEADING, texts[0], level=1, page=1),
        Block(1, BlockKind.PARAGRAPH, "".join(texts[1:]), page=2),
    )
    outline = Section(None, 0, 0, 2, (Section(0, 1, 0, 2),))
    segments = tuple(Segment(i, min(i, 1), text, 0, len(text)) for i, text in enumerate(texts))
    return Document(language, path, blocks, outline), segments


def alignment(level: str = "sentence") -> Alignment:
    source, source_units = document("zh-CN", "a/zh.txt", ["第一章", "甲句。", "乙⟦句。", "丙句。"])
    target, target_units = document("en-US", "a/en.txt", ["Chapter 1", "A.", " B.", "Extra."])
    beads = (
        Bead((0,), (0,), 0.99, "structure"),
        Bead((1, 2), (1, 2), 0.75),
        Bead((), (3,), 0.4, "omission"),
        Bead((3,), (), 0.3, "omission"),
    )
    return Alignment(source, target, level, source_units, target_units, beads, "duiyi|x")  # type: ignore[arg-type]


def test_texts_are_joined_as_each_language_joins_them() -> None:
    pairs = [(unit.source, unit.target) for unit in units_of_alignment(alignment())]
    assert pairs == [("第一章", "Chapter 1"), ("甲句。乙⟦⟦句。", "A. B."), ("", "Extra."), ("丙句。", "")]


def test_context_is_the_neighbouring_source() -> None:
    assert [(unit.previous, unit.next) for unit in units_of_alignment(alignment())] == [
        ("", "甲句。乙⟦⟦句。"),
        ("第一章", "丙句。"),
        ("甲句。乙⟦⟦句。", "丙句。"),
        ("甲句。乙⟦⟦句。", ""),
    ]


def test_origin_score_kind_and_sentences() -> None:
    heading, pair, *_ = units_of_alignment(alignment(), created=WHEN)
    assert heading.origin == Origin("zh.txt", "en.txt", (0,), (0,), 1, "第一章")
    assert (heading.kind, heading.sentences, heading.properties) == ("heading", 1, {"how": "structure"})
    assert pair.origin == Origin("zh.txt", "en.txt", (1, 2), (1, 2), 2, "第一章")
    assert (pair.kind, pair.sentences, pair.quality, pair.signature) == ("paragraph", 2, 0.75, "duiyi|x")
    assert pair.created == WHEN


def test_sentences_of_a_paragraph_are_counted() -> None:
    assert [unit.sentences for unit in units_of_alignment(alignment("paragraph"))][1] == 2


def test_low_scores_are_left_out() -> None:
    assert [unit.quality for unit in units_of_alignment(alignment(), min_score=0.5)] == [0.99, 0.75]
