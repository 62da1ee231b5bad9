"""Encodings detected by a library, on real sentences of several lengths, and the shares that decide."""

import codecs
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.errors import DamagedInput, WrongFormat
from corpora.readers.encodings import decode

ZH = (
    "缔约国会议回顾返还腐败行为产生的非法来源资产是一项基本原则，\n"
    "并回顾缔约国有义务在返还此类资产方面相互提供最广泛的合作和协助。\n"
)
TW = (
    "締約國會議回顧返還腐敗行為產生的非法來源資產是一項基本原則，\n"
    "並回顧締約國有義務在返還此類資產方面相互提供最廣泛的合作。\n"
)
JA = "委員会は、締約国に対して、必要な措置をとるよう勧告する。\n"
KO = "위원회는 당사국이 필요한 조치를 취할 것을 권고한다.\n"
FR = "Le Comité a décidé d’élaborer un rapport détaillé à l’intention des États parties, où il était prévu.\n"
RU = "Комитет рекомендует государству-участнику принять меры по обеспечению защиты.\n"
CASES = [
    ("GB18030", ZH, "gb18030"),
    ("GBK with a rare character", ZH + "朱镕基说镕字。", "gb18030"),
    ("GB18030 beyond the plane", ZH * 3 + "𠮷", "gb18030"),
    ("Big5", TW, "big5"),
    ("UTF-16 without mark", ZH, "utf-16-le"),
    ("UTF-16 big-endian without mark", ZH, "utf-16-be"),
    ("English in UTF-16", "The Conference of the States Parties,\n" * 3, "utf-16-le"),
    ("Shift-JIS", JA * 3, "cp932"),
    ("Korean", KO * 3, "cp949"),
    ("French", FR * 3, "cp1252"),
    ("Polish", "Państwa członkowskie przyjęły środki, aby zapewnić ochronę praw.\n" * 3, "cp1250"),
    ("Russian", RU * 3, "cp1251"),
]


@pytest.mark.parametrize(("label", "text", "encoding"), CASES, ids=[case[0] for case in CASES])
def test_a_guess_is_right_and_reported_as_one(label: str, text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding), "x.txt")
    assert decoded.text == text
    assert not decoded.certain
    assert decoded.encoding in decoded.warning
    assert decoded.warning.startswith("x.txt: ")


def test_a_faulty_line_does_not_hide_the_encoding_of_the_others() -> None:
    lines = (ZH * 3).encode("gb18030").split(b"\n")
    lines[2] = b"\xff7\xff" + lines[2]
    for declared in (None, "GBK"):
        decoded = decode(b"\n".join(lines), "x.txt", declared=declared)
        assert (decoded.encoding, decoded.text.split("\n")[3]) == ("gb18030", ZH.split("\n")[1])
        assert "replaced" in decoded.warning
    with pytest.raises((DamagedInput, WrongFormat)):
        decode(b"\n".join(line + b"\xff7\xff" for line in lines), "x.txt")


def test_a_long_file_is_judged_by_its_beginning() -> None:
    assert decode((ZH * 3000).encode("gb18030"), "x").text == ZH * 3000
    assert decode((ZH * 3000).replace("\n", "").encode("utf-16-le"), "x").encoding == "utf-16-le"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_is_certain(encoding: str) -> None:
    decoded = decode(ZH.encode(encoding), "x")
    assert (decoded.text, decoded.certain, decoded.warning) == (ZH, True, "")
    assert decode(codecs.BOM_UTF16_BE + ZH.encode("utf-16-be"), "x").text == ZH


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    decoded = decode(text.encode("utf-8"), "x")
    assert (decoded.text, decoded.encoding, decoded.certain) == (text, "utf-8", True)


def test_utf8_with_a_broken_byte_stays_utf8_and_says_so() -> None:
    data = bytearray((ZH * 50).encode("utf-8"))
    data[300] = 0xFF
    decoded = decode(bytes(data), "x")
    assert decoded.encoding == "utf-8"
    assert "could not be read" in decoded.warning
    assert "\ufffd" in decoded.text


def test_a_stray_nul_does_not_make_a_text_binary() -> None:
    text = "一个字符\x00坏了。\n" * 3 + "The others are valid.\n" * 9
    assert decode(text.encode(), "x.tsv").text == text


def test_what_the_file_declares_counts_when_its_bytes_obey() -> None:
    assert decode(TW.encode("big5"), "x", declared="big5").certain
    assert decode(ZH.encode("utf-8"), "x", declared="gb2312").encoding == "utf-8"
    assert decode(ZH.encode("gb18030"), "x", declared="no-such-thing").text == ZH


def test_line_ends_are_one() -> None:
    assert decode(b"a\r\nb\rc\n", "x").text == "a\nb\nc\n"


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 20, b"\x7fELF\x02\x01\x01\x00" + b"\x00\x01" * 900, b"\x01\x02\x03\x04" * 99]
)
def test_binary_is_no_text(data: bytes) -> None:
    with pytest.raises((WrongFormat, DamagedInput), match="x"):
        decode(data, "x")


