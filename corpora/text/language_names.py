"""Languages by name, as headers of tables and CAT tools write them: "Dutch", "荷兰语", "English (United States)".

The names are those of CLDR (Babel) in English and Chinese, and of some languages in themselves.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from corpora.text.languages import base

__all__ = ["code_of_name", "has_name"]

#: A few words: sentences do not load the names.
_PLAUSIBLE = re.compile(r"[^\W\d_]+(?:(?: - |, |[- ])[^\W\d_]+){0,3}(?: ?[(（][^\d_()]+[)）])?")
_OWN_NAMES = {
    "deutsch": "de", "français": "fr", "español": "es", "italiano": "it", "português": "pt", "nederlands": "nl",
    "polski": "pl", "русский": "ru", "українська": "uk", "العربية": "ar", "日本語": "ja", "한국어": "ko",
}  # fmt: skip
#: What tools write in brackets beside the regions of CLDR.
_REGIONS = {
    "simplified": "Hans", "traditional": "Hant", "prc": "CN", "simplified, prc": "CN", "traditional, taiwan": "TW",
    "simplified, china": "CN", "traditional, hong kong": "HK", "us": "US", "uk": "GB", "hong kong": "HK",
    "macau": "MO", "macao": "MO", "简体": "Hans", "繁体": "Hant", "中国": "CN", "台湾": "TW",
}  # fmt: skip


def code_of_name(name: str) -> str:
    """The code of the language that ``name`` names, "" for any other text.

    >>> [code_of_name(name) for name in ("Dutch", "English (United Kingdom)", "Chinese (Simplified)", "mast")]
    ['nl', 'en-GB', 'zh-Hans', '']
    """
    if not _PLAUSIBLE.fullmatch(name):
        return ""
    language, bracket, region = " ".join(name.lower().replace("（", "(").replace("）", ")").split()).partition("(")
    code = _languages().get(language.strip(), "")
    if not bracket:
        return code or _code_of_words(re.split(r" - |, |[- ]", language))
    return _with_region(code, region.rstrip(" )").removesuffix(" s.a.r.").removesuffix(" sar"))


def _code_of_words(words: Sequence[str]) -> str:
    """The code of a language with its region or script behind it: "Chinese Simplified", "Portuguese, Brazilian"."""
    first, rest = words[0], " ".join(words[1:])
    return _languages().get(f"{rest} {first}", "") or (rest and _with_region(_languages().get(first, ""), rest))


def _with_region(code: str, region: str) -> str:
    found = _REGIONS.get(region) or _territories().get(region)
    return f"{base(code)}-{found}" if code and found else ""


def has_name(code: str) -> bool:
    """True for a code of three letters whose language CLDR names: yue, but not the rare languages key and ref."""
    return code in _languages().values()


@cache
def _languages() -> Mapping[str, str]:
    from babel import Locale

    named = {
        name.lower(): code.replace("_", "-")
        for locale in ("zh_Hant", "zh", "en")
        for code, name in Locale.parse(locale).languages.items()
        if re.fullmatch("[a-z]{2,3}(_[A-Za-z]{2,4})?", code)
    }
    return {**named, **_OWN_NAMES}


@cache
def _territories() -> Mapping[str, str]:
    from babel import Locale

    return {name.lower(): code for code, name in Locale("en").territories.items() if len(code) == 2}
