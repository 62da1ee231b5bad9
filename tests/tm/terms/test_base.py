import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.errors import EditConflict, StoreError
from tests.postgresql import PostgresServer
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status, Term
from tm.terms.merging import merge
from tm.terms.normalization import normalize_term, normalize_text
from tm.terms.patterns import glob, normalized_pattern
from tm.terms.sample import sample_concepts


@pytest.fixture(scope="module", params=["file", "server"])
def sample(request: pytest.FixtureRequest) -> Iterator[TermBase]:
    server = request.getfixturevalue("postgresql") if request.param == "server" else None
    with TermBase(server.address("sample") if server else ":memory:") as base:
        base.add(sample_concepts())
        yield base


def test_the_sample_glossary_is_large_enough(sample: TermBase) -> None:
    assert len(sample) >= 80
    assert all({"zh", "en"} <= {term.language[:2] for term in concept.terms} for concept in sample.concepts())


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("资产追回", "资产追回", "exact"),
        ("資產追回", "资产追回", "form"),
        ("States parties", "States parties", "exact"),
        ("states party", "State party", "form"),
        ("ASSET RECOVERY", "asset recovery", "form"),
        ("ｍｏｎｅｙ-laundering", "money-laundering", "form"),
        ("money laundering", "money-laundering", "form"),
        ("asset rec", "asset recovery", "prefix"),
        ("*洗钱*", "洗钱", "wildcard"),
        ("prosecut???", "prosecution", "wildcard"),
        ("asset recovry", "asset recovery", "fuzzy"),
        ("实益所有权人", "实益所有权", "fuzzy"),
    ],
)
def test_lookup(sample: TermBase, question: str, answer: str, kind: str) -> None:
    hits = {hit.term.text: hit.kind for hit in sample.lookup(question)}
    assert hits[answer] == kind


@pytest.mark.parametrize(
    "question", ["", "   ", "zzzzqqqq", "'; DROP TABLE terms; --", "(?:.*)+[", "%_%", "[a-z]", "\ud800"]
)
def test_unusual_questions_find_nothing(sample: TermBase, question: str) -> None:
    assert sample.lookup(question) == []


def test_only_identical_text_scores_100(sample: TermBase) -> None:
    assert all((hit.score == 100) == (hit.term.text == "State party") for hit in sample.lookup("State party"))


def test_all_terms_of_a_text_longest_first(sample: TermBase) -> None:
    text = "各缔约国根据《联合国反腐败公约》在資產追回方面开展国际合作。"
    found = sample.find(text, "zh")
    places = [(text[place.start : place.end], place.nested) for place in found]
    assert places == [
        ("缔约国", False),
        ("联合国反腐败公约", False),
        ("反腐败公约", True),
        ("腐败", True),
        ("資產追回", False),
        ("国际合作", False),
    ]


def test_terms_of_an_english_text_in_any_number(sample: TermBase) -> None:
    text = "Requesting States, victims of bribery; conflicts of interest."
    found = [text[place.start : place.end] for place in sample.find(text, "en")]
    assert found == ["Requesting States", "victims", "bribery", "conflicts of interest"]


def test_no_term_contains_a_comma(sample: TermBase) -> None:
    assert not [place for place in sample.find("资产，追回", "zh") if place.end - place.start > 2]


def test_a_term_of_one_character_is_found_once_at_the_end_of_a_text(place: str) -> None:
    with TermBase(place) as base:
        base.add([Concept("a", (Term("党", "zh-CN"),)), Concept("b", (Term("党员", "zh-CN"),))])
        found = [(place.start, place.end, place.nested) for place in base.find("党员入党", "zh")]
        assert found == [(0, 2, False), (0, 1, True), (3, 4, False)]


def test_two_forms_of_a_term_in_one_entry_are_found_once(place: str) -> None:
    with TermBase(place) as base:
        base.add([Concept("a", (Term("State party", "en-US"), Term("States parties", "en-GB"), Term("缔约国", "zh")))])
        assert [len(place.concepts) for place in base.find("State parties", "en")] == [1]


