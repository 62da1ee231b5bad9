"""Tables for review in Word: what is written is read again, by this reader and by LibreOffice's own."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tm.formats import UnitProblems, read, write
from tm.unit import Unit

UNITS = [
    Unit(
        "请按⟦1|<b>⟧电源⟦/1|</b>⟧按钮 < & >。\n第二行\t末",
        "Press the ⟦1|<b>⟧power⟦/1|</b>⟧ button < & >.\nSecond line\tend",
        "zh-CN",
        "en-US",
        status="reviewed",
        notes=("see 1.2",),
    ),
    Unit("没有译文", "", "zh-CN", "en-US"),
    Unit("第三⟦2/⟧句", "Third⟦2/⟧ one\x07", "zh-CN", "en-US", status="rejected"),
]


def test_texts_tags_status_and_comments_come_back(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    report = write(path, UNITS)
    assert report.written == 3
    found = list(read(path, problems=UnitProblems(path, strict=False)))

    def known(text: str) -> str:  # the code of a tag is its number, as Word shows it
        named = text.replace("|<b>", "|<1>").replace("|</b>", "|</1>").replace("2/⟧", "2/|<2/>⟧")
        return named.replace("\x07", "")

    wanted = [replace(one, source=known(one.source), target=known(one.target)) for one in UNITS]
    shown = [(one.source, one.target, one.source_lang, one.target_lang, one.status, one.notes) for one in found]
    assert shown == [(w.source, w.target, w.source_lang, w.target_lang, w.status, w.notes) for w in wanted]


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"quality": 0.5, "properties": {"state": "Draft"}}, "Draft"),
        ({"quality": 0.5, "properties": {"state": "translated", "state-origin": "mt"}}, "mt"),
        ({"quality": 0.3}, "needs review"),
        ({"quality": 0.9}, ""), ({"quality": 0.5, "status": "reviewed"}, ""),
    ],
)  # fmt: skip
def test_doubtful_units_stay_doubtful(tmp_path: Path, fields: dict[str, Any], state: str) -> None:
    write(tmp_path / "x.docx", [Unit("门", "door", "zh-CN", "en-US", **fields)])
    (unit,) = read(tmp_path / "x.docx")
    assert (unit.quality, unit.properties.get("state", "")) == ((0.5, state) if state else (None, ""))
    assert unit.status == fields.get("status", "unreviewed")


def test_each_pair_of_languages_has_a_table(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    write(path, [UNITS[0], replace(UNITS[0], target="Bouton", target_lang="fr")])
    assert [one.target_lang for one in read(path)] == ["en-US", "fr"]


@pytest.mark.client
@pytest.mark.slow
def test_libreoffice_opens_it(tmp_path: Path, program: Callable[..., str]) -> None:
    path = tmp_path / "x.docx"
    write(path, UNITS)
    office = [
        program("soffice", "libreoffice-writer"),
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
    ]
    made = ["--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path), str(path)]
    subprocess.run([*office, *made], check=True, capture_output=True)
    text = (tmp_path / "x.txt").read_text("utf-8")
    assert "Press the <1>power</1> button < & >." in text
