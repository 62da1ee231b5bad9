"""Pair the files of two folders: which document is the translation of which, one to one, with a confidence.

Names and content are added up as log-odds. Equal names (without their marks of the language) decide unless the content
contradicts; where names say nothing, the content does. A pair is doubtful where its evidence is weak or another file
fits nearly as well; those and the files without a partner are for a person to decide.
"""

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from align.document_pairs import DocumentProfile, assign, evidence, profile
from corpora.errors import DuiyiError, InputError, UsageError
from corpora.files import is_out_of_space
from corpora.readers.reading import read
from corpora.text.languages import base, simplified
from models.encoder import Encoder
from tm.jobs.file_names import FileName, read_name

__all__ = [
    "CERTAIN", "FolderPairs", "PairedFiles", "ProfiledFile", "files_of", "pair_files", "pair_folders", "profile_file",
    "table_of",
]  # fmt: skip

CERTAIN = 0.8  # confidence from which a pair needs no person
Floats = NDArray[np.float32]
# Log-odds of the evidence of names.
_EQUAL, _SIMILAR, _MEANING, _NUMBERS, _CONTRADICTION = 6.0, 3.0, 4.0, 2.5, -1.0
_PRIOR = -1.0
_CLOSE = 2.0  # a file whose score is so little lower fits nearly as well
_LEAD = 1.0  # of the partner that the content suggests, from which it shows whether numbers agree
_DIFFERENT = -1.0  # content that contradicts the names; true pairs of short documents have 1 or more
_FLOOR = 0.5  # of two files with one name, however much their contents differ


@dataclass(frozen=True, slots=True)
class PairedFiles:
    """A source, a target, either None where there is no partner, the confidence of 0 to 1, and what a person should
    know."""

    source: Path | None
    target: Path | None
    confidence: float = 0.0
    note: str = ""

    @property
    def certain(self) -> bool:
        """Whether both are there and belong together for certain."""
        return self.source is not None and self.target is not None and self.confidence >= CERTAIN


@dataclass(frozen=True, slots=True)
class FolderPairs:
    """All files of two folders: pairs in the order of the source, then files without a partner."""

    source: Path
    target: Path
    pairs: tuple[PairedFiles, ...]


@dataclass(frozen=True, slots=True)
class ProfiledFile:
    """A file with what its name and its content say."""

    path: Path
    name: FileName
    language: str
    profile: DocumentProfile


