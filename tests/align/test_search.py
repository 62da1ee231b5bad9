"""The bead search with a fake encoder: what it must find, and what must be true of every result."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align.alignment import Bead
from align.cascade import CERTAIN, CERTAIN_AGAIN, undecided
from align.search import SearchOptions, search, search_prepared
from align.spans import prepare
from align.weights import BUILTIN, clause_weights, weights
from corpora.errors import UsageError
from models.combined import CombinedEncoder

NAMES = "river mountain winter lantern soldier kitchen letter harbour garden thunder silver market".split()


def text(number: int) -> str:
    """A sentence that shares few words with those of other numbers."""
    random = np.random.default_rng(number)
    words = [f"{NAMES[k]}{random.integers(1000)}" for k in random.integers(0, len(NAMES), 9)]
    return " ".join(words) + "."


def pairs(found: Sequence[Bead]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(bead.source, bead.target) for bead in found]


def run(source: Sequence[str], target: Sequence[str], words, **more) -> list[Bead]:
    return search(source, target, encoder=words, source_lang="en-US", target_lang="en-GB", **more)


def assert_covers(found: Sequence[Bead], n: int, m: int) -> None:
    assert [unit for bead in found for unit in bead.source] == list(range(n))
    assert [unit for bead in found for unit in bead.target] == list(range(m))
    assert all(0 <= bead.score <= 1 for bead in found)
    assert all((bead.found_by == "search") == bool(bead.source and bead.target) for bead in found)


SIDES = st.lists(st.sampled_from([text(number) for number in range(12)] + ["", "  ", "?!", "“…”", "42"]), max_size=12)


@settings(max_examples=15, deadline=None)
@given(source=SIDES, target=SIDES, unit=st.sampled_from(["sentence", "paragraph"]))
def test_every_unit_is_in_one_bead_in_order(source: list[str], target: list[str], unit: str, words) -> None:
    options = SearchOptions() if unit == "sentence" else SearchOptions.paragraphs()
    assert_covers(run(source, target, words, options=options), len(source), len(target))


def test_one_to_one(words) -> None:
    texts = [text(number) for number in range(60)]
    assert pairs(run(texts, [one.upper() for one in texts], words)) == [((i,), (i,)) for i in range(60)]


def test_splits_merges_and_omissions(words) -> None:
    texts = [text(number) for number in range(40)]
    source = [*texts[:10], f"{texts[10]} {texts[11]}", *texts[12:20], *texts[21:]]
    target = [*texts[:30], f"{texts[30]} {texts[31]}", *texts[32:]]
    found = pairs(run(source, target, words))
    assert ((10,), (10, 11)) in found
    assert ((), (20,)) in found
    assert ((28, 29), (30,)) in found
    assert len(found) == 38


@pytest.mark.slow
def test_a_long_omission_is_survived(words) -> None:
    texts = [text(number) for number in range(300)]
    found = pairs(run(texts, texts[:100] + texts[250:], words))
    assert sum(((i,), (i if i < 100 else i - 150,)) in found for i in [*range(100), *range(250, 300)]) >= 148
    assert sum(not target for _, target in found) >= 148


@pytest.mark.slow
def test_coarse_to_fine_beyond_the_full_plane(words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("align.band._FULL", 50)
    texts = [text(number) for number in range(260)]
    kept = texts[:80] + texts[140:]
    found = pairs(run(texts, kept, words))
    assert (
        sum(len(source) == len(target) == 1 and texts[source[0]] == kept[target[0]] for source, target in found) > 196
    )


def test_no_bead_straddles_an_anchor(words) -> None:
    texts = [text(number) for number in range(30)]
    anchors = [(5, 6), (12, 12), (12, 15), (20, 22)]
    found = run(texts, texts, words, anchors=anchors)
    assert_covers(found, 30, 30)
    ends = {(0, 0), *((bead.source[-1] + 1, None) for bead in found if bead.source)}
    assert ends
    i = j = 0
    nodes = [(0, 0)]
    for bead in found:
        i, j = i + len(bead.source), j + len(bead.target)
        nodes.append((i, j))
    assert set(anchors) <= set(nodes)


@pytest.mark.parametrize("anchors", [[(31, 2)], [(5, 5), (4, 6)], [(-1, 0)]])
def test_anchors_must_be_in_order_and_inside(anchors: list[tuple[int, int]], words) -> None:
    texts = [text(number) for number in range(30)]
    with pytest.raises(UsageError, match="anchor"):
        run(texts, texts, words, anchors=anchors)


def test_a_bonus_turns_the_scale(words) -> None:
    source, target = [text(1), text(2)], [text(3), text(4)]
    found = run(source, target, words, bonus={(0, 0): 50.0, (1, 1): 50.0, (0, 1): -50.0, (1, 0): -50.0})
    assert pairs(found) == [((0,), (0,)), ((1,), (1,))]
    assert min(bead.score for bead in found) > 0.9


def test_a_slice_of_a_prepared_side_is_searched_like_its_texts(words) -> None:
    texts = [text(number) for number in range(50)]
    side = prepare(texts, encoder=words, language="en", width=6)
    whole = search_prepared(side[10:30], side[12:31])
    direct = search_prepared(
        prepare(texts[10:30], encoder=words, language="en", width=6),
        prepare(texts[12:31], encoder=words, language="en", width=6),
    )
    assert pairs(whole) == pairs(direct)


def test_the_same_call_gives_the_same_beads(words) -> None:
    texts = [text(number) for number in range(30)]
    assert run(texts, texts[:25], words) == run(texts, texts[:25], words)


def test_scores_are_lower_where_the_search_guesses(words) -> None:
    texts = [text(number) for number in range(40)]
    target = [*texts[:20], *(text(1000 + number) for number in range(10)), *texts[30:]]
    found = run(texts, target, words)
    sure = [bead.score for bead in found if bead.source and bead.source[-1] < 18]
    unsure = [bead.score for bead in found if bead.source and 21 <= bead.source[0] < 29]
    assert np.mean(unsure) < np.mean(sure)


@pytest.mark.real
def test_literary_chapters_stay_above_the_published_methods(shared) -> None:
    from align import beadfile, metrics
    from models.registry import load

    folder = shared / "data" / "mac-dev"
    encoder = load("builtin", cache=False)
    gold, found = {}, {}
    for name in ("001", "002", "006"):
        source, target = ((folder / one / f"{name}.txt").read_text("utf-8").splitlines() for one in ("zh", "en"))
        gold[name] = beadfile.read(folder / "gold" / f"{name}.align")
        found[name] = search(source, target, encoder=encoder, source_lang="zh-CN", target_lang="en-US")
    assert metrics.evaluate(gold, found).overall.strict.f1 > 0.92
    assert metrics.calibration(gold, found)[0] < 0.06


def test_small_pieces_between_anchors_have_no_omissions(words) -> None:
    """Nothing indicates one there: with all of the target taken for omitted, the ratio of lengths was ten times off."""
    from align.band import cover

    vectors = words.encode([text(number) for number in range(60)])
    found = cover(vectors, vectors, [(0, 0), (20, 20), (40, 40), (60, 60)], 24)
    assert found.source_kept.all()
    assert found.target_kept.all()
    lone = cover(vectors, vectors[20:], [(0, 0), (20, 0), (60, 40)], 24)
    assert lone.source_kept.tolist() == [False] * 20 + [True] * 40
    assert lone.target_kept.all()


def test_windows_cover_rows_in_order(words) -> None:
    from align.band import cover

    vectors = words.encode([text(number) for number in range(300)])
    covering = cover(vectors, vectors[40:], [(0, 0), (300, 260)], 12).windows
    assert covering[0].first == 0
    assert covering[0].left == 0
    assert covering[-1].last == 301
    assert covering[-1].right == 261
    assert all(before.last == after.first for before, after in pairwise(covering))


class Recording:
    """The words of a text as two letters each, so that it is unsure where `WordEncoder` is; it keeps what it reads."""

    name, dim, fingerprint = "recording", 96, "0001"

    def __init__(self, words) -> None:
        self._words = words
        self.read: set[str] = set()

    def encode(self, texts: Sequence[str]):
        self.read.update(texts)
        return self._words.encode([" ".join(word[:2] for word in one.split()) for one in texts])


def free(number: int) -> list[str]:
    """A translation of the text of that number, sometimes in two sentences, that keeps few of its words."""
    random = np.random.default_rng(number)
    kept = [word.upper() if random.random() < 0.4 else str(random.integers(1000)) for word in text(number).split()]
    cut = int(random.integers(1, 8))
    return [" ".join(kept[:cut]), " ".join(kept[cut:])] if number % 3 == 0 else [", ".join(kept)]


ORIGINAL = [text(number) for number in range(60)]
FREE = [one for number in range(60) for one in free(number)]


class TestSecondEncoder:
    """The first encoder reads everything, the second one only what is undecided after the clauses were aligned."""

    def looks(self, words, options: SearchOptions, monkeypatch: pytest.MonkeyPatch):
        asked: list[tuple[float, tuple[Sequence[int], Sequence[int]]]] = []

        def spied(path, anchors, certain=CERTAIN):
            found = undecided(path, anchors, certain)
            asked.append((certain, found.units))
            return found

        monkeypatch.setattr("align.search.undecided", spied)
        second = Recording(words)
        found = run(ORIGINAL, FREE, CombinedEncoder(words, second), options=options)
        assert_covers(found, len(ORIGINAL), len(FREE))
        return [certain for certain, _ in asked], asked[-1][1], second.read

    def test_after_clauses(self, words, monkeypatch: pytest.MonkeyPatch) -> None:
        table = weights("sentence", BUILTIN)
        options = SearchOptions(
            weights=weights("sentence"), second_weights=table, clause_weights=clause_weights("sentence", BUILTIN)
        )
        limits, units, read = self.looks(words, options, monkeypatch)
        assert limits == [CERTAIN, CERTAIN_AGAIN]
        assert 0 < len(units[0]) < len(ORIGINAL)
        some = {ORIGINAL[unit] for unit in units[0]} | {FREE[unit] for unit in units[1]}
        assert some <= read
        assert not (read & {*ORIGINAL, *FREE}) - some

    def test_without_weights_for_clauses(self, words, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.looks(words, SearchOptions(), monkeypatch)[0] == [CERTAIN, CERTAIN]
