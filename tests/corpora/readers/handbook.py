"""A handbook in two languages whose gold pairs are known, and its conversion into every type of file that is read.

It is written once as pandoc's Markdown and converted by pandoc and LibreOffice, once in a session.
"""

import atexit
import csv
import functools
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["GOLD", "Row", "convert", "folder", "markdown", "source_rows"]


@dataclass(frozen=True)
class Row:
    """A unit of the handbook, or a row of cells, in both languages."""

    kind: str
    zh: str
    en: str


@functools.cache
def source_rows() -> tuple[Row, ...]:
    with (Path(__file__).parent / "handbook.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(Row(*(cell.replace("\\t", "\t") for cell in row)) for row in rows)


def _gold() -> tuple[tuple[str, str], ...]:
    pairs = []
    for row in source_rows():
        sides = [re.sub(r"\[\d\]", "", side).split("\t") for side in (row.zh, row.en)]
        pairs += list(zip(*sides, strict=True))
    return tuple(pairs)


GOLD = _gold()


def markdown(language: str) -> str:
    """The handbook in pandoc's Markdown."""
    parts: list[str] = []
    notes, before = 0, ""
    for row in source_rows():
        text = re.sub(r"\[(\d)\]", r"[^\1]", getattr(row, language))
        kind = row.kind
        if kind[0] == "h":
            parts.append(f"\n{'#' * int(kind[1])} {text}\n")
        elif kind in ("li", "li2"):
            parts.append(f"{'' if before[:2] in ('li', 'ol') else chr(10)}{'    ' * (kind == 'li2')}- {text}")
        elif kind == "ol":
            parts.append(f"{'' if before == 'ol' else chr(10)}1. {text}")
        elif kind in ("table", "row"):
            cells = text.split("\t")
            parts.append(("\n" if kind == "table" else "") + f"| {' | '.join(cells)} |")
            if kind == "table":
                parts.append("|" + "---|" * len(cells))
        elif kind == "quote":
            parts.append(f"\n> {text}")
        elif kind == "note":
            notes += 1
            parts.append(f"\n[^{notes}]: {text}")
        else:
            parts.append(f"\n{text}")
        before = kind
    return "\n".join(parts).strip() + "\n"


@functools.cache
def folder() -> Path:
    """A folder that is deleted when the program ends."""
    folder = tempfile.TemporaryDirectory(prefix="duiyi-handbook-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def convert(language: str, suffix: str, through: str = "") -> Path:
    """The handbook as a file: made by pandoc, or by LibreOffice from the file that pandoc made ``through``."""
    return _converted(suffix, through) / f"{language}.{suffix}"


@functools.cache
def _converted(suffix: str, through: str) -> Path:
    """The place of the handbook in both languages; LibreOffice converts both in one start."""
    place = folder() / (through or "pandoc")
    place.mkdir(exist_ok=True)
    if through:
        settings = (folder() / "settings").as_uri()
        options = [f"-env:UserInstallation={settings}", "--headless", "--convert-to", suffix, "--outdir", str(place)]
        sources = [str(convert(language, through)) for language in ("zh", "en")]
        subprocess.run(["soffice", *options, *sources], check=True, capture_output=True, timeout=180)
        return place
    to = {"adoc": "asciidoc", "tex": "latex", "md": "gfm"}.get(suffix, suffix)
    for language in ("zh", "en"):
        source = place / f"{language}.source"
        source.write_text(markdown(language), "utf-8")
        options = ["-f", "markdown-smart", "-t", to, "-s", "-o", str(place / f"{language}.{suffix}")]
        if suffix in ("html", "epub"):
            options += ["--metadata", f"lang={language}", "--metadata", "pagetitle=x", "--metadata", "title= "]
        subprocess.run(["pandoc", *options, str(source)], check=True, capture_output=True, timeout=120)
    return place
