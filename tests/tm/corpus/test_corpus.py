"""Corpora on one machine and in object storage: documents, steps, files, what is lost, and runs that continue."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import DuiyiError, InputError, UsageError
from corpora.storage import storage_of
from tests.commands import ran, refused
from tests.data import cases
from tests.tm.corpus.documents import fill, tree
from tm import formats
from tm.corpus import duplicates, parts
from tm.corpus.build import build_corpus
from tm.corpus.options import CorpusOptions
from tm.search.memory import Memory
from tm.unit import Unit

JSONL = CorpusOptions(formats=("jsonl",))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of two folders in all formats, in parts of 20 units, beside its folders."""
    folder = tmp_path_factory.mktemp("corpus")
    options = CorpusOptions(formats=("parquet", "tmx", "jsonl"), part=20, licence="CC0", corpus="tales")
    build_corpus(fill(folder), folder / "out", options=options, memory=folder / "m.duiyi")
    return folder


def manifest(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text("utf-8"))


class TestFolders:
    """`build_corpus` of two folders."""

    def test_every_format_holds_the_same_units(self, built: Path) -> None:
        found = {}
        for kind in ("parquet", "tmx", "jsonl"):
            paths = sorted((built / "out" / kind).rglob("*.*"))
            assert [path.parent.relative_to(built / "out" / kind).as_posix() for path in paths] == [
                "languages=zh-CN--en-US/source=tales"
            ] * len(paths)
            found[kind] = [(unit.source, unit.target) for path in paths for unit in formats.read(path)]
            assert len(paths) == -(-len(found[kind]) // 20)
        assert found["parquet"] == found["tmx"] == found["jsonl"]
        assert len(set(found["jsonl"])) == len(found["jsonl"])
        with Memory(built / "m.duiyi") as memory:
            assert sorted((unit.source, unit.target) for unit in memory) == sorted(found["jsonl"])

    def test_nothing_is_lost_in_silence(self, built: Path) -> None:
        told = manifest(built / "out")
        assert told["units"] == told["units_written"] + sum(told["units_lost"].values())
        assert told["units_lost"]["exact duplicate"] >= 6
        assert told["units_written"] == sum(f["units"] for f in told["files"] if f["name"].startswith("tmx"))
        assert (told["documents"], told["documents_lost"]) == (8, 2)
        lost = [one for one in told["document_list"] if one["state"] == "lost"]
        assert all("blank lines" in one["problem"] for one in lost)
        report = (built / "out" / "report.md").read_text("utf-8")
        assert "| zh-CN--en-US | tales | CC0 | " in report
        assert "2 documents: cannot be read: it contains only blank lines: bad.txt, bad.txt (translation)" in report

    def test_the_manifest_names_licence_and_source_of_each_document(self, built: Path) -> None:
        for one in manifest(built / "out")["document_list"]:
            assert (one["licence"], one["source"]) == ("CC0", "tales")
            assert one["state"] == "lost" or one["signature"].startswith("duiyi ")

    def test_a_later_run_keeps_what_is_done(self, built: Path) -> None:
        steps = []

        def follow(step: str, results: Iterator[Any], total: int) -> Iterator[Any]:
            steps.append((step, total))
            return results

        before = tree(built / "out")
        options = CorpusOptions(formats=("parquet", "tmx", "jsonl"), part=20, licence="CC0", corpus="tales")
        build_corpus((built / "zh", built / "en"), built / "out", options=options, follow=follow)
        assert dict(steps)["aligning"] == 0
        assert tree(built / "out") == before
        # A part that a disk damaged is made again.
        part = next((built / "out" / "parts").glob("*.gz"))
        part.write_bytes(part.read_bytes()[:50])
        build_corpus((built / "zh", built / "en"), built / "out", options=options, follow=follow)
        assert tree(built / "out") == before

    def test_other_thresholds_align_nothing_again(self, built: Path, tmp_path: Path) -> None:
        import shutil

        shutil.copytree(built / "out", tmp_path / "out")
        aligned = []

        def follow(step: str, results: Iterator[Any], total: int) -> Iterator[Any]:
            aligned.append(total if step == "aligning" else 0)
            return results

        options = CorpusOptions(formats=("jsonl",), min_score=1.0, skip=("exact", "near"))
        report = build_corpus((built / "zh", built / "en"), tmp_path / "out", options=options, follow=follow)
        assert not any(aligned)
        assert report.lost["score below 1"]
        assert set(report.lost) <= {"score below 1", "no counterpart", "no translation (probability below 0.5)"}
        # Files of the earlier run that are not in this one are gone.
        assert not list((tmp_path / "out" / "tmx").rglob("*.tmx"))

    def test_by_name_only(self, built: Path, tmp_path: Path) -> None:
        (built / "zh" / "alone.txt").write_text("独自一人。\n", "utf-8")
        try:
            report = build_corpus((built / "zh", built / "en"), tmp_path / "out", options=CorpusOptions(
                skip=("pair", "filter", "checks", "exact", "near", "write")))  # fmt: skip
        finally:
            (built / "zh" / "alone.txt").unlink()
        problems = {one.document.key: one.problem for one in report.lost_documents}
        assert problems["alone.txt"] == "no partner with the same name"
        assert "blank lines" in problems["bad.txt"]
        assert report.written == report.units - sum(report.lost.values())
        assert not report.files


def test_names_decide_in_two_steps() -> None:
    """Equal names first, so that 1.png does not keep 1.html from its partner; then names without marks."""
    from tm.corpus.inputs import _by_name

    found = [
        (one.source, one.target) for one in _by_name(["1.html", "1.png", "a_zh.txt", "b.txt"], ["1.html", "a_en.txt"])
    ]
    assert [tuple(str(side) if side else "" for side in pair) for pair in found] == [
        ("1.html", "1.html"), ("1.png", ""), ("a_zh.txt", "a_en.txt"), ("b.txt", ""),
    ]  # fmt: skip


class TestManifest:
    """`build_corpus` of a manifest."""

    def test_documents_and_files_of_units(self, built: Path, tmp_path: Path) -> None:
        rows = [
            {
                "source": str(built / "zh/0.txt"),
                "target": str(built / "en/0.txt"),
                "name": "b",
                "corpus": "x",
                "licence": "MIT",
            },
            {"source": "units.tsv", "name": "a"},
            {"source": "none.txt", "target": "none.txt", "name": "c"},
        ]
        (tmp_path / "units.tsv").write_text(
            "source\ttarget\tsource_lang\ttarget_lang\n猫坐在垫子上。\tThe cat sat on the mat.\tzh-CN\ten-US\n", "utf-8"
        )
        path = tmp_path / "m.jsonl"
        path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
        report = build_corpus([path], tmp_path / "out", options=JSONL)
        assert [(one.document.key, one.document.corpus, bool(one.problem)) for one in report.documents] == [
            ("a", "corpus", False), ("b", "x", False), ("c", "corpus", True),
        ]  # fmt: skip
        assert "does not exist" in report.lost_documents[0].problem
        assert sorted(path.parent.name for path in (tmp_path / "out/jsonl").rglob("*.jsonl")) == [
            "source=corpus",
            "source=x",
        ]

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ({"source": ""}, "line 1: source is empty"),
            ({"source": "a.txt", "corpus": "a/b"}, "folders cannot have"),
            ({"source": "a.txt", "corpus": ".."}, "folders cannot have"),
            ({"source": "foo://bar/a.txt"}, "foo:// is not a kind of storage"),
            ({"source": "a.txt", "unit": "word"}, "line 1: unit is one of"),
        ],
    )
    def test_mistakes(self, row: dict[str, str], said: str, tmp_path: Path) -> None:
        (tmp_path / "m.jsonl").write_text(json.dumps(row), "utf-8")
        with pytest.raises(UsageError, match=said):
            build_corpus([tmp_path / "m.jsonl"], tmp_path / "out")

    def test_two_documents_of_one_name(self, tmp_path: Path) -> None:
        (tmp_path / "m.jsonl").write_text('{"source": "a.txt"}\n{"source": "a.txt"}', "utf-8")
        with pytest.raises(UsageError, match=r"two documents are called a\.txt"):
            build_corpus([tmp_path / "m.jsonl"], tmp_path / "out")


