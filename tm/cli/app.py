"""`duiyi app`, and `duiyi` without arguments in a terminal: everything in the browser, for one user of this machine."""

from typing import Annotated

import typer

from tm.cli.memory_options import MemoriesOption, TermsOption, terms_at
from tm.cli.output import message
from tm.cli.server_options import BrowserOption, DataOption, PortOption

__all__ = ["app"]


def app(
    memory: MemoriesOption = None,
    terms: TermsOption = None,
    data: DataOption = None,
    port: PortOption = 0,
    browser: BrowserOption = True,
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
    options = ServerOptions(
        memories=tuple(memory_paths(memory or ())),
        terms=terms_at(terms),
        terms_named=terms is not None,
        writable=True,
        access=Access(names_of("127.0.0.1", None)),
        reviews=data or user_data_path("duiyi", appauthor=False) / "review",
    )
    start(options, "127.0.0.1", port, 1, {}, page="start", browser=browser)
