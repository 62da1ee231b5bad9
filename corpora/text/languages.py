"""Language codes and offline language detection.

Codes in files are kept as they are, in the spelling of BCP 47 (`canonical`); they are compared, and given to CAT tools
that pair memories by regions, in a form with a region (`normalize`: "zh-CN", "en-US"). Detection first looks at the
script, which identifies Chinese, Japanese and Korean even where half of the page is program code in Latin letters, and
uses a trained identifier (py3langid) only for alphabets. No text leaves the machine.

A code that a person types is checked against the registry of BCP 47 (langcodes), since a mistyped code would silently
find nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from functools import cache, lru_cache
from typing import Any

from corpora.errors import UsageError
from corpora.files import temporary_files
from corpora.text.chinese import to_simplified, to_traditional
from corpora.text.scripts import CJK, HAN, HANGUL, KANA, WIDE

__all__ = [
    "base",
    "canonical",
    "checked_code",
    "detect",
    "detect_among",
    "is_known",
    "is_spaced",
    "join",
    "join_lines",
    "joiner",
    "normalize",
    "same",
    "simplified",
    "stated_code",
]

#: The region that CAT tools assume for a language without one.
_REGIONS = {
    "ar": "ar-SA", "cs": "cs-CZ", "da": "da-DK", "de": "de-DE", "el": "el-GR", "en": "en-US", "es": "es-ES",
    "fa": "fa-IR", "fi": "fi-FI", "fr": "fr-FR", "he": "he-IL", "hi": "hi-IN", "hu": "hu-HU", "id": "id-ID",
    "it": "it-IT", "ja": "ja-JP", "ko": "ko-KR", "nb": "nb-NO", "nl": "nl-NL", "pl": "pl-PL", "pt": "pt-PT",
    "ro": "ro-RO", "ru": "ru-RU", "sv": "sv-SE", "th": "th-TH", "tr": "tr-TR", "uk": "uk-UA", "vi": "vi-VN",
    "zh": "zh-CN",
}  # fmt: skip
#: Names in other tools: ISO 639-2/3 codes.
_ALIASES = {
    "zho": "zh", "chi": "zh", "cmn": "zh", "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr",
    "spa": "es", "rus": "ru", "ara": "ar", "jpn": "ja", "kor": "ko", "ita": "it", "por": "pt", "nld": "nl",
    "pol": "pl", "tur": "tr", "tha": "th", "vie": "vi", "chinese": "zh", "english": "en",
}  # fmt: skip
#: Codes that need no look-up in the registry.
_USUAL = frozenset({*_REGIONS, *_REGIONS.values(), *_ALIASES})
#: Only these have languages behind them as a second part, such as zh-yue (RFC 5646, 2.2.2).
_EXTENDED = frozenset({"ar", "kok", "lv", "ms", "sgn", "sw", "uz", "zh"})
_SCRIPT_REGIONS = {"hans": "CN", "hant": "TW", "chs": "CN", "cht": "TW"}
#: Scripts as gettext names them after an at sign.
_MODIFIERS = {
    "latin": "Latn", "cyrillic": "Cyrl", "arabic": "Arab", "devanagari": "Deva", "latn": "Latn", "cyrl": "Cyrl",
    "arab": "Arab", "deva": "Deva", "hans": "Hans", "hant": "Hant",
}  # fmt: skip
_TRADITIONAL = frozenset({"zh-TW", "zh-HK", "zh-MO"})
_CODE = re.compile(r"^([A-Za-z]{2,8})((?:[-_][A-Za-z0-9]{1,8})*)(?:\.[\w-]+)?(?:@([A-Za-z]{1,16}))?$", re.ASCII)
_HAN = re.compile(f"[{HAN}]")
_KANA = re.compile(f"[{KANA}]")
_HANGUL = re.compile(f"[{HANGUL}]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LETTERS = re.compile(r"[^\W\d_]+")
_NEAR = 9  # characters before a join that are looked at
#: Straight quotation marks and brackets are as wide as what they enclose.
_WIDE = re.compile(f"[{WIDE}]")
_WIDE_END = re.compile(rf"[{CJK}][\"')\]”’]*$"), re.compile(rf"[{WIDE}][\"')\]]*$")
_WIDE_START = re.compile(rf"[\"'(\[“‘]*[{CJK}]"), re.compile(rf"[\"'(\[]*[{WIDE}]")
_SPACELESS = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo"})
#: The identifier chooses among these only, by script: on short texts its rarer languages are mistakes.
_CANDIDATES = (
    (_LATIN, "cs da de en es et fi fr hr hu id it lt lv ms nl pl pt ro sk sl sv sw tr vi"),
    (re.compile(r"[\u0400-\u052f]"), "bg ru sr uk"),
    (re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"), "ar fa ur"),
    (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), "el"),
    (re.compile(r"[\u0590-\u05ff]"), "he"),
    (re.compile(r"[\u0900-\u097f]"), "hi"),
    (re.compile(r"[\u0e00-\u0e7f]"), "th"),
)
_FEW_LETTERS = 16  # of plain Latin, up to which the identifier guesses at random
_SAMPLE = 40_000  # characters examined: enough to be certain, few enough to be fast
_HAN_SHARE = 0.15  # of all letters; a Chinese manual full of commands has more, an English text that quotes has less


def normalize(code: str) -> str:
    """Return ``code`` as BCP 47 with a region: ``zh``, ``zh_CN``, ``zho``, ``zh-Hans`` all become ``zh-CN``.

    Raises `UsageError` where ``code`` does not have the form of a language code.
    """
    language, *parts = _parts(code)
    region = script = ""
    for part in parts:
        if len(part) == 1:  # what follows is for private use
            break
        if part.lower() in _SCRIPT_REGIONS:
            region = _SCRIPT_REGIONS[part.lower()]
        elif len(part) == 4 and part.isalpha():
            script = f"-{part.title()}"
        elif (len(part) == 2 and part.isalpha()) or (len(part) == 3 and part.isdecimal()):
            region = part.upper()
    if script:
        return f"{language}{script}-{region}" if region else language + script
    return f"{language}-{region}" if region else _REGIONS.get(language, language)


def canonical(code: str) -> str:
    """``code`` in the spelling of BCP 47, with nothing added or left out: ``zh_CN`` is ``zh-CN``, ``zh`` stays ``zh``.

    A locale of gettext is a code too: ``sr@latin`` is ``sr-Latn``. Raises `UsageError` as `normalize` does.

    >>> [canonical(code) for code in ("en", "zh_TW", "ZH-hant-hk", "sr@latin", "zh-CHT", "es-419")]
    ['en', 'zh-TW', 'zh-Hant-HK', 'sr-Latn', 'zh-CHT', 'es-419']
    """
    language, *parts = _parts(code)
    written = re.split(r"[-_.@]", code.strip(), maxsplit=1)[0].lower()
    return "-".join([language if len(written) > 3 else written, *_spelt(parts)])


def _spelt(parts: Iterable[str]) -> Iterator[str]:
    """Subtags in the usual case: scripts as Latn, regions as US, others in small letters."""
    private = False
    for part in parts:
        private = private or len(part) == 1
        if not private and len(part) == 4 and part.isalpha():
            yield part.title()
        elif not private and (len(part) == 2 or part.lower() in _SCRIPT_REGIONS):
            yield part.upper()
        else:
            yield part.lower()


def checked_code(code: str, held: Callable[[], Iterable[str]] = tuple) -> str:
    """`normalize` for a code that a person types: a registered tag of BCP 47, one for private use, or one in use.

    ``held`` gives the codes in use in the file or memory; it is called only where a language is not
    registered. Raises `UsageError` for any other code.
    """
    name = normalize(code)
    if code in _USUAL or _is_registered("-".join(_parts(code))):
        return name
    if not _is_registered(base(name)) and any(base(one) == base(name) for one in held()):
        return name
    raise UsageError(f"{code[:40]!r} is not a known language code such as zh-CN or en-US (BCP 47)")


def stated_code(code: str, held: Callable[[], Iterable[str]] = tuple) -> str:
    """Check a code that a user types and return it canonical, without adding a region: "en" stays "en".

    Raises `UsageError` as `checked_code` does.
    """
    checked_code(code, held)
    return canonical(code)


def _parts(code: str) -> list[str]:
    """The normalized language and the subtags after it. Raises `UsageError` for another form."""
    match = _CODE.match(code.strip())
    language = match[1].lower() if match else ""
    language = _ALIASES.get(language, language)
    if match is None or len(language) > 3:
        raise UsageError(f"{code[:40]!r} is not a language code such as zh-CN or en-US")
    parts = re.split(r"[-_]", match[2])[1:]
    modifier = (match[3] or "").lower()
    if modifier in _MODIFIERS:
        parts.insert(0, _MODIFIERS[modifier])
    elif modifier and modifier != "euro":
        parts += [modifier] if 5 <= len(modifier) <= 8 else ["x", modifier[:8]]
    return [language, *parts]


def is_known(code: str) -> bool:
    """True for a registered tag of BCP 47 and for the old codes zh-CHS and zh-CHT."""
    tag = "-".join(_parts(code))
    return code in _USUAL or tag.lower() in ("zh-chs", "zh-cht") or _is_registered(tag)


@lru_cache(maxsize=1000)
def _is_registered(tag: str) -> bool:
    from langcodes import Language, tag_is_valid

    if not tag_is_valid(tag):
        return False
    found = Language.get(tag)
    return all(found.language in _EXTENDED and tag_is_valid(one) for one in found.extlangs or ())


@lru_cache(maxsize=1000)
def base(code: str) -> str:
    """The language without its region, lower case: ``zh`` of ``zh-CN`` and of ``zho``."""
    language = re.split(r"[-_.@]", code, maxsplit=1)[0].lower()
    return _ALIASES.get(language, language)


def same(left: str, right: str) -> bool:
    """True where both codes name one language, whatever the region: a zh-TW memory serves a zh-CN project."""
    return base(normalize(left)) == base(normalize(right))


def is_spaced(code: str) -> bool:
    """True for languages that put spaces between words."""
    return base(code) not in _SPACELESS


def joiner(code: str) -> str:
    """What separates two sentences of one paragraph: a space, or nothing in Chinese, Japanese and Thai."""
    return " " if is_spaced(code) else ""


def join(texts: Iterable[str], language: str) -> str:
    """``texts``, sentences of one paragraph, as one text; blank ones are left out.

    The characters at each join decide: two of Latin script keep a space in a Chinese text, two Chinese ones have none
    in an English one. Between one of each the custom of ``language`` counts.

    >>> join(["提示：", "Use save.", "Use drop.", "请选择。"], "zh-CN")
    '提示：Use save. Use drop.请选择。'
    """
    pieces: list[str] = []
    for text in filter(None, (one.strip() for one in texts)):
        pieces += (_between(pieces[-1][-_NEAR:], text, language), text) if pieces else (text,)
    return "".join(pieces)


def join_lines(before: str, after: str) -> str:
    """Two lines of one paragraph as one text, without a space where both are Chinese or Japanese at the join.

    >>> join_lines("这是", "一句"), join_lines("one", "line")
    ('这是一句', 'one line')
    """
    if not before or not after:
        return before + after
    return f"{before}{after}" if _WIDE.match(before[-1]) and _WIDE.match(after[0]) else f"{before} {after}"


def _between(left: str, right: str, language: str) -> str:
    spaced = is_spaced(language)  # curly quotation marks and dashes are wide in Chinese only
    wide = _WIDE_END[not spaced].search(left), _WIDE_START[not spaced].match(right)
    if spaced:
        return "" if all(wide) else " "
    if base(language) in ("zh", "ja"):
        return "" if any(wide) else " "
    return " " if left[-1].isascii() and right[0].isascii() else ""


_NOT_PROSE = re.compile(
    r"(?:https?|ftp)://[!-~]+|`[^`\n]*`|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|</?[A-Za-z][^<>]*>"
    r"|(?<!\S)[^\s/\\_]*[/\\_]\S*"
)
_MARKS = ("://", "`", "@", "<", "/", "_")


def detect(text: str) -> str:
    """Return the language of ``text`` as a normalized code, ``und`` where it contains no letters.

    Looks at a sample from the beginning, the middle and the end. Chinese is reported as zh-CN or zh-TW by
    which of the two a conversion between the character sets changes more.
    """
    sample = _sample(text)
    if any(mark in sample for mark in _MARKS):
        # Commands and addresses are the same in all languages; what has nothing else is judged by them.
        prose = _NOT_PROSE.sub(" ", sample)
        sample = prose if _LETTERS.search(prose) else sample
    han, kana = len(_HAN.findall(sample)), len(_KANA.findall(sample))
    hangul, latin = len(_HANGUL.findall(sample)), len(_LATIN.findall(sample))
    asian = han + kana + hangul
    if asian and asian >= _HAN_SHARE * (asian + latin):
        if hangul > han + kana:
            return "ko-KR"
        if kana > 0.05 * (han + kana):
            return "ja-JP"
        return "zh-TW" if _is_traditional(sample) else "zh-CN"
    words = " ".join(_LETTERS.findall(sample)).lower()
    if not words:
        return "und"
    if words.isascii() and len(words) <= _FEW_LETTERS:
        return normalize("en")
    letters, languages = max(_CANDIDATES, key=lambda one: len(one[0].findall(words)))
    if not letters.search(words):
        return "und"
    label, _ = _identifier(languages).classify(words)
    return normalize(str(label))


def detect_among(text: str, codes: Sequence[str]) -> str:
    """Return the one of ``codes`` that ``text`` is in, by the trained identifier; they must be in one script."""
    words = " ".join(_LETTERS.findall(_sample(text))).lower()
    label, _ = _identifier(" ".join(sorted({base(code) for code in codes}))).classify(words)
    return next(code for code in codes if base(code) == str(label))


def simplified(texts: Sequence[str], language: str) -> Sequence[str]:
    """``texts`` in Simplified Chinese where ``language`` is Chinese as Taiwan, Hong Kong and Macao write it, else as
    they are."""
    if normalize(language) not in _TRADITIONAL or "-hans" in language.lower():
        return texts
    return [to_simplified(text) for text in texts]


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    third = _SAMPLE // 3
    middle = len(text) // 2
    return text[:third] + text[middle : middle + third] + text[-third:]


def _is_traditional(text: str) -> bool:
    han = "".join(_HAN.findall(text))
    return _differences(han, to_simplified(han)) > _differences(han, to_traditional(han))


def _differences(left: str, right: str) -> int:
    return sum(a != b for a, b in zip(left, right, strict=False))


@lru_cache(maxsize=64)
def _identifier(languages: str) -> Any:
    identifier = copy(_model())
    identifier.set_languages(languages.split())
    return identifier


@cache
def _model() -> Any:
    """The identifier of all languages: the copies for some of them share its 80 MB."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    with temporary_files():  # the model is unpacked into one
        return LanguageIdentifier.from_model_file(MODEL_FILE)
