"""Fold terms and texts so that forms of one term meet: width, script, case, hyphens, plural.

The folded form of a text keeps, for each of its characters, where it came from, so that a term found in it
can be shown in the text as it stands.
"""

import re
import unicodedata
from dataclasses import dataclass

from corpora.text.chinese import to_simplified
from corpora.text.languages import base, is_spaced
from tm.terms.tokens import singular, whole

__all__ = ["Folded", "fold", "fold_text"]

# No term reaches across a comma or the end of a sentence, so these count as words of their own.
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?|[,;:!?]|\.(?=\s|$)")
_DROPPED = re.compile(r"[\s《》〈〉“”‘’\"「」『』·•]+")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each unit of it, the span in the original.

    Units are characters in languages without spaces, words in the others; ``units`` joined by ``joiner`` is the text.
    """

    units: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    joiner: str


def fold(text: str, language: str) -> str:
    """The key under which a term is found: NFKC, lower case, simplified, hyphens as blanks, English in the singular."""
    folded = fold_text(text, language)
    return folded.joiner.join(folded.units)


def fold_text(text: str, language: str) -> Folded:
    """Fold a running text, keeping where every unit stood.

    NFKC may change lengths, so it is applied unit by unit; the conversion to simplified characters maps one to one.
    """
    text = whole(text)
    if is_spaced(language):
        units, spans = [], []
        for match in _WORD.finditer(text):
            word = unicodedata.normalize("NFKC", match[0]).lower()
            units.append(singular(word) if base(language) == "en" else word)
            spans.append(match.span())
        return Folded(tuple(units), tuple(spans), " ")
    simplified = to_simplified(text) if base(language) == "zh" else text
    if len(simplified) != len(text):
        simplified = text  # a conversion that changed the length would shift every span
    units, spans = [], []
    for at, character in enumerate(simplified):
        for piece in unicodedata.normalize("NFKC", character).lower():
            if not _DROPPED.fullmatch(piece):
                units.append(piece)
                spans.append((at, at + 1))
    return Folded(tuple(units), tuple(spans), "")
