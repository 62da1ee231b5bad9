"""How much of a known text comes out of every file type, layout of two languages and pair of subtitles, in percent.

The texts are those of the tests, on which the readers were developed: they show what got worse, not how new documents
come out. Pandoc and LibreOffice make the file types, so both must be installed. "pairs" are
gold pairs that are beads exactly; "lost" counts letters and digits neither read nor reported as left out.
"""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from corpora.readers.reading import read
from models.registry import load
from tests.corpora.readers.handbook import GOLD, convert
from tests.corpora.readers.test_handbook import lost, share
from tests.corpora.readers.test_subtitles import aligned as subtitles
from tests.tm.jobs.bilingual_files import LAYOUTS, PAIRS, ordinance
from tests.tm.jobs.test_bilingual_files import PARAGRAPHS, wrong
from tm.jobs.align_files import align_files

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


def run(shared: Path) -> dict[str, Any]:
    """The shares of pairs by file type, by layout and by pair of subtitles."""
    with tempfile.TemporaryDirectory() as folder:
        return {
            "file types": {f"{end} (LibreOffice)" if via else end: _of_type(end, via) for end, via in _TYPES},
            "layouts of files in both languages": {
                write.__name__.replace("_", " "): {"pairs, %": _of_layout(Path(folder) / f"both{end}", write)}
                for end, write in LAYOUTS
            },
            "subtitles": {
                name: {"strict F1, %": round(100 * subtitles(Path(folder), **given)[1], 1)}
                for name, given in _TRACKS.items()
            },
        }


def _of_type(ending: str, through: str) -> dict[str, Any]:
    documents = [read(convert(language, ending, through)) for language in ("zh", "en")]
    missing = sum(
        (lost("".join(pair[side] for pair in GOLD), document) for side, document in enumerate(documents)), Counter()
    )
    return {"pairs, %": round(100 * share(documents[0], documents[1], GOLD), 1), "lost": missing.total()}


def _of_layout(path: Path, write: Any) -> float:
    write(path, PAIRS)
    pairs = PAIRS
    if write is ordinance:  # it is in Traditional Chinese, with a marker before each provision
        texts = path.read_text("utf-8").splitlines()
        pairs = list(zip(texts[::2], texts[1::2], strict=True))
    missing = wrong(align_files(path, encoder=load(None), options=PARAGRAPHS), pairs)
    return round(100 - 100 * len(missing) / len(pairs), 1)
