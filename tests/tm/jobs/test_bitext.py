"""A document of a memory in both languages, and look-ups that prefer, exclude or penalise documents."""

from pathlib import Path
from urllib.parse import quote

import pytest
from docx import Document

from corpora.errors import UsageError
from tests.commands import done
from tests.serving import client_of
from tm.formats import read
from tm.jobs.bitext import bitext_of, how_made, origins_of, symbols_in, write_bitext
from tm.search.concordance import ConcordanceOptions, concordance
from tm.search.lookup import LookupOptions, lookup
from tm.search.memory import Memory
from tm.server.options import ServerOptions
from tm.store.filters import Filters
from tm.store.reading import StoredUnit
from tm.unit import Origin, Unit


def unit(source: str, target: str, number: int, file: str = "A_RES_58_4", **more: object) -> Unit:
    origin = Origin(f"{file}.zh.docx", f"{file}.en.docx", (number,), (number,), 1, "Rules")
    return Unit(source, target, "zh-CN", "en-GB", origin=origin, **more)  # type: ignore[arg-type]


UNITS = [
    unit("门关着。", "The door is ⟦1⟧shut⟦/1⟧.", 3, status="reviewed"),
    unit("规则", "Rules", 1, quality=0.9),
    unit("门开着。", "The door is open.", 2, quality=0.8),
    unit("规则", "Rules", 9, file="other"),
    unit("规则", "Rule", 4, file="draft"),
]


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    memory = Memory(tmp_path / "m.duiyi")
    memory.add(UNITS)
    return memory


def test_a_document_comes_in_its_own_order(memory: Memory) -> None:
    found = bitext_of(memory, "A_RES_58_4.zh.docx")
    assert [entry.unit.source for entry in found.entries] == ["规则", "门开着。", "门关着。"]
    assert found.summary == "3 units: 2 aligned automatically, 1 checked by a person"
    assert bitext_of(memory, "A/RES/58/4").entries == found.entries, "a symbol names the document"


def test_files_of_one_name_are_documents_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {"2020": "The mill stands.", "2021": "The weir is old.", "x/2021": "The lock is new.", "": "Nothing."}
    for folder, text in texts.items():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        head = "source\ttarget\tsource_lang\ttarget_lang\n"
        (tmp_path / folder / "a.tsv").write_text(f"{head}{text}\t{text.upper()}\ten\tde\n", "utf-8")
    to = ("--memory", "m.duiyi")
    for files in (["2020/a.tsv"], ["2021/a.tsv"], ["a.tsv", "x/2021/a.tsv"], [tmp_path / "a.tsv"]):
        done("memory", "import", *files, *to)
    with Memory(tmp_path / "m.duiyi") as memory:
        assert [name for name, _ in memory.documents()] == ["2020/a.tsv", "2021/a.tsv", "a.tsv", "x/2021/a.tsv"]
        for name, text in (("2020/a.tsv", "mill"), ("2021/a", "several"), ("x/2021/a.tsv", "lock"), ("a.tsv", "Noth")):
            if text == "several":
                with pytest.raises(UsageError, match="names several documents: 2021/a"):
                    bitext_of(memory, name)
            else:
                assert [text in entry.unit.source for entry in bitext_of(memory, name).entries] == [True]


def test_drafts_of_other_tools_are_imported_and_not_aligned() -> None:
    draft = unit("门", "door", 1, quality=0.5, properties={"state": "Draft"})
    assert how_made(StoredUnit(1, 1, draft)) == "imported"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("A/RES/58/4", ["A_RES_58_4.zh.docx"]), ("a-res 58.4", ["A_RES_58_4.zh.docx"]), ("A/RES/58", []),
        ("A/RES/58/47", ["x/ares58-47-en.pdf"]), ("A/RES/5/84", []), ("A/RES/58/4/Add.1", []),
        ("S/2004/12", []), ("C/58/4", []), ("RES/58/4", ["A_RES_58_4.zh.docx"]), ("E/1995/7", ["决议E_1995_7.docx"]),
        ("S/2004/123", ["S_2004_123.doc"]), ("国发〔2023〕1号", ["国发〔2023〕1号.docx"]),
        ("国发〔2023〕11号", ["国发[2023]11号.docx"]), ("200", ["S_2004_123.doc"]),
    ],
)  # fmt: skip
def test_a_symbol_names_its_own_document(tmp_path: Path, name: str, found: list[str]) -> None:
    files = [
        "A_RES_58_4.zh.docx",
        "x/ares58-47-en.pdf",
        "S_2004_123.doc",
        "A_AC_58_4.doc",
        "CE_1995_7.doc",
        "决议E_1995_7.docx",
        "国发〔2023〕1号.docx",
        "国发[2023]11号.docx",
    ]
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(Unit(f"s{file}", "t", "en", "de", origin=Origin(file, "")) for file in files)
        assert [pair[0] for pair in origins_of(memory, name)] == (files[:2] if name == "A/RES/58" else found)


