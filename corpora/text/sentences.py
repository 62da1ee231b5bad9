"""Split the text of a block into sentences, as spans, losing nothing.

A boundary is a run of sentence-ending marks with what closes behind it (quotes, brackets, a footnote
mark), unless something around it says otherwise: an abbreviation, an initial, a list number, a decimal, a
word that continues in lower case, a quotation inside a clause (他只说了一句“好！”就走了), or the clause that
names the speaker ("Why?" Wang asked). Ellipses end a sentence only where the next one visibly begins.
What is not a boundary is decided by small rules over language data; no model is needed, and the spans
cover the text except for the blanks between them.
"""

import re

from corpora.text.languages import base, is_spaced
from corpora.text.scripts import HAN

__all__ = ["split"]

_CLOSERS = "”’\"'」』）)]】》〉〕»›"
_OPENERS = "“‘「『（(【《〈〔«‹"
_END = re.compile(
    rf"""
    (?P<mark> [。！？｡]+[。！？｡!?…]*      # full-width marks end a sentence anywhere
            | [!?؟।]+[!?！？]*             # a question or an exclamation
            | …+ | \.(?:\ ?\.){{2,}}         # an ellipsis, its stops spaced or not
            | (?<![—–])[—–]++(?=[{re.escape(_CLOSERS)}])  # a speech that breaks off
            | \.                           # a full stop: the one that needs looking at
    )
    (?P<close> [{re.escape(_CLOSERS)}]* (?:\ (?:[”’」』]|['"](?=\s|$)))? )
    (?P<note> (?:\[\d{{1,3}}\]|[⁰¹²³⁴-⁹]+)? )
    (?P<gap> \s* )
    """,
    re.VERBOSE,
)
_NEAR = 100  # characters around a mark: more than an abbreviation, a list number or a few words have
_LINE = re.compile(r"[^\n]+")
_HAN = re.compile(f"[{HAN}]")
_WORD_BEFORE = re.compile(r"[^\s(\[“‘\"']+$")
_LIST_NUMBER = re.compile(r"^\s*(?:[(（]?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxlcIVXLC]{1,6})[)）]?|\*|•)\.?$")
_INITIAL = re.compile(r"^(?:[A-Z]|(?:[A-Za-z]\.)+[A-Za-z])$")
_LOWER_NEXT = re.compile(rf"(?!\([a-z]{{1,4}}\))[{re.escape(_OPENERS)}\"']*[a-zà-ÿ]")
_FIRST_WORDS = re.compile(r"(?:[\w’'-]+\s+){0,4}?([a-z]+)\b")
#: Abbreviations that a full stop belongs to, whatever follows; without their stop, lower case.
_ABBREVIATIONS = {
    "en": frozenset(
        "adm art arts assn ave bros capt cf ch chap cmdr co col corp cpl dept dr ed eds e.g eg et.al fig figs fn gen "
        "gov hon i.e inc jr lt ltd maj messrs mr mrs ms mt no nos op p para paras pp prof pt pvt ref rep rev sec sect "
        "sen sgt sr st supp vol vols viz vs".split()
    ),
    "de": frozenset(
        "abs abschn art bd bspw bzw ca d.h dr evtl ggf hrsg inkl nr prof s sog str u.a usw vgl z.b".split()
    ),
    "fr": frozenset("al art av cf chap dr ex fig m mlle mm mme no p par pp prof réf st ste vol".split()),
    "es": frozenset("art arts cap dr dra ej fig lic no núm p pág pp prof sr sra sres vol".split()),
}
#: These take a full stop too, but may well end a sentence: they do so where a capital follows.
_MAY_END = frozenset("etc inc ltd co corp jr sr a.m p.m u.s u.n u.k e.u d.c".split())
_MONTHS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())
#: Verbs that name the speaker, after a quotation that ends in a question or an exclamation.
_SPEECH = frozenset(
    "said says asked asks cried cries replied replies answered answers shouted whispered murmured muttered exclaimed "
    "called added continued inquired enquired demanded explained thought laughed smiled sighed screamed yelled "
    "remarked repeated retorted snapped".split()
)


