"""Values that break readers, and changes to files that know a little of their structure.

A file is made from hostile texts first. Then its tokens (tags, quoted values, numbers, words) are changed: left out,
doubled, swapped, nested, replaced by hostile ones. What is packed is unpacked for it and packed again, so that the
change meets the reader and not the checksum.
"""

import json
import re
import zipfile
import zlib
from io import BytesIO
from random import Random
from typing import Any

from tests.fuzz.files import Pairs

__all__ = ["changed", "hostile_pairs", "hostile_value"]

_TEXTS = (
    "", " ", "\n", "\t", "\x00", "\x07", "\x0b\x0c", "\ud800", "\udfff\ud800", "\ufeff", "a\ufeffb", "\u2028",
    "\u0085", "\ufffe", "\u202e", "²", "①②", "٣", "Ⅷ", "ﬁ", "⼀", "e\u0301", "😀", "👨\u200d👩", "1" * 5000,
    "9" * 400, "0.0.0.0", "1e400", "NaN", "-Infinity", "1,1,1,1", "一、二、三", "三千" * 50, "第一条", "e.g. " * 40,
    "a" * 3000, "汉" * 2000, "<b>a</b>", "<a href='x", "&nbsp;", "&#0;", "&#x110000;", "&lol;", "]]>", "<!--", "-->",
    "<![CDATA[", "<?x", '"', '""', "'", "\\", "\\u0000", "\\x", "⟦", "⟦⟦", "⟦1⟧a⟦/1⟧", "⟦/1⟧",
    '⟦1 a="b"|<b>⟧', "⟦1|", "%s", "%n$s", "{0}", "{", "${a}", "`code", "[a](b", "[1]", "[^1]", "¹", "* a", "# a",
    "| a | b |", "```", "---", "- a", "> a", "\r", "\r\n", "=1+1", "@a", "+1", "http://a.b/c?d=e", "a@b.c",
    "会议通过了决议。", "The meeting adopted it.", "2020年1月1日", "1 May 2020", "5 km", "50%", "$5 million",
    "二十世纪六十年代", "Article 5 (a)", "MDCLXVI", "\\begin{a}", "\\frac{1}{2}",
)  # fmt: skip
_WORDS = (
    "0", "-1", "1", "2", "99999999999", "-99999999999999999999", "1" * 5000, "²", "①", "1e308", "1e999", "NaN",
    "Infinity", "-0.0", "0x10", "1_000", "١", "true", "null", "", " ", "a" * 300, "../../x", "/dev/null", "zh",
    "zh-Hant-HK", "xx-invalid-", "en_US@latin", "*", "utf-16", "utf-7", "hex", "idna", "unicode_escape", "punycode",
    "base64", "rot13", "utf-32", "gb18030", "latin-1", "20200101T000000Z", "0000-00-00", "99991231T235959Z", "&amp;",
    "&#65534;", "\ufffd", "%00", "A99999999", "XFE1", "R1C1", "nplurals=0", "nplurals=999999999; plural=n;",
    "preserve", "yes", "no", "sub", "ph", "bpt",
)  # fmt: skip
_TOKEN = re.compile(r"<!--.*?-->|<[^<>]{0,200}>|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|\d+|\w+|\s+|.", re.DOTALL)
_INSERTED = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\x1a", b"\x08", b"\xe2\x80\xa8",
    b"<!--", b"-->", b"<![CDATA[", b"]]>", b"</", b"&", b"&#0;", b'<!DOCTYPE x [<!ENTITY a "b">]>', b"\r", b"\n\n",
    b"\x0c", b'"', b"%%EOF",
)  # fmt: skip


