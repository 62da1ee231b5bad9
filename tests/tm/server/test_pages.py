"""The pages as a server makes them: what they count is in the singular where there is one of it."""

from pathlib import Path

import pytest

from tests.serving import UNITS, client_of
from tm.memory import Memory
from tm.server.options import ServerOptions


@pytest.fixture
def options(tmp_path: Path) -> ServerOptions:
    """A memory of one unit."""
    path = tmp_path / "one.duiyi"
    with Memory.open(path, create=True) as made:
        made.add(UNITS[:1])
    return ServerOptions(((path, 0),), tmp_path / "terms.sqlite", writable=True)


def test_one_of_each_kind(options: ServerOptions) -> None:
    glossary = {"file": ("g.csv", "zh,en,en_forbidden\n条,Article,Clause\n")}
    faulty = {"file": ("units.tsv", "zh\ten\n第一条\tClause 1\n")}
    with client_of(options) as client:
        assert "1 entry imported, 1 in the glossary." in client.post("/tools/import-terms", files=glossary).text
        assert "1 entry in the glossary." in client.get("/terms").text
        assert ">1 answer<" in client.get("/terms", params={"text": "Article"}).text
        assert "1 unit in one." in client.get("/").text
        assert ">1 match<" in client.get("/", params={"text": "第一条"}).text
        assert ">1 unit<" in client.get("/phrases", params={"text": "第一条"}).text
        assert "1 finding in 1 unit of units.tsv." in client.post("/tools/check", files=faulty).text
        assert "units.tsv: 1 unit, 1 new, 0 known." in client.post("/tools/import", files=faulty).text
