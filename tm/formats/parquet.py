"""Parquet: units as columns of text, for data frames; needs the extra `duiyi[tables]`."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from corpora.errors import DamagedInput, EmptyInput
from corpora.extras import need
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions
from tm.formats.columns import header_of, row_of, units_of_rows
from tm.unit import Unit

__all__ = ["read_units", "write_units"]

_ROWS = 10_000  # rows in a group


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write ``units`` in row groups; every column is text."""
    pa = need("pyarrow", "tables", "write Parquet")
    pq = need("pyarrow.parquet", "tables", "write Parquet")
    schema = pa.schema([(name, pa.string()) for name in header_of(options)])
    with pq.ParquetWriter(str(path), schema, compression="zstd") as writer:
        rows: list[list[str]] = []
        for unit in units:
            rows.append([written.legal(cell) for cell in row_of(unit, options, written)])
            written.units += 1
            if len(rows) == _ROWS:
                writer.write_table(_table(pa, schema, rows))
                rows = []
        if rows:
            writer.write_table(_table(pa, schema, rows))


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each row."""
    pa = need("pyarrow", "tables", "read Parquet")
    pq = need("pyarrow.parquet", "tables", "read Parquet")
    if not path.stat().st_size:
        raise EmptyInput(f"{path} is empty")
    try:
        file = pq.ParquetFile(str(path), read_dictionary=_texts(pa, pq.read_schema(str(path))))
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise DamagedInput(f"{path} is not a Parquet file or is damaged") from error
    with file:
        yield from units_of_rows(_rows(file, pa, path), options, problems)


def _table(pa: Any, schema: Any, rows: Sequence[Sequence[str]]) -> Any:
    return pa.Table.from_arrays([pa.array(column, pa.string()) for column in zip(*rows, strict=True)], schema=schema)


def _texts(pa: Any, schema: Any) -> list[str]:
    """The columns of text."""
    return [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]


def _cells(pa: Any, column: Any) -> list[Any]:
    """The values of a column; equal texts are one object, for a small file may have a long text in every row."""
    if not pa.types.is_dictionary(column.type):
        return list(column.to_pylist())
    texts = column.dictionary.to_pylist()
    return [None if at is None else texts[at] for at in column.indices.to_pylist()]


def _rows(file: Any, pa: Any, path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """The column names as the first row, then every row as text."""
    yield 1, list(file.schema_arrow.names)
    number = 1
    try:
        for batch in file.iter_batches(batch_size=_ROWS):
            for row in zip(*(_cells(pa, column) for column in batch.columns), strict=True):
                number += 1
                yield number, ["" if cell is None else str(cell) for cell in row]
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise DamagedInput(f"{path} is a damaged Parquet file") from error
