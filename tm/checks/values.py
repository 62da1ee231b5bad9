"""Numbers, dates, references, symbols, addresses, footnote marks, codes and list markers that the other side lacks.

Values are compared, not the way they are written (`tm.checks.counterparts`). A value without a counterpart is an error
where it is in figures, and a warning where it is in words.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from corpora.text.mentions.chinese import chinese_number
from corpora.text.mentions.matching import Certainty, Mention, MentionKind, core
from corpora.text.numerals import from_roman
from tm.checks.checked_unit import Check, CheckedFile, CheckedSide, CheckedUnit, folded
from tm.checks.counterparts import unmatched_values
from tm.checks.finding import Finding, Severity
from tm.checks.measures import mismatches, rates
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
#: By check, the values of the source and of the target without a counterpart.
_Lacking = dict[str, tuple[list[Mention], list[Mention]]]
_NAMES = {kind: name for name, kinds in _KINDS.items() for kind in kinds}
#: 1 is "a" or nothing at all, 0 is "no": figures that good translations often write in words.
_SMALL = frozenset({"0", "1", "2"})


def _severity(mention: Mention) -> Severity | None:
    if mention.certainty == Certainty.VAGUE:
        return None
    if mention.certainty == Certainty.LIKELY or (mention.kind == MentionKind.NUMBER and mention.value in _SMALL):
        return Severity.WARNING
    return Severity.ERROR


def _missing(pair: CheckedUnit) -> _Lacking:
    known: _Lacking = {}
    if not pair.is_half:
        sides = (pair.source, pair.target)
        lacking = unmatched_values(*sides)
        for position, mentions in enumerate(lacking):
            if not mentions:
                continue
            mine, other = sides[position], sides[1 - position]
            # The other side is searched once for each value that a text repeats.
            is_there = cache(partial(_is_there, other=other, in_session=mine.is_session and other.is_session))
            for mention in mentions:
                raw = mine.text[mention.start : mention.end].strip()
                if is_there(raw, mention.kind, mention.value) or not _is_comparable(mention, mine.text, other):
                    continue
                known.setdefault(_NAMES[mention.kind], ([], []))[position].append(mention)
        if not known:
            known = _exchanged(pair) or _of_another_version(pair)
    return known


#: Codes with figures that have a name of their own in Chinese.
_CODE_NAMES = {
    code: re.compile(names)
    for code, _, names in (
        entry.partition("=")
        for entry in (
            "h2o=水 co2=二氧化碳 o2=氧 o3=臭氧 h2=氢 n2=氮 ch4=甲烷 so2=二氧化硫 no2=二氧化氮 n2o=一氧化二氮|笑气 "
            "nh3=氨 h2s=硫化氢 h2so4=硫酸 hno3=硝酸 h2o2=双氧水|过氧化氢 caco3=碳酸钙 "
            "24/7=全天候|全天|昼夜|二十四小时|24小时 pm2.5=细颗粒物 pm10=可吸入颗粒物 "
            "covid-19=新冠|新型冠状病毒|2019冠状病毒 sars-cov-2=新冠|新型冠状病毒 k-12=中小学|基础教育 "
            "k12=中小学|基础教育 h1n1=甲型流感|甲流|猪流感 h5n1=禽流感 h7n9=禽流感 g20=二十国集团 g7=七国集团 "
            "g8=八国集团 g77=七十七国集团 9/11=九一一|911 2d=二维|平面 3d=三维|立体 2-d=二维|平面 3-d=三维|立体 "
            "4d=四维 4x4=四驱|四轮驱动 4wd=四驱|四轮驱动 b2b=企业对企业|企业间 b2c=企业对消费者 "
            "c2c=消费者对消费者|个人对个人 p2p=点对点|对等|个人对个人 o2o=线上到线下|线上线下 i18n=国际化 l10n=本地化 "
            "a11y=无障碍|可访问 w3c=万维网联盟 y2k=千年虫|千年 mi5=军情五处 mi6=军情六处 f1=一级方程式 401k=退休 "
            "20/20=正常视力|视力 50/50=各半|平分|一半|对半 50-50=各半|平分|一半|对半 1080p=高清 4k=超高清 5g=第五代 "
            "4g=第四代 3g=第三代 2g=第二代 "
        ).split()
    )
}


def _has_name(code: str, other: CheckedSide) -> bool:
    pattern = _CODE_NAMES.get(code)
    return other.base == "zh" and pattern is not None and pattern.search(other.text) is not None


def _exchanged(pair: CheckedUnit) -> _Lacking:
    """One figure in place of another that the text has too: as many values, but not each of them as often."""
    here, there = (
        [mention for mention in side.mentions if mention.certainty == Certainty.SURE]
        for side in (pair.source, pair.target)
    )
    if len(here) != len(there) or len(here) < 2:
        return {}
    values = [[_without_letters(mention) for mention in mentions] for mentions in (here, there)]
    if values[0] == values[1]:
        return {}
    left, right = map(Counter, values)
    lost, added = left - right, right - left
    if lost.total() != 1 or added.total() != 1:
        return {}
    one = next(mention for mention in reversed(here) if _without_letters(mention) in lost)
    other = next(mention for mention in reversed(there) if _without_letters(mention) in added)
    if _raw(pair.source, one) == _raw(pair.target, other) or (one.kind == MentionKind.DATE) != (
        other.kind == MentionKind.DATE
    ):
        return {}
    # Correct where a value is named twice here and another one there: a warning at most.
    likely = [replace(mention, certainty=Certainty.LIKELY) for mention in (one, other)]
    return {_NAMES[one.kind]: ([likely[0]], [likely[1]])}


def _raw(side: CheckedSide, mention: Mention) -> str:
    return side.text[mention.start : mention.end].strip().casefold()


def _without_letters(mention: Mention) -> str:
    """The value without the items of a paragraph, which Chinese counts apart: 2 (c) is 第二款第㈢项."""
    return core(mention).partition("(")[0] if mention.kind == MentionKind.REFERENCE else core(mention)


def _of_another_version(pair: CheckedUnit) -> _Lacking:
    """3.1 in place of 3.10: the same number, but another version of a program or section of a book."""
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


def _is_comparable(mention: Mention, text: str, other: CheckedSide) -> bool:
    """False where the other side may say it in words that are not read: "six" in a language without a grammar."""
    if other.base in _READ_IN_FULL:
        return True
    figures = [figure for figure in re.findall(r"[0-9]+", text[mention.start : mention.end]) if len(figure) > 1]
    if not figures:
        return False
    return mention.kind != MentionKind.DATE or not all(figure in other.text for figure in figures)


_READ_IN_FULL = frozenset({"zh", "en"})


def _is_there(raw: str, kind: MentionKind, value: str, other: CheckedSide, *, in_session: bool) -> bool:
    """True where the other side has a name for a code, or the same characters, but read as something else."""
    if kind == MentionKind.CODE and _has_name(value, other):
        return True
    if in_session:
        # Only the comments are translated.
        return re.search(rf"(?<![0-9.]){re.escape(raw)}(?![0-9])", other.text) is not None
    if kind in (
        MentionKind.NUMBER,
        MentionKind.PERCENT,
        MentionKind.ORDINAL,
        MentionKind.REFERENCE,
        MentionKind.FRACTION,
    ):
        return False
    return raw in other.text or folded(raw) in other.folded


def _lacking(batch: CheckedFile) -> Mapping[CheckedUnit, _Lacking]:
    """The units with a value that has no counterpart; memoised on the file, since nine checks read it."""
    known: dict[CheckedUnit, _Lacking] | None = batch.__dict__.get("_lacking")
    if known is None:
        known = {pair: found for pair in batch.pairs if (found := _missing(pair))}
        batch.__dict__["_lacking"] = known
    return known


def _compare(name: str, pair: CheckedUnit, lacking: _Lacking) -> Sequence[Finding]:
    if name not in lacking:
        return ()
    here, there = lacking[name]
    findings = []
    for position in range(max(len(here), len(there))):
        left = here[position] if position < len(here) else None
        right = there[position] if position < len(there) else None
        severities = [one for mention in (left, right) if mention and (one := _severity(mention))]
        if not severities:
            continue
        severity = max(severities, key=lambda one: one.rank)
        if _is_number_of_paragraph(pair, left, right) or _is_said_in_passing(pair, left, right):
            severity = Severity.INFO
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


_PARAGRAPH = re.compile(
    r"\s*(?:[0-9]{1,4}(?:\.[0-9]{1,3}){0,3}(?:[.．、)）](?=\s|[^\x00-\x7f])|(?=\s[A-Z]|[^\x00-\x7f]|\s[^\x00-\x7f]))|[(（][0-9a-zA-Z一二三四五六七八九十]{1,4}[)）]|[一二三四五六七八九十]{1,3}、"
    r"|[IVXLC]{1,5}[.．、](?=\s|[^\x00-\x7f])|[A-Za-z][.．)）、](?=\s|[^\x00-\x7f])|第[一二三四五六七八九十百0-9]{1,4}[章节条部分編编](?=\s|$)"
    r"|(?:Chapter|Part|Section|Article|Annex)\s(?:[IVXLC]{1,5}|[0-9]{1,4})[.:]?(?=\s)|[①-⑳⑴-⒇㈠-㈩])"
)


def _is_number_of_paragraph(pair: CheckedUnit, left: Mention | None, right: Mention | None) -> bool:
    """True where a value is the number of the paragraph, and the other side has none: each document has its style."""
    if (left is None) == (right is None):
        return False
    mine, other, mention = (pair.source, pair.target, left) if left else (pair.target, pair.source, right)
    marker = _PARAGRAPH.match(mine.text)
    return bool(marker and mention and mention.start < marker.end() and not _PARAGRAPH.match(other.text))


def _is_said_in_passing(pair: CheckedUnit, left: Mention | None, right: Mention | None) -> bool:
    """True for a "two" in words that the other side does not say, and says no other number: "between the two dates"."""
    one, other = (left, pair.target) if left else (right, pair.source)
    if (left is None) == (right is None) or one is None or one.certainty != Certainty.LIKELY:
        return False
    return one.kind == MentionKind.NUMBER and core(one) == "2" and not other.names_number


def _message(pair: CheckedUnit, left: Mention | None, right: Mention | None) -> str:
    texts = [
        side.text[mention.start : mention.end].strip() if mention else ""
        for side, mention in ((pair.source, left), (pair.target, right))
    ]
    if left and right:
        return f"{left.kind} {texts[0]!r} of the source is {texts[1]!r} in the target"
    which, text, mention = ("target", texts[0], left) if left else ("source", texts[1], right)
    assert mention is not None
    value = core(mention)
    return f"{mention.kind} {text!r}{f' ({value})' if value != text else ''} is not in the {which}"


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
    same_style = (
        left.lastgroup == right.lastgroup
        and here.isdecimal() == there.isdecimal()
        and here.isascii() == there.isascii()
    )
    if same_style:
        return [pair.finding("list-marker", Severity.ERROR, message, *spans)]
    # （四）, (d) and 4. correspond; "i" may be a letter or a numeral, so both readings count.
    if _ranks(here) & _ranks(there):
        return ()
    return [pair.finding("list-marker", Severity.WARNING, message, *spans)]


def _ranks(marker: str) -> set[int]:
    """The positions in a list that a marker may mean."""
    if marker.isdecimal():
        return {int(marker)}
    if not marker.isascii():
        number = chinese_number(marker)
        return {int(number)} if number is not None else set()
    ranks = {ord(marker.lower()) - ord("a") + 1} if len(marker) == 1 else set()
    value = from_roman(marker)
    return ranks | {value} if value is not None else ranks


def _unit(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    return [
        finding
        for pair in batch.pairs
        if not pair.is_half and pair.source.may_have_measures and pair.target.may_have_measures
        for finding in _other_unit(pair) or _other_rate(pair, batch)
    ]


def _other_unit(pair: CheckedUnit) -> Sequence[Finding]:
    sides, findings = (pair.source, pair.target), []
    for one, other in mismatches(pair.source.measures, pair.target.measures):
        spans = (one.start, one.end), (other.start, other.end)
        texts = [side.text[slice(*span)].strip() for side, span in zip(sides, spans, strict=True)]
        severity = Severity.ERROR if one.dimension == other.dimension != "time" else Severity.WARNING
        message = f"{texts[0]!r} of the source is {texts[1]!r} in the target: another unit"
        findings.append(pair.finding("unit", severity, message, *spans))
    return findings


def _other_rate(pair: CheckedUnit, batch: CheckedFile) -> Sequence[Finding]:
    """30 元 a kilogram against 30 yuan a pound; a conversion has another number."""
    source, target = pair.source, pair.target
    here, there = rates(source.values_text, source.base), rates(target.values_text, target.base)
    if len(here) != 1 or len(there) != 1:
        return ()
    (dimension, size, left), (other_dimension, other_size, right) = here[0], there[0]
    if dimension != other_dimension or size == other_size or pair in _lacking(batch):
        return ()
    message = (
        f"{source.text[slice(*left)]!r} of the source is {target.text[slice(*right)]!r} in the target: another unit"
    )
    return [pair.finding("unit", Severity.WARNING, message, left, right)]


def _of(name: str, severity: Severity, about: str) -> Check:
    def compare(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
        return [finding for pair, lacking in _lacking(batch).items() for finding in _compare(name, pair, lacking)]

    return Check(name, severity, about, batch=compare, each=True)


CHECKS = (
    _of("number", Severity.ERROR, "a number, percentage, fraction or ordinal whose value the other side lacks"),
    _of("date", Severity.ERROR, "a date or time that the other side lacks"),
    _of("reference", Severity.ERROR, "an article, paragraph, chapter, annex or resolution number that is another one"),
    _of("symbol", Severity.ERROR, "a document symbol such as A/RES/58/4 that the other side lacks"),
    _of("url", Severity.ERROR, "an address on the web that the other side lacks"),
    _of("e-mail", Severity.ERROR, "an e-mail address that the other side lacks"),
    _of("footnote-mark", Severity.WARNING, "a footnote mark that the other side lacks"),
    _of("code", Severity.ERROR, "a code of letters and figures such as UTF-8 that the other side lacks"),
    Check("unit", Severity.ERROR, "one number with two units of measure or currencies", batch=_unit),
    Check("list-marker", Severity.ERROR, "both sides open with a list marker, but not of the same place", _list_marker),
)
