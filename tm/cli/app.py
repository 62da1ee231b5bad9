"""`duiyi app`, and `duiyi` without arguments in a terminal: everything in the browser, for one user of this machine."""

from pathlib import Path
from typing import Annotated

import typer

from tm.cli.memory_options import MemoriesOption
from tm.cli.output import message

__all__ = ["app"]

DataOption = Annotated[Path | None, typer.Option(help="Folder for the reviews; the user's data folder by default.")]


def app(
    memory: MemoriesOption = None,
    terms: Annotated[
        Path | None,
        typer.Option("--terms", envvar="DUIYI_TERMS", help="Term base; by default the one in the data folder."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder for the reviews; the user's data folder by default.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port; 0 means any free one.", min=0, max=65535)] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    install: Annotated[bool, typer.Option("--install", help="Add duiyi to the menu of the desktop, and stop.")] = False,
) -> None:
    """Start the application in the browser: align, review, search, check and exchange, with nothing else to install."""
    from platformdirs import user_data_path

    from tm.cli.launcher import install as add_to_menu
    from tm.cli.serve import start
    from tm.server.options import Access, ServerOptions
    from tm.store.memory_store import memory_paths
    from tm.web.addresses import names_of

    if install:
        message(f"duiyi: {add_to_menu()} was written; duiyi is in the menu now")
        return
    own = user_data_path("duiyi", appauthor=False)
    options = ServerOptions(
        memories=tuple(memory_paths(memory or ())),
        terms=terms or own / "terms.sqlite",
        terms_named=terms is not None,
        writable=True,
        access=Access(names_of("127.0.0.1", None)),
        reviews=data or own / "review",
    )
    start(options, "127.0.0.1", port, 1, {}, page="start", browser=browser)
