from pathlib import Path

import pytest

from corpora.errors import InputError, UsageError, WrongFormat
from corpora.text.srx import SrxRules, read_srx

HEAD = '<srx xmlns="http://www.lisa.org/srx20" version="2.0"><header segmentsubflows="yes" cascade="{}"/><body>'
RULE = "<rule break='{}'><beforebreak>{}</beforebreak><afterbreak>{}</afterbreak></rule>"
ENGLISH = RULE.format("no", r"\b(Mr|Fig)\.", r"\s") + RULE.format("yes", r"[.?!]+", r"\s+\p{Lu}")
CHINESE = RULE.format("yes", "[。！？；]", "")
MAPS = "<maprules>{}</maprules></body></srx>"
MAP = '<languagemap languagepattern="{}" languagerulename="{}"/>'


def made(folder: Path, body: str, *maps: tuple[str, str], cascade: str = "no") -> Path:
    path = folder / "rules.srx"
    text = HEAD.format(cascade) + f"<languagerules>{body}</languagerules>"
    path.write_text(text + MAPS.format("".join(MAP.format(*one) for one in maps)), encoding="utf-8")
    return path


def named(name: str, rules: str) -> str:
    return f'<languagerule languagerulename="{name}">{rules}</languagerule>'


@pytest.fixture
def rules(tmp_path: Path) -> SrxRules:
    body = named("English", ENGLISH) + named("Chinese", CHINESE)
    return read_srx(made(tmp_path, body, ("[Ee][Nn].*", "English"), ("[Zz][Hh].*", "Chinese")))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Mr. Hill left. See Fig. 3. it ends. Then", "en-US", ["Mr. Hill left.", "See Fig. 3. it ends.", "Then"]),
        ("甲；乙。丙", "zh-CN", ["甲；", "乙。", "丙"]),
        ("  ", "en-US", []),
        ("", "en-US", []),
        (" One. ", "en-US", ["One."]),
    ],
)
def test_the_first_rule_at_a_place_counts(rules: SrxRules, text: str, language: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in rules.split(text, language)] == expected


@pytest.mark.parametrize(("cascade", "expected"), [("yes", ["a:", "b;", "c"]), ("no", ["a: b;", "c"])])
def test_all_rules_apply_in_a_cascade(tmp_path: Path, cascade: str, expected: list[str]) -> None:
    body = named("One", RULE.format("yes", ";", r"\s")) + named("All", RULE.format("yes", ":", r"\s"))
    rules = read_srx(made(tmp_path, body, ("en.*", "One"), (".*", "All"), cascade=cascade))
    text = "a: b; c"
    assert [text[start:end] for start, end in rules.split(text, "en-US")] == expected


def test_expressions_of_java(tmp_path: Path) -> None:
    body = named("All", RULE.format("yes", r"\Q.*\E", r"\x{2014}"))
    rules = read_srx(made(tmp_path, body, (".*", "All")))
    assert rules.split("a.*—b", "en-US") == [(0, 3), (3, 5)]


def test_a_language_without_rules(rules: SrxRules) -> None:
    with pytest.raises(UsageError, match="no rules for fr-FR"):
        rules.split("a", "fr-FR")


def test_invalid_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be used: '\\(a'"):
        read_srx(made(tmp_path, named("All", RULE.format("yes", "(a", "")), (".*", "All")))
    with pytest.raises(InputError, match="which rules apply"):
        read_srx(made(tmp_path, named("All", CHINESE), (".*", "Other")))
    with pytest.raises(InputError, match="which rules apply"):
        read_srx(made(tmp_path, named("All", CHINESE)))
    path = tmp_path / "x.srx"
    path.write_text("<tmx/>", encoding="utf-8")
    with pytest.raises(WrongFormat, match="sentence rules"):
        read_srx(path)


def test_a_rule_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpora.text.srx._SECONDS", 0.05)
    body = named("All", RULE.format("yes", "", r"(?:(?:a|a)+)+b"))
    rules = read_srx(made(tmp_path, body, (".*", "All")))
    with pytest.raises(UsageError, match="takes too long"):
        rules.split("a" * 5000, "en-US")
