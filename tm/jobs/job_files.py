"""The texts to translate in a file, in order: the sources of a bilingual file, or the sentences of a document.

Documents are read and split as `duiyi align` does, so that the sentences of aligned documents are found again.
"""

from dataclasses import dataclass
from pathlib import Path

from corpora.errors import EmptyInput, InputError

__all__ = ["BILINGUAL", "JobFile", "read_job"]

#: Files of CAT tools and localisation, which say themselves what is to be translated.
BILINGUAL = (".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff", ".po", ".pot", ".tmx")


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file of a job: its path, its language ("" if the file does not say), its texts, and warnings of the reader."""

    path: Path
    language: str
    texts: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def read_job(path: Path, *, language: str = "", target_lang: str = "", segmented: bool = False) -> JobFile:
    """Read the texts of a file; with ``segmented`` plain text has one on each line.

    Raises `InputError` or one of its kinds for a file that cannot be read or has no text.
    """
    if not path.is_file():
        raise InputError(f"{path} is a folder, not a file" if path.is_dir() else f"{path} does not exist")
    if path.name.lower().endswith(BILINGUAL):
        return _bilingual(path, language, target_lang)
    from align.segmentation import paragraphs, sentences
    from corpora.readers.reading import read

    document = read(path, language=language or None, segmented=segmented)
    units = paragraphs(document) if segmented else sentences(document)
    texts = tuple(unit.text for unit in units if unit.text.strip())
    return JobFile(path, document.language, texts, document.warnings)


def _bilingual(path: Path, language: str, target_lang: str) -> JobFile:
    from tm.formats import ReadOptions, UnitProblems, read

    problems = UnitProblems(path, strict=False)
    units = list(read(path, ReadOptions(language, target_lang), problems=problems))
    texts = tuple(unit.source for unit in units if unit.source.strip() and unit.properties.get("translate") != "no")
    if not texts:
        raise EmptyInput(f"{path} contains no text")
    warnings = tuple(f"{path}, {problem}; the unit was left out" for problem in problems.found)
    return JobFile(path, units[0].source_lang, texts, warnings)
