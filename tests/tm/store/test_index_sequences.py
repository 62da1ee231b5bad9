"""Sequences of tokens exclude texts that cannot match, and never one that does."""

import random
from string import ascii_lowercase

import numpy as np
import pytest

from tests.tm.store.test_index_segments import IDS, TEXTS
from tm.folding import NUMBER, fold, tokens
from tm.search.fuzzy import similarity
from tm.store import index_segments, index_sequences
from tm.store.index_segments import build, near, sequence, sketch
from tm.store.index_sequences import SegmentSequences, nearer, with_all_tokens

POOL = [*"国会议案", "12", "of", "committee", *(f"{letter}x" for letter in ascii_lowercase)]


def texts(chance: random.Random, count: int) -> list[str]:
    return [" ".join(chance.choices(POOL, k=chance.randrange(1, 12))) for _ in range(count)]


def test_sequences_are_those_of_the_texts() -> None:
    segment, _, _ = build(IDS, TEXTS)
    known = SegmentSequences.of(segment.sequences, segment.lengths)
    for place, number in enumerate(segment.ids):
        held = known.cut(np.array([place])).tobytes().decode("utf-16-le")
        assert held == sequence(tokens(fold(TEXTS[IDS.index(number)])))
    assert sequence(["a", NUMBER, "国"]) == "\u3e43\ud721\u3fb9", "codes are stored in files: they must never change"
    with pytest.raises(ValueError, match="another length"):
        SegmentSequences.of(segment.sequences[:-2], segment.lengths)
    with pytest.raises(ValueError, match="surrogates"):
        SegmentSequences.of(b"\x00\xd8" + segment.sequences[2:], segment.lengths)


@pytest.mark.parametrize("many", [0, 1_000_000])
@pytest.mark.parametrize("minimum", [30, 50, 75, 100])
def test_sequences_exclude_no_match(monkeypatch: pytest.MonkeyPatch, minimum: int, many: int) -> None:
    monkeypatch.setattr(index_segments, "_CODES", 20)  # so that many tokens have one code
    monkeypatch.setattr(index_sequences, "_MANY", many)
    chance = random.Random(minimum)
    both = [texts(chance, 100), texts(chance, 130)]
    segments = [build(range(1_000 * place, 1_000 * place + len(some)), some)[0] for place, some in enumerate(both)]
    known = [SegmentSequences.of(one.sequences, one.lengths) for one in segments]
    fewer = 0
    for text in texts(chance, 30):
        query = tokens(fold(text))
        found = near(segments, sketch(query), len(query), minimum)
        ids = np.concatenate([one.ids[places] for one, (places, _) in zip(segments, found, strict=True)])
        held = [(one, places) for one, (places, _) in zip(known, found, strict=True)]
        kept, bounds = nearer(held, sequence(query), minimum)
        left = dict(zip(ids[kept].tolist(), bounds.tolist(), strict=True))
        fewer += len(ids) - len(left)
        for place, some in enumerate(both):
            for number, other in enumerate(some):
                score = similarity(text, other).score
                assert score < minimum or left[1_000 * place + number] >= score
    assert fewer or minimum >= 75


@pytest.mark.parametrize("many", [0, 1_000_000])
def test_texts_with_all_tokens_in_their_order(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr(index_sequences, "_MANY", many)
    segment, _, _ = build(range(5), ["a b c", "c b a", "a x b y c", "a b", "a b b c c"])
    known = SegmentSequences.of(segment.sequences, segment.lengths)
    kept = with_all_tokens([(known, np.arange(5))], sequence(["a", "b", "c"]))
    assert sorted(segment.ids[kept].tolist()) == [0, 2, 4]
    assert not len(with_all_tokens([], "ab")), "no texts were found"
