"""One contract for every exchange format of terminology, and what each does beyond it."""

import runpy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpora.errors import InputError, WrongFormat
from tests.data import cases
from tm.terms.concept import Concept, Status, Term
from tm.terms.formats.columns import columns_of
from tm.terms.formats.exchange import read_terms, write_terms
from tm.terms.sample import sample_concepts

SAMPLE = (
    Concept(
        "c1",
        (
            Term("缔约国", "zh-CN"),
            Term("State party", "en-US", Status.PREFERRED, "noun"),
            Term("States parties", "en-US", Status.ADMITTED),
            Term("contracting country", "en-US", Status.FORBIDDEN),
            Term("signatory", "en-US", Status.DEPRECATED),
        ),
        "treaties",
        "A State that has consented to be bound by a treaty.",
    ),
    Concept("c2", (Term("资产追回", "zh-CN"), Term("asset recovery", "en-US")), references=("c1",)),
)
KINDS = [".tbx", ".csv", ".tsv", ".xlsx", ".utf8", ".utx", ".jsonl"]


class TestEveryFormat:
    """What is written is read again, as far as the format can say it."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_terms_come_back(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / f"terms{kind}"
        assert write_terms(path, SAMPLE) >= len(SAMPLE)
        reading = read_terms(path)
        assert not reading.problems
        texts = {(t.text, t.language) for c in reading.concepts for t in c.terms}
        assert {
            ("缔约国", "zh-CN"),
            ("State party", "en-US"),
            ("资产追回", "zh-CN"),
            ("asset recovery", "en-US"),
        } <= texts

    @pytest.mark.parametrize("kind", [".tbx", ".csv", ".tsv", ".xlsx", ".utx", ".jsonl"])
    def test_forbidden_and_deprecated_terms_come_back(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / f"terms{kind}"
        write_terms(path, SAMPLE)
        found = {t.text: t.status for c in read_terms(path).concepts for t in c.terms}
        assert found["contracting country"] is Status.FORBIDDEN
        assert found["signatory"] is Status.DEPRECATED

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        "content", [b"", b"\x00\x01\x02\x03" * 50, "没有列名的一行文字".encode()], ids=["empty", "junk", "text"]
    )
    def test_files_that_are_not_glossaries_are_refused(self, tmp_path: Path, kind: str, content: bytes) -> None:
        path = tmp_path / f"terms{kind}"
        path.write_bytes(content)
        with pytest.raises(InputError, match=path.stem):
            read_terms(path)

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_is_left_behind_when_writing_fails(self, tmp_path: Path, kind: str) -> None:
        def broken() -> object:
            yield SAMPLE[0]
            raise InputError("the store broke")

        with pytest.raises(InputError, match="the store broke"):
            write_terms(tmp_path / f"terms{kind}", broken())  # type: ignore[arg-type]
        assert not list(tmp_path.iterdir())


text = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="|\t\n\r"), min_size=1, max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(st.tuples(text, text), min_size=1, max_size=5), st.sampled_from(["2", "3-dca", "3-dct"]))
def test_any_text_survives_tbx(tmp_path: Path, pairs: list[tuple[str, str]], style: str) -> None:
    concepts = [
        Concept(f"c{number}", (Term(zh, "zh-CN"), Term(en, "en-US", note=zh)), zh, en)
        for number, (zh, en) in enumerate(pairs)
    ]
    path = tmp_path / "any.tbx"
    write_terms(path, concepts, style=style)  # type: ignore[arg-type]
    back = read_terms(path).concepts
    assert [(c.terms[0].text, c.terms[1].text, c.subject, c.definition) for c in back] == [
        (z, e, z, e) for z, e in pairs
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(st.tuples(text, text), min_size=1, max_size=5))
def test_any_text_survives_json_lines(tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    concepts = tuple(
        Concept(f"c{n}", (Term(zh, "zh-CN", examples=(en,)), Term(en, "en-US"))) for n, (zh, en) in enumerate(pairs)
    )
    write_terms(tmp_path / "any.jsonl", concepts)
    assert read_terms(tmp_path / "any.jsonl").concepts == concepts


@pytest.mark.real
@pytest.mark.parametrize("style", ["2", "3-dca", "3-dct"])
def test_tbx_obeys_its_schemas(tmp_path: Path, shared: Path, style: str) -> None:
    from lxml import etree

    path = tmp_path / "terms.tbx"
    write_terms(path, [*SAMPLE, *sample_concepts()], style=style)  # type: ignore[arg-type]
    validate = runpy.run_path(str(shared / "schemas" / "validate.py"))
    if style != "3-dct":  # the core grammar knows DCA only; DCT has rules of its own, below
        assert list(validate["faults"](path)) == []
    if style == "2":
        tree = etree.parse(str(path))
        schema = validate["xsd"]("tbx/omegat-tbx.xsd")
        assert schema.validate(tree), schema.error_log
    if style == "3-dct":
        categories = {
            etree.QName(e) for e in etree.parse(str(path)).iter("{*}*") if "tbxinfo" in etree.QName(e).namespace
        }
        valid = etree.parse(str(shared / "schemas" / "tbx-basic" / "Example_Astronomy_DCT_VALID.tbx"))
        known = {etree.QName(e).text for e in valid.iter("{*}*")} | {"{http://www.tbxinfo.net/ns/basic}crossReference"}
        assert {name.text for name in categories} <= known


@pytest.mark.real
@pytest.mark.parametrize("name", ["Example_Astronomy_DCA_VALID.tbx", "Example_Astronomy_DCT_VALID.tbx"])
def test_the_standards_own_examples_are_read(shared: Path, name: str) -> None:
    reading = read_terms(shared / "schemas" / "tbx-basic" / name)
    assert len(reading.concepts) >= 30
    assert not reading.problems
    assert sum(bool(concept.definition) for concept in reading.concepts) >= 20


def test_ntig_and_tig_are_both_read(tmp_path: Path) -> None:
    path = tmp_path / "old.tbx"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">'
        '<martif type="TBX" xml:lang="en"><text><body>'
        '<termEntry id="e1"><langSet xml:lang="zh"><tig><term>腐败</term></tig></langSet>'
        '<langSet xml:lang="en"><ntig><termGrp><term>corruption</term>'
        '<termNote type="administrativeStatus">admittedTerm-admn-sts</termNote></termGrp></ntig></langSet></termEntry>'
        "</body></text></martif>",
        encoding="utf-8",
    )
    (concept,) = read_terms(path).concepts
    assert [(t.text, t.language, t.status) for t in concept.terms] == [
        ("腐败", "zh", Status.PREFERRED),
        ("corruption", "en", Status.ADMITTED),
    ]


def test_another_dialect_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "other.tbx"
    path.write_text(
        '<tbx type="TBX-Martian" style="dca" xmlns="urn:iso:std:iso:30042:ed-2"><text><body/></text></tbx>', "utf-8"
    )
    with pytest.raises(WrongFormat, match=r"line 1.*TBX-Martian"):
        read_terms(path)


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        ("zh\ten\n腐败\tcorruption\n贿赂\n", 3, "1 column where 2 are needed"),
        ("zh\ten\n腐败\t\n贿赂\tbribery\n", 2, "a term is empty"),
        ("zh\ten\n腐败\t" + "x" * 5000 + "\n贿赂\tbribery\n", 2, "5,000 characters"),
        ("id\tzh\ten\na\t腐败\tcorruption\na\t贿赂\tbribery\n", 3, "a second time"),
        ("zh\ten\n腐败\tcorruption\n贿赂\tbribery\n腐败\tcorruption\n", 4, "a second time, after line 2"),
        ("zh\ten\n腐败\tcorruption\tmore\n贿赂\tbribery\n", 2, "3 columns where 2 are needed"),
        ("zh\ten\tnote\n腐败\tcorruption\n贿赂\tbribery\tx\n", 2, "2 columns where 3 are needed"),
        ('zh,en\n腐败,corruption\n贿赂,"bribery\n', 3, "a quotation mark is not closed"),
        ('zh,en\n腐败,corruption\n贿赂,"bribery" again\n', 3, "quotation marks do not match"),
    ],
)
def test_faulty_rows_are_named_by_line(tmp_path: Path, rows: str, line: int, message: str) -> None:
    path = tmp_path / ("faulty.tsv" if "\t" in rows else "faulty.csv")
    path.write_text(rows, "utf-8")
    (problem, *_) = read_terms(path).problems
    assert problem.line == line
    assert message in problem.message


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("zh,en\nzh,en\n腐败,corruption\n", "line 2: a second header line"),
        ("Chinese,English\n中文,英文\n腐败,corruption\n", "line 2: a second header line"),
        ("Our glossary,\nzh,en\n腐败,corruption\n", "line 1: a line above the header"),
        ("a,b\nfoo,bar\n", "the columns of the terms are not known"),
    ],
)
def test_tables_without_known_columns_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(rows, "utf-8")
    with pytest.raises(InputError, match=message):
        read_terms(path)


def test_a_language_may_be_a_term(tmp_path: Path) -> None:
    path = tmp_path / "languages.csv"
    path.write_text("zh,en\n中文,Chinese\n英文,English\n", "utf-8")
    assert len(read_terms(path).concepts) == 2


def test_a_tsv_without_quoting_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plain.tsv"
    path.write_text('zh\ten\n二十一世纪议程\t"Agenda 21\n', "utf-8")
    assert read_terms(path).concepts[0].terms[1].text == '"Agenda 21'


@pytest.mark.parametrize("kind", [".csv", ".utx", ".tbx"])
def test_entries_without_an_id_are_identified_by_their_terms(tmp_path: Path, kind: str) -> None:
    forms = {
        ".csv": "zh,en\n{0},{1}\n",
        ".utx": "#UTX 1.20; zh-CN/en-US; 2026; x\n#src\ttgt\tsrc:pos\n{0}\t{1}\tnoun\n",
        ".tbx": '<martif type="TBX-Basic" xml:lang="en"><text><body><termEntry><langSet xml:lang="zh"><tig><term>{0}'
        '</term></tig></langSet><langSet xml:lang="en"><tig><term>{1}</term></tig></langSet></termEntry></body></text>'
        "</martif>",
    }
    ids = []
    for number, pair in enumerate([("腐败", "corruption"), ("贿赂", "bribery"), ("腐败", "corruption")]):
        path = tmp_path / f"{number}{kind}"
        path.write_text(forms[kind].format(*pair), "utf-8")
        ids += [concept.id for concept in read_terms(path).concepts]
    assert ids[0] == ids[2] != ids[1]


@pytest.mark.parametrize(
    ("ticks", "expected"),
    [
        (["x", "", "是"], {"腐败": Status.PREFERRED, "公约": Status.PREFERRED}),
        (["", "", ""], {"腐败": Status.PROPOSED, "贿赂": Status.PROPOSED, "公约": Status.PROPOSED}),
    ],
)
def test_selected_rows_of_candidates_are_imported(
    tmp_path: Path, ticks: list[str], expected: dict[str, Status]
) -> None:
    path = tmp_path / "x.tsv"
    pairs = [("腐败", "corruption"), ("贿赂", "bribery"), ("公约", "Convention")]
    rows = [f"{zh}\t{en}\t0.5\t3\t{tick}\tzh-CN\ten-US\n" for (zh, en), tick in zip(pairs, ticks, strict=True)]
    path.write_text("source\ttarget\tscore\tcount\taccept\tsource_lang\ttarget_lang\n" + "".join(rows), "utf-8")
    assert {c.terms[0].text: c.terms[0].status for c in read_terms(path).concepts} == expected


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ("zh\ten\n腐败\tcorruption\n", "column 1: zh preferred, column 2: en preferred"),
        ("英文,中文,备注\ncorruption,腐败,x\n", "column 1: en-US preferred, column 2: zh-CN preferred, column 3: note"),
        ("腐败\tcorruption\n贿赂\tbribery\n", "column 1: zh-CN preferred, column 2: en-US preferred"),
    ],
)
def test_columns_are_detected_and_shown(tmp_path: Path, rows: str, shown: str) -> None:
    path = tmp_path / ("t.csv" if "," in rows else "t.tsv")
    path.write_text(rows, "utf-8")
    assert read_terms(path).columns == shown


def test_a_cell_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "formula.xlsx"
    write_terms(path, [Concept("c", (Term("=1+1", "zh-CN"), Term("-able", "en-US")))])
    assert [term.text for term in read_terms(path).concepts[0].terms] == ["=1+1", "-able"]


@pytest.mark.parametrize("case", cases("glossaries"), ids=lambda case: case["label"])
def test_glossaries_of_other_tools_keep_their_meaning(case: dict, tmp_path: Path) -> None:
    path = tmp_path / f"t.{case['suffix']}"
    path.write_text(case["text"], "utf-8")
    contents = read_terms(path, columns_of(case["columns"], header=True) if "columns" in case else None)
    if "round_trip" in case:
        path = tmp_path / f"again.{case['round_trip']}"
        write_terms(path, contents.concepts)
        contents = read_terms(path)
    assert not contents.problems
    assert {t.text: t.status.value for c in contents.concepts for t in c.terms} == case["statuses"]
    assert len(contents.concepts) == case.get("entries", len(contents.concepts))
    languages = sorted({term.language for concept in contents.concepts for term in concept.terms})
    assert languages == case.get("languages", languages)
    write_terms(tmp_path / "all.jsonl", contents.concepts)
    whole = (tmp_path / "all.jsonl").read_text("utf-8")
    assert [text for text in case.get("contains", ()) if text not in whole] == []


@pytest.mark.parametrize(
    "line",
    ['{"id": ["b"], "terms": []}', '{"id": "b", "terms": [{"text": ["x"], "language": "en"}]}', "[]", "[" * 5000],
    ids=["id is a list", "text is a list", "no object", "nested too deep"],
)
def test_an_odd_line_costs_one_entry(line: str, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    write_terms(path, SAMPLE)
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    contents = read_terms(path)
    assert [problem.line for problem in contents.problems] == [3]
    assert contents.concepts == SAMPLE


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        ("csv", "zh,en,en_forbidden\n桅杆,mast|pole,stick\n"),
        ("utx", "#UTX 1.20; zh/en; 2026; x\n#src\ttgt\tterm status\n桅杆\tmast\t\n桅杆\tpole\t\n"
         "桅杆\tstick\tforbidden\n"),
        ("jsonl", '{"id": "a", "terms": [{"text": "桅杆", "language": "zh"}, '
         '{"text": "mast", "language": "en"}, '
         '{"text": "pole", "language": "en"}, '
         '{"text": "stick", "language": "en", "status": "forbidden"}]}\n'),
        ("tbx", "<martif type='TBX'><text><body><termEntry>"
         "<langSet xml:lang='zh'><tig><term>桅杆</term></tig></langSet>"
         "<langSet xml:lang='en'><tig><term>mast</term></tig><tig><term>pole</term></tig>"
         "<tig><term>stick</term>"
         "<termNote type='administrativeStatus'>forbidden</termNote></tig></langSet></termEntry></body></text>"
         "</martif>"),
    ],
)  # fmt: skip
def test_terms_without_a_status_get_the_one_that_was_asked_for(tmp_path: Path, suffix: str, text: str) -> None:
    path = tmp_path / f"t.{suffix}"
    path.write_text(text, "utf-8")
    for status, source in ((Status.PROPOSED, "proposed"), (Status.DEPRECATED, "preferred")):
        terms = [term for concept in read_terms(path, status=status).concepts for term in concept.terms]
        found = {term.text: term.status.value for term in terms}
        assert found == {"桅杆": source, "mast": status.value, "pole": status.value, "stick": "forbidden"}


def test_a_termbase_of_multiterm_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "t.sdltb"
    path.write_bytes(b"\0\1\0\0Standard Jet DB")
    with pytest.raises(InputError, match="export it there as TBX"):
        read_terms(path)


@pytest.mark.parametrize("kind", [".tbx", ".csv", ".tsv", ".xlsx", ".jsonl"])
def test_every_language_and_field_comes_back(tmp_path: Path, kind: str) -> None:
    terms = (
        Term("桅杆", "zh-CN", Status.PREFERRED, "noun", "手册", "高", ("桅杆断了。",)),
        Term("桅", "zh-CN", Status.PROPOSED),
        Term("桅桿", "zh-TW"),
        Term("mast", "en", Status.PREFERRED, "noun", "Manual", "tall", ("The mast broke.",)),
        Term("pole", "en", Status.ADMITTED),
        Term("spar", "en", Status.ADMITTED, note="a beam"),
        Term("stick", "en", Status.FORBIDDEN, note="slang"),
        Term("jarbol", "sr-Latn", Status.DEPRECATED),
    )
    path = tmp_path / f"t{kind}"
    write_terms(path, [Concept("c1", terms, "ships", "a tall pole", note="n", author="A")])
    (concept,) = read_terms(path).concepts
    assert concept.terms == terms
    assert (concept.id, concept.subject, concept.definition, concept.note) == ("c1", "ships", "a tall pole", "n")


def test_the_pair_of_most_terms_is_written_where_a_format_has_two(tmp_path: Path) -> None:
    path = tmp_path / "t.utf8"
    write_terms(path, [Concept("c", (Term("油", "zh-TW"), Term("oil", "en"), Term("ulje", "sr-Latn")))])
    assert path.read_text("utf-8") == "# zh-TW\ten\tcomment\n油\toil\t\n"
