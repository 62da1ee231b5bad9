"""Documents from standard input and from web addresses."""

import functools
import io
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from corpora.errors import EmptyInput, FetchError, UsageError
from corpora.readers import fetch
from corpora.readers.reading import read
from corpora.readers.source import files_of, is_file, read_source


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Standard:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def test_a_dash_is_standard_input_with_its_type_by_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Standard(b"# Lamps\n\n```\nx\n```\n\nThey are lit at dusk.\n"))
    document = read("-")
    assert (document.path, document.properties["format"]) == ("standard input", "markdown")
    monkeypatch.setattr(sys, "stdin", Standard(b""))
    with pytest.raises(EmptyInput, match="standard input is empty"):
        read(Path("-"))


@pytest.mark.parametrize("given", ["https://a.example/b/c.md?x=1", Path("https://a.example/b/c.md?x=1")])
def test_an_address_is_fetched_whole(given: str | Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def download(address: str) -> bytes:
        asked.append(address)
        return b"Lamps **burn**."

    monkeypatch.setattr(fetch, "download", download)
    document = read(given)
    assert asked == ["https://a.example/b/c.md?x=1"]
    assert (document.path, document.blocks[0].text) == ("a.example/b/c.md", "Lamps burn.")


def test_a_page_of_a_server_is_read(tmp_path: Path) -> None:
    (tmp_path / "lamps.html").write_text("<html><body><p>They are lit at dusk.</p></body></html>")
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert read(Path(f"{address}/lamps.html")).blocks[0].text == "They are lit at dusk."
        with pytest.raises(FetchError, match="there is no document"):
            read(f"{address}/none.html")
        server.shutdown()


def test_what_is_no_address_or_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    options = fetch.FetchOptions(retries=0, timeout=2)
    with pytest.raises(FetchError, match=r"127\.0\.0\.1 cannot be reached"):
        fetch.download("http://127.0.0.1:9/x", options)
    with pytest.raises(UsageError, match="is not a web address"):
        fetch.download("http://[::1/x", options)


def test_files_and_other_sources(tmp_path: Path) -> None:
    assert [is_file(one) for one in ("a.txt", "-", "http://x", Path("HTTPS://x/y"), "http/x", "c:/x", Path("-x"))] == [
        True, False, False, False, True, True, True,
    ]  # fmt: skip
    assert files_of(["-", "a.txt", "http://x"]) == [Path("a.txt")]
    with pytest.raises(UsageError, match="only once"):
        files_of(["-", Path("-")])
    (tmp_path / "a.txt").write_bytes(b"x")
    assert read_source(tmp_path / "a.txt") == (b"x", tmp_path / "a.txt")
