"""Vector files: what is written comes back, and the nearest texts are those of comparing with all."""

import json
from pathlib import Path

import numpy as np
import pytest

from corpora.errors import StoreError
from models.encoder import Vectors
from tm.store import vectors as module
from tm.store.vectors import QuantizedVectors, VectorFile, VectorOptions, vector_files, vector_path, write


def unit_vectors(count: int, dim: int, seed: int = 1) -> Vectors:
    found = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_defaults() -> None:
    assert VectorOptions() == VectorOptions(20_000, 0.14, 3_000, 8, 40, 1)


def test_eight_bits_a_component() -> None:
    vectors = np.array([[0.5, -0.25, 0.0], [0.0, 0.0, 0.0]], np.float32)
    found = QuantizedVectors.of(np.array([4, 9]), vectors)
    assert found.values.tolist() == [[127, -64, 0], [0, 0, 0]]
    assert found.scales[0] == pytest.approx(0.5 / 127)
    ((part, again),) = found.batches()
    assert part.start == 0
    assert np.abs(again - vectors).max() < 0.5 / 127


def test_names_of_files(tmp_path: Path) -> None:
    memory = tmp_path / "m[1].duiyi"
    path = vector_path(memory, "use@1")
    assert path.name == "m[1].duiyi.vectors-43bdbb1c92ca", "it names files: it must never change"
    assert vector_path(memory, "use@2") != path
    for one in (path, tmp_path / "m1.duiyi.vectors-00", tmp_path / "m[1].duiyi"):
        one.touch()
    assert vector_files(memory) == [path]


@pytest.mark.parametrize("small", [1_000, 100])
@pytest.mark.parametrize("dim", [3, 64, 65])
def test_what_is_written_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int, dim: int) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 70)
    vectors = QuantizedVectors.of(np.arange(300) * 2 + 5, unit_vectors(300, dim))
    path = tmp_path / "v"
    write(path, vectors, "use@1", VectorOptions(small=small, sample=5))
    file = VectorFile(path)
    assert (len(file), file.fingerprint, file.path) == (300, "use@1", path)
    again = file.quantised()
    order = np.argsort(again.ids)
    assert np.array_equal(again.ids[order], vectors.ids)
    assert np.array_equal(again.values[order], vectors.values)
    assert np.array_equal(again.scales[order], vectors.scales)
    assert len(file._centres) == (1 if small == 1_000 else 17), "the square root of the number of vectors"
    assert file._starts.tolist() == sorted(file._starts.tolist())
    assert (file._starts[0], file._starts[-1]) == (0, 300)
    assert np.allclose(file._middle, np.concatenate([batch for _, batch in vectors.batches()]).mean(axis=0), atol=1e-6)
    write(tmp_path / "again", vectors, "use@1", VectorOptions(small=small, sample=5))
    assert (tmp_path / "again").read_bytes() == path.read_bytes(), "chance has a seed"
    for row in range(0, 300, 40):
        vector = unit_vectors(300, dim)[row]
        (number, cosine), *_ = file.nearest(vector, 1)
        assert number == vectors.ids[row]
        assert cosine == pytest.approx(1, abs=0.02)


def test_each_vector_is_in_the_group_of_its_nearest_centre(tmp_path: Path) -> None:
    vectors = QuantizedVectors.of(np.arange(400), unit_vectors(400, 8))
    write(tmp_path / "v", vectors, "x", VectorOptions(small=100))
    file = VectorFile(tmp_path / "v")
    assert np.allclose(np.linalg.norm(file._centres, axis=1), 1, atol=1e-5)
    again = file.quantised()
    nearest = (again.values.astype(np.float32) * again.scales[:, None] @ file._centres.T).argmax(axis=1)
    groups = np.repeat(np.arange(len(file._centres)), np.diff(file._starts))
    assert np.array_equal(nearest, groups)
    spread = [again.values[groups == group].astype(np.float32).mean(axis=0) for group in set(groups.tolist())]
    assert min(np.linalg.norm(one) for one in spread) > 30, "groups are of vectors that are alike"


