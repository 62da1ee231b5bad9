"""Blocks: notes, evidence near the expected place, chunks of limited size, and single blocks that were moved."""

from dataclasses import replace

import numpy as np
import pytest

from align import blocks
from align.alignment import Bead
from align.blocks import BlockOptions, streams
from align.evidence import BlockEvidence, EvidenceOptions, agreement
from align.moved import MovedOptions, Region, Seed
from align.search import SearchOptions
from corpora.document import Block, BlockKind, Document, Section
from models.encoder import Encoder
from tests.align.sides import rows, side

NOTE, PARAGRAPH, HEADING = BlockKind.FOOTNOTE, BlockKind.PARAGRAPH, BlockKind.HEADING
NAMES = "river mountain winter lantern soldier kitchen letter harbour garden thunder silver market".split()


def text(number: int) -> str:
    random = np.random.default_rng(number)
    return " ".join(f"{NAMES[k]}{random.integers(1000)}" for k in random.integers(0, len(NAMES), 8))


def document(
    made: list[tuple[BlockKind, str, str]], headings: list[int] | None = None, language: str = "en"
) -> Document:
    all_blocks = tuple(Block(i, kind, words, marker=marker) for i, (kind, marker, words) in enumerate(made))
    starts = headings or []
    ends = [*starts[1:], len(made)][: len(starts)]
    children = tuple(Section(first, 1, first, last) for first, last in zip(starts, ends, strict=True))
    return Document("en", "a.txt", all_blocks, Section(None, 0, 0, len(made), children))


def align_blocks(source: Document, target: Document, *, encoder: Encoder, options: BlockOptions) -> list[Bead]:
    return blocks.align_blocks(*streams(source, target, encoder=encoder, options=options), encoder=encoder)


def pairs(found: list[Bead]) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    return {(bead.source, bead.target) for bead in found if bead.source and bead.target}


def upper(made: list[tuple[BlockKind, str, str]]) -> list[tuple[BlockKind, str, str]]:
    return [(kind, marker, words.upper()) for kind, marker, words in made]


def test_notes_are_aligned_apart_from_the_text(words) -> None:
    left = [(PARAGRAPH, "", text(i)) for i in range(6)]
    notes = [(NOTE, str(i + 1), text(100 + i)) for i in range(3)]
    # The notes are at other places of the text.
    one = document([*left[:2], notes[0], *left[2:4], notes[1], notes[2], *left[4:]])
    other = document(upper([*left[:4], *notes, *left[4:]]))
    found = pairs(align_blocks(one, other, encoder=words, options=BlockOptions()))
    assert {((2,), (4,)), ((5,), (5,)), ((6,), (6,))} <= found
    assert {((0,), (0,)), ((1,), (1,)), ((3,), (2,)), ((4,), (3,)), ((7,), (7,)), ((8,), (8,))} <= found


@pytest.mark.parametrize("options", [BlockOptions(), BlockOptions(structure=False)], ids=["one side", "no structure"])
def test_notes_without_notes_on_the_other_side_are_text(options: BlockOptions, words) -> None:
    left = [(PARAGRAPH, "", text(i)) for i in range(5)]
    kind = PARAGRAPH if options.structure else NOTE
    one = document([*left, (NOTE, "1", text(9)), (NOTE, "2", text(10))])
    other = document(upper([*left, (kind, "1", text(9)), (kind, "2", text(10))]))
    found = align_blocks(one, other, encoder=words, options=options)
    assert pairs(found) == {((i,), (i,)) for i in range(7)}
    back = align_blocks(other, one, encoder=words, options=options)
    assert pairs(back) == {((i,), (i,)) for i in range(7)}


def test_notes_of_the_same_number_are_anchored(words) -> None:
    """Numbers decide where texts do not; where they restart, the nearest of the same number counts."""
    numbers = ["1", "2", "1", "2", "3", "1"]
    left = [(PARAGRAPH, "", text(1)), *((NOTE, number, "same words") for number in numbers)]
    one, other = document(left), document(upper(left))
    found = pairs(align_blocks(one, other, encoder=words, options=BlockOptions()))
    assert found == {((i,), (i,)) for i in range(7)}
    missing = document(upper([*left[:2], *left[3:]]))
    found = pairs(align_blocks(one, missing, encoder=words, options=BlockOptions(evidence=None)))
    assert found == {((0,), (0,)), ((1,), (1,)), *(((i,), (i - 1,)) for i in range(3, 7))}