def hostile_pairs(chance: Random) -> Pairs:
    """Up to six pairs of texts, most of them with something hostile inside."""

    def text() -> str:
        parts = [chance.choice(_TEXTS) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
        if chance.random() < 0.5:
            parts.insert(0, chance.choice(("会议通过了第5号决议。", "The meeting adopted resolution 5. ")))
        return "".join(parts)

    return [(text(), text()) for _ in range(chance.choice((0, 1, 1, 2, 3, 6)))]


def hostile_value(chance: Random, depth: int = 0) -> Any:
    """A JSON value of any type."""
    kind = chance.randrange(8 if depth < 3 else 6)
    if kind == 6:
        return [hostile_value(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == 7:
        return {chance.choice(_WORDS): hostile_value(chance, depth + 1) for _ in range(chance.randrange(4))}
    plain = (chance.choice(_TEXTS), chance.choice(_WORDS), None, True, float("nan"), 10**400, -3, 1e308)
    return chance.choice((plain[kind], chance.choice(plain)))


def changed(data: bytes, chance: Random) -> bytes:
    """``data`` after up to four changes."""
    for _ in range(chance.choice((0, 1, 1, 1, 2, 4))):
        if data.startswith(b"PK\x03\x04") and chance.random() < 0.85:
            data = _in_archive(data, chance)
        elif data.startswith(b"\x1f\x8b") and chance.random() < 0.85:
            data = _in_gzip(data, chance)
        elif data.startswith(b"%PDF") and chance.random() < 0.5:
            data = _in_pdf(data, chance)
        else:
            data = _once(data, chance)
    return data


def _in_gzip(data: bytes, chance: Random) -> bytes:
    import gzip

    try:
        return gzip.compress(changed(gzip.decompress(data), chance))
    except (OSError, EOFError, zlib.error):
        return data


def _in_archive(data: bytes, chance: Random) -> bytes:
    """Change one part of an archive, leave it out, rename it, or add one twice."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return _once(data, chance)
    if not parts:
        return data
    at = chance.randrange(len(parts))
    name, content = parts[at]
    kind = chance.random()
    if kind < 0.75:
        parts[at] = (name, _once(content, chance))
    elif kind < 0.85:
        del parts[at]
    elif kind < 0.9:
        parts[at] = (chance.choice(("../x", "/x", name.upper(), "x")), content)
    else:
        parts.insert(at, (name, chance.choice((b"", b"<x/>", content, b"\x00" * 1000))))
    buffer = BytesIO()
    import warnings

    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        warnings.simplefilter("ignore")  # two parts of one name are meant
        for name, content in parts:
            new.writestr(name, content)
    return buffer.getvalue()


def _in_pdf(data: bytes, chance: Random) -> bytes:
    """Change what a page draws: unpacked and changed, packed again with its length."""
    streams = list(re.finditer(rb"<< /Length \d+ /Filter /FlateDecode >>\nstream\n(.*?)\nendstream", data, re.DOTALL))
    if not streams:
        return _once(data, chance)
    one = chance.choice(streams)
    try:
        packed = zlib.compress(_once(zlib.decompress(one[1]), chance))
    except zlib.error:
        return _once(data, chance)
    new = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    return data[: one.start()] + new + data[one.end() :]


def _once(data: bytes, chance: Random) -> bytes:
    kind = chance.random()
    if kind < 0.6:
        return _tokens(data, chance)
    if kind < 0.7:
        return data[: chance.randrange(len(data) + 1)]
    if kind < 0.8:
        at = chance.randrange(len(data) + 1)
        return data[:at] + chance.choice(_INSERTED) * chance.choice((1, 1, 2, 50)) + data[at:]
    if kind < 0.87:
        bytes_ = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            if bytes_:
                bytes_[chance.randrange(len(bytes_))] = chance.randrange(256)
        return bytes(bytes_)
    if kind < 0.92:
        start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        return data[:end] + data[start:end] * chance.choice((1, 2)) + data[end:]
    if kind < 0.96:
        return data.decode("utf-8", "replace").encode(
            chance.choice(("utf-16", "utf-16-be", "gb18030", "utf-8-sig")), "replace"
        )
    return _json_lines(data, chance)


def _tokens(data: bytes, chance: Random) -> bytes:
    text = data.decode("utf-8", "surrogateescape")
    if len(text) > 60_000:  # tokens of one part
        at = chance.randrange(len(text) - 30_000)
        middle = _tokens(text[at : at + 30_000].encode("utf-8", "surrogateescape"), chance)
        rest = (text[:at].encode("utf-8", "surrogateescape"), text[at + 30_000 :].encode("utf-8", "surrogateescape"))
        return rest[0] + middle + rest[1]
    tokens = _TOKEN.findall(text)
    if not tokens:
        return data
    for _ in range(chance.choice((1, 1, 2, 5))):
        _change(tokens, chance)
        if not tokens:
            break
    return (
        "".join(tokens).encode("utf-8", "surrogatepass" if max(tokens, default="") < "\udc80" else "surrogateescape")
        if _encodable(tokens)
        else data
    )


def _encodable(tokens: list[str]) -> bool:
    try:
        "".join(tokens).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _change(tokens: list[str], chance: Random) -> None:
    at = chance.randrange(len(tokens))
    token, kind = tokens[at], chance.randrange(8)
    if kind == 0:
        del tokens[at]
    elif kind == 1:
        tokens[at] = token * chance.choice((2, 3, 100, 1000 if len(token) < 20 else 5))
    elif kind == 2:
        other = chance.randrange(len(tokens))
        tokens[at], tokens[other] = tokens[other], token
    elif kind == 3 and token.startswith(('"', "'")):
        tokens[at] = token[0] + chance.choice(_WORDS) + token[0]
    elif kind == 4 and token.startswith("<"):
        tokens[at] = chance.choice(
            (token.replace("<", "</"), token.replace("</", "<"), token[:-1], token.replace(" ", ' x="y" ', 1))
        )
    elif kind == 5:
        tokens.insert(at, chance.choice((tokens[chance.randrange(len(tokens))], chance.choice(_WORDS))))
    elif kind == 6:
        tokens[at] = chance.choice(_TEXTS)
    else:
        tokens[at] = chance.choice(_WORDS)


def _json_lines(data: bytes, chance: Random) -> bytes:
    """Change a value of an object, where the lines are JSON."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    try:
        found = json.loads(lines[at])
    except (ValueError, RecursionError):
        return _tokens(data, chance)
    if isinstance(found, dict) and found:
        found[chance.choice([*found, "score", "origin", "notes", "properties", "page", "id"])] = hostile_value(chance)
    else:
        found = hostile_value(chance)
    lines[at] = json.dumps(found, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)
