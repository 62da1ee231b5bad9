"""Documents in pre-translation: their sentences become the units of an XLIFF, which is filled like any other.

A bilingual Word table is made of the filled units: number, source, translation, and how good the match is.
"""

from collections.abc import Sequence
from pathlib import Path

from corpora.files import replacing
from tm.formats import WriteOptions, write
from tm.jobs.job_files import JobFile
from tm.pretranslation.filling import Filling
from tm.tags import plain
from tm.unit import Origin, Unit
from tm.word_document import new_document

__all__ = ["write_job_xliff", "write_table"]


def write_job_xliff(path: Path, job: JobFile, target_lang: str, *, version: str = "1.2") -> None:
    """Write the texts of a document as XLIFF, with the translations that a table of both languages has."""
    origin = Origin(job.path.name)
    known = job.translations or ("",) * len(job.texts)
    units = [
        Unit(text, translation, job.language, target_lang, origin=origin)
        for text, translation in zip(job.texts, known, strict=True)
    ]
    write(path, units, WriteOptions(xliff=version, metadata=False))  # type: ignore[arg-type]


def write_table(path: Path, rows: Sequence[tuple[str, Filling | str]], languages: tuple[str, str]) -> None:
    """Write a Word document with a table of four columns; a row has a filling, or the translation that it had or ""."""
    from docx.shared import Pt

    document = new_document()
    table = document.add_table(rows=1, cols=4)
    table.style = "Table Grid"
    for cell, title in zip(table.rows[0].cells, ("#", *languages, "match"), strict=True):
        cell.text = title
        cell.paragraphs[0].runs[0].bold = True
    for number, (source, filling) in enumerate(rows, 1):
        if isinstance(filling, str):
            target, shown = filling, ""
        else:
            target, shown = plain(filling.target), f"{filling.kind} {filling.score} %"
        texts = (str(number), plain(source), target, shown)
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = _printable(text)
    for row in table.rows:
        for cell, width in zip(row.cells, (30, 200, 200, 50), strict=True):
            cell.width = Pt(width)
    with replacing(path) as temporary:
        document.save(str(temporary))


def _printable(text: str) -> str:
    from corpora.xml import legal

    return legal(text)[0]
