"""Look-ups: kinds and scores, directions, penalties, and that the index misses nothing brute force finds."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.errors import UsageError
from tm.search.diff import differences
from tm.search.fuzzy import PreparedQuery, similarity
from tm.search.lookup import LookupOptions, check_languages, lookup
from tm.search.matches import MatchKind
from tm.search.memory import Memory
from tm.store import index
from tm.store.filters import Filters
from tm.unit import Origin, Unit, reversed_unit


def unit(source: str, target: str, **more: object) -> Unit:
    return Unit(source, target, "zh-CN", "en-US", **more)  # type: ignore[arg-type]


@pytest.fixture
def memory(stored: Memory) -> Memory:
    return stored


@pytest.fixture
def treaty(memory: Memory) -> Memory:
    memory.add(
        [
            unit("第一条", "Article 1", next="本协议自签字之日起生效。"),
            unit(
                "本协议自签字之日起生效。",
                "This agreement enters into force on signature.",
                previous="第一条",
                next="第二条",
            ),
            unit("本協議自簽字之日起生效。", "This agreement takes effect on signature."),
            unit("本协议自批准之日起生效。", "This agreement enters into force on ratification.", status="reviewed"),
            unit("本协议自批准之日起生效。", "Rejected.", status="rejected"),
            unit("共有 12 名成员参加会议", "12 members attended the meeting"),
        ]
    )
    return memory


def test_kinds_and_scores(treaty: Memory) -> None:
    matches = lookup([treaty], "本协议自签字之日起生效。")
    assert [(match.kind, match.score) for match in matches] == [
        (MatchKind.EXACT, 100),
        (MatchKind.FUZZY, 95),
        (MatchKind.FUZZY, 81),
    ]
    assert matches[1].minor_differences == ("form",)
    assert matches[2].unit.target == "This agreement enters into force on ratification."


@pytest.mark.parametrize(
    ("before", "after", "kind", "score"),
    [
        ("第一条", "第二条", "context", 102),
        ("第一条", "别的", "context", 101),
        ("别的", "第二条", "context", 101),
        ("", "第二条", "context", 101),
        ("别的", "", "exact", 100),
    ],
)
def test_context(treaty: Memory, before: str, after: str, kind: str, score: int) -> None:
    match, *_ = lookup([treaty], "本协议自签字之日起生效。", LookupOptions(previous=before, next=after))
    assert (match.kind, match.score) == (kind, score)


def test_neighbours_must_be_of_one_occurrence(memory: Memory) -> None:
    memory.add([unit("甲", "A", previous="一", next="二"), unit("甲", "A", previous="三", next="四")])
    assert lookup([memory], "甲", LookupOptions(previous="一", next="四"))[0].score == 101
    assert lookup([memory], "甲", LookupOptions(previous="三", next="四"))[0].score == 102


def test_the_other_direction(treaty: Memory) -> None:
    match, *_ = lookup([treaty], "This agreement enters into force on signature.")
    assert (match.score, match.reverse) == (100, True)
    assert match.unit.source_lang == "en-US"
    assert match.unit.target == "本协议自签字之日起生效。"
    assert lookup([treaty], "This agreement enters into force on the signature.")[0].score == 87


def test_languages(treaty: Memory) -> None:
    text = "本协议自签字之日起生效。"
    assert lookup([treaty], text, LookupOptions(filters=Filters(source_lang="zh-TW", target_lang="en-GB")))
    assert not lookup([treaty], text, LookupOptions(filters=Filters(source_lang="en")))
    assert not lookup([treaty], text, LookupOptions(filters=Filters(target_lang="de")))
    check_languages([treaty], "zh", "en-GB")
    with pytest.raises(UsageError, match="no unit has the language fr; there are en-US, zh-CN"):
        check_languages([treaty], "zh", "fr")


def test_rejected_units_match_only_on_request(treaty: Memory) -> None:
    text = "本协议自批准之日起生效。"
    assert "Rejected." not in {match.unit.target for match in lookup([treaty], text)}
    asked = LookupOptions(filters=Filters(status=("rejected",)))
    assert [match.unit.target for match in lookup([treaty], text, asked)] == ["Rejected."]


def test_several_memories_with_penalties(treaty: Memory, tmp_path: Path) -> None:
    with Memory(tmp_path / "other.duiyi") as other:
        other.add([unit("本协议自签字之日起生效。", "Other."), unit("第一条", "Article 1")])
        matches = lookup([treaty, (other, 10)], "本协议自签字之日起生效。")
        assert [(match.score, match.unit.target) for match in matches][:3] == [
            (100, "This agreement enters into force on signature."),
            (95, "This agreement takes effect on signature."),
            (90, "Other."),
        ]
        assert len(lookup([treaty, (other, 10)], "第一条")) == 1, "the same pair comes once"


def test_substitution(treaty: Memory) -> None:
    query = "共有 15 名成员参加会议"
    assert lookup([treaty], query)[0].target == "12 members attended the meeting"
    match, *_ = lookup([treaty], query, LookupOptions(substitute=True))
    assert match.unit.target == "15 members attended the meeting"
    assert match.stored_target == "12 members attended the meeting"
    assert match.adapted == (("12", "15"),)
    assert match.score < 100
    assert match.to_dict()["adapted"] == [["12", "15"]]


@pytest.mark.parametrize("text", ["", "  ", "长" * 10_001, "word " * 4_000, "\ud800"])
def test_questions_that_are_none(treaty: Memory, text: str) -> None:
    with pytest.raises(UsageError):
        lookup([treaty], text)


@pytest.mark.parametrize("text", ["'; DROP TABLE units; --", '"', "* OR NEAR(", "%_\\", "\x00", "…"])
def test_questions_are_text_and_nothing_else(treaty: Memory, text: str) -> None:
    assert lookup([treaty], text) == []
    assert len(treaty) == 6


@pytest.mark.parametrize("wrong", [{"minimum": 20}, {"minimum": 101}, {"limit": 0}])
def test_options(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        LookupOptions(**wrong)  # type: ignore[arg-type]


WORDS = ["the", "committee", "shall", "report", "to", "assembly", "12", "on", "measures", "taken", "States,"]
SIGNS = "委员会应向大会报告所采取的措施12，各国"


def texts(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    found = []
    for number in range(count):
        pool, joiner = (WORDS, " ") if number % 2 else (list(SIGNS), "")
        found.append(joiner.join(chance.choice(pool) for _ in range(chance.randrange(1, 16))))
    return found


@pytest.mark.parametrize("minimum", [50, 70, 90])
@pytest.mark.parametrize(("waiting", "older"), [(0, False), (0, True), (100_000, False)])
def test_nothing_is_missed_that_brute_force_finds(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, minimum: int, waiting: int, older: bool
) -> None:
    monkeypatch.setattr("tm.store.index._FEW", 0)
    stored = list(dict.fromkeys(texts(1, 400)))
    memory.add([unit(text, f"target {number}") for number, text in enumerate(stored)])
    with memory.writing() as connection:
        index.update(connection, waiting)
        if older:  # versions before had no sequences
            connection.execute("DELETE FROM postings WHERE id < 0")
    for text in texts(2, 24):
        question = PreparedQuery(text)
        expected = {one for one in stored if question.compare(one).score >= minimum}
        found = lookup([memory], text, LookupOptions(minimum, limit=5_000))
        assert {match.unit.source for match in found} == expected
        few = lookup([memory], text, LookupOptions(minimum, limit=3))
        best = sorted((question.compare(one).score for one in expected), reverse=True)[:3]
        assert [match.score for match in few] == best


def test_scores_are_those_of_the_measure(treaty: Memory) -> None:
    text = "本协议自签署之日起生效"
    for match in lookup([treaty], text):
        assert match.score == similarity(text, match.unit.source).score


def test_deleted_texts_do_not_match(treaty: Memory) -> None:
    treaty.compact()
    treaty.delete(Filters(with_text="批准"))
    assert {match.unit.target for match in lookup([treaty], "本协议自批准之日起生效。")} == {
        "This agreement enters into force on signature.",
        "This agreement takes effect on signature.",
    }


def test_other_programs_units_are_seen_at_once(treaty: Memory) -> None:
    lookup([treaty], "新的一条规则在这里")
    with Memory(treaty.path, create=False) as other:
        other.add([unit("新的一条规则在这里。", "A new rule is here.")])
    assert lookup([treaty], "新的一条规则在这里")[0].score == 97


TEXT = st.text(alphabet="甲乙 ab1，。⟦/⟧", max_size=12)


@settings(max_examples=60)
@given(TEXT, TEXT)
def test_differences_make_up_both_texts(old: str, new: str) -> None:
    pieces = differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "+") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "-") == new


def test_the_order_of_equal_scores(memory: Memory) -> None:
    text = "本协议自签字之日起生效。"
    memory.add(
        [
            unit(text, "often"),
            unit(text, "old"),
            unit(text, "new"),
            unit(text, "reviewed", status="reviewed"),
            unit(text, "often"),
            Unit(text, "British", "zh-CN", "en-GB", status="reviewed"),
            Unit(text, "Taiwanese", "zh-TW", "en-US", status="reviewed"),
            Unit(text, "neither", "zh-TW", "en-GB", status="reviewed"),
        ]
    )
    filters = Filters(source_lang="zh-CN", target_lang="en-US")
    found = [match.target for match in lookup([memory], text, LookupOptions(filters=filters))]
    assert found == ["reviewed", "often", "new", "old", "Taiwanese", "British", "neither"]
    unasked = [match.target for match in lookup([memory], text)]
    assert unasked == ["neither", "Taiwanese", "British", "reviewed", "often", "new", "old"]
    filters = Filters(source_lang="zh-TW")
    found = [match.target for match in lookup([memory], text, LookupOptions(filters=filters, limit=7))]
    assert found[:2] == ["neither", "Taiwanese"]


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_a_later_portion_may_have_better_texts(memory: Memory, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("tm.search.lookup._AT_ONCE", at_once)
    words = "one two three four five six seven eight nine ten".split()
    texts = {
        "turned": " ".join(reversed(words)),  # the same words: a high bound, a low score
        "moved": " ".join([*words[2:], *words[:2]]),
        "one word": " ".join([*words[:9], "eleven"]),
        "a number": " ".join([*words[:9], "ten, eleven"]),
        "another word": " ".join(["zero", *words[1:]]),
        "two words": " ".join(["zero", *words[1:9], "eleven"]),
        "a blank": "one  two three four five six seven eight nine ten",
    }
    memory.add(unit(text, target) for target, text in texts.items())
    query = " ".join(words)
    scores = sorted((similarity(query, text).score for text in texts.values()), reverse=True)
    for limit in range(1, 7):
        found = lookup([memory], query, LookupOptions(minimum=30, limit=limit))
        assert [match.score for match in found] == scores[:limit]
    assert scores[0] == 99


@pytest.mark.parametrize("limit", [1, 10])
def test_the_best_of_many_translations_of_one_text_is_not_cut_off(memory: Memory, limit: int) -> None:
    memory.add(
        unit("是。", f"Yes {number}.", previous=f"第{number}问", origin=Origin(f"{number}.txt")) for number in range(30)
    )

    def best(text: str = "是。", **options: object) -> tuple[str, int]:
        match = lookup([memory], text, LookupOptions(limit=limit, minimum=50, **options))[0]  # type: ignore[arg-type]
        return match.unit.target, match.score

    assert best() == ("Yes 29.", 100)
    assert best(previous="第3问") == ("Yes 3.", 101)
    assert best(prefer=("4.txt",)) == ("Yes 24.", 100)
    assert best(prefer=("0.txt", "5.txt"), penalties=tuple((f"{end}0.txt", 2) for end in "12"))[0] == "Yes 25."
    assert best("是", prefer=("3.txt",))[0] == "Yes 23."


def test_the_region_asked_for_is_not_cut_off(memory: Memory) -> None:
    memory.add([Unit("颜色", "colour", "zh-CN", "en-GB")])
    memory.add(Unit("颜色", f"color {number}", "zh-CN", "en") for number in range(5))
    options = LookupOptions(limit=1, filters=Filters(target_lang="en-GB"))
    assert lookup([memory], "颜色", options)[0].unit.target == "colour"


def test_a_fuzzy_match_may_be_better_than_a_penalised_exact_one(memory: Memory) -> None:
    memory.add([unit("本协议自签字之日起生效。", "old", origin=Origin("draft.docx"))])
    memory.add([unit("本协议自签字之日起生效", "near")])
    for penalties, target in ([("draft", 25)], "near"), ([], "old"):
        options = LookupOptions(limit=1, penalties=tuple(penalties))
        assert [match.unit.target for match in lookup([memory], "本协议自签字之日起生效。", options)] == [target]


def test_fewer_kinds_of_differences_come_first(memory: Memory) -> None:
    rest = "members met today with one two three four five six seven eight nine ten"
    memory.add([unit(f"13 {rest.replace('met', 'met.')}.", "signs"), unit(f"12 {rest}.", "number and sign")])
    matches = lookup([memory], f"13 {rest}")
    assert [(match.score, match.target) for match in matches] == [(97, "signs"), (97, "number and sign")]


def test_a_pair_of_texts_is_listed_once_with_its_best_score(memory: Memory, tmp_path: Path) -> None:
    memory.add([unit("甲乙丙", "ABC")])
    with Memory(tmp_path / "other.duiyi") as other:
        other.add([unit("甲乙丙", "ABC")])
        for memories in ([(memory, 5), (other, 3)], [(other, 3), (memory, 5)]):
            (match,) = lookup(memories, "甲乙丙")
            assert (match.score, match.memory) == (97, str(other.path))
        assert lookup([(other, 200)], "甲乙丙")[0].score == 0, "a score is never negative"


def test_a_penalty_raises_the_bar(memory: Memory) -> None:
    memory.add([unit("甲乙丙丁戊己庚辛壬癸", "ten")])
    query = "甲乙丙丁戊己庚辛壬子"
    for penalty, scores in ((0, [90]), (10, [80]), (20, [70]), (21, [])):
        assert [match.score for match in lookup([(memory, penalty)], query)] == scores
    assert lookup([(memory, 30)], "甲乙丙丁戊己庚辛壬癸")[0].score == 70, "exact matches stay"


def test_limits_of_a_query(memory: Memory) -> None:
    memory.add([unit("长" * 10_000, "long")])
    assert lookup([memory], "长" * 10_000)[0].score == 100
    with pytest.raises(UsageError, match="has 10,001 characters; 10,000 are the most"):
        lookup([memory], "长" * 10_001)
    for minimum in (30, 100):
        assert LookupOptions(minimum=minimum).minimum == minimum
    for wrong in (29, 101):
        with pytest.raises(UsageError, match="from 30 to 100"):
            LookupOptions(minimum=wrong)


def test_the_best_of_many(memory: Memory) -> None:
    words = "one two three four five six seven eight nine ten".split()
    for place in range(10):
        memory.add(
            unit(
                " ".join([*words[:place], "x" * (number + 1), *words[place + 1 :]]),
                f"t{place}-{number}",
            )
            for number in range(30)
        )
    query = " ".join(words)
    for limit in (1, 2, 5, 47, 48, 49, 100, 299):
        matches = lookup([memory], query, LookupOptions(limit=limit))
        assert [match.score for match in matches] == [90] * limit
        assert len({match.target for match in matches}) == limit


def test_turning_a_unit_round() -> None:
    one = unit("甲", "A", previous="前", next="后", origin=Origin("a", "b", (1,), (2, 3), 4, "section"), quality=0.5)
    other = reversed_unit(one)
    assert (other.source, other.target, other.source_lang, other.target_lang) == ("A", "甲", "en-US", "zh-CN")
    assert other.origin == Origin("b", "a", (2, 3), (1,), 4, "section")
    assert (other.previous, other.next, other.quality) == ("", "", 0.5)


def test_languages_of_several_memories(memory: Memory, tmp_path: Path) -> None:
    check_languages([memory], "fr", "de")  # an empty memory has no languages to choose from
    with Memory(tmp_path / "other.duiyi") as other:
        other.add([Unit("eins", "one", "de-DE", "en-US")])
        memory.add([unit("一", "one")])
        check_languages([memory, other], "zh-TW", "de-AT")
        with pytest.raises(
            UsageError, match=r"^the memories: no unit has the language fr; there are de-DE, en-US, zh-CN"
        ):
            check_languages([memory, other], "", "fr")
        with pytest.raises(UsageError, match=r"other\.duiyi: no unit has the language zh"):
            check_languages([other], "zh", "")


def test_matches_as_plain_data(treaty: Memory) -> None:
    first, second, _ = (match.to_dict() for match in lookup([treaty], "本协议自签字之日起生效。"))
    assert {name: first[name] for name in ("kind", "score", "count", "unit", "reverse", "looks", "differences")} == {
        "kind": "exact",
        "score": 100,
        "count": 1,
        "unit": 2,
        "reverse": False,
        "looks": [],
        "differences": [],
    }
    assert (first["memory"], first["origin"], first["status"], first["adapted"]) == (
        str(treaty.path),
        {},
        "unreviewed",
        [],
    )
    assert second["looks"] == ["form"]
    assert second["differences"][:3] == [["=", "本"], ["-", "協議"], ["+", "协议"]]


def test_a_text_without_a_match_is_put_together(tmp_path: Path) -> None:
    with Memory(tmp_path / "m.duiyi") as memory:
        pairs = [("The door is open.", "门开着。"), ("Bring the oil.", "把油拿来。")]
        memory.add(Unit(*pair, "en", "zh") for pair in pairs)

        def found(text: str) -> list[tuple[str, int, str]]:
            matches = memory.lookup(text, source_lang="en", target_lang="zh", assemble=True)
            return [(str(one.kind), one.score, one.target) for one in matches]

        assert found("Bring the oil. The door is open.") == [("assembled", 84, "把油拿来。门开着。")]
        assert found("3. Bring the oil. The door is open.") == [("assembled", 84, "3. 把油拿来。门开着。")]
        kind, score, target = found("Bring the oil. The stove is lit with shavings.")[0]
        assert (kind, target) == ("fragments", "把油拿来。")
        assert 0 < score < 84
        assert found("The door is open.") == [("exact", 100, "门开着。")]
        assert found("The stove is lit with shavings.") == []
        assert memory.lookup("Bring the oil. The door is open.") == []


def test_numbers_alone_do_not_make_a_look_up_slow_or_a_marker(tmp_path: Path) -> None:
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(Unit(f"w{number}", f"译{number}", "en", "zh") for number in range(50))
        matches = memory.lookup("w123", limit=3)
        assert [(match.score, match.minor_differences) for match in matches] == [(95, ("number",))] * 3


def test_a_memory_whose_indexed_units_were_all_deleted_is_searched(memory: Memory) -> None:
    memory.add([unit(f"第{n}条 会议通过了第{n}号决议。", f"Article {n}") for n in range(20)])
    memory.compact()  # puts the texts into the index
    memory.delete(Filters(with_text="会议"))
    assert memory.lookup("第5条 会议通过了第5号决议。") == []
