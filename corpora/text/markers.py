"""Read the marker that opens a line: "A.", "1.", "(a)", "三、", "（四）", "㈢", "第三十条", "Resolution 7/1", "2.1.".

A marker is compared across languages by family and value: 第三十条 and "Article 30" are both article 30, and
since （四）, ㈣, "(d)" and "4." are each other's translations, all list markers form one family. What a bare
"(i)" or "C." means depends on what came before it, so the caller may hand in the marker before.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from corpora.text.numerals import HAN_NUMERAL, from_han, from_letters, from_roman, from_symbol, value_of
from corpora.text.scripts import HAN

__all__ = ["FAMILIES", "Marker", "follows", "opens_with_marker", "parse_bullet", "parse_marker"]

#: The families whose members open a section wherever they are alone on a line, outermost first, with their rank.
FAMILIES = ("annex", "part", "resolution", "decision", "chapter", "section", "rule", "article")
_RANKS = {
    "part": 1,
    "annex": 1,
    "appendix": 1,
    "resolution": 2,
    "decision": 2,
    "chapter": 2,
    "section": 3,
    "rule": 4,
    "article": 4,
    "upper-roman-dot": 5,
    "han-comma": 5,
    "upper-letter-dot": 6,
    "decimal": 6,
    "han-paren": 6,
    "number-dot": 7,
    "number-paren": 8,
    "letter-paren": 8,
    "letter-dot": 8,
    "circled": 8,
    "roman-paren": 9,
    "roman-dot": 9,
}


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker that was read.

    ``printed`` is the marker as in the text; ``scheme`` how it is built ("letter-paren"); ``value`` its number,
    of several parts for "7/1" and "2.1."; ``rank`` how deep its scheme usually is, 1 outermost; ``end``
    the offset in the line at which the text after marker and blanks begins.
    """

    printed: str
    scheme: str
    value: tuple[int, ...]
    rank: int
    end: int
    #: "article" for 第三十条 and Article 30; "item" for every list marker, so that they compare across languages.
    family: str = field(default="item")

    @property
    def key(self) -> tuple[str, tuple[int, ...]]:
        """What is equal in both languages: family and value."""
        return self.family, self.value


_NUM = rf"(?:[0-9０-９]{{1,4}}|[{HAN_NUMERAL}]{{1,7}})"
_AFTER_HAN = r"(?=$|[\s　:：、.．（(—《“])"
_UNITS_HAN = {"条": "article", "條": "article", "章": "chapter", "节": "section", "節": "section", "编": "part",
              "編": "part", "篇": "part", "部分": "part", "卷": "part", "分编": "section", "号决议": "resolution",
              "號決議": "resolution", "号决定": "decision", "號決定": "decision"}  # fmt: skip
_HAN_SECTION = re.compile(
    rf"第\s*({_NUM}(?:\s*/\s*\d{{1,4}})?)\s*(分编|部分|[条條章节節编編篇卷]|[号號]\s*(?:决议|決議|决定|決定))"
    rf"(之[{HAN_NUMERAL}]+)?"
)
_HAN_ANNEX = re.compile(rf"(附件|附录|附錄|附表)\s*({_NUM}|[IVX]{{1,5}}|[A-Z](?![A-Za-z]))?{_AFTER_HAN}[.．]?")
_HAN_DRAFT = re.compile(rf"(决议草案|决定草案)\s*({_NUM}|[IVX]{{1,5}})(?=$|\s)")
_WORDS = {"article": "article", "art.": "article", "chapter": "chapter", "section": "section", "part": "part",
          "rule": "rule", "annex": "annex", "appendix": "appendix", "schedule": "annex", "resolution": "resolution",
          "decision": "decision", "draft resolution": "resolution", "draft decision": "decision", "title": "part",
          "book": "part"}  # fmt: skip
