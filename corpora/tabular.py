"""Results as rows: dictionaries, a pandas data frame, an HTML table in notebooks. One mixin for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from corpora.extras import need

if TYPE_CHECKING:
    import pandas

__all__ = ["Tabular"]

_SHOWN = 20  # rows of the table in a notebook
_LONGEST = 200  # characters of a cell


class Tabular:
    """Gives a class with ``to_dicts`` the other forms of a table."""

    __slots__ = ()

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dictionary a row, all with the same keys."""
        raise NotImplementedError

    def _example(self) -> Mapping[str, Any]:
        """A row as those of `to_dicts`, whose keys are the columns of a result without rows."""
        return {}

    def to_pandas(self) -> pandas.DataFrame:
        """One row a dictionary of `to_dicts`. Raises `corpora.errors.MissingExtra` where pandas is not installed."""
        need("pandas", "pandas", "make a data frame")
        from pandas import DataFrame

        rows = self.to_dicts()
        return DataFrame(rows) if rows else DataFrame(columns=list(self._example()))

    def _repr_html_(self) -> str:
        """The first rows as a table, for Jupyter: the columns with text or numbers, without the long signature."""
        rows = self.to_dicts()
        if not rows:
            return "<p>no rows</p>"
        more = f"<p>and {len(rows) - _SHOWN:,} more</p>" if len(rows) > _SHOWN else ""
        return f"{_table(rows[:_SHOWN])}{more}"


def _table(rows: Iterable[Mapping[str, Any]]) -> str:
    listed = list(rows)
    names = [name for name in listed[0] if name != "signature" and all(_is_plain(row[name]) for row in listed)]
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(row[name])}</td>' for name in names)}</tr>" for row in listed)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _cell(value: Any) -> str:
    text = f"{value:.2f}" if isinstance(value, float) else "" if value is None else str(value)
    return escape(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
