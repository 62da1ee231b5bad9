"""Write raised text (exponents, note marks) in characters that stay raised: 10⁶, m², 10⁻³, word¹.

Without this, an exponent becomes part of its number (106), and a note mark part of its word or year.
"""

import re

__all__ = ["is_exponent", "raised"]

_PLAIN = "0123456789+-−–=()abcdefghijklmnoprstuvwxyz"
_RAISED = str.maketrans(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_CONVERTED = re.compile(rf"[{re.escape(_PLAIN)},*†‡ ]{{1,8}}")
#: Endings of ordinal numbers and abbreviations, which are read as part of their word, and signs of trade.
_ENDINGS = frozenset("st nd rd th er ère re e me mme mlle le ième o os r ter bis".split())
_SIGNS = {"TM": "™", "SM": "℠"}
_SHORT = 8  # characters; longer raised text is text
#: What an exponent is raised above: 10 or 2, a short name of a unit or variable, a measure in Chinese.
_BASE = re.compile(
    r"(?:(?<![\d.,/-])(?:10|2)|(?<![A-Za-z])(?:[mnrsxyzXYZα-ω]|[a-zμµ]{1,2}m|ft|in|yd|mi|sec)"
    r"|\d\s?(?:公里|千米|厘米|毫米|分米|米|秒))$"
)


def raised(text: str, before: str = "") -> str:
    """``text`` as it is written raised behind ``before``.

    >>> raised("6"), raised("-2"), raised("th", "5"), raised("TM"), raised("[3]"), raised("kT+1.5", "e")
    ('⁶', '⁻²', 'th', '™', '[3]', '^kT+1.5')
    """
    plain = text.strip()
    if plain in _SIGNS:
        return _SIGNS[plain]
    if plain.lower() in _ENDINGS and (before[-1:].isalnum() and (len(plain) > 1 or before[-1:].isascii())):
        return text
    if _CONVERTED.fullmatch(plain):
        return text.translate(_RAISED)
    if len(plain) > _SHORT or not plain.isascii() or plain[:1] in "[(" or not before[-1:].isalnum():
        return text
    return f"^{plain}"


def is_exponent(before: str) -> bool:
    """Whether a number that is raised behind ``before`` is an exponent rather than the mark of a note."""
    return bool(_BASE.search(before[-12:]))
