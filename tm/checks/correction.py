"""The correction of a finding, where only one is possible: a figure, a space, a mark at the end, a repeated word.

The source is taken as right, so the target is corrected; spaces and repeated words are corrected on the side where
they are. A correction is offered only where the same checks find less afterwards: what looks certain by its form may be
wrong in a language that is written in another way.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from corpora.text.languages import base
from corpora.text.scripts import HAN
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions
from tm.checks.registry import checks
from tm.checks.run import check
from tm.tags import Tag, join, plain, split
from tm.unit import Unit

__all__ = ["Correction", "correction"]


@dataclass(frozen=True, slots=True)
class Correction:
    """The ``unit`` with corrected texts, and the words that it replaces: ``before`` by ``after``."""

    unit: Unit
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Substitution:
    is_source: bool
    span: Span
    text: str


def correction(finding: Finding, unit: Unit) -> Correction | None:
    """The correction of ``finding`` in ``unit``, None where none is certain.

    >>> from tm.checks.run import check
    >>> unit = Unit("共有35人参加。", "In all, 36 people took part.", "zh", "en")
    >>> found = correction(check([unit])[0], unit)
    >>> found.before, found.after, found.unit.target
    ('36', '35', 'In all, 35 people took part.')
    """
    propose = _PROPOSALS.get(finding.check)
    change = propose(finding, unit) if propose else None
    if change is None:
        return None
    side = "source" if change.is_source else "target"
    text = getattr(unit, side)
    new = _replaced(text, change.span, change.text)
    if new is None:
        return None
    fixed = replace(unit, source=new) if change.is_source else replace(unit, target=new)
    if not _is_better(fixed, unit, finding):
        return None
    return Correction(fixed, plain(text)[slice(*change.span)], change.text)


def _is_better(fixed: Unit, unit: Unit, finding: Finding) -> bool:
    """Whether the checks of single units find less in ``fixed``, and nothing new that is worse than a hint."""
    names = frozenset(name for name, one in checks().items() if one.is_of_one_unit) | {finding.check}
    options = CheckOptions(only=names)
    before, after = (
        [one for one in check([some], options).findings if one.check == finding.check or one.severity != Severity.INFO]
        for some in (unit, fixed)
    )
    if finding.check == "cjk-latin-space":  # compares the units of a file
        return len(after) <= len(before)
    return len(after) < len(before)


def _replaced(text: str, span: Span, new: str) -> str | None:
    """``text`` with ``new`` in place of ``span``, which counts without tags; None where a tag is inside of it."""
    parts: list[str | Tag] = []
    offset, is_done = 0, False
    for part in split(text):
        if isinstance(part, Tag):
            parts.append(part)
            continue
        start, end = span[0] - offset, span[1] - offset
        offset += len(part)
        if not is_done and start >= 0 and end <= len(part):
            part, is_done = part[:start] + new + part[end:], True
        parts.append(part)
    return join(parts) if is_done else None


#: Languages that write 1,234.5 as Chinese and English do.
_POINTED = frozenset("zh en ja ko th he ms".split())
_FIGURE = re.compile(r"(?<![\d.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\d,]|\.\d)")
_AROUND = re.compile(r"[第\s]*(?P<percent>%|％|per ?cent)?\s*")
_SUFFIX = re.compile(r"(?:st|nd|rd|th)\b")


def _number(finding: Finding, unit: Unit) -> _Substitution | None:
    """A figure of the source in place of another one, both without words of their own."""
    if finding.source_span is None or finding.target_span is None:
        return None
    here = unicodedata.normalize("NFKC", plain(unit.source)[slice(*finding.source_span)])
    there = plain(unit.target)[slice(*finding.target_span)]
    left, right = list(_FIGURE.finditer(here)), list(_FIGURE.finditer(there))
    if len(left) != 1 or len(right) != 1:
        return None
    figure, other = left[0][0], right[0][0]
    rest, after = here.replace(figure, "", 1), there.replace(other, "", 1)
    suffix = _SUFFIX.match(there, right[0].end()) if base(unit.target_lang) == "en" else None
    if suffix:
        after = after.replace(suffix[0], "", 1)
    mine, theirs = _AROUND.fullmatch(rest), _AROUND.fullmatch(after)
    if mine is None or theirs is None or bool(mine["percent"]) != bool(theirs["percent"]):
        return None
    if not {base(unit.source_lang), base(unit.target_lang)} <= _POINTED and not (
        figure.isdecimal() and len(figure) < 4
    ):
        return None
    if "," in other and figure.isdecimal():
        figure = f"{int(figure):,}"
    end = right[0].end()
    if suffix and figure.isdecimal():
        figure, end = figure + _ordinal(int(figure)), suffix.end()
    start = finding.target_span[0]
    return _Substitution(False, (start + right[0].start(), start + end), figure)


def _ordinal(number: int) -> str:
    return "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _list_marker(finding: Finding, unit: Unit) -> _Substitution | None:
    if finding.source_span is None or finding.target_span is None:
        return None
    here, there = plain(unit.source)[slice(*finding.source_span)], plain(unit.target)[slice(*finding.target_span)]
    is_same_style = here.isascii() and there.isascii() and here.isdecimal() == there.isdecimal()
    return _Substitution(False, finding.target_span, here) if is_same_style else None


_WIDE = re.compile(f"[{HAN}\u3000-\u303f\uff00-\uffef]")


def _spaces(finding: Finding, unit: Unit) -> _Substitution | None:
    """One space in place of several, none between Chinese characters; at the ends, the spaces of the source."""
    span = finding.source_span or finding.target_span
    is_source = finding.source_span is not None
    if span is not None:
        text = plain(unit.source if is_source else unit.target)
        is_wide = all(_WIDE.match(letter) for letter in (text[span[0] - 1 : span[0]], text[span[1] : span[1] + 1]))
        return _Substitution(is_source, span, "" if is_wide and "\u3000" not in text[slice(*span)] else " ")
    here, there = plain(unit.source), plain(unit.target)
    if here[:1].isspace() != there[:1].isspace():
        return _Substitution(False, (0, len(there) - len(there.lstrip())), here[: len(here) - len(here.lstrip())])
    if here[-1:].isspace() != there[-1:].isspace():
        return _Substitution(False, (len(there.rstrip()), len(there)), here[len(here.rstrip()) :])
    return None


def _cjk_latin_space(finding: Finding, unit: Unit) -> _Substitution | None:
    span = finding.source_span or finding.target_span
    if span is None:
        return None
    text = plain(unit.source if finding.source_span else unit.target)[slice(*span)]
    new = text.replace(" ", "") if " " in text else " ".join(text)
    return _Substitution(finding.source_span is not None, span, new)


def _double_word(finding: Finding, unit: Unit) -> _Substitution | None:
    span = finding.source_span or finding.target_span
    if span is None:
        return None
    text = plain(unit.source if finding.source_span else unit.target)[slice(*span)]
    words = text.split()
    return _Substitution(finding.source_span is not None, span, words[0] if len(words) > 1 else text[: len(text) // 2])


#: The marks at the end of a sentence in each language, by the narrow form that Unicode gives them.
_NARROW_MARKS = {"。": ".", **{mark: mark for mark in ".?!:;"}}
_WIDE_MARKS = {".": "。", **{unicodedata.normalize("NFKC", wide): wide for wide in "。？！：；"}}
_MARKS: Mapping[str, Mapping[str, str]] = {
    "zh": _WIDE_MARKS,
    "ja": {mark: wide for mark, wide in _WIDE_MARKS.items() if wide in "。？！"},
    # A space before the other marks in French, and a second mark in front in Spanish.
    "fr": {mark: narrow for mark, narrow in _NARROW_MARKS.items() if narrow == "."},
    "es": {mark: narrow for mark, narrow in _NARROW_MARKS.items() if narrow in ".:;"},
    **dict.fromkeys("en de it pt nl sv da nb no fi pl cs sk ro hu tr id ms vi ru uk bg ko".split(), _NARROW_MARKS),
}


def _final_punctuation(finding: Finding, unit: Unit) -> _Substitution | None:
    """The mark of the source where the target has none; a heading or label may do without."""
    if finding.source_span is None or finding.target_span is None:
        return None
    mark, there = plain(unit.source)[slice(*finding.source_span)], plain(unit.target)[slice(*finding.target_span)]
    new = _MARKS.get(base(unit.target_lang), {}).get(unicodedata.normalize("NFKC", mark))
    is_doubtful = finding.severity is Severity.INFO and new not in ("?", "!", "？", "！")
    if new is None or is_doubtful or not (there.isalnum() or there in ")）%"):
        return None
    end = finding.target_span[1]
    return _Substitution(False, (end, end), new)


_PROPOSALS: Mapping[str, Callable[[Finding, Unit], _Substitution | None]] = {
    "number": _number,
    "list-marker": _list_marker,
    "spaces": _spaces,
    "cjk-latin-space": _cjk_latin_space,
    "double-word": _double_word,
    "final-punctuation": _final_punctuation,
}
