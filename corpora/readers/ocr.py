"""Scans to lines: every page is drawn and read by Tesseract, with positions and a confidence for each word.

Tesseract is called directly and not through OCRmyPDF, whose PDF would have to be read again and does not say how
sure the recognition was. The lines go through the same cleaning as those of a PDF.

Tesseract: github.com/tesseract-ocr (Apache-2.0); its table of words is described in its manual, "tsv".
"""

import csv
import io
import os
import re
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from statistics import mean, median
from typing import Any

from corpora.document import Change, Line
from corpora.errors import DamagedInput, EmptyInput, ProtectedInput, WrongFormat
from corpora.processes import run_program
from corpora.readers.file_type import PICTURES
from corpora.text import languages
from corpora.text.plurals import counted, plural
from corpora.text.scripts import WIDE

__all__ = ["Recognized", "recognize"]

_CODES = {
    "ar": "ara", "zh-Hans": "chi_sim", "zh-Hant": "chi_tra", "nl": "nld", "en": "eng", "fr": "fra", "de": "deu",
    "it": "ita", "ja": "jpn", "ko": "kor", "pl": "pol", "pt": "por", "ru": "rus", "es": "spa", "th": "tha",
    "tr": "tur",
}  # fmt: skip
_MIXED = ("chi_sim", "chi_tra", "jpn", "kor")  # scripts among which Latin words are usual
_DPI = 300
_LARGEST = 40_000_000  # pixels of a page; larger ones are drawn with fewer
_LIMIT = 180.0  # seconds for one page
_LEAST = 30.0  # percent: lines below are the dirt of the paper or part of a picture
_LARGER = 1.4  # of the usual height of a line
_DOUBTFUL = 70.0  # percent: pages below are named in the warning
_WIDE = re.compile(f"[{WIDE}]")
#: Chinese stops are often read as the narrow ones, with a space before them.
_HALF = re.compile(rf"(?<={_WIDE.pattern}) ?([,:;!?])(?![\w/])")
#: What bullets are taken for at the start of a line.
_BULLET = re.compile(r"^(?:[*+。·•]{1,2}\s*|[°¢»®]\s+|e\s+(?=[A-Z]))(?=\S)")
_FULL = str.maketrans(",:;!?", "，：；！？")


@dataclass(frozen=True, slots=True)
class Recognized:
    """What was read: the text, its lines with positions, what was left out, and what a user should know."""

    original: str
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]
    language: str
    confidence: float  # mean of the words, percent
    warning: str


@dataclass(frozen=True, slots=True)
class _Printed:
    """A line of a page in points, with the mean confidence of its words in percent."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    height: float
    confidence: float
    words: int


def recognize(data: bytes, name: str, language: str) -> Recognized:
    """Read the scan in ``data``, a PDF or a picture; ``language`` "" to detect it. ``name`` is what messages call it.

    Raises `WrongFormat` where Tesseract or the data of a language is not installed, `DamagedInput` for what it cannot
    read, `EmptyInput` where it finds no text.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise WrongFormat(
            f"{name} needs Tesseract to be read (Debian: apt-get install tesseract-ocr tesseract-ocr-chi-sim; "
            "elsewhere: tesseract-ocr.github.io)"
        )
    installed = _installed(program)
    pages = [data] if data.startswith(PICTURES) else _PagePictures(data, name)
    model = _model(program, installed, pages, name, language)
    workers = max(1, min(4, os.cpu_count() or 1))
    read: list[list[_Printed]] = []
    with ThreadPoolExecutor(workers) as pool:
        # Drawn pages are large, so only as many as are read at a time.
        for first in range(0, len(pages), workers):
            some = [pages[at] for at in range(first, min(first + workers, len(pages)))]
            for found in pool.map(lambda page: _page(program, page, model, name), some):
                read += found
    return _recognized(read, name, language, model)


def _installed(program: str) -> set[str]:
    _, out, _ = run_program([program, "--list-langs"], timeout=30)
    return set(out.decode("utf-8", "replace").split("\n")[1:])


