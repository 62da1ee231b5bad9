"""What is measured: readers of documents, units and terms, the checks, and the rules below them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpora.bilingual.separation import read_both
from corpora.errors import DuiyiError
from corpora.readers.reading import read as read_document
from corpora.text import languages, sentences
from corpora.text.mentions.matching import mentions
from tests.fuzz.files import DOCUMENTS, GLOSSARIES, UNITS
from tests.linearity.files import FILES
from tests.linearity.shapes import PAIRS, TEXTS, TWISTS, Shape
from tm.checks.measures import measures
from tm.checks.quantities import quantities
from tm.checks.run import check as check_units
from tm.formats.registry import read as read_units
from tm.tags import split
from tm.terms.formats.exchange import read_terms
from tm.unit import Unit

__all__ = ["Subject", "checks", "in_files", "rules", "subjects"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A name, what makes an input of a size, what is done with it, and the largest size that is tried."""

    name: str
    make: Callable[[int], Any]
    work: Callable[[Any], object]
    most: int = 256_000


_RULES: dict[str, Callable[[str], object]] = {
    "sentences of Chinese": lambda text: sentences.split(text, "zh-CN"),
    "sentences of English": lambda text: sentences.split(text, "en-US"),
    "mentions in Chinese": lambda text: mentions(text, "zh-CN"),
    "mentions in English": lambda text: mentions(text, "en-US"),
    "mentions in French": lambda text: mentions(text, "fr"),
    "quantities in Chinese": lambda text: quantities(text, set(text.lower().split()), "zh-CN"),
    "quantities in English": lambda text: quantities(text, set(text.lower().split()), "en-US"),
    "measures in Chinese": lambda text: measures(text, "zh"),
    "measures in English": lambda text: measures(text, "en"),
    "the language": languages.detect,
    "inline tags": split,
}


def rules() -> Iterator[Subject]:
    """Rules on texts of every shape."""
    for rule, work in _RULES.items():
        for name, shape in TEXTS.items():
            yield Subject(f"{rule} × {name}", shape, work)


def _checked(shape: Callable[[int], tuple[str, str]], size: int) -> list[Unit]:
    source, target = shape(size)
    plain = Unit("会议通过了第5号决议。", "The meeting adopted resolution 5.", "zh-CN", "en-US")
    return [plain, Unit(source, target, "zh-CN", "en-US"), plain]


def checks() -> Iterator[Subject]:
    """All checks of single units, on texts of every shape and on pairs of texts."""
    for name, shape in TEXTS.items():
        for twist, function in TWISTS.items():
            made = partial(_checked, lambda size, shape=shape, function=function: function(shape(size)))
            yield Subject(f"checks × {name} ({twist})", made, check_units, 64_000)
    for name, (source, target) in PAIRS.items():
        made = partial(_checked, lambda size, source=source, target=target: (source(size), target(size)))
        yield Subject(f"checks × pairs of {name}", made, check_units, 64_000)


def _read(reader: Callable[[Path], object], ending: str, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{ending}"
        path.write_bytes(data)
        try:
            reader(path)
        except DuiyiError:
            return


_READERS: dict[str, Callable[[Path], object]] = {
    "bilingual": read_both,
    "document": read_document,
    "units": lambda path: list(read_units(path, on_problem=lambda problem: None)),
    "terms": read_terms,
}


#: Shapes that mean something to what reads a field of a file.
_IN_FIELDS = (
    "a word without end", "digits", "apostrophes", "backslashes", "angle brackets", "ampersands", "entities", "tabs",
    "blanks", "lines", "line ends of Windows", "quotation marks", "bars", "dots", "commas and quotation marks",
    "inline codes", "inline codes that are open", "nested inline codes", "literal brackets of inline codes", "hashes",
    "other words", "damaged encoding", "format fields", "tags", "Chinese sentences",
)  # fmt: skip


def in_files() -> Iterator[Subject]:
    """Files of every kind: one unit of every shape, many units, and structures of their own."""
    for kind, builders in (("document", DOCUMENTS), ("units", UNITS), ("terms", GLOSSARIES)):
        for ending, build in builders.items():
            work = partial(_read, _READERS[kind], ending)
            for name in TEXTS if kind == "document" else _IN_FIELDS:
                shape = TEXTS[name]
                made: Shape = lambda size, shape=shape, build=build: build([(shape(size), shape(size))])  # noqa: E731
                yield Subject(f"{kind} .{ending} × {name}", made, work)
            many = lambda size, build=build: build([(f"第{n}条", f"Article {n}") for n in range(size // 40)])  # noqa: E731
            yield Subject(f"{kind} .{ending} × many units", many, work, 4_000_000)
    for (kind, ending), shapes in FILES.items():
        for name, shape in shapes.items():
            yield Subject(f"{kind} .{ending} × {name}", shape, partial(_read, _READERS[kind], ending))


def subjects() -> Iterator[Subject]:
    """Everything."""
    yield from rules()
    yield from checks()
    yield from in_files()
