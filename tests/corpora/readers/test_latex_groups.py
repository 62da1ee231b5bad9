"""Groups and brackets of LaTeX that are never closed: read in time, and without loss of text."""

import re
from contextlib import suppress

import pytest

from corpora.errors import DamagedInput
from corpora.readers.latex import convert


def text_of(body: str) -> str:
    page = convert(rf"\begin{{document}}{body}\end{{document}}", "a.tex")
    return " ".join(re.sub("<[^>]+>", " ", page).split())


@pytest.mark.parametrize(
    "piece",
    [
        r"\newcommand{\q}[2][",
        r"\section[",
        r"\footnote[",
        r"\frac{",
        r"\section[{",
        r"\\[",
        r"\sqrt[",
        r"\item[",
        r"\cite[",
    ],
)
def test_what_is_never_closed_takes_no_time(piece: str) -> None:
    with suppress(DamagedInput, RecursionError):  # `read` makes a sentence of the latter
        text_of(piece * 200)  # each piece took twice the time of the last


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"The interval [0, 1) is open.", "The interval [0, 1) is open."),
        (r"\section[Short]{A long title} Text.", "A long title Text."),
        (r"\textbf{A group with [ inside} and text.", "A group with [ inside and text."),
        (r"An escaped \{ and \[a+b\] and 5\% of [it].", "An escaped { and a+b and 5% of [it]."),
        ("A remark % with [ and {\nand text.", "and text."),
        (r"\emph{Never closed.", "Never closed."),
    ],
)
def test_brackets_that_are_text_stay(body: str, text: str) -> None:
    assert text in text_of(body)


def test_listings_without_an_end_are_text() -> None:
    page = text_of(r"\begin{verbatim}a { b\end{verbatim} c \begin{verbatim} d \begin{comment}f\end{comment} e")
    assert "a { b c" in page
    assert page.endswith("d f e")
