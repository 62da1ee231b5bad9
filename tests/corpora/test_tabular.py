"""Results as rows: data frames where pandas is there, a table in notebooks, and nothing that a text could inject."""

import sys
from typing import Any

import pytest

from corpora.errors import MissingExtra
from corpora.tabular import Tabular


class Rows(Tabular):
    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows

    def to_dicts(self) -> list[dict[str, Any]]:
        return list(self.rows)


def test_a_data_frame_has_the_rows_and_the_names() -> None:
    frame = Rows({"source": "甲", "score": 0.5}, {"source": "乙", "score": None}).to_pandas()
    assert list(frame.columns) == ["source", "score"]
    assert list(frame.source) == ["甲", "乙"]


def test_without_pandas_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match="pandas"):
        Rows().to_pandas()


def test_a_notebook_shows_text_as_text_and_numbers_short() -> None:
    page = Rows({"source": "<script>&", "score": 0.98765, "page": None, "count": 3})._repr_html_()
    assert "<th>source</th><th>score</th><th>page</th><th>count</th>" in page
    assert "<td>&lt;script&gt;&amp;</td><td>0.99</td><td></td><td>3</td>" in page


def test_a_notebook_shows_twenty_rows_and_two_hundred_characters() -> None:
    page = Rows(*({"text": "字" * length} for length in (200, 201, *[1] * 18)))._repr_html_()
    assert page.count("<tr>") == 21
    assert "more" not in page
    assert f"<td>{'字' * 200}</td>" in page
    assert f"<td>{'字' * 200}…</td>" in page
    assert Rows(*[{"text": "字"}] * 1021)._repr_html_().endswith("</table><p>and 1,001 more</p>")


def test_a_notebook_shows_plain_columns_only() -> None:
    page = Rows({"text": "甲", "origin": {"page": 1}, "spans": [[0, 1]], "signature": "duiyi 1|…"})._repr_html_()
    assert "<tr><th>text</th></tr>" in page


def test_no_rows_are_no_table() -> None:
    assert Rows()._repr_html_() == "<p>no rows</p>"
