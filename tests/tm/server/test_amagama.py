"""amaGama's protocol, as Weblate's tmserver client uses it and as amaGama documents it."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.serving import client_of
from tm.unit import Unit, cleaned


class Weblate:
    """The requests of weblate/machinery/tmserver.py for the address that an administrator entered."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._client = httpx.Client(trust_env=False, timeout=10)

    def close(self) -> None:
        self._client.close()

    def _address(self, *parts: str | bytes) -> str:
        return "/".join(chain([self._url], (quote(part, b"") for part in parts)))  # type: ignore[arg-type]

    def _get(self, address: str) -> Any:
        response = self._client.request("get", address)
        response.raise_for_status()
        return response.json()

    def code(self, code: str) -> str:
        return code.replace("-", "_").lower()

    def languages(self) -> set[tuple[str, str]]:
        found = self._get(self._address("languages", ""))
        return {(source, target) for source in found["sourceLanguages"] for target in found["targetLanguages"]}

    def translations(self, source: str, target: str, text: str, threshold: int = 75) -> list[dict[str, Any]]:
        address = self._address(source, target, "unit", text[:500].replace("\r", " ").encode())
        found = []
        for line in self._get(address):
            quality = int(line["quality"])
            if quality >= threshold:
                found.append({"text": line["target"], "quality": quality, "source": line["source"]})
        return found


@pytest.fixture
def weblate(memory: Path, serving: Callable[..., Any]) -> Iterator[Weblate]:
    address, _ = serving("--memory", memory)
    client = Weblate(f"{address}tmserver/")
    yield client
    client.close()


def test_weblate_can_be_set_up_and_used(weblate: Weblate) -> None:
    # When an administrator saves the settings: the languages, then a test query of Weblate, which must not fail.
    languages = weblate.languages()
    assert weblate.translations("en", "de", "test") == []
    for pair in [("zh_hans", "en"), ("en", "zh_hans"), ("zh_cn", "en_us"), ("zh", "en")]:
        assert pair in languages
    assert weblate.code("zh-Hans") == "zh_hans"
    (first, second) = weblate.translations("zh_hans", "en", "本协议自签字之日起生效。")
    assert first == {
        "text": "This agreement enters into force on signature.",
        "quality": 100,
        "source": "本协议自签字之日起生效。",
    }
    assert second["quality"] == 81
    assert weblate.translations("zh_hans", "en", "本协议自签字之日起生效。", threshold=90) == [first]
    # The other direction, and characters that are special in addresses.
    assert weblate.translations("en", "zh_hans", "Article 1")[0]["text"] == "第一条"
    awkward = 'Press <b>OK</b> & "continue" 100%'
    assert weblate.translations("en_us", "zh_cn", awkward)[0]["quality"] == 100


@pytest.mark.parametrize(
    "text",
    ["a/b/c", "//", "two\nlines\n", "? # % & +", "%2F%0A", "a\x00b", "𠀀😀", "x" * 500, "条" * 500, " ; '--"],
)
def test_any_text_can_be_part_of_the_address(weblate: Weblate, text: str) -> None:
    assert weblate.translations("zh_cn", "en", text) == []


# Clients remove "." and ".." from an address before they send it.
@given(text=st.text(min_size=1, max_size=60).filter(lambda text: text.strip() and not {".", ".."} & {*text.split("/")}))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everything_after_unit_is_the_text(client: TestClient, text: str) -> None:
    body = {"source": text, "target": "T"}
    unit = Unit(text, "T", "zh-CN", "en")
    if any("\ud800" <= sign <= "\udfff" for sign in text) or cleaned(unit) is not unit:
        return  # memories do not store it as it is
    assert client.post("/tmserver/zh_cn/en/unit/1", json=body).status_code == 200
    path = f"/tmserver/zh_cn/en/unit/{quote(text, safe='')}"
    found = client.get(path).json()
    assert found[0]["source"] == text
    assert client.get("/tmserver/zh_cn/en/unit/", params={"source": text}).json() == found


