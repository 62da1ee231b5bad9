import pytest
from hypothesis import given
from hypothesis import strategies as st

from tm.tags import Tag, TagKind, escape, join, native, plain, split, tags

TEXT = st.text(st.sampled_from('ab ⟦⟧/|\\"1=\n𠮷'), max_size=12)
TAGS = st.builds(
    Tag,
    st.sampled_from(TagKind),
    st.from_regex(r"\A[\w.:-]{1,4}\Z"),
    TEXT,
    st.lists(st.tuples(st.sampled_from(["type", "x", "el"]), TEXT), max_size=2, unique_by=lambda pair: pair[0]).map(
        tuple
    ),
)


def test_the_form_is_readable() -> None:
    text = '请按⟦1 type="bold"|<b>⟧电源⟦/1|</b>⟧按钮⟦2/|<br/>⟧'
    assert plain(text) == "请按电源按钮"
    assert native(text) == "请按<b>电源</b>按钮<br/>"
    assert [(tag.kind, tag.id, tag.content, tag.get("type")) for tag in tags(text)] == [
        ("open", "1", "<b>", "bold"),
        ("close", "1", "</b>", ""),
        ("single", "2", "<br/>", ""),
    ]
    assert join(split(text)) == text


@pytest.mark.parametrize("text", ["⟦", "⟦⟧", "⟦ 1⟧", "a⟦1", "⟦/1/⟧", "⟧", "⟦1 x=y⟧", "⟦1|\\⟧"])
def test_what_has_not_the_form_is_text(text: str) -> None:
    assert tags(text) == ()
    assert plain(text) == text


@given(TEXT)
def test_literal_look_alikes_survive(text: str) -> None:
    assert plain(escape(text)) == text
    assert tags(escape(text)) == ()
    assert native(escape(text)) == text


@given(st.lists(TEXT | TAGS, max_size=6))
def test_join_and_split_are_inverse(parts: list[str | Tag]) -> None:
    merged: list[str | Tag] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    assert split(join(parts)) == merged
    assert join(split(join(parts))) == join(parts)


@pytest.mark.parametrize(
    ("code", "kind", "shown"),
    [
        ('⟦a1 el="sub" type="fnote"⟧See A/61/5.⟦/a1⟧', "fnote", ""),
        ('1⟦a1 el="sub" type="fnote"⟧See ⟦b1⟧it⟦/b1⟧.⟦/a1⟧', "fnote", "1"),
        ('<a title="⟦a1 el="sub"⟧help⟦/a1⟧">', "link", '<a title="help">'),
    ],
)
def test_codes_with_texts_inside_show_no_tags(code: str, kind: str, shown: str) -> None:
    tag = Tag(TagKind.SINGLE, "1", code, (("type", kind), ("sub", "yes")))
    assert native(f"the port{tag}.") == f"the port{shown}."
    assert native(str(Tag(TagKind.SINGLE, "1", code))) == code, "a code that only looks like one with texts"
