from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status, Term
from tm.terms.report import NOT_RENDERED, profiles, render
from tm.unit import Unit


def test_occurrences_and_competing_translations() -> None:
    pairs = [
        ("腐败", "corruption"),
        ("无关", "other"),
        ("腐败", "graft"),
        ("腐败", "<b>nothing</b>"),
        ("腐败", "briberies"),
    ]
    units = [Unit(zh, en, "zh-CN", "en-US") for zh, en in pairs]
    with TermBase(":memory:") as base:
        forbidden = Term("bribery", "en-US", status=Status.FORBIDDEN)
        named = Term("腐败", "zh-CN"), Term("corruption", "en-US"), Term("graft", "en-US"), forbidden
        base.add([Concept("c", named, "<law>")])
        (profile,) = profiles(units, base)
    assert profile.units == (0, 2, 3, 4)
    assert dict(profile.renderings) == {"corruption": 1, "graft": 1, "bribery (forbidden)": 1, NOT_RENDERED: 1}
    assert profile.competing
    page = render("a <b> name", units, [profile])
    assert "&lt;law&gt;" in page
    assert "a &lt;b&gt; name" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_document_without_terms_is_reported() -> None:
    assert "No term of the glossary" in render("x", [], [])
