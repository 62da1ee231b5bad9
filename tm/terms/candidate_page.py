"""A page on which a person ticks the candidates of an extraction, mends them, and saves what `duiyi term import` reads.

The page stands alone: its script writes a table out of what is ticked and hands it to the browser to save; nothing
is sent anywhere. The table is that of `duiyi term extract -o x.tsv`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpora.files import replacing
from tm import templates

__all__ = ["write_page"]


def write_page(path: Path, rows: Sequence[Mapping[str, Any]], *, title: str = "") -> None:
    """Write the page for ``rows`` as `tm.terms.serialization.pair_row` makes them; all text is escaped."""
    content = templates.render("tm.terms", "candidate_page.html", title=title or path.stem, rows=rows)
    with replacing(path) as temporary:
        temporary.write_text(content, encoding="utf-8", newline="\n")
