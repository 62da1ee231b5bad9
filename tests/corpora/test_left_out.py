import pytest

from corpora.document import Change, Document, Section
from corpora.left_out import left_out


def document(kept: int, *dropped: tuple[str, int]) -> Document:
    original, changes = "a" * kept + "\n", []
    for step, size in dropped:
        changes.append(Change(step, "dropped", "b" * size, len(original), len(original) + size))
        original += "b" * size + "\n"
    return Document("en-US", "x.html", (), Section(None, 0, 0, 0), original, changes=tuple(changes))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (document(990, ("navigation", 10)), ""),
        (document(989, ("navigation", 11)), "x.html: 1% of the text was left out (navigation 1%)"),
        (
            document(600, ("navigation", 296), ("hidden", 4), ("link list", 100)),
            "x.html: 40% of the text was left out (navigation 30%, link list 10%, hidden 0.4%)",
        ),
        (
            document(10, ("a", 10), ("b", 10), ("c", 10), ("d", 10)),
            "x.html: 80% of the text was left out (a 20%, b 20%, c 20%, …)",
        ),
        (document(10), ""),
        (document(0), ""),
    ],
)
def test_the_share_is_named_by_step(given: Document, expected: str) -> None:
    assert left_out(given) == expected


def test_marks_and_joined_lines_are_not_lost() -> None:
    changes = (Change("footnote marks", "mark", "1", 0, 1), Change("line breaks", "joined", "aaaa", 0, 4))
    assert left_out(Document("en-US", "x", (), Section(None, 0, 0, 0), "aaaa", changes=changes)) == ""


def test_text_that_is_not_in_the_original_counts() -> None:
    changes = (Change("turned text", "dropped", "aaaa", 4, 4),)
    assert "50%" in left_out(Document("en-US", "x", (), Section(None, 0, 0, 0), "aaaa", changes=changes))
