"""Units and terms on pages, without a script: add, edit, delete, restore, merge; replace, clean, undo; documents."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import current_thread
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.serving import UNITS, client_of, unit
from tests.team import Serving, team_of
from tm.review.repository import ReviewRepository
from tm.search.memory import Memory
from tm.server.documents import _Link, _marked, _pattern
from tm.server.options import Access, ServerOptions
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status, Term
from tm.unit import Origin

PAGE = {"accept": "text/html"}


@pytest.fixture
def options(tmp_path: Path) -> ServerOptions:
    memory = tmp_path / "treaties.duiyi"
    with Memory(memory) as made:
        made.add(UNITS)
        for number in range(3):
            texts = f"第{number}条 依据 A/RES/58/4 号决议", f"Article {number} pursuant to resolution A/RES/58/4"
            made.add([unit(*texts, origin=Origin("law.docx", "law-en.docx", (number,), (number,)))])
    terms = tmp_path / "terms.sqlite"
    with TermBase(terms) as base:
        base.add([Concept("c1", (Term("决议", "zh-CN"), Term("resolution", "en-US"))),
                  Concept("c2", (Term("决议", "zh-CN"), Term("decision", "en-US")), note="from a table")])  # fmt: skip
    return ServerOptions(((memory, 0),), terms, access=Access(), terms_named=True, reviews=tmp_path / "reviews")


@pytest.fixture
def client(options: ServerOptions) -> Iterator[TestClient]:
    with client_of(options, writable=True, follow_redirects=True) as made:
        made.headers.update(PAGE)
        yield made


def fields(page: str) -> dict[str, Any]:
    """The values of the fields of a page that have a name: hidden ones, texts, and chosen options."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page):
        found.setdefault(name, []).append(html.unescape(value))
    for name, value in re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        found.setdefault(name, []).append(html.unescape(value))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found.setdefault(name, []).append(chosen[1] if chosen else "")
    return found


def section(page: str, name: str) -> str:
    """The text of the section with this heading; of the whole page for ""."""
    start = page.index(f'aria-labelledby="{name}">') if name else 0
    text = re.sub(r"^[^>]*>|<[^>]+>", " ", page[start:].partition("</section>")[0] if name else page)
    return " ".join(html.unescape(text).split())


def test_a_unit_that_is_too_long_to_be_looked_up_is_added(client: TestClient, options: ServerOptions) -> None:
    given = {"source": "第" * 10_001, "target": "x", "source_lang": "zh-CN", "target_lang": "en-US"}
    assert client.post("/units", data=given).status_code == 200
    path = options.memories[0][0]
    with Memory(path) as memory:
        assert [one.target for one in memory if one.source == given["source"]] == ["x"]


def test_a_unit_is_changed_deleted_and_restored(client: TestClient) -> None:
    page = client.get("/", params={"text": "第一条"}).text
    address = re.search(r'href="(/units/treaties/\d+)"', page)
    assert address is not None
    given = fields(client.get(address[1]).text)
    assert given["source"] == ["第一条"]
    changed = client.post(address[1], data=given | {"target": ["Article One"], "notes": ["seen\n\nand checked"]})
    assert "Saved." in changed.text
    assert "Article One" in client.get("/", params={"text": "第一条"}).text
    # What was read before is another one now.
    late = client.post(address[1], data=given | {"target": ["Article the first"]})
    assert late.status_code == 412
    assert "somebody else changed this unit meanwhile" in late.text
    assert fields(late.text)["target"] == ["Article the first"], "nothing typed is lost"
    assert (
        section(late.text, "now") == "In the memory now 第一条 Article One Status: unreviewed Notes: seen and checked"
    )
    tag = fields(client.get(address[1]).text)["tag"]
    gone = client.post(f"{address[1]}/delete", data={"tag": tag})
    assert "Deleted. It can be restored." in gone.text
    assert "Article One" not in client.get("/", params={"text": "第一条", "min": "100"}).text
    back = client.post(f"{address[1]}/restore")
    assert "Restored." in back.text
    assert "Article One" in back.text


