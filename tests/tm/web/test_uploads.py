"""Names of uploads: any name becomes one that can be written and keeps its extension."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tm.web.uploads import clean_name


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("决议 (终稿).docx", "决议 (终稿).docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\texts\\a<b>.txt", "a_b_.txt"),
        ("..", "document"),
        ("", "document"),
        (" .tmx", "tmx"),
    ],
)
def test_clean_names(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_a_long_chinese_name_can_be_written(tmp_path: Path) -> None:
    name = clean_name("关于打击跨国有组织犯罪的决议" * 20 + ".tmx")
    assert name.endswith("犯罪的决议.tmx")
    (tmp_path / name).write_bytes(b"")


@given(st.text())
def test_any_name_is_safe(name: str) -> None:
    clean = clean_name(name)
    assert clean == clean.strip(" .")
    assert clean
    assert len(clean.encode()) <= 200
    assert not set(clean) & set('/\\:*?"<>|\0')
