"""Write an Excel workbook of one sheet whose cells are all text; needs the extra `duiyi[tables]`."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from corpora.extras import need
from corpora.files import PROGRAM
from corpora.xml import legal

__all__ = ["write_sheet"]

_ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_")  # how workbooks write what XML would change (ECMA-376, 22.4.2.4)


def write_sheet(path: Path, title: str, rows: Iterable[Sequence[str]], widths: Sequence[int] = ()) -> None:
    """Write ``rows``, the first of which is the header; ``widths`` are those of the first columns, in characters."""
    openpyxl = need("openpyxl", "tables", "write Excel workbooks")
    make_cell = need("openpyxl.cell", "tables", "write Excel workbooks").WriteOnlyCell
    book = openpyxl.Workbook(write_only=True)
    book.properties.lastModifiedBy = PROGRAM
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGH", widths, strict=False):
        sheet.column_dimensions[letter].width = width

    def cell(text: str) -> Any:
        if not text:
            return None
        made = make_cell(sheet, value=_escaped(legal(text)[0]))
        made.data_type = "s"  # a cell that begins with "=" would be run as a formula
        return made

    try:
        for row in rows:
            sheet.append([cell(text) for text in row])
    except BaseException:
        # The sheet is streamed to a temporary file, which openpyxl only deletes when it is closed.
        sheet.close()
        raise
    with path.open("wb") as file:  # not by name: one that is not in UTF-8 is refused
        book.save(file)


def _escaped(text: str) -> str:
    """``text`` as Excel writes it: ``_x000D_`` for what XML would change, and for text that looks like that."""
    return _ESCAPED.sub(r"_x005F\g<0>", text).replace("\r", "_x000D_")