def test_a_unit_is_added_with_detected_languages(client: TestClient) -> None:
    made = client.post(
        "/units", data={"source": "缔约国应当批准本公约。\r\n", "target": "States shall ratify this convention."}
    )
    assert "Added." in made.text
    assert "(zh-CN)" in made.text
    assert "(en-US)" in made.text
    empty = client.post("/units", data={"source": "  ", "target": "kept"})
    assert empty.status_code == 400
    assert "a unit needs a text on both sides" in empty.text
    assert "kept" in empty.text
    wrong = client.post("/units", data={"source": "甲", "target": "A", "source_lang": "xx-foo"})
    assert wrong.status_code == 400


def test_units_are_merged(client: TestClient) -> None:
    found = client.get("/phrases", params={"text": "58/4"}).text
    numbers = list(dict.fromkeys(re.findall(r'name="unit" value="(\d+)"', found)))
    assert len(numbers) == 3
    page = client.get("/memory/merge", params={"unit": numbers[:2]}).text
    assert page.count('type="radio"') == 2
    chosen = {"unit": numbers[:2], "tag": fields(page)["tag"], "keep": numbers[1]}
    client.patch(f"/api/units/treaties/{numbers[0]}", json={"notes": ["seen"]}, headers={"if-match": "*"})
    late = client.post("/memory/merge", data=chosen)
    assert late.status_code == 412
    assert re.findall(r'value="(\d+)" required checked', late.text) == [numbers[1]]
    assert client.post("/memory/merge", data=chosen | {"tag": []}).status_code == 428
    made = client.post("/memory/merge", data=chosen | {"tag": fields(late.text)["tag"]})
    assert "Merged into this one." in made.text
    assert f"/units/treaties/{numbers[1]}" in str(made.url)
    assert "There is no such unit" in client.get(f"/units/treaties/{numbers[0]}").text
    tag = fields(client.get(f"/units/treaties/{numbers[2]}").text)["tag"]
    one = client.post("/memory/merge", data={"unit": numbers[2:], "tag": tag, "keep": numbers[2]})
    assert one.status_code == 400
    assert "choose at least two units to merge" in one.text
    many = client.get("/memory/merge", params={"unit": [str(number) for number in range(1, 52)]})
    assert many.status_code == 400
    assert "at most 50 units can be merged at once" in many.text
    change = fields(client.get("/memory/history").text)["change"]
    assert "The last change was undone." in client.post("/memory/undo", data={"change": change}).text
    assert "Article" in client.get(f"/units/treaties/{numbers[0]}").text


def test_find_and_replace_shows_what_it_will_do(client: TestClient) -> None:
    given = {"find": "pursuant to", "by": "under", "side": "target"}
    preview = client.post("/memory/replace", data=given)
    assert "3 places in 3 units." in preview.text
    assert preview.text.count("<del>pursuant</del>") == 3
    assert client.get("/api/concordance", params={"text": "under resolution"}).json() == []
    sure = {name: value for name, value in fields(preview.text).items() if name in {*given, "sure"}}
    assert sure["sure"] == ["1"]
    done = client.post("/memory/replace", data=sure)
    assert "3 places in 3 units." in done.text
    assert len(client.get("/api/concordance", params={"text": "under resolution"}).json()) == 3
    history = client.get("/memory/history").text
    assert "pursuant to" in history
    client.post("/memory/undo", data={"change": fields(history)["change"]})
    assert client.get("/api/concordance", params={"text": "under resolution"}).json() == []
    late = client.post("/memory/undo", data={"change": fields(history)["change"]})
    assert late.status_code == 400
    client.post("/units", data={"source": "新的一句话。", "target": "A new sentence."})
    changed = client.post("/memory/undo", data={"change": "1"})
    assert changed.status_code == 412
    assert "there is a newer change by now" in changed.text


@pytest.mark.parametrize(("given", "message"), [
    ({"find": ""}, "there is nothing to find"), ({"find": "(", "regex": "1"}, "is not a regular expression"),
    ({"find": "x", "side": "middle"}, "side"),
])  # fmt: skip
def test_a_wrong_replacement_is_told_in_its_form(client: TestClient, given: dict[str, str], message: str) -> None:
    response = client.post("/memory/replace", data=given)
    assert response.status_code == 400
    assert message in html.unescape(response.text)
    assert fields(response.text)["find"] == [given["find"]]


