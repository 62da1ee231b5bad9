"""A real browser for the pages (Debian's Chromium, driven by Playwright, with the accessibility rules of axe-core), and
memories and term bases of both kinds, in a file and on a server.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()


@pytest.fixture(scope="session")
def chromium(program: Callable[[str], str]) -> Iterator[Any]:
    """The browser, started once for all tests of a process."""
    from playwright.sync_api import sync_playwright

    path = program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """`open_page(width=1280, scheme="light", language="en")` is a page; errors of its script fail the test.

    With ``keeps=False`` the browser does not allow pages to keep anything.
    """
    contexts, complaints = [], []

    def make(width: int = 1280, scheme: str = "light", language: str = "en", *, keeps: bool = True) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            locale=language,
            accept_downloads=True,
        )
        contexts.append(context)
        context.set_default_timeout(60_000)  # the machine may be busy
        if not keeps:
            refused = '{ get() { throw new DOMException("not allowed", "SecurityError"); } }'
            context.add_init_script(f'Object.defineProperty(window, "localStorage", {refused});')
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if "Content Security" in told.text else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture(scope="session")
def has() -> Callable[[Any, int], None]:
    """`has(locator, count)` waits until the page has this number of these elements."""
    from playwright.sync_api import expect

    return lambda locator, count: expect(locator).to_have_count(count, timeout=60_000)


@pytest.fixture(scope="session")
def faults() -> Callable[[Any], list[str]]:
    """`faults(page)` are the violations of axe-core, whatever their impact."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def run(page: Any) -> list[str]:
        response = axe.run(page).response
        assert response["passes"], "the rules did run"
        found = response["violations"]
        return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]

    return run


_numbers = count(1)


@pytest.fixture(params=["file", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a new memory or term base can be: a path, or an address."""
    if request.param == "file":
        yield str(tmp_path / "m.duiyi")
        return
    import psycopg

    server = request.getfixturevalue("postgresql")
    address = server.address(f"test {next(_numbers)}")
    yield address
    from tm.postgresql.address import located

    schemas = [located(address, kind).schema for kind in ("memory", "terms")]  # type: ignore[arg-type, union-attr]
    with closing(psycopg.connect(located(address).url, autocommit=True)) as connection:  # type: ignore[union-attr]
        for schema in schemas:
            connection.execute(f'SET client_min_messages = error; DROP SCHEMA IF EXISTS "{schema}" CASCADE')


@pytest.fixture
def stored(place: str) -> Iterator[Any]:
    """A new memory in a file, and again one on a server."""
    from tm.search.memory import Memory

    with Memory(place) as memory:
        yield memory
