"""OmegaT, the real client, translates with our files: the sample pair whole, both directions, and awkward texts."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpora.sample import gold, pair
from tests.data import cases
from tests.omegat import translate
from tm import formats
from tm.formats import UnitProblems, WriteOptions
from tm.formats.alignment_units import units_of_alignment
from tm.tags import plain
from tm.unit import Unit

pytestmark = pytest.mark.client
CASES = cases("units")
HAN = re.compile(r"[\u3000-\u9fff]")  # full-width marks too: a footnote may contain nothing else


@pytest.fixture(scope="module")
def sample_tmx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample pair, read, aligned by sentence with the built-in encoder and written as any user would."""
    from align.options import AlignOptions
    from align.pipeline import align
    from corpora.readers.reading import read
    from models.registry import load

    path = tmp_path_factory.mktemp("sample") / "sample.tmx"
    source, target = (read(one) for one in pair())
    alignment = align(source, target, encoder=load(None, cache=False), options=AlignOptions(unit="sentence"))
    formats.write(path, units_of_alignment(alignment))
    return path


def test_the_sample_comes_out_wholly_in_english(
    program: Callable[[str], str], sample_tmx: Path, tmp_path: Path
) -> None:
    texts = [zh for _, zh, _ in gold()]
    run = translate(
        program("omegat"), tmp_path / "p", {"a.txt": "\n\n".join(texts) + "\n"}, {"enforce/sample.tmx": sample_tmx}
    )
    translated = run.files["a.txt"].strip().split("\n\n")
    assert len(translated) == len(texts)
    assert [text for text in translated if HAN.search(text) or not text.strip()] == []


@pytest.mark.parametrize("by_sentence", [True, False])
def test_the_same_units_serve_the_other_direction_from_the_auto_folder(
    by_sentence: bool, program: Callable[[str], str], sample_tmx: Path, tmp_path: Path
) -> None:
    texts = [unit.target for unit in formats.read(sample_tmx)]
    memory = sample_tmx
    if by_sentence:
        memory = tmp_path / "for.tmx"
        formats.write(memory, formats.read(sample_tmx), WriteOptions(client="omegat"))
        # Where OmegaT breaks a sentence at an abbreviation, no memory helps but one of its own.
        texts = [text for text in texts if not re.search(r"\b(vol|No|paras)\. ", text)]
    run = translate(
        program("omegat"),
        tmp_path / "p",
        {"a.txt": "\n\n".join(texts) + "\n"},
        {"auto/sample.tmx": memory},
        source_lang="EN-US",
        target_lang="ZH-CN",
        by_sentence=by_sentence,
    )
    translated = run.files["a.txt"].strip().split("\n\n")
    assert len(translated) == len(texts)
    assert [text for text in translated if not HAN.search(text)] == []


def test_awkward_texts_repaired_files_and_xliff(program: Callable[[str], str], tmp_path: Path) -> None:
    units = [Unit(c["source"], c["target"], "zh-CN", "en-US", sentences=c.get("sentences", 1)) for c in CASES]
    awkward = tmp_path / "awkward.tmx"
    formats.write(awkward, units, WriteOptions(client="omegat"))
    # OmegaT would refuse this file as a whole; what `duiyi convert` makes of it serves.
    broken, repaired = tmp_path / "broken.tmx", tmp_path / "repaired.tmx"
    formats.write(broken, [Unit("坏字符在后。", "A bad character follows.", "zh-CN", "en-US")])
    broken.write_text(
        broken.read_text("utf-8").replace("</body>", "<tu><tuv xml:lang='zh_CN'><seg>\x0b</seg></tuv></tu></body>"),
        encoding="utf-8",
    )
    formats.write(
        repaired, formats.read(broken, problems=UnitProblems(broken, strict=False)), WriteOptions(client="omegat")
    )
    # An XLIFF to be translated: OmegaT fills a target only where one exists that contains the source.
    untranslated = tmp_path / "b.xlf"
    formats.write(untranslated, [replace(units[0], target=""), Unit("坏字符在后。", "", "zh-CN", "en-US")])

    texts = {plain(unit.source): plain(unit.target) for unit in units}
    sources = {"a.txt": "\n\n".join(texts) + "\n", "b.xlf": untranslated.read_text("utf-8")}
    run = translate(
        program("omegat"),
        tmp_path / "p",
        sources,
        {"enforce/awkward.tmx": awkward, "auto/repaired.tmx": repaired},
        by_sentence=True,
    )
    translated = run.files["a.txt"].rstrip("\n")
    assert translated == "\n\n".join(texts.values())
    assert "<target" in run.files["b.xlf"]
    assert "This Convention shall enter into force upon signature.</target>" in run.files["b.xlf"]
    assert "A bad character follows.</target>" in run.files["b.xlf"]