def test_cleaning_shows_what_it_will_delete(client: TestClient) -> None:
    client.post(
        "/api/add", json={"units": [{"source": "％％", "target": "--", "source_lang": "zh", "target_lang": "en"}]}
    )
    preview = client.post("/memory/clean", data={"rule": ["codes", "copies"]})
    assert "1 unit of 9 would be deleted." in preview.text
    done = client.post("/memory/clean", data=fields(preview.text) | {"sure": "1"})
    assert "1 unit of 9 deleted." in done.text
    assert client.post("/memory/clean").status_code == 400


def test_a_term_is_added_changed_deleted_and_restored(client: TestClient) -> None:
    made = client.post("/terms/entries", data={"source": "缔约国", "target": "State party", "subject": "treaties"})
    assert "Added." in made.text
    address = str(made.url).split("?")[0]
    given = fields(made.text)
    assert given["text"] == ["缔约国", "State party", "", ""]
    given["text"][2:] = ["contracting State", ""]
    given["language"][2:] = ["en", ""]
    given["text"][1] = "State Party"
    saved = client.post(address, data=given)
    assert "Saved." in saved.text
    assert fields(saved.text)["text"][:3] == ["缔约国", "State Party", "contracting State"]
    assert "contracting State" in client.get("/terms", params={"text": "缔约国"}).text
    late = client.post(address, data=given | {"definition": ["typed late"]})
    assert late.status_code == 412
    assert fields(late.text)["definition"] == ["typed late"]
    assert fields(late.text)["text"] == given["text"]
    assert fields(late.text)["tag"] == fields(saved.text)["tag"], "it can be saved now"
    assert section(late.text, "now") == (
        "In the term base now 缔约国 zh-CN · preferred State Party en-US · preferred "
        "contracting State en · admitted Subject: treaties"
    )
    nothing = client.post(address, data=fields(saved.text) | {"text": [""] * 5})
    assert nothing.status_code == 400
    assert "delete the entry instead" in nothing.text
    tag = fields(saved.text)["tag"]
    assert "Deleted. It can be restored." in client.post(f"{address}/delete", data={"tag": tag}).text
    assert "缔约国" in client.get("/terms/deleted").text
    assert "Restored." in client.post(f"{address}/restore").text
    assert "State Party" in client.get("/terms", params={"text": "缔约国"}).text


def test_entries_are_merged(client: TestClient) -> None:
    page = client.get("/terms", params={"text": "决议"}).text
    assert set(re.findall(r'name="entry" value="([^"]+)"', page)) == {"c1", "c2"}
    page = client.get("/terms/merge", params={"entry": ["c1", "c2"]}).text
    assert page.count('type="radio"') == 2
    chosen = {"entry": ["c1", "c2"], "tag": fields(page)["tag"], "keep": "c2"}
    client.patch("/api/terms/entries/c1", json={"definition": "a text"}, headers={"if-match": "*"})
    late = client.post("/terms/merge", data=chosen)
    assert late.status_code == 412
    assert re.findall(r'value="(c\d)" required checked', late.text) == ["c2"]
    assert client.post("/terms/merge", data=chosen | {"tag": []}).status_code == 428
    made = client.post("/terms/merge", data=chosen | {"tag": fields(late.text)["tag"], "keep": "c1"})
    assert "Merged into this one." in made.text
    given = fields(made.text)
    assert given["text"][:3] == ["决议", "resolution", "decision"]
    assert given["note"] == ["from a table"]
    alone = client.post("/terms/merge", data={"entry": ["c1"], "tag": given["tag"], "keep": "c1"})
    assert alone.status_code == 400
    assert "choose at least two entries to merge" in alone.text
    gone = client.post("/terms/merge", data={"entry": ["c1", "no"], "tag": given["tag"], "keep": "c1"})
    assert gone.status_code == 404
    many = client.get("/terms/merge", params={"entry": [f"c{number}" for number in range(101)]})
    assert many.status_code == 400
    assert "at most 100 entries can be merged at once" in many.text


