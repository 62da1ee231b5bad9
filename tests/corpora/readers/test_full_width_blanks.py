"""The blank between the number of an article and its text stays as CAT tools see it."""

from pathlib import Path

import docx
import pytest

from corpora import read
from corpora.cleaning.classification import glue_between

_LINES = [
    "海东市公共数据管理办法",
    "第一条　为了规范公共数据管理，制定本办法。",
    "第二条　本市公共数据的收集适用本办法。",
]


@pytest.mark.parametrize(
    ("text", "skip", "glue"),
    [
        ("第一条　为了", 4, "　"),
        ("第一条　　为了", 5, "　　"),
        ("第一条 为了", 4, " "),
        ("第一条　 为了", 5, " "),
        ("1.\tScope", 3, " "),
        ("（四）总则", 3, ""),
        ("总则", 0, " "),
    ],
)
def test_blanks_between_marker_and_text(text: str, skip: int, glue: str) -> None:
    assert glue_between(text, skip) == glue


@pytest.mark.parametrize("ending", ["txt", "html", "md", "docx"])
def test_full_width_blanks_of_articles_stay(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{ending}"
    if ending == "docx":
        document = docx.Document()
        for line in _LINES:
            document.add_paragraph(line)
        document.save(str(path))
    elif ending == "html":
        path.write_text("".join(f"<p>{line}</p>" for line in _LINES), "utf-8")
    else:
        path.write_text("\n\n".join(_LINES), "utf-8")
    texts = [block.full_text for block in read(path, language="zh").blocks]
    assert texts[1:] == _LINES[1:]
