"""Sides that begin or end in the middle of a word or phrase: text that was truncated.

None of the signs proves it, but each is rare in a complete text: a last word that needs a following one ("the",
"and", 和, 把), a last word that occurs in the file only as the beginning of longer words, and a first character that
closes something. Other checks report texts that are too short or lack an end mark.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

from tm.checks.checked_unit import Check, CheckedFile, CheckedSide
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions
from tm.checks.spelling import common_words

__all__ = ["CHECKS"]

#: English words that cannot end a text.
_NOT_LAST = frozenset("a an the and or of nor than whose every because although if its their your our".split())
#: These can end a heading ("logging in"), but not where the other side ends a sentence.
_RARELY_LAST = frozenset(
    "to for from with by at as in on into that which is are was were be been has have had can could should would may "
    "must will shall when where while between under this these those not also only".split()
)
_ZH_NOT_LAST = "和与或及把被将并而在从其由且若因"
#: Complete words that end with one of these characters: 总和, 参与.
_ZH_WHOLE = re.compile(
    r"(?:[饱温总调暖缓]和|[参给赠赋]与|[涉普顾危触]及|[存内外潜现所自]在|[极尤]其|[自理缘事]由|[合兼吞归一]并|[然反从进]而|[起原诱病]因|[否即]将)\Z"
)
_ZH_WITHIN = "的了着们吗呢吧"
_ZH_WHOLE_START = ("的确", "的士", "了解", "了结", "着手", "着重", "着陆", "着色", "着装", "着眼", "着力")
_END_MARK = re.compile(r"[。．.!！?？:：;；…,，、]\W{0,99}\Z")
_LAST_WORD = re.compile(r"(?<=[\s(“\"'])([A-Za-z]+)\s*\Z")
_CLOSED_FIRST = re.compile(r"\s*(?:[，。、；：！？）」』》”’】〉]|[,;!?)\]}](?=\s|\w)|-(?=[a-z]{2}))")
_GOES_ON_LIST = re.compile(r"[；;，,、]\s*\Z")
_LABEL = 24.0  # letters: a shorter text may end in any word
_WORD = re.compile(r"[A-Za-z]+")
#: Short forms that are words of their own.
_SHORT_FORMS = frozenset(
    "repo app info config admin dev doc docs dir lib max min spec temp demo param args sync".split()
)
_INFLECTED = frozenset("s es ed d ing er ers r rs ly al ally y ion ions ment n or ors able ably ness".split())


#: What ties a text to the next one, by its kind: the items of a list end in "; and" in both languages.
_GOES_ON = {
    kind: re.compile(rf"(?:\b(?:{english})|{chinese})\W*\Z", re.IGNORECASE)
    for kind, english, chinese in (
        ("conjunction", "and|or|and/or|but|nor|yet", "以及|及其?|和（或）|和/或|和|或者?|并且?|而且?|但是?|且"),
        ("preposition", "from|to|by|with|for|of|in|at|on|into|than|between", "从|由|自|向|对|到|至|与|被|在|比"),
        ("condition", "if|when|where|unless|because|although|while|that", "如果?|若|当|除非|因为?|虽然"),
    )
}


def _goes_on(text: str) -> str:
    """How a text leads on to the next one, "" where it does not, or ends in a full stop."""
    end = text.rstrip()[-14:]
    if not end or end[-1] in "。.!！?？":
        return ""
    return next((kind for kind, pattern in _GOES_ON.items() if pattern.search(end)), "")


class _Words:
    """The English words of one side of a file."""

    def __init__(self, sides: Sequence[CheckedSide]) -> None:
        self._sides = sides

    @cached_property
    def _known(self) -> list[str]:
        """All words except last words without an end mark, which may be truncated themselves; sorted."""
        found: set[str] = set()
        for side in self._sides:
            if side.base == "en":
                words = _WORD.findall(side.content.lower())
                found.update(words if _END_MARK.search(side.text) else words[:-1])
        return sorted(found)

    def is_half(self, word: str) -> bool:
        """True where ``word`` occurs in the file only as the beginning of longer words other than its own forms."""
        known = self._known
        place = bisect_left(known, word)
        if place < len(known) and known[place] == word:
            return False
        found = False
        while place < len(known) and known[place].startswith(word):
            if known[place][len(word) :] in _INFLECTED:
                return False
            found = True
            place += 1
        return found


def _cut_off(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    sources, targets = [pair.source for pair in batch.pairs], [pair.target for pair in batch.pairs]
    findings: list[Finding] = []
    for name, sides, others in (("source", sources, targets), ("target", targets, sources)):
        words = _Words(sides)
        for pair, side, other in zip(batch.pairs, sides, others, strict=True):
            if pair.is_half:
                continue
            faults = list(_faults(side, other, words))
            if faults and _goes_on(pair.source.text) == _goes_on(pair.target.text) != "":
                continue
            for span, message in faults:
                spans = (span, None) if name == "source" else (None, span)
                findings.append(pair.finding("cut-off", Severity.WARNING, f"the {name} {message}", *spans))
    return findings


def _faults(side: CheckedSide, other: CheckedSide, words: _Words) -> Iterator[tuple[Span, str]]:
    text = side.text
    if not text[0].isalnum() and _CLOSED_FIRST.match(text) and not _CLOSED_FIRST.match(other.text):
        yield (0, len(text) - len(text.lstrip()) + 1), "begins with a mark that closes something before it"
    if side.base == "en":
        yield from _english(side, other, words)
    elif side.base == "zh" and side.han:
        yield from _chinese(side.text)


def _english(side: CheckedSide, other: CheckedSide, words: _Words) -> Iterator[tuple[Span, str]]:
    match = _LAST_WORD.search(side.text, max(0, len(side.text) - 40))
    if match is None:
        return
    word = match[1]
    if word in ("and", "or") and _GOES_ON_LIST.search(other.text):
        return
    if word in _NOT_LAST or (word in _RARELY_LAST and _END_MARK.search(other.text)):
        yield match.span(1), f"ends after {word!r}"
    elif (
        word.islower()
        and len(word) > 1
        and side.size >= _LABEL
        and word not in other.text
        and word not in common_words()
        and word not in _SHORT_FORMS
        and words.is_half(word)
    ):
        yield match.span(1), f"ends within a word: {word!r}"


def _chinese(text: str) -> Iterator[tuple[Span, str]]:
    end = len(text.rstrip())
    start = len(text) - len(text.lstrip())
    if end - start < 4:
        return
    if text[end - 1] in _ZH_NOT_LAST and not _ZH_WHOLE.search(text[:end]):
        yield (end - 1, end), f"ends after {text[end - 1]}"
    if text[start] in _ZH_WITHIN and not text.startswith(_ZH_WHOLE_START, start):
        yield (start, start + 1), f"begins with {text[start]}"


CHECKS = (
    Check("cut-off", Severity.WARNING, "a side that breaks off or begins within a word or phrase", None, _cut_off),
)
