import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import xml
from corpora.errors import DamagedInput, EmptyInput, InputError, WrongFormat

LAUGHS = (
    '<!DOCTYPE tmx [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    + "]><tmx><tu>&a9;</tu></tmx>"
)


def texts(document: str | bytes, tag: str = "tu") -> list[str]:
    data = document.encode() if isinstance(document, str) else document
    return [element.text for element in xml.stream(io.BytesIO(data), (tag,))]


def test_stream_yields_elements_of_any_namespace_with_their_lines() -> None:
    document = b'<r xmlns="urn:x">\n<tu>a</tu>\n<!-- <tu>no</tu> -->\n<tu>b</tu></r>'
    found = [(e.text, e.sourceline, xml.local(e)) for e in xml.stream(io.BytesIO(document), ("tu",))]
    assert found == [("a", 2, "tu"), ("b", 4, "tu")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_stream_believes_the_declared_encoding(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    document = f'<?xml version="1.0" encoding="{declared}"?><r><tu>对译𠮷</tu></r>'
    assert texts(document.encode(encoding)) == ["对译𠮷"]


def test_stream_reads_gzip(tmp_path: Path) -> None:
    path = tmp_path / "t.tmx.gz"
    path.write_bytes(gzip.compress(b"<r><tu>a</tu></r>"))
    assert [e.text for e in xml.stream(path, ("tu",))] == ["a"]
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DamagedInput, match="gzip"):
        list(xml.stream(path, ("tu",)))


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (LAUGHS, InputError),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><tu>&x;</tu></r>', InputError),
        ('<!DOCTYPE r [<!ENTITY x "y">]><r a="&x;"><tu/></r>', InputError),
        ("", EmptyInput),
        (" \n ", EmptyInput),
        ("PK\x03\x04", WrongFormat),
        ("plain text", WrongFormat),
        ("<r><tu>a</r>", DamagedInput),
        ("<r>" + "<a>" * 3000, DamagedInput),
        ("<r><tu>" + "x" * 11_000_000 + "</tu></r>", DamagedInput),
    ],
)
def test_invalid_documents_are_refused_with_one_line(document: str, error: type[Exception]) -> None:
    for read in (lambda data: texts(data), lambda data: xml.parse(data, name="t.xml")):
        with pytest.raises(error) as caught:
            read(document.encode())
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 200


def test_parse_keeps_to_its_size_limit() -> None:
    with pytest.raises(InputError, match="larger"):
        xml.parse(b"<r>" + b"x" * 2000 + b"</r>", max_bytes=1000)
    assert xml.parse(b"<r><a/></r>").tag == "r"


def test_a_dtd_that_is_only_named_is_not_loaded_and_known_entities_are_understood() -> None:
    document = b'<!DOCTYPE r SYSTEM "http://192.0.2.1/never.dtd"><r><tu>a&nbsp;b</tu></r>'
    (element,) = [e.__copy__() for e in xml.stream(io.BytesIO(document), ("tu",))]
    assert [xml.entity_text(child) for child in element] == ["\xa0"]


def test_what_came_before_a_fault_is_yielded_first() -> None:
    found = []
    with pytest.raises(DamagedInput, match="line 3"):
        found.extend(e.text for e in xml.stream(io.BytesIO(b"<r><tu>a</tu>\n<tu>b</tu>\n<tu>\x0b</tu></r>"), ("tu",)))
    # `extend` keeps what the generator gave before it raised.
    assert found == ["a", "b"]


DAMAGED = """<?xml version="1.0"?>
<tmx xmlns:x="urn:x"><body>
<tu>one</tu>
<tu>bad \x0b</tu>
<!-- <tu>not this</tu> -->
<tu>a & b</tu>
<tu x:y="1">two</tu>
<tu>never closed
<tu>three</tu>
<tu>cut"""


def test_fragments_keep_valid_parts_and_name_the_line_of_bad_ones() -> None:
    found = list(xml.fragments(io.BytesIO(DAMAGED.encode()), "tu"))
    assert [f.element.text for f in found if f.element is not None] == ["one", "two", "three"]
    assert [f.line for f in found if f.problem] == [4, 6, 8, 10]
    assert [f.line for f in found if f.element is not None] == [3, 7, 9]


def test_fragments_name_bytes_of_another_encoding() -> None:
    document = b'<?xml version="1.0" encoding="UTF-8"?><r><tu>a</tu>\n<tu>' + "对译".encode("gbk") + b"</tu></r>"
    good, bad = xml.fragments(io.BytesIO(document), "tu")
    assert good.element.text == "a"
    assert (bad.line, bad.problem) == (2, "bytes that are not utf-8")


@pytest.mark.parametrize("name", ["idna", "punycode", "undefined", "utf-7", "hex", "unicode_escape", "cp037", "utf-16"])
def test_fragments_do_not_believe_a_declared_codec_that_reads_no_ascii(name: str) -> None:
    document = f'<?xml version="1.0" encoding="{name}"?><r><tu>+a\\u0041对</tu><tu></r>'.encode()
    good, bad = xml.fragments(io.BytesIO(document), "tu")
    assert good.element is not None
    assert good.element.text == "+a\\u0041对"
    assert bad.problem


def test_a_fragment_without_end_does_not_fill_the_memory() -> None:
    document = b"<r><tu>" + b"x" * 12_000_000 + b"</tu><tu>a</tu></r>"
    long, good = xml.fragments(io.BytesIO(document), "tu")
    assert "longer than" in long.problem
    assert good.element.text == "a"


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=5)), st.integers(1, 9)
)
def test_fragments_do_not_depend_on_where_chunks_end(pieces: list[str], size: int) -> None:
    from xml.sax.saxutils import escape

    clean = [xml.legal(piece)[0] for piece in pieces]
    document = "<r>" + "\n".join(f"<tu>{escape(piece)}</tu>" for piece in clean) + "</r>"
    import corpora.xml as module

    before, module._CHUNK = module._CHUNK, size
    try:
        found = list(xml.fragments(io.BytesIO(document.encode()), "tu"))
    finally:
        module._CHUNK = before
    assert [f.element.text or "" for f in found] == clean


@given(st.text(st.characters(), max_size=20))
def test_legal_text_can_always_be_written(text: str) -> None:
    from lxml import etree

    clean, removed = xml.legal(text)
    element = etree.Element("a")
    element.text = clean
    assert etree.fromstring(etree.tostring(element)).text in (clean, clean.replace("\r", "\n") or None, None)
    assert xml.legal(clean) == (clean, 0)
    assert removed <= len(text)


@pytest.mark.parametrize(
    ("text", "clean", "removed"),
    [
        ("a\x0bb\x00\ufffe", "ab", 3),
        ("\ud842\udfb7", "𠮷", 0),
        ("\ud842x\udfb7", "x", 2),
        ("\udfb7\ud842\udfb7", "𠮷", 1),
        ("𠮷\u200f\t\n", "𠮷\u200f\t\n", 0),
    ],
)
def test_legal(text: str, clean: str, removed: int) -> None:
    assert xml.legal(text) == (clean, removed)
