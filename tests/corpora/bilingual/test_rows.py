"""Which side a column of a table belongs to."""

from dataclasses import replace

import pytest

from corpora.bilingual.language_pair import LanguagePair
from corpora.bilingual.rows import _sides, rows_of_tables
from corpora.document import Block, BlockKind

PAIR = LanguagePair.of("zh-CN", "en-US")
FRENCH = "Les lampes de la salle sont allumées chaque soir par le gardien du port."


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["1", "2.5 %"], (0, 1), id="no letters, once for both"),
        pytest.param(["灯油在地下室", "每晚点灯"], (0,), id="Chinese"),
        pytest.param(["The oil is in the cellar.", "The lamps are lit."], (1,), id="English"),
        pytest.param([FRENCH[:60]], (), id="sixty characters show another language in one of the scripts"),
        pytest.param([FRENCH[:59]], (1,), id="fewer may be misjudged"),
        pytest.param(["Лампы зажигаются каждый вечер."], (), id="another script"),
        pytest.param(["灯油 lamp", "oil 地下室"], None, id="a mixture"),
    ],
)
def test_side_of_a_column(texts: list[str], expected: tuple[int, ...] | None) -> None:
    assert _sides(texts, PAIR) == expected


def table(*rows: list[str]) -> list[Block]:
    cells = [(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts) if text]
    return [
        Block(n, BlockKind.CELL, text, start=0, end=len(text), cell=(0, row, column))
        for n, (row, column, text) in enumerate(cells)
    ]


@pytest.mark.parametrize(
    ("first", "is_head"),
    [
        pytest.param(["中文", "English"], True, id="two languages"),
        pytest.param(["源文", "译文", ""], True, id="an empty cell"),
        pytest.param(["Chinese", "English", "Translator comments"], True, id="a label"),
        pytest.param(["中文", "英文", "备注"], True, id="a Chinese label"),
        pytest.param(["简体中文", "English"], True, id="a form of a language"),
        pytest.param(["俄文", "Russian", "the language of Russia"], False, id="an entry with a definition"),
        pytest.param(["原文", "original", "翻译以前的那一份文字"], False, id="an entry with a Chinese definition"),
        pytest.param(["俄文", "Russian", "Slavic"], False, id="one language with a short remark"),
        pytest.param(["俄文", "Russian"], False, id="one language"),
        pytest.param(["灯", "lamp"], False, id="other words"),
    ],
)
def test_head_of_a_table(first: list[str], is_head: bool) -> None:
    blocks = table(
        first, ["灯油在地下室", "The oil is in the cellar.", "plain"], ["每晚点灯", "The lamps are lit.", ""]
    )
    found = rows_of_tables(blocks, PAIR)
    assert {found[block.id].step == "table heads" for block in blocks if block.cell == (0, 0, block.cell[2])} == {
        is_head
    }


def test_blocks_of_one_cell_are_in_one_row() -> None:
    blocks = table(["灯油在地下室", "The oil is in the cellar."]) * 3
    blocks = [replace(block, id=n) for n, block in enumerate(blocks)]
    assert [(row.place, row.sides) for row in rows_of_tables(blocks, PAIR).values()] == [
        ((0, 0), (0,)), ((0, 0), (1,))
    ] * 3  # fmt: skip
