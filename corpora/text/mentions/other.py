"""Mentions in languages other than Chinese and English: figures, symbols, addresses, and what a table adds.

A language is one row of data: its decimal sign, the names of its months and the words for parts of a document, so
that adding one needs no code. A language without a row gets figures, symbols and addresses only.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from corpora.text.mentions.grammar import (
    Mention,
    MentionKind,
    MentionReader,
    Recognizer,
    canonical,
    compiled,
    date_value,
    number,
)
from corpora.text.numerals import from_roman

__all__ = ["LANGUAGES", "LanguageRules", "recognizer"]


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """What one language adds: ``decimal`` sign, month names in order (all forms of a month separated by spaces), and
    words for references (name shared by all languages -> forms separated by spaces), and ``scales``: the words for
    thousand, million and billion, each form by itself."""

    decimal: str = "."
    months: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)


LANGUAGES: Mapping[str, LanguageRules] = {
    "fr": LanguageRules(
        ",",
        tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
        {"article": "article articles art", "paragraph": "paragraphe paragraphes", "chapter": "chapitre chapitres",
         "section": "section sections", "annex": "annexe annexes", "resolution": "résolution résolutions",
         "decision": "décision décisions", "page": "page pages p", "table": "tableau tableaux"},
        {"mille": 10**3, "million": 10**6, "millions": 10**6, "milliard": 10**9, "milliards": 10**9},
    ),
    "es": LanguageRules(
        ",",
        tuple("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()),
        {"article": "artículo artículos art", "paragraph": "párrafo párrafos", "chapter": "capítulo capítulos",
         "section": "sección secciones", "annex": "anexo anexos", "resolution": "resolución resoluciones",
         "decision": "decisión decisiones", "page": "página páginas pág", "table": "cuadro cuadros"},
        {"mil": 10**3, "millón": 10**6, "millones": 10**6},
    ),
    "de": LanguageRules(
        ",",
        tuple("Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()),
        {"article": "Artikel Artikels Art", "paragraph": "Absatz Absatzes Absätze Abs Ziffer", "section": "Abschnitt §",
         "chapter": "Kapitel", "annex": "Anhang Anlage", "resolution": "Resolution Resolutionen",
         "decision": "Beschluss", "page": "Seite Seiten S", "table": "Tabelle Tabellen"},
        {"Tausend": 10**3, "Million": 10**6, "Millionen": 10**6, "Milliarde": 10**9, "Milliarden": 10**9},
    ),
    "ru": LanguageRules(
        ",",
        ("январь января", "февраль февраля", "март марта", "апрель апреля", "май мая", "июнь июня", "июль июля",
         "август августа", "сентябрь сентября", "октябрь октября", "ноябрь ноября", "декабрь декабря"),
        {"article": "статья статьи статье статьей ст", "paragraph": "пункт пункта пункте пункты пунктов п",
         "chapter": "глава главы главе", "section": "раздел раздела разделе", "annex": "приложение приложения",
         "resolution": "резолюция резолюции резолюцию", "page": "страница стр"},
        {"тысяч": 10**3, "тысячи": 10**3, "миллион": 10**6, "миллиона": 10**6, "миллионов": 10**6,
         "миллиард": 10**9, "миллиарда": 10**9, "миллиардов": 10**9},
    ),
}  # fmt: skip

_SIGNS = re.compile(r"[0-9０-９@¹²³]|://|www\.")


@lru_cache(maxsize=64)
def recognizer(language: str) -> Recognizer:
    """The recognizer of ``language``, a base code such as "fr"."""
    data = LANGUAGES.get(language, LanguageRules())
    alternatives, readers = [], {}
    if data.months:
        months = {form: position + 1 for position, forms in enumerate(data.months) for form in forms.split()}
        alternatives.append(
            ("date", rf"[0-3]?[0-9]\.?(?:er)?\s(?:de\s)?(?:{_any(months)})(?:,?\s(?:de\s)?[12][0-9]{{3}})?\b")
        )
        readers["date"] = _dates(months)
    if data.references:
        names = {form: name for name, forms in data.references.items() for form in forms.split()}
        alternatives.append(("reference", rf"(?i:{_any(names)})\.?\s?(?:[0-9]+(?:[./][0-9]+)*|[IVX]+)\b"))
        readers["reference"] = _references({form.lower(): name for form, name in names.items()})
    if data.scales:
        alternatives.append(("scaled", rf"[0-9]+(?:[.,][0-9]+){{0,9}}\s(?:{_any(data.scales)})\b"))
        readers["scaled"] = _scaled(data.scales)
    if data.decimal == ",":
        # 1.234,5: points separate thousands; two points or a group of another length make a version number.
        alternatives.append(("european", r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?(?![0-9.])|[0-9]+,[0-9]+(?![0-9])"))
        readers["european"] = _european
    return compiled(alternatives, _possible, r"(?:(?<!\w)|(?=[⁰¹²³⁴-⁹]))", readers)


def _possible(text: str) -> bool:
    return _SIGNS.search(text) is not None


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _dates(months: Mapping[str, int]) -> MentionReader:
    def read(match: re.Match[str]) -> Iterable[Mention]:
        figures = re.findall(r"[0-9]+", match[0])
        month = next(months[word] for word in re.findall(r"[^\W\d]+", match[0]) if word in months)
        year = int(figures[1]) if len(figures) > 1 else None
        yield Mention(MentionKind.DATE, date_value(year, month, int(figures[0])), match.start(), match.end())

    return read


def _references(names: Mapping[str, str]) -> MentionReader:
    def read(match: re.Match[str]) -> Iterable[Mention]:
        word = re.match(r"[^\W\d]+|§", match[0])[0]  # type: ignore[index]
        count = match[0][len(word) :].lstrip(". ")
        value = str(from_roman(count) or count) if count[0] in "IVX" else count
        yield Mention(MentionKind.REFERENCE, f"{names[word.lower()]}:{value}", match.start(), match.end())

    return read


def _scaled(scales: Mapping[str, int]) -> MentionReader:
    def read(match: re.Match[str]) -> Iterable[Mention]:
        figures, scale = match[0].split()
        value = float(canonical(figures.replace(".", "").replace(",", "."))) * scales[scale]
        yield Mention(MentionKind.NUMBER, number(round(value, 6)), match.start(), match.end())

    return read


def _european(match: re.Match[str]) -> Iterable[Mention]:
    figures = match[0].replace(".", "").replace(",", ".")
    yield Mention(MentionKind.NUMBER, canonical(figures), match.start(), match.end())
