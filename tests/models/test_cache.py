"""The cache gives the vectors of the encoder inside, whatever becomes of its file."""

import multiprocessing
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.cache import CachedEncoder, VectorCache, default_path
from models.encoder import Vectors


class Counting:
    """A fake that counts the texts that it encodes; ``shift`` makes another encoder of it."""

    dim = 8

    def __init__(self, name: str = "counting", fingerprint: str = "1", shift: int = 0) -> None:
        self.name, self.fingerprint, self.shift = name, fingerprint, shift
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            if text.strip():
                vectors[row] = np.random.default_rng([self.shift, *map(ord, text)]).normal(size=self.dim)
                vectors[row] /= np.linalg.norm(vectors[row])
        return vectors


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some" / "folder" / "vectors.sqlite"


def test_a_text_is_encoded_once(path: Path) -> None:
    first, second = Counting(), Counting()
    made = CachedEncoder(first, VectorCache(path)).encode(["a", "b", "a", "条约"])
    again = CachedEncoder(second, VectorCache(path)).encode(["条约", "a", "c"])
    assert sorted(first.asked) == ["a", "b", "条约"]
    assert second.asked == ["c"]
    np.testing.assert_array_equal(again[:2], made[[3, 0]])


def test_encoders_do_not_share_vectors(path: Path) -> None:
    encoders = [Counting(), Counting(fingerprint="2", shift=1), Counting(name="other", shift=2)]
    made = [CachedEncoder(encoder, VectorCache(path)).encode(["a"]) for encoder in encoders]
    assert [encoder.asked for encoder in encoders] == [["a"]] * 3
    assert not np.allclose(made[0], made[1])
    assert not np.allclose(made[1], made[2])


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.text(st.characters(), max_size=5), max_size=20))
def test_cached_and_fresh_are_the_same_bits(path: Path, texts: list[str]) -> None:
    cached = CachedEncoder(Counting(), VectorCache(path))
    fresh = Counting().encode(texts)
    np.testing.assert_array_equal(cached.encode(texts), fresh)
    np.testing.assert_array_equal(cached.encode(texts), fresh)


def test_the_texts_themselves_are_not_kept(path: Path) -> None:
    CachedEncoder(Counting(), VectorCache(path)).encode(["a confidential sentence"])
    assert b"confidential" not in path.read_bytes()


@pytest.mark.parametrize("junk", [b"junk", b"SQLite format 3\0" + b"\xff" * 5000], ids=["another file", "a broken one"])
def test_a_damaged_file_is_set_aside(path: Path, junk: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(junk)
    encoder = Counting()
    expected = Counting().encode(["a"])
    np.testing.assert_array_equal(CachedEncoder(encoder, VectorCache(path)).encode(["a"]), expected)
    assert path.with_name("vectors.sqlite.damaged").read_bytes() == junk
    CachedEncoder(encoder, VectorCache(path)).encode(["a"])
    CachedEncoder(encoder, VectorCache(path)).encode(["a"])
    assert len(encoder.asked) <= 2


def test_pages_broken_in_the_middle(path: Path) -> None:
    cache = VectorCache(path)
    texts = [f"text {n}" for n in range(2000)]
    cache.put("counting@1", texts, Counting().encode(texts))
    whole = bytearray(path.read_bytes())
    whole[4096 * 3 : -4096] = b"\x5a" * (len(whole) - 4096 * 4)
    path.write_bytes(whole)
    encoder = Counting()
    np.testing.assert_array_equal(CachedEncoder(encoder, cache).encode(texts), Counting().encode(texts))
    assert path.with_name("vectors.sqlite.damaged").exists()


def test_a_vector_that_does_not_fit_is_made_again(path: Path) -> None:
    encoder = Counting()
    CachedEncoder(encoder, VectorCache(path)).encode(["a", "b"])
    with sqlite3.connect(path) as db:
        db.execute("UPDATE vectors SET vector = x'00'")
    db.close()
    encoder.asked.clear()
    np.testing.assert_array_equal(
        CachedEncoder(encoder, VectorCache(path)).encode(["a", "b"]), Counting().encode(["a", "b"])
    )
    assert sorted(encoder.asked) == ["a", "b"]


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for where in (tmp_path, tmp_path / "file" / "vectors.sqlite"):
        vectors = CachedEncoder(Counting(), VectorCache(where)).encode(["a"])
        np.testing.assert_array_equal(vectors, Counting().encode(["a"]))
    assert tmp_path.is_dir()


def test_a_locked_file_is_done_without(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.cache._WAIT", 0.05)
    encoder = Counting()
    cached = CachedEncoder(encoder, VectorCache(path))
    cached.encode(["a"])
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    try:
        np.testing.assert_array_equal(cached.encode(["b"]), Counting().encode(["b"]))
    finally:
        other.close()
    assert not path.with_name("vectors.sqlite.damaged").exists()
    cached.encode(["a"])
    assert encoder.asked == ["a", "b"]


def test_the_size_is_bounded(path: Path) -> None:
    cache = VectorCache(path, limit=200_000)
    encoder = Counting()
    for low in range(0, 12_000, 1000):
        texts = [f"text {n}" for n in range(low, low + 1000)]
        cache.put("counting@1", texts, encoder.encode(texts))
    assert path.stat().st_size < 400_000
    with sqlite3.connect(path) as db:
        (count,) = db.execute("SELECT count(*) FROM vectors").fetchone()
    db.close()
    assert 500 < count < 4000


def test_what_was_used_last_stays(path: Path) -> None:
    cache = VectorCache(path)
    texts = [f"text {n}" for n in range(100)]
    cache.put("counting@1", texts, Counting().encode(texts))
    with sqlite3.connect(path) as db:
        db.execute("UPDATE vectors SET used = 1")
    db.close()
    assert len(cache.get("counting@1", texts[:50], 8)) == 50
    small = VectorCache(path, limit=path.stat().st_size - 4096)
    small.put("counting@1", ["new"], Counting().encode(["new"]))
    assert len(cache.get("counting@1", texts[:50], 8)) == 50
    assert len(cache.get("counting@1", texts[50:], 8)) < 45


def _work(path: Path, low: int) -> None:
    cached = CachedEncoder(Counting(), VectorCache(path))
    for start in range(low, low + 300, 20):
        cached.encode([f"text {n}" for n in range(start, start + 60)])


def test_processes_at_once(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_work, args=(path, low)) for low in (0, 100)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    texts = [f"text {n}" for n in range(400)]
    found = VectorCache(path).get("counting@1", texts, 8)
    np.testing.assert_array_equal(np.stack([found[text] for text in texts]), Counting().encode(texts))


def test_progress_counts_what_is_missing(path: Path) -> None:
    reported: list[tuple[int, int]] = []
    cached = CachedEncoder(Counting(), VectorCache(path), progress=lambda done, total: reported.append((done, total)))
    cached.encode([f"text {n}" for n in range(300)])
    assert reported[-1] == (300, 300)
    assert len(reported) > 1
    reported.clear()
    cached.encode(["text 7"])
    assert not reported


def test_the_default_place_is_the_users_cache() -> None:
    assert default_path().parent.name in ("duiyi", "Cache")