def test_all_are_compared_when_all_are_looked_at(tmp_path: Path) -> None:
    vectors = unit_vectors(500, 32)
    write(tmp_path / "v", QuantizedVectors.of(np.arange(500), vectors), "x", VectorOptions(small=100))
    file = VectorFile(tmp_path / "v")
    everything = VectorOptions(probes=1.0, rescored=500)
    quantised = file.quantised()
    stored = quantised.values.astype(np.float32) * quantised.scales[:, None]
    for row in (0, 17, 499):
        found = file.nearest(vectors[row], 20, everything)
        cosines = stored @ vectors[row]
        expected = np.sort(cosines)[::-1][:20]
        assert [cosine for _, cosine in found] == pytest.approx(expected.tolist(), abs=1e-5)
        by_id = dict(zip(quantised.ids.tolist(), cosines.tolist(), strict=True))
        assert all(by_id[number] == pytest.approx(cosine, abs=1e-5) for number, cosine in found)


def test_signs_choose_what_is_compared(tmp_path: Path) -> None:
    vectors = unit_vectors(500, 96)
    write(tmp_path / "v", QuantizedVectors.of(np.arange(500), vectors), "x")
    file = VectorFile(tmp_path / "v")
    query = vectors[3] + 0.1 * vectors[4]
    stored = file.quantised()
    centred = stored.values * stored.scales[:, None] - file._middle
    differing = ((centred > 0) != (query - file._middle > 0)).sum(axis=1)
    found = file._distances(query, [(0, 200), (200, 500)])
    assert np.array_equal(found, differing)
    nearest = file.nearest(query, 10, VectorOptions(rescored=25))
    chosen = set(np.argsort(differing, kind="stable")[:25].tolist())
    limit = np.sort(differing)[24]
    assert len(nearest) == 10
    assert all(number in chosen or differing[number] == limit for number, _ in nearest)
    assert len(file.nearest(query, 100, VectorOptions(rescored=25))) == 25


def test_shares_of_the_groups(tmp_path: Path) -> None:
    vectors = unit_vectors(400, 8)
    write(tmp_path / "v", QuantizedVectors.of(np.arange(400), vectors), "x", VectorOptions(small=100))
    file = VectorFile(tmp_path / "v")
    cosines = file._centres @ vectors[0]
    for share, count in ((0.0, 1), (0.14, 2), (0.5, 10), (1.0, 19)):
        spans = file._spans(vectors[0], VectorOptions(probes=share))
        groups = np.sort(np.argsort(-cosines)[:count])
        assert spans == [(int(file._starts[group]), int(file._starts[group + 1])) for group in groups]


def test_queries_without_results(tmp_path: Path) -> None:
    write(tmp_path / "v", QuantizedVectors.of(np.arange(5), unit_vectors(5, 8)), "x")
    file = VectorFile(tmp_path / "v")
    assert file.nearest(np.zeros(8, np.float32), 3) == []
    assert len(file.nearest(unit_vectors(1, 8)[0], 3)) == 3
    assert len(file.nearest(unit_vectors(1, 8)[0], 9)) == 5
    write(tmp_path / "w", QuantizedVectors.of(np.arange(0), unit_vectors(0, 8)), "x")
    assert VectorFile(tmp_path / "w").nearest(unit_vectors(1, 8)[0], 3) == []


def test_the_head_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "v"
    write(path, QuantizedVectors.of(np.arange(5), unit_vectors(5, 8)), "x")
    data = path.read_bytes()
    assert data[:16] == b"duiyi vectors 1\n"
    size = int.from_bytes(data[16:24], "little")
    head = json.loads(data[24 : 24 + size])
    assert list(head["arrays"]) == ["centres", "middle", "starts", "ids", "signs", "scales", "values"]
    places = [place for place, _, _ in head["arrays"].values()]
    assert all(place % 64 == 0 for place in places)
    first = -(-(24 + size) // 64) * 64
    assert data[24 + size : first] == b"\0" * (first - 24 - size)
    assert len(data) == first + places[-1] + 64, "40 bytes of values, and zeros up to 64"
    for broken, message in (
        (b"duiyi vectors 2\n" + data[16:], "not a file of vectors"),
        (data[:16] + (1_000_001).to_bytes(8, "little") + data[24:], "not a file of vectors"),
        (data[:16] + (1_000_000).to_bytes(8, "little") + data[24:], "damaged"),
        (data[: 24 + size // 2], "damaged"),
        (data[:first], "damaged"),
        (data.replace(b'"fingerprint"', b'"fingerpoint"'), "damaged"),
    ):
        path.write_bytes(broken)
        with pytest.raises(StoreError, match=message):
            VectorFile(path)
    with pytest.raises(StoreError, match="damaged"):
        VectorFile(tmp_path / "none")
