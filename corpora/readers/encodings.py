"""Bytes to text: byte order marks first, then UTF-8, then a guess by charset-normalizer, with a warning.

Chinese files still come as GB18030, Big5 and UTF-16 without a mark. UTF-8 checks itself, so it is never a guess;
any other encoding is, and since a wrong guess gives nonsense, the warning names it.
"""

import codecs
import re
from dataclasses import dataclass

from corpora.errors import DamagedInput, InputError, WrongFormat
from corpora.text import languages
from corpora.text.plurals import counted, plural
from corpora.text.scripts import HAN, HANGUL, KANA
from corpora.xml import text_codec

__all__ = ["Decoded", "decode"]

_MARKS = (  # UTF-32 before UTF-16: the little-endian marks begin alike
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: What the guess may be. Subsets are left to their supersets (gb2312 and gbk to gb18030, cp950 to big5hkscs).
_CANDIDATES = (
    "gb18030", "big5", "big5hkscs", "cp950", "utf_16_le", "utf_16_be", "utf_8", "ascii", "cp932", "euc_jp", "cp949",
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "koi8_r", "iso8859_15",
    "tis_620",
)  # fmt: skip
_CENTRAL_EUROPE = ("cs", "hr", "hu", "pl", "ro", "sk", "sl")
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "hz": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}
_SAMPLE = 60_000  # bytes shown to the guesser: it is sure after far fewer
_DAMAGE = 0.001  # share of broken characters up to which a text is still called UTF-8 with faults
_NULS = 0.02  # share of NULs up to which bytes that are valid UTF-8 are a text with stray ones
_JUNK = 0.02  # share of control characters above which data is not text
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_ESCAPE_2022 = re.compile(rb"\x1b\$")
_HANGUL = re.compile(f"[{HANGUL}]")
_KANA = re.compile(f"[{KANA}]")
_ASIAN = re.compile(f"[{HAN}{KANA}{HANGUL}]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was decoded: ``encoding`` as Python names it, ``certain`` unless guessed, a warning or ""."""

    text: str
    encoding: str
    certain: bool
    warning: str = ""


def decode(data: bytes, name: str, *, declared: str | None = None) -> Decoded:
    """Decode ``data``; ``name`` is the file as messages call it, ``declared`` what the file says of itself.

    A declared encoding counts as certain if the bytes are valid in it. Line ends become "\\n". Raises `WrongFormat`
    where the bytes are not text, `DamagedInput` where no encoding fits them.
    """
    decoded = (
        _marked(data)
        or _utf8(data)
        or _declared(data, declared)
        or _damaged_utf8(data, declared)
        or _guessed(data, name, declared)
    )
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    head = text[:_SAMPLE]
    if len(_CONTROL.findall(head)) > _JUNK * max(len(head), 1):
        raise WrongFormat(f"{name} is not text: it contains binary data")
    return Decoded(text, decoded.encoding, decoded.certain, decoded.warning and f"{name}: {decoded.warning}")


def _marked(data: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            lost = text.count("\ufffd") - data.count("\ufffd".encode(encoding))
            return Decoded(text, encoding, True, _lost(lost, encoding))
    return None


def _utf8(data: bytes) -> Decoded | None:
    # ISO-2022 is made of ASCII bytes and would pass; many NULs occur in UTF-16 and in binary files only.
    if data.count(b"\x00", 0, _SAMPLE) > _NULS * min(len(data), _SAMPLE) or _ESCAPE_2022.search(data, 0, _SAMPLE):
        return None
    try:
        return Decoded(data.decode("utf-8"), "utf-8", True)
    except UnicodeDecodeError:
        return None


def _declared(data: bytes, declared: str | None) -> Decoded | None:
    # A page that declares UTF-16 in ASCII letters is not UTF-16 (HTML standard, 13.2.3.2), which has no codec here.
    encoding = text_codec(declared or "")
    encoding = _SUPERSETS.get(encoding, encoding)
    if not encoding:
        return None
    try:
        return Decoded(data.decode(encoding), encoding, True)
    except UnicodeDecodeError:
        return None


def _damaged_utf8(data: bytes, declared: str | None) -> Decoded | None:
    """UTF-8 with a few broken bytes: more likely than another encoding, the more so if the file says it is UTF-8."""
    if b"\x00" in data[:_SAMPLE]:
        return None
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    beyond_ascii = sum(map(len, re.findall(r"[^\x00-\x7f]+", text)))
    named = (declared or "").lower().replace("-", "") == "utf8" and beyond_ascii > 2 * lost
    if lost and (named or (beyond_ascii - lost > 20 and lost <= max(1, _DAMAGE * beyond_ascii))):
        return Decoded(text, "utf-8", True, _lost(lost, "utf-8"))
    return None


def _lost(count: int, encoding: str) -> str:
    if count <= 0:
        return ""
    was = plural(count, "was", "were")
    return f"{counted(count, 'character')} could not be read as {encoding} and {was} replaced with \ufffd"


def _guessed(data: bytes, name: str, declared: str | None) -> Decoded:
    import charset_normalizer

    matches = charset_normalizer.from_bytes(
        _sample(data), cp_isolation=list(_CANDIDATES), enable_fallback=False, preemptive_behaviour=False
    )
    names = [_SUPERSETS.get(match.encoding, match.encoding) for match in matches]
    # The letters of both have the same bytes; the words between them tell the language.
    if names and names[0] in ("cp1250", "cp1252"):
        names.insert(0, "cp1250" if _is_central_european(data) else "cp1252")
    for encoding in _chinese_first(list(dict.fromkeys(names)), data):
        text = data.decode(encoding, "replace")
        lost = text.count("\ufffd")
        if lost <= max(1, _DAMAGE * len(text)):
            label = encoding.replace("_", "-")
            more = f", and {_lost(lost, label)}" if lost else ""
            return Decoded(text, label, False, f"its encoding is not stated and was taken for {label}{more}")
    if (found := _without_faulty_lines(data, declared)) is not None:
        return found
    if not names or b"\x00" in data:
        raise WrongFormat(f"{name} is not text: it contains binary data or is in an unknown encoding")
    raise DamagedInput(f"{name} is not valid text in any encoding that fits it (the best guess was {names[0]})")


def _without_faulty_lines(data: bytes, declared: str | None) -> Decoded | None:
    """The encoding of all lines but a few, where only these keep the whole from being read; else None."""
    lines = _sample(data).split(b"\n")
    beyond = [line for line in lines if not line.isascii()]
    encoding = _SUPERSETS.get(codec := text_codec(declared or ""), codec) or "gb18030"
    sound = [line for line in beyond if "\ufffd" not in line.decode(encoding, "replace")]
    faulty = len(beyond) - len(sound)
    if b"\x00" in data or not faulty or not (faulty * 6 <= len(beyond) or (faulty == 1 and len(beyond) > 3)):
        return None
    try:
        encoding = decode(b"\n".join(sound), "", declared=declared).encoding
    except InputError:
        return None
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, False, _lost(text.count("\ufffd"), encoding))


def _is_central_european(data: bytes) -> bool:
    return languages.base(languages.detect(_sample(data).decode("cp1250", "replace"))) in _CENTRAL_EUROPE


def _sample(data: bytes) -> bytes:
    """The beginning, cut where it cannot split a character: behind a line end, else on an even offset."""
    if len(data) <= _SAMPLE:
        return data
    end = data.rfind(b"\n", 0, _SAMPLE) + 1
    if b"\x00" in data[:_SAMPLE] or not end:
        return data[: _SAMPLE - _SAMPLE % 2]
    return data[:end]


def _chinese_first(names: list[str], data: bytes) -> list[str]:
    """Move a Korean or Japanese guess back if the text does not look like it: short GBK texts are often taken for one.

    True Korean is nearly all Hangul and true Japanese has kana; GB18030 bytes read as either are a mixture.
    """
    likely: list[str] = []
    unlikely: list[str] = []
    for encoding in names:
        text = _sample(data).decode(encoding, "replace")
        letters = len(_ASIAN.findall(text)) or 1
        not_korean = encoding == "cp949" and len(_HANGUL.findall(text)) < 0.9 * letters
        not_japanese = encoding in ("cp932", "euc_jp") and len(_KANA.findall(text)) < 0.1 * letters
        (unlikely if not_korean or not_japanese else likely).append(encoding)
    if unlikely and not likely:
        likely = [one for one in ("gb18030", "big5hkscs") if "\ufffd" not in _sample(data).decode(one, "replace")]
    return likely + unlikely
