"""Text that was decoded with the wrong encoding, characters that do not belong in a text, and entities left in it.

Latin mojibake (UTF-8 read as Windows-1252 and similar) is detected by `ftfy.badness`, the measure that the ftfy library
tuned on real text. Chinese mojibake needs other rules: UTF-8 read as GBK consists of Chinese characters, but of
ones that are rare in Chinese text.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from functools import cache

from corpora.text.chinese import usual_characters
from corpora.text.scripts import HAN, HANGUL
from tm.checks.checked_unit import Check, CheckedSide, CheckedUnit
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions

__all__ = ["CHECKS"]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_INVISIBLE = re.compile(r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_REPLACED = re.compile(r"\ufffd+")
_MARKS = re.compile(r"[?？]{3,}")
_LOST = re.compile(r"[A-Za-z]\?[a-z]|\?[A-Za-z]+\?(?![?])|(?<=[a-z] )\?(?=[A-Za-z]+ )")
_MARK = re.compile(r"\?+")
_WORDS = re.compile(f"[a-z]{{2}} [a-z]{{2}}|[{HAN}]{{2}}")
_BEYOND = re.compile(r"[\u0080-\u04ff\u2010-\u2122\u2500-\u25ff]")
_MARKS_ONLY = re.compile(r"[\u2010-\u2027\u3000-\u3011\uff01-\uff0f\uff1a-\uff1f]+")
#: Scripts of neither Chinese nor English.
_STRAY = re.compile(rf"[\uff61-\uff9f{HANGUL}\u3105-\u312f]{{2,}}")
#: A single Chinese character, and a Chinese character or sign directly after a Latin letter.
_ALONE = re.compile(f"(?<![{HAN}])[{HAN}](?![{HAN}])")
_STUCK = re.compile(
    rf"(?<=[A-Za-z])(?:[{HAN}]|[\u00a1\u00a4\u00a6-\u00a8\u00aa-\u00ad\u00af\u00b4-\u00b6\u00b8\u00ba-\u00bf])"
)
_GBK_AS_LATIN = re.compile(r"(?<![A-Za-z])(?<![\u00a1-\u00fe]{3})(?:[\u00a1-\u00fe]{2})+(?![A-Za-z\u0080-\u00ff])")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{2,6}|#x[0-9A-Fa-f]{2,5});")
_ESCAPE = re.compile(r"(?:\\u[0-9A-Fa-f]{4}){2,}|(?:=[0-9A-F]{2}){4,}")
_RUN = re.compile(r"[^\x00-\x7f]+")
#: Wrong encodings for reading, and the encoding that a text was written in. Valid UTF-8 is rarely a coincidence.
_READINGS = (
    *(
        (read, "utf-8")
        for read in ("gb18030", "big5", "cp437", "cp850", "mac_roman", "cp1251", "koi8_r", "euc_kr", "cp932")
    ),
    *((read, "gb18030") for read in ("latin_1", "cp1252", "cp437", "mac_roman", "big5", "cp932", "euc_kr")),
    ("gb18030", "big5"),
)
_TELLING = 3  # decoded characters from which another double-byte encoding is not a coincidence
_BAD = 4  # `ftfy` badness that correct text does not reach
_HAN = re.compile(f"[{HAN}]")
_HIGH = re.compile(r"[^\x00-\x7f]")


def _both(pair: CheckedUnit) -> Iterator[tuple[CheckedSide, CheckedSide, bool]]:
    yield pair.source, pair.target, True
    yield pair.target, pair.source, False


def _spans(span: Span, is_source: bool) -> tuple[Span | None, Span | None]:
    return (span, None) if is_source else (None, span)


def _control(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    findings: list[Finding] = []
    for side, other, is_source in _both(pair):
        if side.text.isprintable():
            continue
        for pattern, severity, what in (
            (_CONTROL, Severity.ERROR, "control character"),
            (_PRIVATE, Severity.WARNING, "private-use character"),
            (_INVISIBLE, Severity.WARNING, "invisible character"),
        ):
            match = pattern.search(side.text)
            # Characters on both sides are intended: a joiner in an emoji, an escape in a manual.
            if match and match[0] not in other.text:
                name = f"{what} U+{ord(match[0]):04X} in the {'source' if is_source else 'target'}"
                findings.append(pair.finding("control-characters", severity, name, *_spans(match.span(), is_source)))
    return findings


def _encoding(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    findings: list[Finding] = []
    for side, other, is_source in _both(pair):
        if side.is_empty:
            continue
        fault = _fault(side.text, other.text, side.base)
        if fault is not None:
            severity, message, span = fault
            where = "source" if is_source else "target"
            findings.append(pair.finding("encoding", severity, f"{message} in the {where}", *_spans(span, is_source)))
    return findings


def _fault(text: str, other: str, language: str) -> tuple[Severity, str, Span] | None:
    if "\ufffd" in text and "\ufffd" not in other:
        return Severity.ERROR, "lost characters (U+FFFD)", _first(_REPLACED, text)
    if "?" in text or "？" in text:
        match = _MARKS.search(text)
        if match and not _MARKS.search(other):
            severity = Severity.ERROR if len(match[0]) > 3 or text.count("?") > 5 else Severity.WARNING
            return severity, "question marks instead of characters", match.span()
        if language == "zh" and "?" in text and "?" not in other and not _HAN.search(text) and _WORDS.search(other):
            return Severity.ERROR, "question marks instead of Chinese", _first(_MARK, text)
        match = _LOST.search(text)
        if (
            match
            and match[0] not in other
            and "://" not in text
            and "`" not in text
            and other.count("?") < text.count("?")
        ):
            return Severity.WARNING, "a question mark instead of a character", match.span()
    if "\\u" in text or "=" in text:
        match = _ESCAPE.search(text)
        if match and match[0] not in other:
            return Severity.ERROR, "escape sequences instead of characters", match.span()
    if "&" in text:
        match = _ENTITY.search(text)
        if match and match[0] not in other:
            return Severity.WARNING, f"the unresolved entity {match[0]}", match.span()
    if text.isascii() or (language in ("zh", "en") and _ordinary(language).issuperset(text)):
        return None
    return _mojibake(text, other, language)


@cache
def _ordinary(language: str) -> frozenset[str]:
    """Characters of which any text in ``language`` may consist."""
    marks = "“”‘’—–…·" if language == "en" else "，。、；：？！“”‘’（）《》【】「」『』…—–·％"
    return (
        frozenset(map(chr, range(128))) | frozenset(marks) | (usual_characters() if language == "zh" else frozenset())
    )


def _first(pattern: re.Pattern[str], text: str) -> Span:
    match = pattern.search(text)
    return match.span() if match else (0, len(text))


def _mojibake(text: str, other: str, language: str) -> tuple[Severity, str, Span] | None:
    if _BEYOND.search(text):
        if _HIGH.search(text) or language not in ("ru", "el", "uk", "bg"):
            from ftfy import fix_encoding
            from ftfy.badness import badness

            bad = badness(text)
            # A single bad sequence may be quoted; then it is on both sides or cannot be repaired.
            if bad and bad > badness(other) and (bad >= _BAD or fix_encoding(text) != text):
                return Severity.ERROR, "UTF-8 that was read in another encoding", _first(_BEYOND, text)
        match = _GBK_AS_LATIN.search(text)
        if match and match[0] not in other and (len(match[0]) >= 4 or language == "zh") and _is_chinese(match[0]):
            return Severity.ERROR, "Chinese that was read in a Western encoding", match.span()
    han = _HAN.findall(text)
    if han and language == "zh" and not usual_characters().issuperset(han):
        rare = [sign for sign in han if sign not in usual_characters()]
        if (len(han) >= 4 and len(rare) > 0.3 * len(han) and _decodes(text)) or _is_utf8(text):
            return Severity.ERROR, "UTF-8 that was read as GBK", (text.index(rare[0]), len(text))
        if len(han) >= 6 and len(rare) > 0.5 * len(han):
            return Severity.WARNING, "mostly characters that are rare in Chinese", (text.index(rare[0]), len(text))
    span = _garbled(text, language)
    if span is not None and text[slice(*span)] not in other:
        return Severity.ERROR, "garbled characters", span
    stray = _stray(text, other, language) if language in ("zh", "en") else None
    return None if stray is None else (Severity.WARNING, f"{text[slice(*stray)]} is unexpected", stray)


def _stray(text: str, other: str, language: str) -> Span | None:
    """Characters that do not occur in the language nor on the other side."""
    for pattern in (_STRAY, _STUCK, _ALONE) if language == "en" else (_STRAY,):
        for match in pattern.finditer(text):
            if match[0] not in other and (pattern is not _ALONE or match[0] not in usual_characters()):
                return match.span()
    return None


def _garbled(text: str, language: str) -> Span | None:
    """A span of unusual characters that becomes normal text when decoded with the right encoding."""
    fine = _fine()
    for match in _RUN.finditer(text):
        if fine.issuperset(match[0]):
            continue
        odd = sum(sign not in fine for sign in match[0])
        if any(_is_normal_decoded(match[0], odd, read, wrote, language) for read, wrote in _READINGS):
            return match.span()
    return None


def _is_normal_decoded(run: str, odd: int, read: str, wrote: str, language: str) -> bool:
    try:
        # The last character may be incomplete.
        found = getincrementaldecoder(wrote)().decode(run.encode(read))
    except UnicodeError:
        return False
    if not found or not _fine().issuperset(found):
        return False
    if wrote == "utf-8":
        return not found.isascii()
    if _MARKS_ONLY.fullmatch(found):  # “ ” ’ and similar marks in Latin text
        return not _HAN.search(run)
    return language == "zh" and len(found) >= _TELLING and 4 * odd >= len(run) and odd > 1


@cache
def _fine() -> frozenset[str]:
    """The characters of normal text: ASCII, Western letters, punctuation of both widths, common Chinese characters."""
    ranges = (
        (0x0000, 0x007F),
        (0x00C0, 0x024F),
        (0x2010, 0x2027),
        (0x2030, 0x205E),
        (0x3000, 0x303F),
        (0xFF01, 0xFF5E),
    )
    return (
        usual_characters()
        | frozenset(chr(code) for first, last in ranges for code in range(first, last + 1))
        | set("·×÷°±§©®™")
    )


def _is_chinese(latin: str) -> bool:
    try:
        han = latin.encode("latin-1").decode("gb2312")
    except UnicodeDecodeError:
        return False
    return sum(sign in usual_characters() for sign in han) > 0.6 * len(han)


def _is_utf8(text: str) -> bool:
    """True where ``text`` encoded as GBK is valid UTF-8 with Chinese characters, which is never a coincidence."""
    try:
        return _HAN.search(text.encode("gb18030").decode("utf-8")) is not None
    except UnicodeError:
        return False


def _decodes(text: str) -> bool:
    """True where encoding ``text`` as GBK and decoding it as UTF-8 gives common Chinese characters."""
    read = text.encode("gb18030", "ignore").decode("utf-8", "ignore")
    han = _HAN.findall(read)
    return len(han) >= 2 and sum(sign in usual_characters() for sign in han) > 0.6 * len(han)


CHECKS = (
    Check("encoding", Severity.ERROR, "text damaged by a wrong encoding", _encoding),
    Check("control-characters", Severity.ERROR, "control, private-use and invisible characters", _control),
)