def files_of(folder: Path) -> list[Path]:
    """The files in ``folder`` and in the folders in it, by name; hidden ones are left out.

    Raises `InputError` where it is not a folder or holds no files.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is {'a file, not a folder' if folder.exists() else 'missing: it does not exist'}")
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise InputError(f"{folder} contains no files")
    return found


def pair_folders(
    source: Path | str,
    target: Path | str,
    *,
    encoder: Encoder,
    progress: Callable[[int, int], None] | None = None,
) -> FolderPairs:
    """Pair the files of two folders by name and content. ``progress`` takes the number of files that are read, of all.

    Raises `InputError` for a folder that is missing or empty, and `UsageError` where both are the same.
    """
    folders = Path(source), Path(target)
    listed = [files_of(folder) for folder in folders]
    if folders[0].resolve() == folders[1].resolve():
        raise UsageError(f"{folders[0]} and {folders[1]} are the same folder")
    total, done = sum(map(len, listed)), 0
    sides: tuple[list[ProfiledFile], list[ProfiledFile]] = ([], [])
    refused: list[PairedFiles] = []
    for side, (folder, paths) in enumerate(zip(folders, listed, strict=True)):
        for path in paths:
            try:
                sides[side].append(profile_file(path, path.relative_to(folder), encoder))
            except (DuiyiError, OSError) as error:
                if is_out_of_space(error.__cause__ or error):
                    raise  # not a fault of the file
                note = f"cannot be read: {error}"
                refused.append(PairedFiles(path, None, 0.0, note) if side == 0 else PairedFiles(None, path, 0.0, note))
            done += 1
            if progress:
                progress(done, total)
    pairs = [*pair_files(*sides, encoder), *refused]
    return FolderPairs(*folders, tuple(pairs))


def profile_file(path: Path, name: PurePath, encoder: Encoder) -> ProfiledFile:
    """Read the file at ``path``, which is called ``name``. Raises `InputError` for one that cannot be read."""
    document = read(path)
    return ProfiledFile(path, read_name(name), document.language, profile(document, encoder))


def pair_files(left: Sequence[ProfiledFile], right: Sequence[ProfiledFile], encoder: Encoder) -> Iterator[PairedFiles]:
    """Pair the files of two sides, in the order of the left, then those of the right without a partner."""
    if not left or not right:
        yield from (PairedFiles(one.path, None, 0.0, "no partner") for one in left)
        yield from (PairedFiles(None, one.path, 0.0, "no partner") for one in right)
        return
    content = evidence([one.profile for one in left], [one.profile for one in right])
    names = _name_evidence(left, right, encoder) + _numbers(left, right, content)
    scores = names + content + _PRIOR
    scores = np.where(names >= _EQUAL, np.maximum(scores, _FLOOR), scores)
    chosen = assign(scores)
    partner = dict(chosen)
    for i, one in enumerate(left):
        if i not in partner:
            yield PairedFiles(one.path, None, 0.0, "no partner")
            continue
        j = partner[i]
        yield _pair(left, right, scores, content, (i, j))
    used = set(partner.values())
    yield from (PairedFiles(None, one.path, 0.0, "no partner") for j, one in enumerate(right) if j not in used)


def _pair(
    left: Sequence[ProfiledFile], right: Sequence[ProfiledFile], scores: Floats, content: Floats, pair: tuple[int, int]
) -> PairedFiles:
    """One pair with its confidence: how certain it is alone, and how certain beside the next best."""
    i, j = pair
    score = float(scores[i, j])
    row, column = np.delete(scores[i], j), np.delete(scores[:, j], i)
    rival = max(float(row.max(initial=-np.inf)), float(column.max(initial=-np.inf)))
    confidence = _probability(score) * _probability(score - rival + 1.0)
    reasons = []
    if base(left[i].language) == base(right[j].language):
        reasons.append(f"both are in {left[i].language}")
        confidence = min(confidence, 0.5)
    elif content[i, j] < _DIFFERENT:
        reasons.append("the contents differ")
        confidence = min(confidence, 0.7)
    elif score - rival < _CLOSE:
        by_row = bool(row.max(initial=-np.inf) >= column.max(initial=-np.inf))
        others = np.where(np.arange(scores.shape[by_row]) == (j if by_row else i), -np.inf,
                          scores[i] if by_row else scores[:, j])  # fmt: skip
        reasons.append(f"{(right if by_row else left)[int(others.argmax())].path.name} fits nearly as well")
    else:
        reasons.append("little evidence")
    note = f"doubtful: {reasons[0]}" if confidence < CERTAIN else ""
    return PairedFiles(left[i].path, right[j].path, round(confidence, 3), note)


def _probability(logarithm: float) -> float:
    return 1 / (1 + exp(-max(-50.0, min(50.0, logarithm))))


def _name_evidence(left: Sequence[ProfiledFile], right: Sequence[ProfiledFile], encoder: Encoder) -> Floats:
    from rapidfuzz.fuzz import token_sort_ratio
    from rapidfuzz.process import cdist

    keys = [Counter(one.name.key for one in side if one.name.key) for side in (left, right)]
    words = [[one.name.words for one in side] for side in (left, right)]
    ratios = cdist(words[0], words[1], scorer=token_sort_ratio) / np.float32(100)
    vectors = [encoder.encode(list(simplified([text or " " for text in side], "zh-TW"))) for side in words]
    cosines = vectors[0] @ vectors[1].T
    says = [np.array([one.name.says_something for one in side]) for side in (left, right)]
    # Names that all files have in common ("report", "page") distinguish nothing.
    likeness = np.maximum(_SIMILAR * (ratios - 0.5) * 2, _MEANING * (cosines - 0.45))
    likeness = np.clip(likeness - np.median(likeness, axis=1, keepdims=True), 0, _SIMILAR)
    scores = np.where(says[0][:, None] & says[1][None, :], likeness, 0)
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            key = one.name.key
            if key and key == other.name.key and keys[0][key] == keys[1][key] == 1:
                scores[i, j] += _EQUAL
    return np.asarray(scores, np.float32)


def _numbers(left: Sequence[ProfiledFile], right: Sequence[ProfiledFile], content: Floats) -> Floats:
    """The evidence of the numbers in names: equal ones, by rarity, and contradictions.

    It counts only where numbers agree in most pairs that the content suggests: scans are numbered in any order.
    """
    found = np.zeros((len(left), len(right)), np.float32)
    seen = [Counter(one.name.numbers for one in side) for side in (left, right)]
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            ours, theirs = one.name.numbers, other.name.numbers
            if not ours or not theirs:
                continue
            if ours == theirs:
                found[i, j] = _NUMBERS / max(seen[0][ours], seen[1][theirs])
            elif not (ours <= theirs or theirs <= ours):
                found[i, j] = _CONTRADICTION
    best = [
        (i, int(j))
        for i, j in enumerate(content.argmax(axis=1))
        if int(content[:, j].argmax()) == i and content[i, j] > np.delete(content[i], j).max(initial=-np.inf) + _LEAD
    ]
    signs = [found[pair] > 0 for pair in best if found[pair]]
    return found if sum(signs) * 2 >= len(signs) else np.zeros_like(found)


def table_of(
    pairs: FolderPairs,
    folder: Path,
    output: Callable[[PairedFiles], str],
    more: Mapping[str, str] | None = None,
) -> str:
    """The pairs as a table of tabs, which `duiyi batch` takes; paths are relative to ``folder``.

    ``output`` gives the output of a pair; ``more`` are columns with one value for all pairs.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter="\t", lineterminator="\n")
    more = more or {}
    writer.writerow(("source", "target", "output", "confidence", "note", *more))
    for pair in pairs.pairs:
        complete = pair.source is not None and pair.target is not None
        confidence = f"{pair.confidence:.3f}" if complete else ""
        place = output(pair) if complete else ""
        sides = (_relative(path, folder) for path in (pair.source, pair.target))
        writer.writerow((*sides, place, confidence, " ".join(pair.note.split()), *more.values()))
    return file.getvalue()


def _relative(path: Path | None, folder: Path) -> str:
    if path is None:
        return ""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive of Windows
        return path.resolve().as_posix()
