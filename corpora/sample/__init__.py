"""The sample pair that ships with duiyi: invented resolutions in the manner of a UN conference, Chinese and English.

The text was written for this project and is not an official document. It is laid out as text extracted from a
PDF: hard-wrapped lines, page marks, a document symbol at page heads, footnotes at page ends and their
numbers glued into the running text, sentences cut by page breaks. ``gold.tsv`` contains the pairs it was laid
out from (kind, Chinese, English; footnote numbers taken out), so that tests can say what must come out.
"""

from pathlib import Path

__all__ = ["gold", "pair"]

_HERE = Path(__file__).resolve().parent


def pair() -> tuple[Path, Path]:
    """The paths of the Chinese and of the English text."""
    return _HERE / "zh.txt", _HERE / "en.txt"


def gold() -> tuple[tuple[str, str, str], ...]:
    """The pairs (kind, Chinese, English) that the sample contains; kinds are title, heading, paragraph, footnote."""
    rows = (_HERE / "gold.tsv").read_text("utf-8").splitlines()[1:]
    return tuple((kind, zh, en) for kind, zh, en in (row.split("\t") for row in rows))
