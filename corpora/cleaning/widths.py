"""Estimate the width of text in a proportional font.

Text that was extracted from a PDF has no font, but "illicit" took half as much space as "common". With the widths that
common fonts share, the full lines of such a text are nearly as even as in a monospaced font; counted in characters
their lengths differ by a fifth. Widths are in half ems, the width of a digit; a Chinese character takes two.
"""

import unicodedata

__all__ = ["half_ems", "is_wide"]

#: Means of Times and Helvetica (Adobe font metrics), in hundredths of an em, with the characters that have them.
_SHARED = {
    20: "'‘’|",
    25: "ijl",
    27: " .,:;/\\tI!·",
    31: "f[]()",
    33: "r-`",
    38: '"*“”°',
    44: "sJ",
    47: "cz?",
    50: "aekvxyL",
    53: "bdghnopqu0123456789$_#",
    58: "FTZ+<>=~",
    64: "EPSVYABKRXé",
    70: "CDHNU",
    73: "wGOQ&",
    81: "m",
    86: "M%@…",
    94: "W",
    100: "—",
}
_WIDTHS = {char: width / 50 for width, chars in _SHARED.items() for char in chars}
_OTHER = 1.05  # half ems of a letter of another alphabet


def half_ems(text: str) -> float:
    """The width of ``text`` in a proportional font, in half ems."""
    return sum(_WIDTHS.get(char) or (2.0 if is_wide(char) else _OTHER) for char in text)


def is_wide(char: str) -> bool:
    """Whether a character is as wide as two digits, as Chinese ones are."""
    return unicodedata.east_asian_width(char) in "WF"
