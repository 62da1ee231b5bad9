"""The versions of a text in three languages: units with one variant for each, corrections, outputs, refusals."""

from pathlib import Path

import pytest

from corpora.errors import UsageError
from models.encoder import Encoder
from tm.formats import ReadOptions, read
from tm.jobs.align_files import AlignFilesOptions
from tm.jobs.align_languages import align_languages
from tm.search.memory import Memory

ROWS = [
    ("湖区渡轮规则", "Rules for the Lake Ferries", "Règlement des bacs du lac"),
    ("每艘渡轮应当在码头登记。", "Every ferry shall be registered at its pier.",
     "Chaque bac est inscrit au registre de son quai."),
    ("船长应当年满二十五岁。", "A captain shall be at least twenty-five years old.",
     "Le capitaine doit avoir au moins vingt-cinq ans."),
    ("浓雾时停航。", "No ferry sails in thick fog.", "Aucun bac ne navigue par épais brouillard."),
    ("本规则张贴在售票处。", "", "Le présent règlement est affiché au guichet."),
    ("不满三岁的儿童免票。", "Children under the age of three travel free of charge.",
     "Les enfants de moins de trois ans voyagent gratuitement."),
]  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    from models.registry import load

    return load(None)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{code}.txt" for code in ("zh", "en", "fr")]
    for path, texts in zip(paths, zip(*ROWS, strict=True), strict=True):
        path.write_text("\n\n".join(filter(None, texts)), "utf-8")
    return paths


def test_units_hold_all_languages(files: list[Path], encoder: Encoder) -> None:
    found = align_languages(files, encoder=encoder)
    assert [document.language for document in found.documents] == ["zh-CN", "en-US", "fr-FR"]
    assert found.pivot == 1
    texts = [tuple(unit.texts.get(code, "") for code in ("zh-CN", "en-US", "fr-FR")) for unit in found.units]
    assert set(texts) == set(ROWS)


def test_outputs(files: list[Path], encoder: Encoder, tmp_path: Path) -> None:
    outputs = [tmp_path / name for name in ("all.tmx", "all.xlsx", "all.tsv", "all.csv", "all.duiyi")]
    found = align_languages(files, *outputs, encoder=encoder, pivot="zh")
    assert found.pivot == 0
    assert [found.written[str(path)] for path in outputs] == [6, 6, 6, 6, 16]
    for path in outputs[:4]:
        for source, target in ((0, 2), (0, 1)):
            codes = [("zh-CN", "en-US", "fr-FR")[side] for side in (source, target)]
            units = read(path, ReadOptions(*codes), on_problem=lambda _: None)
            assert {(u.source, u.target) for u in units if u.source and u.target} == {
                (row[source], row[target]) for row in ROWS if row[target]
            }
    with Memory(outputs[4]) as memory:
        assert memory.lookup(ROWS[3][2], target_lang="zh")[0].target == ROWS[3][0]


@pytest.mark.parametrize(
    ("output", "more", "said"),
    [
        ("all.xlf", {}, "not to"),
        ("all.tmx", {"pivot": "ru"}, "the pivot ru-RU is none of the languages"),
        ("all.tmx", {"options": AlignFilesOptions(segmented=True)}, "are for two documents"),
    ],
)
def test_refusals(files: list[Path], encoder: Encoder, output: str, more: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        align_languages(files, files[0].parent / output, encoder=encoder, **more)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="are both in en-US"):
        align_languages([files[1], files[0], files[1]], encoder=encoder)
