"""Match the sections of two outlines.

Two headings match by their text (similarity), by their numbers (第三十条 and "Article 30", with the numbers of all
parent sections) and by their content (the seeds of paragraphs that they share). All headings of both sides are matched
in one pass, whatever their level, since the same section is often one level deeper in one of the files. Matches are
mostly in order; a section that was moved needs a higher score. Where only one side has headings, none match.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from align.moved import Seed, heaviest_increasing
from corpora.arguments import checked_class
from corpora.document import Document, Section
from corpora.text.markers import parse_marker
from models.encoder import Encoder, Vectors

__all__ = ["SectionMatch", "SectionOptions", "match_sections"]

Key = tuple[str, tuple[int, ...]]

_REPEATS = 16  # sections of one number that are compared: numbering may restart in every annex


@checked_class
@dataclass(frozen=True, slots=True)
class SectionOptions:
    """How sections are matched.

    The score of two headings is ``heading`` times their cosine, plus ``content`` times the share of seeds of paragraphs
    that the sections have in common, plus ``number`` where their numbers agree, minus it where they do not.
    ``accept`` is the least score of a match in order, ``accept_moved`` of one out of order; ``nearest`` is the number
    of similar headings that each heading is compared with.
    """

    heading: float = 0.45
    content: float = 0.5
    number: float = 0.25
    accept: float = 0.5
    accept_moved: float = 0.75
    nearest: int = 3


@dataclass(frozen=True, slots=True)
class SectionMatch:
    """The heading blocks of two sections that match, and the score (about 0.5 to 1.2)."""

    source: int
    target: int
    score: float


@dataclass(frozen=True, slots=True)
class _Heading:
    """A section with its number and the numbers of the sections that contain it."""

    block: int
    first: int
    last: int
    key: Key | None
    path: tuple[Key, ...]


def match_sections(
    source: Document,
    target: Document,
    seeds: Iterable[Seed],
    *,
    encoder: Encoder,
    options: SectionOptions = SectionOptions(),
) -> tuple[SectionMatch, ...]:
    """Match the sections of two documents one to one, in source order.

    ``seeds`` are pairs of block ids. Empty where either side has no headings.
    """
    left, right = list(_headings(source)), list(_headings(target))
    if not left or not right:
        return ()
    lefts, rights = _vectors(source, left, encoder), _vectors(target, right, encoder)
    shared = _Shared(left, right, seeds)
    scores: dict[tuple[int, int], float] = {}
    for a, b in _candidates(lefts, rights, (left, right), shared, options.nearest):
        score = _score(left[a], right[b], float(lefts[a] @ rights[b]), shared.of(a, b), options)
        if score >= options.accept:
            scores[a, b] = score
    return _one_to_one(left, right, scores, options)


def _headings(document: Document) -> Iterator[_Heading]:
    """Yield all sections that have a heading, in reading order."""
    stack: list[tuple[Section, tuple[Key, ...]]] = [(document.outline, ())]
    while stack:
        section, path = stack.pop()
        key = None
        if section.heading is not None:
            block = document.blocks[section.heading]
            marker = parse_marker(block.marker or block.text)
            key = marker.key if marker else None
            path = (*path, key) if key else path
            yield _Heading(section.heading, section.first, section.last, key, path)
        stack.extend((child, path) for child in reversed(section.children))


class _Shared:
    """The share of seeds that two sections have in common."""

    def __init__(self, left: Sequence[_Heading], right: Sequence[_Heading], seeds: Iterable[Seed]) -> None:
        inside_left, inside_right = _around(left), _around(right)
        self.pairs: dict[tuple[int, int], float] = defaultdict(float)
        self._left: dict[int, float] = defaultdict(float)
        self._right: dict[int, float] = defaultdict(float)
        for seed in seeds:
            lefts, rights = inside_left.get(seed.source, ()), inside_right.get(seed.target, ())
            for a in lefts:
                self._left[a] += seed.weight
                for b in rights:
                    self.pairs[a, b] += seed.weight
            for b in rights:
                self._right[b] += seed.weight

    def of(self, a: int, b: int) -> float:
        """Return the share of both sections' seeds that pair one with the other, 0 to 1; -0.5 for none of them."""
        if not self._left.get(a) or not self._right.get(b):
            return 0.0
        common = self.pairs.get((a, b), 0.0)
        return 2 * common / (self._left[a] + self._right[b]) if common else -0.5


