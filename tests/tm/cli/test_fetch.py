"""`duiyi fetch` against a server of our own: files in both languages, or none where one is missing."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from corpora.errors import FetchError, InputError
from tests.commands import done


class Service(BaseHTTPRequestHandler):
    """Has every symbol in Chinese, in English only those of the Assembly, and answers others with a page."""

    def do_GET(self) -> None:
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        if query["l"] == "en" and not query["s"].startswith("A/"):
            content = b"<!doctype html><html><head><title>Not found</title></head></html>"
        else:
            start = "PK\x03\x04" if query["t"] == "docx" else "%PDF-1.7"
            content = f"{start} {query['s']} {query['l']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("DUIYI_FETCH_SERVICE", f"http://127.0.0.1:{server.server_port}/api/symbol/access")
        yield
        server.shutdown()
        thread.join()


def fetch(*arguments: object) -> str:
    return done("fetch", *arguments, "--no-cache").out


@pytest.mark.usefixtures("service")
def test_both_languages_are_written_to_files(tmp_path: Path) -> None:
    told = json.loads(fetch("A/RES/58/4", "--out", tmp_path, "--json"))
    assert [(entry["language"], Path(entry["path"]).name) for entry in told] == [
        ("zh", "A_RES_58_4.zh.pdf"),
        ("en", "A_RES_58_4.en.pdf"),
    ]
    assert (tmp_path / "A_RES_58_4.en.pdf").read_bytes() == b"%PDF-1.7 A/RES/58/4 en"


@pytest.mark.usefixtures("service")
def test_files_of_both_languages_or_of_none(tmp_path: Path) -> None:
    (tmp_path / "A_RES_58_4.en.pdf").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        fetch("A/RES/58/4", "--out", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["A_RES_58_4.en.pdf"]


@pytest.mark.usefixtures("service")
def test_a_document_that_lacks_a_language_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"CAC/COSP/2017/14 in en: the service sent a web page \(“Not found”\)"):
        fetch("CAC/COSP/2017/14", "--lang", "zh", "--lang", "en", "--out", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("service")
def test_a_document_may_be_fetched_again_but_an_edited_one_is_not_replaced(tmp_path: Path) -> None:
    for _ in range(2):
        fetch("A/RES/58/4", "--out", tmp_path, "--format", "docx")
    path = tmp_path / "A_RES_58_4.zh.docx"
    path.write_bytes(b"PK\x03\x04 edited")
    with pytest.raises(InputError, match="another program wrote or changed"):
        fetch("A/RES/58/4", "--out", tmp_path, "--format", "docx")
    assert path.read_bytes() == b"PK\x03\x04 edited"
