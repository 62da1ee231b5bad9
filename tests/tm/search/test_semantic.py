"""Look-ups by meaning: with a small fake encoder, and the index against comparing with everything."""

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from corpora.errors import StoreError, UsageError
from models.encoder import Vectors
from tests.postgresql import PostgresServer
from tm.search import semantic
from tm.search.lookup import LookupOptions, lookup
from tm.search.matches import MatchKind
from tm.search.memory import Memory
from tm.search.semantic import build_vectors, encoder_for, nearest, with_vectors
from tm.store import server_vectors
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


@pytest.fixture(scope="module")
def with_pgvector() -> Iterator[PostgresServer]:
    """A real server with the extension, which a package for tests contains."""
    from importlib.util import find_spec

    found = find_spec("pgserver")
    if found is None or not found.submodule_search_locations:
        pytest.skip("pgserver, a package with PostgreSQL and pgvector, is not installed")
    server = PostgresServer(str(Path(found.submodule_search_locations[0]) / "pginstall" / "bin"), tls=False)
    server.sql("CREATE SCHEMA extensions; CREATE EXTENSION vector SCHEMA extensions")
    yield server
    server.remove()


class TestOnAServer:
    """Vectors that all clients share."""

    def test_another_client_finds_by_meaning(
        self, with_pgvector: PostgresServer, memory: Memory, tmp_path: Path
    ) -> None:
        encoder = FakeEncoder()
        address = with_pgvector.address("meaning")
        with Memory(address) as one, Memory(address) as other:
            with pytest.raises(UsageError, match="has no units to index"):
                build_vectors(one, encoder)
            one.add(memory.units())
            assert encoder_for([other], None, FakeEncoder)[0] is None
            with pytest.raises(UsageError, match="there are no vectors of fake"):
                nearest(other, encoder, "treaty", 1)
            assert build_vectors(one, encoder) == build_vectors(memory, encoder) == 6
            assert not one.vectors_beside.parent.exists() or not vector_files(one.vectors_beside)
            assert encoder_for([other], None, FakeEncoder)[0] is not None
            for text in ("a treaty", "hold a meeting", "报告", "会议 report", "nothing"):
                found = lookup([other], text, LookupOptions(encoder=encoder))
                assert [(m.kind, m.score, m.unit) for m in found] == [
                    (m.kind, m.score, m.unit) for m in lookup([memory], text, LookupOptions(encoder=encoder))
                ]
            other.delete(numbers=[1])
            other.add([Unit("新的协议", "a new agreement", "zh-CN", "en-US")])
            before = encoder.encoded
            assert build_vectors(other, encoder) == 6
            assert encoder.encoded == before + 2, "only what is new is encoded"
            assert lookup([one], "treaty", LookupOptions(encoder=encoder))[0].unit.source == "新的协议"

    def test_an_index_finds_what_comparing_all_finds(
        self, with_pgvector: PostgresServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(server_vectors, "_SMALL", 100)
        encoder = _Random()
        with Memory(with_pgvector.address("index")) as memory:
            memory.add(Unit(f"文本{n}", f"text {n}", "zh-CN", "en-US") for n in range(500))
            assert build_vectors(memory, encoder) == 1_000
            plan = with_pgvector.sql(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'duiyi memory index' AND indexdef LIKE '%hnsw%'"
            )
            assert plan.count("hnsw") == 1
            with memory.reading() as connection:
                texts = dict(connection.execute("SELECT id, text FROM texts").fetchall())
            vectors = encoder.encode(list(texts.values()))
            hits = 0
            for text in list(texts.values())[:20]:
                cosines = vectors @ encoder.encode([text])[0]
                best = {list(texts)[place] for place in np.argsort(-cosines)[:5]}
                hits += len(best & {number for number, _ in nearest(memory, encoder, text, 5)})
            assert hits >= 90


class _Random:
    """Any text has a direction of its own."""

    name, dim, fingerprint = "random", 16, "random@1"

    def encode(self, texts: Sequence[str]) -> Vectors:
        found = np.array(
            [np.random.default_rng(zlib.crc32(text.encode())).normal(size=16) for text in texts], np.float32
        )
        return found / np.linalg.norm(found, axis=1, keepdims=True)
