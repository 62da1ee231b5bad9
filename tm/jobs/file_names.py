"""What the name of a file says about its partner in the folder of the other language.

Names differ in the mark of the language ("_zh", "(英文)", "cn-"), and are otherwise equal, similar, in another
language, or say nothing. The numbers in them (chapters, articles, years, dates) must not contradict each other.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

from corpora.text.numerals import from_han, from_roman
from corpora.text.scripts import HAN

__all__ = ["FileName", "read_name"]

#: Words of names that only say which language a file is in, or that it is a translation.
_MARKS = frozenset(
    "zh cn chs cht chi zho hans hant sc tc zhs zht en eng us gb uk english chinese fr fre fra french ru rus russian es "
    "spa spanish ar ara arabic de ger deu german ja jpn japanese ko kor korean c e source target src tgt translation "
    "translated trans original orig bilingual mandarin".split()
)
_HAN_MARKS = re.compile(
    "(?:简体|繁體|繁体)?(?:中文|汉语|漢語|华语|英文|英语|英語|法文|法语|俄文|俄语|西班牙文|阿拉伯文|德文|日文|韩文)(?:版|本|译本|译文|原文|稿)?"
    "|译文|譯文|原文|译本|(?<=[-_ (（\\[【])[中英法俄](?=$|[-_ )）\\]】.])|(?<=^)[中英](?=[-_ ])"
)
_TOKEN = re.compile(rf"[{HAN}]+|[a-z]+|\d+")
_HAN_NUMBER = re.compile(r"第?([〇零一二三四五六七八九十百千两]+)(?:[章节節条條卷册冊回篇部期号號届屆讲課课]|$)")
_DATE = re.compile(r"(?<!\d)(\d{4})[-_.年/]?(\d{1,2})[-_.月/]?(\d{1,2})日?(?!\d)")
_MONTHS = {
    name: number
    for number, month in enumerate(
        "january february march april may june july august september october november december".split(), 1
    )
    for name in (month, month[:3])
}
_WORDS = {word: number for number, word in enumerate(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty".split(), 1)}  # fmt: skip
_ROMAN = re.compile(r"\b(?:chapter|part|book|volume|vol|annex|section|article)[ _.-]+([ivxl]+)\b")
_LEAST_DATE = 1000


@dataclass(frozen=True, slots=True)
class FileName:
    """A name without its mark of the language: its ``key``, the words to compare, and the numbers in it."""

    key: str
    words: str
    numbers: frozenset[int]

    @property
    def says_something(self) -> bool:
        """Whether the name holds more than a few letters or digits."""
        return len(self.words) >= 2


def read_name(path: PurePath) -> FileName:
    """Read the name of ``path``, and the folders in it, which are relative to the folder that was given."""
    name = unicodedata.normalize("NFKC", path.with_suffix("").as_posix()).lower()
    name = _HAN_MARKS.sub(" ", name)
    tokens = _TOKEN.findall(name)
    kept = [token for token in tokens if token not in _MARKS]
    words = " ".join(token for token in kept if not token.isdecimal())
    key = " ".join(str(int(token)) if token.isdecimal() and len(token) < 10 else token for token in kept)
    return FileName(key, words, frozenset(_numbers(name, kept)))


def _numbers(name: str, tokens: list[str]) -> set[int]:
    found = {int(token) for token in tokens if token.isdecimal() and len(token) < 10}
    for match in _DATE.finditer(name):
        year, month, day = map(int, match.groups())
        if year >= _LEAST_DATE and 1 <= month <= 12 and 1 <= day <= 31:
            found -= {int(match[0])} if match[0].isdecimal() else set()
            found |= {year, month, day}
    for match in _HAN_NUMBER.finditer(name):
        if (value := from_han(match[1])) is not None:
            found.add(value)
    found |= {_WORDS[token] for token in tokens if token in _WORDS}
    found |= {_MONTHS[token] for token in tokens if token in _MONTHS}
    found |= {value for match in _ROMAN.finditer(name.replace("_", " ")) if (value := from_roman(match[1])) is not None}
    return found