_SHORT_ZH = st.text("党员中国國《》a＊？。 \0\ufffe", min_size=1, max_size=5)
_SHORT_EN = st.lists(st.sampled_from(["state", "states", "party", "parties", "a-b", "ab", "x"]), min_size=1, max_size=3)
_TERMS = st.lists(st.tuples(_SHORT_ZH, _SHORT_EN.map(" ".join)), max_size=12)


def _based(pairs: list[tuple[str, str]]) -> TermBase:
    base = TermBase(":memory:")
    base.add(Concept(f"c{n}", (Term(zh, "zh-CN"), Term(en, "en-US"))) for n, (zh, en) in enumerate(pairs))
    return base


def _keys(pairs: list[tuple[str, str]], language: str) -> list[tuple[str, int]]:
    """The keys in order, with the numbers of their entries."""
    return sorted((normalize_term(pair[language == "en"], language), number) for number, pair in enumerate(pairs))


@settings(deadline=None, max_examples=200)
@given(
    pairs=_TERMS,
    questions=st.lists(st.text("党员中国國sta＊\ufffd*?[]", min_size=1, max_size=6), min_size=1, max_size=4),
    language=st.sampled_from(["zh", "en"]),
    limit=st.integers(1, 4),
)
def test_patterns_find_what_sqlite_finds(
    pairs: list[tuple[str, str]], questions: list[str], language: str, limit: int
) -> None:
    with _based(pairs) as base:
        for question in [one for one in questions for _ in range(2) if {"*", "?"} & set(one)]:
            found = base._store._db.execute(
                "SELECT concepts.key FROM terms JOIN concepts ON concepts.id = concept "
                "WHERE base = ? AND folded GLOB ? ORDER BY folded, terms.id LIMIT ?",
                [language, glob(normalized_pattern(question, language)), limit],
            ).fetchall()
            hits = base.lookup(question, language, limit=limit, fuzzy=False)
            assert {hit.concept.id for hit in hits} == {key for (key,) in found}
            assert {hit.kind for hit in hits} <= {"wildcard"}


def test_patterns_and_similarity_reflect_every_change(place: str) -> None:
    def found(base: TermBase, question: str) -> list[str]:
        return [hit.term.text for hit in base.lookup(question, "zh")]

    with TermBase(place) as base, TermBase(place) as other:
        for number, changed in enumerate([base, other, base, other]):
            changed.add([Concept(f"c{number}", (Term(f"中国共产党{'党员' * number}", "zh-CN"),))])
            for one in (base, other):
                for _ in range(3):
                    assert len(found(one, "*产党*")) == number + 1
                assert found(one, "中国共产当") == ["中国共产党"]
                assert [len(term.concepts) for term in one.find("中国共产党", "zh")] == [1]
        base.delete(["c0"])
        for _ in range(3):
            assert len(found(other, "*产党*")) == 3
        assert other.find("中国共产党", "zh") == []


