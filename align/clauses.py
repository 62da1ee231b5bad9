"""Parts of sentences as witnesses of where a bead ends: whether a clause has its like inside it or just outside.

The vector of a long sentence says little about its last six words, and the last six words are what decides whether
the next sentence of the other side still belongs to the bead. So every unit is cut into clauses at its inner
marks, each clause is compared with the clauses (and the whole) of every unit of the other side, and for the first and
the last clause of a bead it is asked whether the unit just outside would suit them better. Above all, a bead of which
the last clauses mean the same, and the first, is one that both translators saw.

Where a clause ends is told by marks alone, in any script; a cut in a bad place costs little, since both parts are
compared with the other side's whole units as well. On the literary chapters this evidence is worth three points of F1.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from align.band import Window
from corpora.text.scripts import HAN, KANA
from models.encoder import Vectors

__all__ = ["ClauseEvidence", "Clauses", "Heard", "clauses", "split", "verdicts"]

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

_LEAST = 8  # letters, an ideograph counted as three, below which a part goes with the part before it
# Behind marks and the quotation marks that they close with; before what opens a quotation.
_CUTS = re.compile(
    r"(?:(?<!\d)[,:]|[,:](?!\d)|[，、;；：—–…!！?？。؟،])+[”’»」』》'\"]*\s*"
    r"|\.[”’'\"]*\s+"
    r"|[”»」』》]\s*"
    r"|['\"]\s+"
    r"|(?=(?<!\A)[“‘„«「『《])"
    r"|\s+(?=['\"]\w)"
)
_IDEOGRAPH = re.compile(f"[{HAN}{KANA}]")
_LETTER = re.compile(r"\w")


def split(text: str) -> list[str]:
    """Cut ``text`` at its inner marks into parts that are long enough to mean something; at least one."""
    ends = [*(cut.end() for cut in _CUTS.finditer(text)), len(text)]
    parts: list[str] = []
    start = 0
    for end in ends:
        part = text[start:end]
        if parts and (_weight(part) < _LEAST or _weight(parts[-1]) < _LEAST):
            parts[-1] += part
        elif part:
            parts.append(part)
        start = end
    return [part.strip() for part in parts] or [text]


def _weight(part: str) -> int:
    return len(_LETTER.findall(part)) + 2 * len(_IDEOGRAPH.findall(part))


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clauses of n units: those of unit i have the vectors ``vectors[starts[i]:starts[i + 1]]``, float16."""

    vectors: NDArray[np.float16]
    starts: Integers

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, part: slice) -> "Clauses":
        start, stop, _ = part.indices(len(self))
        starts = self.starts[start : max(stop, start) + 1]
        return Clauses(self.vectors[starts[0] : starts[-1]], starts - starts[0])

    def take(self, units: Sequence[int]) -> "Clauses":
        """The clauses of ``units``, in that order."""
        rows = [np.arange(self.starts[unit], self.starts[unit + 1]) for unit in units]
        starts = np.cumsum([0, *map(len, rows)]).astype(np.int64)
        return Clauses(self.vectors[np.concatenate(rows)] if rows else self.vectors[:0], starts)


def clauses(parts: Sequence[Sequence[str]], vectors: Vectors) -> Clauses:
    """Lay the vectors ``[p, dim]`` of all parts out by unit; ``parts`` are those of each unit."""
    sizes = [len(some) for some in parts]
    return Clauses(vectors.astype(np.float16), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))


#: One side: its clauses, and the vectors ``[n, dim]`` of its whole units.
Heard = tuple[Clauses, NDArray[np.float16]]