def _around(headings: Sequence[_Heading]) -> dict[int, list[int]]:
    """Return for every block the positions of the headings whose sections contain it, outermost first."""
    found: dict[int, list[int]] = defaultdict(list)
    for position, heading in enumerate(headings):
        for block in range(heading.first, heading.last):
            found[block].append(position)
    return found


def _vectors(document: Document, headings: Sequence[_Heading], encoder: Encoder) -> Vectors:
    texts = [document.blocks[heading.block].text or document.blocks[heading.block].full_text for heading in headings]
    return encoder.encode(texts)


def _candidates(
    left: Vectors,
    right: Vectors,
    sections: tuple[Sequence[_Heading], Sequence[_Heading]],
    shared: _Shared,
    nearest: int,
) -> set[tuple[int, int]]:
    """Return the pairs to compare: similar in words, equal in number and path, or sharing paragraphs."""
    found = set(shared.pairs)
    by_path: dict[tuple[Key, ...], list[int]] = defaultdict(list)
    for b, heading in enumerate(sections[1]):
        by_path[heading.path].append(b)
    for a, heading in enumerate(sections[0]):
        if heading.key:
            found |= {(a, b) for b in by_path.get(heading.path, ())[:_REPEATS]}
    for a, b in _nearest(left, right, nearest):
        found.add((a, b))
    for b, a in _nearest(right, left, nearest):
        found.add((a, b))
    return found


def _nearest(queries: Vectors, keys: Vectors, most: int) -> Iterator[tuple[int, int]]:
    most = min(most, len(keys))
    for low in range(0, len(queries), 512):
        cosines = queries[low : low + 512] @ keys.T
        for row, columns in enumerate(np.argpartition(-cosines, most - 1, axis=1)[:, :most]):
            for column in columns:
                yield low + row, int(column)


def _score(a: _Heading, b: _Heading, cosine: float, shared: float, options: SectionOptions) -> float:
    return options.heading * cosine + options.content * shared + options.number * _numbers(a, b)


def _numbers(a: _Heading, b: _Heading) -> float:
    """Return 1 where the numbers and those of all parents agree, -1 where they contradict, 0 where one is missing."""
    if a.key is None or b.key is None:
        return 0.0
    if a.key == b.key:
        return 1.0 if a.path == b.path else 0.6
    if a.key[1] == b.key[1]:
        return 0.0  # "Chapter 2" and 二、: two ways to number the same thing
    return -1.0 if a.key[0] == b.key[0] else -0.5


def _one_to_one(
    left: Sequence[_Heading],
    right: Sequence[_Heading],
    scores: dict[tuple[int, int], float],
    options: SectionOptions,
) -> tuple[SectionMatch, ...]:
    """Return the heaviest matches in order, then those out of order among the headings that are left."""
    # Of candidates with the same source at most one may be chosen: the later comes first.
    pairs = sorted(scores, key=lambda pair: (pair[0], -pair[1]))
    chosen = heaviest_increasing([b for _, b in pairs], [scores[pair] for pair in pairs])
    matched = [pair for position, pair in enumerate(pairs) if position in chosen]
    used_left, used_right = {a for a, _ in matched}, {b for _, b in matched}
    for pair in sorted(scores, key=lambda pair: -scores[pair]):
        if scores[pair] < options.accept_moved:
            break
        if pair[0] not in used_left and pair[1] not in used_right:
            used_left.add(pair[0])
            used_right.add(pair[1])
            matched.append(pair)
    return tuple(SectionMatch(left[a].block, right[b].block, scores[a, b]) for a, b in sorted(matched))
