"""TBX, the exchange format for terminology: v2 (ISO 30042:2008, martif) and v3 (ISO 30042:2019, styles DCA and DCT).

The three differ in the names of elements only, so one description of an entry is written in three spellings and read
by local names. The dialect is TBX-Basic. v2 is the default: OmegaT and most tools read no other.

Of the four values of ``administrativeStatus``, "deprecated" means "not to be used" and is our *forbidden*;
"superseded" means "no longer used" and is our *deprecated*. *proposed* has no counterpart and is kept as a note.
What has no field of its own stays too: further data of a term or of the entry in its note, those of a language in
the properties of the concept ("definition zh-CN").
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpora import xml
from corpora.errors import UsageError, WrongFormat
from corpora.text.languages import canonical
from corpora.xml_units import unit_elements
from tm.terms.concept import Concept, Status, Term, flag_status, made_id, term_status
from tm.terms.formats.base import EntryProblems, GlossaryOptions, TbxStyle

__all__ = ["read_concepts", "write_concepts"]

_V3 = "urn:iso:std:iso:30042:ed-2"
_XML = "http://www.w3.org/XML/1998/namespace"
_LANG = f"{{{_XML}}}lang"
_STATUS = {
    Status.PREFERRED: "preferredTerm-admn-sts",
    Status.ADMITTED: "admittedTerm-admn-sts",
    Status.DEPRECATED: "supersededTerm-admn-sts",
    Status.FORBIDDEN: "deprecatedTerm-admn-sts",
}
_PARTS = frozenset({"noun", "verb", "adjective", "adverb", "other"})
#: The data categories of TBX-Basic that DCT spells in the namespace of the Min module; the others are in Basic's.
_MIN = frozenset({"subjectField", "administrativeStatus", "partOfSpeech", "customerSubset", "externalCrossReference"})
_DIALECTS = frozenset({"TBX-Basic", "TBX-Core", "TBX-Min", "TBX", "TBX-Default", "TBX-Linguist", "TBX-Glossary"})
#: What a language may have of its own: kept in the properties of the concept, such as "definition zh-CN".
_OF_LANGUAGE = (("descrip", "definition"), ("admin", "source"), ("note", "language note"))
#: Elements that enclose others, or have a field of their own.
_READ = frozenset(
    {"term", "administrativeStatus", "normativeAuthorization", "partOfSpeech", "source", "note", "context"}
)
#: Categories that say a status, in small letters, the decisive ones first.
_STATUSES = ("administrativestatus", "normativeauthorization", "status", "termstatus", "usagestatus", "processstatus")
#: Words of remarks that are about something else too: "approved", "synonym".
_USUAL_WORDS = (Status.PREFERRED, Status.ADMITTED)
_GROUPS = ("Grp", "tig", "termSec", "transac", "transacNote", "date")
#: The levels of an entry in all versions; TBX-Min of 2013 has the last ones.
_LANGUAGE = frozenset({"langSec", "langSet", "langGroup"})
_TERM = frozenset({"termSec", "tig", "ntig", "termGroup"})
_ENTRIES = {"tbx": "conceptEntry", "TBX": "entry"}
_NOT_A_NAME = re.compile(r"[^\w.-]|^(?![A-Za-z_])")


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How one style names the levels, and how it writes a data category."""

    entry: str
    language: str
    term: str
    categories_are_elements: bool = False


_SPELLINGS: dict[TbxStyle, _Spelling] = {
    "2": _Spelling("termEntry", "langSet", "tig"),
    "3-dca": _Spelling("conceptEntry", "langSec", "termSec"),
    "3-dct": _Spelling("conceptEntry", "langSec", "termSec", categories_are_elements=True),
}


