"""Clauses: where texts are cut, and their clause_evidence against plain loops over every bead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align.band import Window
from align.clauses import Clauses, clause_evidence, split
from align.spans import prepare

CUT = [
    ("他来了，又走了。", ["他来了，", "又走了。"]),
    ("好，好，我知道了。", ["好，好，我知道了。"]),
    ("他说：“明天再来吧。”她点点头。", ["他说：“明天再来吧。”", "她点点头。"]),
    (
        "He came in, sat down by the fire, and said nothing.",
        ["He came in,", "sat down by the fire,", "and said nothing."],
    ),
    ("'Why ever not?' she asked him quietly.", ["'Why ever not?'", "she asked him quietly."]),
    ("It cost 1,200 dollars and 3.5 cents", ["It cost 1,200 dollars and 3.5 cents"]),
    ("Oui, bien sûr; mais la cigale chantait", ["Oui, bien sûr;", "mais la cigale chantait"]),
    ("", [""]),
    ("  ", [""]),
    ("He said so’s not to. “Well then!” they all cried.", ["He said so’s not to.", "“Well then!”", "they all cried."]),
    ("It’s the dogs’ dinner, isn’t it?", ["It’s the dogs’ dinner, isn’t it?"]),
    ("……", ["……"]),
]


@pytest.mark.parametrize(("text", "parts"), CUT, ids=[text for text, _ in CUT])
def test_cut_at_inner_marks(text: str, parts: list[str]) -> None:
    assert split(text) == parts


@given(st.text(alphabet="他来了 ,，。.!“”'\"aB1—…;", max_size=60))
def test_nothing_is_lost_but_blanks(text: str) -> None:
    assert "".join("".join(split(text)).split()) == "".join(text.split())


def side(random: np.random.Generator, sizes: list[int]) -> tuple[Clauses, np.ndarray]:
    def unit(count: int) -> np.ndarray:
        rows = random.standard_normal((count, 8)).astype(np.float32)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)

    return Clauses(unit(sum(sizes)), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)), unit(len(sizes))


SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=9)


@settings(max_examples=12, deadline=None)
@given(SIZES, SIZES, st.integers(0, 4), st.integers(0, 4), st.integers(0, 2**32 - 1))
def test_evidence_is_that_of_plain_loops(
    source_sizes: list[int], target_sizes: list[int], first: int, left: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    sides = side(random, source_sizes), side(random, target_sizes)
    n, m = len(source_sizes), len(target_sizes)
    window = Window(min(first, n), n + 1, min(left, m), m + 1)
    evidence = clause_evidence(*sides, window, (3, 3))

    def similarity(clause: np.ndarray, other: int, unit: int) -> float:
        parts, whole = sides[other]
        if not 0 <= unit < len(parts):
            return 0.0
        rows = np.vstack([parts.vectors[parts.starts[unit] : parts.starts[unit + 1]], whole[unit : unit + 1]])
        return float((rows.astype(np.float32) @ clause.astype(np.float32)).max())

    def compared(own: int, units: range, run: range) -> list[tuple[float, float, float]]:
        parts, _ = sides[own]
        found = []
        for unit in units:
            for clause in parts.vectors[parts.starts[unit] : parts.starts[unit + 1]]:
                inside = max(similarity(clause, 1 - own, other) for other in run)
                before, behind = (similarity(clause, 1 - own, other) for other in (run.start - 1, run.stop))
                found.append((inside, before - inside, behind - inside))
        return found

    def outermost(end: int, i: int, j: int) -> float:
        """The similarity of the first (0) or last (-1) clauses of two units; 0 where one is missing."""
        if not (0 <= i < n and 0 <= j < m):
            return 0.0
        (source, _), (target, _) = sides
        at = source.starts[i] if end == 0 else source.starts[i + 1] - 1
        other = target.starts[j] if end == 0 else target.starts[j + 1] - 1
        return float(source.vectors[at].astype(np.float32) @ target.vectors[other].astype(np.float32))

    for a in (1, 2, 3):
        for b in (1, 2, 3):
            inside, better, edges = evidence.inside(a, b), evidence.better(a, b), evidence.edges(a, b)
            starts, ends = evidence.starts, evidence.ends(a, b)
            shape = window.last - window.first, window.right - window.left
            assert {value.shape for value in (inside, better, *edges, *starts, *ends)} == {shape}
            for i in range(window.first, n + 1 - a):
                for j in range(window.left, m + 1 - b):
                    at = i - window.first, j - window.left
                    rows, columns = range(i, i + a), range(j, j + b)
                    forth, back = compared(0, rows, columns), compared(1, columns, rows)
                    assert inside[at] == pytest.approx(np.mean([one for one, _, _ in forth + back]), abs=1e-4)
                    best = sum(max(before, behind, 0) for _, before, behind in forth + back)
                    assert better[at] == pytest.approx(best, abs=1e-4)
                    wanted = forth[0][1], forth[-1][2], back[0][1], back[-1][2]
                    assert [edge[at] for edge in edges] == pytest.approx(wanted, abs=1e-4)
                    first = outermost(0, i, j), max(outermost(0, i, j - 1), outermost(0, i - 1, j))
                    assert [value[at] for value in starts] == pytest.approx(first, abs=1e-4)
                    i_end, j_end = i + a - 1, j + b - 1
                    last = (
                        outermost(-1, i_end, j_end),
                        max(outermost(-1, i_end, j_end + 1), outermost(-1, i_end + 1, j_end)),
                    )
                    assert [value[at] for value in ends] == pytest.approx(last, abs=1e-4)
                    least = [
                        min(np.mean([one for one, _, _ in compared(side, range(u, u + 1), run)]) for u in own)
                        for side, own, run in ((0, rows, columns), (1, columns, rows))
                    ]
                    assert [value[at] for value in evidence.weakest(a, b)] == pytest.approx(least, abs=1e-4)

    def alone(own: int, unit: int, columns: range, node: int) -> tuple[float, float]:
        """The mean over the clauses of a unit: beside a node, and in the run of three that has most of it."""
        parts, _ = sides[own]
        clauses = parts.vectors[parts.starts[unit] : parts.starts[unit + 1]]
        runs = [
            np.mean([max(similarity(clause, 1 - own, k) for k in range(c, c + 3)) for clause in clauses])
            for c in columns
        ]
        beside = [max(similarity(clause, 1 - own, node - 1), similarity(clause, 1 - own, node)) for clause in clauses]
        return float(np.mean(beside)), float(max(runs))

    (beside, best), (above, most) = evidence.alone(0), evidence.alone(1)
    rows, columns = range(window.first, window.last), range(window.left, window.right)
    for i in range(window.first, n):
        for j in columns:
            near, top = alone(0, i, columns, j)
            assert (beside[i - rows.start, j - columns.start], best[i - rows.start, 0]) == pytest.approx(
                (near, top), abs=1e-4
            )
    for j in range(window.left, m):
        for i in rows:
            near, top = alone(1, j, rows, i)
            assert (above[i - rows.start, j - columns.start], most[0, j - columns.start]) == pytest.approx(
                (near, top), abs=1e-4
            )


def test_a_slice_has_the_clauses_of_its_units(words) -> None:
    texts = ["one thing, another thing entirely, a third", "alone", "and so, he said, it ended"]
    whole, part = (prepare(some, encoder=words, language="en", width=1, by_clauses=True) for some in (texts, texts[1:]))
    assert whole.clauses is not None
    assert part.clauses is not None
    assert len(whole.clauses) == 3
    assert np.array_equal(whole[1:].clauses.starts, part.clauses.starts)
    assert np.array_equal(whole[1:].clauses.vectors, part.clauses.vectors)
    assert len(whole[3:].clauses) == 0


def test_clauses_are_taken_in_any_order(words) -> None:
    texts = ["one, two things and more", "alone", "and so, he said, it ended"]
    side = prepare(texts, encoder=words, language="en", width=1, by_clauses=True)
    assert side.clauses is not None
    taken = side.clauses.take([2, 0])
    assert np.array_equal(taken[:1].vectors, side.clauses[2:].vectors)
    assert np.array_equal(taken[1:].vectors, side.clauses[:1].vectors)
    assert len(side.clauses.take([])) == 0
