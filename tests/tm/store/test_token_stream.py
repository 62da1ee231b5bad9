"""Tokens of many texts at once are those that the regular expression finds in each folded text."""

from hypothesis import example, given
from hypothesis import strategies as st

from tm.folding import TOKEN, fold_many
from tm.store.token_stream import token_stream

#: Signs that are folded with their neighbours, are several when folded, or belong to a token only beside others.
_SIGNS = (
    "aeZß12.,'\u2019\u02bc_-\n\t \u3000，。Ａ１ｶﾞか\u3099漢语體۵५၁\u0301\u0327\u0345\u0b3e\u0c56नि\u1100\u1161\u11a8"
    "각İıΣσﬁ½②㎡…\u00ad\u200d\u2028\u0e33กำ😀𠮷\U00016d63\U00016d67\U000110a5\u27e6\u27e7⟦1⟧\ud800"
)
_TEXTS = st.lists(st.text(st.sampled_from(_SIGNS) | st.characters(), max_size=12), min_size=1, max_size=6)


@given(_TEXTS)
@example(["can\u2019t 'quoted' a''b o'", "1,234.5 1. .5 v1.2b3", "中文abc中1文", ""])
@example(["e\u0301te\u0301", "क\u093f", "plain"])
@example(["in two\nlines", "⟦1⟧bold⟦/1⟧"])
def test_the_tokens_are_those_of_the_expression(texts: list[str]) -> None:
    found = token_stream(texts)
    expected = [TOKEN.findall(fold_many([text])) for text in texts]
    got: list[list[str]] = [[] for _ in texts]
    for number, row in zip(found.numbers.tolist(), found.rows.tolist(), strict=True):
        got[row].append(found.words[number])
    assert got == expected
    assert len(set(found.words)) == len(found.words)


def test_blocks_follow_each_other() -> None:
    texts = [f"文 word{number}" for number in range(5_000)]
    found = token_stream(texts)
    assert found.rows.tolist()[-3:] == [4_999, 4_999, 4_999]
    assert [found.words[number] for number in found.numbers[-3:]] == ["文", "word", "4999"]
    assert found.words[:2] == ["文", "word"]
