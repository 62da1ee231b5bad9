"""Choose how structure is read: as a document of the United Nations, as a law, or as plain text.

A profile changes what counts as a heading or as page furniture, so strong evidence is required: `legal` needs articles
at the start of lines, `un` needs three different signs of the United Nations (document symbol, job number, links, name,
organs, formulas, numbers of resolutions); everything else is `plain`.
"""

import re
from collections.abc import Sequence

from corpora.errors import UsageError

__all__ = ["PROFILES", "choose"]

PROFILES = ("un", "legal", "plain")

_UN_SIGNS = (
    re.compile(r"(?<![\w/])(?:A|S|E|ST|CAC|CTOC|CEDAW|CRPD|CCPR|UNEP|TD|DP|FCCC|HRI|CAT|CRC|CERD|ECE|ICCD)"
               r"(?:/[A-Z0-9][\w.\-()]*)+"),
    re.compile(r"\b(?:V\.\d{2}-\d{5}|GE\.\d{2}-\d{4,6}|\d{2}-\d{5}\s*\([A-Z]\))"),
    re.compile(r"undocs\.org|documents\.un\.org|un\.org/"),
    re.compile(r"联合国|聯合國|United Nations"),
    re.compile(r"大会第?\s?\d|安全理事会|缔约国会议|经济及社会理事会|General Assembly|Security Council"
               r"|Conference of the (?:States )?Parties|Economic and Social Council"),
    re.compile(r"(?m)^[^\S\n]*(?:\d{1,2}\.\s+)?"
               r"(?:Recalling|Reaffirming|Noting with|Welcoming|Urges|Requests the|Decides)\b"
               r"|^[^\S\n]*(?:\d{1,2}\.\s+)?(?:回顾|重申|注意到|欣见|促请|吁请|决定)"),
    re.compile(r"第?\s?\d{1,3}/\d{1,4}\s?号决议|[Rr]esolution \d+/\d+"),
)  # fmt: skip
_ARTICLES = re.compile(
    r"(?m)^[ \t\u3000]*(?:第\s*[\d〇零一二三四五六七八九十百千]+\s*[条條](?=[\s\u3000：:（(]|$)"
    r"|(?:Article|Art\.|Section|Rule|Clause|§)\s+\d+"
    r"(?=[.:\s]|$)(?!\s+of\b))",
)  # fmt: skip
_SAMPLE = 200_000  # characters at the start of the document that are searched
_ARTICLES_LEAST, _ARTICLES_SHARE = 4, 0.04  # articles of a law, at least: their number, and their share of the lines
_KINDS_OF_SIGNS, _SIGNS = 3, 6  # least number of different signs of the United Nations, and of signs in all


def choose(texts: Sequence[str], profile: str = "auto") -> str:
    """The profile of a document whose lines are ``texts``; a ``profile`` other than "auto" is returned as it is.

    Raises `UsageError` for a name that is none of `PROFILES`.
    """
    if profile in PROFILES:
        return profile
    if profile != "auto":
        raise UsageError(f"{profile!r} is not a profile; there are auto, {', '.join(PROFILES)}")
    sample = _sampled(texts)
    lines = sample.count("\n") + 1
    articles = len(_ARTICLES.findall(sample))
    if articles >= _ARTICLES_LEAST and articles >= _ARTICLES_SHARE * lines:
        return "legal"
    signs = [len(pattern.findall(sample)) for pattern in _UN_SIGNS]
    # Many other texts mention the United Nations.
    if sum(count > 0 for count in signs) >= _KINDS_OF_SIGNS and sum(signs) >= _SIGNS:
        return "un"
    return "plain"


def _sampled(texts: Sequence[str]) -> str:
    taken: list[str] = []
    length = 0
    for text in texts:
        if text.strip():
            taken.append(text)
            length += len(text)
            if length > _SAMPLE:
                break
    return "\n".join(taken)