def test_a_conflict_of_a_unit_shows_what_is_stored_of_all_its_fields(client: TestClient) -> None:
    address = "/units/treaties/1"
    given = fields(client.get(address).text)
    client.patch(f"/api{address}", json={"status": "rejected", "notes": ["wrong"]}, headers={"if-match": "*"})
    late = client.post(address, data=given | {"notes": ["mine"]})
    assert late.status_code == 412
    assert section(late.text, "now") == "In the memory now 第一条 Article 1 Status: rejected Notes: wrong"
    assert fields(late.text)["notes"] == ["mine"]


def test_what_was_typed_into_a_deleted_unit_or_entry_is_shown(client: TestClient) -> None:
    given = fields(client.get("/units/treaties/1").text)
    client.post("/units/treaties/1/delete", data={"tag": given["tag"]})
    late = client.post("/units/treaties/1", data=given | {"target": ["Article One"], "notes": ["seen"]})
    assert late.status_code == 404
    assert section(late.text, "typed") == "What you typed 第一条 Article One seen"
    assert "Restore it" in late.text
    entry = fields(client.get("/terms/entries/c1").text)
    client.post("/terms/entries/c1/delete", data={"tag": entry["tag"]})
    late = client.post("/terms/entries/c1", data=entry | {"note": ["a long note"]})
    assert late.status_code == 404
    typed = section(late.text, "typed")
    assert typed == "What you typed 决议 zh-CN · preferred resolution en-US · preferred a long note"


def test_restoring_twice_changes_nothing(client: TestClient) -> None:
    client.post("/api/terms/entries/c1/reject", json={"term": "resolution"}, headers={"if-match": "*"})
    given = fields(client.get("/terms/entries/c1").text)
    client.post("/terms/entries/c1/delete", data={"tag": given["tag"]})
    client.patch("/api/units/treaties/1", json={"status": "rejected"}, headers={"if-match": "*"})
    tag = fields(client.get("/units/treaties/1").text)["tag"]
    client.post("/units/treaties/1/delete", data={"tag": tag})
    for _ in range(2):
        assert "Restored." in client.post("/terms/entries/c1/restore").text
        assert client.get("/api/terms/entries/c1").json()["terms"][1]["status"] == "forbidden"
        assert "Restored." in client.post("/units/treaties/1/restore").text
        assert client.get("/api/units/treaties/1").json()["status"] == "rejected"
    assert client.post("/terms/entries/no/restore").status_code == 404
    assert client.post("/units/treaties/99/restore").status_code == 404


def test_a_refused_entry_form_keeps_what_was_typed(client: TestClient) -> None:
    given = fields(client.get("/terms/entries/c2").text)
    given["text"][1:3] = ["", "ruling"]
    given["language"][2] = "english?"
    given["term_note"][2] = "of a court"
    refused = client.post("/terms/entries/c2", data=given | {"note": ["changed"]})
    assert refused.status_code == 400
    assert "english?" in section(refused.text, "")
    again = fields(refused.text)
    assert again == given | {"note": ["changed"]}
    again["language"][2] = "en"
    saved = fields(client.post("/terms/entries/c2", data=again).text)
    assert (saved["text"], saved["note"]) == (["决议", "ruling", "", ""], ["changed"])
    assert saved["term_note"][1] == "of a court"


def test_rows_of_a_form_keep_their_terms_after_a_conflict(client: TestClient, options: ServerOptions) -> None:
    def term(text: str, source: str, language: str = "en-US") -> Term:
        return Term(text, language, source=source)

    zh, first, second = term("裁决", "A", "zh-CN"), term("award", "B"), term("ruling", "C")
    with TermBase(options.terms or "") as base:
        base.add([Concept("c3", (zh, first, second))])
        given = fields(client.get("/terms/entries/c3").text)
        given["text"][1:3] = ["", "Ruling"]
        base.add([Concept("c3", (term("决定", "D", "zh-CN"), zh, first, second))])
        late = client.post("/terms/entries/c3", data=given)
        assert late.status_code == 412
        assert "决定 zh-CN" in section(late.text, "now")
        again = fields(late.text)
        assert again["text"] == ["裁决", "", "Ruling", "", ""]
        again["text"][3], again["language"][3] = "决定", "zh-CN"
        client.post("/terms/entries/c3", data=again)
        stored = base.get("c3")
        assert stored is not None
        assert [(one.text, one.source) for one in stored.terms] == [("裁决", "A"), ("Ruling", "C"), ("决定", "D")]


