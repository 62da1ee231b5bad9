"""Numbers, dates, references, symbols, addresses, footnote marks, codes and list markers that the other side lacks.

Values are compared, not the writing of them (`corpora.text.mentions.matching`). A value that stands nowhere on the
other side is an error where it is certain to be one, a warning where it was written in words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from corpora.text.mentions.chinese import chinese_number
from corpora.text.mentions.matching import Certainty, Mention, MentionKind, core, unmatched
from corpora.text.numerals import from_roman
from tm.checks.checked_unit import Check, CheckedUnit, Side
from tm.checks.finding import Finding, Severity
from tm.checks.options import CheckOptions

__all__ = ["CHECKS"]

_KINDS = {
    "number": frozenset({MentionKind.NUMBER, MentionKind.PERCENT, MentionKind.FRACTION, MentionKind.ORDINAL}),
    "date": frozenset({MentionKind.DATE, MentionKind.TIME}),
    "reference": frozenset({MentionKind.REFERENCE}),
    "symbol": frozenset({MentionKind.SYMBOL}),
    "url": frozenset({MentionKind.URL}),
    "e-mail": frozenset({MentionKind.EMAIL}),
    "footnote-mark": frozenset({MentionKind.FOOTNOTE}),
    "code": frozenset({MentionKind.CODE}),
}
_NAMES = {kind: name for name, kinds in _KINDS.items() for kind in kinds}
#: 1 is "a" or nothing at all, 0 is "no": figures that a good translation often writes in words.
_SMALL = frozenset({"0", "1", "2"})


def _severity(mention: Mention) -> Severity | None:
    if mention.certainty == Certainty.VAGUE:
        return None
    if mention.certainty == Certainty.LIKELY or (mention.kind == MentionKind.NUMBER and mention.value in _SMALL):
        return Severity.WARNING
    return Severity.ERROR


def _missing(pair: CheckedUnit) -> dict[str, tuple[list[Mention], list[Mention]]]:
    """The mentions without an answer, by check and side; memoised on the pair, since eight checks read it."""
    known: dict[str, tuple[list[Mention], list[Mention]]] | None = getattr(pair, "_missing", None)
    if known is not None:
        return known
    known = {}
    if not pair.is_half and (pair.source.mentions or pair.target.mentions):
        sides = (pair.source, pair.target)
        for position, lacking in enumerate(unmatched(pair.source.mentions, pair.target.mentions)):
            mine, other = sides[position], sides[1 - position]
            for mention in lacking:
                if mention.certainty == Certainty.VAGUE or _stands_in(mine.text, mention, other.text):
                    continue
                if _is_asked_of(mention, mine.text, other):
                    known.setdefault(_NAMES[mention.kind], ([], []))[position].append(mention)
        if not known:
            known = _exchanged(pair) or _of_another_version(pair)
    pair._missing = known  # type: ignore[attr-defined]
    return known


def _exchanged(pair: CheckedUnit) -> dict[str, tuple[list[Mention], list[Mention]]]:
    """One figure in the place of another that the text holds as well: as many values, but not as often each."""
    here, there = (
        [mention for mention in side.mentions if mention.certainty == Certainty.SURE]
        for side in (pair.source, pair.target)
    )
    if len(here) != len(there) or len(here) < 2:
        return {}
    left, right = (Counter(core(mention) for mention in mentions) for mentions in (here, there))
    lost, won = left - right, right - left
    if lost.total() != 1 or won.total() != 1:
        return {}
    one = next(mention for mention in reversed(here) if core(mention) in lost)
    other = next(mention for mention in reversed(there) if core(mention) in won)
    # Rightly so where a value is named twice here and another one there: a warning at most.
    likely = [replace(mention, certainty=Certainty.LIKELY) for mention in (one, other)]
    return {_NAMES[one.kind]: ([likely[0]], [likely[1]])}


def _of_another_version(pair: CheckedUnit) -> dict[str, tuple[list[Mention], list[Mention]]]:
    """3.1 in the place of 3.10: the same value, but another version of a program, another section of a book."""
    if "." not in pair.source.text or "." not in pair.target.text:
        return {}
    here, there = (
        {
            raw: mention
            for mention in side.mentions
            if mention.kind == MentionKind.NUMBER
            and _POINT.fullmatch(raw := side.text[mention.start : mention.end].strip())
        }
        for side in (pair.source, pair.target)
    )
    for raw, mention in here.items():
        for other, counterpart in there.items():
            if raw not in there and other not in here and core(mention) == core(counterpart):
                likely = [replace(one, certainty=Certainty.LIKELY) for one in (mention, counterpart)]
                return {"number": ([likely[0]], [likely[1]])}
    return {}


_POINT = re.compile(r"[0-9]+\.[0-9]+")


def _is_asked_of(mention: Mention, text: str, other: Side) -> bool:
    """False where the other side may well say it in words that nobody reads: "six" in a language without a grammar."""
    if other.base in _READ_IN_FULL:
        return True
    figures = [figure for figure in re.findall(r"[0-9]+", text[mention.start : mention.end]) if len(figure) > 1]
    if not figures:
        return False
    return mention.kind != MentionKind.DATE or not all(figure in other.text for figure in figures)


_READ_IN_FULL = frozenset({"zh", "en"})


def _stands_in(mine: str, mention: Mention, other: str) -> bool:
    """True where the very characters stand on the other side, read there as something else."""
    raw = mine[mention.start : mention.end].strip()
    if mention.kind in (
        MentionKind.NUMBER,
        MentionKind.PERCENT,
        MentionKind.ORDINAL,
        MentionKind.REFERENCE,
        MentionKind.FRACTION,
    ):
        return False
    if raw in other:
        return True
    folded = unicodedata.normalize("NFKC", other).casefold()
    return unicodedata.normalize("NFKC", raw).casefold() in folded


def _compare(name: str, pair: CheckedUnit) -> Sequence[Finding]:
    lacking = _missing(pair).get(name)
    if lacking is None:
        return ()
    here, there = lacking
    findings = []
    for position in range(max(len(here), len(there))):
        left = here[position] if position < len(here) else None
        right = there[position] if position < len(there) else None
        graves = [grave for mention in (left, right) if mention and (grave := _severity(mention))]
        if not graves:
            continue
        severity = max(graves, key=lambda grave: grave.rank)
        findings.append(
            pair.finding(
                name,
                severity,
                _message(pair, left, right),
                (left.start, left.end) if left else None,
                (right.start, right.end) if right else None,
            )
        )
    return findings


def _message(pair: CheckedUnit, left: Mention | None, right: Mention | None) -> str:
    texts = [
        side.text[mention.start : mention.end].strip() if mention else ""
        for side, mention in ((pair.source, left), (pair.target, right))
    ]
    if left and right:
        return f"{left.kind} {texts[0]!r} of the source answers to {texts[1]!r}"
    if left:
        return f"{left.kind} {texts[0]!r} ({core(left)}) is not in the target"
    assert right is not None
    return f"{right.kind} {texts[1]!r} ({core(right)}) is not in the source"


_MARKER = re.compile(
    r"\s*(?:[(（](?P<paren>[0-9]{1,3}|[a-zA-Z]{1,5}|[一二三四五六七八九十]{1,3})[)）]"
    r"|(?P<stop>[0-9]{1,3}|[IVX]{1,5}|[A-Za-z])[.．)、](?=\s|[^\x00-\x7f])|(?P<han>[一二三四五六七八九十]{1,3})、)"
)


def _list_marker(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    left, right = _MARKER.match(pair.source.text), _MARKER.match(pair.target.text)
    if left is None or right is None or left.lastgroup is None or right.lastgroup is None:
        return ()
    spans = left.span(left.lastgroup), right.span(right.lastgroup)
    here, there = (left[left.lastgroup], right[right.lastgroup])
    if here == there:
        return ()
    message = f"the source is item {left[0].strip()}, the target item {right[0].strip()}"
    alike = (
        left.lastgroup == right.lastgroup
        and here.isdecimal() == there.isdecimal()
        and here.isascii() == there.isascii()
    )
    if alike:
        return [pair.finding("list-marker", Severity.ERROR, message, *spans)]
    # （四） and (d) and 4. are each other's translations; an "i" may be letter or numeral, so both readings count.
    if _ranks(here) & _ranks(there):
        return ()
    return [pair.finding("list-marker", Severity.WARNING, message, *spans)]


def _ranks(marker: str) -> set[int]:
    """The places in a list that a marker may stand for."""
    if marker.isdecimal():
        return {int(marker)}
    if not marker.isascii():
        number = chinese_number(marker)
        return {int(number)} if number is not None else set()
    ranks = {ord(marker.lower()) - ord("a") + 1} if len(marker) == 1 else set()
    value = from_roman(marker)
    return ranks | {value} if value is not None else ranks


def _of(name: str, severity: Severity, about: str) -> Check:
    return Check(name, severity, about, lambda pair, options: _compare(name, pair))


CHECKS = (
    _of("number", Severity.ERROR, "a number, percentage, fraction or ordinal whose value the other side lacks"),
    _of("date", Severity.ERROR, "a date or time that the other side lacks"),
    _of("reference", Severity.ERROR, "an article, paragraph, chapter, annex or resolution number that is another one"),
    _of("symbol", Severity.ERROR, "a document symbol such as A/RES/58/4 that the other side lacks"),
    _of("url", Severity.ERROR, "an address on the web that the other side lacks"),
    _of("e-mail", Severity.ERROR, "an e-mail address that the other side lacks"),
    _of("footnote-mark", Severity.WARNING, "a footnote mark that the other side lacks"),
    _of("code", Severity.ERROR, "a code of letters and figures such as UTF-8 that the other side lacks"),
    Check("list-marker", Severity.ERROR, "both sides open with a list marker, but not of the same place", _list_marker),
)
