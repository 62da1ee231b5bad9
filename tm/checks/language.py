"""Sides that are empty, not translated, or in another language than the file says.

The script decides most cases; among alphabets the function words of each language do (almost every English sentence
of six words has "the", "of", "to" …), and the offline identifier of `corpora.text.languages` is used only where
they leave a doubt.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from html import unescape
from unicodedata import category

from corpora.text.chinese import to_simplified, to_traditional
from corpora.text.languages import base, detect
from corpora.text.scripts import HAN, HANGUL, KANA
from tm.checks.checked_unit import Check, CheckedSide, CheckedUnit, content
from tm.checks.finding import Finding, Severity, Span
from tm.checks.markup import HTML, elements, without_markup
from tm.checks.options import CheckOptions
from tm.unit import Unit

__all__ = ["CHECKS", "with_variants"]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_PLAIN_WORD = re.compile(r"(?<![\w`$%@\\./-])[a-z]{2,}(?![\w(]|[./:=][\w])")
_LETTER = re.compile(r"[^\W\d_]")
_KANA = re.compile(f"[{KANA}]")
_HANGUL = re.compile(f"[{HANGUL}]")
_HAN = re.compile(f"[{HAN}]")
_LATIN_RUN = re.compile(r"[A-Za-z]{2}[ ,]+[a-z]{2,}[ ,]+[a-z]{2}")
#: Scripts and the languages that are written in them; other scripts are not judged.
_SCRIPTS = {
    "Cyrillic": (re.compile(r"[\u0400-\u052f]"), "ru uk be bg sr mk kk ky mn tg"),
    "Greek": (re.compile(r"[\u0370-\u03ff]"), "el"),
    "Arabic": (re.compile(r"[\u0600-\u06ff]"), "ar fa ur ps ug"),
    "Hebrew": (re.compile(r"[\u0590-\u05ff]"), "he yi"),
    "Devanagari": (re.compile(r"[\u0900-\u097f]"), "hi mr ne sa"),
    "Thai": (re.compile(r"[\u0e00-\u0e7f]"), "th"),
    "Japanese": (_KANA, "ja"),
    "Korean": (_HANGUL, "ko"),
    "Chinese": (_HAN, "zh ja ko"),
}
_OTHER_SCRIPT = re.compile(rf"[\u0370-\u0e7f{KANA}{HAN}{HANGUL}]")
_ALPHABETIC = re.compile(r"[\u0370-\u0e7f]")
_KOREAN_OR_JAPANESE = re.compile(f"[{KANA}{HANGUL}]")
_ALPHABETS = frozenset("en fr de es it pt nl sv da nb no fi pl cs sk hu ro tr id ms vi ca et lt lv hr sl".split())
#: Function words, of which almost every sentence of the language has one.
_FUNCTION_WORDS = {
    "en": "the of to and a in is that for it as with are be this by on or not an from at which can have was if you "
    "its has will when but may should all must their these such use using we no any they were his her he she "
    "what how i",
    "fr": "le la les des du de et est une un dans que pour qui sur pas par au aux avec sont ce cette il elle ne se "
    "leur vous à en",
    "de": "der die das und ist nicht ein eine einen zu den dem des von mit für auf sich auch werden wird im es bei "
    "sie oder in dieses diese aus zum zur",
    "es": "el la los las del de una un que por con para es como su se lo al más pero sus este esta son está entre "
    "cuando en y si tal",
    "it": "il la lo gli della di che per una un con non sono del nel alla dei delle come più anche questo questa "
    "essere in e",
    "pt": "a as uma um que do da dos das não para com por mais como ao em são pela pelo sua seu este esta também de "
    "e se",
    "nl": "het een van en dat niet zijn op voor met aan door ook deze wordt bij worden naar als uit kan de in is",
    "sv": "och att det som en är på av för med den till inte ett om har de kan eller från i",
    "pl": "nie się na jest że do przez od oraz jak który która są dla tym tego jako może w z i",
    "id": "yang dan untuk dengan pada dari tidak ini itu dalam adalah atau akan oleh dapat di",
}
_FUNCTION_WORD_SETS = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}
_CODE_LINE = re.compile(
    r"(?m)^[^\S\n]*+(?:>>>|\.\.\. |\$ |# |#!|def \w+|class \w+.*:\s*$|import \w+\s*$|from [\w.]+ import |@\w"
    r"|[\w.]+\(.*\)\s*$|\w+ = )"
)
_CODE_SIGNS = re.compile(r"[={}\[\]<>_$#@|\\&+~^;]|\w\(|->|[\w-]/[\w-]|(?<!\w)--?\w")
#: A section about a file or command: "4.2. copyright".
_FILE_HEADING = re.compile(r"\s*[0-9]+(?:\.[0-9]+){1,4}\.?\s[a-z][a-z0-9./*_-]*\s*")
_DATA = re.compile(r"\s*(?:[\[{(\"']|[A-Z]{4,}:\w+:|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9])")
#: A record of a log, whatever it says.
_RECORD = re.compile(
    r"\s*(?:(?:DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL|TRACE)[: \]]"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}[.,Z+-])"
)
#: A line of settings ("format: simple", "handlers:"), and a line of one word.
_SETTING = re.compile(r"\s*(?:-\s+)?(?:[\w.-]+:(?:\s.*)?|[\w.-]+|)")
_COMMENT = re.compile(r"(?m)(?<!\S)# *(?:[A-Za-z'’,]+ +){2,}[A-Za-z]")
#: Five words of prose in a row.
_PROSE = re.compile(r"(?:[A-Za-z][a-z'’-]{0,40},?\s+){4,60}[a-z]+")
_HAN_RUN = re.compile(f"[{HAN}，、]{{4,}}")
_QUOTED = re.compile(r"[\"“‘'(（《「]\s*\Z")
_NAME_WORD = re.compile(r"[A-Za-z][\w'’-]*")
_BLANKS = re.compile(r"\s+")
_SCRIPTED = frozenset({"zh", "ja", "ko"})
_SHORTEST = 4  # words: below this the function words prove nothing


def _empty(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    if pair.source.is_empty and pair.target.is_empty:
        return [pair.finding("empty", Severity.WARNING, "both sides are empty")]
    for side, other, name in ((pair.target, pair.source, "target"), (pair.source, pair.target, "source")):
        if side.is_empty:
            return [pair.finding("empty", Severity.ERROR, f"the {name} is empty")]
        if not _readable(side.text) and _LETTER.search(without_markup(other.text)):
            return [pair.finding("empty", Severity.ERROR, f"the {name} has no text that can be read")]
    return ()


def _readable(text: str) -> bool:
    """True where ``text`` has a letter, a figure or a picture besides tags, entities and marks."""
    if len(text) > 200 or text[0].isalnum():
        return True
    tags = [one for one in elements(text) if one.name in HTML] if "<" in text else []
    for tag in reversed(tags):
        text = text[: tag.start] + text[tag.end :]
    text = unescape(text)
    return any(category(sign)[0] in "LNS" and sign not in _LINES for sign in text)


_LINES = frozenset("-=~_|+^`´¨¯<>")


def _untranslated(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    source, target = pair.source, pair.target
    if pair.is_half or source.base == target.base:
        return ()
    if source.key.casefold() == target.key.casefold():
        severity = _severity_of_copy(source)
        if severity is None:
            return ()
        if severity is Severity.WARNING and not source.han and source.base in _SCRIPTED and _is_name(source.content):
            severity = Severity.INFO  # a name that is Latin in the Chinese original, and right in the translation
        return [pair.finding("untranslated", severity, "the target is a copy of the source", (0, len(source.text)))]
    if target.base == "zh" and target.han == 0 and _words(target) >= 3 and source.base in _ALPHABETS:
        shared = _shared_words(source, target)
        if shared > 0.7:
            return [pair.finding("untranslated", Severity.ERROR, "most of the target is copied from the source")]
    span = _copied_run(source, target)
    if span is None:
        return ()
    message = f"{_short(target.text[slice(*span)])!r} is copied from the source"
    return [pair.finding("untranslated", Severity.WARNING, message, None, span)]


def _is_name(text: str) -> bool:
    """True for words that begin with capitals, at least half of them, and are no sentence."""
    words = _NAME_WORD.findall(text)
    capitals = sum(word[0].isupper() for word in words)
    return (
        bool(words)
        and words[0][0].isupper()
        and 2 * capitals >= len(words)
        and not text.rstrip().endswith((".", "!", "?"))
    )


def _copied_run(source: CheckedSide, target: CheckedSide) -> Span | None:
    """A run of prose that the target copied from the source."""
    if target.base == "zh":
        runs = list(_PROSE.finditer(target.content)) if target.han and source.base in _ALPHABETS else []
        if runs and not _CODE_LINE.search(target.text):
            function_words = _FUNCTION_WORD_SETS.get(source.base, frozenset())
            there = _BLANKS.sub(" ", source.content)
            for match in runs:
                words = match[0].lower().split()
                is_copied = len(function_words.intersection(words)) >= 2 and _BLANKS.sub(" ", match[0]) in there
                if is_copied and not _QUOTED.search(target.text[: match.start()]):
                    return match.span()
    elif source.base == "zh" and target.han:
        for match in _HAN_RUN.finditer(target.content):
            if match[0] in source.text and not _QUOTED.search(target.text[: match.start()]):
                return match.span()
    return None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


def _severity_of_copy(side: CheckedSide) -> Severity | None:
    """A copied name or command is correct, a copied sentence is not; None where there is nothing to translate."""
    if side.han:
        return Severity.ERROR if side.han > 1 else Severity.WARNING
    text = content(without_markup(side.text))
    if not _LETTER.search(text):
        return None
    lines = text.splitlines()
    if _RECORD.match(text) or (len(lines) > 2 and all(map(_SETTING.fullmatch, lines))):
        return Severity.INFO
    if _CODE_LINE.search(text):
        # Code, a command, an example of output; a comment in it is prose.
        return Severity.WARNING if _COMMENT.search(text) else Severity.INFO
    if _FILE_HEADING.fullmatch(text):
        return Severity.INFO
    if _DATA.match(text) and not side.text.rstrip().endswith("."):
        return Severity.INFO
    words = _WORD.findall(text)
    plain = len(_PLAIN_WORD.findall(text))
    function_words = sum(word.lower() in _FUNCTION_WORD_SETS.get(side.base, frozenset()) for word in words)
    signs = len(_CODE_SIGNS.findall(_LABEL.sub(" ", text)))
    if signs > 0.25 * len(words):
        return Severity.INFO
    if plain >= 3 and function_words >= 0.12 * len(words):
        return Severity.ERROR
    return Severity.WARNING if plain else Severity.INFO


#: The brackets of a link label, of Markdown or AsciiDoc, are not code.
_LABEL = re.compile(r"link:|\^?\]|!?\[|<\s*>|\*+")


def _words(side: CheckedSide) -> int:
    """Words in lower case that are not part of code."""
    return len(_PLAIN_WORD.findall(side.content))


def _shared_words(source: CheckedSide, target: CheckedSide) -> float:
    words = _PLAIN_WORD.findall(target.content)
    there = set(_PLAIN_WORD.findall(source.content))
    return sum(word in there for word in words) / len(words) if words else 0.0


def _function_words(side: CheckedSide, language: str) -> int:
    words = _FUNCTION_WORD_SETS.get(language, frozenset())
    return len(words.intersection(word.lower() for word in _WORD.findall(side.content)))


def _language(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    findings: list[Finding] = []
    if pair.is_half or (pair.source.key == pair.target.key and pair.source.base != pair.target.base):
        return findings  # a copy: `untranslated` reports it
    for side, other, name in ((pair.source, pair.target, "source"), (pair.target, pair.source, "target")):
        fault = _fault(side, other)
        if fault is not None:
            severity, message = fault
            span = (0, len(side.text))
            spans = (span, None) if name == "source" else (None, span)
            findings.append(pair.finding("language", severity, f"the {name} {message}", *spans))
    return findings


def _fault(side: CheckedSide, other: CheckedSide) -> tuple[Severity, str] | None:
    text = side.content
    language = side.base
    if language in ("zh", "ja", "ko"):
        return _fault_in_han(side, other, text)
    if language not in _ALPHABETS and language not in _FUNCTION_WORD_SETS:
        return None
    if _OTHER_SCRIPT.search(text):
        letters = len(_LETTER.findall(text))
        for script, (pattern, _languages) in _SCRIPTS.items():
            count = len(pattern.findall(text))
            if count and count >= 0.3 * letters and count > 1:
                return Severity.ERROR, f"is written in {script} script, not in {side.language}"
            if count >= 5 and count >= 0.1 * letters:
                return Severity.WARNING, f"has {count} characters of {script} script"
    return _fault_among_alphabets(side, text)


def _fault_in_han(side: CheckedSide, other: CheckedSide, text: str) -> tuple[Severity, str] | None:
    # `side.han` counts kana and hangul as well.
    kana, hangul = (
        len(pattern.findall(text)) if _KOREAN_OR_JAPANESE.search(text) else 0 for pattern in (_KANA, _HANGUL)
    )
    han = side.han - kana - hangul
    if side.base == "zh":
        if kana >= 3 and kana > 0.1 * (han + kana):
            return Severity.ERROR, "is Japanese"
        if hangul >= 3 and hangul > 0.1 * (han + hangul):
            return Severity.ERROR, "is Korean"
    found = _other_variant(text, side.language) if side.base == "zh" and han >= 2 else 0
    if han >= 4 and found >= max(2, 0.15 * han):
        return Severity.WARNING, f"has {found} characters of the other Chinese script variant than {side.language}"
    if found and (sign := _of_other_variant(text, side.language)) and sign not in other.text:
        return Severity.WARNING, f"has {sign}, which is of the other Chinese script variant than {side.language}"
    for script, (pattern, languages) in _SCRIPTS.items() if _ALPHABETIC.search(text) else ():
        if script in ("Japanese", "Korean", "Chinese") or side.base in languages.split():
            continue
        count = len(pattern.findall(text))
        if count >= 6 and count > han + kana + hangul:
            return Severity.ERROR, f"is written in {script} script, not in {side.language}"
    words = _words(side) if _LATIN_RUN.search(text) else 0
    if han + kana + hangul == 0 and words >= 3 and not _is_on_both(side, other):
        # Commands and signatures are the same in both languages; a sentence has function words.
        function_words = max(_function_words(side, language) for language in _FUNCTION_WORD_SETS)
        if function_words >= 2 or (words >= 6 and function_words):
            return Severity.ERROR, f"has no {side.language} text"
        if words >= 4 and other.han:
            return Severity.WARNING, f"has no {side.language} text"
    if _CODE_LINE.search(side.text):
        return None
    if han + kana + hangul and words >= 8 and _function_words(side, "en") >= 3 and words > 1.2 * (han + kana + hangul):
        return Severity.WARNING, "is mostly not translated"
    return None


def _is_on_both(side: CheckedSide, other: CheckedSide) -> bool:
    """True for a text that is almost the same on both sides, such as a file of settings of two versions."""
    return not other.han and _shared_words(side, other) >= _SAME


_SAME = 0.8  # of the words


def _fault_among_alphabets(side: CheckedSide, text: str) -> tuple[Severity, str] | None:
    words = text.lower().split()
    mine = _FUNCTION_WORD_SETS.get(side.base, frozenset())
    distinct = set(words)
    if len(words) < _SHORTEST or len(distinct & mine) * 4 >= len(distinct):
        return None
    words = [word.lower() for word in _WORD.findall(text)]
    distinct = set(words)
    # A word of both languages, such as "in" in German, counts for neither.
    scores = {code: len(distinct & (other - mine)) for code, other in _FUNCTION_WORD_SETS.items() if code != side.base}
    best = max(scores, key=lambda name: scores[name])
    own = len(distinct & (mine - _FUNCTION_WORD_SETS[best]))
    if scores[best] >= 2 and scores[best] >= 2 * own + 1:
        # A foreign name has at most two function words ("Universidad de los Andes").
        is_certain = scores[best] >= 3 or (own == 0 and scores[best] * 6 >= len(distinct) >= 6)
        return Severity.ERROR if is_certain else Severity.WARNING, f"is {best}, not {side.language}"
    if len(distinct & mine) == 0 and len(words) >= 7 and sum(map(len, words)) >= 35:
        found = detect(" ".join(words))
        if found.partition("-")[0] not in (side.base, "und"):
            return Severity.WARNING, f"seems to be {found}, not {side.language}"
    return None


@cache
def _variants() -> tuple[frozenset[str], frozenset[str]]:
    """The characters of traditional Chinese only, and of simplified Chinese only."""
    signs = "".join(map(chr, range(0x4E00, 0x9FA6)))
    simple = to_simplified(signs)
    full = to_traditional(signs)
    traditional = frozenset(a for a, b in zip(signs, simple, strict=True) if a != b)
    simplified = frozenset(a for a, b in zip(signs, full, strict=True) if a != b)
    # 后, 里, 干 and similar ones belong to both; 著, 乾 too.
    return traditional - simplified - frozenset("著乾於徵藉"), simplified - traditional - frozenset(
        "后里干面发台系只于谷松云才丑几斗致征范卷回借游表制冲极出准周症朱吁别板仆伙佣余党冬了采咨确"
    )


def with_variants(units: Sequence[Unit], options: CheckOptions) -> Sequence[Unit]:
    """``units`` where Chinese without a region, as "zh" alone, has the region of the script that the file uses."""
    if options.either_script:
        units = [
            replace(
                unit,
                source_lang="zh" if base(unit.source_lang) == "zh" else unit.source_lang,
                target_lang="zh" if base(unit.target_lang) == "zh" else unit.target_lang,
            )
            for unit in units
        ]
    sides = [text for unit in units for text, language in _sides(unit) if language == "zh"]
    if not sides:
        return units
    traditional, simplified = _variants()
    counts = Counter("".join(sides))
    is_traditional = sum(counts[sign] for sign in traditional) > sum(counts[sign] for sign in simplified)
    found = "zh-TW" if is_traditional else "zh-CN"
    return [
        replace(
            unit,
            source_lang=found if unit.source_lang == "zh" else unit.source_lang,
            target_lang=found if unit.target_lang == "zh" else unit.target_lang,
        )
        for unit in units
    ]


def _sides(unit: Unit) -> tuple[tuple[str, str], tuple[str, str]]:
    return (unit.source, unit.source_lang), (unit.target, unit.target_lang)


#: Texts about the two variants, or about names in the other one.
_OF_VARIANTS = re.compile("[繁正簡简][体體]|异体|異體|又作|亦作")


def _of_other_variant(text: str, language: str) -> str:
    """The first character that the writing of ``language`` does not have at all, "" without one: 內 is no 内."""
    traditional, simplified = _variants()
    is_traditional = language.lower().endswith(("tw", "hk", "mo", "hant", "cht"))
    wrong = simplified if is_traditional else traditional
    if wrong.isdisjoint(text) or _OF_VARIANTS.search(text):
        return ""
    codec = "big5" if is_traditional else "gb2312"
    return next((sign for sign in text if sign in wrong and not sign.encode(codec, "ignore")), "")


def _other_variant(text: str, language: str) -> int:
    traditional, simplified = _variants()
    wrong = simplified if language.lower().endswith(("tw", "hk", "mo", "hant", "cht")) else traditional
    return 0 if wrong.isdisjoint(text) else sum(sign in wrong for sign in text)


CHECKS = (
    Check("empty", Severity.ERROR, "a side without text", _empty),
    Check("untranslated", Severity.ERROR, "the target is a copy of the source", _untranslated),
    Check("language", Severity.ERROR, "a side is in another language or script than the file says", _language),
)