def test_blocks_without_text_are_not_aligned(words) -> None:
    made = [(PARAGRAPH, "", text(0)), (PARAGRAPH, "", " "), (PARAGRAPH, "", text(1))]
    found = align_blocks(document(made), document(upper(made)), encoder=words, options=BlockOptions())
    assert {unit for bead in found for unit in (*bead.source, *bead.target)} == {0, 2}
    assert align_blocks(document(made[1:2]), document(upper(made)), encoder=words, options=BlockOptions()) == []
    assert align_blocks(document(made), document([]), encoder=words, options=BlockOptions()) == []


def test_moved_blocks_are_found_only_on_request(words) -> None:
    made = [(PARAGRAPH, "", text(i)) for i in range(30)]
    order = [*range(5), *range(15, 25), *range(5, 15), *range(25, 30)]
    one, other = document(made), document(upper([made[i] for i in order]))
    found = align_blocks(one, other, encoder=words, options=BlockOptions())
    assert pairs(found) == {((i,), (order.index(i),)) for i in range(30)}
    by = {bead.source[0]: bead.found_by for bead in found}
    assert {i for i, how in by.items() if how == "moved"} in (set(range(5, 15)), set(range(15, 25)))
    assert all(how in ("moved", "search") for how in by.values())
    plain = align_blocks(one, other, encoder=words, options=BlockOptions(find_moved=False))
    assert all(bead.found_by != "moved" for bead in plain)
    assert len(pairs(plain)) < 30
    lone = document(upper([*made[:5], *made[6:20], made[5], *made[20:]]))
    found = align_blocks(one, lone, encoder=words, options=BlockOptions())
    assert ((5,), (19,)) in pairs(found)
    assert [bead.found_by for bead in found if bead.source == (5,)] == ["moved"]


