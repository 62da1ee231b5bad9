"""Align the versions of a text in three languages or more: one unit for each passage, one variant for each language.

Each version is aligned with the pivot. The versions are also aligned with each other, in pairs, and this is used twice:
where the way through a third language gives other beads than the direct one, the more probable ones are taken; and
what is missing in the pivot is still paired between the others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from align.agreement import corrected
from align.alignment import Alignment, Bead
from align.options import AlignOptions
from align.pipeline import align
from corpora.document import Document
from corpora.errors import UsageError
from corpora.files import check_targets, replacing_all
from corpora.readers.reading import read
from corpora.text.languages import base, checked_code, joiner, normalize, same
from models.encoder import Encoder
from tm.formats.multilingual import MultilingualUnit, write_multilingual, writes
from tm.jobs.align_files import AlignFilesOptions
from tm.jobs.folders import is_memory
from tm.origin_names import origin_name
from tm.search.memory import Memory
from tm.tags import escape
from tm.unit import Origin, Unit

__all__ = ["AlignedLanguages", "align_languages"]

_Node = tuple[int, int]  # the position of a language, the id of a sentence in it


@dataclass(frozen=True, slots=True)
class AlignedLanguages:
    """All versions aligned: their documents, the position of the pivot, the units in its order, and warnings.

    ``alignments`` are those of the pivot with each other version, by the position of that version; ``corrected`` counts
    the passages in which the other languages corrected one.
    """

    documents: tuple[Document, ...]
    pivot: int
    units: tuple[MultilingualUnit, ...]
    alignments: Mapping[int, Alignment]
    warnings: tuple[str, ...] = ()
    corrected: int = 0
    written: Mapping[str, int] = field(default_factory=dict)

    def pairs(self) -> Iterator[Unit]:
        """Yield the units as translation units, one for each two languages of each."""
        signature = next(iter(self.alignments.values())).signature
        for left, right in combinations(range(len(self.documents)), 2):
            source, target = self.documents[left], self.documents[right]
            before = ""
            for unit in self.units:
                texts = escape(unit.texts.get(source.language, "")), escape(unit.texts.get(target.language, ""))
                if all(texts):
                    origin = Origin(origin_name(source.path), origin_name(target.path))
                    codes = normalize(source.language), normalize(target.language)
                    yield Unit(
                        *texts, *codes, previous=before, origin=origin, quality=unit.quality, signature=signature
                    )
                before = texts[0] or before


def align_languages(
    files: Sequence[Path | str],
    *outputs: Path | str,
    pivot: str | None = None,
    encoder: Encoder | None = None,
    options: AlignFilesOptions | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> AlignedLanguages:
    """Read the versions of a text, align them and write the units to TMX, tables and memories, to all or none.

    ``pivot`` is the language that all others are aligned with: English where it is None and a version is in English,
    else the first. Raises `UsageError` where two versions are in one language, the pivot is none of theirs, or an
    output cannot hold several languages, and what `read` raises.
    """
    from corpora.text.srx import read_srx
    from models.registry import load

    options = options or AlignFilesOptions()
    places = [Path(path) for path in outputs]
    _check(places, [Path(path) for path in files], options)
    settings = AlignOptions(unit=options.unit, srx=read_srx(options.srx) if options.srx else None)
    documents = tuple(read(Path(path), profile=options.profile) for path in files)
    at = _pivot(documents, pivot)
    found = _align(documents, at, encoder or load(None), settings, progress)
    units = [unit for unit in found.units if options.min_score is None or (unit.quality or 0) >= options.min_score]
    found = AlignedLanguages(documents, at, tuple(units), found.alignments, found.warnings, found.corrected)
    return _written(found, places) if places else found


def _check(outputs: Sequence[Path], files: Sequence[Path], options: AlignFilesOptions) -> None:
    if len(files) < 2:
        raise UsageError("several languages take one file for each")
    if options.segmented or options.source_lang or options.target_lang or options.bilingual != "auto":
        raise UsageError(
            "`segmented`, `source_lang`, `target_lang` and `bilingual` are for two documents; "
            "with more, each language is detected, and `pivot` names the one that the others are aligned with"
        )
    check_targets(outputs, files)
    for path in outputs:
        if not is_memory(path) and not writes(path):
            raise UsageError(f"several languages are written to .tmx, .xlsx, .tsv, .csv or a memory, not to {path}")


def _pivot(documents: Sequence[Document], stated: str | None) -> int:
    seen: dict[str, Document] = {}
    for document in documents:
        if (other := seen.get(base(document.language))) is not None:
            raise UsageError(f"{other.path} and {document.path} are both in {document.language}")
        seen[base(document.language)] = document
    code = checked_code(stated) if stated else "en-US"
    for at, document in enumerate(documents):
        if same(document.language, code):
            return at
    if stated:
        names = ", ".join(document.language for document in documents)
        raise UsageError(f"the pivot {code} is none of the languages of the documents ({names})")
    return 0


def _align(
    documents: tuple[Document, ...],
    pivot: int,
    encoder: Encoder,
    options: AlignOptions,
    progress: Callable[[str, float], None] | None,
) -> AlignedLanguages:
    others = [at for at in range(len(documents)) if at != pivot]
    crossed = list(combinations(others, 2))
    total, done = len(others) + len(crossed), 0

    def pair(left: int, right: int) -> Alignment:
        nonlocal done
        if progress:
            progress(f"{documents[left].language} and {documents[right].language}", done / total)
        done += 1
        return align(documents[left], documents[right], encoder=encoder, options=options)

    direct = {at: pair(pivot, at) for at in others}
    cross = {(left, right): pair(left, right) for left, right in crossed}
    beads = {at: list(alignment.beads) for at, alignment in direct.items()}
    changed = 0
    for at in others:
        for via in others:
            if via != at:
                way = cross[min(via, at), max(via, at)]
                second = way.beads if via < at else [Bead(b.target, b.source, b.score, b.found_by) for b in way.beads]
                beads[at], count = corrected(beads[at], direct[via].beads, second, direct[at])
                changed += count
    units = _joined(documents, pivot, direct, beads, cross)
    found = [text for document in documents for text in document.warnings]
    warnings = dict.fromkeys([*found, *(text for one in direct.values() for text in one.warnings)])
    return AlignedLanguages(documents, pivot, tuple(units), direct, tuple(warnings), changed)


def _joined(
    documents: Sequence[Document],
    pivot: int,
    direct: Mapping[int, Alignment],
    beads: Mapping[int, Sequence[Bead]],
    cross: Mapping[tuple[int, int], Alignment],
) -> Iterator[MultilingualUnit]:
    """Yield the units, in the order of the pivot; what it lacks comes where the language that has it stands."""
    segments = {pivot: next(iter(direct.values())).source_units} | {at: one.target_units for at, one in direct.items()}
    groups = _Groups()
    for at, found in beads.items():
        for bead in found:
            groups.join([*((pivot, i) for i in bead.source), *((at, j) for j in bead.target)], bead.score)
    in_pivot = {(at, j) for at, found in beads.items() for bead in found if bead.source for j in bead.target}
    for (left, right), alignment in cross.items():
        for bead in alignment.beads:
            nodes = [*((left, i) for i in bead.source), *((right, j) for j in bead.target)]
            if bead.source and bead.target and in_pivot.isdisjoint(nodes):
                groups.join(nodes, bead.score)
    for nodes, score in groups.in_order(pivot, {at: len(units) for at, units in segments.items()}):
        texts: dict[str, str] = {}
        for at in sorted({one for one, _ in nodes}):
            language = documents[at].language
            parts = [segments[at][k].text.strip() for one, k in sorted(nodes) if one == at]
            texts[language] = joiner(language).join(part for part in parts if part)
        block = min(nodes, key=lambda node: (node[0] != pivot, node))
        kind = documents[block[0]].blocks[segments[block[0]][block[1]].block].kind
        yield MultilingualUnit(texts, round(score, 4), str(kind))


class _Groups:
    """Sentences of all languages that belong together (union-find), each group with its least score."""

    def __init__(self) -> None:
        self._parent: dict[_Node, _Node] = {}
        self._score: dict[_Node, float] = {}

    def _root(self, node: _Node) -> _Node:
        parent = self._parent.setdefault(node, node)
        while parent != self._parent[parent]:
            parent = self._parent[parent]
        self._parent[node] = parent
        return parent

    def join(self, nodes: Sequence[_Node], score: float) -> None:
        roots = {self._root(node) for node in nodes}
        least = min([score if len(nodes) > 1 else 1.0, *(self._score.get(root, 1.0) for root in roots)])
        first = min(roots)
        for root in roots:
            self._parent[root] = first
        self._score[first] = least

    def in_order(self, pivot: int, sizes: Mapping[int, int]) -> Iterator[tuple[list[_Node], float]]:
        """Yield (sentences, score) of each group: of the pivot in its order, the others by their relative place."""
        members: dict[_Node, list[_Node]] = defaultdict(list)
        for node in list(self._parent):
            members[self._root(node)].append(node)

        def place(nodes: list[_Node]) -> float:
            at, first = min(nodes, key=lambda node: (node[0] != pivot, node))
            return first / max(sizes[at], 1)

        for root, nodes in sorted(members.items(), key=lambda one: place(one[1])):
            yield sorted(nodes), self._score[root]


def _written(found: AlignedLanguages, outputs: Sequence[Path]) -> AlignedLanguages:
    files = [path for path in outputs if not is_memory(path)]
    languages = [found.documents[found.pivot].language]
    languages += [one.language for at, one in enumerate(found.documents) if at != found.pivot]
    signature = next(iter(found.alignments.values())).signature
    written: dict[str, int] = {}
    with replacing_all(files) as places:
        for path, place in zip(files, places, strict=True):
            written[str(path)] = write_multilingual(path, place, found.units, languages, signature)
    for path in outputs:
        if is_memory(path):
            with Memory(path) as memory:
                written[str(path)] = memory.add(found.pairs(), whole=True).read
    return AlignedLanguages(
        found.documents, found.pivot, found.units, found.alignments, found.warnings, found.corrected, written
    )
