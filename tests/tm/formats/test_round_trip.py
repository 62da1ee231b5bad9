"""The table of fields that come back from each format is that of the documentation."""

from tests.tm.formats.round_trip import BEGIN, DOCS, END, table


def test_the_documentation_has_the_table() -> None:
    written = DOCS.read_text("utf-8").split(BEGIN)[1].split(END)[0]
    assert table() == written, "run .venv/bin/python -m tests.tm.formats.round_trip"
