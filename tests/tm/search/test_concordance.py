"""Concordance: phrases, words, wildcards, either side, and the counterpart on the other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.errors import UsageError
from tests.data import cases
from tm.search import concordance as module
from tm.search.concordance import ConcordanceOptions, concordance
from tm.search.memory import Memory
from tm.search.nearest import NearPhrase
from tm.search.queries import parse
from tm.store import index, index_segments
from tm.store.filters import Filters
from tm.unit import Origin, Unit

CASES = cases("concordance")
UNITS = [
    ("缔约国应当采取措施。", "States parties shall take measures."),
    ("各缔约国的会议", "Conference of the States parties"),
    ("締約國會議", "The Conference of the STATES PARTIES"),
    ("公约的缔约国会议通过了决议", "The Conference of the States Parties to the Convention adopted resolutions"),
    ("签订约定的国家", "countries that made an arrangement"),
    ("ＡＰＩ文档", "API documentation"),
    ("按 ⟦1⟧确⟦/1⟧定 键", "Press the ⟦1⟧OK⟦/1⟧ key"),
    ("C++ 的 100% 兼容", "100% compatible with C++"),
]


@pytest.fixture(params=["tail", "segment"])
def memory(request: pytest.FixtureRequest, stored: Memory) -> Memory:
    memory = stored
    memory.add(Unit(source, target, "zh-CN", "en-US") for source, target in UNITS)
    if request.param == "segment":
        with memory.writing() as connection:
            index.update(connection, 0)
    return memory


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_what_is_found(memory: Memory, case: dict[str, Any]) -> None:
    hits = concordance([memory], case["input"], ConcordanceOptions(**case.get("options", {})))
    assert [hit.number for hit in hits] == case["expected"] or {hit.number for hit in hits} == set(case["expected"])
    assert len(hits) == len(case["expected"])
    if "spans" in case:
        assert [hits[0].text[start:end] for start, end in hits[0].spans] == case["spans"]


def test_most_relevant_first(memory: Memory) -> None:
    hits = concordance([memory], "缔约国")
    assert hits[0].number == 3
    assert hits[-1].number == 4


def test_counterpart(memory: Memory) -> None:
    memory.add(
        Unit(f"缔约国{one}", f"{two} by States parties", "zh-CN", "en-US")
        for one, two in [("提出建议", "suggestions"), ("作出承诺", "commitments"), ("支付费用", "payment")]
    )
    memory.add(
        Unit(f"其他{number}", f"another text about {number} by others", "zh-CN", "en-US") for number in range(50)
    )
    hits = concordance([memory], "缔约国")
    marked = {hit.other[start:end].casefold() for hit in hits for start, end in hit.counterpart}
    assert marked == {"states parties"}


def test_filters_and_sides(memory: Memory) -> None:
    assert not concordance([memory], "缔约国", ConcordanceOptions(side="target"))
    assert not concordance([memory], "缔约国", ConcordanceOptions(filters=Filters(source_lang="en")))
    assert concordance([memory], "缔约国", ConcordanceOptions(filters=Filters(with_text="措施")))
    with pytest.raises(UsageError):
        ConcordanceOptions(side="left")  # type: ignore[arg-type]


@pytest.fixture
def empty(tmp_path: Path, place: str) -> Iterator[Memory]:
    where = (
        str(tmp_path / "empty.duiyi")
        if place.endswith(".duiyi")
        else place.replace("memory=test", "memory=empty").replace("terms=test", "terms=empty")
    )
    with Memory(where) as memory:
        yield memory


def unit(source: str, target: str, **more: Any) -> Unit:
    return Unit(source, target, "zh-CN", "en-US", **more)


def test_the_order_of_hits(empty: Memory) -> None:
    empty.add(
        [
            unit("甲 会议", "apart A"),
            unit("会议 甲乙、", "half"),
            unit("会议 甲乙丙丁戊己庚", "little"),
            unit("会议 甲乙。", "often", origin=Origin("a", source_ids=(1,))),
            unit("会议 甲乙。", "often", origin=Origin("a", source_ids=(2,))),
            unit("会议 甲乙！", "reviewed", status="reviewed"),
            unit("会议 甲乙？", "rejected", status="rejected"),
        ]
    )
    found = [hit.unit.target for hit in concordance([empty], "会议 甲")]
    assert found == ["reviewed", "often", "half", "little", "apart A"]
    asked = ConcordanceOptions(filters=Filters(status=("rejected",)))
    assert [hit.unit.target for hit in concordance([empty], "会议 甲", asked)] == ["rejected"]
    for limit in (1, 2, 4):
        shown = concordance([empty], "会议 甲", ConcordanceOptions(limit=limit))
        assert [hit.unit.target for hit in shown] == found[:limit]
    with pytest.raises(UsageError, match="at least 1 hit"):
        ConcordanceOptions(limit=0)


def test_as_many_words_match_a_wildcard(empty: Memory) -> None:
    letters = "abcdefghijklmnopqr"
    empty.add(unit(f"第{number}", f"x{letters[number // 18]}{letters[number % 18]}") for number in range(301))
    with empty.writing() as connection:
        index.update(connection, 0)
    assert len(concordance([empty], "x*", ConcordanceOptions(limit=400, counterpart=False))) == 300


def test_the_share_of_the_text_counts(empty: Memory) -> None:
    empty.add([unit("会议会议会议甲乙丙丁", "six of ten"), unit("会议甲乙", "two of four")])
    assert [hit.unit.target for hit in concordance([empty], "会议")] == ["six of ten", "two of four"]


def test_all_texts_are_searched(empty: Memory) -> None:
    empty.add(unit(f"会议{number}", f"t{number}") for number in range(5_001))
    options = ConcordanceOptions(limit=6_000, counterpart=False)
    assert len(concordance([empty], "会议", options)) == 5_001


@pytest.mark.parametrize("older", [False, True], ids=["lists of characters", "an index without them"])
@pytest.mark.parametrize("most", [2_000, 3], ids=["whole lists", "cut lists"])
def test_single_characters_are_found_in_all_texts(
    empty: Memory, monkeypatch: pytest.MonkeyPatch, older: bool, most: int
) -> None:
    monkeypatch.setattr(index_segments, "SINGLES", most)
    monkeypatch.setattr(module, "SINGLES", most)
    texts = [f"水{'在' * number}河{number}" for number in range(1, 20)] + ["很" * 50 + "鹤" + "远" * 50, "白鶴"]
    empty.add(unit(text, f"t{number}") for number, text in enumerate(texts))
    with empty.writing() as connection:
        index.update(connection, 0)
        connection.execute("UPDATE segments SET singles = ?", (int(not older),))
    options = ConcordanceOptions(limit=100, counterpart=False)
    assert len(concordance([empty], "水", options)) == 19
    assert [hit.unit.source for hit in concordance([empty], "鹤", options)] == ["白鶴", texts[19]]
    assert len(concordance([empty], "水 河", options)) == 19
    assert [hit.unit.target for hit in concordance([empty], "水 河 19", options)] == ["t18"]
    assert concordance([empty], "鲸", options) == []


@pytest.mark.parametrize(
    ("query", "spans"),
    [("水 水声", [(0, 2), (3, 4)]), ("声 水声", [(0, 2)]), ("水声水", [(0, 4)]), ("一 水", [(0, 1), (3, 4)])],
)
def test_spans_do_not_overlap(query: str, spans: list[tuple[int, int]]) -> None:
    found = parse(query).spans("水声，水")
    if found is not None:
        assert found[1] == spans


PASTED = "The members of the council shall meet every year in the month of May"


def test_texts_near_a_pasted_phrase_come_last(memory: Memory) -> None:
    memory.add(
        [
            unit("理事会成员每年五月开会。", f"{PASTED}, as was decided."),
            unit("甲", "Under rule 7 the members of the council shall meet each year in the month of June, if needed."),
            unit("乙", "The council has members."),
        ]
    )
    hits = concordance([memory], PASTED)
    assert [(hit.unit.source[0], hit.whole, hit.score == 100) for hit in hits] == [
        ("理", True, True),
        ("甲", False, False),
    ]
    near = hits[1]
    assert near.text[slice(*near.spans[0])].startswith("the members of the council shall meet each year")
    assert "Under rule" not in near.text[slice(*near.spans[0])]
    assert hits.to_dicts()[1]["score"] == near.score < 100


REPORT = "The annual report shall be sent to all the members"


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("解释或者适用的争端应通过谈判解决", "有关[解释或适用的任何争端，应通过谈判解决]。"),
        (REPORT, "Then [the annual report of the council shall be sent to all the members] today."),
        (REPORT, "[The report shall be sent to all the members] of the council."),
        (
            "The members shall meet every year in May",
            "[The members shall meet every year in] June; the budget is small.",
        ),
    ],
)
def test_a_near_stretch_is_marked_to_its_end(phrase: str, text: str) -> None:
    plain = text.replace("[", "").replace("]", "")
    found = NearPhrase(phrase).stretch(plain)
    assert found is not None
    start, end = found[1]
    assert f"{plain[:start]}[{plain[start:end]}]{plain[end:]}" == text


def test_near_texts_of_a_short_phrase_are_found_on_request(memory: Memory) -> None:
    assert concordance([memory], "缔约国的大会") == []
    found = concordance([memory], "缔约国的大会", ConcordanceOptions(fuzzy=True))
    assert [hit.text[slice(*hit.spans[0])] for hit in found][:1] == ["缔约国的会"]
    assert concordance([memory], "没有的话", ConcordanceOptions(fuzzy=True)) == []


def test_hits_as_plain_data(empty: Memory) -> None:
    empty.add(
        [unit("各缔约国", "Each party", status="reviewed"), unit("缔约国", "State party", origin=Origin("a.txt"))]
    )
    first, second = concordance([empty], "缔约国").to_dicts()
    assert first == {
        "source": "各缔约国",
        "target": "Each party",
        "side": "source",
        "spans": [[1, 4]],
        "origin": {},
        "score": 100,
        "counterpart": [[5, 10]],
        "source_lang": "zh-CN",
        "target_lang": "en-US",
        "status": "reviewed",
        "count": 1,
        "memory": str(empty.path),
        "unit": 1,
        "anchor": "u1",
    }
    assert (second["origin"], second["unit"], second["counterpart"]) == ({"source_file": "a.txt"}, 2, [[6, 11]])
    (hit,) = concordance([empty], "each")
    assert (hit.side, hit.text, hit.other, hit.whole, hit.counterpart) == ("target", "Each party", "各缔约国", True, ())


def test_the_same_pair_in_two_memories_is_listed_once(empty: Memory, memory: Memory) -> None:
    empty.add([unit(*UNITS[0]), unit("缔约国", "State party")])
    hits = concordance([empty, memory], "缔约国")
    assert len(hits) == 5
    assert sum(hit.unit.source == UNITS[0][0] for hit in hits) == 1


COUNTERPARTS = [
    (["缔约国甲", "缔约国乙"], ["State one", "State two"], "缔约国", {"State"}),
    (["缔约国甲", "缔约国乙"], ["Party one", "State two"], "缔约国", set()),
    (["a one", "b one"], ["缔约甲", "缔约乙"], "one", {"缔约"}),
    (["a one", "b one"], ["缔甲约", "缔乙约"], "one", set()),
    (["a one", "b one"], ["一二三四五六七八甲", "一二三四五六七八乙"], "one", {"一二三四五六七八"}),
    (
        ["a one", "b one"],
        ["一二三四五六七八九甲", "一二三四五六七八九乙"],
        "one",
        {"一二三四五六七八", "二三四五六七八九"},
    ),
    (["缔约国甲", "缔约国乙"], ["a b c d one", "a b c d two"], "缔约国", {"a b c d"}),
    (["缔约国甲", "缔约国乙"], ["a b c d e one", "a b c d e two"], "缔约国", {"a b c d", "b c d e"}),
    (["缔约国甲", "缔约国乙"], ["a, b one", "a, b two"], "缔约国", {"a", "b"}),
    (["缔约国甲", "缔约国乙"], ["a b甲 one", "a b乙 two"], "缔约国", {"a b"}),
    (["缔约国甲"], ["State one"], "缔约国", set()),
]


@pytest.mark.parametrize(("sources", "targets", "phrase", "expected"), COUNTERPARTS)
def test_what_is_marked_on_the_other_side(
    empty: Memory, sources: list[str], targets: list[str], phrase: str, expected: set[str]
) -> None:
    languages = ("zh-CN", "en-US") if phrase == "缔约国" else ("en-US", "zh-CN")
    empty.add(Unit(source, target, *languages) for source, target in zip(sources, targets, strict=True))
    hits = concordance([empty], phrase)
    assert {hit.other[start:end] for hit in hits for start, end in hit.counterpart} == expected
    plain = concordance([empty], phrase, ConcordanceOptions(counterpart=False))
    assert [hit.counterpart for hit in plain] == [()] * len(sources)


def test_what_is_frequent_everywhere_is_not_marked(empty: Memory) -> None:
    empty.add(unit(f"缔约国{sign}", f"the {word} State") for sign, word in zip("甲乙丙丁", "abcd", strict=True))
    empty.add(unit(f"其他{number}", f"the other {chr(97 + number)}") for number in range(20))
    marked = {hit.other[start:end] for hit in concordance([empty], "缔约国") for start, end in hit.counterpart}
    assert marked == {"State"}


@pytest.mark.parametrize(("sharing", "marked"), [(1, set()), (2, {"State"}), (6, {"State"})])
def test_a_counterpart_needs_a_share_of_the_hits(empty: Memory, sharing: int, marked: set[str]) -> None:
    letters = "abcdefghijkl"
    empty.add(
        unit(f"缔约国{sign}", f"{'State' if number < sharing else letters[number] * 2} {sign}")
        for number, sign in enumerate("甲乙丙丁戊己庚辛壬癸子丑")
    )
    hits = concordance([empty], "缔约国")
    assert len(hits) == 12
    assert {hit.other[start:end] for hit in hits for start, end in hit.counterpart} == marked


@pytest.mark.parametrize(("texts", "marked"), [(27, {"State"}), (28, set())])
def test_a_counterpart_that_few_hits_share_is_not_marked(empty: Memory, texts: int, marked: set[str]) -> None:
    words = [first + second for first in "abcdef" for second in "ghijkl"]
    empty.add(unit(f"缔约国{n}", f"State {words[n]}" if n < 3 else f"{words[n]} {words[n]}") for n in range(texts))
    hits = concordance([empty], "缔约国")
    found = {hit.other[start:end] for hit in hits for start, end in hit.counterpart}
    assert found == marked, "three hits of 27 have a Dice coefficient of 0.2"


def test_counterparts_are_counted_in_more_hits_than_are_shown(empty: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    empty.add(unit(f"缔约国{sign}", f"State {sign}") for sign in "甲乙丙")
    (hit,) = concordance([empty], "缔约国", ConcordanceOptions(limit=1))
    assert [hit.other[start:end] for start, end in hit.counterpart] == ["State"]


def test_counterparts_are_counted_by_language(empty: Memory) -> None:
    empty.add(Unit(f"缔约国{sign}", f"State {sign}", "zh-CN", "en-US") for sign in "甲乙")
    empty.add(Unit(f"缔约国{sign}", f"Staat {sign}", "zh-CN", "de-DE") for sign in "甲乙")
    empty.add([Unit("缔约国", "État", "zh-CN", "fr-FR")])
    marked = {hit.other[start:end] for hit in concordance([empty], "缔约国") for start, end in hit.counterpart}
    assert marked == {"State", "Staat"}


def test_wildcards_of_words_use_the_list_of_words(empty: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.add(unit(f"第{number}", f"re{chr(97 + number)}ort words") for number in range(20))
    empty.add([unit("别的", "unreported"), unit("其他", "rest")])
    with empty.writing() as connection:
        index.update(connection, 0)
    assert len(concordance([empty], "re*ort")) == 20
    assert len(concordance([empty], "r*")) == 21
    assert [hit.unit.target for hit in concordance([empty], "*st")] == ["rest"]
    assert concordance([empty], "rx*") == []
    monkeypatch.setattr(module, "_EXPANDED", 3)
    assert len(concordance([empty], "re*ort")) == 3, "a wildcard stands for a limited number of words"


def test_the_shortest_texts_are_searched_first(empty: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.add(unit(f"会议{'长' * (30 - number)}", f"t{number}") for number in range(30))
    monkeypatch.setattr(module, "_AT_ONCE", 4)
    monkeypatch.setattr(module, "_SAMPLE", 5)
    hits = concordance([empty], "会议", ConcordanceOptions(limit=8, counterpart=False))
    assert sorted(hit.number for hit in hits) == list(range(23, 31)), "the eight shortest"
    assert len(concordance([empty], "会议", ConcordanceOptions(limit=1))) == 1


@pytest.mark.parametrize("text", ["", "…", "*", "？", "长" * 1_001])
def test_questions_that_are_none(memory: Memory, text: str) -> None:
    with pytest.raises(UsageError):
        concordance([memory], text)


@given(st.from_regex(r"[ab][ab*?]{0,7}b", fullmatch=True), st.from_regex(r"[ab-]{1,9}( [ab-]{1,9})?", fullmatch=True))
def test_stars_mean_any_letters_of_a_word(pattern: str, text: str) -> None:
    plain = pattern.replace("*", r"[^\W_]*").replace("?", r"[^\W_]")
    wanted = [match.span() for match in re.finditer(rf"(?<![^\W_]){plain}(?![^\W_])", text)]
    found = parse(pattern, exact=True).spans(text)
    assert found == ((True, wanted) if wanted else None)


def test_many_stars_on_an_endless_word_are_quick() -> None:
    # A search that tried every combination would not end before the sun does.
    assert parse("a*a*a*a*a*a*a*a*c").spans("a" * 20_000) is None
    assert parse("a*a*a*a*a*a*a*a*c").spans("a" * 20_000 + "c") == (True, [(0, 20_001)])


@pytest.mark.parametrize("text", ["x' OR '1'='1", '"unbalanced', "a NEAR b", "(a", "a[b", "a\\", "^a$", "\ud800a"])
def test_questions_are_text_and_nothing_else(memory: Memory, text: str) -> None:
    assert concordance([memory], text) == []


def test_quoted_words_stay_together() -> None:
    assert [part.raw for part in parse('a "b c" “d e” f').parts] == ["a", "b c", "d e", "f"]


def test_stars_without_end_are_one_star_or_refused() -> None:
    assert parse("*" * 50 + "a").parts == parse("*a").parts
    assert parse("a*?*b").parts == parse("a?*b").parts
    with pytest.raises(UsageError, match="9 stars"):
        parse("a*" * 9)
    with pytest.raises(UsageError, match="5 stars in Chinese"):
        parse("一*" * 5)


def test_a_word_with_an_apostrophe_is_found_by_its_stem(memory: Memory) -> None:
    units = [("L'homme est venu.", "The owner's car."), ("Une femme est venue.", "Owners came.")]
    memory.add(Unit(source, target, "fr", "en") for source, target in units)
    assert [len(concordance([memory], word)) for word in ("homme", "owner", "owner's", "wner")] == [1, 1, 1, 0]
    with memory.writing() as connection:
        index.update(connection, 0)
    assert [len(concordance([memory], word)) for word in ("homme", "owner", "wner")] == [1, 1, 0]