def write_concepts(path: Path, concepts: Iterable[Concept], options: GlossaryOptions) -> int:
    """Write ``concepts`` as TBX-Basic and return how many there are; ids are made into XML names."""
    from lxml import etree

    style = options.style
    spelling = _SPELLINGS[style]
    entries = list(concepts)
    names = _names(entries)
    # Through a stream: lxml refuses names that are not in UTF-8.
    with path.open("wb") as file, etree.xmlfile(file, encoding="utf-8") as out:
        out.write_declaration()
        if style == "2":
            out.write_doctype('<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">')
            root: Any = out.element("martif", {"type": "TBX-Basic", _LANG: "en"}, nsmap={"xml": _XML})
        else:
            spaces: dict[str | None, str] = {None: _V3, "xml": _XML}
            if spelling.categories_are_elements:
                spaces |= {"min": "http://www.tbxinfo.net/ns/min", "basic": "http://www.tbxinfo.net/ns/basic"}
            attributes = {"type": "TBX-Basic", "style": style[2:], _LANG: "en"}
            root = out.element(f"{{{_V3}}}tbx", attributes, nsmap=spaces)
        with root:
            out.write("\n", _header(style), "\n")
            space = "" if style == "2" else f"{{{_V3}}}"
            with out.element(f"{space}text"), out.element(f"{space}body"):
                for concept in entries:
                    out.write("\n", _Writer(spelling, space, names).entry(concept))
                out.write("\n")
    return len(entries)


