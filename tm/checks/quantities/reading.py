"""Find the quantities of a text, and the text without them, in which bare numbers are read."""

from collections.abc import Collection, Sequence

from corpora.text.languages import base
from tm.checks.quantities import chinese, english
from tm.checks.quantities.grammar import Grammar
from tm.checks.quantities.value import Quantity

__all__ = ["quantities"]

_GRAMMARS: dict[str, Grammar] = {"zh": chinese.GRAMMAR, "en": english.GRAMMAR}


def quantities(text: str, words: Collection[str], language: str) -> tuple[Sequence[Quantity], str]:
    """Return the quantities of ``text`` in reading order, and ``text`` with spaces in their places.

    ``words``: the Latin words of the text in lower case, by which most texts are known to have none.
    """
    grammar = _GRAMMARS.get(base(language))
    if grammar is None or not grammar.is_possible(text, words):
        return (), text
    found: list[Quantity] = []
    pieces: list[str] = []
    last = 0
    for match in grammar.pattern.finditer(text):
        reader = grammar.readers[match.lastgroup or ""]
        read = reader(match)
        if read is None:
            continue
        found.extend(read)
        # The same length keeps offsets; a letter would join numbers or words on either side.
        pieces += [text[last : match.start()], " " * (match.end() - match.start())]
        last = match.end()
    return tuple(found), "".join([*pieces, text[last:]]) if pieces else text