def test_more_entries_than_are_cached(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.terms.base._RECENT", 2)
    with TermBase(place) as base:
        base.add(Concept(name, (Term(name, "zh-CN"),)) for name in "党员国会")
        for text in ("党员国", "国", "会员", "党员国会"):
            assert [[one.id for one in place.concepts] for place in base.find(text, "zh")] == [[one] for one in text]
            assert len(base._recent) <= 2


def test_a_pattern_longer_than_any_term_finds_nothing() -> None:
    with TermBase(":memory:") as base:
        base.add(sample_concepts())
        for _ in range(2):
            assert base.lookup("?" * 60_000, "en") == []


@pytest.mark.parametrize(
    ("term", "question"), [("党\ufffe", "*\uffff"), ("党\uffff", "*\ufffd"), ("党员\0国", "党*员"), ("党\0", "*\0")]
)
def test_unusual_characters_match_as_in_sqlite(term: str, question: str) -> None:
    with TermBase(":memory:") as base:
        base.add([Concept("a", (Term(term, "zh-CN"),))])
        for _ in range(3):
            assert [hit.kind for hit in base.lookup(question, "zh", fuzzy=False)] == ["wildcard"]


@settings(deadline=None, max_examples=200)
@given(
    pairs=_TERMS,
    zh=st.lists(_SHORT_ZH, max_size=8).map("".join),
    en=st.lists(_SHORT_EN.map(" ".join) | st.just(","), max_size=6).map(" ".join),
)
def test_all_terms_of_a_text_are_found(pairs: list[tuple[str, str]], zh: str, en: str) -> None:
    with _based(pairs) as base:
        for text, language in ((zh, "zh"), (en, "en"), (zh, "zh")):
            folded = normalize_text(text, language)
            keys = {key for key, _ in _keys(pairs, language) if key}
            wanted = {
                (folded.spans[start][0], folded.spans[end - 1][1], key)
                for start in range(len(folded.units))
                for end in range(start + 1, len(folded.units) + 1)
                if (key := folded.joiner.join(folded.units[start:end])) in keys
            }
            found = base.find(text, language)
            assert [(one.start, -one.end) for one in found] == sorted((start, -end) for start, end, _ in wanted)
            named = [
                {normalize_term(one.terms[language == "en"].text, language) for one in place.concepts}
                for place in found
            ]
            assert all(len(keys) == 1 for keys in named)
            assert {(one.start, one.end, *key) for one, key in zip(found, named, strict=True)} == wanted


def test_entries_are_replaced_and_deleted(tmp_path: Path) -> None:
    with TermBase(tmp_path / "t.sqlite") as base:
        base.add([Concept("a", (Term("腐败", "zh-CN"), Term("corruption", "en-US")))])
        base.add([Concept("a", (Term("贿赂", "zh-CN"), Term("bribery", "en-US")))])
        assert len(base) == 1
        assert base.lookup("腐败") == []
        assert base.delete(["a", "b"]) == 1
    with TermBase(tmp_path / "t.sqlite") as base:
        assert len(base) == 0


def test_a_failed_import_changes_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[Concept]:
        yield Concept("b", (Term("贿赂", "zh-CN"),))
        raise RuntimeError

    with TermBase(tmp_path / "t.sqlite") as base:
        base.add([Concept("a", (Term("腐败", "zh-CN"),))])
        with pytest.raises(RuntimeError):
            base.add(broken())
        assert [concept.id for concept in base.concepts()] == ["a"]


def test_files_that_are_not_term_bases_are_refused(tmp_path: Path) -> None:
    junk = tmp_path / "junk.sqlite"
    junk.write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError, match="is not a term base"):
        TermBase(junk)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE things (x)")
    db.close()
    with pytest.raises(StoreError, match="but not a term base"):
        TermBase(other)
    newer = tmp_path / "newer.sqlite"
    TermBase(newer).close()
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer version"):
        TermBase(newer)
    with pytest.raises(StoreError, match="there is no term base"):
        TermBase(tmp_path / "none.sqlite", create=False)


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=12), st.sampled_from(["zh-CN", "en-US", "de-DE"]))
def test_every_stored_term_is_found(text: str, language: str) -> None:
    if not normalize_term(text, language) or not text.strip() or set("*?") & set(text):
        return
    with TermBase(":memory:") as base:
        base.add([Concept("c", (Term(text.strip(), language),))])
        assert [hit.concept.id for hit in base.lookup(text, language)] == ["c"]


