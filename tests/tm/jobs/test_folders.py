"""Two folders: which file belongs to which, what a person has to decide, and what is aligned."""

import csv
from pathlib import Path, PurePath

import pytest

from corpora.errors import InputError, UsageError
from models.encoder import Encoder
from tests.data import cases
from tests.tm.jobs.bilingual_files import PAIRS
from tm.formats import read
from tm.jobs.batch import BatchJournal, run
from tm.jobs.file_names import read_name
from tm.jobs.folders import align_folders, write_pairs
from tm.jobs.manifest import read_manifest
from tm.jobs.pairing import FolderPairs, pair_folders
from tm.origin_names import origin_names
from tm.search.memory import Memory
from tm.store.filters import Filters

PARTS = [PAIRS[at : at + 6] for at in range(0, 36, 6)]
OTHER = [
    ("猫头鹰住在教堂的屋顶下，只在夜里捕鼠。", "Bread is baked in an oven that is fired with oak for three hours."),
    ("孩子们从来没有见过它。", "On Saturdays the whole village uses it."),
    ("春天它养大了四只小鸟。", "The dough rests under a wet cloth overnight."),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    from models.registry import load

    return load(None)


def fill(folder: Path, names: list[tuple[str, str]]) -> tuple[Path, Path]:
    """Two folders with the parts of the text under these names."""
    for side in (0, 1):
        for name, part in zip((pair[side] for pair in names), PARTS, strict=True):
            path = folder / ("zh", "en")[side] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n\n".join(pair[side] for pair in part), "utf-8")
    return folder / "zh", folder / "en"


def found(pairs: FolderPairs) -> set[tuple[str, str]]:
    return {
        (one.source.name if one.source else "", one.target.name if one.target else "") for one in pairs.pairs
    }  # fmt: skip


@pytest.mark.parametrize("case", cases("file_names"), ids=lambda case: case["label"])
def test_names_that_are_equal_but_for_the_language(case: dict[str, object]) -> None:
    left, right = (read_name(PurePath(str(name))) for name in case["input"])  # type: ignore[attr-defined]
    assert (left.key == right.key) is case["expected"]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("第十二章 航行.docx", {12}),
        ("Chapter Twelve.docx", {12}),
        ("Annex IV.docx", {4}),
        ("2024-05-01 通知.docx", {2024, 5, 1}),
        ("Notice 1 May 2024.docx", {2024, 5, 1}),
        ("通知20240501.docx", {2024, 5, 1}),
        ("fig.docx", set()),
    ],
)
def test_numbers_in_names(name: str, numbers: set[int]) -> None:
    assert read_name(PurePath(name)).numbers == numbers


NAMES = {
    "similar": [(f"rules-{n}_zh.txt", f"rules-{n}_en.txt") for n in range(6)],
    "changed": [(f"第{n}部分（定稿）.txt", f"Part {k} final v2.txt") for k, n in enumerate("一二三四五六", 1)],
    "useless": [(f"scan{n}.txt", f"document ({9 - n}).txt") for n in range(6)],
}


@pytest.mark.parametrize("kind", NAMES)
def test_partners_are_found(tmp_path: Path, encoder: Encoder, kind: str) -> None:
    pairs = pair_folders(*fill(tmp_path, NAMES[kind]), encoder=encoder)
    assert found(pairs) == set(NAMES[kind])
    assert all(one.certain for one in pairs.pairs)


def test_copies_of_one_form_are_paired_by_their_names(tmp_path: Path, encoder: Encoder) -> None:
    """Forms and minutes that are alike but for a date: their contents show nothing."""
    names = [
        ("2024年1月5日会议纪要.txt", "Minutes 5 January 2024.txt"),
        ("2024年2月5日会议纪要.txt", "Minutes 5 February 2024.txt"),
        ("会议纪要20240301.txt", "minutes-2024-03-01.txt"),
        ("合同v2.txt", "contract_v2.txt"),
    ]
    for side in (0, 1):
        (tmp_path / ("zh", "en")[side]).mkdir()
        for pair in names:
            text = "\n\n".join(one[side] for one in PARTS[0])
            (tmp_path / ("zh", "en")[side] / pair[side]).write_text(text, "utf-8")
    pairs = pair_folders(tmp_path / "zh", tmp_path / "en", encoder=encoder)
    assert found(pairs) == set(names)


