"""A memory from Python: units in, matches and concordance hits out."""

from inspect import signature
from pathlib import Path

import pytest

from corpora.errors import StoreError, UsageError
from tm.search.concordance import ConcordanceOptions
from tm.search.lookup import LookupOptions
from tm.search.memory import Memory
from tm.store.filters import Filters
from tm.unit import Origin, Unit

SENTENCE = "本协议自签字之日起生效。"
UNITS = [
    Unit(SENTENCE, "This Agreement enters into force on signature.", "zh-CN", "en-US", origin=Origin("a.txt")),
    Unit(SENTENCE, "Dieses Abkommen tritt mit Unterzeichnung in Kraft.", "zh-CN", "de-DE", origin=Origin("b.txt")),
    Unit("第二条", "Article 2", "zh-CN", "en-US", status="reviewed"),
]
#: Parameters that the options do not have.
SHARED = {"self", "text", "phrase", "source_lang", "target_lang", "assemble"}


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    memory = Memory(str(tmp_path / "work.duiyi"))
    memory.add(unit for unit in UNITS)
    return memory


def test_add_look_up_and_read_again(memory: Memory) -> None:
    assert [(match.score, match.source, match.target) for match in memory.lookup(SENTENCE, target_lang="en")] == [
        (100, SENTENCE, "This Agreement enters into force on signature.")
    ]
    assert len(memory.lookup(SENTENCE)) == 2
    assert len(memory.lookup(SENTENCE, limit=1)) == 1
    assert not memory.lookup("本协议自批准之日起生效。", minimum=90)
    assert [match.score for match in memory.lookup("本协议自批准之日起生效。", limit=1)] == [81]
    assert [match.target for match in memory.lookup(UNITS[0].target)] == [SENTENCE]
    assert len(memory) == 3
    assert list(memory) == UNITS


def test_defaults() -> None:
    assert LookupOptions() == LookupOptions(70, 10, "", "", Filters(), False, None, 50)
    assert ConcordanceOptions() == ConcordanceOptions("both", False, 50, Filters(), True)
    for method, options in ((Memory.lookup, LookupOptions()), (Memory.concordance, ConcordanceOptions())):
        defaults = {name: one.default for name, one in signature(method).parameters.items() if name not in SHARED}
        names = {"following": "next"}
        assert defaults == {name: getattr(options, names.get(name, name)) for name in defaults}


def test_conditions(memory: Memory) -> None:
    assert [match.unit.origin.source_file for match in memory.lookup(SENTENCE, filters=Filters(origin="b."))] == [
        "b.txt"
    ]
    hits = memory.concordance("协议", filters=Filters(target_lang="de"))
    assert [hit.unit.target_lang for hit in hits] == ["de-DE"]
    assert not memory.concordance("协议", filters=Filters(target_lang="de"), target_lang="en", side="target")
    with pytest.raises(UsageError, match="no unit has the language fr"):
        memory.lookup(SENTENCE, target_lang="fr")
    with pytest.raises(UsageError, match="no unit has the language fr"):
        memory.concordance(SENTENCE, source_lang="fr")


def test_results_as_plain_data(memory: Memory) -> None:
    (match,) = memory.lookup("第二条").to_dicts()
    assert (match["kind"], match["score"], match["source"], match["target"]) == ("exact", 100, "第二条", "Article 2")
    (hit,) = memory.concordance("article").to_dicts()
    assert (hit["side"], hit["spans"]) == ("target", [[0, 7]])


def test_representations_are_short(memory: Memory) -> None:
    assert repr(memory) == f"Memory({str(memory.path)!r}, 3 units)"
    memory.close()
    assert repr(memory) == f"Memory({str(memory.path)!r}, closed)"
    assert repr(UNITS[2]) == "Unit('第二条', 'Article 2', 'zh-CN', 'en-US')"
    assert len(repr(Unit("长" * 1000, "long " * 1000, "zh-CN", "en-US"))) < 120


def test_results_have_short_representations(memory: Memory) -> None:
    assert repr(memory.lookup("第二条")) == "[Match(exact 100 %: '第二条', 'Article 2')]"
    assert repr(memory.concordance("article")) == "[ConcordanceHit(target: 'Article 2', '第二条')]"


def test_a_memory_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        Memory(tmp_path / "new.duiyi", create=False)
    with Memory(tmp_path / "new.duiyi") as memory:
        assert len(memory) == 0
    with Memory(tmp_path / "new.duiyi", create=False) as memory:
        assert list(memory) == []
    with pytest.raises(StoreError, match="was closed"):
        len(memory)


def test_in_memory_only() -> None:
    with Memory(":memory:") as memory:
        memory.add(UNITS)
        assert list(memory) == UNITS
        assert len(memory.lookup(SENTENCE)) == 2
        assert memory.stats().units == 3
    assert not Path(":memory:").exists()
