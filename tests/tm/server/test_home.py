"""The start page with much recent work, and the choice of a language."""

import html
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.serving import UNITS, client_of
from tm.review.journal import ReviewJournal
from tm.review.repository import ReviewRepository
from tm.server.options import Access, ServerOptions

PAGE = {"accept": "text/html"}


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """30 reviews, the one with the highest number being the latest, and a damaged one after them."""
    folder = tmp_path / "reviews"
    repository = ReviewRepository(folder, "")
    repository.begin("0" * 16, UNITS[:2], title="first")
    for number in range(1, 31):
        place = folder / f"{number:016x}"
        if number < 30:
            shutil.copytree(folder / ("0" * 16), place)
            repository.set_meta(place.name, title=f"review {number} <b>")
        else:
            place.mkdir()
            (place / "review.db").write_bytes(b"no database")
        for path in place.iterdir():
            os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    for path in (folder / ("0" * 16)).iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return folder


def test_the_start_page_reads_only_what_it_shows(
    options: ServerOptions, reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    known = ReviewJournal.__init__
    monkeypatch.setattr(ReviewJournal, "__init__", lambda self, path: (opened.append(path), known(self, path))[1])
    with client_of(options, writable=True, reviews=reviews) as client:
        page = client.get("/start", headers=PAGE).text
        assert len(opened) == 21, "20 that are shown, and the damaged one"
        assert page.index("review 29 &lt;b&gt;") < page.index("review 10 &lt;b&gt;")
        assert "review 9 " not in page
        assert ">All reviews<" in page


@pytest.mark.parametrize("writable", [False, True])
def test_the_editor_adds_to_the_memory_only_where_the_server_may(
    options: ServerOptions, reviews: Path, writable: bool
) -> None:
    with client_of(options, writable=writable, reviews=reviews) as client:
        path = f"/review/reviews/{1:016x}"
        page = client.get(path, headers=PAGE).text
        shown = ['data-command="send"' in page, 'id="term"' in page, 'id="phrase"' in page]
        assert shown == [writable, writable, True]
        before = client.get("/api/stats").json()["units"]
        answers = [
            client.post(f"{path}/memory", json={"selection": "valid"}),
            client.post(f"{path}/terms", json={"source": "批准书", "target": "instrument of ratification"}),
        ]
        assert [one.status_code for one in answers] == ([200] * 2 if writable else [403] * 2)
        if not writable:
            read_only = "this server is read-only; its owner can start it with --write"
            assert [one.json()["message"] for one in answers] == [read_only] * 2
        assert client.get("/api/stats").json()["units"] == before
        assert options.terms.exists() == writable


def test_the_list_of_reviews_has_pages(options: ServerOptions, reviews: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.review.app._LISTED", 20)
    with client_of(options, writable=True, reviews=reviews) as client:
        first, second = (client.get(f"/review/{query}", headers=PAGE).text for query in ("", "?page=1"))
        assert first.count('class="soft">2 units') == 20
        assert "?page=1" in first
        assert second.count('class="soft">2 units') == 10
        assert "?page=2" not in second
        assert len(client.get("/review/list").json()) == 30
        assert client.get("/review/?page=99999999999999999999").status_code == 200


def language_link(page: str) -> str:
    """The address that the page has for Chinese."""
    found = re.search(r'href="([^"]*/language/zh[^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize("prefix", ["", "/duiyi"])
@pytest.mark.parametrize(
    "path", ["/tools", "/phrases?text=%E5%8D%8F%26&side=both", "/units/treaties/2", "/review/?page=1&mine=1"]
)
def test_the_choice_of_a_language_returns_to_its_page(
    options: ServerOptions, tmp_path: Path, prefix: str, path: str
) -> None:
    with client_of(options, access=Access(prefix=prefix), reviews=tmp_path / "reviews") as client:
        page = client.get(f"{prefix}{path}", headers=PAGE)
        assert page.status_code == 200
        response = client.get(language_link(page.text), headers={"referer": f"http://127.0.0.1:8080{prefix}/start"})
        assert response.status_code == 303
        assert response.headers["location"] == f"{prefix}{path}"


def test_the_choice_of_a_language_after_a_refused_form_returns_to_the_form(options: ServerOptions) -> None:
    with client_of(options, writable=True) as client:
        sent = client.post("/tools/import", files={"file": ("bad.tmx", "<tmx>")}, headers=PAGE)
        assert sent.status_code == 400
        response = client.get(language_link(sent.text), headers={"referer": "http://127.0.0.1:8080/tools/import"})
        assert response.headers["location"] == "/tools"


@pytest.mark.parametrize(
    ("back", "to"), [("/tools", "/tools"), ("//elsewhere.example/", "/"), ("http://elsewhere.example/", "/")]
)
def test_the_choice_of_a_language_leads_to_no_other_site(options: ServerOptions, back: str, to: str) -> None:
    with client_of(options) as client:
        response = client.get("/language/zh", params={"back": back})
        assert response.headers["location"] == to
        assert '<html lang="zh"' in client.get("/start", headers={**PAGE, "accept-language": "en"}).text
