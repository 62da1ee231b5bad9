"""PDFs in which only indents, boxes and the place of a number show what belongs together."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from corpora.document import BlockKind, Document
from corpora.readers.reading import read
from tests.corpora.readers.latex_pages import EN, ZH, LatexPages

BLOCKS = {
    False: [
        ("h1", "1 Care of the Station"),
        ("p", "The operator opens the main gate at six every morning and closes it at nine in the evening, and if it "
              "has rained during the night, the gauge is read first by the person who is on duty in the control room."),
        ("p", "e-mail is one way of warning the villages downstream, and the others are the loudspeaker and the bell."),
        ("p", "The grass is cut."),
        ("p", "pump is written on a switch that may be touched during repairs only, and that is sealed with lead."),
        ("note", "Nobody may stand on the bridge while the gate is being opened, for it has no railing, and the "
                 "current is strong in the first minutes."),
        ("note", "The key hangs behind the door of the control room, and it is hung back there after use each day."),
        ("p", "The log book is divided into four parts, and each of them has a colour of its own, so that entries are "
              "found at once when somebody looks for them in a hurry."),
        ("h2", "1.1 Winter"),
        ("p", "Before the frost the channel is emptied, the boards are stored in the shed and the iron is oiled."),
        ("p", "iron on the old drawings means cast iron, on the new ones steel; check the year before ordering it."),
    ],
    True: [
        ("h1", "第一章 水电站的维护"),
        ("p", "值班员每天早上六点打开主闸门，晚上九点关上，如果夜里下过大雨，开闸之前必须先看水尺，"
              "水位高于红线时应当报告站长。"),
        ("p", "e-mail 是站里向下游村子发通知的办法之一，另外两种是广播和敲钟。"),
        ("p", "草每两个月割一次。"),
        ("p", "“开闸”字样的牌子挂在桥头，桥面没有栏杆，而水流在头几分钟里特别急，"
              "掉下去的人几乎没有办法自己爬上来。"),
        ("note", "开闸时任何人不得站在桥上，桥面没有栏杆，而水流在头几分钟里特别急，掉下去的人爬不上来。"),
        ("note", "钥匙挂在值班室门后，用完必须挂回原处，并在登记本上签名，签名要写清楚，不得用铅笔来写。"),
        ("p", "站里的记录本分成四个部分，每个部分都有自己的颜色，填写的人必须在当天写完，不能拖到第二天补记。"),
        ("h2", "1.1 冬季"),
        ("p", "结冰以前要把水渠放空，把木闸板收进仓库，并且给铁件上油，上油以前先把铁锈刮掉，刮下来的铁锈要扫干净。"),
        ("p", "iron 一词在旧图纸上指的是铸铁，新图纸上指的是钢，订货以前请核对图纸的年份，免得买错。"),
    ],
}  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Document]:
    def make(draw: Callable[[Canvas], None]) -> Document:
        path = tmp_path / "made.pdf"
        canvas = Canvas(str(path), pagesize=(490, 842))
        draw(canvas)
        canvas.save()
        return read(path)

    return make


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("chinese", [False, True], ids=["en", "zh"])
@pytest.mark.parametrize("times", [1, 6], ids=["one page", "some pages"])
def test_indented_paragraphs_and_boxes(chinese: bool, times: int, made: Callable[..., Document]) -> None:
    blocks = BLOCKS[chinese] * times
    document = made(lambda canvas: LatexPages(canvas, chinese, title="Notes").set(blocks))
    assert [squeezed(block.full_text) for block in document.blocks] == [squeezed(text) for _, text in blocks]
    assert all(block.kind is not BlockKind.CODE for block in document.blocks)


def draw_page(foot: str, x: float, y: float, gap: float) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(EN, 11)
        for row, text in enumerate(("Keeping Sheep", "The shepherd counts them every evening.", "240")):
            canvas.drawString(72, y + gap + 40 * (2 - row), text)
        canvas.setFont(EN, 9)
        canvas.drawString(x, y, foot)

    return draw


@pytest.mark.parametrize(
    ("foot", "x", "y", "gap", "is_number"),
    [
        ("1", 243, 40, 400, True),
        ("- 1 -", 237, 40, 400, True),
        ("— 7 —", 235, 40, 400, True),
        ("Page 1 of 1", 225, 40, 400, True),
        ("7", 243, 40, 400, False),  # is not the number of the page
        ("1", 72, 40, 400, False),  # at the left edge
        ("1", 243, 40, 20, False),  # close to the text
        ("1", 243, 300, 400, False),  # in the middle of the page
    ],
)
def test_the_number_of_a_single_page(
    foot: str, x: float, y: float, gap: float, is_number: bool, made: Callable[..., Document]
) -> None:
    texts = [block.full_text for block in made(draw_page(foot, x, y, gap)).blocks]
    assert (foot not in texts) is is_number
    assert any("240" in text for text in texts)


@pytest.mark.parametrize("font", [EN, ZH])
def test_addresses_over_the_end_of_a_line(font: str, made: Callable[..., Document]) -> None:
    lines = {
        EN: ["Guests register on the page https://hut.example/mountain/summer-", "form-2024.html and get a letter."],
        ZH: ["过夜的人请在网页https://hut.example/mountain/summer-", "form-2024.html登记，然后会收到一封信。"],
    }[font]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, 11)
        for row, text in enumerate(lines):
            canvas.drawString(72, 700 - 15 * row, text)

    assert "https://hut.example/mountain/summer-form-2024.html" in made(draw).blocks[0].text
