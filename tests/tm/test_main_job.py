"""The main job on real documents, through the command line: what `benchmarks/documents.py` measures must be reached."""

import sys
from pathlib import Path

import pytest

from benchmarks import documents

#: The measures find faults only if they can; these do not need the real documents.
GOLD = [
    ("1. 请秘书处提供技术援助；", "1. Requests the secretariat to provide technical assistance;"),
    (
        "根据《公约》第五章，返还资产是一项基本原则，",
        "Recalling that, under chapter V, the return of assets is a principle,",
    ),
    ("实现目标 16，", "To achieve Goal 16,"),
]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the measures take their peak from os.wait4")


def test_a_pair_is_found_with_or_without_its_marker_on_both_sides() -> None:
    without = [(zh.removeprefix("1. "), en.removeprefix("1. ")) for zh, en in GOLD]
    assert documents.exact(GOLD, GOLD) == documents.exact(GOLD, without) == []
    assert documents.exact(GOLD, [(without[0][0], GOLD[0][1]), *GOLD[1:]]) == GOLD[:1]
    assert documents.exact(GOLD, [(GOLD[0][0], GOLD[1][1]), (GOLD[1][0], GOLD[0][1]), GOLD[2]]) == GOLD[:2]


@pytest.mark.parametrize(
    "text",
    [
        "1. 请秘书处提供技术援助；3",
        "根据《公约》1第五章，返还资产是一项基本原则，",
        "V.18-00227 2/22",
        "CAC/COSP/WG.2/2016/4",
        "1. Requests the secretariat to provide technical assistance; http://undocs.org/A/RES/70/1",
        "Recalling that, under chapter V,12 the return is a principle,",
        "http://undocs.org/ch/70/1",
    ],
)
def test_what_belongs_to_the_page_is_found_in_units(text: str) -> None:
    assert documents.junk(GOLD, GOLD) == []
    unit = ("目标", text) if text.isascii() else (text, "Goals")
    assert documents.junk(GOLD, [*GOLD, unit]) == [text]


def test_similarity_needs_both_sides_of_one_unit() -> None:
    gold = GOLD[:2]
    near = [(zh.replace("；", ";"), en.replace(",", "")) for zh, en in gold]
    assert documents.not_similar(gold, near) == []
    assert documents.not_similar(gold, [(near[0][0], near[1][1]), (near[1][0], near[0][1])]) == gold


@pytest.fixture(scope="module")
def units(shared: Path) -> list[documents.Pair]:
    """What comes out of the resolutions of `un/`, text extracted from a PDF."""
    folder = shared / "data" / "un"
    return documents.aligned(folder / "zh.txt", folder / "en.txt", "--unit", "paragraph")


@POSIX
@pytest.mark.real
class TestResolutions:
    """`un/`: text extracted from a PDF."""

    def test_gold_pairs_come_out_exactly(self, shared: Path, units: list[documents.Pair]) -> None:
        gold = documents.resolutions_gold(shared)
        assert documents.same(gold, documents.exact(gold, units)) >= 0.99

    def test_no_unit_contains_page_furniture(self, shared: Path, units: list[documents.Pair]) -> None:
        assert documents.junk(documents.resolutions_gold(shared), units) == []


@POSIX
@pytest.mark.real
@pytest.mark.slow
class TestBook:
    """`maint-guide/`: a book as web pages, as PDF and as text."""

    def test_chapters_as_web_pages(self, shared: Path) -> None:
        chapters = [documents.chapter(shared, name) for name in documents.CHAPTERS]
        gold = [pair for one, _ in chapters for pair in one]
        missing = [pair for _, one in chapters for pair in one]
        assert documents.same(gold, missing) >= 0.98

    @pytest.mark.parametrize(("kind", "least"), [("pdf", 0.8), ("txt", 0.9)])
    def test_the_whole_book(self, shared: Path, kind: str, least: float) -> None:
        folder = shared / "data" / "maint-guide"
        gold = documents.book_gold(shared, ("p",), length=documents.LONG)
        units = documents.aligned(folder / f"zh.{kind}", folder / f"en.{kind}", "--unit", "paragraph")
        assert documents.same(gold, documents.not_similar(gold, units)) >= least


@POSIX
@pytest.mark.real
@pytest.mark.slow
def test_paragraphs_dropped_merged_split_and_moved(shared: Path) -> None:
    assert documents.paragraphs(shared).overall.strict.f1 >= 0.97
