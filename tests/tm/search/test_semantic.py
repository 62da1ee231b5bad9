"""Look-ups by meaning: with a small fake encoder, and the index against comparing with everything."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from corpora.errors import StoreError, UsageError
from models.encoder import Vectors
from tm.search import semantic
from tm.search.lookup import LookupOptions, lookup
from tm.search.matches import MatchKind
from tm.search.memory import Memory
from tm.search.semantic import build_vectors, encoder_for, nearest, with_vectors
from tm.store.vectors import QuantizedVectors, VectorFile, VectorOptions, vector_files, vector_path, write
from tm.unit import Unit

MEANINGS = {"agreement": 0, "协议": 0, "treaty": 0, "meeting": 1, "会议": 1, "report": 2, "报告": 2}


class FakeEncoder:
    """Counts words whose meaning it knows, in either language."""

    name, dim, fingerprint = "fake", 3, "fake@1"

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        found = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            for word, place in MEANINGS.items():
                found[row, place] += text.count(word)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    memory = Memory(tmp_path / "m.duiyi")
    memory.add(
        [
            Unit("签署协议", "sign the agreement", "zh-CN", "en-US"),
            Unit("召开会议", "hold a meeting", "zh-CN", "en-US"),
            Unit("关于会议的报告", "report on the meeting", "zh-CN", "en-US"),
        ]
    )
    return memory


def test_across_languages(memory: Memory) -> None:
    encoder = FakeEncoder()
    assert build_vectors(memory, encoder) == 6
    matches = lookup([memory], "a treaty", LookupOptions(encoder=encoder))
    assert [(match.kind, match.score, match.unit.source) for match in matches] == [(MatchKind.SEMANTIC, 99, "签署协议")]
    matches = lookup([memory], "hold a meeting", LookupOptions(encoder=encoder))
    assert [match.kind for match in matches] == ["exact", "semantic"]


def test_memories_make_vectors_themselves(memory: Memory) -> None:
    encoder, counts = FakeEncoder(), list[int]()
    assert memory.index_vectors(encoder, progress=counts.append) == 6
    assert counts == [6]
    assert [match.target for match in memory.lookup("签署条约 treaty", encoder=encoder)] == ["sign the agreement"]


def test_only_new_texts_are_encoded(memory: Memory) -> None:
    encoder = FakeEncoder()
    build_vectors(memory, encoder)
    memory.add([Unit("报告", "report", "zh-CN", "en-US")])
    memory.delete(numbers=[1])
    assert build_vectors(memory, encoder) == 6
    assert encoder.encoded == 8
    assert build_vectors(memory, encoder) == 6
    assert nearest(memory, encoder, "agreement", 3)[0][1] < 0.5


def test_vectors_of_deleted_texts_go(memory: Memory) -> None:
    encoder = FakeEncoder()
    counts: list[int] = []
    assert build_vectors(memory, encoder, progress=counts.append) == 6
    assert counts == [6]
    assert build_vectors(memory, encoder, progress=counts.append) == 6, "there is nothing to do"
    memory.delete(numbers=[2])
    assert build_vectors(memory, encoder, progress=counts.append) == 4
    assert counts == [6]
    file = VectorFile(vector_path(memory.path, encoder.fingerprint))
    ids = [number for (number,) in memory.connection.execute("SELECT id FROM texts ORDER BY id")]
    assert sorted(file.quantised().ids.tolist()) == ids
    memory.add([Unit("报告", "report", "zh-CN", "en-US")])
    memory.delete(numbers=[1])
    assert build_vectors(memory, encoder, progress=counts.append) == 4
    assert counts == [6, 2]


def test_texts_are_encoded_in_batches(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.search.semantic._BATCH", 4)
    counts: list[int] = []
    assert build_vectors(memory, FakeEncoder(), progress=counts.append) == 6
    assert counts == [4, 6]
    assert build_vectors(memory, FakeEncoder()) == 6


def test_a_new_file_is_read_again(memory: Memory) -> None:
    encoder = FakeEncoder()
    other = Memory(memory.path.with_name("other.duiyi"))
    other.add([Unit("协议", "agreement", "zh-CN", "en-US")])
    build_vectors(memory, encoder)
    build_vectors(other, encoder)
    semantic._open.clear()
    nearest(other, encoder, "agreement", 1)
    nearest(memory, encoder, "report", 1)
    nearest(memory, encoder, "report", 1)
    assert len(semantic._open) == 2
    memory.add([Unit("报告", "report", "zh-CN", "en-US")])
    build_vectors(memory, encoder)
    _, cosine = nearest(memory, encoder, "report", 1)[0]
    assert cosine > 0.98
    assert {Path(path).name.split(".")[0] for path, _, _ in semantic._open} == {"m", "other"}
    assert len(semantic._open) == 2, "the old file of the memory is dropped, not that of the other"


def test_when_memories_are_searched_by_meaning(memory: Memory) -> None:
    other = Memory(memory.path.with_name("other.duiyi"))
    encoder = FakeEncoder()
    loaded: list[FakeEncoder] = []

    def load() -> FakeEncoder:
        loaded.append(encoder)
        return encoder

    assert encoder_for([memory, other], None, load) == (None, [])
    assert encoder_for([memory, other], False, load) == (None, [])
    assert loaded == [], "there are no vectors at all"
    with pytest.raises(UsageError, match="there are no vectors of fake for "):
        encoder_for([memory, other], True, load)
    vector_path(memory.path, "another encoder").touch()
    assert encoder_for([memory, other], None, load) == (None, []), "vectors of another encoder do not count"
    build_vectors(memory, encoder)
    for semantic_ in (None, True):
        assert encoder_for([memory, other], semantic_, load) == (encoder, [other])
    assert encoder_for([memory], None, load) == (encoder, [])
    assert encoder_for([memory], False, load) == (None, [])
    assert with_vectors([other, memory], encoder) == [memory]
    found = lookup([other, memory], "a treaty", LookupOptions(encoder=encoder))
    assert [match.kind for match in found] == ["semantic"]
    with pytest.raises(UsageError, match="duiyi memory index"):
        lookup([other], "a treaty", LookupOptions(encoder=encoder))


def test_semantic_matches(memory: Memory) -> None:
    encoder = FakeEncoder()
    build_vectors(memory, encoder)
    query = "agreement of the meeting"
    scores = {match.target: match.score for match in lookup([memory], query, LookupOptions(encoder=encoder))}
    assert scores == {"sign the agreement": 71, "hold a meeting": 71, "report on the meeting": 50}
    few = lookup([memory], query, LookupOptions(encoder=encoder, semantic_minimum=51))
    assert [match.score for match in few] == [71, 71]
    assert [match.score for match in lookup([(memory, 3)], query, LookupOptions(encoder=encoder, limit=1))] == [68]
    exact = lookup([memory], "hold a meeting", LookupOptions(encoder=encoder, limit=1))
    assert [match.kind for match in exact] == ["exact"]
    assert lookup([memory], query) == []


def test_without_vectors(memory: Memory) -> None:
    with pytest.raises(UsageError, match="duiyi memory index"):
        nearest(memory, FakeEncoder(), "agreement", 1)
    with pytest.raises(UsageError, match="no units"), Memory(memory.path.with_name("e")) as empty:
        build_vectors(empty, FakeEncoder())


def test_damaged_vectors(memory: Memory) -> None:
    build_vectors(memory, FakeEncoder())
    path = vector_path(memory.path, FakeEncoder.fingerprint)
    assert vector_files(memory.path) == [path]
    for data in (b"", path.read_bytes()[:100], b"something else" * 50):
        path.write_bytes(data)
        with pytest.raises(StoreError, match="run duiyi memory index again"):
            VectorFile(path)


def test_groups_find_what_comparing_with_all_finds(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    themes = chance.normal(size=(200, 96))
    vectors = (themes[chance.integers(0, 200, 12_000)] + 0.7 * chance.normal(size=(12_000, 96))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    path = tmp_path / "v"
    write(path, QuantizedVectors.of(np.arange(12_000) + 1, vectors), "x", VectorOptions(small=1_000))
    file = VectorFile(path)
    options = VectorOptions(probes=0.2)
    met = 0
    for row in range(0, 12_000, 240):
        expected = {int(one) + 1 for one in np.argsort(-(vectors @ vectors[row]))[:10]}
        found = file.nearest(vectors[row], 10, options)
        assert found[0][0] == row + 1
        assert found[0][1] == pytest.approx(1, abs=0.01)
        met += len(expected & {number for number, _ in found})
    assert met / 500 > 0.95
