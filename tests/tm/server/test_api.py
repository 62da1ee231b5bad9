"""The API: responses as the command line prints them, their OpenAPI description, import and export."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter
from starlette.testclient import TestClient

from tests.commands import done
from tests.serving import UNITS, client_of
from tm.formats import read
from tm.search.memory import Memory
from tm.server import responses
from tm.server.options import ServerOptions
from tm.server.service import EXPORTS, TERM_EXPORTS

TEXT = "本协议自签字之日起生效。"
STATES = "zh,en,en_forbidden\n缔约国,State party,contracting country\n"


def pair(source: str, target: str) -> dict[str, str]:
    return {"source": source, "target": target, "source_lang": "zh-CN", "target_lang": "en-US"}


def printed(*arguments: object) -> Any:
    """The JSON output of the command line."""
    return json.loads(done(*arguments).out)


def fits(model: Any, found: Any) -> None:
    """Check that every key is described and every value has its type."""
    TypeAdapter(model).validate_python(found, strict=False)


def without_places(found: Any) -> Any:
    """Without the memory, for which the server gives its name, not its path."""
    return [{key: value for key, value in one.items() if key != "memory"} for one in found]


@pytest.mark.parametrize(
    ("query", "flags"),
    [
        ({"text": TEXT}, []),
        ({"text": TEXT, "min": 50, "limit": 1}, ["--min", "50", "--limit", "1"]),
        ({"text": TEXT, "previous": "第一条", "next": "第二条"}, ["--previous", "第一条", "--next", "第二条"]),
        ({"text": "共有 15 名成员参加会议", "substitute": True}, ["--substitute"]),
        (
            {"text": "Article 1", "source_lang": "en", "target_lang": "zh"},
            ["--source-lang", "en", "--target-lang", "zh"],
        ),
        ({"text": TEXT, "status": "reviewed"}, ["--status", "reviewed"]),
        ({"text": TEXT, "origin": "treaty", "min_quality": 0.9}, ["--origin", "treaty", "--min-quality", "0.9"]),
        ({"text": TEXT, "since": "2020-01-01", "with_text": "协议"}, ["--since", "2020-01-01", "--text", "协议"]),
        ({"text": "'; DROP TABLE units; --"}, []),
        ({"text": 'NEAR("a" OR b*) AND {c}: ^d'}, []),
    ],
)
def test_lookup_equals_the_command_line(
    client: TestClient, memory: Path, query: dict[str, Any], flags: list[str]
) -> None:
    expected = printed("lookup", query["text"], *flags, "--memory", memory, "--json")
    response = client.get("/api/lookup", params=query)
    assert response.status_code == 200, response.text
    assert without_places(response.json()) == without_places(expected)
    assert {one["memory"] for one in response.json()} <= {"treaties"}
    fits(list[responses.MatchResponse], response.json())
    posted = client.post("/api/lookup", json=query)
    assert posted.json() == response.json()


def test_several_statuses_and_memories(client: TestClient) -> None:
    found = client.get(f"/api/lookup?text={TEXT}&status=reviewed&status=unreviewed&memory=treaties&memory=treaties")
    assert len(found.json()) == 2


def test_a_batch_uses_the_neighbours_as_context(client: TestClient) -> None:
    response = client.post("/api/lookup/batch", json={"texts": ["第一条", TEXT, "第二条", " "]})
    fits(list[list[responses.MatchResponse]], response.json())
    assert [[match["score"] for match in matches][:1] for matches in response.json()] == [[101], [102], [], []]


@pytest.mark.parametrize(
    "query",
    [
        {"text": "协议"},
        {"text": "agreement", "side": "target"},
        {"text": "协议", "limit": 1},
        {"text": "ARTICLE", "exact": True},
        {"text": "100%"},
    ],
)
def test_concordance_equals_the_command_line(client: TestClient, memory: Path, query: dict[str, Any]) -> None:
    options = [part for key, value in query.items() if key != "text"
               for part in ([f"--{key}"] if value is True else [f"--{key}", value])]  # fmt: skip
    expected = printed("concordance", query["text"], *options, "--memory", memory, "--json")
    response = client.get("/api/concordance", params=query)
    assert without_places(response.json()) == without_places(expected)
    fits(list[responses.HitResponse], response.json())
    assert client.post("/api/concordance", json=query).json() == response.json()


def test_stats_and_memories(client: TestClient, memory: Path) -> None:
    expected = printed("memory", "stats", "--memory", memory, "--json")
    found = client.get("/api/stats").json()
    assert found == expected | {"memory": "treaties", "file_size": found["file_size"]}
    fits(responses.StatsResponse, found)
    (one,) = client.get("/api/memories").json()
    fits(responses.MemoryResponse, one)
    assert (one["name"], one["units"], one["writable"]) == ("treaties", 5, True)


def test_several_memories_each_with_a_name_and_a_penalty(options: ServerOptions, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    with Memory(folder / "treaties.duiyi") as other:
        other.add(UNITS[1:2])
        other.add([UNITS[3]])
    memories = ((options.memories[0][0], 0), (folder / "treaties.duiyi", 10))
    with client_of(options, memories=memories) as client:
        assert [one["name"] for one in client.get("/api/memories").json()] == ["treaties", "treaties-2"]
        scores = {name: client.get("/api/lookup", params={"text": TEXT, "memory": name, "limit": 1}).json()[0]["score"]
                  for name in ("treaties", "treaties-2")}  # fmt: skip
        assert scores == {"treaties": 100, "treaties-2": 90}
        # The same pair from two memories comes once, with the better score.
        assert [one["score"] for one in client.get(f"/api/lookup?text={TEXT}").json()] == [100, 81]
        assert client.get("/api/stats?memory=treaties-2").json()["units"] == 2


def test_an_addition_with_a_key_may_be_repeated(client: TestClient) -> None:
    unit = {"source": "第九十九条", "target": "Article 99", "source_lang": "zh-CN", "target_lang": "en-US"}
    told = [
        client.post("/api/add", json={"units": [unit]}, headers={"idempotency-key": key}).json()
        for key in ("one", "one", "two", "")
    ]
    assert [(one["new"], one["folded"]) for one in told] == [(1, 0), (0, 0), (0, 1), (0, 1)]
    assert client.get("/api/lookup", params={"text": unit["source"]}).json()[0]["count"] == 3


def test_units_are_added_and_merged(client: TestClient, memory: Path) -> None:
    unit = {"source": "丙", "target": "C", "source_lang": "zh_CN", "target_lang": "en", "author": "ada",
            "notes": ["n"], "origin": {"source_file": "x.txt", "page": 3}}  # fmt: skip
    first = client.post("/api/add", json={"units": [unit, {**unit, "target": " "}]}).json()
    fits(responses.ImportResponse, first)
    assert (first["read"], first["new"], first["left_out"]) == (2, 1, {"no target text": 1})
    assert client.post("/api/add", json={"units": [unit]}).json()["folded"] == 1
    (found,) = client.get("/api/lookup?text=丙").json()
    assert (found["target"], found["origin"], found["count"]) == ("C", {"source_file": "x.txt", "page": 3}, 2)
    client.post("/api/add", json={"units": [{**unit, "target": "C!", "status": "reviewed"}], "keep": "best"})
    assert [one["target"] for one in client.get("/api/lookup?text=丙").json()] == ["C!"]


@pytest.mark.parametrize("suffix", [one for one in EXPORTS if one != "html"])
def test_units_are_exported_and_imported(
    client: TestClient, options: ServerOptions, tmp_path: Path, suffix: str
) -> None:
    response = client.get(f"/api/export?format={suffix}")
    assert response.status_code == 200, response.text
    assert response.headers["content-disposition"] == f"attachment; filename*=UTF-8''treaties.{suffix}"
    path = tmp_path / f"out.{suffix}"
    path.write_bytes(response.content)
    assert len(list(read(path, on_problem=print))) == len(UNITS)
    with client_of(options, memories=((tmp_path / "new.duiyi", 0),), writable=True) as other:
        report = other.post("/api/import", files={"file": (path.name, response.content)}).json()
        fits(responses.ImportResponse, report)
        assert (report["file"], report["new"], report["problems"]) == (path.name, len(UNITS), [])
        assert other.get(f"/api/lookup?text={TEXT}").json()[0]["score"] == 100


def test_a_file_is_filled(client: TestClient) -> None:
    text = "# 新闻\n\n" + UNITS[0].source + "\n"
    sent = client.post("/api/pretranslate", files={"file": ("n.md", text.encode())}, data={"target_lang": "en"})
    assert sent.headers["content-disposition"].endswith("n.xlf")
    assert f">{UNITS[0].target}</target>" in sent.text
    table = client.post("/api/pretranslate", files={"file": ("n.md", text.encode())}, data={"format": "docx"})
    assert table.content.startswith(b"PK")
    refused = client.post("/api/pretranslate", files={"file": ("n.tmx", b"<tmx/>")})
    assert refused.status_code == 400


@pytest.mark.parametrize("address", ["/api/pretranslate", "/tools/pretranslate"])
def test_a_filled_file_stays_in_its_folder(address: str, client: TestClient, tmp_path: Path) -> None:
    target = tmp_path / "new" / "evil.xlf"
    form = {"format": f"x/{'../' * 30}{target.relative_to('/')}", "target_lang": "en"}
    assert client.post(address, files={"file": ("n.md", b"# A title\n")}, data=form).is_client_error
    assert not target.parent.exists()


def test_an_export_for_a_tool_with_a_filter(client: TestClient) -> None:
    response = client.get("/api/export?for=omegat&status=reviewed")
    assert "批准" in response.text
    assert "签字" not in response.text


def test_a_damaged_file_gives_its_valid_units_or_nothing(client: TestClient, memory: Path) -> None:
    lines = [json.dumps(pair(f"行{n}", f"line {n}")) for n in range(3)]
    content = "\n".join([lines[0], "{no json", *lines[1:]]).encode()
    refused = client.post("/api/import", files={"file": ("x.jsonl", content)}, data={"strict": "true"})
    assert refused.status_code == 400
    assert refused.json()["message"].startswith("x.jsonl, line 2: ")
    assert client.get("/api/stats").json()["units"] == len(UNITS)
    report = client.post("/api/import", files={"file": ("x.jsonl", content)}, data={"status": "reviewed"}).json()
    assert report["new"] == 3
    assert [one["line"] for one in report["problems"]] == [2]
    assert client.get("/api/lookup?text=行0").json()[0]["status"] == "reviewed"


def test_every_operation_is_described(client: TestClient) -> None:
    description = client.get("/api/openapi.json").json()
    assert description["openapi"].startswith("3.")
    memory = {"lookup", "lookup/batch", "concordance", "add", "import", "export", "memories", "stats", "pretranslate"}
    unit = "units/{memory}/{unit}"
    memory |= {unit, f"{unit}/reject", f"{unit}/restore"}
    terms = {"lookup", "find", "import", "export", "extract", "check", "check/file", "report"}
    terms |= {"entries", "entries/{entry}", "entries/{entry}/reject", "entries/{entry}/restore"}
    expected = {f"/api/{one}" for one in memory} | {f"/api/terms/{one}" for one in terms}
    assert set(description["paths"]) == expected
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert operation["description"]
            assert {"200", "201", "204"} & operation["responses"].keys()
            assert "422" not in operation["responses"], "invalid requests have 400"
            assert operation["responses"]["400"]["content"]["application/json"]["schema"]["$ref"].endswith(
                "/ErrorResponse"
            )
            for one in operation.get("parameters", ()):
                assert one.get("description"), (path, one["name"])


def test_the_docs_page_names_every_operation_and_field(client: TestClient) -> None:
    description = client.get("/api/openapi.json").json()
    page = client.get("/api/docs").text
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in page
            for one in operation.get("parameters", ()):
                assert f"<code>{one['name']}</code>" in page
    assert "<script" not in page
    for place in ("http://", "https://"):
        assert page.count(place) == page.count(f"{place}127.0.0.1:8080"), "nothing from other sites"


def test_models_have_descriptions() -> None:
    models = [one for name in responses.__all__ if issubclass(one := getattr(responses, name), BaseModel)]
    assert all(model.__doc__ for model in models)


# -- terms


def test_terms_equal_the_command_line(client: TestClient, memory: Path, tmp_path: Path) -> None:
    terms = tmp_path / "own.sqlite"
    glossary = tmp_path / "g.csv"
    glossary.write_text(
        "zh,en,en_forbidden\n缔约国,State party,contracting country\n资产追回,asset recovery,\n", "utf-8"
    )
    printed("term", "import", glossary, "--terms", terms, "--json")
    with glossary.open("rb") as file:
        report = client.post("/api/terms/import", files={"file": ("g.csv", file)}).json()
    fits(responses.TermImportResponse, report)
    assert (report["imported"], report["entries"]) == (2, 2)
    client.post("/api/add", json={"units": [pair("各缔约国应当合作。", "States parties shall cooperate.")]})
    (example,) = client.get("/api/terms/lookup?text=缔约国").json()[0]["memory_examples"]
    assert example["target"] == "States parties shall cooperate."
    for text in ("缔约国", "States parties", "缔*", "contracting"):
        found = client.get("/api/terms/lookup", params={"text": text}).json()
        fits(list[responses.TermResponse], found)
        assert found == printed("term", "lookup", text, "--terms", terms, "--memory", memory, "--json")
    text = "缔约国开展资产追回。"
    found = client.get("/api/terms/find", params={"text": text}).json()
    fits(list[responses.TermResponse], found)
    assert found == printed("term", "lookup", text, "--in-text", "--terms", terms, "--memory", memory, "--json")
    best = [(one["source"], one["start"]) for one in found if one["status"] == "preferred"]
    assert best == [("缔约国", 0), ("资产追回", 5)]
    assert client.post("/api/terms/find", json={"text": text}).json() == found
    assert client.get("/api/terms/find", params={"text": text, "to": "fr"}).json() == []


def test_the_sample_glossary_is_used_until_there_is_another(client: TestClient, options: ServerOptions) -> None:
    assert client.get("/api/terms/lookup?text=资产追回").json()[0]["target"] == "asset recovery"
    assert not options.terms.exists()
    client.post("/api/terms/import", files={"file": ("g.tsv", "zh\ten\n甲方\tParty A\n".encode())})
    assert client.get("/api/terms/lookup?text=甲方").json()[0]["target"] == "Party A"
    assert client.get("/api/terms/lookup?text=资产追回").json() == []


@pytest.mark.parametrize("suffix", TERM_EXPORTS)
def test_a_glossary_is_exported_and_imported(
    client: TestClient, options: ServerOptions, tmp_path: Path, suffix: str
) -> None:
    content = client.get(f"/api/terms/export?format={suffix}")
    assert content.status_code == 200, content.text
    with client_of(options, terms=tmp_path / "new.sqlite", terms_named=False, writable=True) as other:
        report = other.post("/api/terms/import", files={"file": (f"g.{suffix}", content.content)})
        assert report.status_code == 200, report.text
        assert report.json()["imported"] >= 80
        assert other.get("/api/terms/lookup?text=资产追回").json()[0]["target"] == "asset recovery"


def test_a_faulty_glossary_is_refused_or_its_faults_are_skipped(client: TestClient) -> None:
    content = "zh,en\n甲方,Party A\n,\n乙方,\n丙方,Party C\n".encode()
    refused = client.post("/api/terms/import", files={"file": ("g.csv", content)})
    assert refused.status_code == 400
    assert "g.csv, line" in refused.json()["message"]
    report = client.post("/api/terms/import", files={"file": ("g.csv", content)}, data={"skip_faulty": "true"}).json()
    assert report["imported"] >= 2
    assert report["problems"]


def test_translations_are_checked(client: TestClient) -> None:
    client.post("/api/terms/import", files={"file": ("g.csv", STATES.encode())})
    units = [pair("各缔约国", "States parties"), pair("缔约国", "the contracting country")]
    found = client.post("/api/terms/check", json={"units": units}).json()
    fits(list[responses.TermFindingResponse], found)
    assert {(one["check"], one["unit"]) for one in found} == {("term-missing", 1), ("term-forbidden", 1)}
    content = "\n".join(json.dumps(unit) for unit in units).encode()
    assert client.post("/api/terms/check/file", files={"file": ("x.jsonl", content)}).json() == found


def test_a_report_is_made(client: TestClient) -> None:
    client.post("/api/terms/import", files={"file": ("g.csv", STATES.encode())})
    content = "\n".join(json.dumps(pair(f"缔约国{n}", f"State party {n}")) for n in range(3)).encode()
    response = client.post("/api/terms/report", files={"file": ("x.jsonl", content)})
    assert response.headers["content-disposition"].endswith("terms.html")
    assert "缔约国" in response.text
    assert "x.jsonl" in response.text


def test_terms_are_extracted_and_added_as_proposed(client: TestClient) -> None:
    verbs = {"审议": "consider", "通过": "adopt", "提交": "submit", "阅读": "read", "支持": "support"}
    units = [
        pair(f"缔约国应当{zh}资产追回工作组的报告", f"States parties shall {en} the report of the asset recovery group")
        for zh, en in verbs.items()
    ]
    units += [pair(f"第{n}条规定了罪行", f"Article {n} defines offences") for n in range(20)]
    content = "\n".join(json.dumps(unit) for unit in units).encode()
    form = {"file": ("x.jsonl", content)}
    found = client.post("/api/terms/extract", files=form, data={"vectors": "false", "limit": "20"}).json()
    fits(responses.ExtractionResponse, found)
    assert found["units"] == len(units)
    assert found["pairs"]
    assert found["added"] == 0
    client.post("/api/terms/import", files={"file": ("g.csv", "zh,en\n甲方,Party A\n".encode())})
    added = client.post("/api/terms/extract", files=form, data={"vectors": "false", "add": "true"}).json()
    assert added["added"] == len(added["pairs"])
    best = added["pairs"][0]
    rows = client.get("/api/terms/lookup", params={"text": best["source"]}).json()
    assert ("proposed", best["target"]) in {(row["status"], row["target"]) for row in rows}
    assert client.post("/api/terms/extract", data={"vectors": "false"}).status_code == 200, "from the memory"
