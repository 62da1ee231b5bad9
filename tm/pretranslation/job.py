"""Pre-translate one file: fill what is empty from memories, keep the rest, and write the file in its own format."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpora.errors import InputError, UsageError
from corpora.files import check_is_file, check_targets
from corpora.text.languages import base, stated_code
from corpora.xml import local
from tm.jobs.job_files import BILINGUAL, JobFile, read_job
from tm.pretranslation import xliff1, xliff2
from tm.pretranslation.documents import write_job_xliff, write_table
from tm.pretranslation.filling import Filler, Filling, FillingKind, PretranslateOptions, Unplaced
from tm.pretranslation.po import PoFile
from tm.pretranslation.slot import Slot
from tm.pretranslation.xml_file import XmlFile
from tm.search.matches import Match
from tm.store.memory_store import MemoryStore
from tm.tags import tags
from tm.terms.base import TermBase

__all__ = ["PretranslateReport", "pretranslate"]

_DEFAULT = PretranslateOptions()
Memories = Sequence[MemoryStore | tuple[MemoryStore, int]]


@dataclass(frozen=True, slots=True)
class PretranslateReport:
    """How many segments there are, how many were filled by kind, had a translation, and stay empty.

    ``unplaced`` counts those that stay empty because the inline codes of the file have no place in the match.
    """

    segments: int = 0
    filled: tuple[tuple[str, int], ...] = ()
    kept: int = 0
    left: int = 0
    unplaced: int = 0
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The report as `duiyi pretranslate --json` prints it."""
        return {
            "segments": self.segments,
            **dict(self.filled),
            "kept": self.kept,
            "left": self.left,
            "unplaced": self.unplaced,
        }