@dataclass(frozen=True, slots=True)
class ClauseEvidence:
    """What the clauses say of beads that open at the nodes of a window.

    By shape ``(a, b)``, each ``[rows, columns]``: ``inside`` is the mean over the clauses of both sides of their best
    likeness in the bead, ``better`` the sum of what a unit next to the bead has above that. ``edges`` are the
    same differences, with their sign, for the first clause of the source against the unit before the target, the last
    against the unit behind it, and the other way about. ``starts`` are the likeness of the first clauses of both sides
    to each other, and the best of the first clause of one side to that of the unit before the other; ``ends`` says the
    same of the last clauses, and the units behind.
    """

    rows: int
    columns: int
    forth: "_Side"
    back: "_Side"
    starts: tuple[Floats, Floats]
    last: Floats

    def inside(self, a: int, b: int) -> Floats:
        """Mean likeness of the bead's clauses to the other side of it."""
        count = _run(self.forth.count, a, self.rows)[:, None] + _run(self.back.count, b, self.columns)[None, :]
        return np.asarray(self._both(self.forth.inside, self.back.inside, a, b) / np.maximum(count, 1))

    def better(self, a: int, b: int) -> Floats:
        """How much better all clauses together would find their like in a unit next to the bead."""
        return np.maximum(self._both(self.forth.better, self.back.better, a, b), 0)

    def edges(self, a: int, b: int) -> tuple[Floats, Floats, Floats, Floats]:
        """How much better the outermost clauses suit the unit outside: source first, source last, target likewise."""
        rows, columns = self.rows, self.columns
        return (
            self.forth.first[b - 1][:rows],
            self.forth.last[b - 1][a - 1 : a - 1 + rows],
            self.back.first[a - 1][:columns].T,
            self.back.last[a - 1][b - 1 : b - 1 + columns].T,
        )

    def ends(self, a: int, b: int) -> tuple[Floats, Floats]:
        """The likeness of the last clauses to each other, and at best to that of the unit behind the other side."""
        inside, past, below = (
            self.last[down : down + self.rows, right : right + self.columns]
            for down, right in ((a - 1, b - 1), (a - 1, b), (a, b - 1))
        )
        return inside, np.maximum(past, below)

    def _both(self, forth: Sequence[Floats], back: Sequence[Floats], a: int, b: int) -> Floats:
        return np.asarray(_run(forth[b - 1], a, self.rows) + _run(back[a - 1], b, self.columns).T)


@dataclass(frozen=True, slots=True)
class _Side:
    """The clauses of the units of one side (u) against runs of the other's, by the size of the run less one.

    ``count[u]``, ``inside[k][u, c]`` and ``better[k][u, c]`` are running sums over the units; ``first[k][u, c]`` and
    ``last[k][u, c]`` are for the first and last clause of a unit, for the run that begins at column c.
    """

    count: Floats
    inside: list[Floats]
    better: list[Floats]
    first: list[Floats]
    last: list[Floats]


def verdicts(source: Heard, target: Heard, window: Window, shape: tuple[int, int]) -> ClauseEvidence:
    """Hear the clauses around ``window`` for beads of up to ``shape`` units."""
    rows, columns = window.last - window.first, window.right - window.left
    wide, high = shape
    # One unit more before the first bead and one behind the longest, for what stands just outside.
    here = _Part.of(source, window.first - 1, window.first + rows + wide + 1)
    there = _Part.of(target, window.left - 1, window.left + columns + high + 1)
    between = here.clauses @ there.clauses.T
    forth = _plane(between, here.clauses, there)
    back = _plane(between.T, there.clauses, here)
    size = rows + wide + 1, columns + high + 1
    corner = here.first - window.first, there.first - window.left
    first = _planted(between[np.ix_(here.starts[:-1], there.starts[:-1])], *corner, size)
    return ClauseEvidence(
        rows,
        columns,
        _side(here, forth, there, (window.first, rows + wide), (window.left, columns, high)),
        _side(there, back, here, (window.left, columns + high), (window.first, rows, wide)),
        _starts(first, rows, columns),
        _planted(between[np.ix_(here.starts[1:] - 1, there.starts[1:] - 1)], *corner, size)[1:, 1:],
    )


