"""Defects in the elements of a TMX that CAT tools reject and the reader of duiyi repairs.

The keys are those of `tm.formats.conformance.REASONS`. They are searched while reading, since a second pass over a
memory of a million units would double the time of its import.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from corpora.text_cache import cached_for_texts
from corpora.xml import Element
from tm.formats.base import date_of

__all__ = ["header_defects", "unit_defects"]

_HEADER = ("creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype")
_SEGTYPES = frozenset({"block", "paragraph", "sentence", "phrase"})
_CODE = re.compile(r"^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-\w{5,8})*$")
#: Three letters are valid only where a language does not have a code of two.
_THREE = frozenset({"zho", "chi", "cmn", "eng", "deu", "ger", "fra", "fre", "spa", "rus", "ara", "jpn", "kor"})
_DATES = ("creationdate", "changedate", "lastusagedate")
_DATE = re.compile(r"^\d{8}T\d{6}Z$")


def header_defects(header: Element | None) -> Iterator[str]:
    """The reasons for which tools refuse a file with this header, or with none."""
    if header is None or any(header.get(name) is None for name in _HEADER):
        yield "header"
    if header is None:
        return
    if header.get("segtype", "sentence") not in _SEGTYPES:
        yield "segtype"
    source = header.get("srclang", "")
    if source and source.lower() != "*all*" and not _is_valid(source):
        yield "language code"


def unit_defects(
    given: Mapping[str, str], tuvs: Iterable[Mapping[str, str]], codes: tuple[str, ...], source: str
) -> Sequence[str]:
    """The reasons for which tools skip a ``tu`` with these attributes.

    ``tuvs`` are the attributes of its texts, ``codes`` their languages as written, ``source`` is the header's srclang.
    """
    found = _language_defects(codes, (given.get("srclang") or source).lower())
    for attributes in (given, *tuvs):
        for name in _DATES if attributes else ():
            date = attributes.get(name)
            if date is not None and not _is_date(date):
                return (*found, "date")
    return found


@lru_cache(maxsize=1000)
def _language_defects(codes: tuple[str, ...], source: str) -> tuple[str, ...]:
    found = [] if all(map(_is_valid, codes)) else ["language code"]
    small = {code.lower() for code in codes}
    if len(codes) > 2 and len(small) > 2:
        found.append("several targets")
    if source and source != "*all*" and source not in small:
        found.append("source language")
    return tuple(found)


def _is_date(text: str) -> bool:
    return _DATE.match(text) is not None and date_of(text) is not None


@cached_for_texts(1000, longest=40)
def _is_valid(code: str) -> bool:
    return bool(_CODE.match(code)) and code.lower() not in _THREE