class TestUsage:
    """What is refused before any work."""

    @pytest.mark.parametrize(
        ("inputs", "out", "more", "said"),
        [
            (["zh"], "out", [], "is a folder"),
            (["zh", "zh"], "out", [], "the same folder"),
            (["zh", "none"], "out", [], "is not a folder"),
            (["zh", "en"], "zh/out", [], "choose another folder"),
            (["zh", "en"], ".", [], "holds other files"),
            (["zh", "en"], "foo://x", [], "is not a kind of storage that is known"),
            (["zh", "en"], "zh/0.txt", [], "cannot be a folder|choose another folder"),
            (["zh", "en"], "out", ["--format", "xyz"], "format"),
            (["zh", "en"], "out", ["--skip", "align"], "skip"),
            (["zh", "en"], "out", ["--checks", "spellin"], "unknown check"),
            (["zh", "en"], "out", ["--near", "0.1"], "near"),
            (["zh", "en"], "out", ["--cluster=ftp://x"], "not the address of a Ray cluster"),
            (["zh", "en", "zh"], "out", [], "from a manifest or from two folders"),
            (["zh", "en"], "out", ["--memory", "zh/0.txt"], r"0\.txt is not"),
            (["zh", "en"], "out", ["--memory", "mysql://host/db"], "unknown kind mysql"),
        ],
    )
    def test_one_sentence(
        self, inputs: list[str], out: str, more: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(tmp_path, 1)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(DuiyiError, match=said):
            ran("corpus", "build", *inputs, "-o", out, *more)

    def test_a_place_that_cannot_be_written_is_no_fault_of_a_document(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "parts").write_bytes(b"")
        with pytest.raises(InputError, match=r"cannot be written: .*; run the command again, it continues here"):
            build_corpus(fill(tmp_path, 2), tmp_path / "out", options=CorpusOptions(skip=("pair",)))
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["parts"]

    def test_all_documents_are_bad(self, tmp_path: Path) -> None:
        for side in ("zh", "en"):
            (tmp_path / side).mkdir()
            (tmp_path / side / "a.txt").write_text(" \n", "utf-8")
        with pytest.raises(InputError, match="none of the documents can be used"):
            build_corpus([tmp_path / "zh", tmp_path / "en"], tmp_path / "out")


class TestDuplicates:
    """Which units are near duplicates."""

    @pytest.mark.parametrize("case", cases("near_duplicates"), ids=lambda case: case["label"])
    def test_similarity(self, case: Any) -> None:
        one, other = (Unit(*texts, "zh-CN", "en-US") for texts in case["input"])
        assert (duplicates.similarity(one, other) >= 0.9) == case["expected"]

    def test_near_duplicates_are_found_in_many_units(self, tmp_path: Path) -> None:
        """All pairs at the threshold or above that a comparison of all with all finds, but one in a hundred."""
        import random

        chance = random.Random(7)
        words = [f"w{number}" for number in range(400)]
        units = []
        for _ in range(60):
            text = [chance.choice(words) for _ in range(30)]
            units.append(" ".join(text))
            changed = [*text]
            changed[chance.randrange(30)] = "other"
            units.append(" ".join(changed))
        all_units = [Unit(f"中文{text}", text, "zh-CN", "en-US") for text in units]
        rows = duplicates._rows(0.8)
        bands = [set(duplicates._bands(unit, rows)) for unit in all_units]
        for first in range(0, len(units), 2):
            if duplicates.similarity(all_units[first], all_units[first + 1]) >= 0.8:
                assert bands[first] & bands[first + 1]

    def test_the_first_stays(self) -> None:
        import numpy as np

        pairs = np.array([[3, 2], [2, 1], [5, 4]], np.uint64)
        # 2 goes because of 1; 3 is like 2 only, which is not there, so it stays.
        assert duplicates.first_ones(pairs) == {2, 5}


def test_a_part_that_is_damaged_is_named(tmp_path: Path) -> None:
    storage = storage_of(tmp_path)
    storage.write("parts/a.jsonl.gz", b"no gzip")
    with pytest.raises(InputError, match="delete it to make it again"):
        parts.part_of(storage, "parts/a.jsonl.gz")


def test_an_unknown_scheme_is_one_sentence(tmp_path: Path) -> None:
    said = refused("corpus", "build", "foo://bucket/zh", "foo://bucket/en", "-o", tmp_path / "out")
    assert "foo:// is not a kind of storage that is known; there are file, s3" in said
