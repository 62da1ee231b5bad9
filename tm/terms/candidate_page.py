"""A page to select and correct the candidates of an extraction and save a table that `duiyi term import` reads.

The page is one file: its script makes the table of `duiyi term extract -o x.tsv` from the selected rows, and the
browser saves it. Nothing is sent anywhere.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpora.files import replacing
from tm import templates

__all__ = ["write_page"]


def write_page(path: Path, rows: Sequence[Mapping[str, Any]], *, title: str = "") -> None:
    """Write the page for ``rows`` made by `tm.terms.serialization.pair_row`; all text is escaped."""
    content = templates.render("tm.terms", "candidate_page.html", title=title or path.stem, rows=rows)
    with replacing(path) as temporary:
        temporary.write_text(content, encoding="utf-8", newline="\n")
