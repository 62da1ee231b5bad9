"""A workbook read as a document: each visible sheet a section, each cell a table cell."""

import re

from corpora.readers.conversion import dropped, heading, plain
from corpora.readers.workbook import texts_beside_cells, workbook_rows

__all__ = ["convert"]

#: Names that programs give to sheets; they are no headings.
_UNNAMED = re.compile(r"(?:sheet|table|tabelle|feuille?|hoja|folha|лист|工作表|シート|blad|foglio) ?\d*", re.IGNORECASE)

_DATE = re.compile(r"\A(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?\Z")


def convert(data: bytes, name: str) -> str:
    """The workbook in ``data`` as one page of HTML. Raises the errors of `corpora.readers.workbook`."""
    parts: list[str] = []
    hidden: list[str] = []
    far: list[str] = []
    open_sheet: str | None = None
    for found in workbook_rows(data, name):
        sheet, cells = found.sheet, found.cells if found.visible else []
        if found.visible:
            far.append(" ".join(found.far))
        else:
            hidden.append(" ".join(filter(None, (*found.cells, *found.far))))
        if cells and sheet != open_sheet:
            parts.append("</table>" if open_sheet is not None else "")
            parts.append("" if _UNNAMED.fullmatch(sheet.strip()) else heading(plain(sheet), 1))
            parts.append("<table>")
            open_sheet = sheet
        # Empty cells keep the others in their columns.
        row = "".join(f"<td>{_cell(cell)}</td>" for cell in cells) if any(map(str.strip, cells)) else ""
        # A row of one cell is a cell here too: HTML tables with such rows only place things.
        parts.append(f"<tr>{row}<td></td></tr>" if row else "")
    parts.append("</table>" if open_sheet is not None else "")
    parts += [dropped("hidden", text) for text in hidden] + [dropped("far cells", text) for text in far]
    parts += [dropped(step, text) for step, text in texts_beside_cells(data, name)]
    return f"<html><body>{''.join(parts)}</body></html>"


def _cell(text: str) -> str:
    """The text of a cell as HTML; a date without a time of day is a date."""
    text = _DATE.sub(lambda match: match[1] + (f" {match[2]}" if match[2] != "00:00:00" else ""), text)
    return plain(text).replace("\n", "<br>")
