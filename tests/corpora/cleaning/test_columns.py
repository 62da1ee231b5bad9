"""Pages in two columns, as tools print them that keep the layout: side by side, a strip of blanks between."""

import re
import textwrap
from collections.abc import Callable, Sequence
from itertools import zip_longest

import pytest

from corpora.cleaning.layout import columns
from corpora.cleaning.pipeline import blocks_from_lines
from corpora.readers.reading import txt

EN = [
    "The Committee considered the report and noted that the restructuring of the debt of small States had begun, "
    "while the registration of objects launched into outer space was still awaiting a decision.",
    "Several delegations stressed that the treatment of municipal waste required funds of its own, which the "
    "municipalities could not raise by themselves, and that the equipment of clinics had been delayed once more.",
    "It was pointed out that the screening of air cargo had become more reliable, and that the monitoring of land "
    "degradation would be extended to two more districts as soon as vehicles had been bought for the observers.",
    "Replying to these remarks, the Secretary recalled that the resettlement of refugees depended on funds, and "
    "that the archives could not be digitized before the storage rooms had been repaired.",
]
ZH = [
    "在答复调查的国家中，百分之十一报告说有具有成本效益的机制，不过远程口译服务的后续工作仍然不足，需要各方提供捐款。",
    "肯尼亚代表说，该国已将用于危险化学品运输的经费增加到五亿元，并将在下一财政年度继续增加，以便缩小城乡差距。",
    "主席在第二次会议上宣读了来自各成员的贺电，并介绍了拟议的工作安排，其中包括两次非正式磋商，各方均可参加。",
    "专家组就海上搜救能力作了口头报告，并回答了问题，委员会对专家组的工作表示满意和感谢，并请其继续开展工作。",
    "与会者普遍认为，外层空间物体登记方面的经验教训应当加以总结，并应当在下一份报告中说明各国提出的意见和建议。",
]


def lines_of(text: str, spaced: bool) -> list[str]:
    if spaced:
        return textwrap.wrap("    " + text, 44)
    # No line opens with a stop.
    return [line.replace("\u3000", "  ") for line in re.findall(r".{19}.?[，。]?|.+", "\u3000\u3000" + text)]


def side_by_side(texts: Sequence[str], spaced: bool, width: Callable[[str], int]) -> str:
    lines = [line for text in texts for line in lines_of(text, spaced)]
    half = (len(lines) + 1) // 2
    edge = max(width(line) for line in lines[:half]) + 4
    return "\n".join(
        left + " " * (edge - width(left)) + right if right else left
        for left, right in zip_longest(lines[:half], lines[half:], fillvalue="")
    )


#: What makes each of the texts another one on every page, line by line: what comes back would be a running head.
INSERTED = {
    "en-US": (" the ", ["first", "second", "third", "fourth", "fifth"]),
    "zh-CN": ("，", ["首先", "其次", "此外", "同时", "最后"]),
}


@pytest.mark.parametrize(
    ("texts", "language", "width"),
    [(EN, "en-US", columns), (ZH, "zh-CN", columns), (ZH, "zh-CN", len)],
    ids=["en", "zh", "zh, characters counted"],
)
def test_columns_are_read_one_after_the_other(texts: list[str], language: str, width: Callable[[str], int]) -> None:
    place, words = INSERTED[language]
    first, second, third, fourth, fifth = (
        [f"{text[:-1].replace(place, f'{place}{word}{place}')}{place.rstrip()}{word}{text[-1]}" for text in texts]
        for word in words
    )
    pages = [[*first, *second], [*third, *fourth], fifth[:2]]  # the last page has a few lines in each column
    text = "\n\f".join(
        f"Journal of Ports{' ' * 60}{number}\n\n\n{side_by_side(page, language == 'en-US', width)}"
        for number, page in enumerate(pages, 112)
    )
    read = blocks_from_lines(tuple(txt.lines_of(text)), language)
    assert [block.text for block in read.blocks] == [one for page in pages for one in page]
    assert {change.step for change in read.changes if change.action == "dropped"} == {"page marks"}
    assert all(text[block.start :].startswith(block.text[:6]) for block in read.blocks)


def test_a_table_is_no_text_in_columns() -> None:
    rows = [f"    Item number {n}".ljust(44) + f"    {n}00 dollars for the year" for n in range(10, 24)]
    read = blocks_from_lines(tuple(txt.lines_of("\n".join(rows))), "en-US")
    assert [block.text for block in read.blocks[:4]] == [
        "Item number 10", "1000 dollars for the year", "Item number 11", "1100 dollars for the year",
    ]  # fmt: skip