def _starts(first: Floats, rows: int, columns: int) -> tuple[Floats, Floats]:
    """From the likeness of first clauses, the units before the window included."""
    inside, left, above = (
        first[1 : rows + 1, 1 : columns + 1],
        first[1 : rows + 1, :columns],
        first[:rows, 1 : columns + 1],
    )
    return inside, np.maximum(left, above)


def _planted(values: Floats, down: int, right: int, size: tuple[int, int]) -> Floats:
    """Zeros of ``size``, from the unit before the window on, with ``values`` from place (down, right) of the window."""
    plane = np.zeros(size, np.float32)
    part = plane[1 + down :, 1 + right :]
    rows, columns = min(len(part), len(values)), min(part.shape[1], values.shape[1])
    part[:rows, :columns] = values[:rows, :columns]
    return plane


@dataclass(frozen=True, slots=True)
class _Part:
    """The units of one side from ``first`` on: their clauses, where those of each start, and the units whole."""

    first: int
    clauses: Floats
    starts: Integers
    whole: Floats

    @classmethod
    def of(cls, side: Heard, first: int, last: int) -> "_Part":
        """Take the units ``first`` to ``last``, as far as they exist."""
        parts, whole = side
        low, high = min(max(first, 0), len(parts)), min(max(last, 0), len(parts))
        starts = parts.starts[low : high + 1]
        vectors = parts.vectors[starts[0] : starts[-1]].astype(np.float32)
        return cls(low, vectors, starts - starts[0], whole[low:high].astype(np.float32))


def _plane(between: Floats, own: Floats, other: _Part) -> Floats:
    """The likeness of every clause to the best part of each unit of the other side, ``[clauses, units]``."""
    plane = own @ other.whole.T
    if plane.size:
        np.maximum(plane, np.maximum.reduceat(between, other.starts[:-1], axis=1), out=plane)
    return plane


def _side(own: _Part, likeness: Floats, other: _Part, units: tuple[int, int], runs: tuple[int, int, int]) -> _Side:
    """Compare the clauses of ``units`` (first, count) with the runs (first column, columns, longest) of ``other``."""
    first, count = units
    left, columns, longest = runs
    inner = own.starts[max(first - own.first, 0) : first - own.first + count + 1]
    if not len(inner):
        inner = own.starts[-1:]
    plane = np.zeros((int(inner[-1] - inner[0]), columns + longest + 1), np.float32)
    known = plane[:, other.first - left + 1 :]
    known = known[:, : likeness.shape[1]]
    known[:] = likeness[inner[0] : inner[-1], : known.shape[1]]
    starts = inner - inner[0]
    missing = count + 1 - len(starts)  # units past the end of the text
    ends = np.concatenate([starts, np.full(missing, starts[-1])])
    side = _Side(ends.astype(np.float32), [], [], [], [])
    inside = plane[:, 1 : 1 + columns]
    for size in range(1, longest + 1):
        if size > 1:
            inside = np.maximum(inside, plane[:, size : size + columns])
        before = plane[:, :columns] - inside
        behind = plane[:, size + 1 : size + 1 + columns] - inside
        side.inside.append(_sums(inside, ends))
        side.better.append(_sums(np.maximum(np.maximum(before, behind), 0), ends))
        side.first.append(_laid(before[starts[:-1]], count))
        side.last.append(_laid(behind[starts[1:] - 1], count))
    return side


def _sums(values: Floats, ends: Integers) -> Floats:
    """Running sums over units, ``[units + 1, columns]``, of the values of their clauses."""
    totals = np.zeros((len(values) + 1, values.shape[1]), np.float32)
    np.cumsum(values, axis=0, out=totals[1:])
    return np.asarray(totals[ends])


def _laid(values: Floats, count: int) -> Floats:
    """Values of the units that exist among ``count``; 0 for those past the end."""
    laid = np.zeros((count, values.shape[1]), np.float32)
    laid[: len(values)] = values
    return laid


def _run(sums: Floats, size: int, count: int) -> Floats:
    return np.asarray(sums[size : size + count] - sums[:count])
