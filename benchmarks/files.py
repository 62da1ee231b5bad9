"""How much of a known text comes out of every file type, layout of two languages and pair of subtitles, in percent.

The texts are those of the tests, on which the readers were developed: they show what got worse, not how new documents
come out. Pandoc and LibreOffice make the file types, so both must be installed. "pairs" are
gold pairs that are beads exactly; "lost" counts letters and digits neither written nor reported as left out
(`benchmarks.losses`), for every file here and for the real documents. `benchmarks.folders` and `benchmarks.typeset`
describe the other figures.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import folders, typeset
from benchmarks.losses import letters, lost, shown
from models.encoder import Encoder
from models.registry import load
from tests.corpora.readers.handbook import GOLD, convert
from tests.corpora.readers.test_handbook import share
from tests.corpora.readers.test_subtitles import aligned as subtitles
from tests.tm.jobs.bilingual_files import LAYOUTS, PAIRS, ordinance
from tests.tm.jobs.test_bilingual_files import PARAGRAPHS, wrong
from tm.jobs.align_files import AlignedFiles, align_files

#: The endings, and what LibreOffice made them from; "" is pandoc alone.
_TYPES = (
    ("docx", ""), ("odt", ""), ("rtf", ""), ("epub", ""), ("pptx", ""), ("md", ""), ("adoc", ""), ("rst", ""),
    ("tex", ""), ("html", ""), ("doc", "docx"), ("odt", "docx"), ("rtf", "docx"), ("odp", "pptx"),
)  # fmt: skip
_TRACKS: dict[str, dict[str, Any]] = {
    "same times": {},
    "shifted": {"shift": 7.4},
    "another frame rate": {"ratio": 25 / 23.976, "shift": -1.5},
    "Chinese without full stops": {"stops": False},
}


_REAL = (
    ("un", "un/{}.txt"), ("maint-guide, text", "maint-guide/{}.txt"), ("maint-guide, PDF", "maint-guide/{}.pdf"),
    *((f"maint-guide, {name}", f"maint-guide/{name}.{{}}.html") for name in ("dreq", "first", "build", "update")),
)  # fmt: skip


def run(shared: Path) -> dict[str, Any]:
    """The shares of pairs by file type, by layout and by pair of subtitles, of partners and of paragraphs."""
    encoder = load(None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {
            "file types": {f"{end} (LibreOffice)" if via else end: _of_type(end, via, encoder) for end, via in _TYPES},
            "layouts of files in both languages": {
                write.__name__.replace("_", " "): _of_layout(folder / f"both{end}", write, encoder)
                for end, write in LAYOUTS
            },
            "subtitles": {
                name: {
                    "strict F1, %": round(100 * subtitles(folder, **given)[1], 1),
                    "lost": _lost(align_files(folder / "zh.srt", folder / "en.srt", encoder=encoder)),
                }
                for name, given in _TRACKS.items()
            },
            "folders of 200 files, by the kind of their names": folders.run(shared, folder, encoder),
            "paragraphs of pages set as LaTeX does, found at 90 %": typeset.run(shared, folder),
            "real documents": {what: _of_documents(paths, encoder) for what, paths in _real(shared / "data")},
        }


def _of_type(ending: str, through: str, encoder: Encoder) -> dict[str, Any]:
    paths = [convert(language, ending, through) for language in ("zh", "en")]
    aligned = align_files(*paths, encoder=encoder, options=PARAGRAPHS)
    source, target = aligned.alignment.source, aligned.alignment.target
    return {"pairs, %": round(100 * share(source, target, GOLD), 1), "lost": _lost(aligned)}


def _of_layout(path: Path, write: Any, encoder: Encoder) -> dict[str, Any]:
    write(path, PAIRS)
    pairs = PAIRS
    if write is ordinance:  # it is in Traditional Chinese, with a marker before each provision
        texts = path.read_text("utf-8").splitlines()
        pairs = list(zip(texts[::2], texts[1::2], strict=True))
    aligned = align_files(path, encoder=encoder, options=PARAGRAPHS)
    return {"pairs, %": round(100 - 100 * len(wrong(aligned, pairs)) / len(pairs), 1), "lost": _lost(aligned)}


def _real(data: Path) -> list[tuple[str, list[Path]]]:
    found = [(what, [data / where.format(side) for side in ("zh", "en")]) for what, where in _REAL]
    for folder in ("mac-dev", "mac-more", "paragraphs"):
        zh = sorted((data / folder / "zh").glob("*.txt"))
        found.append((folder, [path for one in zh for path in (one, data / folder / "en" / one.name)]))
    return found


def _of_documents(paths: list[Path], encoder: Encoder) -> dict[str, Any]:
    """The letters of pairs of documents, and how many of them are lost."""
    missing = sum(
        _lost(align_files(*pair, encoder=encoder, options=PARAGRAPHS))
        for pair in zip(paths[::2], paths[1::2], strict=True)
    )
    return {"letters and digits": sum(letters([shown(path)]).total() for path in paths), "lost": missing}


def _lost(aligned: AlignedFiles) -> int:
    source, target = aligned.alignment.source, aligned.alignment.target
    texts = [unit.source for unit in aligned], [unit.target for unit in aligned]
    if source.path == target.path:
        whole = replace(
            source, blocks=(*source.blocks, *target.blocks), changes=tuple({*source.changes, *target.changes})
        )
        return lost(Path(source.path), whole, [*texts[0], *texts[1]]).total()
    return sum(lost(Path(one.path), one, own).total() for one, own in zip((source, target), texts, strict=True))
