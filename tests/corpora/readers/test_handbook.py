"""One text in every type of file, converted by pandoc and LibreOffice: at least 97 % of its gold pairs come out."""

from collections import Counter
from collections.abc import Callable

import pytest

from align import AlignOptions, align
from corpora.document import Document
from corpora.readers.reading import read
from models.registry import load
from tests.corpora.readers.deck import GOLD as DECK
from tests.corpora.readers.deck import slides
from tests.corpora.readers.handbook import GOLD, convert


def reproduced(suffix: str, through: str = "") -> float:
    source, target = (read(convert(language, suffix, through)) for language in ("zh", "en"))
    for side, document in enumerate((source, target)):
        assert not lost("".join(pair[side] for pair in GOLD), document)
    return share(source, target, GOLD)


def lost(text: str, document: Document) -> Counter[str]:
    """The letters and digits of ``text`` that are neither in the blocks nor recorded as left out."""
    parts = [*(block.full_text for block in document.blocks), *(change.text for change in document.changes)]
    return Counter(filter(str.isalnum, text)) - Counter(filter(str.isalnum, "".join(parts)))


def share(source: Document, target: Document, gold: tuple[tuple[str, str], ...]) -> float:
    """The share of the gold pairs that are beads, exactly."""
    alignment = align(source, target, encoder=load(None), options=AlignOptions(unit="paragraph"))
    found = {
        ("\n".join(source.blocks[i].text for i in bead.source), "\n".join(target.blocks[j].text for j in bead.target))
        for bead in alignment.beads
    }
    return sum(pair in found for pair in gold) / len(gold)


@pytest.mark.client
@pytest.mark.parametrize("suffix", ["adoc", "docx", "epub", "html", "md", "odt", "pptx", "rst", "rtf", "tex"])
def test_a_text_that_pandoc_converted_comes_out_pair_by_pair(suffix: str, program: Callable[[str], str]) -> None:
    program("pandoc")
    assert reproduced(suffix) >= 0.97


@pytest.mark.client
@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "through"), [("doc", "docx"), ("odt", "docx"), ("rtf", "docx"), ("odp", "pptx")])
def test_a_text_that_libreoffice_converted_comes_out_pair_by_pair(
    suffix: str, through: str, program: Callable[..., str]
) -> None:
    program("pandoc")
    program("soffice", "libreoffice-writer libreoffice-impress")
    assert reproduced(suffix, through) >= 0.97


@pytest.mark.client
@pytest.mark.slow
def test_slides_that_libreoffice_printed_come_out_pair_by_pair(program: Callable[..., str]) -> None:
    program("soffice", "libreoffice-impress")
    source, target = (read(slides(language)) for language in ("zh", "en"))
    assert share(source, target, DECK) >= 0.97
    assert [change.text for change in source.changes] == [str(number) for number in range(1, 15)]  # their numbers
