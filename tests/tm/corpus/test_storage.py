"""Folders on this machine and in S3, as a real server of moto provides it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import InputError, UsageError
from corpora.storage import Storage, storage_of
from tests.tm.corpus.documents import fill, tree
from tm.corpus.build import build_corpus
from tm.corpus.options import CorpusOptions


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of an empty bucket on a server that listens on this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    before = dict(os.environ)
    os.environ.update(settings)
    import fsspec

    fsspec.filesystem("s3").mkdir("documents")
    yield "s3://documents"
    os.environ.clear()
    os.environ.update(before)
    server.stop()


@pytest.fixture(params=["path", "file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "s3":
        return storage_of(f"{request.getfixturevalue('bucket')}/{tmp_path.name}")
    return storage_of(tmp_path / "a b" if request.param == "path" else (tmp_path / "a b").as_uri())


class TestContract:
    """What every `Storage` does."""

    def test_written_is_read(self, place: Storage) -> None:
        assert place.files() == {}
        place.write("x/决议.txt", b"one")
        place.write("y.txt", b"two")
        place.write(".hidden", b"three")
        assert list(place.files()) == ["x/决议.txt", "y.txt"]
        assert (place.read("x/决议.txt"), place.within("x").read("决议.txt")) == (b"one", b"one")
        with place.local("y.txt") as path:
            assert (path.name, path.read_bytes()) == ("y.txt", b"two")

    def test_a_stamp_changes_with_the_file(self, place: Storage) -> None:
        assert place.stamp("a") == ""
        place.write("a", b"one")
        before = place.stamp("a")
        assert before == place.files()["a"]
        place.write("a", b"another")
        assert place.stamp("a") != before

    def test_nothing_is_there_before_the_end(self, place: Storage) -> None:
        with pytest.raises(KeyError), place.writing("b") as path:  # noqa: PT012
            path.write_bytes(b"half")
            raise KeyError
        assert place.files() == {}

    def test_what_is_deleted_is_gone(self, place: Storage) -> None:
        place.write("c/d", b"")
        place.write("c/e", b"")
        place.delete("c/d")
        assert list(place.files()) == ["c/e"]
        place.within("c").delete_all()
        place.delete("c/e")
        assert place.files() == {}

    def test_what_is_not_there_is_named(self, place: Storage) -> None:
        with pytest.raises(InputError, match="none does not exist"):
            place.read("none")


@pytest.mark.parametrize("address", ["foo://a/b", "memory://a", "postgresql://host/db", "data://x"])
def test_schemes_that_are_no_storage(address: str) -> None:
    with pytest.raises(UsageError, match="is not a kind of storage that is known"):
        storage_of(address)


def test_a_bucket_that_is_not_there(bucket: str) -> None:
    with pytest.raises(InputError, match="s3://nowhere"):
        storage_of("s3://nowhere/x").write("a", b"")


def test_a_corpus_from_s3_to_s3(bucket: str, tmp_path: Path) -> None:
    """Two folders and a manifest in object storage give what the same files on the disk give."""
    import fsspec

    zh, en = fill(tmp_path, 3)
    files: Any = fsspec.filesystem("s3")
    files.put(f"{zh}/", f"{bucket}/in/zh/", recursive=True)
    files.put(f"{en}/", f"{bucket}/in/en/", recursive=True)
    options = CorpusOptions(formats=("jsonl", "parquet"))
    here = build_corpus([zh, en], tmp_path / "out", options=options)
    there = build_corpus([f"{bucket}/in/zh", f"{bucket}/in/en"], f"{bucket}/out", options=options)
    assert there.files == here.files
    assert there.lost == here.lost
    written = {name.removeprefix("documents/out/"): files.cat(name) for name in files.find(f"{bucket}/out")}
    local = tree(tmp_path / "out")
    # The names of parts contain where the documents are, and the manifest does, too.
    shared = {name for name in local if not name.startswith("parts/")} - {"manifest.json"}
    assert {name: written[name] for name in shared} == {name: local[name] for name in shared}
    files.pipe(
        f"{bucket}/in/m.tsv", b"source\ttarget\nzh/0.txt\ten/0.txt\n../in/zh/1.txt\ts3://documents/in/en/1.txt\n"
    )
    report = build_corpus([f"{bucket}/in/m.tsv"], (tmp_path / "other").as_uri(), options=options)
    assert [one.problem for one in report.documents] == ["", ""]
    again = build_corpus([f"{bucket}/in/m.tsv"], tmp_path / "other", options=options)
    assert again.files == report.files