_NUMBER_WORDS = ("one two three four five six seven eight nine ten eleven twelve").split()
_WORD_SECTION = re.compile(
    r"(draft resolution|draft decision|article|art\.|chapter|section|part|rule|annex|appendix|schedule|resolution"
    r"|decision|title|book)\s+"
    rf"((?:\d{{1,4}}(?:[/.]\d{{1,4}})*(?:\s?(?:bis|ter))?)|[IVXLC]{{1,7}}|[A-Z]|(?i:{'|'.join(_NUMBER_WORDS)}))\b"
    r"(?:\.(?=\s|$)|:(?=\s|$)|(?=\s*$|\s+(?-i:[A-Z“\"(\[])|\s*[—–]|\s{2,}))",
    re.IGNORECASE,
)
_BARE_ANNEX = re.compile(r"(annex|appendix)\s*$", re.IGNORECASE)
_AFTER_SECTION = re.compile(r"([\s　]*[:：、.．]|)[\s　]*")
_DECIMAL = re.compile(r"((?:\d{1,3}|[A-Z])(?:[.．]\d{1,3}){1,5}[.．]?)(?=\s|$)\s*")
_DECIMAL_HAN = re.compile(rf"(\d{{1,3}}(?:[.．]\d{{1,3}}){{1,5}}[.．、]?)(?=[{HAN}])")
_SIMPLE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("number-dot", re.compile(r"([0-9０-９]{1,3}[.．])(?=\s|$|[^\d\s.,/%\-a-zA-Z])\s*")),
    ("number-dot", re.compile(r"([0-9０-９]{1,3}、)\s*")),
    ("number-paren", re.compile(rf"([(（]\s?[0-9０-９]{{1,3}}\s?[)）]|[0-9０-９]{{1,3}}[)）])(?=$|\W|[{HAN}])\s*")),
    ("han-comma", re.compile(rf"([{HAN_NUMERAL}]{{1,4}}[、.．])\s*")),
    ("han-paren", re.compile(rf"([(（]\s?[{HAN_NUMERAL}]{{1,4}}\s?[)）])\s*")),
    ("circled", re.compile(r"([①-⓿㈠-㈩㊀-㊉❶-➓])\s*")),
    (
        "letter-paren",
        re.compile(r"([(（]\s?(?:[A-Za-z]|[a-z]{2,6}|[ivxIVX]{1,6})\s?[)）]|[A-Za-z][)）])(?=\s|$|[^\x00-\x7f])\s*"),
    ),
    ("upper-letter-dot", re.compile(rf"([A-Z][.．、])(?=\s|$|[{HAN}])\s*")),
    ("upper-roman-dot", re.compile(rf"([IVXLC]{{1,7}}[.．、])(?=\s|$|[{HAN}])\s*")),
    ("letter-dot", re.compile(rf"([a-z][.．])(?=\s|$|[{HAN}])\s*")),
    ("roman-dot", re.compile(rf"([ivx]{{1,6}}[.．])(?=\s|$|[{HAN}])\s*")),
)  # fmt: skip
#: The last three are what PDF readers leave of a bullet from a font of symbols.
_BULLET = re.compile(rf"([*•·●○◦▪■□◆◇‣⁃–—\-+➢➤►▶※✓]|[\ue000-\uf8ff]|\x7f|\(cid:\d{{1,5}}\))(?:\s+|(?=[{HAN}]))(?=\S)")


def parse_marker(text: str, before: Marker | None = None) -> Marker | None:
    """The marker that opens ``text``, or None; ``before`` is the list marker before it at the same place.

    Leading blanks are skipped and counted in ``end``. Bullets are no markers, see `parse_bullet`.
    """
    lead = len(text) - len(text.lstrip(" \t\u3000\xa0"))
    body = text[lead : lead + 60]
    marker = _read(body)
    if marker is None:
        return None
    marker = _settled(marker, before)
    return Marker(marker.printed, marker.scheme, marker.value, marker.rank, marker.end + lead, marker.family)


def opens_with_marker(text: str) -> bool:
    """Whether a marker with text behind it opens ``text``; "(m)" alone is a unit of measure."""
    marker = parse_marker(text)
    return marker is not None and marker.end < len(text)


def parse_bullet(text: str) -> tuple[str, int] | None:
    """The bullet that opens ``text`` and the offset behind it and its blanks, or None."""
    lead = len(text) - len(text.lstrip())
    match = _BULLET.match(text, lead)
    # "* * *" is an ornament between parts of a text.
    return (match[1], match.end()) if match and any(map(str.isalnum, text[match.end() :])) else None


def follows(marker: Marker, before: Marker) -> bool:
    """Whether ``marker`` is the next one after ``before`` in one and the same list or run of sections."""
    if marker.scheme != before.scheme or len(marker.value) != len(before.value):
        return False
    return marker.value[:-1] == before.value[:-1] and marker.value[-1] == before.value[-1] + 1


@lru_cache(maxsize=8192)
def _read(body: str) -> Marker | None:
    return _section_han(body) or _section_word(body) or _decimal(body) or _simple(body)


