from pathlib import Path

import ftfy.bad_codecs  # noqa: F401  # registers sloppy-windows-1252
import pytest

from corpora.errors import DamagedInput
from corpora.readers.reading import read
from corpora.text.mojibake import repair

SIMPLIFIED = "仓库的门在晚上九点关闭。\n钥匙由值班员保管。\nGoods: 进出货物必须登记。\n\nNo loading.\n夜间不得装卸。"
TRADITIONAL = "倉庫的門在晚上九點關閉。\n鑰匙由值班員保管。\n進出貨物必須登記。"


@pytest.mark.parametrize(
    ("text", "written", "read_as"),
    [
        (SIMPLIFIED, "gb18030", "latin-1"),
        (SIMPLIFIED, "gb18030", "sloppy-windows-1252"),
        (SIMPLIFIED, "utf-8", "latin-1"),
        (SIMPLIFIED, "utf-8", "sloppy-windows-1252"),
        (SIMPLIFIED, "utf-8", "cp437"),
        (SIMPLIFIED, "gb18030", "cp437"),
        (SIMPLIFIED, "gb18030", "big5hkscs"),
        (TRADITIONAL, "big5hkscs", "latin-1"),
        (TRADITIONAL, "big5hkscs", "gb18030"),
        (TRADITIONAL, "utf-8", "sloppy-windows-1252"),
    ],
)
def test_chinese_in_the_wrong_encoding_is_repaired(text: str, written: str, read_as: str) -> None:
    assert repair(text.encode(written).decode(read_as)).text == text


def test_english_with_broken_quotation_marks_is_repaired() -> None:
    broken = "They don\u00e2\u20ac\u2122t. \u00e2\u20ac\u0153Stop\u00e2\u20ac\u009d! He didn\u00e2\u20ac\u2122t."
    found = repair(broken)
    assert (found.text, found.read) == ("They don’t. “Stop”! He didn’t.", "windows-1252")


@pytest.mark.parametrize(
    "text",
    [
        "If you see Ã© instead of é, or â€™ instead of ’, and â€œ instead of “, it was read as Windows-1252.",
        'Text such as "Ã¼" and "â€œ" and "Ã©" and "â€™" means that the encoding was wrong.',
        "中国变成“ä¸\xadå›½”，日本变成“æ—¥æœ¬”，读者看到ä½\xa0å¥½时应当检查编码。",
    ],
)
def test_a_page_that_shows_garbled_text_is_left_alone(text: str) -> None:
    assert repair(text).text is None


@pytest.mark.parametrize("text", ["锟斤拷锟斤拷的门在", SIMPLIFIED.encode().decode("gb18030", "replace")])
def test_what_cannot_be_repaired_is_garbled(text: str) -> None:
    assert repair(text).text == ""


@pytest.mark.parametrize(
    "text",
    [
        SIMPLIFIED,
        TRADITIONAL,
        "Ceci a déjà été à Noël. Où ça? Là-bas, naïve façade œuvre.",
        "“Quotes” — and ‘more’… don’t café ½ × ² ³ µ°",
        "ÄÖÜ äöü ß Größe ÀÉÈÊ éèêë",
        "価格は10円です。テストです。",
        "Привет, мир, как дела",
        "한국어 텍스트입니다 안녕하세요 漢字 하나",
        "甲骨文字：龘靐齉爩麤",
        "He wrote Ã© once in “this” text. “Yes”, he did. “No”!",
        "plain",
        "é",
    ],
)
def test_text_that_is_right_is_left_alone(text: str) -> None:
    assert repair(text).text is None


def test_a_repaired_file_says_so_and_a_garbled_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(SIMPLIFIED.encode("gb18030").decode("latin-1"), "utf-8")
    document = read(path)
    assert (document.language, document.blocks[0].text) == ("zh-CN", "仓库的门在晚上九点关闭。")
    assert document.warnings == (
        f"{path}: its text had been read as latin-1 instead of gb18030 and saved again; this was repaired",
    )
    path.write_text("锟斤拷锟斤拷的门在", "utf-8")
    with pytest.raises(DamagedInput, match="garbled"):
        read(path)


def test_forty_rare_characters_are_a_text_in_the_wrong_encoding() -> None:
    assert repair("龘靐齉爩麤" * 8).text == ""
    assert repair(("龘靐齉爩麤" * 8)[1:]).text is None, "fewer may be a text about such characters"