@pytest.mark.parametrize(("name", "said"), [("none", "has no document none"), ("docx", "names several documents")])
def test_what_names_no_document(memory: Memory, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        bitext_of(memory, name)


def test_the_formats(memory: Memory, tmp_path: Path) -> None:
    found = bitext_of(memory, "A/RES/58/4")
    for name in ("b.html", "b.docx", "b.docx", "b.tmx"):  # a Word document twice: its own result is replaced
        write_bitext(tmp_path / name, found)
    page = (tmp_path / "b.html").read_text("utf-8")
    assert page.index('id="u2"') < page.index('id="u3"') < page.index('id="u1"')
    assert "The door is shut.</td>" in page
    assert "checked by a person" in page
    rows = [[cell.text for cell in row.cells] for row in Document(str(tmp_path / "b.docx")).tables[0].rows]
    assert rows[2] == ["u1", "门关着。", "The door is shut.", "checked by a person"]
    assert [one.source for one in read(tmp_path / "b.tmx")] == ["规则", "门开着。", "门关着。"]
    with pytest.raises(UsageError, match="written as"):
        write_bitext(tmp_path / "b.txt", found)


def test_documents_are_preferred_excluded_and_penalised(memory: Memory) -> None:
    assert {match.target for match in lookup([memory], "规则")} == {"Rules", "Rule"}
    for name, first in (("draft", "Rule"), ("A_RES", "Rules")):
        assert lookup([memory], "规则", LookupOptions(prefer=(name,)))[0].target == first
    options = LookupOptions(filters=Filters(exclude_origin=("draft",)))
    assert [match.target for match in lookup([memory], "规则", options)] == ["Rules"]
    (best, other) = lookup([memory], "规则", LookupOptions(penalties=(("draft", 5),)))
    assert [(best.target, best.score), (other.target, other.score)] == [("Rules", 100), ("Rule", 95)]
    near = lookup([memory], "门关了。", LookupOptions(75, penalties=(("A_RES", 30),)))
    assert list(near) == []


@pytest.mark.parametrize(
    ("options", "score", "file"),
    [
        (LookupOptions(), 100, "A_RES_58_4.zh.docx"),
        (LookupOptions(filters=Filters(origin="other")), 100, "other.zh.docx"),
        (LookupOptions(filters=Filters(exclude_origin=("A_RES",))), 100, "other.zh.docx"),
        (LookupOptions(prefer=("third", "other")), 100, "other.zh.docx"),
        (LookupOptions(penalties=(("A_RES", 30),)), 100, "other.zh.docx"),
        (LookupOptions(penalties=(("A_RES", 5), ("other", 9))), 95, "A_RES_58_4.zh.docx"),
    ],
)
def test_the_place_that_suits_the_search_counts(memory: Memory, options: LookupOptions, score: int, file: str) -> None:
    match = next(match for match in lookup([memory], "规则", options) if match.target == "Rules")
    assert (match.score, match.unit.origin.source_file) == (score, file)
    back = next(match for match in lookup([memory], "Rules", options) if match.target == "规则")
    assert (back.score, back.unit.origin.target_file) == (score, file)
    if not (options.prefer or options.penalties):
        hit = next(iter(concordance([memory], "Rules", ConcordanceOptions(filters=options.filters))))
        assert hit.unit.origin.source_file == file


def test_a_unit_of_several_documents_is_excluded_with_all_of_them(memory: Memory) -> None:
    both = Filters(exclude_origin=("A_RES", "other"))
    assert [entry.unit.target for entry in memory.entries(Filters(exclude_origin=("A_RES",)))].count("Rules") == 1
    assert {entry.unit.target for entry in memory.entries(both)} == {"Rule"}


@pytest.mark.parametrize(
    ("text", "language", "symbols"),
    [
        ("见第A/RES/58/4号决议和S/2004/123。", "zh", ["A/RES/58/4", "S/2004/123"]),
        ("根据国发〔2023〕1号文件", "zh", ["国发〔2023〕1号"]), ("Nothing of 12/2004.", "en", []),
    ],
)  # fmt: skip
def test_symbols(text: str, language: str, symbols: list[str]) -> None:
    assert symbols_in(text, language) == symbols


def test_the_command_and_the_page(memory: Memory, tmp_path: Path) -> None:
    out = tmp_path / "b.html"
    assert "2 aligned automatically" in done("memory", "bitext", "A/RES/58/4", "-o", out, "--memory", memory.path).out
    assert out.exists()
    with client_of(ServerOptions(((memory.path, 0),), tmp_path / "t.sqlite")) as client:
        shown = client.get("/", params={"text": "门开着。"}).text
        found = quote('"门开着。"')
        assert f"/bitext?memory=m&amp;origin=A_RES_58_4.zh.docx&amp;find={found}&amp;unit=3#u3" in shown
        page = client.get("/bitext", params={"memory": "m", "origin": "A_RES_58_4.zh.docx"})
        assert 'id="u3"' in page.text
        assert client.get("/bitext", params={"origin": "none"}).status_code == 404
    assert origins_of(memory, "other")[0][0] == "other.zh.docx"
