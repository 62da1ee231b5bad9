"""Split the text of a block into sentences, as spans, losing nothing.

A boundary is a run of sentence-ending marks with what closes behind it (quotes, brackets, a footnote
mark), unless something around it says otherwise: an abbreviation, an initial, a list number, a decimal, a
word that continues in lower case, a quotation inside a clause (他只说了一句“好！”就走了), or the clause that
names the speaker ("Why?" Wang asked). Ellipses end a sentence only where the next one visibly begins. Whether a
straight quotation mark opens or closes is read from the blanks around it, or by counting.
What is not a boundary is decided by small rules over language data; no model is needed, and the spans
cover the text except for the blanks between them.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from corpora.text.languages import base, is_spaced
from corpora.text.scripts import CJK, HAN

__all__ = ["spans_between", "split"]

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
_PAIRS = dict(zip("”’」』）)】》〉〕", "“‘「『（(【《〈〔", strict=True))
_NEAR = 100  # characters around a mark: more than an abbreviation, a list number or a few words have
_LINE = re.compile(r"[^\n]+")
_HAN = re.compile(f"[{HAN}]")
_WORD_BEFORE = re.compile(rf"(?<![^\s(\[“‘\"'{CJK}])[^\s(\[“‘\"'{CJK}]++$")
_LIST_NUMBER = re.compile(r"^\s*(?:[(（]?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxlcIVXLC]{1,6})[)）]?|\*|•)\.?$")
_INITIAL = re.compile(r"^(?:[A-Z]|(?:[A-Za-z]\.)+[A-Za-z])$")
_LOWER_NEXT = re.compile(rf"(?!\([a-z]{{1,4}}\))[{re.escape(_OPENERS)}\"']*[a-zà-ÿ]")
_FIRST_WORDS = re.compile(r"(?:[\w’'-]+\s+){0,4}?([a-z]+)\b")
#: Abbreviations that a full stop belongs to, whatever follows; without their stop, lower case.
_ABBREVIATIONS = {
    "en": frozenset("approx assn cf ch e.g eg esp i.e ie incl messrs mr mrs ms resp viz vs".split()),
    "de": frozenset(
        "abs abschn art bd bspw bzw ca d.h dr evtl ggf hrsg inkl nr prof s sog str u.a usw vgl z.b".split()
    ),
    "fr": frozenset("al art av cf chap dr ex fig m mlle mm mme no p par pp prof réf st ste vol".split()),
    "es": frozenset("art arts cap dr dra ej fig lic no núm p pág pp prof sr sra sres vol".split()),
}
#: Titles and parts of names: in English they are abbreviations where they have a capital and a name follows.
_BEFORE_NAMES = frozenset(
    "adm amb bros brig capt cdr cmdr col dr fr ft gen gov hon lt maj mt mts pres prof pt pte pvt rep rev sen sgt sr st "
    "sta ste supt univ dept inst".split()
)
#: Words that are abbreviations where a number follows, or a letter that stands for one.
_BEFORE_NUMBERS = frozenset(
    "alg amend ann app appx art arts bk c ca chap circ cl cls col cols def doc docs eq eqn eqns eqs ex exh exp ext fig "
    "figs fn fol gr lem lit ln max min mod op p par para paras pg pl pls pos pp prob prop pt pts ref refs reg regs res "
    "rm rt rte rule sch schd sec sect secs sects ser sess st stat subsec supp tab tabs tbl thm tit vol vols".split()
)
#: These take a full stop too, but may well end a sentence: they do so where a capital follows, or, for those in
#: `_BEFORE_CAPITALS` and abbreviations of several capitals (U.S.), where a word follows that often begins sentences.
_MAY_END = frozenset("etc a.m p.m".split())
_BEFORE_CAPITALS = frozenset("al co corp inc jr ltd plc sr u.s u.n u.k e.u d.c ph.d ave blvd rd sq ed eds".split())
_ACRONYM = re.compile(r"^(?:[A-Z][a-z]?\.)+[A-Z]$")
_STARTERS = frozenset(
    "a after all also although among an and another any as at because before both but by can did do does during each "
    "either every few finally first for four from furthermore had has have he her here his how however i if in indeed "
    "instead it its last later many meanwhile moreover most much my neither nevertheless next no nobody none nor not "
    "nothing now of often on once one only or other others our please several she should since so some sometimes soon "
    "still such that the their then there therefore these they this those though three through thus to today together "
    "too two under unless until was we were what when where whereas whether which while who whoever whose why will "
    "with within without yet you your".split()
)
#: Family names that are spelled as one of the words above, behind an initial.
_NAMES = frozenset("a an he her i my no she so to will you".split())
_TIMES = re.compile(
    r"(?:Mon|Tues?|Wednes|Wed|Thurs?|Fri|Satur|Sat|Sun)(?:day)?\b|[A-Z]{1,3}T\b|UTC|"
    r"(?:January|February|March|April|June|July|August|September|October|November|December|Eastern|Central|Pacific|"
    r"Mountain|Greenwich|Beijing|London|Local|Standard)\b"
)
_VALUE = re.compile(r"[(\[“\"‘']*(?:\d|§|[IVXLC]+(?![A-Za-z])|[A-Z]\d*(?![A-Za-z]))")
#: A letter behind one of these is a name of its own: "see Appendix B."
_LABELLED = re.compile(
    r"\S\s+(?:annex|appendix|block|category|class|column|exhibit|figure|form|grade|group|hall|level|line|list|model|"
    r"option|part|plan|platform|point|room|schedule|section|sheet|step|table|team|type|unit|vitamin|zone)\s+$",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[\"']")
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])'(?=[A-Za-z])")
_QUOTED_BEFORE, _QUOTED_BEHIND = "([{“‘「『（《【", ",.;:!?)]}”’」』）》】，。；：！？、"
_CAPITAL = re.compile(r"[“\"‘'(\[«]*[A-ZÀ-Þ]")
_NEXT_WORD = re.compile(r"[“\"‘'(\[«]*([A-Za-zÀ-ÿ]+)")
_MONTHS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())
#: German writes ordinal numbers with a full stop: "am 15. März", "die 3. Sitzung", "im XX. Jahrhundert".
_ORDINAL = re.compile(r"(?:\d{1,3}|[IVXLC]+)")
_GERMAN_MONTHS = frozenset(
    "januar jänner februar feber märz april mai juni juli august september oktober november dezember".split()
    + "jan jän feb mär mrz apr jun jul aug sep sept okt nov dez".split()
)
#: What comes before an ordinal number and its noun; prepositions without an article come before other numbers too.
_GERMAN_DETERMINERS = frozenset(
    "der die das den dem des dies diese dieser dieses diesem diesen jede jeder jedes jedem jeden am ans beim im ins "
    "vom zum zur ihr ihre ihrem ihren ihrer ihres sein seine seinem seinen seiner seines unser unsere unserem unseren "
    "unserer unseres mein meine meinem meinen meiner meines ein einem einen eine einer eines".split()
)
#: Between two ordinal numbers: "die 3. und 4. Sitzung".
_GERMAN_LINKS = frozenset("und oder sowie bis".split())
#: What begins a sentence rather than names a thing.
_GERMAN_STARTERS = frozenset(
    "aber alle allerdings als also am an andere auch auf aus bei beide bis bisher da dabei dadurch dafür dagegen "
    "daher damals damit danach dann daran darauf darin darum das dass davon davor dazu den denn dennoch der deren "
    "des deshalb dessen die dies diese dieser dieses doch dort du durch ein eine einem einen einer eines er erst "
    "es etwa falls für gegen hier hierbei hierzu hinter ich ihr ihre im in indem innerhalb insbesondere ist jede "
    "jeder jedes jedoch jetzt kein keine man mehr mein mit nach nachdem nicht noch nun nur ob oder ohne "
    "schließlich sein seine seit sie so sobald sofern solche sollte somit sowohl trotz über um und uns unser "
    "unter viele vom von vor während wann war warum was weder wegen weil welche wenn wer werden wie wir wird wo "
    "wobei zu zudem zum zunächst zur zwar zwischen".split()
)
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
    return [
        (line.start() + start, line.start() + end)
        for line in _LINE.finditer(text)
        for start, end in spans_between(line[0], _boundaries(line[0], language))
    ]


def spans_between(text: str, cuts: Sequence[int]) -> list[tuple[int, int]]:
    """The spans of ``text`` between the offsets ``cuts``, in order, without the blanks around them; none is empty.

    >>> spans_between("One.  Two. ", [4])
    [(0, 4), (6, 10)]
    """
    spans, start = [], 0
    for end in [*cuts, len(text)]:
        piece = text[start:end]
        if piece.strip():
            left = start + len(piece) - len(piece.lstrip())
            spans.append((left, left + len(piece.strip())))
        start = end
    return spans


def _boundaries(line: str, language: str) -> list[int]:
    """The offsets in ``line`` behind which a new sentence begins."""
    found: list[int] = []
    opening = _opening_quotes(line)
    for match in _END.finditer(line):
        end = _end(match, opening)
        if end.at < len(line) and _is_boundary(line, match, end, found[-1] if found else 0, language):
            found.append(end.at)
    return found


@dataclass(frozen=True, slots=True)
class _SentenceEnd:
    """Where a sentence may end: behind its mark, what closes behind it (``close``) and the blanks behind that."""

    at: int
    closed: int
    close: str
    gap: str
    opened: Sequence[int]  # the straight quotation marks of the line that open


def _end(match: re.Match[str], opening: Sequence[int]) -> _SentenceEnd:
    """The end at a mark. A straight quotation mark that opens belongs to the next sentence."""
    start, end = match.span("close")
    first = bisect_left(opening, start)
    if first < len(opening) and opening[first] < end:
        end = opening[first]
        close = match.string[start:end]
        gap = close[len(close.rstrip()) :] or " "
        return _SentenceEnd(end, start + len(close.rstrip()), close.strip(), gap, opening)
    at = match.end() if match["gap"] else match.end("note")
    return _SentenceEnd(at, end, match["close"].strip(), match["gap"], opening)


def _opening_quotes(line: str) -> list[int]:
    """The places of the straight quotation marks that open, in order.

    One with a blank before it and none behind it opens, one with a blank behind it and none before it closes; one
    between two characters, as Chinese text has them, closes where one is open.
    """
    found: list[int] = []
    is_open = {'"': False, "'": False}
    for match in _QUOTE.finditer(line):
        at, mark = match.start(), match[0]
        if mark == "'" and _APOSTROPHE.match(line, at):
            continue
        before = at == 0 or line[at - 1].isspace() or line[at - 1] in _QUOTED_BEFORE
        behind = at + 1 == len(line) or line[at + 1].isspace() or line[at + 1] in _QUOTED_BEHIND
        opens = before if before != behind else not is_open[mark]
        is_open[mark] = opens
        if opens:
            found.append(at)
    return found


def _is_boundary(line: str, match: re.Match[str], end: _SentenceEnd, start: int, language: str) -> bool:
    mark, close, gap = match["mark"], end.close, end.gap
    # Only what is near a mark decides, so that the time stays linear in the length of a sentence.
    before = line[max(start, match.start() - _NEAR) : match.start()]
    after = line[end.at : end.at + _NEAR]
    if after[:1] in "，,；;：:、）)。！？!?" or (not gap and after[:1] in _CLOSERS):
        return False
    if mark[0] in "—–":
        return after[:1] in _OPENERS + "\"'"
    if len(mark) > 1 and mark[0] in "….":
        if is_spaced(language):
            return bool(gap) and not _LOWER_NEXT.match(after) and bool(before.strip())
        return bool(close) and not _is_embedded(line, start, end) and not _LOWER_NEXT.match(after)
    if mark == ".":
        return _stop_ends(before, gap, after, language)
    if is_spaced(language):
        if mark[0] in "!?" and not gap and not _HAN.match(after):
            return False
        return not (close and _names_speaker(after)) and not (mark[0] in "!?" and _LOWER_NEXT.match(after))
    if mark[0] in "!?" and not _HAN.search(before[-4:]) and not close and not gap:
        return False  # a mark inside a URL or a piece of code
    return not (mark[0] in "!?" and _LOWER_NEXT.match(after)) and not (close and _is_embedded(line, start, end))


def _stop_ends(before: str, gap: str, after: str, language: str) -> bool:
    if not gap:
        return bool(_HAN.search(before[-1:])) and bool(_HAN.match(after))
    if _LIST_NUMBER.match(before) or _LOWER_NEXT.match(after):
        return False
    found = _WORD_BEFORE.search(before)
    word = found[0].strip(_CLOSERS) if found else ""
    if base(language) == "de" and _is_german_ordinal(before, word, after):
        return False
    if len(word) == 1 and _LABELLED.search(before[: -len(found[0])] if found else ""):
        return True
    return not (word and _is_abbreviation(word, after, language))


def _is_german_ordinal(before: str, word: str, after: str) -> bool:
    """Whether the stop makes an ordinal number of ``word``: a month follows, or a noun does, and an article or another
    ordinal number comes before."""
    if not _ORDINAL.fullmatch(word):
        return False
    match = _NEXT_WORD.match(after)
    following = match[1].lower() if match else ""
    if word.isdecimal() and following in _GERMAN_MONTHS:
        return True
    if not following or following in _GERMAN_STARTERS:
        return False
    earlier, previous = ["", "", *before[: -len(word)].split()][-2:]
    if previous in _GERMAN_LINKS:  # an ordinal number before it has its own stop: none in "Artikel 3 und 4. Staaten …"
        return earlier.endswith(".") and bool(_ORDINAL.fullmatch(earlier[:-1]))
    return previous.lower().lstrip(_OPENERS + "„\"'") in _GERMAN_DETERMINERS


def _is_abbreviation(word: str, after: str, language: str) -> bool:
    """Whether the stop behind ``word`` belongs to it and ends no sentence; ``after`` does not begin in lower case."""
    lower = word.lower()
    if lower in _MAY_END:
        return not _CAPITAL.match(after) or (lower != "etc" and bool(_TIMES.match(after)))
    if lower in _ABBREVIATIONS.get(base(language), _ABBREVIATIONS["en"]):
        return True
    match = _NEXT_WORD.match(after)
    following = match[1] if match else ""
    starts = following.lower() in (_GERMAN_STARTERS if base(language) == "de" else _STARTERS)
    if after[:1].isdecimal() and (lower in _MONTHS or lower in ("no", "nos")):
        return True
    if lower in _BEFORE_NUMBERS and _VALUE.match(after) and (not starts or (len(following) == 1 and word[0].isupper())):
        return True
    if lower in _BEFORE_NAMES and word[0].isupper() and _CAPITAL.match(after):
        return True
    if lower in _BEFORE_CAPITALS or _ACRONYM.match(word):
        return not starts
    if word == "I" or not _INITIAL.match(word):
        return False
    return not starts or following.lower() in _NAMES


def _names_speaker(after: str) -> bool:
    if after[:1] in _OPENERS + "\"'":
        return False
    words = _FIRST_WORDS.match(after)
    return bool(_LOWER_NEXT.match(after)) or bool(words and words[1] in _SPEECH)


def _is_embedded(line: str, start: int, end: _SentenceEnd) -> bool:
    """True where the quotation that closes there was opened inside a clause, not after a colon or at its head."""
    if end.close[-1] in "\"'":
        place = bisect_left(end.opened, end.closed - 1) - 1
        at = end.opened[place] if place >= 0 and end.opened[place] >= start else -1
    else:
        opener = _PAIRS.get(end.close[-1])
        at = line.rfind(opener, start, end.closed) if opener else -1
    while at > start and line[at - 1].isspace():
        at -= 1
    return at > start and line[at - 1] not in "：:，,。！？!?…—；;“‘「『"