def test_a_server_holds_the_same_entries_as_a_file(tmp_path: Path, postgresql: PostgresServer) -> None:
    places = (tmp_path / "t.sqlite", postgresql.address("entries"))
    with TermBase(places[0]) as file, TermBase(places[1]) as server:
        for base in (file, server):
            base.add(sample_concepts())
            (first, *_) = base.concepts()
            base.add([replace(first, note="new")])
            assert base.delete([first.id, "none"]) == 1
            assert base.restore(first.id) == replace(first, note="new")
            with pytest.raises(EditConflict):
                base.add([first], expected=first)
        assert [replace(one, created=None, changed=None) for one in file] == [
            replace(one, created=None, changed=None) for one in server
        ]
        assert (len(file), file.languages()) == (len(server), server.languages())
        for question in ("*的*", "conv?ntion*", "公约", "convntion", "人"):
            assert file.lookup(question).to_dicts() == server.lookup(question).to_dicts()
    assert str(server) == f"TermBase({server.path!r}, closed)"


def test_merging_by_concept_by_term_or_not() -> None:
    old = Concept("a", (Term("腐败", "zh-CN"), Term("corruption", "en-US")))
    new = Concept("b", (Term("腐败", "zh-CN"), Term("graft", "en-US")))
    with TermBase(":memory:") as base:
        base.add([old])
        separate, conflicts = merge(base, [new], "concept")
        assert [concept.id for concept in separate] == ["b"]
        assert [(c.term, c.stored, c.new) for c in conflicts] == [("腐败", ("corruption",), ("graft",))]
        (joined,), _ = merge(base, [new], "term")
        assert (joined.id, [(t.text, t.status) for t in joined.terms[2:]]) == ("a", [("graft", Status.ADMITTED)])
        (renamed,), _ = merge(base, [Concept("a", new.terms)], "none")
        assert renamed.id == "a-2"


def test_a_status_replaces_proposed_and_differing_statuses_are_listed() -> None:
    def entry(status: Status) -> Concept:
        return Concept("a", (Term("腐败", "zh-CN", status), Term("corruption", "en-US", status)))

    with TermBase(":memory:") as base:
        base.add([entry(Status.PROPOSED)])
        (joined,), conflicts = merge(base, [entry(Status.PREFERRED)])
        assert ([term.status for term in joined.terms], conflicts) == ([Status.PREFERRED] * 2, [])
        base.add([joined])
        (kept,), conflicts = merge(base, [entry(Status.FORBIDDEN)])
        assert [term.status for term in kept.terms] == [Status.PREFERRED] * 2
        assert [(c.term, c.stored, c.new) for c in conflicts] == [
            ("腐败", ("preferred",), ("forbidden",)),
            ("corruption", ("preferred",), ("forbidden",)),
        ]


def test_a_memory_is_not_a_term_base_and_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    from tm.search.memory import Memory

    Memory(tmp_path / "m.duiyi").close()
    with pytest.raises(StoreError, match="not a term base"):
        TermBase(tmp_path / "m.duiyi")
    with TermBase(tmp_path / "t.sqlite") as base:
        base.add([Concept("a", (Term("腐败", "zh-CN"), Term("corruption", "en-US")))])
        (pages,) = base._store._db.execute("PRAGMA page_count").fetchone()
        base._store._db.execute(f"PRAGMA max_page_count = {pages + 5}")
        many = (Concept(f"c{n}", (Term(f"术语{n}", "zh-CN"), Term(f"term {n}", "en-US"))) for n in range(5_000))
        with pytest.raises(StoreError, match="the disk is full"):
            base.add(many)
        assert len(base) == 1


def test_matches_are_rows_and_a_term_base_is_a_collection(tmp_path: Path) -> None:
    concept = Concept("a", (Term("腐败", "zh-CN"), Term("corruption", "en-US"), Term("corrupción", "es-ES")))
    with TermBase(str(tmp_path / "t.sqlite")) as base:
        base.add([concept])
        assert [one.id for one in base] == ["a"]
        matches = base.lookup("腐败", "zh")
        assert [row["target"] for row in matches.to_dicts()] == ["corruption", "corrupción"]
        assert [row["target"] for row in matches.to_dicts("en")] == ["corruption"]
        assert repr(base).endswith("t.sqlite', 1 concept)")
    assert repr(base).endswith("', closed)")
