"""Deleted units and terms come back as they were; a change made by somebody else meanwhile is noticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpora.errors import EditConflict, UsageError
from tm.search.memory import Memory
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status, Term
from tm.terms.merging import merge_concepts
from tm.unit import Origin, Unit

UNIT = Unit("第一条", "Article 1", "zh-CN", "en-US", next="第二条", origin=Origin("a.txt", "b.txt", (1,), (2,), 3, "x"))
CONCEPT = Concept(
    "c1",
    (Term("缔约国", "zh-CN", note="n"), Term("State party", "en-US", Status.ADMITTED, examples=("a", "b"))),
    definition="d",
    references=("c2",),
    properties={"x": "y"},
)


def test_a_deleted_unit_is_restored_with_its_places(tmp_path: Path) -> None:
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add([UNIT, replace(UNIT, origin=Origin("other.txt"), next=""), Unit("乙", "B", "zh-CN", "en-US")])
        before = list(memory.entries(every_place=True))
        assert memory.delete(numbers=[1]) == 1
        # Small changes can be restored for much longer than they can be undone.
        for number in range(30):
            memory.edit(2, notes=(str(number),))
        memory.edit(2, notes=(), changed=None)
        assert memory.restore(1).id == 1
        assert list(memory.entries(every_place=True)) == before
        assert memory.lookup("第一条")[0].unit.target == "Article 1"
        for number in (1, 77):
            with pytest.raises(UsageError):
                memory.restore(number)


def test_a_restoration_is_a_change_and_done_once(tmp_path: Path) -> None:
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add([replace(UNIT, status="reviewed", author="li", notes=("good",))])
        memory.delete(numbers=[1])
        memory.add([replace(UNIT, origin=Origin("other.txt"))])
        again = memory.get(2)
        for _ in range(2):
            found = memory.restore(1)
            assert (found.id, found.count) == (2, 2)
            assert (found.unit.status, found.unit.author, found.unit.notes) == ("reviewed", "li", ("good",))
            assert [one.action for one in memory.changes()] == ["restoration of unit 1", "deletion"]
        memory.undo()
        assert list(memory.entries(every_place=True)) == [again]
        assert memory.restore(1).count == 2
        memory.delete(numbers=[2])
        assert memory.restore(1).id == 1, "nothing has its texts any more"
        memory.undo()
        assert len(memory) == 0


def test_a_unit_that_somebody_else_changed_is_not_overwritten(tmp_path: Path) -> None:
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add([UNIT, Unit("乙", "B", "zh-CN", "en-US")])
        seen = memory.get(1).unit
        memory.edit(1, target="Article one", expected=seen)
        for change in (
            lambda: memory.edit(1, target="x", expected=seen),
            lambda: memory.delete(numbers=[1], expected=seen),
            lambda: memory.merge([1, 2], 2, expected={1: seen}),
            lambda: memory.merge([1, 2], 1, expected={1: seen}),
        ):
            with pytest.raises(EditConflict, match="somebody else"):
                change()
        assert memory.get(1).unit.target == "Article one"
        assert memory.delete(numbers=[1], expected=memory.get(1).unit) == 1


def test_a_deleted_entry_of_the_term_base_is_restored(tmp_path: Path) -> None:
    with TermBase(tmp_path / "t.sqlite") as terms:
        terms.add([CONCEPT])
        stored = terms.get("c1")
        assert stored is not None
        assert terms.restore("c1") is None, "it is not deleted"
        with pytest.raises(EditConflict):
            terms.add([replace(stored, note="mine")], expected=replace(stored, note="as I saw it"))
        with pytest.raises(EditConflict):
            terms.delete(["c1"], expected=replace(stored, note="as I saw it"))
        assert terms.get("c1") == stored
        assert terms.delete(["c1"], expected=stored) == 1
        assert not terms.lookup("缔约国")
        assert terms.restore("c1") == stored
        assert terms.lookup("缔约国")[0].concept == stored
        assert terms.restore("c1") is None


@pytest.mark.parametrize("checked", [False, True])
def test_a_merge_of_entries_begins_with_what_is_stored_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checked: bool
) -> None:
    """What somebody else adds just before is in the merged entry, or the merge is refused."""
    with TermBase(tmp_path / "t.sqlite") as terms, TermBase(tmp_path / "t.sqlite") as others:
        terms.add([CONCEPT, Concept("c2", (Term("成员", "zh-CN"), Term("member", "en-US")))])
        seen = list(terms)
        begin = terms._store.writing
        late = replace(seen[1], terms=(*seen[1].terms, Term("added late", "en-US")))

        def begin_late() -> object:
            others.add([late])
            return begin()

        monkeypatch.setattr(terms._store, "writing", begin_late)
        if checked:
            with pytest.raises(EditConflict, match="c2 was changed"):
                merge_concepts(terms, ["c1", "c2"], "c1", expected=seen)
            assert {one.id: one.terms for one in terms} == {"c1": CONCEPT.terms, "c2": late.terms}
        else:
            made = merge_concepts(terms, ["c1", "c2"], "c1")
            assert [one.text for one in made.terms] == ["缔约国", "State party", "成员", "member", "added late"]
            assert [one.id for one in terms] == ["c1"]
            assert [one.terms for one in terms.deleted()] == [late.terms]