def test_an_entry_of_many_terms_is_saved_whole(client: TestClient, options: ServerOptions) -> None:
    terms = tuple(Term(f"word {number}", "en", note=str(number)) for number in range(300))
    with TermBase(options.terms or "") as base:
        base.add([Concept("c4", terms), Concept("c5", tuple(Term(f"w{number}", "en") for number in range(1_001)))])
        given = fields(client.get("/terms/entries/c4").text)
        given["text"][-2:], given["language"][-2:] = ["one", "two"], ["en", "fr"]
        assert "Saved." in client.post("/terms/entries/c4", data=given).text
        stored = base.get("c4")
        assert stored is not None
        assert stored.terms[:300] == terms
        assert [(one.text, one.language) for one in stored.terms[300:]] == [("one", "en"), ("two", "fr")]
        large = client.get("/terms/entries/c5").text
        assert "an entry with more than 1,000 terms cannot be changed here" in large
        assert ">Save<" not in large
        part = fields(client.get("/terms/entries/c4").text) | {"language": ["en"]}
        assert client.post("/terms/entries/c4", data=part).status_code == 400
        assert base.get("c4") == stored


def test_saving_leaves_alone_what_nobody_touched(client: TestClient, options: ServerOptions) -> None:
    """Browsers send line ends as CR LF, and leave line breaks out of fields of one line."""
    lines = "first\nsecond"
    entry = Concept("c6", (Term("决 定", "zh-CN", note=lines), Term("a\ndecision", "en-US", note="x\r\ny")),
                    subject="law\nand order", definition=f"\n{lines}", note="a\rb")  # fmt: skip
    with TermBase(options.terms or "") as base, Memory(options.memories[0][0]) as memory:
        base.add([entry])
        memory.add([unit("一\r\n二", "one\ntwo", notes=("a\nb", "c"))])
        given = fields(client.get("/terms/entries/c6").text)
        given["text"][1], given["subject"] = "adecision", ["lawand order"]
        for name in ("term_note", "definition", "note"):
            given[name] = [re.sub("\r?\n|\r", "\r\n", one.removeprefix("\n")) for one in given[name]]
        given["status"][1] = "admitted"
        client.post("/terms/entries/c6", data=given)
        stored = base.get("c6")
        assert stored is not None
        assert stored.terms == (entry.terms[0], replace(entry.terms[1], status=Status.ADMITTED))
        assert replace(stored, terms=entry.terms, created=None, changed=None) == entry
        before = memory.get(9)
        given = fields(client.get("/units/treaties/9").text)
        sent = {name: [re.sub("\r?\n", "\r\n", one) for one in given[name]] for name in ("source", "target", "notes")}
        client.post("/units/treaties/9", data=given | sent | {"status": ["reviewed"]})
        made = memory.get(9).unit
        assert made.status == "reviewed"
        assert replace(made, status="unreviewed", changed=before.unit.changed) == before.unit


def test_a_document_is_shown_with_what_was_searched_and_its_links(client: TestClient) -> None:
    page = client.get("/phrases", params={"text": "pursuant"}).text
    address = re.search(r'href="(/bitext\?[^"]+)#u\d+"', page)
    assert address is not None
    shown = client.get(html.unescape(address[1])).text
    assert shown.count("<mark>pursuant</mark>") == 3
    assert 'class="symbol" href="/phrases?text=A%2FRES%2F58%2F4"' in shown
    assert '<a class="term" href="/terms?text=%E5%86%B3%E8%AE%AE">决议</a>' in shown
    assert ">3 units<" in shown
    nothing = client.get("/bitext", params={"origin": "law.docx", "find": "nowhere"}).text
    assert "Nothing found" in nothing
    assert client.get("/bitext", params={"origin": "no.docx"}).status_code == 404


