"""Pages for the cases of the reading rules: lines in a short notation, and running text to fill them with."""

import random
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from corpora.cleaning.layout import Layout, LayoutLine, fitted, rows_of
from corpora.document import FootnoteMark, Line
from corpora.readers import txt

__all__ = ["FILL", "laid_out", "lines_of"]

_EN = (
    "harbour village lantern meadow copper window garden winter letter basket silver market morning orchard timber "
    "barley candle forest gentle hollow island kettle ladder marble narrow oyster pebble quarry ribbon saddle tunnel "
    "velvet walnut yellow anchor bridge cotton dragon engine feather"
).split()
_ZH = "山水林田湖草沙石桥路灯船帆风雨雪霜云霞星光木竹松柏梅兰菊荷桃李杏梨茶酒米麦豆瓜果花叶根枝鸟鱼虫马牛羊鸡犬"


def _fill() -> dict[str, list[str]]:
    chance = random.Random(3)
    english = textwrap.wrap(" ".join(chance.choice(_EN) for _ in range(4000)), 60)
    return {"en": english[:-1], "zh": ["".join(chance.choices(_ZH, k=30)) for _ in range(400)]}


#: Full lines of one long paragraph without a stop, 60 columns wide, all different.
FILL = _fill()


def _expanded(given: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The lines of a case: a text as it is; ``[3, "en"]``: three lines of running text; ``[3, "No {}"]``: three
    numbered lines; a mapping: a text with what else is known of its line.
    """
    at = 0
    for one in given:
        if isinstance(one, str):
            yield {"text": one}
        elif isinstance(one, dict):
            yield one
        elif one[1] in FILL:
            yield from ({"text": text} for text in FILL[one[1]][at : at + one[0]])
            at += one[0]
        else:
            yield from ({"text": one[1].format(number)} for number in range(1, one[0] + 1))


def lines_of(given: Sequence[Any], size: float | None = None) -> list[Line]:
    """The lines of plain text; with ``size``, those of a PDF: set in that size, 12 points apart."""
    expanded = list(_expanded(given))
    if size is None:
        lines = list(txt.lines_of("\n".join(one["text"] for one in expanded)))
        known = [one for one in expanded if "\n" not in one["text"]]
        return [
            replace(line, marks=tuple(FootnoteMark(*mark) for mark in one.get("marks", ())))
            for line, one in zip(lines, known, strict=False)
        ]
    found: list[Line] = []
    start, page, bottom = 0, 1, 72.0
    for one in expanded:
        if one["text"].startswith("\f"):
            page, bottom = page + 1, 72.0
        text = one["text"].removeprefix("\f")
        bottom += 12
        own = one.get("size", size)
        left = 72 + len(text) - len(text.lstrip())
        right = left + len(text.strip()) * own / 2
        marks = tuple(FootnoteMark(*mark) for mark in one.get("marks", ()))
        found.append(
            Line(text, start, start + len(text), page, left, bottom - own, right, bottom, own, marks=marks)
        )  # fmt: skip
        start += len(text) + 1
    return found


def laid_out(case: dict[str, Any]) -> tuple[Sequence[LayoutLine], Layout]:
    """The rows of a case and their layout."""
    return fitted(rows_of(lines_of(case["lines"], case.get("size"))))
