"""Punctuation, brackets, quotation marks, spaces and repeated words, by the rules that Chinese and English share.

A full stop corresponds to 。, a comma to ， and 、, a round bracket to its full-width form; the title marks 《》 have
no English counterpart and must only be closed. All findings are at most warnings, because styles differ.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from corpora.text.scripts import HAN
from tm.checks.checked_unit import Check, CheckedFile, CheckedSide, CheckedUnit
from tm.checks.finding import Finding, Severity, Span
from tm.checks.length import LengthRatios, measure
from tm.checks.options import CheckOptions

__all__ = ["CHECKS", "MARKS"]

#: The meaning of a mark at the end of a text, for any width and language.
_ENDINGS = {
    **dict.fromkeys("。．｡.।", "stop"), **dict.fromkeys("？?؟", "question"), **dict.fromkeys("！!", "exclamation"),
    **dict.fromkeys("：:", "colon"), **dict.fromkeys("；;؛", "semicolon"), **dict.fromkeys("，,、،", "comma"),
    "…": "ellipsis",
}  # fmt: skip
#: The names of these marks in messages.
MARKS = (*dict.fromkeys(_ENDINGS.values()), "no mark")
_SENTENCE = 12.0  # letters: shorter texts may be headings, cells, labels
_CLOSERS = " \t\n\u00a0\u3000”’\"'」』）)】》〉〕]*`_|"
_OPENING = {
    "（": "(", "(": "(", "【": "[", "[": "[", "〔": "[", "{": "{", "｛": "{", "《": "《", "〈": "〈",
    "「": "「", "『": "『",
}  # fmt: skip
_CLOSING = {
    "）": "(", ")": "(", "】": "[", "]": "[", "〕": "[", "}": "{", "｝": "{", "》": "《", "〉": "〈",
    "」": "「", "』": "『",
}  # fmt: skip
_BRACKET = re.compile("[" + re.escape("".join(_OPENING) + "".join(_CLOSING)) + "]")
#: Brackets that should be on both sides if on one; the others belong to one language only.
_MUTUAL = "(["
#: "1)" at the start of a text and smileys do not close anything.
_UNPAIRED = re.compile(r"^\s*[0-9a-zA-Z一二三四五六七八九十]{1,3}[)）]|[:;]-?[()]")


def _ending(side: CheckedSide) -> tuple[str, Span]:
    text = side.text.rstrip(_CLOSERS)
    if text.endswith(("...", "……")):
        return "ellipsis", (len(text) - 2, len(text))
    return _ENDINGS.get(text[-1:], ""), (max(0, len(text) - 1), len(text))


_MANY = 100  # units: what is usual in a smaller file is not known
_SHORT_BY = -0.5  # standard deviations of length


def _final_punctuation(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    """Sentences that differ in their end; in a large file only those in which the side without a mark is too short."""
    found = [finding for pair in batch.pairs for finding in _other_end(pair)]
    if len(batch.pairs) < _MANY or not any(one.severity is Severity.WARNING for one in found):
        return found
    lengths = measure(batch.pairs)
    return [
        replace(one, severity=Severity.INFO)
        if one.severity is Severity.WARNING and not _is_cut(batch.pairs[one.unit], lengths)
        else one
        for one in found
    ]


def _is_cut(pair: CheckedUnit, lengths: LengthRatios) -> bool:
    left, right = _ending(pair.source)[0], _ending(pair.target)[0]
    if bool(left) == bool(right):
        return False
    deviation = lengths.deviation(pair)
    return (deviation if left else -deviation) < _SHORT_BY


def _other_end(pair: CheckedUnit) -> Sequence[Finding]:
    if pair.is_half:
        return ()
    (left, here), (right, there) = _ending(pair.source), _ending(pair.target)
    if left == right or {left, right} <= {"comma", "semicolon"}:
        return ()
    # Headings, cells and labels follow the style of each language; in a sentence a missing end mark is suspicious.
    is_sentence = min(pair.source.size, pair.target.size) > _SENTENCE
    closing = {left, right} - {""}
    is_severe = is_sentence and (("" in (left, right) and closing != {"comma"}) or "question" in (left, right))
    severity = Severity.WARNING if is_severe else Severity.INFO
    message = f"the source ends with {left or 'no mark'}, the target with {right or 'no mark'}"
    return [pair.finding("final-punctuation", severity, message, here, there)]


def _brackets_of(side: CheckedSide) -> tuple[dict[str, int], Span | None]:
    """How often each kind opens, and the first bracket without a partner."""
    opened: list[tuple[str, Span]] = []
    counts = dict.fromkeys(_OPENING.values(), 0)
    unpaired: Span | None = None
    text = _UNPAIRED.sub(lambda match: " " * len(match[0]), side.content)
    for match in _BRACKET.finditer(text):
        kind = _OPENING.get(match[0])
        if kind is not None:
            counts[kind] += 1
            opened.append((kind, match.span()))
        else:
            kind = _CLOSING[match[0]]
            if opened and opened[-1][0] == kind:
                opened.pop()
            elif unpaired is None:
                unpaired = match.span()
    return counts, unpaired or (opened[0][1] if opened else None)


def _brackets(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    if pair.is_half or not (_BRACKET.search(pair.source.text) or _BRACKET.search(pair.target.text)):
        return ()
    (left, here), (right, there) = _brackets_of(pair.source), _brackets_of(pair.target)
    if bool(here) != bool(there):
        where = "source" if here else "target"
        message = f"a bracket or quotation mark of the {where} has no counterpart"
        return [pair.finding("brackets", Severity.WARNING, message, here, there)]
    differ = [kind for kind in _MUTUAL if left[kind] != right[kind]]
    if differ and not here:
        counts = ", ".join(f"{left[kind]} {kind} against {right[kind]}" for kind in differ)
        return [pair.finding("brackets", Severity.INFO, f"the number of brackets differs: {counts}")]
    return ()


_QUOTE = re.compile(r"[“”„«»「」『』《》\"]")
_QUOTES = re.compile(r"[“”„«»「」『』《》]|(?<![\w`])\"|\"(?![\w`])")


def _quotes(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    if pair.is_half:
        return ()
    if not (_QUOTE.search(pair.source.content) or _QUOTE.search(pair.target.content)):
        return ()
    counts = [len(_QUOTES.findall(side.content)) // 2 for side in (pair.source, pair.target)]
    straight = [side.content.count('"') % 2 for side in (pair.source, pair.target)]
    if straight[0] != straight[1]:
        where = "source" if straight[0] else "target"
        return [pair.finding("quotes", Severity.INFO, f"a straight quotation mark of the {where} has no counterpart")]
    # Titles are in 《》 in Chinese and in italics or capitals in English, so only a side without any quotes counts.
    if counts[1] and not counts[0]:
        return [pair.finding("quotes", Severity.INFO, "only the target has quotation marks")]
    if counts[0] and not counts[1] and "《" not in pair.source.text:
        return [pair.finding("quotes", Severity.INFO, "only the source has quotation marks")]
    return ()


_DOUBLE = re.compile(r"(?<![\w.-])([A-Za-z]{2,})\s+(\1)(?![\w-])", re.IGNORECASE)
_MAY_REPEAT = frozenset(
    "that had her long very bye so no yes ha hear now far many much more again blah go cha knock".split()
)
#: Verbs with an adverb that the next word may repeat: "log in in advance".
_PHRASAL = re.compile(
    r"\b(?:log|sign|check|fill|plug|come|go|get|turn|put|type|move|carry|pass|switch|drop)\w*\s+\Z", re.IGNORECASE
)
_DOUBLE_HAN = re.compile(
    r"(?<![目有标靶似中是])的的(?!确|士)|(?<![不了一])了了(?![解结])|[吗吧]{2}|(?<![现正实存所内外潜])在在(?!场|线|职|校|座|意|乎|于|即)|"
    r"(?<![不可还都就才也若要凡但真])是是(?!非)|(?<!共)和和(?!平|谐|解|气|睦|蔼|声|好)|(?<![参赠给])与与(?![会否])|"
    r"被被(?!子|单|褥|告|害)|从从(?!事|前|来|业|属|容)|及及(?![时其格早])|或或(?!许|然)|于于|"
    r"(我们|你们|他们|她们|它们|我们的|可以|因为|所以|但是|如果|这个|那个|已经|由于|并且|以及|或者|而且|进行|需要|必须|"
    r"应该|应当|不是|就是|没有|使用|其中|通过|关于|对于|根据)\1"
)
#: What `_DOUBLE_HAN` can find, without its contexts.
_TWICE = re.compile(
    r"([的了吗吧在是和与被从及或于])\1|"
    rf"([我你他她它可因所但如这那已由并以或而进需必应不就没使其通关对根][{HAN}]{{1,2}})\2"
)


def _double_word(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    findings = []
    for side, other, is_source in ((pair.source, pair.target, True), (pair.target, pair.source, False)):
        if side.base == "zh":
            pattern = _DOUBLE_HAN if _TWICE.search(side.content) else None
        else:
            pattern = _DOUBLE if side.is_spaced and side.repeats_word else None
        for match in pattern.finditer(side.content) if pattern is not None else ():
            if side.is_spaced and (_may_repeat(match, other) or _is_sound(match)):
                continue
            word = match[1] if side.is_spaced else match[0][: len(match[0]) // 2]
            spans: tuple[Span | None, Span | None] = (match.span(), None) if is_source else (None, match.span())
            message = f"{word!r} occurs twice in a row"
            findings.append(pair.finding("double-word", Severity.WARNING, message, *spans))
    return findings


def _is_sound(match: re.Match[str]) -> bool:
    """True for "tock tock tock": three of the same word are meant."""
    again = rf"\b{re.escape(match[1])}\W+\Z", rf"\W+{re.escape(match[1])}\b"
    before, after = (
        match.string[max(0, match.start() - 40) : match.start()],
        match.string[match.end() : match.end() + 40],
    )
    return bool(re.search(again[0], before, re.IGNORECASE) or re.match(again[1], after, re.IGNORECASE))


def _may_repeat(match: re.Match[str], other: CheckedSide) -> bool:
    word = match[1].lower()
    # A name may have the same word twice; at the start of a sentence only the first is in capitals.
    is_name = match[2] != word
    before = match.string[max(0, match.start() - 20) : match.start()]
    is_phrasal = word in ("in", "on", "up", "out", "off", "over", "to", "is") and _PHRASAL.search(before)
    return bool(word in _MAY_REPEAT or is_name or is_phrasal or match[0].lower() in other.text.lower())


_BLANKS = re.compile(r"(?<=\S)[ \u00a0\u3000]{2,}(?=\S)")


def _spaces(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    if pair.is_half:
        return ()
    findings = []
    source, target = pair.source.text, pair.target.text
    for text, other, is_source in ((source, target, True), (target, source, False)):
        match = _BLANKS.search(text) if "  " in text or "\u3000" in text or "\u00a0" in text else None
        if match and not _BLANKS.search(other):
            spans: tuple[Span | None, Span | None] = (match.span(), None) if is_source else (None, match.span())
            findings.append(pair.finding("spaces", Severity.INFO, "several spaces in a row", *spans))
    for left, right, where in ((source[:1], target[:1], "begins"), (source[-1:], target[-1:], "ends")):
        if left.isspace() != right.isspace():
            findings.append(pair.finding("spaces", Severity.INFO, f"only one side {where} with a space"))
    return findings


_TIGHT = re.compile(f"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]")
_LOOSE = re.compile(f"[{HAN}] [A-Za-z0-9]|[A-Za-z0-9] [{HAN}]")


def _han_latin(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    """Spaces between Chinese and Latin text against the chosen style, or else against that of most of the file."""
    rule = options.cjk_latin_space
    sides = [
        (pair, side) for pair in batch.pairs for side in (pair.source, pair.target) if side.base == "zh" and side.han
    ]
    text = "\n".join(side.text for _, side in sides)
    tight, loose = len(_TIGHT.findall(text)), len(_LOOSE.findall(text))
    is_chosen = rule != "as in the file"
    if not is_chosen and (max(tight, loose) < 4 * min(tight, loose) or tight + loose < 10):
        return ()
    wants_blanks = rule == "always" if is_chosen else loose > tight
    severity, why = (Severity.WARNING, "") if is_chosen else (Severity.INFO, ", unlike in most of the file")
    message = "a space is missing" if wants_blanks else "there is a space"
    findings = []
    pattern = _TIGHT if wants_blanks else _LOOSE
    for pair, side in sides if (tight if wants_blanks else loose) else ():
        for match in pattern.finditer(side.text):
            spans: tuple[Span | None, Span | None] = (
                (match.span(), None) if side is pair.source else (None, match.span())
            )
            text = f"{message} between Chinese and Latin text ({match[0]!r}){why}"
            findings.append(pair.finding("cjk-latin-space", severity, text, *spans))
    return findings


CHECKS = (
    Check("final-punctuation", Severity.WARNING, "the two sides end with different marks", batch=_final_punctuation),
    Check("brackets", Severity.WARNING, "a bracket without a counterpart, or another number of them", _brackets),
    Check("quotes", Severity.INFO, "quotation marks without a counterpart, or on one side only", _quotes),
    Check("double-word", Severity.WARNING, "a word twice in a row", _double_word),
    Check("spaces", Severity.INFO, "several spaces in a row, or a space at one end of one side only", _spaces),
    Check(
        "cjk-latin-space",
        Severity.WARNING,
        "spaces between Chinese and Latin text against the chosen style, or unlike most of the file",
        None,
        _han_latin,
    ),
)
