"""Countries, nationalities and languages, compared as sets: another one, or one that is missing from a list.

Lists of countries follow the alphabet of each language, so their order says nothing. The names are those of CLDR (from
babel); ``countries.json`` adds the short and long official forms, nationalities, and the Chinese characters that stand
for countries in words such as 中美. A country alone may well be "we" or "here" on the other side: one that is missing
is reported only where the other side has another one instead, or names the rest of the list.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tm.checks.checked_unit import Check, CheckedSide, CheckedUnit
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions

__all__ = ["CHECKS"]


@dataclass(frozen=True, slots=True)
class _NamedPlace:
    """A country or language named at a span: its codes, several for a name such as Congo; nationalities are weak."""

    codes: frozenset[str]
    span: Span
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class _Names:
    pattern: re.Pattern[str]
    codes: Sequence[tuple[re.Pattern[str], frozenset[str]]]
    weak: Mapping[str, frozenset[str]]
    gate: frozenset[str]


@cache
def _names(language: str) -> _Names:
    from babel import Locale

    data = json.loads(files("tm.checks").joinpath("countries.json").read_text(encoding="utf-8"))
    position = 0 if language == "en" else 1
    patterns = {code: forms[position] for code, forms in data["aliases"].items()}
    left_out = {*data["left out"].split(), *patterns}
    for code, name in Locale(language).territories.items():
        if len(code) == 2 and code.isalpha() and code not in left_out and not re.search(r"[()（）]| [-–] |SAR", name):
            patterns[code] = re.escape(name)
    ordered = sorted(patterns.items(), key=lambda entry: -max(map(len, entry[1].split("|"))))
    weak = _pairs(data["adjectives" if position == 0 else "languages"])
    words = "|".join(sorted(weak, key=len, reverse=True))
    # Without groups: the module re passes over an alternative at its first character.
    joined = "|".join(form for _, form in ordered)
    pattern = rf"\b(?=[A-Z])(?:(?P<weak>(?:{words})s?)|{joined})\b" if position == 0 else rf"(?P<weak>{words})|{joined}"
    gate = {word.lower() for word in weak} | {f"{word.lower()}s" for word in weak}
    gate |= {word.lower() for form in patterns.values() for word in re.findall("[A-Za-zü]{2,}", form)}
    gate -= set("of the and new republic people democratic states islands state saint st city see pig".split())
    end = r"\b" if position == 0 else ""
    codes = [(re.compile(f"(?:{form}){end}"), frozenset(code.split("/"))) for code, form in ordered]
    return _Names(re.compile(pattern), codes, weak, frozenset(gate) | {"rkiye", "ivoire"})


def _pairs(text: str) -> dict[str, frozenset[str]]:
    entries = (entry.split("=") for entry in text.split())
    return {name.replace("_", " "): frozenset(codes.split("/")) for name, codes in entries}


@cache
def _short() -> tuple[re.Pattern[str], Mapping[str, frozenset[str]]]:
    data = json.loads(files("tm.checks").joinpath("countries.json").read_text(encoding="utf-8"))
    signs: dict[str, set[str]] = {}
    for entry in data["short"].split():
        code, _, sign = entry.partition("=")
        signs.setdefault(sign, set()).add(code)
    one = f"(?:{'|'.join(signs)})"
    where = rf"{one}(?:[、与和]?{one})+|(?<=[驻访赴对在旅抗反亲留侨]){one}|{one}(?=[方军籍裔企资媒语文式制人国元商])"
    return re.compile(where), {sign: frozenset(codes) for sign, codes in signs.items()}


def _places(side: CheckedSide) -> list[_NamedPlace]:
    names = _names(side.base)
    found = []
    for match in names.pattern.finditer(side.prose):
        if match["weak"]:
            word = match[0] if match[0] in names.weak else match[0].removesuffix("s")
            found.append(_NamedPlace(names.weak[word], match.span(), side.base == "en"))
        else:
            found.append(_NamedPlace(_codes(names, match), match.span()))
    return found


def _codes(names: _Names, match: re.Match[str]) -> frozenset[str]:
    """The codes of the first name that is read where ``match`` begins."""
    for pattern, codes in names.codes:
        one = pattern.match(match.string, match.start())
        if one is not None and one.end() == match.end():
            return codes
    raise AssertionError(match[0])


def _countries(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    source, target = pair.source, pair.target
    if pair.is_half or {source.base, target.base} != {"zh", "en"}:
        return ()
    english = source if source.base == "en" else target
    chinese = target if english is source else source
    if english.words.isdisjoint(_names("en").gate) or not chinese.han:
        return ()
    here, there = _places(chinese), _places(english)
    if not here or not there:
        return ()
    lacking = _lacking(here, there), _lacking(there, here, _in_short(chinese))
    strong = [[one for one in found if not one.is_weak] for found in lacking]
    if strong[0] and strong[1]:
        return [_another(pair, chinese, strong[0][0], strong[1][0], Severity.ERROR)]
    if strong[0] and lacking[1]:
        return [_another(pair, chinese, strong[0][0], lacking[1][0], Severity.WARNING)]
    for found, mine, other, side in ((strong[0], here, there, chinese), (strong[1], there, here, english)):
        named = {code for one in other if not one.is_weak for code in one.codes}
        shared = {one.codes for one in mine if not one.is_weak and one.codes & named}
        if found and len(shared) >= 2 and len(found) <= len(shared):
            text = side.text[slice(*found[0].span)]
            where = "target" if side is source else "source"
            spans = (found[0].span, None) if side is source else (None, found[0].span)
            return [
                pair.finding("country", Severity.WARNING, f"{text!r} is missing from the list in the {where}", *spans)
            ]
    return ()


def _lacking(
    these: Sequence[_NamedPlace], those: Sequence[_NamedPlace], also: frozenset[str] = frozenset()
) -> list[_NamedPlace]:
    """The places of one side that the other does not name, each once."""
    there = {code for one in those for code in one.codes} | also
    found: dict[frozenset[str], _NamedPlace] = {}
    for one in these:
        if one.codes.isdisjoint(there):
            found.setdefault(one.codes, one)
    return list(found.values())


def _in_short(side: CheckedSide) -> frozenset[str]:
    pattern, signs = _short()
    found = {sign for match in pattern.finditer(side.text) for sign in signs if sign in match[0]}
    own = {"CN"} if re.search("我国|我方|国内|内地|大陆|中华|祖国", side.text) else set()
    return frozenset(code for sign in found for code in signs[sign]) | own


def _another(pair: CheckedUnit, chinese: CheckedSide, zh: _NamedPlace, en: _NamedPlace, severity: Severity) -> Finding:
    left, right = (zh, en) if pair.source is chinese else (en, zh)
    texts = pair.source.text[slice(*left.span)], pair.target.text[slice(*right.span)]
    message = f"{texts[0]!r} of the source is {texts[1]!r} in the target"
    return pair.finding("country", severity, message, left.span, right.span)


CHECKS = (Check("country", Severity.ERROR, "another country or language, or one that is missing", _countries),)
