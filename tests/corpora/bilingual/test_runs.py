"""Where one language ends and the other begins within a paragraph."""

import pytest

from corpora.bilingual.language_pair import LanguagePair, find_pair
from corpora.bilingual.runs import split
from tests.data import cases

PAIR = LanguagePair.of("zh-CN", "en-US")


@pytest.mark.parametrize("case", cases("bilingual_runs"), ids=lambda case: case["label"])
def test_split(case: dict[str, object]) -> None:
    text = str(case["input"])
    runs = split(text, PAIR, float(case.get("strictness", 1)))  # type: ignore[arg-type]
    assert [text[run.start : run.end] for run in runs] == case["expected"]


@pytest.mark.parametrize(
    ("texts", "languages"),
    [
        (["第一条 适用范围。", "Article 1 Scope of application."], ("zh-CN", "en-US")),
        (["Статья 1", "第一条", "Область применения", "适用范围"], ("ru-RU", "zh-CN")),
        (["Les enfants de moins de trois ans voyagent gratuitement.",
          "Children under the age of three travel free of charge."], ("fr-FR", "en-US")),
        (["第一条 适用范围。本条例适用于全部渡轮和码头，也适用于船员和乘客。", "见 WTO"], None),
        (["Children under the age of three travel free of charge."], None),
        (["ID", "Source", "Target", "1", "任何人不得向湖中倾倒废物。", "No one may dump waste into the lake."],
         ("zh-CN", "en-US")),
        (["渔船应当在码头登记，每年换证一次。", "漁船は埠頭で登録し、毎年免許を更新しなければならない。"],
         ("zh-CN", "ja-JP")),
        # Texts of 30 letters tell their language; shorter ones, such as names, do not.
        (["The committee meets again in early May.", "Der Ausschuss tagt wieder Anfang Mai.",
          "The report is adopted without a vote.", "Der Bericht wird ohne Abstimmung angenommen."], ("en-US", "de-DE")),
        (["The committee meets in May and reports to the assembly.", "Bosnia y Herzegovina", "San Salvador",
          "Puerto Príncipe", "Ciudad de México", "Belo Horizonte", "Santa Cruz", "Buenos Aires", "São Paulo"], None),
        (["委员会五月开会。", "Bosnia y Herzegovina", "Ciudad de México", "Puerto Príncipe", "Santa Cruz de la Sierra",
          "The committee meets in May and reports.", "委员会向大会报告工作。"], ("zh-CN", "en-US")),
    ],
)  # fmt: skip
def test_languages_are_found(texts: list[str], languages: tuple[str, str] | None) -> None:
    found = find_pair(texts)
    assert (found and found.languages) == languages