def pretranslate(
    path: Path | str,
    out: Path | str,
    memories: Memories,
    options: PretranslateOptions = _DEFAULT,
    *,
    terms: TermBase | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PretranslateReport:
    """Fill the file at ``path`` and write it to ``out``: XLIFF, PO, or a document as XLIFF or as a Word table.

    The memories may come with penalties. ``progress`` is called with the segments done and all of them. Raises
    `InputError` for a file that cannot be read, `UsageError` for an output that it cannot become or a language that the
    file does not name.
    """
    path, out = Path(path), Path(out)
    places = [(one[0] if isinstance(one, tuple) else one).path for one in memories]
    files = [Path(one) for one in (*places, terms.path if terms else None) if isinstance(one, str | Path)]
    check_targets([out], [path, *files])
    check_is_file(path)
    name, suffix = path.name.lower(), out.suffix.lower()
    filling = _FileFilling(memories, options, terms, progress)
    if not name.endswith(BILINGUAL):
        return filling.document(path, out)
    if name.endswith(".tmx"):
        raise UsageError(f"{path} is a memory, not a file to translate; duiyi memory import reads it")
    kind = next(one for one in BILINGUAL if name.endswith(one))
    if suffix != kind and not {suffix, kind} <= {".xlf", ".xliff"} and not {suffix, kind} <= {".po", ".pot"}:
        raise UsageError(f"{path} is written as {kind}, so {out} cannot be its name; duiyi convert changes formats")
    return filling.po(path, out) if kind in (".po", ".pot") else filling.xliff(path, out)


class _FileFilling:
    """Fills the slots of one file."""

    def __init__(
        self,
        memories: Memories,
        options: PretranslateOptions,
        terms: TermBase | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._memories = [one[0] if isinstance(one, tuple) else one for one in memories]
        self._options = options
        self._filler = Filler(memories, options, terms)
        self._progress = progress or (lambda done, every: None)

    def xliff(self, path: Path, out: Path) -> PretranslateReport:
        file = XmlFile.read(path)
        if local(file.root) != "xliff":
            raise InputError(f"{path} is not XLIFF: its root is <{local(file.root)}>")
        second = file.root.get("version", "").startswith("2")
        found: list[Slot] = list(xliff2.slots(file.root)) if second else list(xliff1.slots(file.root))
        report = self._fill(found, path)
        if report.filled:
            self._name_target(file, second)
        file.write(out)
        return report

    def po(self, path: Path, out: Path) -> PretranslateReport:
        file = PoFile(path)
        report = self._fill(list(file.slots()), path)
        file.write(out)
        return report

    def document(self, path: Path, out: Path) -> PretranslateReport:
        if out.suffix.lower() not in (".xlf", ".xliff", ".docx"):
            raise UsageError(f"{out}: a document becomes XLIFF (.xlf) or a Word table (.docx)")
        filters = self._options.filters
        job = read_job(path, language=filters.source_lang, target_lang=filters.target_lang, srx=self._options.srx)
        target = filters.target_lang or job.target_lang or self._only_target(job.language, path)
        if out.suffix.lower() == ".docx":
            return self._table(job, out, target)
        with tempfile.TemporaryDirectory() as folder:
            empty = Path(folder) / "empty.xlf"
            write_job_xliff(empty, job, target)
            return replace(self.xliff(empty, out), warnings=job.warnings)

    def _table(self, job: JobFile, out: Path, target: str) -> PretranslateReport:
        known = job.translations or ("",) * len(job.texts)
        lines = [
            _TableSentence(text, (job.language, target), translation)
            for text, translation in zip(job.texts, known, strict=True)
        ]
        report = self._fill(lines, job.path)
        write_table(out, [(line.text, line.filling or line.translation) for line in lines], (job.language, target))
        return replace(report, warnings=job.warnings)

    def _fill(self, slots: Sequence[Slot], path: Path) -> PretranslateReport:
        counts = dict.fromkeys(FillingKind, 0)
        kept = left = unplaced = 0
        for place, slot in enumerate(slots):
            self._progress(place, len(slots))
            if not slot.empty:
                kept += 1
                continue
            source, target = slot.languages
            if not (self._options.filters.target_lang or target):
                target = self._only_target(source, path)
            around = [
                slots[near].text if 0 <= near < len(slots) and slots[near].group is slot.group else ""
                for near in (place - 1, place + 1)
            ]
            filling = self._filler.fill(slot.text, around[0], around[1], (source, target))
            if isinstance(filling, Filling) and slot.write(filling):
                counts[filling.kind] += 1
                continue
            left += 1
            if isinstance(filling, Filling):
                filling = Unplaced(tuple(filter(None, (filling.match, *filling.others))))
            if filling is not None:
                slot.suggest(filling.matches)
                unplaced += bool(tags(slot.text))  # a plural entry stays empty where the memory lacks a form
        filled = tuple((str(kind), count) for kind, count in counts.items())
        return PretranslateReport(len(slots), filled, kept, left, unplaced)

    def _only_target(self, source: str, path: Path) -> str:
        """The only language that the memories have beside ``source``; for files that name no target language."""
        codes: dict[str, str] = {}
        for memory in self._memories:
            for pair in memory.languages():
                if not source or base(source) in map(base, pair):
                    codes |= {base(code): code for code in pair if not source or base(code) != base(source)}
        if len(codes) != 1:
            raise UsageError(f"{path} does not name its target language; state `target_lang`")
        return next(iter(codes.values()))

    def _name_target(self, file: XmlFile, second: bool) -> None:
        """Name the target language in the file, which must do so as soon as it has a translation."""
        given = self._options.filters.target_lang
        for head in [file.root] if second else file.root.iter("{*}file"):
            name, own = ("trgLang", "srcLang") if second else ("target-language", "source-language")
            if not head.get(name):
                head.set(name, stated_code(given) if given else self._only_target(head.get(own, ""), Path("the file")))


@dataclass(slots=True)
class _TableSentence:
    """A sentence of a document that becomes a row of a table."""

    text: str
    languages: tuple[str, str]
    translation: str = ""
    filling: Filling | None = None
    group: object = None

    @property
    def empty(self) -> bool:
        return not self.translation.strip()

    def write(self, filling: Filling) -> bool:
        self.filling = filling
        return True

    def suggest(self, matches: Sequence[Match]) -> None:
        """A table has no place for matches that are not used."""
