"""A memory against a dictionary: whatever two processes do to it, it holds what the dictionary holds."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tm.search.memory import Memory
from tm.unit import Unit

SOURCES = st.sampled_from(["会议通过了决议。", "本协议生效。", "第一条", "第二条", "共有 12 名成员", "a 和 b"])
TARGETS = st.sampled_from(["The meeting adopted it.", "It enters into force.", "Article 1", "Article 2", "12 members"])


def unit(source: str, target: str) -> Unit:
    return Unit(source, target, "zh-CN", "en-US")


class MemoryModel(RuleBasedStateMachine):
    """``known`` are the pairs that the memory should have; ``before`` are those that undoing brings back."""

    @initialize()
    def start(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "m.duiyi"
        self.memory = Memory(self.path)
        self.known: set[tuple[str, str]] = set()
        self.before: set[tuple[str, str]] | None = None
        self.edits = 0

    @rule(pairs=st.lists(st.tuples(SOURCES, TARGETS), min_size=1, max_size=4))
    def add(self, pairs: list[tuple[str, str]]) -> None:
        self.memory.add([unit(*pair) for pair in pairs])
        self.known |= set(pairs)
        self.before = None

    @rule(pair=st.tuples(SOURCES, TARGETS))
    def add_in_another_process(self, pair: tuple[str, str]) -> None:
        process = os.fork()
        if not process:
            code = 1
            try:
                with Memory(self.path) as memory:
                    memory.add([unit(*pair)])
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
        self.known.add(pair)
        self.before = None

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        pair = data.draw(st.sampled_from(sorted(self.known)))
        self.edits += 1
        changed = f"Another translation, {self.edits}."
        self.memory.edit(self._number(pair), target=changed)
        self.before = set(self.known)
        self.known = self.known - {pair} | {(pair[0], changed)}

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        pair = data.draw(st.sampled_from(sorted(self.known)))
        assert self.memory.delete(numbers=[self._number(pair)]) == 1
        self.before = set(self.known)
        self.known = self.known - {pair}

    @precondition(lambda self: self.before is not None)
    @rule()
    def undo(self) -> None:
        self.memory.undo()
        assert self.before is not None
        self.known, self.before = self.before, None

    @rule()
    def compact(self) -> None:
        self.memory.compact()
        self.before = None

    @rule()
    def reopen(self) -> None:
        self.memory.close()
        self.memory = Memory(self.path)

    @rule(source=SOURCES)
    def look_up(self, source: str) -> None:
        found = {match.unit.target for match in self.memory.lookup(source) if match.unit.source == source}
        assert found == {target for one, target in self.known if one == source}

    @invariant()
    def holds_what_the_dictionary_holds(self) -> None:
        assert {(one.source, one.target) for one in self.memory.units()} == self.known
        assert len(self.memory) == len(self.known)

    def _number(self, pair: tuple[str, str]) -> int:
        return next(one.id for one in self.memory.entries() if (one.unit.source, one.unit.target) == pair)

    def teardown(self) -> None:
        if hasattr(self, "memory"):
            self.memory.close()
            self.folder.cleanup()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the second process is forked")
def test_a_memory_is_a_dictionary() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        MemoryModel,
        settings=settings(
            max_examples=15, stateful_step_count=15, suppress_health_check=list(HealthCheck), database=None
        ),
    )
