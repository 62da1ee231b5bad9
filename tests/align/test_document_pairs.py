"""Which documents belong together: their description, the evidence for each pair, and the assignment."""

from collections import Counter
from collections.abc import Sequence
from itertools import permutations
from math import log
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align import document_pairs
from align.document_pairs import DocumentProfile, assign, evidence, profile
from corpora.document import Block, BlockKind, Document, Section
from models.encoder import Vectors


class Lengths:
    """An encoder of three dimensions that says which texts it was given."""

    name, dim, fingerprint = "lengths", 3, "0"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return np.array([[len(text), ord(text[0]), 1] for text in texts], np.float32)


def document(*blocks: tuple[BlockKind, str], language: str = "en-US", marker: str = "") -> Document:
    made = tuple(Block(number, kind, text, marker=marker) for number, (kind, text) in enumerate(blocks))
    return Document(language, "a.txt", made, Section(None, 0, 0, len(made)))


def described(
    vector: Sequence[float], values: dict[str, int] | None = None, length: int = 100, shape: tuple[int, ...] = (1,) * 4
) -> DocumentProfile:
    return DocumentProfile(np.tile(np.array(vector, np.float32), (9, 1)), Counter(values or {}), length, shape)


TEXT, CODE = BlockKind.PARAGRAPH, BlockKind.CODE


def test_a_document_is_described_as_a_whole_and_by_its_eight_parts() -> None:
    found = profile(document((TEXT, "aa"), (TEXT, "bb"), (TEXT, "cccc")), Lengths())
    a, b, c = ([2, ord("a"), 1], [2, ord("b"), 1], [4, ord("c"), 1])
    assert found.vectors[0] == pytest.approx(np.array(a) / 4 + np.array(b) / 4 + np.array(c) / 2)
    assert found.vectors[1:] == pytest.approx(np.array([a, a, b, b, c, c, c, c]) / 8)
    assert found.length == 10  # with the ends of lines between them
    # A paragraph may end within a part.
    found = profile(document((TEXT, "a"), (TEXT, "bb")), Lengths())
    assert found.vectors[3, 1] == pytest.approx((2 * ord("a") + ord("b")) / 3 / 8)


def test_listings_count_only_where_there_is_nothing_else() -> None:
    encoder = Lengths()
    found = profile(document((TEXT, "text"), (CODE, "code 12"), (TEXT, "  ")), encoder)
    assert (encoder.texts, found.length, found.shape[0]) == (["text"], 4, 1)
    encoder = Lengths()
    found = profile(document((CODE, "code 12"), (TEXT, "  ")), encoder)
    assert (encoder.texts, found.shape[0]) == (["code 12"], 1)
    assert sum(found.values.values()) == 1


def test_blocks_are_read_with_their_markers_and_in_simplified_characters() -> None:
    encoder = Lengths()
    profile(document((TEXT, "國際"), language="zh-TW", marker="1."), encoder)
    assert encoder.texts == ["1. 国际"]


def test_of_a_long_document_a_sample_is_read() -> None:
    encoder = Lengths()
    found = profile(document(*((TEXT, f"{number} " + "x" * 500) for number in range(239))), encoder)
    assert len(encoder.texts) == 120
    assert {len(text) for text in encoder.texts} == {400}
    # Every second one, from the first to the last.
    assert [int(text.split()[0]) for text in encoder.texts] == list(range(0, 239, 2))
    assert found.shape == (239, 0, 0, 0)
    everything = Lengths()
    profile(document(*((TEXT, f"{number}") for number in range(120))), everything)
    assert everything.texts == [str(number) for number in range(120)]


def test_values_are_counted_and_vague_ones_left_out() -> None:
    found = profile(document((TEXT, "In 2017 and 2017 again, on page 35, one of them.")), Lengths()).values
    assert sorted(found.values()) == [1, 2]
    late = profile(document((TEXT, "x" * 29_990), (TEXT, "page 35 and page 36")), Lengths()).values
    assert len(late) == 1  # the beginning of a long document is enough


def test_the_shape_counts_headings_cells_and_items() -> None:
    kinds = [BlockKind.TITLE, BlockKind.HEADING, BlockKind.HEADING, TEXT, BlockKind.CELL, *[BlockKind.ITEM] * 2]
    assert profile(document(*((kind, "x") for kind in kinds)), Lengths()).shape == (7, 3, 1, 2)


X, Y, Z = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]


def test_evidence_of_content_by_hand() -> None:
    """A point of cosine counts 25, from 0.42 on; the same structure counts half a point."""
    found = evidence([described(X), described(Y)], [described(Y), described([0.6, 0.8, 0.0])])
    expected = 25 * (np.array([[0.0, 0.6], [1.0, 0.8]]) - 0.42) + 0.5
    assert found == pytest.approx(expected, abs=1e-4)
    assert found.dtype == np.float32
    # Half of it comes from the whole, half from the parts.
    whole = DocumentProfile(np.array([X, *[Y] * 6, Z, Z], np.float32), Counter(), 100, (1,) * 4)
    other = DocumentProfile(np.array([X, *[Y] * 6, X, X], np.float32), Counter(), 100, (1,) * 4)
    assert evidence([whole], [other])[0, 0] == pytest.approx(25 * ((1 + 6 / 8) / 2 - 0.42) + 0.5, abs=1e-4)
    # The length of a vector says nothing, a vector of zeros neither.
    assert evidence([described([2.0, 0, 0])], [described([5.0, 0, 0])])[0, 0] == pytest.approx(15.0, abs=1e-4)
    assert evidence([described([0.0] * 3)], [described(X)])[0, 0] == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("count", [2, 3])
