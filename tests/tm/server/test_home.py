"""The start page with much recent work, and the choice of a language."""

import os
import shutil
from pathlib import Path

import pytest

from tests.serving import UNITS, client_of
from tm.review.journal import ReviewJournal
from tm.review.repository import ReviewRepository
from tm.server.options import ServerOptions

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


@pytest.mark.parametrize(
    ("referer", "to"),
    [
        ("http://127.0.0.1:8080/phrases?text=%E5%8D%8F", "/phrases?text=%E5%8D%8F"),
        ("http://127.0.0.1:8080/units/m/2", "/units/m/2"),
        ("http://elsewhere.example/x", "/tools"),
        ("http://127.0.0.1:8080//elsewhere.example/", "/"),
        ("", "/tools"),
    ],
)
def test_the_choice_of_a_language_returns_to_its_page(options: ServerOptions, referer: str, to: str) -> None:
    with client_of(options) as client:
        headers = {"referer": referer} if referer else {}
        response = client.get("/language/zh?back=/tools", headers=headers)
        assert response.status_code == 303
        assert response.headers["location"] == to
        assert '<html lang="zh"' in client.get("/start", headers={**PAGE, "accept-language": "en"}).text
