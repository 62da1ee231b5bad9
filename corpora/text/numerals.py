"""Numbers as documents print them (Chinese, Roman, letters, circled, full-width, Western) to integers and back.

Section numbers, list markers and mentions of articles are compared across languages by value, so 第三十条,
"article 30" and "Article XXX" must come out alike. Chinese numerals are read by cn2an, after the forms it
does not know (〇, 廿, 卅, a bare 百, full-width digits) were rewritten; the small closed systems (Roman,
letters, circled) are a few lines each. Unicode itself knows the value of ①, ㈢, ⑷ and ⒌.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = [
    "HAN_DIGITS",
    "from_han",
    "from_letters",
    "from_roman",
    "from_symbol",
    "to_han",
    "to_letters",
    "to_roman",
    "value_of",
]

#: Every character that a Chinese numeral may hold, for use in the patterns of other modules.
HAN_DIGITS = "〇零一二三四五六七八九十百千万亿两廿卅"

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_HAN_ONLY = re.compile(f"^[{HAN_DIGITS}壹贰叁肆伍陆柒捌玖拾佰仟萬億兩貳參陸]+$")
_REWRITTEN = str.maketrans({"廿": "二十", "卅": "三十", "萬": "万", "億": "亿", "兩": "两", "貳": "贰", "參": "叁",
                            "陸": "陆"})  # fmt: skip
_HAN_UNITS = ("", "十", "百", "千")
_HAN_NAMES = "零一二三四五六七八九"


@lru_cache(maxsize=4096)
def from_han(text: str) -> int | None:
    """The value of a Chinese numeral (三十一, 二〇一七, 两百, 廿三), None where ``text`` is not one."""
    if not _HAN_ONLY.match(text):
        return None
    from cn2an import cn2an

    text = text.translate(_REWRITTEN)
    if text[0] in "百千万":
        text = "一" + text
    try:
        return int(cn2an(text, "smart"))
    except ValueError:
        return None


def from_roman(text: str) -> int | None:
    """The value of a Roman numeral in its one correct spelling, of either case; None for "iiii" or "ic"."""
    lower = text.lower()
    if not lower or set(lower) - set("ivxlcdm") or text not in (lower, text.upper()):
        return None
    total, rest = 0, lower
    for value, sign in _ROMAN:
        while rest.startswith(sign):
            total += value
            rest = rest[len(sign) :]
    return total if not rest and total < 4000 and to_roman(total) == lower else None


def from_letters(text: str) -> int | None:
    """The place of a list letter: a = 1, z = 26, and as lists go on, aa = 27, bb = 28; None for other words."""
    lower = text.lower()
    if not lower.isascii() or not lower.isalpha() or set(lower) != {lower[0]}:
        return None
    return (len(lower) - 1) * 26 + ord(lower[0]) - ord("a") + 1


def from_symbol(text: str) -> int | None:
    """The value of one enclosed number (①, ㈢, ㊀, ⑷, ⒌, ❻, Ⅳ) or of a superscript run (¹²); None for others."""
    if len(text) == 1 and not text.isdigit() and not _HAN_ONLY.match(text):
        value = unicodedata.numeric(text, None)
        return int(value) if value is not None and value == int(value) else None
    digits = [unicodedata.digit(char, None) for char in text]
    if not digits or any(digit is None or char.isdecimal() for digit, char in zip(digits, text, strict=True)):
        # A lone circled number is a "digit" to Unicode up to nine and "numeric" above.
        return None
    if len(text) > 1 and not all(unicodedata.decomposition(char).startswith("<super>") for char in text):
        return None
    return int("".join(str(digit) for digit in digits))


def value_of(text: str) -> int | None:
    """The value of a numeral in any of the systems, digits first; letters are no numerals here.

    Full-width digits count as digits. Roman numerals are read in capitals only: in lower case "di" or "mix"
    are words far more often than numbers.
    """
    text = text.strip()
    if text.isdecimal():
        return int(text)
    if not text:
        return None
    value = from_han(text)
    if value is None:
        value = from_symbol(text)
    if value is None and text.isupper():
        value = from_roman(text)
    return value


def to_han(number: int) -> str:
    """The Chinese numeral of 0 to 9999 as section numbers are written: 10 is 十, 12 is 十二, 105 is 一百零五.

    Raises `ValueError` outside that range.
    """
    if not 0 <= number <= 9999:
        raise ValueError(f"{number} is not between 0 and 9999")
    if number == 0:
        return _HAN_NAMES[0]
    parts: list[str] = []
    pending_zero = False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            parts.append(("零" if pending_zero and parts else "") + _HAN_NAMES[digit] + _HAN_UNITS[place])
            pending_zero = False
        else:
            pending_zero = True
    written = "".join(parts)
    return written[1:] if 10 <= number <= 19 else written


def to_roman(number: int) -> str:
    """The Roman numeral of 1 to 3999 in lower case. Raises `ValueError` outside that range."""
    if not 1 <= number <= 3999:
        raise ValueError(f"{number} is not between 1 and 3999")
    written = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        written += sign * count
    return written


def to_letters(number: int) -> str:
    """The list letter of 1 and up: 1 = a, 27 = aa, 28 = bb. Raises `ValueError` below 1."""
    if number < 1:
        raise ValueError(f"{number} is below 1")
    times, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * (times + 1)
