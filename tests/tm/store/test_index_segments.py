"""The index against a slow reference: lists of words and pairs, sketches, and the bounds of fuzzy matches."""

import random
import zlib
from collections import defaultdict
from itertools import pairwise, product
from string import ascii_lowercase

import numpy as np
import pytest

from tm.folding import NUMBER, TOKEN, fold, is_character, tokens
from tm.search.fuzzy import similarity
from tm.store import index_segments, token_stream
from tm.store.index_segments import (
    BUCKETS,
    CAPACITY,
    WORDS,
    IndexSegment,
    build,
    near,
    pair_code,
    postings,
    sketch,
    word_code,
)

TEXTS = [
    "缔约国应当采取措施",
    "States parties shall take 12 measures",
    "……",
    "ＡＰＩ 文档 2024",
    "12 34 56",
    "",
    "各缔约国的会议 states",
    "缔约 国应",
    "measures, measures and measures",
    "Press ⟦1⟧OK⟦/1⟧",
]
IDS = [7 * place + 3 for place in range(len(TEXTS))]


def expected_lists(texts: list[str]) -> dict[int, set[int]]:
    """Code of a list to the places of the texts in it."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for place, text in enumerate(texts):
        words = TOKEN.findall(fold(text))
        for word in words:
            found[zlib.crc32(word.encode())].add(place)
        for one, two in pairwise(words):
            if is_character(one) and is_character(two):
                found[pair_code(one, two)].add(place)
    return found


@pytest.mark.parametrize("at_once", [4_096, 3])
def test_lists_contain_the_words_and_pairs_of_each_text(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(token_stream, "_AT_ONCE", at_once)
    segment, grams, words = build(IDS, TEXTS)
    lists = expected_lists(TEXTS)
    for code, places in lists.items():
        positions = postings(grams.get(code >> 24), code)
        assert {IDS.index(number) for number in segment.ids[positions]} == places
        assert positions.tolist() == sorted(positions.tolist()), "the shorter texts first"
        assert len(positions) == len(set(positions.tolist()))
    assert len(lists) > 20
    assert words == {word for text in TEXTS for word in TOKEN.findall(fold(text)) if not is_character(word)}
    assert set(grams) == {code >> 24 for code in lists}
    assert max(grams) < BUCKETS


def test_lists_of_characters_have_the_shortest_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_segments, "SINGLES", 2)
    segment, grams, _ = build([1, 2, 3], ["水水水水", "水", "水水"])
    code = index_segments.word_code("水")
    assert segment.ids[postings(grams[code >> 24], code)].tolist() == [2, 3]


def test_a_list_that_does_not_exist() -> None:
    _, grams, _ = build(IDS, TEXTS)
    known = set(expected_lists(TEXTS))
    for code in [*known, 0, 2**32 - 1]:
        for beside in (code - 1, code + 1):
            if 0 <= beside < 2**32 and beside not in known:
                assert postings(grams.get(beside >> 24), beside).tolist() == []
    assert postings(None, 5).dtype == np.uint16


def test_texts_are_sorted_by_length_with_their_sketches() -> None:
    segment, _, _ = build(IDS, TEXTS)
    lengths = [len(tokens(fold(TEXTS[IDS.index(number)]))) for number in segment.ids]
    assert segment.lengths.tolist() == sorted(lengths) == lengths
    for number, bits in zip(segment.ids, segment.bits, strict=True):
        assert np.array_equal(bits, sketch(tokens(fold(TEXTS[IDS.index(number)]))))
    assert segment.ids[segment.lengths == 0].tolist() == [IDS[TEXTS.index("")]]
    assert segment.folded.tolist() == [int(np.bitwise_or.reduce(bits)) for bits in segment.bits]
    assert segment.set_bits.tolist() == [int(np.bitwise_count(bits).sum()) for bits in segment.bits]


def test_a_sketch_has_a_bit_for_each_token() -> None:
    for token in ("a", "measures", "国", NUMBER):
        bits = sketch([token])
        place = zlib.crc32(token.encode()) % 256
        assert bits.tolist() == [1 << place % 64 if word == place // 64 else 0 for word in range(WORDS)]
    assert sketch(["a", "国", "a"]).tolist() == (sketch(["a"]) | sketch(["国"])).tolist()
    assert word_code("a") == zlib.crc32(b"a")


def test_codes_of_pairs_differ_by_order() -> None:
    codes = {pair_code(one, two) for one in "甲乙丙丁" for two in "甲乙丙丁"}
    assert len(codes) == 16
    assert all(0 <= code < 2**32 for code in codes)
    assert pair_code("缔", "约") == 1_596_343_959, "codes are stored in files: they must never change"


def test_arrays_come_back() -> None:
    segment, _, _ = build(IDS, TEXTS)
    again = IndexSegment.load(*segment.dump())
    for name in ("ids", "lengths", "bits", "folded", "set_bits"):
        assert np.array_equal(getattr(again, name), getattr(segment, name))


def test_an_empty_segment() -> None:
    segment, grams, words = build([1, 2], ["", " "])
    assert segment.lengths.tolist() == [0, 0]
    assert (grams, words) == ({}, set())
    assert CAPACITY == 1 << 16, "a position takes two bytes"


def reference(segment: IndexSegment, query: list[str], minimum: int) -> dict[int, int]:
    """Ids and bounds as the rules of `near` give them, one text at a time."""
    question, length = sketch(query), len(query)
    found = {}
    for number, theirs, other in zip(segment.ids.tolist(), segment.bits, segment.lengths.tolist(), strict=True):
        longest = max(length, other)
        allowed = (100 - minimum) * longest // 100
        missing = int(np.bitwise_count(question & ~theirs).sum())
        extra = int(np.bitwise_count(theirs & ~question).sum())
        distance = max(missing, extra, abs(other - length))
        if distance <= allowed and missing + extra <= 2 * allowed - abs(other - length):
            found[number] = 100 * (longest - distance) // longest
    return found


def found_near(segment: IndexSegment, query: list[str], minimum: int) -> dict[int, int]:
    """Ids and bounds of `near`."""
    ((positions, bounds),) = near([segment], sketch(query), len(query), minimum)
    return dict(zip(segment.ids[positions].tolist(), bounds.tolist(), strict=True))


@pytest.mark.parametrize("minimum", [30, 50, 70, 75, 90, 100])
def test_bounds_are_those_of_the_rule(minimum: int) -> None:
    chance = random.Random(minimum)
    pool = ["the", "report", "of", "committee", "12", "国", "会", "议"] + [
        f"{chr(97 + number)}x" for number in range(26)
    ]
    texts = [" ".join(chance.choices(pool, k=chance.randrange(1, 14))) for _ in range(300)]
    segment, _, _ = build(range(1, 301), texts)
    kept = 0
    for _ in range(30):
        text = " ".join(chance.choices(pool, k=chance.randrange(1, 14)))
        query = tokens(fold(text))
        found = found_near(segment, query, minimum)
        assert found == reference(segment, query, minimum)
        kept += len(found)
        for number, bound in found.items():
            assert similarity(text, texts[number - 1]).score <= bound
    assert kept or minimum >= 90
    assert found_near(segment, ["x"] * 500, minimum) == {}


def test_long_texts_have_bounds_too() -> None:
    words = ["".join(letters) for letters in product(ascii_lowercase, repeat=3)][:2_000]
    segment, _, _ = build([1, 2], [" ".join(words), " ".join(words[:1_500])])
    assert found_near(segment, words, 30) == {1: 100, 2: 75}
