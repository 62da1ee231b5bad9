"""Find values that duiyi does not write, such as words where numbers belong: another tool changed the memory.

SQLite takes values of any type in any column. Reading trusts what it reads; only when that fails the columns are
checked, so that the user gets a sentence in place of an exception from deep inside.
"""

import sqlite3

import numpy as np

from tm.store.index_segments import LONGEST, WORDS, is_broken
from tm.store.index_sequences import SegmentSequences

__all__ = ["damaged_table"]

_LAST = 253_402_300_799  # the end of the year 9999, in seconds since 1970


def _type(columns: str, types: str) -> str:
    return " OR ".join(f"typeof({column}) NOT IN ({types})" for column in columns.split())


_DETAILS = " OR ".join(
    f"coalesce(json_type(content, '$.{name}'), '{kind}') <> '{kind}'"
    for name, kind in (
        ("kind", "text"), ("signature", "text"), ("author", "text"), ("notes", "array"), ("properties", "object"),
        ("sentences", "integer"),
    )
)  # fmt: skip
_INTEGER, _TEXT, _BLOB = "'integer'", "'text'", "'blob'"
_SCORE, _MOMENT = "'real', 'integer', 'null'", "'integer', 'null'"
#: For each table the condition of a row with an invalid value.
_INVALID = {
    "languages": _type("code", _TEXT),
    "texts": f"{_type('language key', _INTEGER)} OR {_type('text', _TEXT)}"
    " OR language NOT IN (SELECT id FROM languages)",
    "details": f"CASE WHEN json_valid(content) THEN json_type(content) <> 'object' OR {_DETAILS} ELSE 1 END",
    "origins": _type("source_file target_file section", _TEXT),
    "units": f"{_type('source target count status details', _INTEGER)} OR status NOT IN (0, 1, 2)"
    f" OR {_type('score', _SCORE)} OR score NOT BETWEEN 0 AND 1"
    f" OR {_type('created changed', _MOMENT)} OR abs(created) > {_LAST} OR abs(changed) > {_LAST}",
    "places": f"{_type('unit previous next origin page', _INTEGER)} OR {_type('source_ids target_ids', _TEXT)}"
    " OR source_ids GLOB '*[^0-9 ]*' OR target_ids GLOB '*[^0-9 ]*'",
    "segments": f"{_type('size singles', _INTEGER)} OR {_type('ids lengths bits', _BLOB)}"
    f" OR length(ids) <> 8 * size OR length(lengths) <> 4 * size OR length(bits) <> {8 * WORDS} * size",
    "postings": _type("data", _BLOB),
    "words": _type("word", _TEXT),
    "state": _type("value", _INTEGER),
    "imports": f"{_type('name', _TEXT)} OR {_type('done moment', _INTEGER)}",
    "synced": _type("partner unit state", _INTEGER),
    "sqlite_sequence": _type("seq", _INTEGER),
    "changes": f"{_type('moment', _INTEGER)} OR {_type('action', _TEXT)}",
    "earlier": f"{_type('change unit', _INTEGER)} OR {_type('content', _TEXT)}"
    " OR content <> '' AND NOT json_valid(content)",
}  # fmt: skip


def damaged_table(connection: sqlite3.Connection) -> str:
    """The first table with an invalid value, "" if there is none."""
    for table, condition in _INVALID.items():
        if connection.execute(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1").fetchone():
            return table
    if not connection.execute("SELECT 1 FROM state WHERE name = 'indexed'").fetchone():
        return "state"
    lengths = (np.frombuffer(row[0], np.int32) for row in connection.execute("SELECT lengths FROM segments"))
    if any(len(one) and one[-1] > LONGEST for one in lengths):
        return "segments"
    blobs = (row[0] for row in connection.execute("SELECT data FROM postings WHERE id >= 0"))
    if any(map(is_broken, blobs)):
        return "postings"
    rows = connection.execute("SELECT p.data, s.lengths FROM segments s JOIN postings p ON p.id = -s.id")
    return "postings" if any(_wrong(data, lengths) for data, lengths in rows) else ""


def _wrong(sequences: bytes, lengths: bytes) -> bool:
    try:
        SegmentSequences.of(sequences, np.frombuffer(lengths, np.int32))
    except ValueError:
        return True
    return False
