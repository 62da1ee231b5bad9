"""Repair text that was decoded in the wrong encoding and saved again: "ÖÐ»ª" for 中华 (GBK), "ä¸­å›½" for 中国 (UTF-8).

Such a file is valid UTF-8, so its bytes show nothing. Its text does: it becomes ordinary Chinese if it is encoded and
decoded again, and it has characters that are rare in any language. What is garbled but cannot be repaired must not be
aligned as it is.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from corpora.text.chinese import usual_characters
from corpora.text.scripts import HAN, HANGUL

__all__ = ["Repair", "repair"]

#: The encoding in which a text was read, and the one in which it had been written, the usual ones first.
_READINGS = (
    ("latin-1", "utf-8"),
    ("sloppy-windows-1252", "utf-8"),
    ("latin-1", "gb18030"),
    ("sloppy-windows-1252", "gb18030"),
    ("latin-1", "big5hkscs"),
    ("sloppy-windows-1252", "big5hkscs"),
    ("gb18030", "utf-8"),
    ("gb18030", "big5hkscs"),
    ("big5hkscs", "utf-8"),
    ("big5hkscs", "gb18030"),
    ("cp437", "gb18030"),
    ("cp437", "utf-8"),
    ("cp1251", "utf-8"),
    ("cp932", "gb18030"),
    ("euc_kr", "gb18030"),
)
_HAN = re.compile(f"[{HAN}]")
_HIGH = re.compile(r"[^\x00-\x7f]")
_RUN = re.compile(r"([A-Za-z]?)[^\x00-\x7f]+([A-Za-z]?)")
_LETTER = re.compile(r"[^\W\d_]")
#: Pairs of letters and signs beyond ASCII, as Chinese in two bytes becomes, and broken UTF-8 that went through GBK.
_PAIRS = re.compile(r"(?<![A-Za-z])[\u0080-\u00ff\u0152-\u0178\u02c6\u2013-\u2122]{4,}")
_LOST = re.compile("锟斤拷|烫烫烫|屯屯屯")
#: Lines that draw boxes, half-width kana, and Korean syllables next to Chinese characters, which no prose has often.
_FOREIGN = re.compile(rf"[\u2500-\u259f\uff61-\uff9f]|[{HANGUL}](?=[{HAN}])|(?<=[{HAN}])[{HANGUL}]")
_UNMAPPED = re.compile("[\ufffd\ue000-\uf8ff]")
_SAMPLE = 20_000  # characters that are examined
_LEAST = 6  # characters beyond ASCII, from which anything can be said
_GARBLED = 0.3  # share of the characters beyond ASCII that look garbled, in a garbled text
_USUAL = 0.85  # share of the Chinese characters of a repaired text that are common
_SURE = 40  # Chinese characters, most of them rare, that are garbled although they cannot be repaired
_RARE = 0.3  # share that is rare in Chinese that was read in another Chinese encoding
_ENOUGH = 0.5  # share of the lines beyond ASCII that must be repaired
_FEW = 4  # ASCII letters for each character beyond ASCII, from which the latter are examples in a text
_ENGLISH = 3  # places that must be repaired in a text that is not Chinese


@dataclass(frozen=True, slots=True)
class Repair:
    """The repaired text, and in which encoding it had been read instead of which; both "" where it is garbled for good.

    ``text`` is None for a text that is not garbled.
    """

    text: str | None
    read: str = ""
    written: str = ""


def repair(text: str) -> Repair:
    """Examine ``text`` and repair it if it was decoded in the wrong encoding."""
    import ftfy.bad_codecs  # noqa: F401  # registers the sloppy codecs

    sample = text[:_SAMPLE]
    high = _HIGH.findall(sample)
    if len(high) < _LEAST:
        return Repair(None)
    if not _looks_garbled(sample, len(high)):
        return _western(text)
    for read, written in _READINGS:
        again = _by_lines(sample, partial(_again, read=read, written=written))
        if again is not None and _is_chinese(again):
            whole = _by_lines(text, partial(_again, read=read, written=written))
            return Repair(whole or again, "windows-1252" if "windows" in read else read, written)
    western = _western(text)
    return western if western.text is not None or not _is_lost(sample) else Repair("")


def _looks_garbled(sample: str, high: int) -> bool:
    """Whether a text has many characters that no language has together."""
    if _LOST.search(sample):
        return True
    if len(_FOREIGN.findall(sample)) >= _GARBLED * high:
        return True
    latin = sum(len(match[0]) for match in _PAIRS.finditer(sample) if not _is_words(match[0]))
    han = _HAN.findall(sample)
    rare = sum(char not in usual_characters() for char in han)
    return latin >= _GARBLED * high or (len(han) >= _LEAST and rare > _RARE * len(han))


def _is_lost(sample: str) -> bool:
    """Whether a text that could not be repaired is garbled all the same, and not one about rare characters."""
    han = _HAN.findall(sample)
    rare = sum(char not in usual_characters() for char in han)
    return bool(_LOST.search(sample) or _UNMAPPED.search(sample)) or not han or 2 * rare > len(han) >= _SURE


def _is_words(run: str) -> bool:
    """Whether a run beyond ASCII is a word or punctuation of a language: letters in one case, or dashes and quotes."""
    return not any(_LETTER.match(char) for char in run) or (run.isalpha() and (run.islower() or run.isupper()))


def _by_lines(text: str, again: Callable[[str], str | None]) -> str | None:
    """``text`` with each line decoded again where that is possible; None where it rarely is."""
    lines = text.split("\n")
    found = [again(line) if _HIGH.search(line) else line for line in lines]
    high = sum(bool(_HIGH.search(line)) for line in lines)
    repaired = sum(one is not None and one != line for one, line in zip(found, lines, strict=True))
    if repaired < _ENOUGH * high:
        return None
    return "\n".join(line if one is None else one for one, line in zip(found, lines, strict=True))


def _again(line: str, read: str, written: str) -> str | None:
    try:
        return line.encode(read).decode(written)
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None


def _is_chinese(text: str) -> bool:
    han = _HAN.findall(text)
    return len(han) >= _LEAST // 2 and sum(char in usual_characters() for char in han) >= _USUAL * len(han)


def _western(text: str) -> Repair:
    """UTF-8 of an alphabet that was read as Windows-1252, as ftfy repairs it, where it happens again and again."""
    from ftfy import fix_encoding
    from ftfy.badness import badness

    if badness(text[:_SAMPLE]) < _ENGLISH:
        return Repair(None)
    fixed = "\n".join(fix_encoding(line) if _HIGH.search(line) else line for line in text.split("\n"))
    better = badness(text[:_SAMPLE]) - badness(fixed[:_SAMPLE]) >= _ENGLISH
    if fixed == text or not better or _is_on_purpose(text, fixed):
        return Repair(None)
    return Repair(fixed, "windows-1252", "utf-8")


def _is_on_purpose(text: str, fixed: str) -> bool:
    """Whether a text shows what garbled text looks like: most of it is right, or the garbled parts stand by themselves.

    A text that was decoded wrongly has no character beyond ASCII that is right.
    """
    old, new = (Counter(_HIGH.findall(one)) for one in (text, fixed))
    right, repaired = (old & new).total(), (new - old).total()
    runs = list(_RUN.finditer(text))
    apart = sum(match[1] == "" and match[2] == "" for match in runs)
    few = _FEW * old.total() < sum(char.isascii() and char.isalpha() for char in text)
    return right >= repaired or (few and 2 * apart > len(runs))
