"""Which column of a glossary contains what: named by the user, read from the header, or detected from the texts.

Columns of terms are those whose header is a language ("zh", "en-GB", 中文), with or without a status ("en admitted",
"en_forbidden"). A column for a note, an example, a part of speech or a status belongs to the term column on its left
where the header has several of its kind, and to the whole row where there is one. Without a header, the first two
columns are the terms, one of them in Chinese characters.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpora.errors import UsageError, WrongFormat
from corpora.text.language_names import code_of_name
from corpora.text.languages import base, canonical, checked_code, detect, is_known
from corpora.text.scripts import HAN
from tm.terms.concept import Status, flag_status
from tm.terms.formats.base import TermColumns

__all__ = ["columns_of", "columns_of_comment", "detect_columns", "named_columns", "with_fields_of_header"]

#: Field of an entry or a term to the headers that other tools use for it.
_HEADERS = {
    "id": "id|entry id|entry_id|concept id|concept_id|term id|term uuid|uuid",
    "subject": "subject|subject field|domain|category|topic|领域|主题|专业",
    "subdomain": "subdomain|sub-domain|subcategory|client|product|project",
    "definition": "definition|def|description|meaning|explanation|定义|说明|释义|描述",
    "note": "note|notes|comment|comments|remark|remarks|usage|usage note|translator_comments|"
    "developer_comments|translator comments|developer comments|备注|注释|注|说明文字",
    "example": "example|examples|example of use|example sentence|context|例句|例子|示例",
    "part_of_speech": "pos|part of speech|part-of-speech|partofspeech|word class|词性",
    "status": "status|term status|term_status|usage status|term_info|info|state|状态|术语状态|使用状态|"
    "狀態|術語狀態|verwendungsstatus|statut|statut du terme|estado|stato|gebruiksstatus|статус",
    "forbidden": "forbidden|prohibited|is forbidden|do not use|donotuse|blacklisted|blacklist|banned|禁用|禁止|"
    "verboten|interdit|prohibido|vietato|proibido|verboden|запрещено",
    "source": "source|reference|来源|出处",
    "author": "author|created by|作者",
    "accept": "accept",
    "source_example": "source_example",
    "target_example": "target_example",
}
_FIELDS = {header: name for name, headers in _HEADERS.items() for header in headers.split("|")}
#: Fields that a term has of its own.
_OF_TERM = frozenset({"note", "example", "part_of_speech", "status", "forbidden", "source"})
_NAMES = {
    "chinese": "zh-CN", "english": "en-US", "中文": "zh-CN", "汉语": "zh-CN", "英文": "en-US", "英语": "en-US",
    "french": "fr-FR", "german": "de-DE", "russian": "ru-RU", "spanish": "es-ES", "arabic": "ar-SA",
}  # fmt: skip
_SIDES = {
    "source term": "source", "source text": "source", "src": "source", "term": "source", "original": "source",
    "target term": "target", "target text": "target", "tgt": "target", "translation": "target",
}  # fmt: skip
#: What users name in ``--columns``.
_NAMED = ("author", "definition", "example", "forbidden", "id", "note", "part_of_speech", "source", "status", "subject")
_SURE = 200  # characters from which on the language of an alphabetic column is certain
_LONGEST_NAME = 200  # characters; a longer cell is not the name of a column
_TERM_COLUMN = re.compile(r"^(?P<language>.+?)(?:[ _:]+(?P<status>preferred|admitted|deprecated|forbidden|proposed))?$")
_LANGUAGE = re.compile(r"(?:[a-z]{2}|[a-z]{3}(?=[-_])|zho|chi|eng|deu|fra|spa|rus|ara|jpn|kor|yue|cmn)"
                       r"(?:[-_][a-z0-9]{1,8})*")  # fmt: skip
_HAN = re.compile(f"[{HAN}]")
#: Codes of languages that are common words or abbreviations too: "no" heads numbers, "it" a domain, "id" entries.
_WORDS = frozenset("am an as be br he hi id in is it my nr no om or os pa so to ts".split())
#: Languages with letters of their own: a column of Latin letters alone is not in one of them.
_OTHER_LETTERS = frozenset(
    "am ar bn el fa gu he hi ja ka km kn ko lo ml mr my ne or pa ru si ta te th uk ur zh".split()
)
#: Words around the language in the header of a column of terms: "Source Term (EN)", "lang_zh", 英文术语.
_AROUND = frozenset("source target src tgt term terms text lang language preferred".split())
_BETWEEN = re.compile(r"[\s_()\[\]（）:：/]+")
_TERM_IN_CHINESE = re.compile("(?<=.)(?:术语|词条|词汇|名称|原文|译文|译名)$")
_IN_TERM = re.compile(r"(?:^terms?[ _]+(?=\S)|[ _]+terms?$)")


def detect_columns(rows: Sequence[Sequence[str]], path: Path) -> TermColumns:
    """Find the columns by the header, or by the letters in them; raises `WrongFormat` where that is not possible."""
    if (candidates := _candidates(rows)) is not None:
        return candidates
    columns = _of_header(rows[0], rows[1:]) or _of_header(rows[0], rows[1:], loosely=True)
    if columns is not None:
        if len(rows) > 1 and _repeats_header(rows[1], columns):
            raise WrongFormat(f"{path}, line 2: a second header line; remove it")
        return columns
    below = [columns for row in rows[1:4] if (columns := _of_header(row)) is not None]
    if any(all(len(base(language)) == 2 for language, _ in one.terms.values()) for one in below):
        raise WrongFormat(f"{path}, line 1: a line above the header; remove it, so that the header comes first")
    width = max(len(row) for row in rows)
    sides = ["\n".join(row[at] for row in rows if len(row) > at) for at in range(min(2, width))]
    # A few words do not show which of two languages of one alphabet they are in.
    if len(sides) == 2 and bool(_HAN.search(sides[0])) is not bool(_HAN.search(sides[1])):
        languages = [_detected(side) for side in sides]
        if "und" not in languages:
            found = {at: (language, Status.PREFERRED) for at, language in enumerate(languages)}
            header = _is_foreign_header(rows, languages)
            names = rows[0] if header else ()
            fields = {at: (_field_named(names[at]) if at < len(names) else "") or "note" for at in range(2, width)}
            return TermColumns(found, fields, header)
    raise WrongFormat(f"{path}: the columns of the terms are not known; name them in a header such as zh and en")


def _detected(text: str) -> str:
    """The language of a column; a few words without accents are taken as English, which they mostly are."""
    found = detect(text)
    return "en-US" if text.isascii() and len(text) < _SURE and found != "und" else found


def columns_of_comment(line: str, width: int) -> TermColumns | None:
    """The columns of a table without a header whose first comment names two languages: "# en<tab>zh<tab>comment"."""
    names = [" ".join(name.split()).lower() for name in line.removeprefix("#").split("\t")]
    if not line.startswith("#") or len(names) < 2 or any(len(name) > _LONGEST_NAME for name in names[:2]):
        return None
    found = [_language_of(name) for name in names[:2]]
    if found[0] is None or found[1] is None or base(found[0][0]) == base(found[1][0]):
        return None
    notes = {at: (_field_named(names[at]) if at < len(names) else "") or "note" for at in range(2, width)}
    return TermColumns({0: found[0], 1: found[1]}, notes, header=False)


def with_fields_of_header(columns: TermColumns, header: Sequence[str]) -> TermColumns:
    """Columns that a user named, with those that the header names in words that are known, such as "forbidden".

    Else a term would be preferred that the table forbids. Ids are left alone, since a table may have several.
    """
    named = {at: _field_named(name) for at, name in enumerate(header)}
    times = Counter(named.values())
    own = {*columns.fields.values(), *(field for _, field in columns.term_fields.values()), "id", "accept", ""}
    fields, term_fields = dict(columns.fields), dict(columns.term_fields)
    for at, field in named.items():
        if field in own or at in columns.terms or at in fields:
            continue
        left = max((place for place in columns.terms if place < at), default=None)
        if field in _OF_TERM and times[field] > 1 and left is not None:
            term_fields[at] = left, field
        else:
            fields[at] = field
    return TermColumns(columns.terms, fields, columns.header, term_fields)


def _field_named(name: str) -> str:
    """The field of an entry or a term that a header names, "" for any other."""
    name = re.sub(r"[?？*:：\s]+$", "", " ".join(name.lower().split()))
    return _FIELDS.get(name, "") or _FIELDS.get(name.removeprefix("entry_").removeprefix("term_"), "")


def _is_foreign_header(rows: Sequence[Sequence[str]], languages: Sequence[str]) -> bool:
    """True where the first row alone has no Chinese in the Chinese column: "Begriff", "Term"."""
    at = 0 if base(languages[0]) == "zh" else 1
    chinese = [bool(_HAN.search(row[at])) for row in rows if len(row) > at]
    return len(chinese) > 2 and not chinese[0] and all(chinese[1:])


def _doubtful(names: Sequence[str], body: Sequence[Sequence[str]]) -> dict[int, bool]:
    """The columns whose name may be a word and not a language, and whether the texts below are not in that language.

    Only where the header surely names two languages; two columns of terms are left in any case, since terms may all
    be abbreviations in Latin letters.
    """
    languages = [at for at, name in enumerate(names) if _language_of(name) is not None]
    if not body or sum(names[at] not in _WORDS for at in languages) < 2:
        return {}
    found = {}
    for at, name in enumerate(names):
        if name in _WORDS | _OTHER_LETTERS:
            text = "\n".join(cells[at] for cells in body if at < len(cells))
            found[at] = text.isascii() if name in _OTHER_LETTERS else base(detect(text)) != name
    if sum(not found.get(at) for at in languages) < 2:
        found.update({at: False for at in found if names[at] not in _WORDS})
    return found


def _of_header(row: Sequence[str], body: Sequence[Sequence[str]] = (), *, loosely: bool = False) -> TermColumns | None:
    """What a header says, None where it does not name terms in two languages; ``body`` are the rows below.

    ``loosely``: words such as "source" may be beside a language, which elsewhere head a field of its terms.
    """
    names = [" ".join(cell.split()).lower() for cell in row]
    times = Counter(_field_named(name) for name in names)
    terms: dict[int, tuple[str, Status]] = {}
    fields: dict[int, str] = {}
    term_fields: dict[int, tuple[int, str]] = {}
    doubtful = _doubtful(names, body)
    for at, name in enumerate(names):
        field = _field_named(name)
        if doubtful.get(at):
            fields[at] = field or f"property {name}"
            continue
        if at in doubtful:
            field = ""
        if field and field in _OF_TERM and times[field] > 1 and terms:
            term_fields[at] = max(terms), field
        elif field:
            fields[at] = field
        elif (language := _language_of(name) or (loosely and _language_within(name))) and not (
            language[1] is Status.FORBIDDEN and _answers(body, at)
        ):
            terms[at] = language
    for at, name in enumerate(names):
        if at in terms or at in fields or at in term_fields or not name:
            continue
        own = _field_of_language(name, at, terms)
        if own is not None and own[1] == "forbidden" and _answers(body, at) is False:
            terms[at] = (terms[own[0]][0], Status.FORBIDDEN)
        elif own is not None and own[1] in _OF_TERM:
            term_fields[at] = own
        else:
            fields[at] = own[1] if own is not None and own[1] != "example" else f"property {name}"
    two = len({base(language) for language, _ in terms.values()}) >= 2
    return TermColumns(terms, fields, True, term_fields) if two else None


def _answers(body: Sequence[Sequence[str]], at: int) -> bool | None:
    """Whether the cells of a column say yes or no and are not terms; None where all are empty."""
    cells = {cell for row in body if at < len(row) and (cell := row[at].strip())}
    return all(flag_status("forbidden", cell) is not False for cell in cells) if cells else None


def _field_of_language(name: str, at: int, terms: Mapping[int, tuple[str, Status]]) -> tuple[int, str] | None:
    """The column of terms and the field of a header with both, such as "en note", "definition (zh)".

    Of several columns in the language it is the last one on the left of the column ``at``.
    """
    words = re.sub(r"[\s_()\[\]:/]+", " ", name).strip()
    for header, field in _FIELDS.items():
        if words.endswith(f" {header}"):
            language = _language_of(words.removesuffix(header).strip())
            # memoQ writes Chinese_PRC_Info.
            language = language or _language_of(name.removesuffix(header).rstrip("_ "))
        elif words.startswith(f"{header} "):
            language = _language_of(words.removeprefix(header).strip())
        else:
            continue
        if language:
            same = (
                [place for place, one in terms.items() if one == language]
                or [place for place, one in terms.items() if one[0] == language[0]]
                or [place for place, one in terms.items() if base(one[0]) == base(language[0])]
            )
            if same:
                return max((place for place in same if place < at), default=same[0]), field
    return None


def _repeats_header(row: Sequence[str], columns: TermColumns) -> bool:
    """True where each term column names its own language again: "zh, en" below "Chinese, English"."""
    names = {at: _language_of(row[at].strip().lower()) if at < len(row) else None for at in columns.terms}
    return all(name is not None and base(name[0]) == base(columns.terms[at][0]) for at, name in names.items())


def _candidates(rows: Sequence[Sequence[str]]) -> TermColumns | None:
    """The columns of a table with "source" and "target", such as extraction writes.

    Their languages are in columns too, or are detected from the texts.
    """
    names = [_SIDES.get(name, name) for name in (" ".join(cell.split()).lower() for cell in rows[0])]
    if not {"source", "target"} <= set(names) or len(rows) < 2:
        return None
    terms: dict[int, tuple[str, Status]] = {}
    for side in ("source", "target"):
        at, named_at = names.index(side), f"{side}_lang"
        code = rows[1][names.index(named_at)] if named_at in names and names.index(named_at) < len(rows[1]) else ""
        code = code or detect("\n".join(row[at] for row in rows[1:] if at < len(row)))
        try:
            terms[at] = (canonical(code), Status.PREFERRED)
        except UsageError:
            return None
    if len({base(language) for language, _ in terms.values()}) < 2:
        return None
    extracted = {"accept", "source_example"} & set(names)  # such a table has figures of its own
    rest = {at: field for at, name in enumerate(names) if at not in terms and (field := _field_named(name))}
    if not extracted:
        named = {at: f"property {name}" for at, name in enumerate(names) if name and not name.endswith("_lang")}
        rest = {at: name for at, name in named.items() if at not in terms} | rest
    return TermColumns(terms, rest, header=True)


def _language_of(name: str) -> tuple[str, Status] | None:
    name = name if name in _SIDES else _IN_TERM.sub("", name)
    match = _TERM_COLUMN.match(name) if len(name) <= _LONGEST_NAME else None
    if match is None:
        return None
    language, status = _code_of(name), Status(match["status"] or "preferred")
    if language in _NAMES:
        return _NAMES[language], status
    if not _LANGUAGE.fullmatch(language):
        code = code_of_name(language) if len(language) > 3 or not language.isascii() else ""
        # memoQ writes Chinese_PRC.
        code = code or ("_" in language and code_of_name(language.replace("_", " (", 1).replace("_", " ") + ")")) or ""
        return (code, status) if code else None
    try:
        # "en_notes" has the form of a code.
        return (canonical(language), status) if is_known(language) else None
    except UsageError:
        return None


def _language_within(name: str) -> tuple[str, Status] | None:
    """The language of a header that has only words of `_AROUND` beside it; a code that is a word too counts as one."""
    words = [word for word in _BETWEEN.split(name) if word]
    rest = [_TERM_IN_CHINESE.sub("", word) for word in words if word not in _AROUND]
    return _language_of(" ".join(rest)) if rest and rest != words and rest[0] not in _WORDS else None


def _code_of(name: str) -> str:
    """The language in the name of a column, as it is written there."""
    match = _TERM_COLUMN.match(_IN_TERM.sub("", name))
    return match["language"].strip() if match else ""


def columns_of(text: str, *, header: bool) -> TermColumns:
    """Columns of a table that a user names: ``zh=1,en=2,en_forbidden=3,note=4``. Raises `UsageError`.

    >>> str(columns_of("zh=1,en=2,note=3", header=True))
    'column 1: zh preferred, column 2: en preferred, column 3: note'
    """
    pairs: dict[str, int] = {}
    for part in text.split(","):
        name, _, number = (piece.strip() for piece in part.partition("="))
        if not re.fullmatch("[0-9]{1,6}", number) or int(number) < 1:
            raise UsageError(f"columns: {part!r} is not of the form name=number")
        pairs[name] = int(number) - 1
    return named_columns(pairs, header=header)


def named_columns(columns: Mapping[str, int], *, header: bool) -> TermColumns:
    """Columns by the names that a user gives them ("zh", "en_forbidden", "note").

    Raises `UsageError` for an unknown name, and for a language that BCP 47 does not know.
    """
    terms: dict[int, tuple[str, Status]] = {}
    fields: dict[int, str] = {}
    for name, at in columns.items():
        field = _FIELDS.get(name.lower(), "")
        language = None if field else _language_of(name.lower())
        if language is not None:
            code = _code_of(name.lower())
            if code not in _NAMES:
                checked_code(code)
            terms[at] = language
        elif field:
            fields[at] = field
        else:
            if _LANGUAGE.fullmatch(_code_of(name.lower())):
                checked_code(_code_of(name.lower()))
            raise UsageError(f"{name!r} is neither a language nor one of {', '.join(_NAMED)}")
    if len({base(language) for language, _ in terms.values()}) < 2:
        raise UsageError("columns of terms in two languages are needed")
    return TermColumns(terms, fields, header)