def test_the_alignment_of_a_document_is_opened_in_the_editor(client: TestClient) -> None:
    page = client.get("/bitext", params={"origin": "law.docx"}).text
    number = re.findall(r'name="unit" value="(\d+)"', page)[1]
    response = client.post("/bitext/review", data={"origin": "law.docx", "unit": number}, follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"].endswith("#row-1")
    assert "law.docx" in client.get(response.headers["location"]).text


def test_a_document_under_review_is_opened_again(
    client: TestClient, options: ServerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, begin = list[str](), ReviewRepository.begin
    monkeypatch.setattr(
        ReviewRepository, "begin", lambda *given, **more: threads.append(current_thread().name) or begin(*given, **more)
    )
    page = client.get("/bitext", params={"origin": "law.docx"}).text
    numbers = re.findall(r'name="unit" value="(\d+)"', page)

    def opened(number: str) -> list[str]:
        data = {"origin": "law.docx", "unit": number}
        return client.post("/bitext/review", data=data, follow_redirects=False).headers["location"].split("#")

    first, again = opened(numbers[1]), opened(numbers[2])
    assert (first[0], first[1], again[1]) == (again[0], "row-1", "row-2")
    with Memory(options.memories[0][0]) as memory:  # type: ignore[arg-type]
        memory.edit(int(numbers[0]), target="Article 0 under resolution A/RES/58/4")
    assert opened(numbers[1])[0] != first[0], "other units"
    assert [one.split("_")[0] for one in threads] == ["long", "long"], "others write meanwhile"


def test_the_names_of_documents_are_read_once_for_a_page(
    client: TestClient, options: ServerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Memory(options.memories[0][0]) as memory:  # type: ignore[arg-type]
        text = " ".join(f"A/RES/60/{number}" for number in range(20))
        memory.add([unit("各项决议", text, origin=Origin("list.docx", "e", (0,), (0,)))])
        memory.add([unit("第七", "The seventh", origin=Origin("A_RES_60_7.docx", "e", (0,), (0,)))])
    read, documents = list[object](), Memory.documents
    monkeypatch.setattr(Memory, "documents", lambda one: read.append(one) or documents(one))
    page = client.get("/bitext", params={"origin": "list.docx"}).text
    assert page.count('class="symbol"') == 20
    assert page.count('href="/bitext?memory=treaties&amp;origin=A%2FRES%2F60%2F7"') == 1
    assert len(read) == 2, "once to find the document, once for the links"


def test_a_long_document_comes_in_pages(client: TestClient, options: ServerOptions) -> None:
    """The page with the unit that was asked for comes first, else the one with the first hit."""
    with Memory(options.memories[0][0]) as memory:  # type: ignore[arg-type]
        memory.add(
            unit(f"第{number}号", f"No. {number}.", origin=Origin("long.docx", "e", (number,), (number,), 1, "Numbers"))
            for number in range(2_500)
        )

    def shown(**more: object) -> tuple[str, list[int]]:
        page = client.get("/bitext", params={"origin": "long.docx", **more}).text  # type: ignore[arg-type]
        return page, [int(one) for one in re.findall(r"No\. (?:<mark>)?(\d+)", page)]

    page, numbers = shown()
    assert numbers == list(range(1_000))
    assert (">2,500 units:" in page, "Page 1 of 3" in page, 'rel="prev"' in page) == (True, True, False)
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    page = client.get(html.unescape(following[1])).text
    assert ("Page 2 of 3" in page, 'rel="prev"' in page, 'rowgroup">Numbers<' in page) == (True, True, True)
    page, numbers = shown(find="2345")
    assert (numbers, "<mark>2345</mark>" in page) == (list(range(2_000, 2_500)), True)
    assert re.search(r'page=3#u\d+">first<', page)
    anchor = re.search(r'<tr id="u(\d+)" class="found">', page)
    assert anchor is not None
    assert shown(unit=anchor[1])[1] == numbers
    assert shown(unit=anchor[1], page=1)[1] == list(range(1_000))
    assert shown(page=99)[1] == numbers, "there are three pages"


@pytest.mark.parametrize(
    ("find", "words"),
    [
        ("协议 报告", ["协议", "报告"]), ('"2. 报告"', ["2. 报告"]), ('"2. 报告" 协议', ["2. 报告", "协议"]),
        (f'"{"甲乙 " * 200}"', ["甲乙 " * 99 + "甲乙"]), ('""', []), ('"', []),
    ],
)  # fmt: skip
def test_what_is_marked_in_a_document(find: str, words: list[str]) -> None:
    pattern = _pattern(find)
    assert (pattern.pattern if pattern else "") == "|".join(map(re.escape, words))


def test_the_parts_of_a_text() -> None:
    """A mark may go over the border of a link, and neither hides the other."""
    links = [_Link(2, 4, "term", "/t"), _Link(6, 8, "symbol", "/s")]
    parts = [(one["text"], one["mark"], one["kind"]) for one in _marked("abcdefghij", re.compile("cde|h"), links)]
    assert parts == [
        ("ab", False, ""), ("cd", True, "term"), ("e", True, ""), ("f", False, ""), ("g", False, "symbol"),
        ("h", True, "symbol"), ("ij", False, ""),
    ]  # fmt: skip
    assert [one["text"] for one in _marked("", None, ())] == []


def test_sources_are_left_out_and_preferred(client: TestClient) -> None:
    page = client.get("/documents").text
    assert page.count('name="document"') == 2
    names = re.findall(r'name="document" value="([^"]+)"', page)
    states = {f"state-{number}": "excluded" if name == "law.docx" else "preferred" for number, name in enumerate(names)}
    kept = client.post("/documents", data={"document": names, **states, "memory": "treaties"})
    assert "excluded" in kept.text
    found = client.get("/phrases", params={"text": "58/4"}).text
    assert "Nothing found" in found
    assert "Some documents are left out." in found
    assert "Some documents are preferred." in found
    client.post("/documents", data={"all": "1"})
    assert "6 units" in client.get("/phrases", params={"text": "58/4"}).text, "on both sides"


def test_too_many_sources_are_refused(client: TestClient) -> None:
    names = [f"{'长' * 60}{number}.docx" for number in range(40)]
    states = {f"state-{number}": "excluded" for number in range(40)}
    response = client.post("/documents", data={"document": names, **states})
    assert response.status_code == 400
    assert "too many documents are chosen" in response.text


def test_a_forged_choice_of_sources_counts_for_nothing(client: TestClient) -> None:
    for value in ("x", "W10=", "bnVsbA==", "[" * 500):
        client.cookies.set("duiyi-sources", value)
        assert client.get("/phrases", params={"text": "58/4"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/memory"), ("POST", "/memory/replace"), ("GET", "/units"), ("GET", "/terms/entries")]
)
def test_the_stores_are_not_read_on_the_event_loop(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    """Where one reads them there, all requests wait."""
    threads: list[str] = []

    def watch(owner: type, name: str) -> None:
        read = getattr(owner, name)

        def watched(*arguments: object) -> object:
            threads.append(current_thread().name)
            return read(*arguments)

        monkeypatch.setattr(owner, name, watched)

    for owner, name in ((Memory, "__len__"), (Memory, "codes"), (TermBase, "languages")):
        watch(owner, name)
    assert client.request(method, path).status_code == (200 if method == "GET" else 400)
    assert threads
    assert all(one.startswith("query") for one in threads), threads


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with team_of(tmp_path_factory.mktemp("team")) as made:
        yield made


@pytest.mark.parametrize("role", ["reader", "translator", "reviewer"])
def test_forms_offer_what_the_role_may_do(serving: Serving, role: str) -> None:
    session = serving.session(role)
    page = serving.ask("GET", "/units/memory/1", session, headers=PAGE).text
    assert ("readonly" in page) == (role == "reader")
    assert (">Delete<" in page) == (role == "reviewer")
    assert ("Preview" in serving.ask("GET", "/memory", session, headers=PAGE).text) == (role == "reviewer")
    term = serving.ask(
        "POST",
        "/terms/entries",
        session,
        data={"source": f"词 {role}", "target": f"word {role}", "source_lang": "zh", "target_lang": "en"},
    )
    assert term.status_code == (403 if role == "reader" else 303), term.text
    if role != "reader":
        entry = serving.ask(
            "GET", term.headers["location"].removeprefix(f"/p/{serving.project.id}"), session, headers=PAGE
        )
        assert ('proposed" selected' in entry.text) == (role == "translator")
