"""Normalize terms and texts so that forms of one term are equal: width, script, case, hyphens, plural.

The normalized form of a text keeps the original position of each unit, so that a term found in it can be shown in the
original text.
"""

import re
import unicodedata
from dataclasses import dataclass

from corpora.text.chinese import to_simplified
from corpora.text.languages import base, is_spaced
from tm.terms.tokens import replace_surrogates, singular

__all__ = ["NormalizedText", "normalize_term", "normalize_text"]

# No term contains a comma or the end of a sentence, so these count as words of their own.
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?|[,;:!?]|\.(?=\s|$)")
_DROPPED = re.compile(r"[\s《》〈〉“”‘’\"「」『』·•]+")


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """A normalized text and, for each unit of it, the span in the original.

    Units are characters in languages without spaces, words in the others; ``units`` joined by ``joiner`` is the text.
    """

    units: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    joiner: str


def normalize_term(text: str, language: str) -> str:
    """The key of a term: NFKC, lower case, simplified characters, hyphens as blanks, English in the singular.

    >>> normalize_term("States-Parties", "en"), normalize_term("《締約國》", "zh-TW")
    ('state party', '缔约国')
    """
    normalized = normalize_text(text, language)
    return normalized.joiner.join(normalized.units)


def normalize_text(text: str, language: str) -> NormalizedText:
    """Normalize a running text and keep the position of every unit.

    NFKC may change lengths, so it is applied unit by unit; the conversion to simplified characters maps one to one.
    """
    text = replace_surrogates(text)
    if is_spaced(language):
        units, spans = [], []
        for match in _WORD.finditer(text):
            word = unicodedata.normalize("NFKC", match[0]).lower()
            units.append(singular(word) if base(language) == "en" else word)
            spans.append(match.span())
        return NormalizedText(tuple(units), tuple(spans), " ")
    simplified = to_simplified(text) if base(language) == "zh" else text
    if len(simplified) != len(text):
        simplified = text  # a conversion that changed the length would shift every span
    units, spans = [], []
    for at, character in enumerate(simplified):
        for piece in unicodedata.normalize("NFKC", character).lower():
            if not _DROPPED.fullmatch(piece):
                units.append(piece)
                spans.append((at, at + 1))
    return NormalizedText(tuple(units), tuple(spans), "")