def test_the_format_of_responses(client: TestClient) -> None:
    response = client.get("/tmserver/zh_CN/en/unit/本协议自签字之日起生效。")
    assert response.headers["content-type"] == "application/json"
    (first, second) = response.json()
    assert set(first) == {"source", "target", "quality", "rank"}
    assert (first["quality"], second["quality"]) == (100.0, 81.0)
    assert isinstance(first["quality"], float)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("min_similarity=90", 1),
        ("min_similarity=1", 2),
        ("min_similarity=900", 1),
        ("min_similarity=many", 2),
        ("max_candidates=1", 1),
        ("max_candidates=0", 2),
        ("max_candidates=-3", 1),
        ("jsoncallback=evil", 2),
    ],
)
def test_parameters_are_read_as_amagama_reads_them(client: TestClient, query: str, count: int) -> None:
    response = client.get(f"/tmserver/zh_cn/en_us/unit/本协议自签字之日起生效。?{query}")
    assert len(response.json()) == count
    assert "evil" not in response.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tmserver/", 404),
        ("/tmserver/zh_cn/en/", 404),
        ("/tmserver/zh_cn/en/unit/", 404),
        ("/tmserver/zh_cn/en/unit/%20", 404),
        ("/tmserver/zh_cn/en/store/x", 405),
        ("/tmserver/en/en/unit/x", 404),
        ("/tmserver/1/2/unit/x", 404),
        ("/tmserver/zh_cn/en/units/x", 404),
        ("/tmserver/fr/en/unit/x", 200),
        ("/tmserver/en_devel/de/unit/x", 200),
        ("/tmserver/qaa/en/unit/x", 200),
        ("/tmserver/xx_foo/en/unit/x", 404),
        ("/tmserver/zh_cn/xx/unit/x", 404),
        ("/tmserver/languages", 200),
    ],
)
def test_addresses(client: TestClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    if status != 200:
        assert response.json()["message"]


def test_an_unknown_language_can_only_be_added_explicitly(client: TestClient) -> None:
    assert client.put("/tmserver/xx/en/unit/1", json={"source": "Rhi", "target": "A"}).status_code == 404
    unit = {"source": "Rhi", "target": "A", "source_lang": "xx", "target_lang": "en"}
    assert client.post("/api/add", json={"units": [unit]}).json()["new"] == 1
    assert [one["target"] for one in client.get("/tmserver/xx/en/unit/Rhi").json()] == ["A"]


def test_units_and_stores_are_added(client: TestClient) -> None:
    def known(text: str) -> list[str]:
        return [one["target"] for one in client.get(f"/tmserver/zh_cn/en/unit/{text}").json() if one["quality"] == 100]

    assert client.put("/tmserver/zh_cn/en/unit/1", json={"source": "甲", "target": "A"}).text == ""
    assert client.post("/tmserver/zh_cn/en/unit/?source=1", json={"source": "乙", "target": "B"}).status_code == 200
    units = [{"source": "丙", "target": "C"}, {"source": "丁", "target": "D"}, {"source": "戊", "target": " "}]
    assert client.post("/tmserver/zh_cn/en/store/book.po", json=units).text == "added 2 units from book.po"
    po = (
        'msgid ""\nmsgstr "Language: en\\nX-Source-Language: zh_CN\\nContent-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "己"\nmsgstr "F"\n'
    )
    response = client.put("/tmserver/zh_cn/en/store/some/file.po", content=po.encode())
    assert response.text == "added 1 unit from some/file.po", response.text
    assert [known(one) for one in "甲乙丙丁己"] == [["A"], ["B"], ["C"], ["D"], ["F"]]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "unit/1", b"no json"),
        ("PUT", "unit/1", b"[" * 100_000),
        ("PUT", "unit/1", b'{"source": 5, "target": "x"}'),
        ("PUT", "unit/1", b'{"source": "x", "target": ""}'),
        ("PUT", "unit/1", b'{"source": "\\ud800", "target": "x"}'),
        ("POST", "store/x", b'{"source": "x", "target": "y"}'),
        ("POST", "store/x", b"[5]"),
        ("PUT", "store/x.exe", b"MZ"),
        ("PUT", "store/x.tmx", b"<tmx"),
    ],
)
def test_what_cannot_be_added_is_reported(client: TestClient, method: str, path: str, body: bytes) -> None:
    response = client.request(method, f"/tmserver/zh_cn/en/{path}", content=body)
    assert response.status_code == 400, response.text
    assert response.json()["message"]
    assert "duiyi-serve" not in response.text, "no path of the machine"


def test_a_read_only_server_accepts_nothing(options: Any) -> None:
    with client_of(options) as client:
        for method, path in [("PUT", "unit/1"), ("POST", "unit/1"), ("POST", "store/x"), ("PUT", "store/x.po")]:
            response = client.request(method, f"/tmserver/zh_cn/en/{path}", content=b"{}")
            assert response.status_code == 403
            assert "read-only" in response.json()["message"]