class _PagePictures(Sequence[bytes]):
    """The pages of a PDF as pictures (PGM), drawn when they are asked for."""

    def __init__(self, data: bytes, name: str) -> None:
        import pypdfium2

        try:
            self._pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise ProtectedInput(f"{name} is protected with a password") from error
            raise DamagedInput(f"{name} is damaged: no page of it can be read") from error

    def __len__(self) -> int:
        return len(self._pdf)

    def __getitem__(self, number: Any) -> Any:
        page = self._pdf[number]
        width, height = page.get_size()
        scale = min(_DPI / 72, (_LARGEST / max(width * height, 1.0)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        array = bitmap.to_numpy().squeeze()
        page.close()
        head = f"P5 {array.shape[1]} {array.shape[0]} 255\n".encode()
        return head + array.tobytes()


def _model(program: str, installed: set[str], pages: Sequence[bytes], name: str, language: str) -> str:
    """The data that Tesseract uses: that of the stated language, or of the one that the middle page is in."""
    if not language:
        known = [code for code in ("chi_sim", "eng") if code in installed]
        known = known or sorted(installed.intersection(_CODES.values()))  # type: ignore[arg-type]
        sample = _page(program, pages[len(pages) // 2], "+".join(known[:3]), name)
        language = languages.detect("\n".join(line.text for page in sample for line in page))
    base = languages.base(language)
    script = "zh-Hant" if base == "zh" and language.casefold().endswith(("tw", "hk", "mo", "hant")) else "zh-Hans"
    code = _CODES.get(script if base == "zh" else base, "eng")
    if code not in installed:
        package = f"tesseract-ocr-{code.replace('_', '-')}"
        raise WrongFormat(
            f"{name} is in {language}, and Tesseract has no data of it (Debian: apt-get install {package})"
        )
    return f"{code}+eng" if code in _MIXED and "eng" in installed else code


def _page(program: str, picture: bytes, model: str, name: str) -> list[list[_Printed]]:
    """The lines of a picture, which may have several pages (TIFF)."""
    code, out, problems = run_program(
        [program, "stdin", "stdout", "-l", model, "--dpi", str(_DPI), "tsv"],
        timeout=_LIMIT,
        data=picture,
        environment={"OMP_THREAD_LIMIT": "1"},
    )
    if code:
        said = problems.decode("utf-8", "replace").strip().splitlines()
        reason = f"no result within {_LIMIT:.0f} seconds" if code == -9 else (said[-1] if said else f"code {code}")
        raise DamagedInput(f"{name} cannot be read by Tesseract: {reason[:200]}")
    rows = csv.DictReader(io.StringIO(out.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE)
    words = [row for row in rows if row["level"] == "5" and (row["text"] or "").strip()]
    return [
        [
            _line(list(line))
            for _, line in groupby(page, key=lambda row: (row["block_num"], row["par_num"], row["line_num"]))
        ]
        for _, page in groupby(words, key=lambda row: row["page_num"])
    ] or [[]]


def _line(words: Sequence[dict[str, str]]) -> _Printed:
    boxes = [[float(word[side]) * 72 / _DPI for side in ("left", "top", "width", "height")] for word in words]
    text = words[0]["text"]
    for word in words[1:]:
        space = "" if _WIDE.match(text[-1]) and _WIDE.match(word["text"][0]) else " "
        text += space + word["text"]
    return _Printed(
        _BULLET.sub("• ", _HALF.sub(lambda match: match[1].translate(_FULL), text)),
        min(left for left, *_ in boxes),
        min(top for _, top, *_ in boxes),
        max(left + width for left, _, width, _ in boxes),
        # Some words have letters below the line, and rules drawn under them count as well.
        median(top + height for _, top, _, height in boxes),
        median(height for *_, height in boxes),
        mean(float(word["conf"]) for word in words),
        len(words),
    )


def _recognized(pages: Sequence[Sequence[_Printed]], name: str, language: str, model: str) -> Recognized:
    lines: list[Line] = []
    changes: list[Change] = []
    original: list[str] = []
    length = 0
    size = median([one.height for page in pages for one in page for _ in range(one.words)] or [10.0])
    for number, page in enumerate(pages, 1):
        for one in page:
            span = length, length + len(one.text)
            original.append(one.text)
            length = span[1] + 1
            if one.confidence < _LEAST:
                changes.append(Change("unreadable", "dropped", one.text, *span, number))
            else:
                # The height of a line depends on its letters; only what is much higher is in larger print.
                own = one.height if one.height > _LARGER * size else size
                lines.append(Line(one.text, *span, number, one.left, one.top, one.right, one.bottom, own))
    kept = [one for page in pages for one in page if one.confidence >= _LEAST]
    if not kept:
        raise EmptyInput(f"{name}: Tesseract found no text on its {plural(len(pages), 'page')}")
    confidence = _confidence(kept)
    text = "\n".join(original)
    return Recognized(
        text,
        tuple(lines),
        tuple(changes),
        language or languages.detect(text),
        confidence,
        _warning(pages, name, model, confidence, len(changes)),
    )


def _confidence(lines: Sequence[_Printed]) -> float:
    words = sum(one.words for one in lines)
    return sum(one.confidence * one.words for one in lines) / words if words else 0.0


def _warning(pages: Sequence[Sequence[_Printed]], name: str, model: str, confidence: float, unread: int) -> str:
    """One sentence: what was done, and how sure the result is."""
    doubtful = [str(at) for at, page in enumerate(pages, 1) if page and _confidence(page) < _DOUBTFUL]
    parts = [
        f"{name}: {counted(len(pages), 'page')} {plural(len(pages), 'was', 'were')} read by OCR "
        f"(Tesseract, {model}) with a mean confidence of {confidence:.0f} %"
    ]
    if doubtful:
        listed = ", ".join(doubtful[:10]) + (", …" if len(doubtful) > 10 else "")
        parts.append(f"below {_DOUBTFUL:.0f} % on {plural(len(doubtful), 'page')} {listed}")
    if unread:
        parts.append(f"{counted(unread, 'line')} that could not be read {plural(unread, 'was', 'were')} left out")
    return "; ".join(parts)