def test_what_all_documents_share_is_subtracted_from_three_on(count: int) -> None:
    books = [described([1.0, 0.1 * np.cos(2 * k), 0.1 * np.sin(2 * k)]) for k in range(count)]
    found, informs = document_pairs._content(books, books)
    others = found[~np.eye(count, dtype=bool)]
    assert np.diag(found) == pytest.approx(1.0, abs=1e-4)
    assert (others.max() < 0.2) if count == 3 else (others.min() > 0.95)
    # How long the vectors are says nothing here either.
    longer = [DocumentProfile(one.vectors * (k + 1), Counter(), 100, (1,) * 4) for k, one in enumerate(books)]
    assert document_pairs._content(longer, books)[0] == pytest.approx(found, abs=1e-4)
    # The smaller side decides.
    assert (document_pairs._content(books, books[:2])[0] > 0.95).all()
    # Documents that share nearly all of their content say little about which of them they are.
    assert informs == pytest.approx(1.0 if count == 2 else 0.1 / 1.005 / 0.2, abs=0.05)


def test_copies_of_one_form_say_nothing() -> None:
    found = evidence([described(X)] * 3, [described(Y)] * 3)
    assert found == pytest.approx(np.full((3, 3), 0.5), abs=1e-4)


def test_evidence_of_lengths_by_hand() -> None:
    """The usual ratio is the median over certain pairs; a difference counts up to two points against a pair."""
    left = [described(X, length=100), described(Y, length=100)]
    right = [described(X, length=200), described(Y, length=270)]
    usual = (log(2.0) + log(2.7)) / 2
    away = (log(2.7) - usual) / 0.3
    found = evidence(left, right)
    assert np.diag(found) == pytest.approx([15 - away**2 / 2] * 2, abs=1e-4)
    assert evidence(left, [described(X, length=200), described(Y, length=200)])[0, 0] == pytest.approx(15.0, abs=1e-4)
    # Where all documents of the other side are equally similar, no pair is certain.
    far = evidence(left, [described(X, length=200), described(Y, length=200), described([0.8, 0.6, 0.0], length=9000)])
    assert np.diag(far) == pytest.approx([15.0, 15.0], abs=1e-4)
    assert far[0, 2] == pytest.approx(25 * (0.8 - 0.42) - 2 + 0.5, abs=1e-4)
    nothing = [described(X, length=0)], [described(X, length=1)]
    assert evidence(*nothing)[0, 0] == evidence(*nothing[::-1])[0, 0] == pytest.approx(15.0, abs=1e-4)


def test_evidence_of_values_by_hand() -> None:
    left = [described(X, {"30 Nov": 3, "35 %": 1}), described(X)]
    right = [described(X, {"30 Nov": 1}), described(X, {"7/1": 2}), described(X, {"30 Nov": 3, "35 %": 1})]
    found = document_pairs._values(left, right)
    nov, percent = log(1 + 5 / 3) * log(4), log(1 + 5 / 2) * log(2)
    assert found[0] == pytest.approx([nov / np.hypot(nov, percent) - 0.25, -0.25, 0.75], abs=1e-5)
    assert found[1].tolist() == [0, 0, 0]  # it mentions none, which says nothing
    assert document_pairs._values(right, left)[1].tolist() == [pytest.approx(-0.25), 0]


def test_values_that_share_a_place_in_the_vector_are_told_apart_by_their_sign() -> None:
    def place(value: str) -> tuple[int, bool]:
        bits = crc32(value.encode())
        return bits % 512, bool(bits & 0x10000)

    names = [f"{number} km" for number in range(3000)]
    first = names[0]
    second = next(name for name in names if place(name) == (place(first)[0], not place(first)[1]))
    found = document_pairs._values([described(X, {first: 1})], [described(X, {second: 1})])
    assert found[0, 0] == pytest.approx(-1.25)


def test_evidence_of_structure_by_hand() -> None:
    left = [described(X, shape=(1, 0, 0, 0)), described(X, shape=(100, 20, 50, 30))]
    right = [described(X, shape=(3, 0, 0, 0)), described(X, shape=(1, 1, 1, 1)), described(X, shape=(100, 20, 50, 30))]
    found = document_pairs._structure(left, right)
    assert found[0].tolist() == pytest.approx([1 - 2 * log(2) / 4, 1 - 2 * 3 * log(2) / 4, -1.0])
    assert found[1].tolist() == pytest.approx([-1.0, -1.0, 1.0])
    assert evidence(left[:1], right[2:])[0, 0] == pytest.approx(25 * (1 - 0.42) - 0.5, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), rows=st.integers(0, 5), columns=st.integers(0, 5))
def test_the_assignment_is_the_best_of_all(data: st.DataObject, rows: int, columns: int) -> None:
    drawn = data.draw(st.lists(st.floats(-5, 10, width=16), min_size=rows * columns, max_size=rows * columns))
    scores = np.array(drawn, np.float32).reshape(rows, columns)
    found = assign(scores)
    assert found == sorted(found)
    assert all(type(one) is int for pair in found for one in pair)
    assert len({i for i, _ in found}) == len({j for _, j in found}) == len(found)
    assert all(scores[pair] > 0 for pair in found)
    wide = scores if rows <= columns else scores.T
    best = max(
        sum(max(float(wide[i, j]), 0.0) for i, j in enumerate(some))
        for some in permutations(range(wide.shape[1]), wide.shape[0])
    )
    assert sum(float(scores[pair]) for pair in found) == pytest.approx(best)


def test_a_pair_that_speaks_against_itself_is_none() -> None:
    assert assign(np.array([[0.0, -1.0], [3.0, 2.0]], np.float32)) == [(1, 0)]
    assert assign(np.array([[0.5], [3.0], [2.0]], np.float32)) == [(1, 0)]
