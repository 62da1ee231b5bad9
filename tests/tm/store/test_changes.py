"""Replacing, cleaning, deleting and importing: what changes, what does not, and that undoing restores everything."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpora.errors import UsageError
from tests.data import cases
from tm.formats import write
from tm.jobs.clean_memory import RULES, clean_memory, selected
from tm.jobs.import_file import import_file
from tm.search.direction import is_reverse
from tm.search.lookup import LookupOptions, lookup
from tm.search.memory import Memory
from tm.store.filters import Filters
from tm.store.history import KEPT
from tm.store.replacing import ReplaceOptions
from tm.unit import Origin, Unit


def unit(source: str, target: str, **more: object) -> Unit:
    return Unit(source, target, "zh-CN", "en-GB", **more)  # type: ignore[arg-type]


UNITS = [
    unit("第一条", "Article 1", next="门开着。", origin=Origin("a.txt", "b.txt", (0,), (0,))),
    unit("门开着。", "The door is open.", previous="第一条", next="门关着。", status="reviewed", notes=("n",)),
    unit("门关着。", "The door is shut.", previous="门开着。", properties={"client": "ACME"}, author="li"),
    unit("门关了。", "The door is shut.", quality=0.5),
]


@pytest.fixture
def memory(stored: Memory) -> Memory:
    stored.add(UNITS)
    return stored


def state(memory: Memory) -> list[tuple[object, ...]]:
    """All that a memory says of its units; dates of changes as well."""
    places = memory.entries(every_place=True)
    return sorted(((one.id, one.count, one.unit) for one in places), key=repr)


@pytest.mark.parametrize("case", cases("replacing"), ids=lambda case: case["label"])
def test_replacing(tmp_path: Path, case: dict[str, object]) -> None:
    options = ReplaceOptions(
        case["find"],
        case["by"],
        "source",
        bool(case.get("regex")),
        bool(case.get("ignore_case")),  # type: ignore[arg-type]
    )
    with Memory(tmp_path / "m") as memory:
        memory.add([unit(case["text"], "x")])  # type: ignore[arg-type]
        report = memory.replace(options)
        assert [one.source for one in memory] == [case["expected"]]
        assert (report.places, report.tagged) == (case["places"], case.get("tagged", 0))


def test_a_trial_changes_nothing(memory: Memory) -> None:
    before = state(memory)
    report = memory.replace(ReplaceOptions("shut", "closed"), dry_run=True)
    assert (report.units, report.places, [one.after.target for one in report.examples]) == (
        2,
        2,
        ["The door is closed."] * 2,
    )
    assert (state(memory), memory.changes()) == (before, [])


def test_sides_and_filters(memory: Memory) -> None:
    assert memory.replace(ReplaceOptions("门", "窗", "target")).units == 0
    assert memory.replace(ReplaceOptions("door", "gate", filters=Filters(where=("client=acme",)))).units == 1
    assert [one.target for one in memory] == [
        "Article 1", "The door is open.", "The gate is shut.", "The door is shut.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("source=^门.着", 2), ("target=SHUT", 2), ("text=条|shut", 3), ("origin=a\\.txt", 1), ("author=^li$", 1),
        ("note=n", 1), ("client=AC", 1), ("client=BC", 0), ("section=x", 0), ("target=a=b", 0),
    ],
)  # fmt: skip
def test_filters_by_regular_expression(memory: Memory, condition: str, found: int) -> None:
    assert len(list(memory.units(Filters(where=(condition,))))) == found


@pytest.mark.parametrize("condition", ["source", "=x", "source=", "source=("])
def test_conditions_that_mean_nothing(condition: str) -> None:
    with pytest.raises(UsageError, match=r"FIELD=REGEX|regular expression"):
        Filters(where=(condition,))


@pytest.mark.parametrize("options", [("(", "x"), ("(x)", "\\2")])
def test_invalid_expressions_change_nothing(memory: Memory, options: tuple[str, str]) -> None:
    memory.add([unit("x", "y")])
    before = state(memory)
    with pytest.raises(UsageError, match=r"regular expression|template"):
        memory.replace(ReplaceOptions(*options, regex=True))
    assert state(memory) == before
    with pytest.raises(UsageError, match="nothing to find"):
        ReplaceOptions("", "x")


def test_an_expression_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    """On a server other threads wait for nothing meanwhile, and the next search works."""
    slow = "(?:a|aa)+$"
    with Memory(tmp_path / "m") as memory:
        memory.add([unit(f"{'a' * 60}!", "x")])
        before = state(memory)
        with pytest.raises(UsageError, match="takes more than a second for one text"):
            memory.replace(ReplaceOptions(slow, "b", regex=True))
        with pytest.raises(UsageError, match="takes more than a second for one text"):
            list(memory.units(Filters(where=(f"source={slow}",))))
        assert state(memory) == before
        assert len(list(memory.units(Filters(where=("source=a!$",))))) == 1


def test_a_trial_does_not_wait_for_one_who_writes(tmp_path: Path) -> None:
    with Memory(tmp_path / "m") as memory, Memory(tmp_path / "m") as other:
        memory.add(UNITS)
        with other.writing():
            assert memory.replace(ReplaceOptions("shut", "closed"), dry_run=True).units == 2


def test_replacing_is_stopped_before_anything_is_stored(memory: Memory) -> None:
    class Stopped(Exception):
        pass

    before, seen = state(memory), list[int]()

    def progress(number: int) -> None:
        seen.append(number)
        if len(seen) == 3:  # after the search of two units, when the new ones are written
            raise Stopped

    with pytest.raises(Stopped):
        memory.replace(ReplaceOptions("shut", "closed"), progress=progress)
    assert (seen, state(memory), memory.changes()) == ([0, 1, 2], before, [])


def test_a_unit_is_not_emptied(memory: Memory) -> None:
    report = memory.replace(ReplaceOptions("Article 1", ""))
    assert (report.units, report.left) == (0, {"no target text": 1})


def test_equal_units_merge_and_part_again(memory: Memory) -> None:
    before = state(memory)
    assert memory.replace(ReplaceOptions("关了", "关着")).units == 1
    assert [(one.id, one.count) for one in memory.entries(Filters(with_text="shut"))] == [(3, 2)]
    memory.undo()
    assert state(memory) == before


def test_neighbours_keep_their_context(memory: Memory) -> None:
    memory.replace(ReplaceOptions("门开着", "大门开着"))
    assert memory.get(3).unit.previous == "大门开着。"
    match = lookup([memory], "大门开着。", LookupOptions(previous="第一条", next="门关着。"))[0]
    assert match.score == 102
    match = lookup([memory], "第一条", LookupOptions(next="大门开着。"))[0]
    assert match.score == 101


BULK: dict[str, Callable[[Memory], object]] = {
    "replace": lambda memory: memory.replace(ReplaceOptions("门", "窗")),
    "delete": lambda memory: memory.delete(Filters(with_text="shut")),
    "dedupe": lambda memory: memory.dedupe(),
    "edit": lambda memory: memory.edit(2, target="The gate is open.", status="rejected"),
    "edit to a known pair": lambda memory: memory.edit(4, source="门关着。"),
    "clean": lambda memory: clean_memory(memory, selected(also=["older"])),
    "import": lambda memory: memory.add(
        [replace(UNITS[0], target="Art. 1"), replace(UNITS[2], previous="x", author="wu")], action="import"
    ),
    "import that keeps the newest": lambda memory: memory.add(
        [replace(UNITS[0], target="Art. 1", changed=datetime(2030, 1, 1, tzinfo=UTC))], keep="newest", action="import"
    ),
}


@pytest.mark.parametrize("change", BULK.values(), ids=BULK.keys())
def test_every_change_is_undone(memory: Memory, change: Callable[[Memory], object]) -> None:
    memory.add(
        [unit("Please wait here for the bus.", "Please wait here for the bus."), unit("门关了。", "It is shut.")]
    )
    before = state(memory)
    change(memory)
    assert state(memory) != before
    memory.undo()
    assert state(memory) == before
    assert memory.check() == []
    assert lookup([memory], "门开着。")[0].number == 2
    with pytest.raises(UsageError, match="no change is left to undo"):
        memory.undo()


def test_changes_are_undone_one_after_another(memory: Memory) -> None:
    states = [state(memory)]
    for name in ("replace", "edit", "edit to a known pair", "import", "dedupe", "delete"):
        BULK[name](memory)
        states.append(state(memory))
    assert [one.action for one in reversed(memory.changes())][:2] == ["replace '门' with '窗'", "edit of unit 2"]
    for before in reversed(states[:-1]):
        if state(memory) != before:
            memory.undo()
        assert state(memory) == before


def test_what_was_added_since_stays(memory: Memory) -> None:
    memory.delete(numbers=[2])
    memory.add([UNITS[1], unit("新的", "new")])
    memory.undo()
    assert sorted(one.source for one in memory) == sorted([*(one.source for one in UNITS), "新的"])
    assert [one.count for one in memory.entries(Filters(with_text="open"))] == [2]


def test_undo_leaves_alone_what_was_added_again_without_a_record(memory: Memory) -> None:
    before = state(memory)
    memory.add([unit("新的", "new"), unit("旧的", "old")], action="import")
    memory.add([unit("新的", "new", status="reviewed", notes=("seen",), author="wu", origin=Origin("review.txt"))])
    seen = memory.get(5)
    assert (seen.count, seen.unit.status, seen.unit.notes, seen.unit.author) == (2, "reviewed", ("seen",), "wu")
    assert memory.undo().action == "import"
    assert memory.get(5) == seen
    assert [one.source for one in memory if one.source in ("新的", "旧的")] == ["新的"]
    memory.delete(numbers=[5])
    assert state(memory) == before


def test_undo_of_older_changes_leaves_them_alone_too(memory: Memory) -> None:
    memory.edit(1, target="Article one")
    for number in range(KEPT):
        memory.edit(2, notes=(str(number),))
    memory.add([unit("第一条", "Article one", notes=("seen",))])
    seen = memory.get(1)
    while memory.changes():
        memory.undo()
    assert memory.get(1) == seen
    assert (seen.unit.target, seen.count) == ("Article one", 2)
    assert memory.get(2).unit.notes == ("n",)


def test_a_verdict_is_only_replaced_by_another_one(memory: Memory) -> None:
    memory.edit(3, status="reviewed", notes=("good",))
    merged = memory.edit(4, source="门关着。", author="wu", notes=("mine",))
    unit_ = merged.unit
    assert (merged.id, merged.count, unit_.status, unit_.author, unit_.notes) == (
        3, 2, "reviewed", "li", ("good", "mine"),
    )  # fmt: skip
    memory.undo()
    memory.edit(4, status="rejected", author="wu")
    merged = memory.edit(4, source="门关着。")
    assert (merged.id, merged.unit.status, merged.unit.author) == (3, "rejected", "wu")
    for _ in range(3):
        memory.undo()
    memory.edit(4, status="reviewed", author="wu")
    merged = memory.edit(4, source="门关着。")
    assert (merged.id, merged.unit.status, merged.unit.author) == (3, "reviewed", "wu")


def test_replacing_keeps_verdicts(memory: Memory) -> None:
    memory.edit(3, status="rejected", notes=("good",))
    assert memory.replace(ReplaceOptions("关了", "关着")).units == 1
    found = memory.get(3)
    assert (found.count, found.unit.status, found.unit.author, found.unit.notes) == (2, "rejected", "li", ("good",))


def test_old_changes_are_forgotten(memory: Memory) -> None:
    for number in range(KEPT + 3):
        memory.edit(1, target=f"Article {number}")
    assert len(memory.changes()) == KEPT
    memory.compact()
    assert memory.changes() == []


def test_an_import_is_undone(tmp_path: Path, memory: Memory) -> None:
    before = state(memory)
    write(tmp_path / "new.tmx", [unit("新的", "new"), UNITS[1]])
    import_file(memory, tmp_path / "new.tmx")
    assert memory.undo().action == "import of new.tmx"
    assert state(memory) == before


@pytest.mark.parametrize(
    ("rule", "source", "target"),
    [
        ("codes", "⟦1/⟧⟦2/⟧", "⟦1/⟧"), ("codes", "%s: {name}", "{name}: %s"), ("codes", "……", "..."),
        ("copies", "Please wait behind the rail.", "Please wait behind the rail."), ("copies", "门开着。", "门开着。"),
        ("copies", "Wait here.", "Wait here."),
        ("empty", "门开着。", "—"), ("empty", "门开着。", "&nbsp;"),
        ("language", "门开着。", "На дворе трава, на траве дрова."), ("tags", "⟦1⟧门⟦/1⟧开着。", "The door is open."),
        ("", "门开着。", "The door is open."), ("", "IBM", "IBM"), ("", "第 5 页", "Page 5"),
        ("", "⟦1/⟧门", "⟦1/⟧ door"),
        ("", "12", "12"), ("", "Adobe Photoshop", "Adobe Photoshop"),
    ],
)  # fmt: skip
def test_each_rule(memory: Memory, rule: str, source: str, target: str) -> None:
    memory.delete(Filters())
    memory.add([unit(source, target)])
    report = clean_memory(memory, list(RULES.values()), dry_run=True)
    assert [name for name, count in report.counts.items() if count] == ([rule] if rule else [])
    assert len(memory) == 1
    if rule:
        assert clean_memory(memory, selected(only=[rule])).units == 1
        assert len(memory) == 0


def test_rules_are_chosen_by_name() -> None:
    assert [rule.name for rule in selected(also=["tags"], skip=["copies,empty"])] == ["codes", "language", "tags"]
    with pytest.raises(UsageError, match="unknown rule 'x'; the rules are codes"):
        selected(only=["x"])


@pytest.mark.parametrize(
    ("source", "target", "languages", "expected"),
    [
        (None, "门敞着。", (), True), (None, "The gate is open.", (), False), ("The door was open.", None, (), True),
        ("The door was open.", "门敞着。", (), True), (None, "123", (), False), (None, None, (), False),
        (None, "The door is open", ("en", "zh"), True), (None, "门", ("", "en-GB"), False),
        (None, "A", ("en", ""), True),
    ],
)  # fmt: skip
def test_direction_of_an_edit(
    source: str | None, target: str | None, languages: tuple[str, ...], expected: bool
) -> None:
    assert is_reverse(UNITS[1], source, target, *languages) is expected


def test_direction_between_languages_of_one_script() -> None:
    pair = Unit("Der Schlüssel hängt hinter der Tür.", "The key hangs behind the door.", "de-DE", "en-GB")
    assert is_reverse(pair, None, "Der Schlüssel hängt neben der Tür.")
    assert not is_reverse(pair, None, "The key hangs beside the door.")
    with pytest.raises(UsageError, match="not fr"):
        is_reverse(pair, None, "x", "fr")
