"""Evidence between blocks, and sections matched by number, words and content."""

from collections.abc import Sequence

import numpy as np

from align.evidence import agreement, block_evidence
from align.moved import Region, Seed
from align.sections import cut_at_sections, match_sections
from corpora.document import Block, BlockKind, Document, Section

WHOLE = slice(0, None)


def document(language: str, blocks: Sequence[tuple[BlockKind, str, str]], headings: Sequence[int] = ()) -> Document:
    made = tuple(Block(number, kind, text, marker=marker) for number, (kind, marker, text) in enumerate(blocks))
    ends = [*headings[1:], len(made)][: len(headings)]
    children = tuple(Section(first, 1, first, last) for first, last in zip(headings, ends, strict=True))
    return Document(language, f"{language}.txt", made, Section(None, 0, 0, len(made), children))


def test_kind_number_and_values_speak_for_and_against() -> None:
    chinese = document(
        "zh-CN",
        [
            (BlockKind.HEADING, "", "总则"),
            (BlockKind.PARAGRAPH, "", "2017年11月6日，会议通过第7/1号决议。"),
            (BlockKind.ITEM, "（三）", "其他"),
        ],
    )
    english = document(
        "en-US",
        [
            (BlockKind.HEADING, "", "General"),
            (BlockKind.PARAGRAPH, "", "On 6 November 2017 the Conference adopted resolution 7/1."),
            (BlockKind.ITEM, "(c)", "Other matters"),
            (BlockKind.ITEM, "(d)", "The rest"),
            (BlockKind.PARAGRAPH, "", "On 9 March 2011 it adopted resolution 5/3."),
        ],
    )
    found = agreement(*block_evidence(chinese, english, range(3), range(5)), WHOLE, WHOLE)
    assert found[0].argmax() == 0
    assert found[1].argmax() == 1
    assert found[1, 1] > 0 > found[1, 4]
    assert found[2, 2] > 0 > found[2, 3]
    assert found[0, 1] < 0


def test_nothing_to_say_is_nothing() -> None:
    sides = (
        document("zh-CN", [(BlockKind.PARAGRAPH, "", "天气很好。")]),
        document("en-US", [(BlockKind.PARAGRAPH, "", "It is fine.")]),
    )
    assert agreement(*block_evidence(*sides, [0], [0]), WHOLE, WHOLE) == np.zeros((1, 1))


def test_sections_match_by_number_where_words_say_nothing(words) -> None:
    chinese = document("zh-CN", [(BlockKind.HEADING, f"第{n}条", "") for n in "一二三四"], range(4))
    english = document("en-US", [(BlockKind.HEADING, f"Article {n}", "") for n in (1, 3, 4)], range(3))
    seeds = [Seed(0, 0, 0.3), Seed(2, 1, 0.3), Seed(3, 2, 0.3)]
    matches = match_sections(chinese, english, seeds, encoder=words)
    assert [(match.source, match.target) for match in matches] == [(0, 0), (2, 1), (3, 2)]


def test_without_headings_there_is_nothing_to_match(words) -> None:
    sides = (
        document("zh-CN", [(BlockKind.PARAGRAPH, "", "一")]),
        document("en-US", [(BlockKind.HEADING, "", "One")], [0]),
    )
    assert match_sections(*sides, [], encoder=words) == ()


def test_regions_are_cut_where_matched_sections_begin_unless_heavier_evidence_crosses() -> None:
    whole = Region(range(10), range(10))
    assert cut_at_sections(whole, [Seed(4, 5, 1.0)], []) == (
        Region(range(4), range(5)),
        Region(range(4, 10), range(5, 10)),
    )
    assert cut_at_sections(whole, [Seed(4, 5, 0.5)], [Seed(3, 7, 2.0)]) == (whole,)
    assert cut_at_sections(Region(range(4, 10), range(10)), [Seed(2, 5, 1.0)], []) == (Region(range(4, 10), range(10)),)