def refused(data: bytes) -> bool:
    try:
        decode(data, "x")
    except (WrongFormat, DamagedInput):
        return True
    return False


@pytest.mark.parametrize("control", ["\x01", "\x08", "\x0e", "\x1a", "\x1c", "\x1f", "\x7f"])
def test_a_text_with_many_controls_is_binary(control: str) -> None:
    assert not refused(("x" * 49 + control).encode() * 10)  # two in a hundred
    assert refused(("x" * 48 + control).encode() * 10)


@pytest.mark.parametrize("char", ["\t", "\n", "\x0b", "\x0c", "\x1b", " ", "~"])
def test_other_characters_are_text(char: str) -> None:
    assert not refused(("x" + char).encode() * 10)


def test_controls_behind_the_beginning_do_not_count() -> None:
    assert not refused(b"x" * 60_000 + b"\x01" * 5000)
    assert refused(b"x" * 58_700 + b"\x01" * 5000)


def test_nuls_behind_the_beginning_do_not_count() -> None:
    assert decode(b"x" * 60_000 + b"\x00" * 5000, "x").encoding == "utf-8"
    assert not refused(b"x" * 98 + b"\x00" * 2)
    assert refused(b"x" * 97 + b"\x00" * 3)


def test_escapes_of_iso_2022_are_not_ascii() -> None:
    assert refused(JA.encode("iso2022_jp")) or decode(JA.encode("iso2022_jp"), "x").encoding != "utf-8"
    assert decode(b"x" * 60_000 + b"\x1b$", "x").encoding == "utf-8"


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (codecs.BOM_UTF8 + b"a\xffb", "1 character could not be read as utf-8 and was replaced with \ufffd"),
        (codecs.BOM_UTF8 + b"a\xffb\xffc", "2 characters could not be read as utf-8 and were replaced with \ufffd"),
        (codecs.BOM_UTF8 + "a\ufffdb".encode(), ""),
        (codecs.BOM_UTF16_LE + b"a\x00b", "1 character could not be read as utf-16-le and was replaced with \ufffd"),
        (codecs.BOM_UTF16_BE + "\ufffd".encode("utf-16-be"), ""),
        (codecs.BOM_UTF32_BE + b"\x00\x00\x00a", ""),
        (codecs.BOM_UTF32_LE + b"a\x00\x00\x00", ""),
    ],
)
def test_bad_characters_after_a_mark_are_reported(data: bytes, warning: str) -> None:
    assert decode(data, "x").warning == (f"x: {warning}" if warning else "")


@pytest.mark.parametrize(
    ("good", "broken", "utf8"),
    [
        pytest.param(21, 1, True, id="one broken byte among 21 characters"),
        pytest.param(20, 1, False, id="too few characters to tell"),
        pytest.param(1998, 2, True, id="two in two thousand"),
        pytest.param(1997, 2, False, id="two in fewer"),
    ],
)
def test_how_much_of_utf8_may_be_broken(good: int, broken: int, utf8: bool) -> None:
    data = "字".encode() * good + b"\xffx" * broken
    if utf8:
        decoded = decode(data, "x")
        assert (decoded.encoding, decoded.certain) == ("utf-8", True)
        assert decoded.warning.startswith(f"x: {broken} character")
    else:
        assert refused(data) or decode(data, "x").encoding != "utf-8"


def test_a_replacement_character_of_the_file_is_not_a_fault() -> None:
    text = ZH * 3 + "\ufffd"
    assert decode(text.encode() + b"\xff", "x").warning.startswith("x: 1 character ")


def test_a_declaration_of_utf16_in_plain_letters_does_not_count() -> None:
    assert decode(ZH.encode("gb18030"), "x", declared="utf-16").encoding == "gb18030"
    assert decode(ZH.encode("gb18030"), "x", declared="hz").encoding == "gb18030"
    assert decode(FR.encode("cp1252"), "x", declared="windows-1252") == decode(
        FR.encode("cp1252"), "x", declared="cp1252"
    )


def test_a_few_broken_bytes_after_the_beginning_are_reported() -> None:
    data = bytearray((ZH * 1500).encode("gb18030"))
    data[100_000] = 0xFF
    decoded = decode(bytes(data), "x")
    assert decoded.encoding == "gb18030"
    assert re.search(r"taken for gb18030, and [12] characters? could not be read as gb18030", decoded.warning)
    for at in range(70_000, 170_000, 500):
        data[at] = 0xFF
    assert refused(bytes(data))


def test_a_long_line_is_cut_on_an_even_offset() -> None:
    data = ("缔约国会议回顾返还资产是一项基本原则，" * 5000).encode("gb18030")
    assert decode(data[:60_002], "x").encoding == "gb18030"


@pytest.mark.parametrize("text", ["第一条 总则", "决议草案"])
def test_few_words_of_chinese_are_neither_korean_nor_japanese(text: str) -> None:
    assert decode(text.encode("gb18030"), "x").encoding == "gb18030"
