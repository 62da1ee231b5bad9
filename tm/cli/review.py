"""`duiyi review`: the editor in the browser, served on this machine; or what was reviewed, written to files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.text.plurals import counted
from tm.cli.output import message, write

if TYPE_CHECKING:
    from tm.review.repository import ReviewRepository

__all__ = ["review"]


def review(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Units to review (TMX, XLIFF, TSV, JSONL …), or two documents; none for the start page."),
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", "-o", help="Write what was reviewed of FILE, format by extension, and stop."),
    ] = None,
    accepted: Annotated[bool, typer.Option(help="With --out: only what was accepted.")] = False,
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond this machine it needs --token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes any free one.", min=0, max=65535)] = 0,
    token: Annotated[
        str, typer.Option(envvar="DUIYI_REVIEW_TOKEN", help="What visitors must show; 16 characters at least.")
    ] = "",
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A further name that this server goes by; may be repeated.")
    ] = None,
    author: Annotated[str, typer.Option(help="Who signs the decisions; the user of this machine by default.")] = "",
    data: Annotated[Path | None, typer.Option(help="Folder to keep reviews in; the user's own by default.")] = None,
    model: Annotated[str | None, typer.Option(help="Encoder: built-in by default, else a name or path.")] = None,
    embeddings: Annotated[bool, typer.Option(help="Let the checks compare meanings as well.")] = True,
    max_upload: Annotated[int, typer.Option(help="Largest document that is taken, in megabytes.", min=1)] = 100,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Review an alignment in the browser: accept, correct, split, merge; every decision is saved at once."""
    from getpass import getuser

    from platformdirs import user_data_path

    from corpora.errors import UsageError
    from corpora.files import check_targets
    from tm.review.repository import ReviewRepository
    from tm.web.addresses import names_of
    from tm.web.listening import address, check_access, listen, remote_address

    check_targets(out or [])
    if len(files or []) > 2:
        raise UsageError("give one file of units, or two documents")
    if out and len(files or []) != 1:
        raise UsageError("--out needs the one file of units that was reviewed")
    folder = data or user_data_path("duiyi", appauthor=False) / "review"
    shelf = ReviewRepository(folder, author or getuser())
    page = _put(shelf, files or [])
    if out:
        _write(shelf, page, out, accepted)
        return
    check_access(host, token)

    from corpora.extras import need

    uvicorn = need("uvicorn", "server", "serve the editor")
    need("starlette", "server", "serve the editor")
    from models.registry import load
    from tm.review.app import ReviewOptions, create
    from tm.web.guard import GuardOptions

    options = ReviewOptions(
        guard=GuardOptions(hosts=names_of(host, allow_host), token=token),
        max_upload=max_upload * 1_000_000,
        embeddings=embeddings,
    )
    if page and shelf.meta(page).get("stage") == "units":
        shelf.session(page)  # read before the browser asks for it
    app = create(shelf, lambda: load(model), options)
    with listen(host, port) as server:
        path = f"reviews/{page}" if page else ""
        here = address(host, server, path, token)
        write(here)
        if elsewhere := remote_address(server, path, token):
            message(f"duiyi: {elsewhere}")
        message("duiyi: the editor runs until you stop it with Ctrl+C; decisions are kept as they are made")
        if browser:
            _open(here)
        settings = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, ws="none")
        uvicorn.Server(settings).run(sockets=[server])


def _put(shelf: "ReviewRepository", files: list[Path]) -> str:
    """The name of the review that holds ``files``; "" for none."""
    from shutil import copyfile

    from corpora.errors import InputError

    if not files:
        return ""
    if len(files) == 1:
        problems: list[str] = []
        name = shelf.open_file(files[0], problems)
        for problem in problems:
            message(f"duiyi: warning: {problem}")
        return name
    for path in files:
        if not path.is_file():
            raise InputError(f"{path} does not exist")
    name = shelf.new_documents()
    for side, path in zip(("source", "target"), files, strict=True):
        copyfile(path, shelf.document(name, side, path.name))
    return name


def _write(shelf: "ReviewRepository", name: str, out: list[Path], accepted: bool) -> None:
    from corpora.files import replacing_all
    from tm.review.export import write_units

    units = shelf.session(name).units()
    with replacing_all(out) as places:
        counts = [
            write_units(path, units, "accepted" if accepted else "all", place=place)
            for path, place in zip(out, places, strict=True)
        ]
    for path, count in zip(out, counts, strict=True):
        write(f"{path}: {counted(count, 'unit')}")


def _open(address: str) -> None:
    """Open the page once the server answers; the socket takes the browser's call as soon as it listens."""
    import threading
    import webbrowser

    threading.Timer(0.5, webbrowser.open, [address]).start()
