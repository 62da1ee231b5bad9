"""One name in two spellings in the translations of a file: Varga is 瓦尔加 in one row and 瓦加 in another.

How a name is spelt is learned from the file itself: of the runs of characters that transcribe foreign names, the one
that most units with a name share, and few others have. A unit with the name and without this spelling is
reported where something similar stands in its place; elsewhere a pronoun may stand for the name.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz.distance import DamerauLevenshtein

from tm.checks.checked_unit import Check, CheckedFile, CheckedSide, CheckedUnit
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions
from tm.checks.spelling import common_words

__all__ = ["CHECKS"]

_NAME = re.compile(r"(?<![\w.'’-])[A-Z][a-zà-ÿ]{2,24}(?![\w-])")
#: Characters that transcribe foreign names.
_SOUNDS = (
    "阿埃艾爱安昂奥巴白拜班邦保鲍贝本比彼毕别宾波伯博布查达戴丹当道德邓登迪蒂丁东杜顿多厄恩尔法范菲费芬弗福富盖冈高戈格根古瓜哈海汉豪赫亨洪"
    "霍基吉加贾简杰金卡凯坎康考科克肯库奎拉莱兰朗劳勒雷里利莉连林琳龙卢鲁伦罗洛吕马麦迈曼芒毛梅门蒙米明莫姆木穆纳娜南内尼妮宁纽诺努欧帕潘庞佩"
    "彭皮平珀普奇齐恰乔切琴钦丘热任荣儒瑞若萨塞赛桑瑟森沙莎山尚绍舍申圣施什史舒丝斯松苏索塔泰坦唐陶特滕提田廷通图托瓦万旺威韦维魏温文翁沃乌武"
    "西希锡夏香肖谢辛欣休许雪逊亚延扬耶叶伊依因英永尤于约赞泽扎詹珍智朱兹祖"
)
_RUN = re.compile(f"[{_SOUNDS}·]{{2,12}}")
_LEAST, _SHARE = 2, 0.6  # units, and share of the units with the name, that have the usual spelling
_ELSEWHERE = 0.25  # share of the units with a spelling that may lack the name
_MOST = 400  # units of one name that are read


def _names(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    units: defaultdict[str, list[CheckedUnit]] = defaultdict(list)
    runs: dict[int, list[re.Match[str]]] = {}
    for pair in batch.pairs:
        sides = _sides(pair)
        if sides is None:
            continue
        latin, chinese = sides
        found = set(_NAME.findall(latin.prose))
        transcribed = list(_RUN.finditer(chinese.content)) if found else []
        if transcribed:
            runs[pair.index] = transcribed
            for name in found:
                units[name].append(pair)
    frequent = {
        name: pairs for name, pairs in units.items() if len(pairs) > _LEAST and name.lower() not in common_words()
    }
    if not frequent:
        return ()
    pieces = {index: set(_pieces(matches)) for index, matches in runs.items()}
    everywhere = Counter(piece for found in pieces.values() for piece in found)
    findings: list[Finding] = []
    names: dict[str, str] = {}
    for name, pairs in frequent.items():
        usual, count = _usual(pairs[:_MOST], pieces, everywhere)
        if usual:
            names[usual] = name
            if count < len(pairs[:_MOST]):
                findings += _in_chinese(name, usual, count, pairs[:_MOST], runs, pieces, everywhere)
    return [*findings, *_in_latin(names, batch.pairs, pieces)]


def _sides(pair: CheckedUnit) -> tuple[CheckedSide, CheckedSide] | None:
    """The side with Latin letters and the Chinese one; None where these are not the languages."""
    if pair.is_half or (pair.source.base == "zh") == (pair.target.base == "zh"):
        return None
    latin, chinese = (pair.target, pair.source) if pair.source.base == "zh" else (pair.source, pair.target)
    return (latin, chinese) if latin.is_spaced else None


def _pieces(matches: Sequence[re.Match[str]]) -> Iterator[str]:
    for match in matches:
        run = match[0]
        for start in range(len(run) - 1):
            yield from (run[start:end] for end in range(start + 2, len(run) + 1))


def _usual(pairs: Sequence[CheckedUnit], pieces: Mapping[int, set[str]], everywhere: Counter[str]) -> tuple[str, int]:
    """How the name of these units is usually spelt in Chinese, and in how many of them; "" where that is not clear."""
    counts = Counter(piece for pair in pairs for piece in pieces[pair.index])
    needed = max(_LEAST, _SHARE * len(pairs))
    usual = max((one for one, count in counts.items() if count >= needed), key=lambda one: (len(one), one), default="")
    if not usual or everywhere[usual] - counts[usual] > _ELSEWHERE * everywhere[usual]:
        return "", 0
    return usual, counts[usual]


def _in_chinese(
    name: str,
    usual: str,
    most: int,
    pairs: Sequence[CheckedUnit],
    runs: Mapping[int, list[re.Match[str]]],
    pieces: Mapping[int, set[str]],
    everywhere: Counter[str],
) -> Iterator[Finding]:
    for pair in pairs:
        other = None if usual in pieces[pair.index] else _similar(usual, pieces[pair.index])
        if other is None or everywhere[other] >= most:
            continue
        where = next(match.start() + match[0].find(other) for match in runs[pair.index] if other in match[0])
        latin = pair.target if pair.source.base == "zh" else pair.source
        span = next(match.span() for match in _NAME.finditer(latin.prose) if match[0] == name)
        yield _finding(pair, name, other, usual, (where, where + len(other)), span, most)


def _in_latin(
    names: Mapping[str, str], pairs: Sequence[CheckedUnit], pieces: Mapping[int, set[str]]
) -> Iterator[Finding]:
    known = set(names.values())
    for pair in pairs:
        for usual in pieces.get(pair.index, set()) & names.keys():
            latin = pair.target if pair.source.base == "zh" else pair.source
            found = [match for match in _NAME.finditer(latin.prose) if match[0] not in known]
            name = names[usual]
            if name in latin.text:
                continue
            reach = 1 if len(name) < 6 else 2
            for match in found:
                if DamerauLevenshtein.distance(name, match[0], score_cutoff=reach) <= reach and match[0][0] == name[0]:
                    chinese = pair.source if pair.source.base == "zh" else pair.target
                    at = chinese.content.find(usual)
                    yield _finding(pair, usual, match[0], name, (at, at + len(usual)), match.span(), 0)
                    break


def _finding(pair: CheckedUnit, name: str, here: str, usual: str, zh: Span, latin: Span, units: int) -> Finding:
    spans = (zh, latin) if pair.source.base == "zh" else (latin, zh)
    where = f"in {units} other units" if units else "elsewhere"
    return pair.finding("name", Severity.WARNING, f"{name} is {here} here and {usual} {where}", *spans)


def _similar(usual: str, pieces: set[str]) -> str | None:
    """The piece that is most similar to the usual spelling; of two characters, one must be the same."""
    reach = 1 if len(usual) < 6 else 2
    # A part of the usual spelling is what is left where another word follows that looks like a part of a name.
    others = [piece for piece in pieces if piece not in usual and usual not in piece and _is_alike(usual, piece)]
    near = [(DamerauLevenshtein.distance(usual, piece, score_cutoff=reach), -len(piece), piece) for piece in others]
    found = min((one for one in near if one[0] <= reach), default=None)
    return found[2] if found else None


def _is_alike(usual: str, piece: str) -> bool:
    """True where a piece can be a spelling of the same name: it begins or ends alike."""
    return (usual[0] == piece[0] and usual[-1] == piece[-1]) or (usual[:2] == piece[:2] and len(usual) > 2)


CHECKS = (Check("name", Severity.WARNING, "a name in another spelling than elsewhere in the file", None, _names),)
