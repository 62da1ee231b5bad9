"""Edits as pure functions: what each does, that undo takes all back, that no text is lost, that replay is the same."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.errors import UsageError
from tm.review.edits import Edit, from_json, to_json
from tm.review.history import History
from tm.review.journal import Event
from tm.unit import Origin, Unit

WHEN = datetime(2025, 1, 2, tzinfo=UTC)


def units(*pairs: tuple[str, str]) -> list[Unit]:
    return [
        Unit(zh, en, "zh-CN", "en-US", origin=Origin("a", "b", (n,) if zh else (), (n,) if en else ()), quality=0.9)
        for n, (zh, en) in enumerate(pairs)
    ]


def texts(history: History) -> list[tuple[str, str]]:
    return [(row.unit.source, row.unit.target) for row in history.rows]


PAIRS = (("一。", "One."), ("二。三。", "Two. Three."), ("四。", ""), ("五。", "Five."))
CASES = [
    ("merge", {"do": "merge", "rows": [0]}, [("一。二。三。", "One. Two. Three."), *PAIRS[2:]]),
    ("split both", {"do": "split", "rows": [1], "source_at": 2, "target_at": 5},
     [PAIRS[0], ("二。", "Two."), ("三。", "Three."), *PAIRS[2:]]),
    ("split one side only", {"do": "split", "rows": [1], "source_at": 2},
     [PAIRS[0], ("二。", "Two. Three."), ("三。", ""), *PAIRS[2:]]),
    ("move a sentence down", {"do": "move", "rows": [1], "target_at": 5},
     [PAIRS[0], ("二。三。", "Two."), ("四。", "Three."), PAIRS[3]]),
    ("move a sentence up", {"do": "move", "rows": [1], "side": "source", "up": True, "source_at": 2},
     [("一。二。", "One."), ("三。", "Two. Three."), *PAIRS[2:]]),
    ("move all of a side", {"do": "move", "rows": [3], "up": True}, [*PAIRS[:2], ("四。", "Five."), ("五。", "")]),
    ("move over the edge", {"do": "move", "rows": [3]}, [*PAIRS[:3], ("五。", ""), ("", "Five.")]),
    ("shift down to the gap", {"do": "shift", "rows": [0]},
     [("一。", ""), ("二。三。", "One."), ("四。", "Two. Three."), PAIRS[3]]),
    ("shift down over the end", {"do": "shift", "rows": [3]}, [*PAIRS[:3], ("五。", ""), ("", "Five.")]),
    ("shift up", {"do": "shift", "rows": [1], "up": True},
     [("一。", "One. Two. Three."), ("二。三。", ""), *PAIRS[2:]]),
    ("edit", {"do": "edit", "rows": [0], "target": "1."}, [("一。", "1."), *PAIRS[1:]]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_an_edit_does(content: dict[str, object], expected: list[tuple[str, str]]) -> None:
    history = History(units(*PAIRS))
    before = list(history.rows)
    history.edit(from_json(content), "ada", WHEN)
    assert texts(history) == expected
    changed = [row for row in history.rows if row not in before]
    assert changed
    assert all((row.unit.author, row.unit.changed) == ("ada", WHEN) for row in changed)
    history.apply({"do": "undo"}, history.plan({"do": "undo"}, "ada", WHEN))
    assert history.rows == before


def test_states() -> None:
    history = History(units(*PAIRS))
    history.edit(Edit("accept", (0, 2)), "ada", WHEN)
    history.edit(Edit("reject", (1,)), "bob", WHEN)
    assert [row.unit.status for row in history.rows] == ["reviewed", "rejected", "reviewed", "unreviewed"]
    assert [row.unit.author for row in history.rows] == ["ada", "bob", "ada", ""]
    history.edit(Edit("merge", (0,)), "ada", WHEN)
    assert history.rows[0].unit.status == "unreviewed", "who merges has not accepted yet"
    assert history.rows[0].unit.origin.source_ids == (0, 1)


@pytest.mark.parametrize(
    "content",
    [
        {"do": "merge", "rows": [3]},
        {"do": "merge", "rows": [99]},
        {"do": "merge", "rows": [0, 1]},
        {"do": "accept", "rows": [0, 99]},
        {"do": "split", "rows": [0]},
        {"do": "split", "rows": [0], "source_at": 99},
        {"do": "move", "rows": [2]},
        {"do": "shift", "rows": [0], "up": True},
        {"do": "edit", "rows": [0], "source": " ", "target": ""},
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(content: dict[str, object]) -> None:
    history = History(units(*PAIRS))
    with pytest.raises(UsageError):
        history.edit(from_json(content), "ada", WHEN)
    assert texts(history) == list(PAIRS)
    assert history.version == 0


def test_a_tag_is_not_cut() -> None:
    history = History(units(("⟦1|<b>⟧粗⟦/1|</b>⟧体", "a bold")))
    with pytest.raises(UsageError, match="tag"):
        history.edit(Edit("split", (0,), source_at=3), "ada", WHEN)


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"do": "rm", "rows": [1]}, {"do": "merge", "rows": [True]}, {"do": "merge"},
     {"do": "edit", "rows": [1], "x": 1}, {"do": "edit", "rows": [1], "source": 5},
     {"do": "edit", "rows": [1], "notes": "x"}, {"do": "move", "rows": [1], "side": "top"}],
)  # fmt: skip
def test_only_edits_are_edits(data: object) -> None:
    with pytest.raises(UsageError):
        from_json(data)


TEXT = st.sampled_from(["", "一。", "二。三。", "⟦1/⟧四", "⟦⟦", "𠀀。五"])
LATIN = st.sampled_from(["", "One.", "Two. Three.", "a⟦2/⟧b"])
EDITS = st.fixed_dictionaries(
    {"do": st.sampled_from(["merge", "split", "move", "shift"]), "rows": st.tuples(st.integers(0, 12)).map(list)},
    optional={
        "side": st.sampled_from(["source", "target"]),
        "up": st.booleans(),
        "source_at": st.integers(0, 12),
        "target_at": st.integers(0, 12),
    },
)
OTHERS = st.one_of(
    st.fixed_dictionaries(
        {"do": st.sampled_from(["accept", "reject"]), "rows": st.lists(st.integers(0, 9), min_size=1)}
    ),
    st.fixed_dictionaries(
        {"do": st.just("edit"), "rows": st.tuples(st.integers(0, 9)).map(list)}, optional={"target": LATIN}
    ),
    st.just({"do": "undo"}),
    st.just({"do": "redo"}),
)
SOME = st.lists(st.tuples(TEXT, LATIN).filter(any), min_size=1, max_size=8)


def run(history: History, contents: list[dict[str, object]]) -> list[dict[str, object]]:
    done = []
    for content in contents:
        try:
            history.apply(content, history.plan(content, "ada", WHEN))
        except UsageError:
            continue
        done.append(content)
    return done


def said(history: History) -> tuple[str, str]:
    sides = ("".join(row.unit.source for row in history.rows), "".join(row.unit.target for row in history.rows))
    return "".join(sides[0].split()), "".join(sides[1].split())


@given(SOME, st.lists(EDITS, max_size=25))
def test_moving_texts_loses_none_and_leaves_no_empty_row(
    pairs: list[tuple[str, str]], edits: list[dict[str, object]]
) -> None:
    history = History(units(*pairs))
    before = said(history)
    run(history, edits)
    assert said(history) == before
    assert all(row.unit.source.strip() or row.unit.target.strip() for row in history.rows)
    assert len({row.id for row in history.rows}) == len(history.rows)


@given(SOME, st.lists(st.one_of(EDITS, OTHERS), max_size=25))
def test_undoing_all_restores_and_replay_is_the_same(
    pairs: list[tuple[str, str]], edits: list[dict[str, object]]
) -> None:
    history = History(units(*pairs))
    before = list(history.rows)
    done = run(history, edits)
    again = History(units(*pairs))
    for number, content in enumerate(done, 1):
        again.replay(Event(number, WHEN, "ada", content))
    assert again.rows == history.rows
    after = list(history.rows)
    taken = 0
    while history.can_undo:
        run(history, [{"do": "undo"}])
        taken += 1
    assert history.rows == before
    run(history, [{"do": "redo"}] * taken)
    # What had been undone before comes back only after what was undone last.
    assert history.rows == after


@given(EDITS)
def test_edits_survive_json(content: dict[str, object]) -> None:
    edit = from_json(content)
    assert from_json(to_json(edit)) == edit
