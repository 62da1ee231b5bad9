"""The pages without a browser: numbers with their nouns, and unknown languages."""

import re
from pathlib import Path

import pytest

from tests.serving import UNITS, client_of
from tm.search.memory import Memory
from tm.server.options import ServerOptions


@pytest.fixture
def options(tmp_path: Path) -> ServerOptions:
    """A memory of one unit."""
    path = tmp_path / "one.duiyi"
    with Memory(path) as made:
        made.add(UNITS[:1])
    return ServerOptions(((path, 0),), tmp_path / "terms.sqlite", writable=True)


@pytest.mark.parametrize(
    "address", ["/?text=x&source_lang=xx-foo", "/?text=x&target_lang=xx-foo", "/terms?text=x&lang=xx-foo",
                 "/terms?text=x&to=xx-foo", "/terms?what=text&text=x&lang=xx-foo"],
)  # fmt: skip
def test_an_unknown_language_is_reported_on_the_page(options: ServerOptions, address: str) -> None:
    with client_of(options) as client:
        response = client.get(address, headers={"accept": "text/html"})
    assert response.status_code == 400
    assert "&#39;xx-foo&#39; is not a known language code" in response.text


@pytest.mark.parametrize(
    "address",
    ["/", "/?text=第一条", "/phrases", "/phrases?text=第一条", "/terms", "/terms?text=条", "/tools", "/api/docs"],
)
def test_pages_are_in_the_language_of_the_browser(options: ServerOptions, address: str) -> None:
    with client_of(options) as client:
        chinese = client.get(address, headers={"accept": "text/html", "accept-language": "zh-CN,zh;q=0.9"}).text
        english = client.get(address, headers={"accept": "text/html", "accept-language": "fr, en"}).text
    assert '<html lang="zh"' in chinese
    assert '<html lang="en"' in english
    assert ">术语<" in chinese
    assert ">Terms<" in english
    if address == "/api/docs":  # where the values that programs send stay as they are
        assert ">检索文本" in chinese
        assert "Look up a text" not in chinese
    else:
        assert not re.search(r">[^<]*\b(?:match|exact|[Uu]nit|reviewed)", chinese)


def test_documents_that_a_text_names(options: ServerOptions) -> None:
    treaty = {"file": ("A_RES_58_4.tsv", "zh\ten\n通过公约。\tAdopts the Convention.\n")}
    with client_of(options, writable=True, follow_redirects=True) as client:
        client.post("/api/import", files=treaty)
        page = client.get("/", params={"text": "根据A/RES/58/4和S/2004/123，通过公约。"}).text
        assert "Documents named" not in client.get("/", params={"text": "通过公约。"}).text
    assert re.search(r'<li><a href="[^"]*/bitext\?[^"]*origin=A%2FRES%2F58%2F4">A/RES/58/4</a></li>', page)
    assert "<code>duiyi fetch S/2004/123</code>" in page


def test_singular_and_plural(options: ServerOptions) -> None:
    glossary = {"file": ("g.csv", "zh,en,en_forbidden\n条,Article,Clause\n")}
    faulty = {"file": ("units.tsv", "zh\ten\n第一条\tClause 1\n")}
    with client_of(options, follow_redirects=True) as client:
        assert "1 entry imported, 1 in the glossary." in client.post("/tools/import-terms", files=glossary).text
        assert "1 entry in the glossary." in client.get("/terms").text
        assert ">1 term<" in client.get("/terms", params={"text": "Article"}).text
        assert "1 unit in one." in client.get("/").text
        assert ">1 match<" in client.get("/", params={"text": "第一条"}).text
        assert ">1 unit<" in client.get("/phrases", params={"text": "第一条"}).text
        assert "1 finding in 1 unit." in client.post("/tools/check", files=faulty).text
        assert "1 unit, 1 new, 0 known." in client.post("/tools/import", files=faulty).text
