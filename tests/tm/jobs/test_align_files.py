"""Two documents aligned from Python: the units, what is written, and what is refused."""

import json
from pathlib import Path

import pytest

from align.beadfile import read as read_beads
from corpora.errors import InputError, UsageError, WrongFormat
from models.encoder import Encoder
from tm.formats import read
from tm.jobs.align_files import AlignedFiles, AlignFilesOptions, align_files

SOURCE = ["第一条 适用范围", "本协议自2024年5月1日起生效。", "任何一方均可终止本协议。"]
TARGET = [
    "Article 1 Scope",
    "This Agreement enters into force on 1 May 2024.",
    "Either party may terminate this Agreement.",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    from models.registry import load

    return load(None)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("pair")
    found = folder / "zh.txt", folder / "en.txt"
    for path, lines in zip(found, (SOURCE, TARGET), strict=True):
        path.write_text("\n\n".join(lines), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def aligned(files: tuple[Path, Path], encoder: Encoder) -> AlignedFiles:
    return align_files(str(files[0]), files[1], encoder=encoder)


def test_a_sequence_of_units(aligned: AlignedFiles, files: tuple[Path, Path]) -> None:
    assert [unit.source for unit in aligned] == SOURCE
    assert [unit.target for unit in aligned.units()] == TARGET
    assert len(aligned) == 3
    assert aligned[-1].target == TARGET[-1]
    assert aligned[1:] == aligned.units()[1:]
    assert aligned.reports == ()
    assert repr(aligned) == f"AlignedFiles({str(files[0])!r} (zh-CN), {str(files[1])!r} (en-US), 3 units)"
    rows = aligned.to_dicts()
    assert [(row["source"], row["target"], row["source_ids"]) for row in rows] == [
        (source, target, [place]) for place, (source, target) in enumerate(zip(SOURCE, TARGET, strict=True))
    ]


def test_all_files_contain_the_same_units(aligned: AlignedFiles, tmp_path: Path) -> None:
    reports = aligned.write(tmp_path / "a.jsonl", str(tmp_path / "b.jsonl"), tmp_path / "c.align", tmp_path / "d.tmx")
    assert [report.written for report in reports] == [3, 3, 3, 3]
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    dates = {json.loads(line)["created"] for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()}
    dates |= {unit.created.isoformat() for unit in read(tmp_path / "d.tmx") if unit.created}
    assert len(dates) == 1, "one date for all"
    assert [(bead.source, bead.target, bead.score) for bead in read_beads(tmp_path / "c.align")] == [
        (unit.origin.source_ids, unit.origin.target_ids, unit.quality) for unit in aligned
    ]


def test_all_files_or_none(aligned: AlignedFiles, files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(WrongFormat):
        aligned.write(tmp_path / "a.tmx", tmp_path / "b.doc")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "same.tsv").symlink_to(files[0])
    with pytest.raises(UsageError, match="would destroy it"):
        aligned.write(tmp_path / "a.tmx", tmp_path / "same.tsv")
    assert [path.name for path in tmp_path.iterdir()] == ["same.tsv"]


def test_outputs_and_options(files: tuple[Path, Path], encoder: Encoder, tmp_path: Path) -> None:
    options = AlignFilesOptions(unit="paragraph", min_score=1.0)
    aligned = align_files(*files, tmp_path / "a.tmx", tmp_path / "a.align", encoder=encoder, options=options)
    assert [report.path.name for report in aligned.reports] == ["a.tmx", "a.align"]
    assert len(aligned) == 0
    assert (tmp_path / "a.align").read_text("utf-8") == ""
    assert sum("contains no pair" in warning for warning in aligned.warnings) == 2
    with pytest.raises(InputError, match="does not exist"):
        align_files(tmp_path / "none.txt", files[1], encoder=encoder)