def test_headings_are_matched_only_with_structure(words, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [(HEADING, "", "Part " + NAMES[k // 4]) if k % 4 == 0 else (PARAGRAPH, "", text(k)) for k in range(20)]
    starts = list(range(0, 20, 4))
    one, other = document(made, starts), document(upper(made), starts)
    given = []
    inner = blocks.regions
    monkeypatch.setattr(blocks, "regions", lambda *a, **k: given.append(len(a[2])) or inner(*a, **k))
    for options in (BlockOptions(), BlockOptions(structure=False)):
        assert pairs(align_blocks(one, other, encoder=words, options=options)) == {((i,), (i,)) for i in range(20)}
    assert given[0] == given[1] + 5


def stream(evidence: tuple[BlockEvidence, BlockEvidence] | None, options: BlockOptions) -> blocks.Stream:
    left, right = side(1, ["a"] * 30, 1), side(2, ["b"] * 40, 1)
    return blocks.Stream((document([]), document([])), ([], []), left, right, evidence, options)


@pytest.mark.parametrize("band", [1, 3, 24])
def test_evidence_is_computed_near_the_expected_place(band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_BAND", band)
    random = np.random.default_rng(5)

    def evidence(n: int) -> BlockEvidence:
        groups, numbers = random.integers(0, 4, n).astype(np.int8), random.integers(-1, 3, n).astype(np.int32)
        return BlockEvidence(groups, numbers, rows(random, n))

    both = evidence(30), evidence(40)
    piece = Region(range(4, 25), range(6, 38))
    found = [Seed(1, 9, 9.0), Seed(8, 20, 1.0), Seed(10, 8, 0.5), Seed(20, 30, 1.0)]
    values = stream(both, BlockOptions()).evidence(piece, found)
    whole = agreement(*both, slice(0, 30), slice(0, 40), EvidenceOptions())
    # The expected place runs through both seeds in order, from just before the piece to its end.
    centre = np.interp(np.arange(4, 25), [3, 8, 20, 25], [5, 20, 30, 38])
    expected = {}
    for low in range(0, 21, band):
        near = centre[low : low + band]
        columns = range(max(6, int(near.min()) - band), min(38, int(near.max()) + band))
        for i in range(4 + low, min(4 + low + band, 25)):
            expected |= {(i, j): whole[i, j] for j in columns if whole[i, j]}
    assert values == pytest.approx(expected)
    assert stream(None, BlockOptions()).evidence(piece, found) == {}
    assert stream(both, BlockOptions(evidence=None)).evidence(piece, found) == {}
    for empty in (Region(range(4, 4), range(6, 38)), Region(range(4, 25), range(6, 6))):
        assert stream(both, BlockOptions()).evidence(empty, found) == {}


def diagonal(count: int, *, without: tuple[int, ...] = (), shifted: int = 0) -> list[Seed]:
    return [Seed(i, i + (shifted if i >= 10 else 0), 1.0) for i in range(count) if i not in without]


@pytest.mark.parametrize(
    ("n", "m", "found", "expected"),
    [
        (4, 4, diagonal(4), [(0, 4, 0, 4)]),
        (5, 4, diagonal(4), [(0, 5, 0, 4)]),
        (10, 10, diagonal(10), [(0, 3, 0, 3), (3, 6, 3, 6), (6, 10, 6, 10)]),
        (10, 10, [], [(0, 10, 0, 10)]),
        (10, 10, diagonal(10, without=(2, 3, 6)), [(0, 4, 0, 4), (4, 7, 4, 7), (7, 10, 7, 10)]),
        (14, 16, diagonal(14, without=(3, 4, 5, 6, 7), shifted=2), [(0, 8, 0, 8), (8, 11, 8, 13), (11, 14, 13, 16)]),
    ],
)
def test_long_pieces_are_cut_at_certain_seeds(
    n: int, m: int, found: list[Seed], expected: list[tuple[int, ...]]
) -> None:
    parts = list(blocks._parts(Region(range(n), range(m), True), found, 8, range(99), range(99)))
    have = [(part.source.start, part.source.stop, part.target.start, part.target.stop) for part in parts]
    assert have == expected
    assert all(part.moved for part in parts)


def test_pieces_are_grouped_up_to_the_limit() -> None:
    pieces = [Region(range(k, k + 2), range(k, k + 2)) for k in range(0, 10, 2)]
    assert [len(chunk) for chunk in blocks.chunks(pieces, [], 8)] == [2, 2, 1]
    large = [Region(range(0, 3), range(0, 3)), Region(range(3, 6), range(3, 5)), Region(range(6, 7), range(5, 6))]
    assert [len(chunk) for chunk in blocks.chunks(large, [], 8)] == [1, 2]
    assert list(blocks.chunks([], [], 8)) == []
    # The first block of the source holds five units: it fills a search with the two blocks of its piece.
    starts = [0, 5, *range(6, 17)], range(11)
    assert [len(chunk) for chunk in blocks.chunks(pieces, [], 8, starts)] == [1, 2, 2]


def test_chunks_give_the_same_beads(words, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [(PARAGRAPH, str(i) if i % 3 else "", text(i)) for i in range(24)]
    order = [*range(8), *range(12, 18), *range(8, 12), *range(18, 24)]
    one, other = document(made), document(upper([made[i] for i in order]))
    options = BlockOptions(search=replace(SearchOptions.paragraphs(), clauses=True))
    whole = align_blocks(one, other, encoder=words, options=options)
    monkeypatch.setattr(blocks, "_CHUNK", 10)
    found = align_blocks(one, other, encoder=words, options=options)
    assert pairs(found) == pairs(whole) == {((i,), (order.index(i),)) for i in range(24)}
    assert {bead.source: bead.found_by for bead in found} == {bead.source: bead.found_by for bead in whole}


def test_a_side_in_another_order() -> None:
    texts = ["one?", "two two", "three!", "“four”"]
    one = side(3, texts, 2, [1, 2, 1, 3])
    found = one.take([2, 0, 3, 1])
    assert list(found.texts) == ["three!", "one?", "“four”", "two two"]
    assert (found.language, found.encoder) == (one.language, one.encoder)
    assert (found.vectors[0] == one.vectors[0][[2, 0, 3, 1]]).all()
    assert found.surface.sums["length"].tolist() == [0, 6, 10, 16, 22]
    assert found.clauses is not None
    assert one.clauses is not None
    assert (found.clauses.vectors == one.clauses.vectors[[3, 0, 4, 5, 6, 1, 2]]).all()
    assert side(3, texts, 2).take([1, 0, 2, 3]).clauses is None


def test_leftovers_replace_the_omissions_of_both_blocks() -> None:
    vectors = rows(np.random.default_rng(6), 8, 64)
    beads = [
        Bead((0,), (0,), 0.9), Bead((1,), (), 0.5, "omission"), Bead((2,), (2,), 0.9), Bead((), (1,), 0.5, "omission"),
        Bead((3,), (), 0.4, "omission"), Bead((), (3,), 0.4, "omission"),
    ]  # fmt: skip
    left = vectors[:4]
    right = np.stack([vectors[0], vectors[1], vectors[2], vectors[7]])
    found = blocks._with_leftovers(beads, left, right, MovedOptions())
    assert found == [beads[0], beads[2], beads[4], beads[5], Bead((1,), (1,), found[-1].score, "moved")]
    assert found[-1].score == pytest.approx(1.0)
    assert found[-1].score <= 1.0
