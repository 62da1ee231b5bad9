"""PO files through translate-toolkit, the format of software projects and of Poedit, Lokalize and Weblate.

Fields that PO does not have are written as extracted comments, ``#. duiyi score: 0.93``, which every tool keeps. A
doubtful unit is "fuzzy". PO allows each source once: the second unit of a source gets a ``msgctxt``.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpora.errors import DamagedInput, EmptyInput, InputError
from corpora.readers.delimited import UNDECODED, is_mostly_utf8
from corpora.readers.encodings import decode
from corpora.text.languages import base, detect, same
from corpora.version import tool_version
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions, equivalent, spelt
from tm.formats.languages import LanguageSelection, named_language
from tm.formats.properties import apply_metadata, metadata_of
from tm.formats.states import apply_state, meaning_of
from tm.unit import Unit, is_doubtful

__all__ = ["plural_rule", "read_units", "write_units"]

_LARGEST = 200_000_000  # bytes: the toolkit keeps the whole file in memory
_COMMENT = re.compile(r"^duiyi ([^:]+): (.*)$")
_CONTEXT = re.compile(r"^duiyi (\d+)$")
_CHARSET = re.compile(rb"charset=([\w.-]+)")
_CHARSET_TEXT = re.compile(r"charset=[\w.-]+")
_ESCAPED = re.compile(r"[\\\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|[nrt\\])")
_PARAGRAPH = re.compile(r"(?:.+\n?)++")
_PLURAL, _PLURAL_OF = "msgid_plural", "plural-of"
_MOST_FORMS = 6
_TWO_FORMS = 2, "(n != 1)"
#: Properties that PO has a place for.
_OWN = frozenset({
    "msgctxt", _PLURAL, "flags", "references", "previous-msgid", "previous-msgid_plural", "previous-msgctxt",
    "extracted-comments",
})  # fmt: skip
#: The beginning of an entry, in a paragraph; one that begins with a translation goes on after a blank line.
_ENTRY = re.compile(r'(?:#.*\n)*(?!msgstr|")[^#\s]')
_ONE_LINE = re.compile(r'^(msg[a-z_]+(?:\[\d+\])?[ \t]*"(?:[^"\\\n]|\\.)*")[ \t]*(?=msg[a-z])', re.MULTILINE)


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write ``units`` entry by entry, after a header with both languages."""
    seen: dict[tuple[str, str], int] = {}
    plurals: set[str] = set()
    pair: tuple[str, str] | None = None
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for unit in units:
            if unit.properties.get(_PLURAL_OF) in plurals:
                written.units += 1  # in the entry of its singular
                continue
            source, target = spelt(unit.source_lang), spelt(unit.target_lang)
            if pair is None:
                pair = options.source_lang or source, options.target_lang or target
                file.write(_header(pair, options))
            if not (equivalent(source, pair[0]) and equivalent(target, pair[1])):
                written.left_out["other languages than the file's"] += 1
                continue
            if not unit.source.strip():
                written.left_out["empty side"] += 1
                continue
            text = written.styled(written.legal(unit.source), options.tags)
            entry = _entry(text, written.styled(written.legal(unit.target), options.tags), unit)
            if unit.properties.get(_PLURAL):
                plurals.add(unit.source)
            context = unit.properties.get("msgctxt", "")
            number = seen[text, context] = seen.get((text, context), 0) + 1
            if number > 1:
                entry.setcontext(f"duiyi {number}")
            elif context:
                entry.setcontext(written.legal(context))
            if options.metadata:
                _describe(entry, unit, options, written)
            file.write(str(entry) + "\n")
            written.units += 1


