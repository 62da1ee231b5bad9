import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.errors import UsageError
from corpora.text.languages import base, checked_code, detect, is_spaced, join, joiner, normalize, same, simplified
from tests.data import cases

CASES = cases("languages")


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_detect(case: dict[str, str]) -> None:
    assert detect(case["input"]) == case["expected"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("zh", "zh-CN"), ("zh_CN", "zh-CN"), ("ZH-cn", "zh-CN"), ("zho", "zh-CN"), ("cmn-CN", "zh-CN"),
        ("zh-Hans", "zh-CN"), ("zh-Hant", "zh-TW"), ("zh-Hant-HK", "zh-HK"), ("zh-Hans-CN", "zh-CN"),
        ("en", "en-US"), ("en-gb", "en-GB"), ("es-419", "es-419"), ("eng", "en-US"), ("rhg", "rhg"),
    ],
)  # fmt: skip
def test_normalize(code: str, expected: str) -> None:
    assert normalize(code) == expected
    assert normalize(expected) == expected


@pytest.mark.parametrize("code", ["", "z", "klingonese", "zh CN", "../../etc", "en-"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(UsageError, match="not a language code"):
        normalize(code)


@pytest.mark.parametrize(
    "code",
    ["zh", "zh_CN", "ZH-hant-HK", "cmn", "zho", "chinese", "zh-yue", "zh-cmn-Hans", "yue-HK", "es-419", "sr-Latn-RS",
     "de-1996", "rhg", "la", "tlh", "und", "mul", "iw", "qaa", "qtz-x-dialect", "en-x-house", "en-XA",
     "de-u-co-phonebk"],
)  # fmt: skip
def test_what_the_registry_knows_and_what_is_for_private_use(code: str) -> None:
    assert checked_code(code) == normalize(code)


@pytest.mark.parametrize(
    "code",
    ["xx", "xx-foo", "cn", "jp", "en-foo", "zh-foo", "en-yue", "en_devel", "en-US-GB", "zh-CN-Hans", "en-12", "en-QQ1",
     "de-abcde", "zz-ZZ", "und-foo", "qaa-nonsense"],
)  # fmt: skip
def test_what_has_the_form_of_a_code_and_is_none(code: str) -> None:
    with pytest.raises(UsageError, match=f"'{code}' is not a known language code such as zh-CN or en-US"):
        checked_code(code)
    assert normalize(code), "files may say it"


def test_a_language_in_use_is_known_by_that() -> None:
    assert checked_code("xx-foo", lambda: ["zh-CN", "xx"]) == "xx"
    for code in ("xx-foo", "en-foo"):
        with pytest.raises(UsageError, match=code):
            checked_code(code, lambda: ["zh-CN", "en-US"])


def test_the_pair_of_one_language_is_the_same_whatever_the_region() -> None:
    assert same("zh_TW", "zh-CN")
    assert not same("zh", "en")
    assert base("zh-CN") == "zh"


@pytest.mark.parametrize(
    ("texts", "language", "expected"),
    [
        (["Access", "Control"], "zh-CN", "Access Control"),
        (["提示：", '"Use save."', '"Use drop."', "请选择。"], "zh-CN", '提示："Use save." "Use drop."请选择。'),
        (['"灯亮了。"', '"是真的吗？"'], "zh-CN", '"灯亮了。""是真的吗？"'),
        (["“走吧。”", "“Where?”"], "zh-TW", "“走吧。”“Where?”"),
        (["他说。", "我们走。"], "en-US", "他说。我们走。"),
        (["He said 好。", "Then he left."], "en-US", "He said 好。 Then he left."),
        (["“One.”", "“Two.”"], "en-US", "“One.” “Two.”"),
        ([" One. ", "", " ", "Two."], "en-US", "One. Two."),
        (["가다.", "오다."], "ko", "가다. 오다."),
        (["ไป", "มา"], "th", "ไปมา"),
        (["API", "test"], "th", "API test"),
        ([], "en-US", ""),
    ],
)
def test_the_characters_at_a_join_decide(texts: list[str], language: str, expected: str) -> None:
    assert join(texts, language) == expected


def test_only_spaced_languages_join_with_a_space() -> None:
    assert joiner("zh-CN") == joiner("ja") == ""
    assert joiner("en-US") == joiner("ko") == " "
    assert is_spaced("de")


@given(st.text())
def test_any_text_gets_a_valid_code(text: str) -> None:
    code = detect(text)
    assert code == "und" or normalize(code) == code


def test_traditional_chinese_is_converted_to_simplified() -> None:
    assert simplified(["締約國會議", ""], "zh-HK") == ["缔约国会议", ""]
    assert simplified(["締約國會議"], "ja") == ["締約國會議"]
