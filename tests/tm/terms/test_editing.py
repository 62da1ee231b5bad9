"""One term at a time: added, changed, deleted, and what a look-up answers then."""

import pytest

from corpora.errors import UsageError
from tm.terms.base import TermBase
from tm.terms.concept import Status
from tm.terms.editing import TermEdit, add_term, delete_term, edit_term, status_of


def rows(base: TermBase, term: str) -> list[tuple[str, str]]:
    return [(row["target"], row["status"]) for row in base.lookup(term, fuzzy=False).to_dicts()]


def test_a_pair_is_added_changed_and_deleted() -> None:
    with TermBase(":memory:") as base:
        add_term(base, "gangway", "跳板")
        add_term(base, "gangway", "过道板子", TermEdit(status=Status.FORBIDDEN))
        add_term(base, "gangway", "舷梯")
        assert rows(base, "gangway") == [("跳板", "preferred"), ("舷梯", "admitted"), ("过道板子", "forbidden")]
        assert len(base) == 1
        edit_term(base, "gangway", "舷梯", TermEdit(target="舷门", status=Status.DEPRECATED, definition="a bridge"))
        (match,) = base.lookup("舷门", "zh")
        assert (match.term.status, match.concept.definition) == (Status.DEPRECATED, "a bridge")
        edit_term(base, "跳板", "gangway", TermEdit(note="seen from the other side"))
        assert delete_term(base, "gangway", "过道板子") == 1
        assert [target for target, _ in rows(base, "gangway")] == ["跳板", "舷门"]
        assert delete_term(base, "gangway") == 1
        assert len(base) == 0


def test_homonyms_are_concepts_of_their_own() -> None:
    with TermBase(":memory:") as base:
        add_term(base, "bank", "银行", TermEdit(definition="a house for money"))
        add_term(base, "bank", "河岸", TermEdit(definition="the side of a river"))
        assert len(base) == 2
        assert sorted(rows(base, "bank")) == [("河岸", "preferred"), ("银行", "preferred")]


@pytest.mark.parametrize(
    ("source", "target", "languages", "expected"),
    [
        ("船尾", "stern", ("", ""), ["zh-CN", "en-US"]), ("締約國", "State party", ("", ""), ["zh-TW", "en-US"]),
        ("Haus", "house", ("de", "en"), ["de", "en"]), ("船", "bateau", ("", "fr"), ["zh-CN", "fr"]),
        ("ふね", "boat", ("", ""), ["ja-JP", "en-US"]),
    ],
)  # fmt: skip
def test_languages(source: str, target: str, languages: tuple[str, str], expected: list[str]) -> None:
    with TermBase(":memory:") as base:
        concept = add_term(base, source, target, source_lang=languages[0], target_lang=languages[1])
    found = [term.language for term in concept.terms]
    assert [code.partition("-")[0] for code in found] == [code.partition("-")[0] for code in expected]
    assert ("TW" in found[0] or "Hant" in found[0]) is ("TW" in expected[0])


def test_languages_of_the_term_base_come_first() -> None:
    with TermBase(":memory:") as base:
        add_term(base, "Schiff", "船", source_lang="de", target_lang="zh-HK")
        assert [term.language for term in add_term(base, "Heck", "船尾").terms] == ["de", "zh-HK"]


def test_languages_stay_as_they_are_stated() -> None:
    with TermBase(":memory:") as base:
        made = add_term(base, "lamp", "lampe", source_lang="en", target_lang="fr_CA")
        assert [term.language for term in made.terms] == ["en", "fr-CA"]
        more = add_term(base, "lamp", "lanterne", source_lang="en-GB", target_lang="fr")
        assert [term.language for term in more.terms] == ["en", "fr-CA", "fr-CA"], "one concept has one code"
        with pytest.raises(UsageError, match="xx-foo"):
            add_term(base, "oil", "huile", source_lang="en", target_lang="xx-foo")


def test_what_is_refused() -> None:
    with TermBase(":memory:") as base:
        add_term(base, "stern", "船尾")
        for wrong, what in (
            (lambda: add_term(base, "stern", "船尾"), "already"),
            (lambda: add_term(base, "stern", " "), "needs a text"),
            (lambda: add_term(base, "Haus", "house"), "`source_lang`"),
            (lambda: edit_term(base, "stern", "船头", TermEdit(note="x")), "it has 船尾"),
            (lambda: edit_term(base, "stern", "船尾", TermEdit()), "what to change"),
            (lambda: delete_term(base, "bow"), "no term bow"),
            (lambda: status_of("blue"), "not a status"),
        ):
            with pytest.raises(UsageError, match=what):
                wrong()
        assert rows(base, "stern") == [("船尾", "preferred")]