def _entry(source: str, target: str, unit: Unit) -> Any:
    """The entry of a unit: with all plural forms, flags, references and the former source that it was read with."""
    from translate.misc.multistring import multistring
    from translate.storage.pypo import pounit, quoteforpo

    if plural := unit.properties.get(_PLURAL):
        entry = pounit(multistring([source, plural]))
        forms = [target, *(unit.properties.get(f"msgstr[{at}]", "") for at in range(1, _MOST_FORMS))]
        last = max((at for at, form in enumerate(forms) if form), default=0)
        entry.target = multistring(forms[: max(last + 1, (plural_rule(unit.target_lang) or _TWO_FORMS)[0])])
    else:
        entry = pounit(source)
        entry.target = target
    for flag in filter(None, unit.properties.get("flags", "").split(", ")):
        entry.settypecomment(flag)
    for reference in unit.properties.get("references", "").split():
        entry.addlocation(reference)
    if former := unit.properties.get("previous-msgid"):
        plural = unit.properties.get("previous-msgid_plural")
        entry.prev_source = multistring([former, plural]) if plural else former
    if former := unit.properties.get("previous-msgctxt"):
        entry.prev_msgctxt = quoteforpo(former)
    return entry


def _describe(entry: Any, unit: Unit, options: WriteOptions, written: WriteCounts) -> None:
    for note in unit.notes:
        entry.addnote(_one_line(written.legal(note)), origin="translator")
    for line in unit.properties.get("extracted-comments", "").split("\n"):
        if line:
            entry.addnote(_one_line(written.legal(line)), origin="developer")
    fuzzy = bool(unit.target) and (unit.status == "rejected" or is_doubtful(unit, options.review_below))
    # The flag says it.
    flagged = {("score", "0.5"), ("state", "fuzzy")} if fuzzy and unit.properties.get("state") == "fuzzy" else ()
    for name, value in metadata_of(unit):
        if name not in _OWN and not name.startswith("msgstr[") and (name, value) not in flagged:
            # A comment is one line, so line breaks in the value are written as escapes.
            name = _one_line(written.legal(name)).replace(":", r"\u003a")
            entry.addnote(f"duiyi {name}: {_one_line(written.legal(value))}", origin="developer")
    if fuzzy:
        entry.markfuzzy()


def _one_line(text: str) -> str:
    """``text`` with line breaks, and blanks at its edges, as escapes."""
    text = _ESCAPED.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
    return re.sub(r"^\s|\s$", lambda match: f"\\u{ord(match[0]):04x}", text)


def _lines(text: str) -> str:
    """The inverse of `_one_line`."""
    return _ESCAPE.sub(lambda match: match[0].encode("ascii").decode("unicode_escape"), text)


def _locale(code: str) -> str:
    """The locale of gettext for a code: ``zh_CN``, ``sr@latin``."""
    language, *parts = code.split("-")
    modifier = {"Latn": "latin", "Cyrl": "cyrillic", "Arab": "arabic", "Deva": "devanagari"}.get("".join(parts[:1]))
    if modifier:
        return "_".join([language, *parts[1:]]) + f"@{modifier}"
    if parts and 5 <= len(parts[-1]) <= 8:
        return "_".join([language, *parts[:-1]]) + f"@{parts[-1]}"
    return code.replace("-", "_")


def plural_rule(code: str) -> tuple[int, str] | None:
    """How many plural forms a language has, and which number takes which, as gettext writes it; None if unknown."""
    from translate.lang.data import languages

    if base(code) == "zh":
        return 1, "0"
    known = languages.get(_locale(spelt(code))) or languages.get(base(code))
    return known and (known[1], known[2])


