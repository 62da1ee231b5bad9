"""Sentences of whole documents: paragraph breaks as evidence, moved and lone blocks, chunks, progress."""

from pathlib import Path

import pytest

from align import metrics, sentences
from align.alignment import Alignment, Bead
from align.options import AlignOptions
from align.pipeline import align
from corpora.document import Block, BlockKind, Document, Section
from corpora.readers.reading import read
from models.registry import load
from tests.data import cases

NOUNS = "river king baker tower bell captain crown mill bridge garden window letter horse lamp forest island".split()
VERBS = "saw lost found sold".split()


def sentence(number: int) -> str:
    return f"The {NOUNS[number % 16]} {VERBS[number // 16 % 4]} {NOUNS[(7 * number + 3) % 16]}{number}."


def document(paragraphs: list[str], language: str = "en") -> Document:
    made = tuple(Block(i, BlockKind.PARAGRAPH, text) for i, text in enumerate(paragraphs))
    return Document(language, "a.txt", made, Section(None, 0, 0, len(made)))


def joined(texts: list[str], sizes: list[int]) -> list[str]:
    made, start = [], 0
    for size in sizes:
        made.append(" ".join(texts[start : start + size]))
        start += size
    assert start == len(texts)
    return made


def upper(texts: list[str]) -> list[str]:
    return [text.upper() for text in texts]


def pairs(found: Alignment) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    return {(bead.source, bead.target) for bead in found}


TEXTS = [sentence(k) for k in range(24)]
EACH = {((k,), (k,)) for k in range(24)}


@pytest.mark.parametrize(
    ("one", "other"),
    [([1] * 24, [1] * 24), ([3] * 8, [6] * 4), ([24], [1] * 24), ([1] * 24, [24]), ([5, 7, 12], [7, 5, 12])],
    ids=["same", "three and six", "one and many", "many and one", "shifted"],
)
@pytest.mark.parametrize("chunk", [10, 8000])
def test_sentences_are_found_wherever_paragraphs_break(
    one: list[int], other: list[int], chunk: int, words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentences, "_CHUNK", chunk)
    found = align(document(joined(TEXTS, one)), document(joined(upper(TEXTS), other)), encoder=words)
    assert pairs(found) == EACH
    assert min(bead.score for bead in found) > 0.8
    assert {bead.found_by for bead in found} == {"search"}


def test_a_block_that_was_moved_keeps_its_sentences(words) -> None:
    moved = [*TEXTS[8:20], *TEXTS[:8], *TEXTS[20:]]
    found = align(document(joined(TEXTS, [2] * 12)), document(joined(upper(moved), [2] * 12)), encoder=words)
    assert pairs(found) == {((k,), (moved.index(text),)) for k, text in enumerate(TEXTS)}
    assert {bead.found_by for bead in found if bead.source[0] < 8} == {"moved"}
    # One block of two sentences makes no chain: it is found among the blocks that are left over.
    alone = [*TEXTS[2:20], *TEXTS[:2], *TEXTS[20:]]
    found = align(document(joined(TEXTS, [2] * 12)), document(joined(upper(alone), [2] * 12)), encoder=words)
    assert {((0,), (18,)), ((1,), (19,))} <= pairs(found)
    assert {bead.found_by for bead in found if bead.source in ((0,), (1,))} == {"moved"}


def test_sentences_without_a_counterpart_stay_alone_and_have_a_probability(words) -> None:
    shorter = [text for k, text in enumerate(TEXTS) if k not in (7, 8, 15)]
    found = align(document(joined(TEXTS, [4] * 6)), document(joined(upper(shorter), [7] * 3)), encoder=words)
    alone = {bead.source: bead.score for bead in found if not bead.target}
    assert set(alone) == {(7,), (8,), (15,)}
    assert all(0.5 < score < 1 for score in alone.values())


def test_progress_and_empty_documents(words) -> None:
    told: list[tuple[str, float]] = []
    one, other = document(joined(TEXTS, [4] * 6)), document(upper(TEXTS))
    align(one, other, encoder=words, progress=lambda *step: told.append(step))
    assert told == [("sentences", 0.0), ("sentences", 1.0), ("sentences", 1.0)]
    nothing = document([])
    assert [bead.target for bead in align(one, nothing, encoder=words)] == [()] * 24
    assert len(align(nothing, nothing, encoder=words)) == 0


@pytest.mark.parametrize("case", cases("omissions_and_headings"), ids=lambda case: case["label"])
def test_only_units_without_a_counterpart_are_alone(case: dict, tmp_path: Path) -> None:
    sides = []
    for code in ("zh", "en"):
        path = tmp_path / f"{code}.md"
        path.write_text("\n\n".join(case[code]) + "\n", "utf-8")
        sides.append(read(path))
    found = align(*sides, encoder=load("builtin"))
    alone = [text for bead in found if not bead.target for text in found.source_texts(bead)]
    alone += [text for bead in found if not bead.source for text in found.target_texts(bead)]
    assert alone == case["alone"], case["comment"]
    beside = [
        bead for bead in found if {*found.source_texts(bead), *found.target_texts(bead)} & {*case.get("doubtful", ())}
    ]
    assert all(bead.score < 0.95 for bead in beside), case["comment"]


@pytest.mark.real
@pytest.mark.parametrize(("zh_size", "en_size"), [(3, 7), (4, 6), (0, 2), (1, 0)])
def test_other_paragraph_breaks_give_the_same_sentences(zh_size: int, en_size: int, shared: Path) -> None:
    """A literary chapter whose sentences are joined into paragraphs of other sizes, 0 for one paragraph."""
    folder = shared / "data" / "mac-dev"
    texts = [(folder / side / "006.txt").read_text("utf-8").splitlines() for side in ("zh", "en")]
    sides = [
        document([joiner.join(side[k : k + (size or 999)]) for k in range(0, len(side), size or 999)], language)
        for side, size, joiner, language in zip(texts, (zh_size, en_size), ("", " "), ("zh-CN", "en-US"), strict=True)
    ]
    encoder = load("builtin")
    whole = align(*sides, encoder=encoder)
    plain = [
        document([unit.text for unit in units], language)
        for units, language in ((whole.source_units, "zh-CN"), (whole.target_units, "en-US"))
    ]
    segmented = align(*plain, encoder=encoder, options=AlignOptions(segmented=True))
    same = metrics.evaluate({"": list[Bead](segmented.beads)}, {"": list[Bead](whole.beads)}).overall.strict.f1
    assert same > 0.93
