"""Find the documents of a corpus: in a manifest, or in two folders whose files are paired.

Both may be anywhere that `corpora.storage` reaches. The files of two folders are paired by name and content, as
`duiyi pair` does it; reading them, which takes the time, is spread over the workers. Without that step files with the
same name, apart from marks of the language, belong together.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from corpora.errors import InputError, UsageError
from corpora.storage import Storage, is_address, storage_of
from tm.corpus.options import CorpusDocument, CorpusOptions
from tm.corpus.parts import renamed
from tm.jobs.file_names import read_name
from tm.jobs.manifest import read_rows, row_options
from tm.jobs.pairing import PairedFiles, ProfiledFile, pair_files, profile_file
from tm.jobs.workers import Loaded, encoder_of, limited, reason_of

__all__ = ["FileToPair", "documents_of", "profile_of"]

_MOST = 20_000  # files of a folder that are compared with each other


@dataclass(frozen=True, slots=True)
class FileToPair:
    """A file of a folder that is read in order to find its partner; ``line`` and ``name`` are for messages."""

    place: Storage
    file: str
    side: int
    model: str


Profile = tuple[FileToPair, ProfiledFile | None, str]
#: Reads files on the workers.
Reader = Callable[[Sequence[FileToPair]], Iterator[Profile]]


def documents_of(inputs: Sequence[Path | str], options: CorpusOptions, reader: Reader) -> list[CorpusDocument]:
    """The documents that a manifest names, or those of two folders, sorted by their keys; ``reader`` reads files.

    Raises `UsageError` for other inputs, and what `corpora.storage` and `tm.jobs.manifest` raise.
    """
    if len(inputs) == 1:
        found = _of_manifest(inputs[0], options)
    elif len(inputs) == 2:
        found = _of_folders(storage_of(inputs[0]), storage_of(inputs[1]), options, reader)
    else:
        raise UsageError("a corpus is built from a manifest or from two folders")
    found.sort(key=lambda document: document.key)
    twice = [key for key, count in Counter(document.key for document in found).items() if count > 1]
    if twice:
        raise UsageError(f"two documents are called {twice[0]}; the column name tells them apart")
    return found


def _of_manifest(place: Path | str, options: CorpusOptions) -> list[CorpusDocument]:
    folder, name = _split(place)
    if not folder.remote and Path(folder.name(name)).is_dir():
        raise UsageError(f"{place} is a folder; a corpus is built from a manifest or from two folders")
    with folder.local(name) as path:
        rows = read_rows(path, ("source",))
    stamps = _Stamps()
    return [_of_row(line, row, f"{place}, line {line}", folder, options, stamps) for line, row in rows]


def _of_row(
    line: int, row: dict[str, object], where: str, folder: Storage, options: CorpusOptions, stamps: "_Stamps"
) -> CorpusDocument:
    source, target = (str(row.get(name) or "") for name in ("source", "target"))
    if not source:
        raise UsageError(f"{where}: source is empty")
    places = [
        _split(one if is_address(one) else _joined(folder, one)) if one else (folder, "") for one in (source, target)
    ]
    stated = row_options(row, where, Path.cwd() if folder.remote else Path(folder.root))
    default = replace(stated, **{name: getattr(options.align, name) for name in ("unit", "profile", "source_lang",
                      "target_lang") if not row.get(name)})  # fmt: skip
    return CorpusDocument(
        key=str(row.get("name") or source),
        source=places[0][1],
        target=places[1][1],
        line=line,
        corpus=_folder_name(str(row.get("corpus") or options.corpus), where),
        licence=str(row.get("licence") or options.licence),
        model=_model(str(row.get("model") or options.model)),
        options=default,
        stamps=(stamps.of(*places[0]), stamps.of(*places[1]) if target else ""),
        places=(places[0][0], places[1][0]),
    )


def _model(name: str) -> str:
    """An encoder, by a path that is right in any current folder where it is one."""
    return os.path.abspath(name) if name and Path(name).is_dir() else name


class _Stamps:
    """The stamps of files; a folder in object storage is listed once instead of a question for each file."""

    def __init__(self) -> None:
        self._listed: dict[Storage, dict[str, str]] = {}

    def of(self, place: Storage, name: str) -> str:
        if not place.remote:
            return place.stamp(name)
        if place not in self._listed:
            self._listed[place] = place.files()
        return self._listed[place].get(name, "")


def _split(place: Path | str) -> tuple[Storage, str]:
    """The folder of a file and its name there."""
    if not is_address(place):
        path = Path(os.path.abspath(place))
        return Storage(str(path.parent)), path.name
    parts = urlsplit(str(place))
    at = PurePosixPath(parts.path)
    return storage_of(urlunsplit(parts._replace(path=str(at.parent) if len(at.parts) > 2 else ""))), at.name


def _joined(folder: Storage, name: str) -> str:
    if not folder.remote:
        return str(Path(folder.root) / name)
    parts = urlsplit(folder.root)
    path = os.path.normpath(PurePosixPath(parts.path or "/") / name).replace(os.sep, "/")
    return urlunsplit(parts._replace(path=path))


def _folder_name(text: str, where: str) -> str:
    """``text``, which becomes the name of a folder."""
    if not text.strip(". ") or any(char in '/\\:*?"<>|=' or ord(char) < 32 for char in text):
        raise UsageError(f"{where}: the corpus {text!r} contains a character that folders cannot have in their names")
    return text


def _of_folders(source: Storage, target: Storage, options: CorpusOptions, reader: Reader) -> list[CorpusDocument]:
    sides = [list(place.files().items()) for place in (source, target)]
    for place, files in zip((source, target), sides, strict=True):
        if not files:
            missing = not place.remote and not Path(place.root).is_dir()
            raise InputError(f"{place.root} {'is not a folder' if missing else 'contains no files'}")
    if source == target:
        raise UsageError(f"{source.root} and {target.root} are the same folder")
    if options.does("pair"):
        if max(map(len, sides)) > _MOST:
            many = f"more than {_MOST:,} files in a folder are too many to compare by content"
            raise UsageError(f"{many}: give a manifest, or pair by name only (`skip` pair)")
        pairs = _paired((source, target), sides, options, reader)
    else:
        pairs = list(_by_name(*([name for name, _ in side] for side in sides)))
    stamps = [dict(side) for side in sides]
    corpus = _folder_name(options.corpus, "`corpus`")
    found = []
    for pair in pairs:
        left, right = (one.as_posix() if one else "" for one in (pair.source, pair.target))
        problem = "" if pair.certain else pair.note or "no partner"
        found.append(
            CorpusDocument(
                left or f"{right} (translation)",
                left,
                right,
                corpus=corpus,
                licence=options.licence,
                model=_model(options.model),
                options=options.align,
                stamps=(stamps[0].get(left, ""), stamps[1].get(right, "")),
                problem=problem,
                places=(source, target),
            )
        )
    return found


def _paired(
    places: tuple[Storage, Storage], sides: Sequence[Sequence[tuple[str, str]]], options: CorpusOptions, reader: Reader
) -> list[PairedFiles]:
    files = [FileToPair(places[side], name, side, options.model) for side in (0, 1) for name, _ in sides[side]]
    profiled: tuple[list[ProfiledFile], list[ProfiledFile]] = ([], [])
    refused = []
    for one, profile, reason in sorted(reader(files), key=lambda found: (found[0].side, found[0].file)):
        if profile is not None:
            profiled[one.side].append(replace(profile, path=Path(one.file)))
        else:
            left, right = (Path(one.file) if one.side == side else None for side in (0, 1))
            refused.append(PairedFiles(left, right, 0.0, f"cannot be read: {reason}"))
    return [*pair_files(*profiled, encoder_of(options.model, {})), *refused]


def profile_of(one: FileToPair, loaded: Loaded) -> Profile:
    """Read a file on a worker, in order to find its partner."""

    names: dict[str, str] = {}

    def read() -> ProfiledFile:
        with one.place.local(one.file) as path, limited():
            names[str(path)] = one.file
            return profile_file(path, PurePosixPath(one.file), encoder_of(one.model, loaded))

    profile, reason = reason_of(read)
    return one, profile, renamed(reason, names)


def _by_name(left: Sequence[str], right: Sequence[str]) -> Iterator[PairedFiles]:
    """Pair files with one name, then those whose names are equal apart from marks of the language, if no others are."""
    partner = {name: name for name in set(left) & set(right)}
    rest = [sorted(set(side) - partner.keys()) for side in (left, right)]
    keys = [[read_name(PurePosixPath(name)).key for name in side] for side in rest]
    counts = [Counter(side) for side in keys]
    by_key = {key: name for key, name in zip(keys[1], rest[1], strict=True) if counts[1][key] == 1}
    partner |= {n: by_key[k] for k, n in zip(keys[0], rest[0], strict=True) if counts[0][k] == 1 and k in by_key}
    for name in left:
        found = partner.get(name)
        note = "" if found else "no partner with the same name"
        yield PairedFiles(Path(name), Path(found) if found else None, 1.0 if found else 0.0, note)
    used = set(partner.values())
    for name in right:
        if name not in used:
            yield PairedFiles(None, Path(name), 0.0, "no partner with the same name")
