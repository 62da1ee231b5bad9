"""Checks that compare units, with a fake encoder for meanings; options, rules, baselines and report formats."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpora.errors import DamagedInput, InputError, UsageError
from models.encoder import Vectors
from tm.checks.calibration import calibrated
from tm.checks.finding import Finding, Severity
from tm.checks.options import CheckOptions, from_toml
from tm.checks.run import CheckReport, check, wants_encoder
from tm.report.outputs import accept, write_baseline, write_report
from tm.unit import Unit

WORDS = ["公约", "会议", "资产", "决议", "腐败", "国家", "法律", "合作", "报告", "秘书处"]
MEANT = [
    "convention",
    "meeting",
    "assets",
    "resolution",
    "corruption",
    "states",
    "law",
    "cooperation",
    "report",
    "office",
]


class Fake:
    """Meaning is which of ten notions a text names; a noise of its own keeps texts apart."""

    name, dim, fingerprint = "fake", 32, "0"

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for place, (zh, en) in enumerate(zip(WORDS, MEANT, strict=True)):
                row[place] = (zh in text) + (en in text)
            row[10 + hash(text) % 22] += 0.1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)


def units() -> list[Unit]:
    return [
        Unit(f"关于{zh}问题的讨论已经结束了。", f"The talk about the {en} question is over.", "zh-CN", "en-US")
        for zh, en in zip(WORDS, MEANT, strict=True)
    ]


def with_targets(targets: list[str]) -> list[Unit]:
    return [Unit(one.source, target, "zh-CN", "en-US") for one, target in zip(units(), targets, strict=True)]


def names(report: CheckReport, least: Severity = Severity.WARNING) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for finding in report.findings:
        if finding.severity.rank >= least.rank:
            found.setdefault(finding.unit, set()).add(finding.check)
    return found


def test_clean_units_are_clean() -> None:
    assert check(units(), encoder=Fake()).findings == ()


def test_a_shifted_run_is_seen_as_one() -> None:
    targets = [one.target for one in units()]
    report = check(with_targets([*targets[:2], *targets[3:7], targets[2], *targets[7:]]), encoder=Fake())
    assert {2, 3, 4, 5} <= set(names(report, Severity.ERROR))
    assert any("targets of units 2 to 6 are 1 unit too early" in finding.message for finding in report.findings)
    assert not {0, 1, 8, 9} & set(names(report))


def test_swapped_units_name_each_other() -> None:
    targets = [one.target for one in units()]
    targets[0], targets[9] = targets[9], targets[0]
    found = names(check(with_targets(targets), encoder=Fake()), Severity.ERROR)
    assert set(found) == {0, 9}
    assert "similarity" in found[0]


def test_an_omitted_sentence_is_pointed_at() -> None:
    whole = units()
    source = "公约的讨论已经结束了，各国都十分满意。资产的讨论还在继续，各国都等待结果。"
    target = "The talk about the convention is over."
    report = check([*whole, Unit(source, target, "zh-CN", "en-US")], encoder=Fake())
    omission = next(finding for finding in report.findings if finding.check == "omission")
    assert omission.unit == len(whole)
    assert omission.source_span is not None
    assert "资产" in source[slice(*omission.source_span)]


def test_without_an_encoder_the_checks_of_meaning_are_named_as_not_run() -> None:
    assert set(check(units()).skipped) == {"shifted", "similarity", "omission", "addition"}


def test_one_source_with_two_targets_and_the_reverse() -> None:
    pairs = [
        ("甲方", "Party A"),
        ("甲方", "Party A"),
        ("甲方", "First party"),
        ("乙方", "Party B"),
        ("丙方", "Party B"),
    ]
    found = names(check([Unit(zh, en, "zh-CN", "en-US") for zh, en in pairs]))
    assert found == {2: {"inconsistent-target"}, 4: {"inconsistent-source"}, 1: set()} | {} or found[2] == {
        "inconsistent-target"
    }
    assert found[4] == {"inconsistent-source"}


def test_low_alignment_scores_are_reported() -> None:
    doubted = [replace(one, quality=0.3) for one in units()[:1]] + [replace(one, quality=0.9) for one in units()[1:]]
    assert names(check(doubted)) == {0: {"score"}}


def test_a_copy_in_the_wrong_language_is_no_better_counterpart() -> None:
    whole = units()
    whole[5] = replace(whole[5], target=whole[0].source)
    assert set(names(check(whole, encoder=Fake()), Severity.ERROR)) == {5}


def test_a_unit_pasted_twice() -> None:
    whole = units()
    assert names(check([*whole[:3], whole[2], *whole[3:]])) == {3: {"duplicate"}}


def test_a_truncated_target_is_too_short() -> None:
    whole = [Unit(one.source * 4, one.target * 4, "zh-CN", "en-US") for one in units()]
    whole[4] = Unit(whole[4].source, whole[4].target[:50], "zh-CN", "en-US")
    assert "length" in names(check(whole), Severity.ERROR)[4]


def test_blanks_between_chinese_and_latin_follow_the_file() -> None:
    loose = [Unit("使用 Python 编写的程序" + "一" * n, "A", "zh-CN", "en-US") for n in range(12)]
    report = check(
        [*loose, Unit("使用Python编写", "A", "zh-CN", "en-US")], CheckOptions(only=frozenset({"cjk-latin-space"}))
    )
    assert {finding.unit for finding in report.findings if "missing" in finding.message} >= {12}


@pytest.mark.parametrize(("rule", "unit"), [("always", 1), ("never", 0), ("as in the file", None)])
def test_blanks_between_chinese_and_latin_follow_the_house_rule(rule: str, unit: int | None, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(f'[checks]\ncjk-latin-space = "{rule}"\nonly = ["cjk-latin-space"]', "utf-8")
    two = [Unit(text, "written in Python", "zh-CN", "en-US") for text in ("用 Python", "用Python")]
    found = check(two, from_toml(tmp_path / "c.toml")).findings
    assert [(one.unit, one.severity) for one in found] == ([] if unit is None else [(unit, Severity.WARNING)])


def test_only_skip_and_severity() -> None:
    bad = [Unit("第五条", "article 6", "zh-CN", "en-US")]
    assert check(bad, CheckOptions(skip=frozenset({"reference"}))).findings == ()
    softer = check(bad, CheckOptions(severities={"reference": Severity.INFO}))
    assert [finding.severity for finding in softer.findings] == [Severity.INFO]
    with pytest.raises(UsageError, match="unknown check grammar"):
        check(bad, CheckOptions(only=frozenset({"grammar"})))


def test_meanings_are_compared_where_affordable() -> None:
    assert wants_encoder(20_000, CheckOptions())
    assert not wants_encoder(20_001, CheckOptions())
    assert wants_encoder(20_001, CheckOptions(embeddings=True))
    assert not wants_encoder(1, CheckOptions(only=frozenset({"number"})))


RULES = """
[checks]
skip = ["spaces"]
length-warning = 4.0
[severity]
double-word = "info"
[[rule]]
name = "party"
source = "缔约国"
target = "States? part(y|ies)"
severity = "error"
[[rule]]
name = "no-please"
target = "(?i)please"
forbidden = true
target_lang = "en"
"""


def test_a_project_has_its_own_rules(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    options = from_toml(path)
    assert options.length_warning == 4.0
    assert options.skip == {"spaces"}
    pairs = [("缔约国会议", "Conference of the States parties"), ("缔约国", "members"), ("看", "Please look")]
    report = check([Unit(zh, en, "zh-CN", "en-US") for zh, en in pairs], options)
    rules = [(finding.unit, finding.severity) for finding in report.findings if finding.check == "rule"]
    assert rules == [(1, Severity.ERROR), (2, Severity.WARNING)]


def test_a_rule_that_takes_too_long_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_text("[[rule]]\nname = 'x'\nsource = '(?:a|aa)+$'\n[[rule]]\nname = 'y'\nsource = '!'\n", "utf-8")
    units = [Unit(f"{'a' * 60}!", "b", "en", "de")] * 3
    options = replace(from_toml(path), only=frozenset({"rule"}))
    found = [(one.unit, one.message[:50]) for one in check(units, options)]
    slow = "x: the regular expression '(?:a|aa)+$' takes more than a second"[:50]
    assert found == [(0, slow), *((number, "the rule y is violated") for number in range(3))]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[checks", InputError),
        ("[other]\n", UsageError),
        ("[checks]\nspeed = 1\n", UsageError),
        ("[severity]\nnumber = 'fatal'\n", UsageError),
        ("[[rule]]\nname = 'x'\nsource = '('\n", UsageError),
        ("[[rule]]\nsource = 'x'\n", UsageError),
    ],
)
def test_bad_rules_are_refused(tmp_path: Path, text: str, error: type[Exception]) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=r"rules\.toml"):
        from_toml(path)
    with pytest.raises(InputError, match="missing"):
        from_toml(tmp_path / "missing.toml")


def test_a_glossary_is_required(tmp_path: Path) -> None:
    from tm.terms.formats.exchange import read_terms

    path = tmp_path / "terms.tsv"
    path.write_text("zh\ten\n资产\tassets\n", encoding="utf-8")
    options = CheckOptions(glossary=read_terms(path).concepts)
    good, bad = Unit("追回资产", "Asset recovery", "zh-CN", "en-US"), Unit("追回资产", "Money back", "zh-CN", "en-US")
    assert [finding.unit for finding in check([good, bad], options).findings if finding.check == "term"] == [1]


BAD = [
    Unit("第五条", "article 6", "zh-CN", "en-US"),
    Unit("很好。", "Very\x01 good.", "zh-CN", "en-US"),
    *units(),
]


def test_a_baseline_hides_what_was_accepted_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, check(BAD), BAD)
    # Units added before do not matter, a changed text does.
    moved = [Unit("新的一段", "A new part", "zh-CN", "en-US"), *BAD]
    again = accept(path, check(moved), moved)
    assert (again.findings, again.accepted) == ((), 2)
    changed = [Unit("第五条", "article 7", "zh-CN", "en-US"), *BAD[1:]]
    assert [finding.check for finding in accept(path, check(changed), changed).findings] == ["reference"]
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(DamagedInput):
        accept(path, check(BAD), BAD)


def test_fingerprints_differ() -> None:
    report = check(BAD)
    assert len({finding.fingerprint(BAD[finding.unit]) for finding in report.findings}) == len(report.findings)


def test_reports(tmp_path: Path) -> None:
    from lxml import etree

    report = check(BAD)
    for suffix in ("json", "xml", "sarif"):
        write_report(tmp_path / f"r.{suffix}", report, BAD, Path("bad.tmx"))
    data = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert set(data) == {"summary", "findings"}
    assert data["summary"]["by_severity"] == {"error": 2, "warning": 0, "info": 0}
    assert data["findings"][0].items() >= {
        "check": "reference", "severity": "error", "unit": 0, "source_span": [0, 3], "target_span": [0, 9],
    }.items()  # fmt: skip
    root = etree.parse(tmp_path / "r.xml").getroot()
    assert root.get("failures") == "2"
    assert len(root.findall("testsuite/testcase/failure")) == 2
    assert {suite.get("name") for suite in root} >= {"number", "reference"}
    sarif = json.loads((tmp_path / "r.sarif").read_text("utf-8"))
    assert sarif["version"] == "2.1.0"
    results = sarif["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["reference", "control-characters"]
    rules = {rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in results} <= rules
    write_report(tmp_path / "r.sarif", report, BAD, Path("我的 memory.tmx"))
    assert "%E6%88%91%E7%9A%84%20memory.tmx" in (tmp_path / "r.sarif").read_text("utf-8"), "a URI holds no blanks"
    with pytest.raises(UsageError, match="a report must be one of"):
        write_report(tmp_path / "r.doc", report, BAD, Path("bad.tmx"))


def test_other_packages_can_bring_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    from tm.checks import registry

    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("mine", "tm.checks.length:CHECKS", group)])
    registry.checks.cache_clear()
    try:
        assert "length" in registry.checks()
        monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("bad", "no.such:thing", group)])
        registry.checks.cache_clear()
        with pytest.raises(UsageError, match="bad of no"):
            registry.checks()
    finally:
        monkeypatch.undo()
        registry.checks.cache_clear()


SPELLINGS = {
    "another sign": (["Hedvall opened the shop.", "We met Hedvall at noon.", "Nobody knew Hedvall.",
                      "A dog met Hedvall."],
                     ["赫德瓦尔开了店。", "我们中午遇见赫德瓦尔。", "没人了解赫德瓦尔。", "狗遇见赫德沃尔。"], [3]),
    "a pronoun": (["Hedvall opened the shop.", "We met Hedvall at noon.", "Nobody knew Hedvall.", "A dog met Hedvall."],
                  ["赫德瓦尔开了店。", "我们中午遇见赫德瓦尔。", "没人了解赫德瓦尔。", "狗遇见了他。"], []),
    "another town": (["Morville is old.", "Morville is small.", "He lives in Morville.", "Morvich is far."],
                     ["莫维尔很古老。", "莫维尔很小。", "他住在莫维尔。", "莫维奇很远。"], []),
    "another letter": (["Varga came.", "Varga left.", "I saw Varga.", "Vargha laughed."],
                       ["瓦尔加来了。", "瓦尔加走了。", "我见到瓦尔加。", "瓦尔加笑了。"], [3]),
}  # fmt: skip


@pytest.mark.parametrize("label", SPELLINGS)
def test_a_name_has_one_spelling(label: str) -> None:
    english, chinese, expected = SPELLINGS[label]
    only = CheckOptions(only=frozenset({"name"}))
    pairs = list(zip(english, chinese, strict=True))
    assert [one.unit for one in check([Unit(en, zh, "en-US", "zh-CN") for en, zh in pairs], only)] == expected
    assert [one.unit for one in check([Unit(zh, en, "zh-CN", "en-US") for en, zh in pairs], only)] == expected


STRAY_LETTERS = [
    ("in one unit", ["y已忽略无效的代码", "已忽略注释"], [0]),
    ("a word with a letter", ["用手机p图", "不要P图", "用c端登录", "看c端"], []),
    ("another character", ["点击h即可", "看h栏"], [0, 1]),
    ("within a longer word", ["点击h即可", "使用oh即可"], [0]),
    ("a word that the other side has", ["沿x轴移动", "x轴"], []),
]


@pytest.mark.parametrize(("label", "chinese", "expected"), STRAY_LETTERS)
def test_a_letter_that_two_units_have_before_a_character_is_no_fault(
    label: str, chinese: list[str], expected: list[int]
) -> None:
    only = CheckOptions(only=frozenset({"spelling"}))
    report = check([Unit("Move along the x-axis.", zh, "en-US", "zh-CN") for zh in chinese], only)
    assert [(one.unit, one.severity) for one in report] == [(unit, Severity.INFO) for unit in expected]


def test_values_are_compared_once_for_all_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    from tm.checks import values

    compared: list[str] = []
    unmatched = values.unmatched_values
    monkeypatch.setattr(
        values, "unmatched_values", lambda source, target: compared.append(source.text) or unmatched(source, target)
    )
    report = check([Unit("每公斤30元", "30 yuan per pound", "zh-CN", "en-US")])
    assert [one.check for one in report] == ["unit"]
    assert compared == ["每公斤30元"]


def test_a_check_that_fails_on_a_unit_says_so_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from tm.checks import registry
    from tm.checks.checked_unit import Check, CheckedFile, CheckedUnit
    from tm.checks.finding import Finding

    def unit(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
        if pair.index == 1:
            raise RecursionError
        return [pair.finding("own", Severity.INFO, "read")]

    def batch(file: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
        return [found for pair in file.pairs for found in unit(pair, options)]

    for own in (Check("own", Severity.INFO, "", unit), Check("own", Severity.INFO, "", None, batch)):
        monkeypatch.setattr("tm.checks.run.checks", lambda own=own: {**registry.checks(), "own": own})
        report = check([Unit("一", "one", "zh", "en")] * 3, CheckOptions(only=frozenset({"own"})))
        assert [(one.unit, one.message) for one in report] == [
            (0, "read"),
            (1, "this check failed on the unit (RecursionError)"),
            (2, "read"),
        ]


def test_a_run_of_shifted_units_is_told_whole() -> None:
    rows = [(f"{zh}一", MEANT[n]) for n, zh in enumerate(WORDS)]
    targets = [rows[n + 1 if 2 <= n < 7 else n][1] for n in range(len(rows))]
    shifted = [Unit(zh, target, "zh-CN", "en-US") for (zh, _), target in zip(rows, targets, strict=True)]
    report = check(shifted, CheckOptions(only=frozenset({"shifted"}), minimum=1), Fake())
    assert {one.unit for one in report if one.severity is Severity.ERROR} >= set(range(2, 7))


def test_few_findings_in_a_large_file_are_false_alarms_and_many_are_not() -> None:
    """A check that is mostly wrong on published text lowers its findings where there are as few as on such text."""
    few = [Finding("negation", Severity.WARNING, unit, "") for unit in range(3)]
    many = [Finding("negation", Severity.WARNING, unit, "") for unit in range(60)]
    assert {one.severity for one in calibrated(few, units=1000)} == {Severity.INFO}
    assert {one.severity for one in calibrated(many, units=1000)} == {Severity.WARNING}
    assert {one.severity for one in calibrated(few, units=1000, fixed=["negation"])} == {Severity.WARNING}
    unknown = calibrated([Finding("no such check", Severity.ERROR, 0, "")], units=1000)
    assert [one.severity for one in unknown] == [Severity.ERROR]
