"""Misspelt words: English by a list of common misspellings, Chinese by a list of confused words.

Both lists hold only words that are wrong in any text, so names, technical words and both English spellings are left
alone. The English list is the part of the dictionary of typos (MIT) whose corrections are common words; a word that the
other side or three units of the file have is taken for a name.
"""

import gzip
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from corpora.text.scripts import HAN
from tm.checks.checked_unit import Check, CheckedFile, CheckedSide
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions

__all__ = ["CHECKS", "common_words"]

_WORD = re.compile(r"(?<![\w@#/\\.$%-])[A-Z]?[a-z]{3,}(?:'[a-z]+)?(?![\w@/\\=(]|[.-]\w)")
_MANY = 3  # units: a word of so many is a term of the file


@cache
def _english() -> Mapping[str, str]:
    """Misspelt word -> what is meant."""
    packed = files("tm.checks").joinpath("misspelt_english.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    return dict(line.split(" ") for line in lines if not line.startswith("#"))


@cache
def common_words() -> frozenset[str]:
    """Common English words: those that the list of misspelt words corrects to."""
    return frozenset(_english().values())


@cache
def _chinese() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """The confused words, and each without its context -> the correct word."""
    plain = {_CONTEXT.sub("", wrong): right for wrong, right in _CONFUSED.items()}
    words = "|".join(sorted(_CONFUSED, key=len, reverse=True))
    return re.compile(f"(?=[{''.join(sorted({wrong[0] for wrong in plain}))}])(?:{words})"), plain


def _misspelt(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    found = [
        (pair, side, fault)
        for pair in batch.pairs
        for side in (pair.source, pair.target)
        for fault in _faults(side)
        if fault[1] not in (pair.target if side is pair.source else pair.source).text
    ]
    units = Counter(wrong.lower() for wrong, _ in {(wrong, pair.index) for pair, _, (_, wrong, _) in found})
    return [
        pair.finding(
            "spelling", Severity.WARNING, f"{wrong!r} may be misspelt: {right}", *_spans(span, side is pair.source)
        )
        for pair, side, (span, wrong, right) in found
        if side.base == "zh" or units[wrong.lower()] < _MANY
    ]


def _spans(span: Span, is_source: bool) -> tuple[Span | None, Span | None]:
    return (span, None) if is_source else (None, span)


def _faults(side: CheckedSide) -> Sequence[tuple[Span, str, str]]:
    if side.base == "en":
        known = _english()
        if known.keys().isdisjoint(side.words):
            return []
        words = _WORD.finditer(side.prose)
        return [(word.span(), word[0], known[word[0].lower()]) for word in words if word[0].lower() in known]
    if side.base == "zh" and side.han:
        pattern, right = _chinese()
        return [(match.span(), match[0], right[match[0]]) for match in pattern.finditer(side.content)]
    return []


_CONTEXT = re.compile(r"\(\?[^)]*\)")
#: Confused Chinese words; a context follows where the same characters may meet in another sense.
_CONFUSED = dict(
    entry.rsplit("=", 1)
    for entry in (
        f"(?<![{HAN}])既使(?![^。]{{0,40}}又)=即使 既便=即便 按装(?![箱卸货配船载订袋瓶])=安装 迫不急待=迫不及待 "
        "一愁莫展=一筹莫展 再接再励=再接再厉 穿流不息=川流不息 走头无路=走投无路 甘败下风=甘拜下风 一如继往=一如既往 "
        "一股作气=一鼓作气 谈笑风声=谈笑风生 默守成规=墨守成规 变本加利=变本加厉 出奇不意=出其不意 名不符实=名不副实 "
        "相形见拙=相形见绌 不径而走=不胫而走 世外桃园=世外桃源 声名雀起=声名鹊起 金榜提名=金榜题名 莫明其妙=莫名其妙 "
        "言简意骇=言简意赅 滥芋充数=滥竽充数 病入膏盲=病入膏肓 鬼鬼崇崇=鬼鬼祟祟 食不裹腹=食不果腹 直接了当=直截了当 "
        "烩炙人口=脍炙人口 蜂涌而上=蜂拥而上 悬梁刺骨=悬梁刺股 明查秋毫=明察秋毫 美仑美奂=美轮美奂 额首称庆=额手称庆 "
        "既往不究=既往不咎 鼎立相助=鼎力相助 草管人命=草菅人命 九宵云外=九霄云外 人材济济=人才济济 "
        "天翻地复=天翻地覆 好高鹜远=好高骛远 趋之若骛=趋之若鹜 兴高彩烈=兴高采烈 无精打彩=无精打采 重蹈复辙=重蹈覆辙 "
        "责无旁待=责无旁贷 必竟=毕竟 黄梁美梦=黄粱美梦 竭泽而鱼=竭泽而渔 一张一驰=一张一弛 "
        "松驰=松弛 幅射=辐射 寒喧=寒暄 气慨=气概 凑和=凑合 粗旷=粗犷 震憾=震撼 追朔=追溯 精萃=精粹 杀戳=杀戮 "
        "痉孪=痉挛 膺品=赝品 布署=部署 坐阵=坐镇 水笼头=水龙头 渲泄=宣泄 萎糜不振=萎靡不振 亲睐=青睐 "
        "融汇贯通=融会贯通 入不付出=入不敷出 迫在眉捷=迫在眉睫 举旗不定=举棋不定 帐蓬=帐篷 "
        "脉博=脉搏 复盖=覆盖 己经=已经 (?<!所)以经(?![常由济过营验度理销费典纪受手办书商])=已经 "
        "(?<![独各])自已(?![经])=自己 做息=作息 必须品=必需品 阴谋鬼计=阴谋诡计 "
        "竞争激列=竞争激烈 因该=应该 "
        "防碍=妨碍 粘贴版=粘贴板 登陆密码=登录密码 用户登陆=用户登录 "
        "按扭=按钮 阀值=阈值 配制文件=配置文件 报歉=抱歉 未空(?=[。，]|$)=为空 安祥=安详 编缉=编辑 辩认=辨认 "
        "辨论=辩论 博奕=博弈 沉缅=沉湎 毫无疑意=毫无疑义 急燥=急躁 干躁=干燥 "
        "驾御=驾驭 艰矩=艰巨 决择=抉择 慷概=慷慨 缈小=渺小 慕捐=募捐 欧打=殴打 篷勃=蓬勃 倾刻=顷刻 "
        "荣誊=荣誉 申张正义=伸张正义 提纲挚领=提纲挈领 腿色=褪色 婉惜=惋惜 "
        "宣染=渲染 熏淘=熏陶 严历=严厉 赢弱=羸弱 源远流常=源远流长 针贬=针砭 装璜=装潢"
    ).split()
)
CHECKS = (Check("spelling", Severity.WARNING, "a misspelt word, English or Chinese", None, _misspelt),)
