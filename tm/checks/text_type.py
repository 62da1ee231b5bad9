"""What type of text a file holds: interface strings, a legal text, or prose; and which checks make no sense for it.

Labels of an interface end as the designer likes and say the same in two ways; stories are translated freely. Only large
files are judged, because a few sentences of any type look alike.
"""

import re
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal

from tm.checks.checked_unit import CheckedSide, CheckedUnit

__all__ = ["SENSELESS", "TextType", "text_type"]

TextType = Literal["", "interface", "legal", "prose"]

#: Type of text -> check -> why it is switched off.
SENSELESS: Mapping[TextType, Mapping[str, str]] = {
    "": {},
    "interface": {
        "final-punctuation": "labels end with or without a mark",
        "inconsistent-source": "two labels may have one translation",
    },
    "legal": {"inconsistent-source": "formulas may be worded in two ways"},
    "prose": {
        "negation": "stories deny freely",
        "final-punctuation": "dialogue ends in other marks",
        "inconsistent-source": "short lines of dialogue return",
    },
}

_LEAST = 100  # units
_END = re.compile(r"[。！？；.!?;:：…][”’\"'」』）)]*\s*\Z")
_SPEECH = re.compile("[“「『]|(?:^|\\s)['‘\"]\\w|道：")
_REFERENCE = re.compile(
    r"第\s?[0-9一二三四五六七八九十百]+\s?[条條款项]|\b(?:[Aa]rticles?|[Pp]aragraphs?|[Ss]ections?|resolution)\s[0-9]"
    r"|缔约国|States? [Pp]art(?:y|ies)|\bshall\b"
)
_TECHNICAL = re.compile(r"[`{}<>_=|]|%[sd(]|::|://")


def text_type(pairs: Sequence[CheckedUnit]) -> TextType:
    """The type of text of most of ``pairs``, "" where it is another one or is not certain."""
    sides = [pair.source for pair in pairs if not pair.is_half]
    if len(sides) < _LEAST:
        return ""
    if median(side.size for side in sides) < 40 and _share(sides, _END) < 0.5:
        return "interface"
    if _share(sides, _REFERENCE) > 0.3:
        return "legal"
    if _share(sides, _SPEECH) > 0.2 and _share(sides, _TECHNICAL) < 0.03:
        return "prose"
    return ""


def _share(sides: Sequence[CheckedSide], pattern: re.Pattern[str]) -> float:
    return sum(pattern.search(side.text) is not None for side in sides) / len(sides)
