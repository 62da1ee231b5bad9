import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from corpora import sample
from corpora.cleaning.pipeline import CleaningOptions, CleaningResult, blocks_from_lines, profiles
from corpora.document import Block, BlockKind
from corpora.errors import UsageError
from corpora.readers.outline import outline
from corpora.readers.reading import txt
from tests.data import cases

CASES = cases("cleaning")


def reading(text: str, language: str = "en-US", **options: str) -> CleaningResult:
    return blocks_from_lines(tuple(txt.lines_of(text)), language, **options)


def as_data(block: Block) -> list:
    marks = [[[mark.number, mark.offset] for mark in block.marks]] if block.marks else []
    return [block.kind.value, block.level, block.marker, block.text, *marks]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_cases(case: dict) -> None:
    text = "\n".join(case["input"])
    read = reading(text, case["language"])
    assert read.profile == case["expected"]["profile"]
    assert [as_data(block) for block in read.blocks] == case["expected"]["blocks"]
    assert sorted({c.step for c in read.changes if c.action == "dropped"}) == case["expected"]["dropped"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_every_block_and_change_points_at_its_origin(case: dict) -> None:
    text = "\n".join(case["input"])
    read = reading(text, case["language"])
    assert [block.id for block in read.blocks] == list(range(len(read.blocks)))
    for block in read.blocks:
        first = re.sub(r"\W", "", block.text)[:3]
        assert first in re.sub(r"\W", "", text[block.start : block.end])
    for change in read.changes:
        if change.action in ("dropped", "joined"):
            assert change.text == text[change.start : change.end].strip()
        elif change.action == "mark":
            assert text[change.start : change.end].strip() == change.text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_nothing_is_lost_in_silence(case: dict) -> None:
    """Every letter and digit of the input is in a block or in a change."""
    text = "\n".join(case["input"])
    read = reading(text, case["language"])
    kept = "".join(block.full_text for block in read.blocks)
    shown = "".join(change.text for change in read.changes if change.action in ("dropped", "mark", "moved"))
    there = set(re.findall(r"[A-Za-z]{3,}|[\u4e00-\u9fff]", text.replace("-\n\n", "")))
    lost = {word for word in there if word not in kept and word not in shown}
    assert not lost


def test_the_outline_nests_by_level() -> None:
    case = next(case for case in CASES if case["label"].startswith("resolution zh"))
    blocks = reading("\n".join(case["input"]), "zh-CN").blocks
    root = outline(blocks)
    assert (root.heading, root.first, root.last) == (None, 0, len(blocks))
    (part,) = root.children
    (resolution,) = part.children
    assert blocks[resolution.heading].text == "第 3/1号决议"
    assert blocks[part.last].kind is BlockKind.FOOTNOTE


def test_the_law_has_the_same_outline_in_both_languages() -> None:
    zh, en = (
        [(b.kind, b.level) for b in reading("\n".join(case["input"]), case["language"]).blocks]
        for case in CASES
        if case["label"] in ("law zh", "law en")
    )
    assert zh == en


def test_furniture_and_footnotes_can_be_left_in() -> None:
    case = next(case for case in CASES if case["label"].startswith("resolution zh"))
    lines = tuple(txt.lines_of("\n".join(case["input"])))
    read = blocks_from_lines(lines, "zh-CN", options=CleaningOptions(furniture=False, footnotes=False))
    assert any("V.20-00001" in block.text for block in read.blocks)
    assert not any(block.kind is BlockKind.FOOTNOTE for block in read.blocks)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(UsageError, match="un, legal, plain"):
        profiles.choose(["text"], "poem")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab 12.,-*_|#[]^《》章条第一。，\t\f", max_size=30), max_size=30))
def test_any_lines_are_read(lines: list[str]) -> None:
    text = "\n".join(lines)
    read = reading(text, "zh-CN")
    for block in read.blocks:
        assert block.text
        assert 0 <= block.start <= block.end <= len(text)
        assert all(0 <= mark.offset <= len(block.text) for mark in block.marks)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]


@pytest.mark.real
@pytest.mark.parametrize(("side", "language"), [(1, "zh-CN"), (2, "en-US")], ids=["zh", "en"])
class TestResolutions:
    """The resolutions of `un/`, both sides."""

    def read(self, shared: Path, side: int, language: str) -> Sequence[Block]:
        text = (shared / "data" / "un" / f"{'zh' if side == 1 else 'en'}.txt").read_text("utf-8")
        read = reading(text, language)
        assert read.profile == "un"
        return read.blocks

    def test_texts_come_out_as_one_block(self, shared: Path, side: int, language: str) -> None:
        blocks = self.read(shared, side, language)
        have = {squeezed(block.full_text) for block in blocks} | {squeezed(block.text) for block in blocks}
        gold = [squeezed(row[side]) for row in rows(shared / "data" / "un" / "gold.tsv")]
        assert sum(text in have for text in gold) >= 0.99 * len(gold)

    def test_no_block_contains_furniture_or_glued_marks(self, shared: Path, side: int, language: str) -> None:
        for block in self.read(shared, side, language):
            assert not re.search(r"V\.\d\d-\d{5}|https?://|^\d+/\d+$", block.text)
            assert not re.search(r"[》，；](?<!\d，)\d{1,2}(?!\d)(?:\s?[\u4e00-\u9fff]|$)", block.text)
            assert not re.search(r"[a-z]{3},?\d{1,2}(?:\s|$)", block.text)

    def test_headings_are_headings(self, shared: Path, side: int, language: str) -> None:
        headings = [
            squeezed(b.full_text)
            for b in self.read(shared, side, language)
            if b.kind in (BlockKind.HEADING, BlockKind.TITLE)
        ]
        gold = [squeezed(r[side]) for r in rows(shared / "data" / "un" / "gold.tsv") if r[0] in ("title", "heading")]
        assert headings == gold


@pytest.mark.real
@pytest.mark.parametrize(("side", "language"), [(2, "zh-CN"), (3, "en-US")], ids=["zh", "en"])
def test_paragraphs_of_the_manual(shared: Path, side: int, language: str) -> None:
    folder = shared / "data" / "maint-guide"
    read = reading((folder / f"{'zh' if side == 2 else 'en'}.txt").read_text("utf-8"), language)

    def bare(text: str) -> str:
        return squeezed(re.sub(r"\s*\^?\[\d+\]", "", text)).translate(str.maketrans("“”‘’", "\"\"''"))

    have = [bare(block.text) for block in read.blocks]
    gold = [bare(row[side]) for row in rows(folder / "gold.tsv") if row[1] == "p" and len(row[side]) >= 30]
    alike = sum(process.extractOne(text, have, scorer=fuzz.ratio, score_cutoff=90) is not None for text in gold)
    assert alike >= 0.97 * len(gold)


@pytest.mark.parametrize(("side", "language"), [(0, "zh-CN"), (1, "en-US")], ids=["zh", "en"])
def test_the_sample_comes_out_exactly(side: int, language: str) -> None:
    blocks = reading(sample.pair()[side].read_text("utf-8"), language).blocks
    notes = [block.marker for block in blocks if block.kind is BlockKind.FOOTNOTE]
    have = [squeezed(block.text if block.kind is BlockKind.FOOTNOTE else block.full_text) for block in blocks]
    assert have == [squeezed(row[1 + side]) for row in sample.gold()]
    marks = [mark.number for block in blocks for mark in block.marks]
    assert sorted(set(marks)) == notes