def _section_han(body: str) -> Marker | None:
    match = _HAN_SECTION.match(body)
    if match:
        number, unit, extra = match.groups()
        family = _UNITS_HAN[re.sub(r"\s", "", unit)]
        value = _parts(number)
        after = body[match.end() :]
        # "第三十条的适用" opens a line in mid-sentence; a marker is followed by a blank, a stop or nothing.
        if value and re.match(_AFTER_HAN, after):
            if extra:
                value += (from_han(extra[1:]) or 0,)
            return _section(body, match.end(), family, value)
    match = _HAN_ANNEX.match(body) or _HAN_DRAFT.match(body)
    if match:
        family = {"附件": "annex", "附表": "annex", "决议草案": "resolution", "决定草案": "decision"}.get(
            match[1], "appendix"
        )
        value = _parts(match[2]) if match[2] else ()
        return _section(body, match.end(), family, value if value is not None else ())
    return None


def _section_word(body: str) -> Marker | None:
    match = _WORD_SECTION.match(body)
    if match and (body[0].isupper()):
        word, number = re.sub(r"\s+", " ", match[1].lower()), match[2]
        lower = number.lower()
        if lower in _NUMBER_WORDS:
            value: tuple[int, ...] | None = (_NUMBER_WORDS.index(lower) + 1,)
        else:
            value = _parts(number)
        if value is None and len(number) == 1:
            value = (from_letters(number) or 0,)
        return _section(body, match.end(), _WORDS[word], value) if value else None
    match = _BARE_ANNEX.match(body)
    return _section(body, match.end(), match[1].lower(), ()) if match and body[0].isupper() else None


def _section(body: str, end: int, family: str, value: tuple[int, ...]) -> Marker:
    rest = _AFTER_SECTION.match(body, end)
    assert rest is not None
    return Marker(body[: rest.end(1)].rstrip(" —"), family, value, _RANKS[family], rest.end(), family)


def _parts(number: str) -> tuple[int, ...] | None:
    values = []
    for part in re.split(r"[/.．]", re.sub(r"\s*(?:bis|ter)?$", "", number)):
        value = value_of(part)
        if value is None:
            value = from_letters(part) if len(part) == 1 else None
        if value is None:
            return None
        values.append(value)
    return tuple(values)


def _decimal(body: str) -> Marker | None:
    match = _DECIMAL.match(body) or _DECIMAL_HAN.match(body)
    if match is None:
        return None
    parts = _parts(match[1].rstrip(".．、"))
    if not parts:
        return None
    return Marker(match[1], "decimal", parts, _RANKS["decimal"], match.end(), "decimal")


def _simple(body: str) -> Marker | None:
    for scheme, pattern in _SIMPLE:
        match = pattern.match(body)
        if match is None:
            continue
        core = match[1].strip("()（）.．、 ")
        value = _simple_value(scheme, core)
        if value is None:
            continue
        if scheme == "letter-paren" and core.isupper():
            scheme = "upper-letter-paren" if from_letters(core) else "upper-roman-paren"
        elif scheme == "letter-paren" and (from_letters(core) is None or core == "i"):
            scheme = "roman-paren"
        elif scheme == "upper-letter-dot" and core == "I":
            scheme = "upper-roman-dot"
        elif scheme == "letter-dot" and core == "i":
            scheme = "roman-dot"
        if scheme in ("roman-paren", "roman-dot", "upper-roman-dot"):
            value = from_roman(core)
        if value is not None:
            return Marker(match[1], scheme, (value,), _RANKS.get(scheme, 8), match.end())
    return None


def _simple_value(scheme: str, core: str) -> int | None:
    if scheme.startswith("number"):
        return value_of(core)
    if scheme.startswith("han"):
        return from_han(core)
    if scheme == "circled":
        return from_symbol(core)
    if scheme in ("upper-roman-dot", "roman-dot"):
        return from_roman(core)
    value = from_letters(core)
    return value if value is not None else from_roman(core)


#: A scheme of letters and the Roman scheme that looks the same.
_OTHER_SCHEMES = {"letter-paren": "roman-paren", "upper-letter-dot": "upper-roman-dot", "letter-dot": "roman-dot"}
_OTHER_SCHEMES |= {roman: letter for letter, roman in list(_OTHER_SCHEMES.items())}


def _settled(marker: Marker, before: Marker | None) -> Marker:
    """Read "(v)" as 5 after (iv), as 22 after (u): of the two readings, the one that continues the numbering."""
    other_scheme = _OTHER_SCHEMES.get(marker.scheme)
    if (
        other_scheme is None
        or before is None
        or before.scheme not in (marker.scheme, other_scheme)
        or follows(marker, before)
    ):
        return marker
    core = marker.printed.strip("()（）.．、 ")
    value = from_roman(core) if "roman" in other_scheme else from_letters(core)
    if value is None:
        return marker
    other = Marker(marker.printed, other_scheme, (value,), _RANKS[other_scheme], marker.end, marker.family)
    return other if follows(other, before) else marker
