"""Encodings told apart by a library, on real sentences of every length that files have."""

import codecs

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
def test_a_guess_is_right_and_said_to_be_one(label: str, text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding), "x.txt")
    assert decoded.text == text
    assert not decoded.certain
    assert decoded.encoding in decoded.warning
    assert decoded.warning.startswith("x.txt: ")


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
    text = "一个字符\x00坏了。\n" * 3 + "The others are sound.\n" * 9
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
