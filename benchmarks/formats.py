"""Exchange: how fast each format is written and read and in how much memory, and what OmegaT makes of our TMX.

python -m benchmarks formats
"""

import multiprocessing
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.apart import peak_megabytes
from corpora.text.scripts import HAN
from tm import formats
from tm.formats.alignment_units import units_of_alignment
from tm.unit import Origin, Unit

LARGE = 1_000_000
SMALL = 50_000
NAMES = ("u.tmx", "u.xlf", "u.tsv", "u.jsonl", "u.po", "u.xlsx", "u.parquet")


def run(shared: Path) -> dict[str, Any]:
    """All figures; the shared documents are not needed."""
    with tempfile.TemporaryDirectory() as folder:
        small = [measured(Path(folder) / name, SMALL) for name in NAMES]
        large = [measured(Path(folder) / "u.tmx", LARGE)]
        other = apart(toolkit, Path(folder) / "u.tmx", SMALL)
    return {
        f"TMX, {LARGE:,} units": large,
        f"all formats, {SMALL:,} units": small,
        f"translate-toolkit, TMX, {SMALL:,} units": [other],
        "OmegaT": omegat(),
    }


def units(size: int) -> Iterator[Unit]:
    """Units as an alignment makes them, with context and origin, no two the same."""
    date = datetime(2025, 1, 2, tzinfo=UTC)
    for i in range(size):
        yield Unit(
            f"缔约国会议第{i}届会议通过了下列决议，并请秘书处在现有资源范围内继续提供技术援助。",
            f"At its session {i} the Conference adopted the following resolutions and asked the secretariat for help.",
            "zh-CN",
            "en-US",
            previous=f"第{i - 1}句。",
            next=f"第{i + 1}句。",
            origin=Origin("zh.txt", "en.txt", (i,), (i,), i % 90 + 1, "第三条"),
            quality=0.93,
            kind="paragraph",
            signature="duiyi|unit:sentence",
            created=date,
        )


def measured(path: Path, size: int) -> dict[str, Any]:
    """Units a second and peak memory of writing and of reading, each in a process of its own."""
    written = apart(writing, path, size)
    read = apart(reading, path, size)
    return {
        "format": formats.format_of(path).name,
        "written/s": round(written["units/s"]),
        "read/s": round(read["units/s"]),
        "peak MB writing": round(written["MB"]),
        "peak MB reading": round(read["MB"]),
        "file MB": round(path.stat().st_size / 1e6),
    }


def writing(path: Path, size: int) -> int:
    return formats.write(path, units(size)).written


def reading(path: Path, size: int) -> int:
    return sum(1 for _ in formats.read(path))


def toolkit(path: Path, size: int) -> int:
    """The same file through translate-toolkit, every text looked at."""
    from translate.storage.tmx import tmxfile

    writing(path, size)
    with path.open("rb") as file:
        return sum(bool(unit.source and unit.target) for unit in tmxfile(file, "zh-CN", "en-US").units)


def apart(work: Callable[[Path, int], int], path: Path, size: int) -> dict[str, float]:
    """Run ``work`` in a fresh process; its rate and its peak memory."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (work, path, size))


def _timed(work: Callable[[Path, int], int], path: Path, size: int) -> dict[str, float]:

    start = time.perf_counter()
    count = work(path, size)
    seconds = time.perf_counter() - start
    assert count == size
    return {"units/s": count / seconds, "MB": peak_megabytes()}


def omegat() -> dict[str, Any]:
    """How many paragraphs of the sample pair come out in English, by sentence and by paragraph segmentation."""
    from align.options import AlignOptions
    from align.pipeline import align
    from corpora.readers.reading import read
    from corpora.sample import gold, pair
    from models.registry import load
    from tests.omegat import translate

    program = shutil.which("omegat")
    if program is None:
        return {"not measured": "OmegaT is not installed"}
    source, target = (read(one) for one in pair())
    texts = [zh for _, zh, _ in gold()]
    found: dict[str, Any] = {"paragraphs": len(texts)}
    for level in ("sentence", "paragraph"):
        with tempfile.TemporaryDirectory() as folder:
            memory = Path(folder) / "m.tmx"
            options = AlignOptions(unit=level)  # type: ignore[arg-type]
            formats.write(memory, units_of_alignment(align(source, target, encoder=load(None), options=options)))
            content = {"a.txt": "\n\n".join(texts) + "\n"}
            result = translate(
                program,
                Path(folder) / "p",
                content,
                {"enforce/m.tmx": memory},
                by_sentence=level == "sentence",
            )
            english = [text for text in result.files["a.txt"].split("\n\n") if not re.search(f"[{HAN}]", text)]
            found[f"in English, units by {level}"] = len(english)
    return found
