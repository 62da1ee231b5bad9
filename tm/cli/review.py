"""`duiyi review`: the editor in the browser, served on this machine; or the reviewed units, written to files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.files import check_targets, replacing_all
from corpora.text.plurals import counted
from tm.cli.memory_options import MemoriesOption, TermsOption, terms_at
from tm.cli.output import message, tell
from tm.cli.server_options import (
    AllowHostOption,
    BrowserOption,
    DataOption,
    HostOption,
    MaxUploadOption,
    PortOption,
    announce,
    open_browser,
    token_option,
    until_stopped,
)

if TYPE_CHECKING:
    from tm.review.app import ReviewOptions
    from tm.review.repository import ReviewRepository

__all__ = ["review"]


FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Units to review (TMX, XLIFF, TSV, JSONL …), one document in both languages, or two documents; none for "
        "the start page."
    ),
]
OutOption = Annotated[
    list[Path] | None,
    typer.Option("--out", "-o", help="Write the reviewed units of FILE, format by extension, and stop."),
]


def review(
    files: FilesArgument = None,
    out: OutOption = None,
    accepted: Annotated[bool, typer.Option(help="With --out: only reviewed units.")] = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = 0,
    token: Annotated[str, token_option("DUIYI_REVIEW_TOKEN")] = "",
    allow_host: AllowHostOption = None,
    author: Annotated[str, typer.Option(help="Author of the decisions; the user of this machine by default.")] = "",
    data: DataOption = None,
    model: Annotated[str | None, typer.Option(help="Encoder: built-in by default, else a name or path.")] = None,
    embeddings: Annotated[bool, typer.Option(help="Compare meanings in the checks as well.")] = True,
    max_upload: MaxUploadOption = 100,
    memory: MemoriesOption = None,
    terms: TermsOption = None,
    browser: BrowserOption = True,
) -> None:
    """Review an alignment in the browser: accept, correct, split, merge; every decision is saved at once."""
    from getpass import getuser

    from platformdirs import user_data_path

    from corpora.errors import UsageError
    from tm.review.repository import ReviewRepository
    from tm.web.addresses import names_of
    from tm.web.listening import check_access

    check_targets(out or [], files or [])
    if len(files or []) > 2:
        raise UsageError("give one file of units, one document in both languages, or two documents")
    if out and len(files or []) != 1:
        raise UsageError("--out needs the one file that was reviewed")
    repository = ReviewRepository(data or user_data_path("duiyi", appauthor=False) / "review", author or getuser())
    name = _opened(repository, files or [], model)
    if out:
        _write(repository, name, out, accepted)
        return
    check_access(host, token)
    from tm.review.app import ReviewOptions
    from tm.review.assistance import Assistance
    from tm.store.memory_store import memory_paths
    from tm.web.guard import GuardOptions

    options = ReviewOptions(
        assistance=Assistance(tuple(path for path, _ in memory_paths(memory or ())), terms_at(terms)),
        guard=GuardOptions(hosts=names_of(host, allow_host), token=token),
        max_upload=max_upload * 1_000_000,
        embeddings=embeddings,
    )
    _serve(repository, name, options, (host, port), model=model, browser=browser)


def _serve(
    repository: "ReviewRepository",
    name: str,
    options: "ReviewOptions",
    place: tuple[str, int],
    *,
    model: str | None,
    browser: bool,
) -> None:
    """Serve the editor at an address and a port until a signal comes."""
    import uvicorn

    from models.registry import load
    from tm.review.app import create
    from tm.web.http_protocol import HttpProtocol
    from tm.web.listening import listen

    if name and repository.meta(name).get("stage") == "units":
        repository.session(name)  # read before the browser requests it
    app = create(repository, lambda: load(model), options)
    with listen(*place) as server:
        here = announce(place[0], server, options.guard.token, f"reviews/{name}" if name else "")
        message("duiyi: the editor runs until you press Ctrl+C; decisions are saved at once")
        if browser:
            open_browser(here)
        settings = uvicorn.Config(
            app, http=HttpProtocol, log_level="warning", access_log=False, server_header=False, ws="none"
        )
        with until_stopped():
            uvicorn.Server(settings).run(sockets=[server])


def _opened(repository: "ReviewRepository", files: list[Path], model: str | None) -> str:
    """The name of the review of ``files``; "" if there are none."""
    from shutil import copyfile

    from corpora.errors import InputError

    if not files:
        return ""
    if len(files) == 1 and not _holds_units(files[0]):
        return _aligned(repository, files[0], model)
    if len(files) == 1:
        problems: list[str] = []
        name = repository.open_file(files[0], problems)
        for problem in problems:
            message(f"duiyi: warning: {problem}")
        return name
    for path in files:
        if not path.is_file():
            raise InputError(f"{path} does not exist")
    name = repository.new_documents()
    for side, path in zip(("source", "target"), files, strict=True):
        copyfile(path, repository.document(name, side, path.name))
    return name


def _holds_units(path: Path) -> bool:
    """Whether ``path`` is a file of units; a Word document or a text may be one and may be a document."""
    from corpora.errors import InputError
    from tm.formats.registry import UNIT_FORMATS, read

    if path.suffix.lower() not in (".docx", ".txt"):
        return path.name.lower().endswith(tuple(end for one in UNIT_FORMATS if one.reads for end in one.suffixes))
    try:
        next(iter(read(path)), None)
    except InputError:
        return not path.is_file()
    return True


def _aligned(repository: "ReviewRepository", path: Path, model: str | None) -> str:
    """The name of the review of a document in both languages, which is aligned first."""
    import os
    from hashlib import sha256

    from corpora.readers.file_type import read_bytes
    from models.registry import load
    from tm.jobs.align_files import align_files

    place = path.resolve()
    name = sha256(os.fsencode(place) + b"\0" + read_bytes(path)).hexdigest()[:16]
    if not (repository.folder_of(name) / "review.db").is_file():
        aligned = align_files(path, encoder=load(model))
        for note in (*aligned.notes, *aligned.warnings):
            message(f"duiyi: {note}")
        repository.begin(name, aligned, title=path.name, file=str(place), warnings="\n".join(aligned.warnings))
    return name


def _write(repository: "ReviewRepository", name: str, out: list[Path], accepted: bool) -> None:
    from tm.review.export import write_units

    units = repository.session(name).units()
    with replacing_all(out) as places:
        counts = [
            write_units(path, units, "accepted" if accepted else "all", place=place)
            for path, place in zip(out, places, strict=True)
        ]
    for path, count in zip(out, counts, strict=True):
        tell(f"{path}: {counted(count, 'unit')}")
