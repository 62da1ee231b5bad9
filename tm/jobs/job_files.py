"""The texts to translate in a file, in order: the sources of a bilingual file, or the sentences of a document.

Documents are read and split as `duiyi align` does, so that the sentences of aligned documents are found again. Of
tables that hold both languages only the source side is taken.
"""

from dataclasses import dataclass
from pathlib import Path

from corpora.document import Document
from corpora.errors import EmptyInput
from corpora.files import check_is_file
from corpora.text.srx import SrxRules

__all__ = ["BILINGUAL", "TEXT_TABLES", "JobFile", "read_job"]

#: Files of CAT tools and localisation, which say themselves what is to be translated.
BILINGUAL = (".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff", ".po", ".pot", ".tmx")
#: Tables that are plain text unless they hold both languages.
TEXT_TABLES = (".tsv", ".tab", ".csv")


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file of a job: its path, its language ("" if the file does not say), its texts, and warnings of the reader.

    Of a table with both languages, ``target_lang`` is the other one ("" if neither the header nor the texts show it),
    and ``translations`` has those of the texts, or "" where there is none; else it is empty.
    """

    path: Path
    language: str
    texts: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    target_lang: str = ""
    translations: tuple[str, ...] = ()


def read_job(
    path: Path,
    *,
    language: str = "",
    target_lang: str = "",
    segmented: bool = False,
    srx: Path | str | None = None,
) -> JobFile:
    """Read the texts of a file, - for standard input; with ``segmented`` plain text has one on each line.

    ``srx`` is a file of rules by which documents are split into sentences. Raises `InputError` or one of its kinds for
    a file that cannot be read or has no text.
    """
    from align.segmentation import paragraphs, sentences
    from corpora.bilingual.rows import table_document
    from corpora.readers.reading import document_of
    from corpora.readers.source import STANDARD_INPUT, read_source
    from corpora.text.srx import read_srx

    if str(path) != STANDARD_INPUT:
        check_is_file(path)
    rules = read_srx(srx) if srx else None
    if path.name.lower().endswith(BILINGUAL):
        return _bilingual(path, language, target_lang)
    data, path = read_source(path)
    if not segmented and path.name.lower().endswith(TEXT_TABLES):
        table = table_document(data, path)
        if table is not None and (side := _source_side(table, language, target_lang, rules)) is not None:
            return side
    document = document_of(data, path, language=language or None, segmented=segmented)
    if not segmented and (side := _source_side(document, language, target_lang, rules)) is not None:
        return side
    units = paragraphs(document) if segmented else sentences(document, rules)
    texts = tuple(unit.text for unit in units if unit.text.strip())
    return JobFile(path, document.language, texts, document.warnings)


def _source_side(document: Document, language: str, target_lang: str, rules: SrxRules | None) -> JobFile | None:
    """The source side of a document with a table of both languages; None for any other."""
    if all(block.cell is None for block in document.blocks):
        return None
    from tm.jobs.bilingual_tables import source_side

    side = source_side(document, language, target_lang, rules)
    if side is None:
        return None
    segments = [pair for pair in side.segments if pair[0].strip()]
    texts, translations = (tuple(pair[at] for pair in segments) for at in (0, 1))
    warnings = (*document.warnings, *side.notes)
    source, target = side.languages
    return JobFile(Path(document.path), source, texts, warnings, "" if target == "und" else target, translations)


def _bilingual(path: Path, language: str, target_lang: str) -> JobFile:
    from tm.formats import ReadOptions, UnitProblems, read

    problems = UnitProblems(path, strict=False)
    units = list(read(path, ReadOptions(language, target_lang), problems=problems))
    texts = tuple(unit.source for unit in units if unit.source.strip() and unit.properties.get("translate") != "no")
    if not texts:
        raise EmptyInput(f"{path} contains no text")
    warnings = tuple(f"{path}, {problem}; the unit was left out" for problem in problems.found)
    return JobFile(path, units[0].source_lang, texts, warnings)