def test_files_without_a_partner_are_listed(tmp_path: Path, encoder: Encoder) -> None:
    zh, en = fill(tmp_path, NAMES["useless"])
    for side, folder in enumerate((zh, en)):
        (folder / "more.txt" if side else folder / "scan77.txt").write_text(
            "\n\n".join(pair[side] for pair in OTHER), "utf-8"
        )
    (en / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    pairs = pair_folders(zh, en, encoder=encoder)
    assert found(pairs) == {*NAMES["useless"], ("scan77.txt", ""), ("", "more.txt"), ("", "picture.txt")}
    notes = {(one.source or one.target).name: one.note for one in pairs.pairs if not one.certain}  # type: ignore[union-attr]
    assert notes["scan77.txt"] == notes["more.txt"] == "no partner"
    assert notes["picture.txt"].startswith("cannot be read: ")


def test_equal_names_with_other_contents_are_doubtful(tmp_path: Path, encoder: Encoder) -> None:
    zh, en = fill(tmp_path, NAMES["similar"])
    (zh / "owl_zh.txt").write_text("\n\n".join(pair[0] for pair in OTHER), "utf-8")
    (en / "owl_en.txt").write_text("\n\n".join(pair[1] for pair in OTHER), "utf-8")
    pairs = pair_folders(zh, en, encoder=encoder)
    (doubtful,) = [one for one in pairs.pairs if not one.certain]
    assert (doubtful.source, doubtful.target) == (zh / "owl_zh.txt", en / "owl_en.txt")
    assert doubtful.note == "doubtful: the contents differ"


def test_the_table_is_a_manifest(tmp_path: Path, encoder: Encoder) -> None:
    zh, en = fill(tmp_path, NAMES["similar"])
    (zh / "owl.txt").write_text("\n\n".join(pair[0] for pair in OTHER), "utf-8")
    table = tmp_path / "work" / "pairs.tsv"
    write_pairs(pair_folders(zh, en, encoder=encoder), table)
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert list(rows[0]) == ["source", "target", "output", "confidence", "note"]
    assert [row["target"] for row in rows if row["source"] == "../zh/owl.txt"] == [""]
    pairs = read_manifest(table)
    assert [pair.source.resolve() for pair in pairs] == [(zh / name).resolve() for name, _ in NAMES["similar"]]
    assert pairs[0].outputs == (table.parent / "aligned/rules-0_zh.tmx",)


def test_folders_are_aligned_into_a_folder(tmp_path: Path, encoder: Encoder) -> None:
    zh, en = fill(tmp_path, NAMES["useless"])
    done = align_folders(zh, en, [tmp_path / "out"], encoder=encoder)
    assert [outcome.state for outcome in done.outcomes] == ["done"] * 6
    texts = {(unit.source, unit.target) for path in (tmp_path / "out").glob("*.tmx") for unit in read(path)}
    assert {PAIRS[1], PAIRS[20], PAIRS[35]} <= texts
    manifest = tmp_path / "out" / "pairs.tsv"
    again = run(read_manifest(manifest), journal=BatchJournal(manifest))
    assert {outcome.state for outcome in again} == {"kept"}


def test_folders_are_aligned_into_a_memory(tmp_path: Path, encoder: Encoder) -> None:
    zh, en = fill(tmp_path, NAMES["similar"])
    done = align_folders(zh, en, [tmp_path / "all.duiyi"], encoder=encoder)
    assert done.added is not None
    with Memory(tmp_path / "all.duiyi") as memory:
        assert memory.lookup(PAIRS[35][0])[0].target == PAIRS[35][1]
        assert len(memory) == done.added.new > 36
    assert {path.name for path in tmp_path.iterdir()} == {"zh", "en", "all.duiyi"}


def test_files_of_one_name_in_several_folders_stay_apart(tmp_path: Path, encoder: Encoder) -> None:
    names = [f"{year}/report.txt" for year in range(2020, 2026)]
    zh, en = fill(tmp_path, [(name, name) for name in names])
    done = align_folders(zh, en, [tmp_path / "all.duiyi", tmp_path / "out"], encoder=encoder)
    assert sorted(outcome.pair.name for outcome in done.outcomes) == names
    with Memory(tmp_path / "all.duiyi") as memory:
        assert memory.documents() == [(name, name) for name in names]
        of_one = [entry.unit.source for entry in memory.entries(Filters(origin="2023/"))]
        assert of_one == [unit.source for unit in read(tmp_path / "out/2023/report.tmx")]
    manifest = tmp_path / "pairs.tsv"
    rows = [f"zh/{name}\ten/{name}\t{name}.jsonl" for name in names]
    manifest.write_text("\n".join(["source\ttarget\toutput", *rows]), "utf-8")
    assert [pair.names for pair in read_manifest(manifest)] == [(f"zh/{name}", f"en/{name}") for name in names]


def test_what_cannot_be_paired_is_refused(tmp_path: Path, encoder: Encoder) -> None:
    zh, en = fill(tmp_path, NAMES["similar"])
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="none contains no files"):
        pair_folders(zh, tmp_path / "none", encoder=encoder)
    with pytest.raises(UsageError, match="the same folder"):
        pair_folders(zh, zh, encoder=encoder)
    for outputs, said in (
        ([tmp_path / "x.tmx"], "not into the file"),
        ([zh / "out"], "choose another folder"),
        ([tmp_path / "a", tmp_path / "b"], "one of each"),
    ):
        with pytest.raises(UsageError, match=said):
            align_folders(zh, en, outputs, encoder=encoder)
    with pytest.raises(UsageError, match=r"ends in \.tsv"):
        write_pairs(pair_folders(zh, en, encoder=encoder), tmp_path / "pairs.xlsx")


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["x/../a.tsv"], ["a.tsv"]), (["x/./y//a.tsv", "../../b.tsv"], ["x/y/a.tsv", "b.tsv"]),
        (["/p/x/a.tsv", "/p/y/../z/a.tsv"], ["x/a.tsv", "z/a.tsv"]),
        (["x/y/a.tsv", "../x/y/a.tsv"], ["q/x/y/a.tsv", "p/x/y/a.tsv"]), (["a.tsv", "b/../a.tsv"], ["a.tsv", "a.tsv"]),
        (["https://a.org/b/c.html"], ["c.html"]),
    ],
)  # fmt: skip
def test_names_of_origins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paths: list[str], expected: list[str]
) -> None:
    (tmp_path / "p/q").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "p/q")
    assert origin_names(paths) == expected