def _header(pair: tuple[str, str], options: WriteOptions) -> str:
    date = f"{options.date or datetime.now(UTC):%Y-%m-%d %H:%M%z}"
    source, target = map(_locale, pair)
    fields = {
        "Project-Id-Version": "duiyi",
        "POT-Creation-Date": date,
        "PO-Revision-Date": date,
        "Language": target,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals={}; plural={};".format(*plural_rule(pair[1]) or _TWO_FORMS),
        "X-Generator": f"duiyi {tool_version()}",
        "X-Source-Language": source,
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    return f'msgid ""\nmsgstr ""\n{lines}\n'


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each translated entry, one for each plural form; obsolete entries are skipped."""
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{path} is larger than {_LARGEST // 1_000_000} MB, the limit for PO files")
    data = path.read_bytes().rstrip(b"\0\x1a\r\n")
    if not data.strip():
        raise EmptyInput(f"{path} is empty")
    text = _text(data, path, problems)
    store = _parsed(_CHARSET_TEXT.sub("charset=UTF-8", text, count=1), path, problems)
    header = store.parseheader()
    by_duiyi = str(header.get("X-Generator", "")).startswith("duiyi")
    everything = [entry for entry in store.units if not entry.isheader()]
    entries = [entry for entry in everything if not entry.isobsolete()]
    if gone := len(everything) - len(entries):
        problems.skipped["an obsolete entry"] += gone
    languages = _languages(header, entries, options, path)
    selection = LanguageSelection(options, problems)
    for entry in entries:
        fields = _fields(entry, by_duiyi)
        forms = list(_forms(entry))
        for number, (source, target) in enumerate(forms):
            own = dict(fields)
            if len(forms) > 1:
                own["properties"] = {**fields.get("properties", {}), **_plural(entry, forms, number)}
            if source:
                yield from selection.of(Unit(source, target, *languages, **own))


def _text(data: bytes, path: Path, problems: UnitProblems) -> str:
    """The text of the file, without the entries in which bytes could not be read; header and comments stay."""
    declared = _CHARSET.search(data[:5000])
    if is_mostly_utf8(data):
        text, encoding, lost = data.decode("utf-8-sig", "surrogateescape"), "utf-8", UNDECODED
    else:
        decoded = decode(data, str(path), declared=declared[1].decode("ascii") if declared else None)
        text, encoding, lost = decoded.text, decoded.encoding, re.compile("\ufffd" if decoded.warning else "(?!)")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for _ in range(3):  # keywords may follow on one line; the toolkit reads the first
        text = _ONE_LINE.sub(r"\1\n", text)
    if not lost.search(text):
        return text
    header = (first := _PARAGRAPH.search(text)) and first.start()

    def kept(entry: re.Match[str]) -> str:
        bad = next((line for line in re.finditer(".+", entry[0]) if lost.search(line[0]) and line[0][0] != "#"), None)
        if bad is None or entry.start() == header:
            if found := lost.search(entry[0]):
                number = text.count("\n", 0, entry.start() + found.start()) + 1
                problems.notes.append(f"line {number}: bytes that are not {encoding}")
            return lost.sub("\ufffd", entry[0])
        problems.add(text.count("\n", 0, entry.start() + bad.start()) + 1, f"bytes that are not {encoding}")
        return ""

    return _PARAGRAPH.sub(kept, text)


def _parsed(text: str, path: Path, problems: UnitProblems) -> Any:
    """The toolkit's store of ``text``; where an entry is broken, the entries are parsed one by one."""
    from translate.storage import pypo
    from translate.storage.poparser import PoParseError

    parse: Callable[[bytes], Any] = pypo.pofile.parsestring
    try:
        store = parse(text.encode("utf-8", "replace"))
    except (PoParseError, ValueError):
        pass
    else:
        # The toolkit passes over what it does not understand.
        if len(store.units) >= sum(_ENTRY.match(match[0]) is not None for match in _PARAGRAPH.finditer(text)):
            return store
    valid: list[str] = []
    for match in _PARAGRAPH.finditer(text):
        try:
            if not parse(match[0].encode("utf-8", "replace")).units and _ENTRY.match(match[0]):
                problems.add(text.count("\n", 0, match.start()) + 1, "not a PO entry")
                continue
        except (PoParseError, ValueError) as error:
            line = text.count("\n", 0, match.start()) + 1
            within = re.search(r"on line (\d+)", str(error))
            message = str(error).partition(" on line ")[0]
            problems.add(line + int(within[1]) - 1 if within else line, f"not a PO entry: {message}", error)
        else:
            valid.append(match[0])
    try:
        return parse("\n".join(valid).encode("utf-8", "replace"))
    except (PoParseError, ValueError) as error:
        raise DamagedInput(f"{path} is not a PO file or is damaged") from error


def _languages(header: Any, entries: list[Any], options: ReadOptions, path: Path) -> tuple[str, str]:
    """Source and target: those of the header, else the requested ones; the source is detected as the last resort."""
    sample = entries[:200]
    source = header.get("X-Source-Language") or ""
    target = header.get("Language") or ""
    if not source:
        source = detect("\n".join(str(entry.source) for entry in sample))
        source = options.source_lang if options.source_lang and same(source, options.source_lang) else source
    code = str(target) or _of_name(path) or ("" if any(entry.target for entry in sample) else "und")
    return spelt(str(source)), named_language(code, options.target_lang, "target", path)


def _of_name(path: Path) -> str:
    """The language in the name of the file or of its folder, as in zh_CN.po and zh_CN/LC_MESSAGES/x.po."""
    for name in (path.stem, *(part for part in path.parts[-4:-1] if path.parent.name == "LC_MESSAGES")):
        if re.fullmatch(r"[a-z]{2}([_-][A-Z]{2}|[_-][A-Z][a-z]{3})?(@[a-z]+)?", name):
            return name
    return ""


def _forms(entry: Any) -> Iterator[tuple[str, str]]:
    """(source, target) of an entry: one, or one for the singular and one for the plural."""
    sources = [str(one) for one in getattr(entry.source, "strings", [entry.source])]
    targets = [str(one) for one in getattr(entry.target, "strings", [entry.target])] or [""]
    for position, source in enumerate(sources):
        # Chinese has one form for both: the last one is used.
        yield source, targets[min(position, len(targets) - 1)]


def _plural(entry: Any, forms: list[tuple[str, str]], number: int) -> dict[str, str]:
    """The properties that put the units of a plural entry together again."""
    if number:
        return {_PLURAL_OF: forms[0][0]}
    targets = [str(one) for one in getattr(entry.target, "strings", [entry.target])]
    return {_PLURAL: forms[1][0], **{f"msgstr[{at}]": text for at, text in enumerate(targets) if at and text}}


def _fields(entry: Any, by_duiyi: bool) -> dict[str, Any]:
    from translate.storage.pypo import unquotefrompo

    found: dict[str, str] = {}
    extracted: list[str] = []
    for line in str(entry.getnotes("developer")).split("\n"):
        match = _COMMENT.match(line) if by_duiyi else None
        if match:
            found[_lines(match[1])] = _lines(match[2])
        elif line.strip():
            extracted.append(_lines(line) if by_duiyi else line)
    notes = [
        _lines(line) if by_duiyi else line for line in str(entry.getnotes("translator")).split("\n") if line.strip()
    ]
    context = str(entry.getcontext())
    if context and not (by_duiyi and _CONTEXT.match(context)):
        found["msgctxt"] = context
    flags = [flag.strip() for line in entry.typecomments for flag in line.removeprefix("#,").split(",")]
    others = {
        "flags": ", ".join(flag for flag in flags if flag and flag.lower() != "fuzzy"),
        "references": " ".join(entry.getlocations()) if entry.sourcecomments else "",
        "previous-msgid": str(entry.prev_source) if entry.prev_msgid else "",
        "previous-msgid_plural": str(unquotefrompo(entry.prev_msgid_plural)) if entry.prev_msgid_plural else "",
        "previous-msgctxt": str(unquotefrompo(entry.prev_msgctxt)) if entry.prev_msgctxt else "",
        "extracted-comments": "\n".join(extracted),
    }
    found |= {name: value for name, value in others.items() if value}
    fields = apply_metadata(found)
    if entry.target:
        if any(flag.lower() == "fuzzy" for flag in flags):
            apply_state(fields, "fuzzy")
        elif any(meaning_of(flag) == "machine" for flag in flags):
            apply_state(fields, "", "mt")
    if notes:
        fields["notes"] = tuple(notes)
    return fields
