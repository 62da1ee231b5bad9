import json
from pathlib import Path

import pytest

from tests.commands import done

# The blanks at the ends of lines are what a PDF reader leaves behind.
TEXT = "\n".join(
    [
        "   第 3/1号决议 ",
        "",
        " 滨海公约缔约国会议， ",
        "",
        " 回顾大会 2015 年 9 月 25 日第 70/1 号决议，并回顾缔约国有义务在监测海岸方面相互提供",
        "",
        "最广泛的合作和协助， ",
        "",
        " 1. 促请所有缔约国依据国内法律，采取具体措施并加强合作，对海岸实行监测，并为此目",
        "",
        "的建立适当机制； ",
        "",
        "V.20-00001 2/9 ",
        "",
    ]
)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "决议.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments: object) -> str:
    return done("structure", *arguments).out


def test_json(document: Path) -> None:
    data = json.loads(run(document, "--json"))
    assert data["profile"] == "un"
    assert data["language"] == "zh-CN"
    assert {"id", "kind", "level", "marker", "text", "page", "start", "end"} <= set(data["blocks"][0])
    assert [change["text"] for change in data["dropped"]] == ["V.20-00001 2/9"]
    assert {change["action"] for change in data["changes"]} == {"dropped", "joined"}
    item = data["blocks"][-1]
    assert (item["kind"], item["marker"]) == ("list item", "1.")
    assert TEXT[item["start"] : item["end"]].strip().startswith("1. 促请")


def test_a_warning_names_the_file_once(document: Path) -> None:
    document.write_text(TEXT * 20, encoding="gb18030")
    assert (
        done("structure", document).err
        == f"duiyi: warning: {document}: its encoding is not stated and was taken for gb18030\n"
    )


def test_the_outline_and_the_changes(document: Path) -> None:
    printed = run(document, "--changes")
    assert "第 3/1号决议" in printed
    assert "dropped" in printed
    assert "V.20-00001 2/9" in printed


def test_blocks(document: Path) -> None:
    assert "1. 促请所有缔约国" in run(document, "--blocks", "--profile", "plain", "--language", "zh")
