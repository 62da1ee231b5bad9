"""Two documents aligned from Python: the units, what is written, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from align.beadfile import read as read_beads
from corpora.errors import InputError, UsageError, WrongFormat
from models.encoder import Encoder
from tm.formats import read
from tm.jobs.align_files import IDENTICAL, AlignedFiles, AlignFilesOptions, align_files, holds_nothing
from tm.unit import Unit

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


def test_units_have_the_folders_of_their_files(
    files: tuple[Path, Path], encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files[0].parent.parent)
    near, other = (f"{files[0].parent.name}/{path.name}" for path in files)
    away = f"../{files[0].parent.parent.name}/{near}"
    names = {"": ("a.txt", "b.txt"), near: (near, other), str(files[0]): ("zh.txt", other), away: (away[3:], other)}
    for source, expected in names.items():
        own = {} if source else {"names": expected}
        (first, *_) = align_files(source or near, other, encoder=encoder, **own)
        assert (first.origin.source_file, first.origin.target_file) == expected


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


@pytest.mark.parametrize(
    ("text", "kind", "nothing"),
    [
        ("https://ferry.example/timetable/2024", "", True),
        ("harbour@ferry.example", "", True),
        ("GET /v2/boats?limit=50", "", True),
        ("4,250.00", "", True),
        ("XK-7700/B", "", True),
        ("+49 555 0100 23", "", True),
        ("for boat in boats: sail(boat)", "code", True),
        ("Do not put out the light", "", False),
        ("the boats in the harbour", "list item", False),
        ("请勿熄灯", "", False),
        ("", "", False),
    ],
)
def test_what_holds_nothing_to_translate(text: str, kind: str, nothing: bool) -> None:
    assert holds_nothing(Unit(text, text, "zh-CN", "en-US", kind=kind)) is nothing


def test_units_with_two_sides_are_never_the_same() -> None:
    assert holds_nothing(Unit("4 250", "4250", "zh-CN", "en-US"))
    assert not holds_nothing(Unit("4250", "4251", "zh-CN", "en-US"))


def test_units_with_nothing_to_translate_stay_out_of_tmx(encoder: Encoder, tmp_path: Path) -> None:
    for name, lines in (("zh.txt", SOURCE), ("en.txt", TARGET)):
        (tmp_path / name).write_text("\n\n".join([*lines, "https://ferry.example/2024"]), encoding="utf-8")
    aligned = align_files(tmp_path / "zh.txt", tmp_path / "en.txt", encoder=encoder)
    tmx, table = aligned.write(tmp_path / "a.tmx", tmp_path / "a.tsv")
    assert (tmx.written, tmx.left_out, table.written) == (3, {IDENTICAL: 1}, 4)
    (tmx,) = replace(aligned, options=AlignFilesOptions(keep_identical=True)).write(tmp_path / "b.tmx")
    assert (tmx.written, tmx.left_out) == (4, {})


def test_what_was_left_out_is_a_warning(encoder: Encoder, tmp_path: Path) -> None:
    (tmp_path / "zh.html").write_text("".join(f"<p>{line}</p>" for line in SOURCE), encoding="utf-8")
    page = f"<nav>{'Home and more ' * 5}</nav>" + "".join(f"<p>{line}</p>" for line in TARGET)
    (tmp_path / "en.html").write_text(page, encoding="utf-8")
    aligned = align_files(tmp_path / "zh.html", tmp_path / "en.html", encoder=encoder)
    (warning,) = aligned.warnings
    assert warning.startswith(str(tmp_path / "en.html"))
    assert "% of the text was left out (navigation" in warning


def test_languages_are_stated_without_options(encoder: Encoder, tmp_path: Path) -> None:
    one, other = tmp_path / "a.txt", tmp_path / "b.txt"
    one.write_text("第一条\n", "utf-8")
    other.write_text("Article 1\n", "utf-8")
    given = AlignFilesOptions(source_lang="zh-CN", target_lang="fr", unit="paragraph")
    found = align_files(one, other, encoder=encoder, options=given, source_lang="zh-TW", target_lang="en-GB")
    assert [(unit.source_lang, unit.target_lang) for unit in found.units()] == [("zh-TW", "en-GB")]
    assert found.options.unit == "paragraph"
    with pytest.raises(UsageError):
        align_files(one, other, encoder=encoder, source_lang="xx")


def test_blank_lines_of_segmented_files_give_no_units(encoder: Encoder, tmp_path: Path) -> None:
    for name, lines in (("zh.txt", SOURCE), ("en.txt", TARGET)):
        (tmp_path / name).write_text("\n\n".join(lines), encoding="utf-8")
    options = AlignFilesOptions(segmented=True)
    aligned = align_files(tmp_path / "zh.txt", tmp_path / "en.txt", encoder=encoder, options=options)
    assert [unit.origin.source_ids for unit in aligned] == [(0,), (2,), (4,)]


def test_sentences_by_the_rules_of_an_srx_file(encoder: Encoder, tmp_path: Path) -> None:
    rule = "<rule break='yes'><beforebreak>[;；。.]</beforebreak><afterbreak></afterbreak></rule>"
    (tmp_path / "rules.srx").write_text(
        f"<srx version='2.0'><header cascade='no'/><body><languagerules><languagerule languagerulename='a'>{rule}"
        "</languagerule></languagerules><maprules><languagemap languagepattern='.*' languagerulename='a'/></maprules>"
        "</body></srx>",
        encoding="utf-8",
    )
    (tmp_path / "zh.txt").write_text("船在黎明离开港口；塔立在河边。", encoding="utf-8")
    (tmp_path / "en.txt").write_text("The ship left the port at dawn; the tower stands by the river.", encoding="utf-8")
    options = AlignFilesOptions(srx=str(tmp_path / "rules.srx"))
    aligned = align_files(tmp_path / "zh.txt", tmp_path / "en.txt", encoder=encoder, options=options)
    assert [unit.target for unit in aligned] == ["The ship left the port at dawn;", "the tower stands by the river."]
    assert "|options:" in aligned.alignment.signature
    with pytest.raises(InputError, match="does not exist"):
        align_files(
            tmp_path / "zh.txt", tmp_path / "en.txt", encoder=encoder, options=AlignFilesOptions(srx="nowhere.srx")
        )
