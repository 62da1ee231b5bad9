"""The learned part of the negation check: weights of the words around negations, from real translations.

`benchmarks.negation` counts the cues of both sides in clean pairs and in the same pairs with one negation dropped, and
fits one logistic model for each side that may lack it. The weights are in ``negation_weights.json``.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from corpora.text.scripts import HAN
from tm.checks.checked_unit import CheckedSide

__all__ = ["cues", "evidence"]

#: Words with a negative character that deny nothing, or whose English is mostly a word of its own.
#: The lookahead avoids trying ninety words at every position.
_OTHERWISE = re.compile(
    "(?=[不非除未没无迫层义必有是能可与要否])(?:不同|不断|不仅|不但|不限|不过|不管|不论|无论|不得不|不能不|不可不|不妨|不错|不少|不久|不变|不可变|不停|不止|不禁|不单|不光|"
    "不必要|不良|不幸|不满|不足|不当|不利|不便|不安|不平|不一致|不安全|不可靠|不可撤销|不可避免|不可或缺|不可分割|不遗余力|不定|不等|"
    "不约而同|不知不觉|不由得|不料|不如|不见|不住|不起|不得了|不好意思|不多|不及|不免|不愧|不惜|不时|不了|不下|"
    "非常|除非|未来|未必|未免|未成年|没收|没落|无非|无疑|无形|无线|无限|无效|无聊|无辜|无数|无穷|无不|无所谓|无可奈何|无关紧要|无意|"
    "无偿|无国界|迫不及待|层出不穷|义不容辞|必不可少|有没有|是否|能否|可否|与否|要不|否则|"
    "(?<![看得找达见想听受做办遇收用感来拿碰等料意])不到(?=\\s?[\\d一二两三四五六七八九十百千万半几]))|(.)不\\1"
)
_ZH_PLAIN = re.compile("[不没无未]|禁止|[而并]非")
_EN_PLAIN = re.compile(
    r"\b(?:(?<!or )[Nn]ot(?! (?:only|just|merely|least)\b)"
    r"|[Nn]o(?!\.?\s?[0-9]| (?:later|more|less|fewer|doubt|matter)\b)"
    r"|[Nn](?:ever|othing|obody|either|or)|[Ww]ithout|[Cc]annot|NOT|NO|[Rr]ather than|[Ii]nstead of|[Uu]nable)\b"
    r"|n['’]t\b"
)
_ZH_CUE = re.compile(
    f"尚未|[而并]非|毫不|无损|[不没无未非勿莫别否免毋禁][{HAN}]?|拒绝|避免|防止|缺|除|难以|难于|仅|只|失败|少|反|外|"
    "停止|排除|独立|之前|以前|空|"
    "从来|哪|何|岂|怎|如果|任何|有"
)
_EN_CUE = re.compile(
    r"\bno (?:longer|later|more|less|fewer|doubt|matter)\b"
    r"|\bnot (?:only|just|merely|least|until|necessarily|yet|all|any)\b"
    r"|\bor not\b|\b(?:not|no|never|nothing|nobody|none|nowhere|neither|nor|cannot|without|unable|unless|until|hardly"
    r"|scarcely|barely|rarely|seldom|lacks?|lacking|lacked|fail\w*|absen\w+|missing|miss(?:es|ed)?|omit\w*|skip\w*"
    r"|ignor\w+|exclud\w+|except\w*|avoid\w*|prevent\w*|prohibit\w*|forbid\w*|refus\w+|den(?:y|ies|ied|ying|ial)|reject\w*"
    r"|stop\w*|disallow\w*|disab\w+|discourag\w+|instead|rather|other|too|only|but|before|free|against|beyond|otherwise"
    r"|away|few|little|less|out of|impossible|open-ended|illegal|anonymous|lost|loss|leav\w+|left|hard|difficult|minus"
    r"|despite|regardless|irrespective|however|although|though|while|un(?!i[a-z]|der|til|less)[a-z]{3,}|dis(?!tin|tri|cus|pos|pla|pat|tan|cov|se)[a-z]{4,}|mis(?!sion)[a-z]{4,}|non[a-z-]*"
    r"|in(?:ab|ac|ad|ap|cap|com|con|corr|def|dep|dir|eff|el|equ|ev|exp|fin|form|numer|op|prop|secur|sens|sign|stab|suff"
    r"|tang|val|var|vis)[a-z]+|im(?:mut|pos|prac|prop|perf|part|pat|plaus|prec)[a-z]+|ir[re][a-z]+|[a-z]{3,}less|whether"
    r"|if|any|anything|either|differ\w*|also|even|most|remov\w+|clos\w+|drop\w*|discard\w*|suppress\w*|empty|already"
    r"|still|yet|optional\w*|default|must|mutable|first|long|may|might|protect\w*|end\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_PREFIXES = ("un", "dis", "mis", "non", "in", "im", "ir")
_MOST = 3  # a cue counts at most this often, so that long units do not dominate


def cues(chinese: CheckedSide, english: CheckedSide, known: frozenset[str] | None = None) -> Mapping[str, int]:
    """The features of a pair: cue -> how often, and how the plain negations of both sides compare.

    Cues that are not in ``known`` are grouped by their first character or prefix.
    """
    zh, en = chinese.content, english.content
    found: Counter[str] = Counter()
    for match in _ZH_CUE.finditer(zh):
        found[_class("zh:" + match[0], known)] += 1
    for match in _EN_CUE.finditer(en):
        found[_class("en:" + match[0].lower().replace("’", "'"), known)] += 1
    features = {cue: min(count, _MOST) for cue, count in found.items()}
    left, right = _plain(zh, en)
    compared = {
        "zh>en": left > right, "zh>en+1": left > right + 1,
        "zh>0,en=0": left > 0 == right, "zh>1,en=0": left > 1 > right,
        "en>zh": right > left, "en>zh+1": right > left + 1, "en>0,zh=0": right > 0 == left, "en=zh": left == right,
        "any": bool(left or right),
    }  # fmt: skip
    return features | {name: 1 for name, holds in compared.items() if holds}


def _plain(zh: str, en: str) -> tuple[int, int]:
    """How many plain negations the Chinese and the English have."""
    chinese = len(_ZH_PLAIN.findall(_OTHERWISE.sub("", zh))) if _ZH_PLAIN.search(zh) else 0
    return chinese, len(_EN_PLAIN.findall(en))


def _class(cue: str, known: frozenset[str] | None) -> str:
    if known is None or cue in known:
        return cue
    language, _, word = cue.partition(":")
    if language == "zh":
        return f"zh:{word.lstrip('尚而并毫')[0]}*"
    prefix = next((prefix for prefix in _PREFIXES if word.startswith(prefix)), "")
    return f"en:{prefix}*" if prefix else "en:*less" if word.endswith("less") else "en:*"


@cache
def _model() -> tuple[frozenset[str], Mapping[str, Mapping[str, float]], Mapping[str, float], float]:
    data = json.loads(files("tm.checks").joinpath("negation_weights.json").read_text(encoding="utf-8"))
    return frozenset(data["cues"]), data["weights"], data["bias"], float(data["threshold"])


def evidence(chinese: CheckedSide, english: CheckedSide, lacks: str) -> float:
    """How likely it is that the side ``lacks`` ("zh" or "en") has a negation too few, as log-odds."""
    known, weights, bias, _ = _model()
    features = cues(chinese, english, known)
    return bias[lacks] + sum(weights[lacks].get(cue, 0.0) * count for cue, count in features.items())
