"""The sample glossary that ships with duiyi: terms of the international law against corruption, Chinese and English.

It is used for look-ups until the user has a term base, and is an example of one.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import corpora.sample
from tm.terms.concept import Concept, Status, Term

__all__ = ["sample_concepts", "sample_path"]

_COLUMNS = (
    ("zh", "zh-CN", Status.PREFERRED),
    ("zh_admitted", "zh-CN", Status.ADMITTED),
    ("en", "en-US", Status.PREFERRED),
    ("en_admitted", "en-US", Status.ADMITTED),
    ("en_forbidden", "en-US", Status.FORBIDDEN),
)


def sample_path() -> Path:
    """The file of the sample glossary."""
    return Path(corpora.sample.__file__).with_name("glossary.tsv")


def sample_concepts() -> Iterator[Concept]:
    """The entries of ``corpora/sample/glossary.tsv``."""
    with sample_path().open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t"), 1):
            terms = tuple(
                Term(text, language, status)
                for column, language, status in _COLUMNS
                for text in filter(None, row[column].split("|"))
            )
            yield Concept(f"uncac-{number}", terms, row["subject"], row["definition"])