def _names(concepts: Sequence[Concept]) -> dict[str, str]:
    """An XML name for every concept id, itself where it is one already."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for concept in concepts:
        name = _NOT_A_NAME.sub("_", concept.id) or "_"
        if not re.match(r"[A-Za-z_]", name):
            name = f"_{name}"
        base_name, number = name, 2
        while name in taken:
            name, number = f"{base_name}-{number}", number + 1
        taken.add(name)
        names[concept.id] = name
    return names


def _header(style: TbxStyle) -> Any:
    from lxml import etree

    space = "" if style == "2" else f"{{{_V3}}}"
    header = etree.Element(f"{space}{'martifHeader' if style == '2' else 'tbxHeader'}")
    source = etree.SubElement(etree.SubElement(header, f"{space}fileDesc"), f"{space}sourceDesc")
    etree.SubElement(source, f"{space}p").text = "Written by duiyi"
    if style == "2":
        encoding = etree.SubElement(header, "encodingDesc")
        etree.SubElement(encoding, "p", {"type": "XCSURI"}).text = "TBXBasicXCSV02.xcs"
    return header


class _Writer:
    """Builds the element of one entry in one spelling."""

    def __init__(self, spelling: _Spelling, space: str, names: dict[str, str]) -> None:
        self.spelling, self.space, self.names = spelling, space, names

    def entry(self, concept: Concept) -> Any:
        from lxml import etree

        entry = etree.Element(f"{self.space}{self.spelling.entry}", {"id": self.names[concept.id]})
        if concept.subject:
            self.category(entry, "descrip", "subjectField", concept.subject)
        if concept.definition:
            self.category(entry, "descrip", "definition", concept.definition)
        for action, date in (("origination", concept.created), ("modification", concept.changed)):
            if date is not None:
                group = self.child(entry, "transacGrp")
                self.category(group, "transac", "transactionType", action)
                self.child(group, "date", date.date().isoformat())
                if concept.author and action == "origination":
                    self.category(group, "transacNote", "responsibility", concept.author)
        if concept.note:
            self.child(entry, "note", concept.note)
        for reference in concept.references:
            if reference in self.names:
                self.category(entry, "ref", "crossReference", reference, target=self.names[reference])
        languages: dict[str, Any] = {}
        for term in concept.terms:
            if term.language not in languages:
                languages[term.language] = self.language(entry, concept, term.language)
            self.term(languages[term.language], term)
        return entry

    def language(self, entry: Any, concept: Concept, code: str) -> Any:
        section = self.child(entry, self.spelling.language)
        section.set(_LANG, code)
        for element, name in _OF_LANGUAGE:
            if text := concept.properties.get(f"{name} {code}"):
                if element == "note":
                    self.child(section, "note", text)
                else:
                    self.category(section, element, name, text)
        return section

    def term(self, parent: Any, term: Term) -> None:
        section = self.child(parent, self.spelling.term)
        self.child(section, "term", term.text)
        if term.status in _STATUS:
            self.category(section, "termNote", "administrativeStatus", _STATUS[term.status])
        if term.part_of_speech:
            part = term.part_of_speech if term.part_of_speech in _PARTS else "other"
            self.category(section, "termNote", "partOfSpeech", part)
        for example in term.examples:
            self.category(section, "descrip", "context", example)
        if term.source:
            self.category(section, "admin", "source", term.source)
        if term.status is Status.PROPOSED:
            self.child(section, "note", Status.PROPOSED.value)
        if term.note:
            self.child(section, "note", term.note)

    def child(self, parent: Any, name: str, text: str | None = None) -> Any:
        from lxml import etree

        child = etree.SubElement(parent, f"{self.space}{name}")
        if text is not None:
            child.text = xml.legal(text)[0]
        return child

    def category(self, parent: Any, element: str, name: str, text: str, target: str = "") -> None:
        """A data category: ``<termNote type="partOfSpeech">`` in DCA, ``<min:partOfSpeech>`` in DCT."""
        from lxml import etree

        if self.spelling.categories_are_elements:
            module = "min" if name in _MIN else "basic"
            child = etree.SubElement(parent, f"{{http://www.tbxinfo.net/ns/{module}}}{name}")
            child.text = xml.legal(text)[0]
        else:
            child = self.child(parent, element, text)
            child.set("type", name)
        if target:
            child.set("target", target)


def read_concepts(path: Path, problems: EntryProblems) -> Iterator[Concept]:
    """Yield the concepts of a TBX file of any version and style; what is wrong with one goes to ``problems``.

    Raises `corpora.errors.WrongFormat` for XML that is not TBX or of another dialect, `DamagedInput` for broken XML.
    """
    seen: set[str] = set()
    count = 0
    root = xml.beginning(path)
    if root is not None:
        _check_dialect(root, path)
    entry = _ENTRIES.get("" if root is None else xml.local(root), "termEntry")
    for piece in unit_elements(path, entry, ("body",)):
        count += 1
        element = piece.element
        if element is None:
            problems.add(piece.line, piece.problem, piece.lost)
            continue
        concept = _concept(element, count, problems, piece.line)
        if concept is None:
            continue
        if concept.id in seen:
            problems.add(piece.line, f"the concept {concept.id!r} occurs a second time")
            continue
        seen.add(concept.id)
        yield concept
    if count == 0:
        raise WrongFormat(f"{path} has no TBX entries")


def _check_dialect(root: Any, path: Path) -> None:
    if xml.local(root) not in {"martif", "tbx", "TBX"}:
        raise WrongFormat(f"{path} is not TBX: it begins with <{xml.local(root)}>")
    dialect = root.get("type") or root.get("dialect", "TBX")
    if dialect not in _DIALECTS:
        raise WrongFormat(
            f"{path}, line {root.sourceline}: TBX of the dialect {dialect!r} is not read; export TBX-Basic"
        )


def _concept(entry: Any, number: int, problems: EntryProblems, line: int) -> Concept | None:
    fields: dict[str, Any] = {"id": entry.get("id") or ""}
    terms: list[Term] = []
    references: list[str] = []
    notes: list[str] = []
    known = len(problems.found)
    for child in entry.iterdescendants("{*}*"):
        name, text = _category(child), _text(child)
        level = _level(child, entry)
        if level == "entry" and name in {"subjectField", "definition"} and text:
            fields.setdefault({"subjectField": "subject"}.get(name, name), text)
        elif level == "language" and ("definition" in name or name == "source") and text:
            _of_language(child, name, text, fields)
        elif level == "entry" and name == "crossReference":
            references.append(child.get("target") or text)
        elif level == "entry" and name == "transacGrp":
            fields |= _transaction(child, fields)
        elif xml.local(child) in _TERM:
            term = _term(child, problems, terms[0].language if terms else "")
            if term is not None:
                terms.append(term)
        elif level == "entry" and not _is_structure(child):
            notes += _remark(child, name, text)
        elif level == "language" and not _is_structure(child) and (remark := _remark(child, name, text)):
            kept = fields.setdefault("properties", {})
            place = f"language note {_spelt(_language_around(child))}"
            kept[place] = "; ".join(filter(None, (kept.get(place, ""), *remark)))
    if not terms:
        faults = problems.found[known:]
        problems.found[known:] = [replace(fault, lost=int(fault is faults[0]), of_term=False) for fault in faults]
        if not faults:
            problems.add(line, f"the concept {fields['id'] or number!r} has no term")
        return None
    if notes:
        fields["note"] = "; ".join(notes)
    fields["id"] = fields["id"] or made_id(terms)
    return Concept(terms=tuple(terms), references=tuple(references), **fields)


def _of_language(element: Any, name: str, text: str, fields: dict[str, Any]) -> None:
    """Keep a definition or source that a language has of its own; the first definition is that of the concept."""
    if "definition" in fields or name != "definition":
        place = f"{name} {_spelt(_language_around(element))}"
        fields.setdefault("properties", {}).setdefault(place, text)
    else:
        fields["definition"] = text


def _language_around(element: Any) -> str:
    return next((code for one in element.iterancestors() if (code := one.get(_LANG) or one.get("lang"))), "")


def _is_structure(element: Any) -> bool:
    """True for the elements that only hold others, and for what `_transaction` reads."""
    name = xml.local(element)
    if name.endswith(_GROUPS) or name in _LANGUAGE:
        return True
    return any(xml.local(one) == "transacGrp" for one in element.iterancestors())


def _remark(element: Any, name: str, text: str) -> list[str]:
    """What an element without a field of its own says, with the address that it points to."""
    target = element.get("target", "")
    said = f"{text} ({target})" if text and target else text or target
    return [said if "note" in name.lower() else f"{name}: {said}"] if said else []


def _spelt(language: str) -> str:
    try:
        return canonical(language)
    except UsageError:
        return language


def _level(element: Any, entry: Any) -> str:
    """The level of an element in the entry: "entry", "language" or "term"."""
    for parent in element.iterancestors():
        if parent is entry:
            return "entry"
        if xml.local(parent) in _TERM:
            return "term"
        if xml.local(parent) in _LANGUAGE:
            return "language"
    return "entry"


def _category(element: Any) -> str:
    """The data category of an element: its type in DCA and v2, its own name in DCT."""
    return str(element.get("type") or xml.local(element))


def _text(element: Any) -> str:
    if not isinstance(element.tag, str):  # a comment or an instruction, which has no text
        return ""
    return " ".join("".join(element.itertext()).split())


def _transaction(group: Any, known: dict[str, Any]) -> dict[str, Any]:
    values = {_category(child): _text(child) for child in group}
    try:
        date = datetime.fromisoformat(values.get("date", "")).replace(tzinfo=UTC)
    except ValueError:
        return {}
    kind = "created" if values.get("transactionType") == "origination" else "changed"
    found: dict[str, Any] = {} if kind in known else {kind: date}
    if values.get("responsibility") and "author" not in known:
        found["author"] = values["responsibility"]
    return found


def _status(values: dict[str, list[str]], notes: Sequence[str]) -> Status | None:
    """The status that the categories of a term say, or a remark that is nothing but a status; None for none."""
    named = {re.sub(r"[\W_]+", "", name.lower().removeprefix("x-")): texts[0] for name, texts in values.items()}
    flags = [flag for name, text in named.items() if (flag := flag_status(name, text))]
    remarks = [*notes, *(text for name, text in named.items() if "usage" in name)]
    found = [status for text in remarks if (status := term_status(text)) and status not in _USUAL_WORDS]
    others = (name for name in named if name.endswith("status"))
    written = next((named[name] for name in (*_STATUSES, *others) if term_status(named.get(name, ""))), "")
    if Status.FORBIDDEN in (*flags, *found) or re.match(r"deprecated\s*term", written, re.IGNORECASE):
        return Status.FORBIDDEN
    return term_status(written) or next(iter((*flags, *found)), None)


def _term(section: Any, problems: EntryProblems, first_language: str) -> Term | None:
    language = _language_around(section)
    values: dict[str, list[str]] = {}
    for child in section.iter("{*}*"):
        if not xml.local(child).endswith(_GROUPS):
            target, text = child.get("target"), _text(child)
            values.setdefault(_category(child), []).append(f"{text} ({target})" if target else text)
    text = (values.get("term") or [""])[0]
    problem = problems.of_term(text)
    if problem:
        problems.add(section.sourceline, problem, of_term=True)
        return None
    try:
        code = canonical(language)
    except UsageError:
        problems.add(section.sourceline, f"{language!r} is not a language code", of_term=True)
        return None
    notes = values.get("note", [])
    others = [
        text if "note" in name.lower() else f"{name}: {text}"
        for name, texts in values.items()
        for text in texts
        if name not in _READ and text
    ]
    status = _status(values, notes)
    if status is None:
        status = (
            Status.PROPOSED if Status.PROPOSED.value in notes else problems.usual(first=first_language in ("", code))
        )
    return Term(
        text,
        code,
        status,
        (values.get("partOfSpeech") or [""])[0],
        (values.get("source") or [""])[0],
        "; ".join([*(note for note in notes if note != Status.PROPOSED.value), *others]),
        tuple(values.get("context", ())),
    )