def split(text: str, language: str) -> list[tuple[int, int]]:
    """Return the spans ``(start, end)`` of the sentences of ``text``, in order, without the blanks around them.

    ``language`` is a BCP 47 code; it decides which abbreviations are known and whether a boundary needs a
    blank after it. A line break is always a boundary. A text of blanks gives no span. Every character
    that is not blank is in exactly one span.
    """
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for boundary in [*_boundaries(line[0], language), len(line[0])]:
            end = line.start() + boundary
            piece = text[start:end]
            if piece.strip():
                left = start + len(piece) - len(piece.lstrip())
                spans.append((left, left + len(piece.strip())))
            start = end
    return spans


def _boundaries(line: str, language: str) -> list[int]:
    """The offsets in ``line`` behind which a new sentence begins."""
    found: list[int] = []
    for match in _END.finditer(line):
        if match.end() < len(line) and _is_boundary(line, match, found[-1] if found else 0, language):
            found.append(match.end("note") if not match["gap"] else match.end())
    return found


def _is_boundary(line: str, match: re.Match[str], start: int, language: str) -> bool:
    mark, close, gap = match["mark"], match["close"].strip(), match["gap"]
    # Only what is near a mark decides, so that the time stays linear in the length of a sentence.
    before = line[max(start, match.start() - _NEAR) : match.start()]
    after = line[match.end() : match.end() + _NEAR]
    closed = match.end("close")
    if after[:1] in "，,；;：:、）)。！？!?" or (not gap and after[:1] in _CLOSERS):
        return False
    if mark[0] in "—–":
        return after[:1] in _OPENERS + "\"'"
    if len(mark) > 1 and mark[0] in "….":
        if is_spaced(language):
            return bool(gap) and not _LOWER_NEXT.match(after) and bool(before.strip())
        return bool(close) and not _is_embedded(line, start, closed, close)
    if mark == ".":
        return _stop_ends(before, gap, after, language)
    if is_spaced(language):
        if mark[0] in "!?" and not gap and not _HAN.match(after):
            return False
        return not (close and _names_speaker(after)) and not (mark[0] in "!?" and _LOWER_NEXT.match(after))
    if mark[0] in "!?" and not _HAN.search(before[-4:]) and not close and not gap:
        return False  # a mark inside a URL or a piece of code
    return not (close and _is_embedded(line, start, closed, close))


def _stop_ends(before: str, gap: str, after: str, language: str) -> bool:
    if not gap:
        return bool(_HAN.search(before[-1:])) and bool(_HAN.match(after))
    if _LIST_NUMBER.match(before):
        return False
    found = _WORD_BEFORE.search(before)
    word = found[0].strip(_CLOSERS).lower() if found else ""
    if _LOWER_NEXT.match(after):
        return False
    if word in _MAY_END:
        return after[:1].isupper()
    if word in _ABBREVIATIONS.get(base(language), _ABBREVIATIONS["en"]) or (word in _MONTHS and after[:1].isdecimal()):
        return False
    return not (found and _INITIAL.match(found[0].strip(_CLOSERS)) and found[0] != "I")


def _names_speaker(after: str) -> bool:
    if after[:1] in _OPENERS + "\"'":
        return False
    words = _FIRST_WORDS.match(after)
    return bool(_LOWER_NEXT.match(after)) or bool(words and words[1] in _SPEECH)


def _is_embedded(line: str, start: int, end: int, close: str) -> bool:
    """True where the quotation that closes at ``end`` was opened inside a clause, not after a colon or at its head."""
    pairs = dict(zip("”’」』）)】》〉〕", "“‘「『（(【《〈〔", strict=True))
    opener = pairs.get(close[-1])
    at = line.rfind(opener, start, end) if opener else -1
    while at > start and line[at - 1].isspace():
        at -= 1
    return at > start and line[at - 1] not in "：:，,。！？!?…—；;“‘「『"
