"""Show a whole document of a memory in both languages, side by side: the precedent in its context.

Units keep the files they come from and their place in them, so the document can be put together again. Each unit has an
anchor, ``u`` and its number in the memory, to which matches and hits link; and it says whether it was aligned
automatically, corrected or confirmed by a person, or imported.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from corpora.errors import UsageError
from corpora.files import replacing
from corpora.text.mentions.matching import MentionKind, mentions
from corpora.text.plurals import counted
from corpora.text.scripts import HAN
from tm.store.filters import Filters
from tm.store.memory_store import MemoryStore
from tm.store.reading import StoredUnit
from tm.tags import plain
from tm.word_document import new_document

__all__ = [
    "Bitext",
    "DocumentNames",
    "bitext_of",
    "bitext_rows",
    "how_made",
    "is_shown",
    "origins_of",
    "render_bitext",
    "symbols_in",
    "write_bitext",
]

_STATES = frozenset({"state", "state-origin"})
_CHINESE_SYMBOL = re.compile(
    rf"(?:(?![据照按依由见和与及的是在对于以])[{HAN}]){{1,5}}[〔\[【（(]\d{{4}}[〕\]】）)]\s?(?:第\s?)?\d{{1,4}}\s?[号號]"
)


@dataclass(frozen=True, slots=True)
class Bitext:
    """A document of a memory: the names of its files, and its units in the order of the source."""

    source_file: str
    target_file: str
    entries: tuple[StoredUnit, ...]

    @property
    def title(self) -> str:
        """The names of both files."""
        return " – ".join(dict.fromkeys(filter(None, (self.source_file, self.target_file))))

    @property
    def summary(self) -> str:
        """How many units there are, and how they were made, in a sentence."""
        counts: dict[str, int] = {}
        for entry in self.entries:
            counts[how_made(entry)] = counts.get(how_made(entry), 0) + 1
        parts = ", ".join(f"{count:,} {how}" for how, count in counts.items())
        return f"{counted(len(self.entries), 'unit')}: {parts}"


def how_made(entry: StoredUnit) -> str:
    """Who says that the two sides belong together."""
    unit = entry.unit
    if unit.status == "reviewed":
        return "checked by a person"
    if unit.status == "rejected":
        return "rejected by a person"
    # A score that stands for the state that another tool gave a unit is none of an alignment.
    scored = unit.quality is not None and not unit.properties.keys() & _STATES
    return "aligned automatically" if unit.signature or scored else "imported"


class DocumentNames:
    """The documents of a memory, read once to find several of them."""

    def __init__(self, memory: MemoryStore) -> None:
        self._pairs = [(pair, [_squeezed(one) for one in pair]) for pair in memory.documents()]
        self._exact: dict[str, list[tuple[str, str]]] = {}
        for pair, _ in self._pairs:
            for name in {*pair, *(Path(one).stem for one in pair)}:
                self._exact.setdefault(name, []).append(pair)

    def find(self, name: str) -> list[tuple[str, str]]:
        """The pairs of files with the name ``name``, else those whose names contain it; punctuation does not count.

        A number is whole: A/RES/58/4 does not name A_RES_58_47. Only where nothing else is found, and ``name`` is no
        symbol, it may be a part of one.
        """
        if name in self._exact:
            return self._exact[name]
        pattern = _whole_numbers(name)
        if found := [pair for pair, _ in self._pairs if any(pattern.search(one) for one in pair)]:
            return found
        wanted = "" if "/" in name else _squeezed(name)
        return [pair for pair, names in self._pairs if wanted and any(wanted in one for one in names)]


def origins_of(memory: MemoryStore, name: str) -> list[tuple[str, str]]:
    """The documents that ``name`` names, see `DocumentNames.find`."""
    return DocumentNames(memory).find(name)


@lru_cache(maxsize=1024)
def _whole_numbers(name: str) -> re.Pattern[str]:
    """A pattern for names that contain ``name`` with any punctuation between its words and numbers.

    A symbol begins as a word does: C/58/4 does not name A_AC_58_4. Chinese has no blanks between words.
    """
    parts = re.findall(r"\d+|[^\W\d_]+", name) or [name]
    pattern = re.escape(parts[0])
    for before, part in pairwise(parts):
        # Two numbers are never written without a sign between them.
        pattern += (r"[\W_]+" if before.isdecimal() and part.isdecimal() else r"[\W_]*") + re.escape(part)
    head = r"(?<!\d)" if parts[0].isdecimal() else r"(?<![A-Za-z])" if "/" in name else ""
    return re.compile(head + pattern + (r"(?!\d)" if parts[-1].isdecimal() else ""), re.IGNORECASE)


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def bitext_of(memory: MemoryStore, origin: str) -> Bitext:
    """The document that ``origin`` names: a file, or a part of its name. Raises `UsageError` for none or several."""
    found = origins_of(memory, origin)
    if len(found) != 1:
        known = ", ".join(pair[0] for pair in found[:5])
        raise UsageError(
            f"{memory.path}: {origin} names several documents: {known}{' …' if len(found) > 5 else ''}"
            if found
            else f"{memory.path} has no document {origin}; duiyi memory stats lists the documents"
        )
    source_file, target_file = found[0]
    filters = Filters(origin=source_file)
    entries = [
        entry
        for entry in memory.entries(filters, every_place=True)
        if (entry.unit.origin.source_file, entry.unit.origin.target_file) == found[0]
    ]
    return Bitext(source_file, target_file, tuple(sorted(entries, key=_place)))


def _place(entry: StoredUnit) -> tuple[int, int]:
    ids = entry.unit.origin.source_ids
    return (min(ids) if ids else 10**9, entry.id)


def symbols_in(text: str, language: str) -> list[str]:
    """The document symbols in a text: A/RES/58/4, S/2004/123, 国发〔2023〕1号."""
    shown = plain(text)
    found = [(one.start, one.value) for one in mentions(shown, language) if one.kind is MentionKind.SYMBOL]
    found += [(match.start(), match[0]) for match in _CHINESE_SYMBOL.finditer(shown)]
    return list(dict.fromkeys(symbol for _, symbol in sorted(found)))


def is_shown(symbol: str, known: object) -> bool:
    """Whether a symbol in a text is shown to users: a document is ``known``, or `duiyi fetch` takes the symbol.

    It takes those of the United Nations, which have strokes.
    """
    return bool(known) or "/" in symbol


def write_bitext(path: Path, bitext: Bitext) -> None:
    """Write a bitext as .html, .docx or .tmx. Raises `UsageError` for any other extension."""
    suffix = path.suffix.lower()
    if suffix == ".html":
        with replacing(path) as temporary:
            temporary.write_text(render_bitext(bitext), encoding="utf-8", newline="\n")
    elif suffix == ".tmx":
        from tm.formats import write

        write(path, (entry.unit for entry in bitext.entries))
    elif suffix == ".docx":
        _write_docx(path, bitext)
    else:
        raise UsageError(f"{path}: a bitext is written as .html, .docx or .tmx")


def render_bitext(bitext: Bitext) -> str:
    """The bitext as a page of HTML."""
    from tm.templates import render

    return render(
        "tm.report", "bitext.html", title=bitext.title, summary=bitext.summary, rows=list(bitext_rows(bitext))
    )


def bitext_rows(bitext: Bitext) -> Iterator[dict[str, object]]:
    """The units as the templates show them, the first place of each with its anchor."""
    section = ""
    anchors: set[int] = set()
    for entry in bitext.entries:
        unit = entry.unit
        yield {
            "anchor": f"u{entry.id}" if entry.id not in anchors else "",
            "section": unit.origin.section if unit.origin.section != section else "",
            "page": unit.origin.page,
            "unit": replace(unit, source=plain(unit.source), target=plain(unit.target)),
            "how": how_made(entry),
        }
        anchors.add(entry.id)
        section = unit.origin.section


def _write_docx(path: Path, bitext: Bitext) -> None:
    from corpora.xml import legal

    document = new_document()
    document.add_heading(legal(bitext.title)[0], 1)
    document.add_paragraph(bitext.summary)
    table = document.add_table(rows=0, cols=4)
    table.style = "Table Grid"
    for entry in bitext.entries:
        _fill(table.add_row().cells, (f"u{entry.id}", entry.unit.source, entry.unit.target, how_made(entry)))
    with replacing(path) as temporary:
        document.save(str(temporary))


def _fill(cells: Sequence[object], texts: Iterable[str]) -> None:
    from corpora.xml import legal

    for cell, text in zip(cells, texts, strict=True):
        cell.text = legal(plain(text))[0]  # type: ignore[attr-defined]
