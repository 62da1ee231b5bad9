"""The terminological entry: a concept and its terms in each language (ISO 30042, "concept orientation").

One concept has several terms per language, so that a check can distinguish a preferred term from an admitted synonym
and from a word that must not be used.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from corpora.arguments import checked_class
from corpora.text.languages import base

__all__ = [
    "LONGEST_TERM", "Concept", "Status", "Term", "cleaned_concept", "flag_status", "made_id", "packed", "term_status",
    "unpacked",
]  # fmt: skip

_SURROGATE = re.compile("[\ud800-\udfff]")
LONGEST_TERM = 1000  # characters; a longer "term" is a text in the wrong column


class Status(StrEnum):
    """How a term is to be used; "proposed" are extracted terms that nobody has reviewed."""

    PREFERRED = "preferred"
    ADMITTED = "admitted"
    DEPRECATED = "deprecated"
    FORBIDDEN = "forbidden"
    PROPOSED = "proposed"


#: What other tools and other languages call these statuses, in small letters without blanks, hyphens and "term".
_WORDS = {
    Status.PREFERRED: "preferred approved standard standardized recommended legal regulated valid final "
    "首选 推荐 优选 已批准 首選 推薦 優選 "
    "bevorzugt empfohlen préféré privilégié recommandé preferido recomendado preferito raccomandato "
    "preferencial voorkeur рекомендуемый предпочтительный",
    Status.ADMITTED: "admitted allowed acceptable accepted permitted alternative synonym nonstandard "
    "允许 可用 许用 可接受 允許 許用 erlaubt zulässig admis autorisé toléré admitido permitido ammesso consentito "
    "toegestaan допустимый",
    Status.DEPRECATED: "deprecated superseded obsolete notrecommended nonrecommended notpreferred nonpreferred "
    "discouraged outdated archaic inactive retired withdrawn historical replaced "
    "废弃 弃用 已废弃 已弃用 停用 已停用 过时 已过时 不推荐 廢棄 棄用 已廢棄 已棄用 已停用 過時 不推薦 "
    "veraltet nichtempfohlen obsolète désuet déconseillé vieilli obsoleto desaconsejado anticuado sconsigliato "
    "superato desaconselhado verouderd устаревший нерекомендуемый",
    Status.FORBIDDEN: "forbidden prohibited banned rejected donotuse dontuse neveruse nottobeused notallowed "
    "disallowed notpermitted avoid tobeavoided blacklisted blacklist incorrect wrong invalid "
    "禁用 禁止 禁止使用 勿用 不可用 错误 已禁用 已禁止 请勿使用 不得使用 錯誤 請勿使用 "
    "verboten nichtverwenden unzulässig interdit proscrit àéviter nepasutiliser prohibido nousar vietato danonusare "
    "proibido nãousar verboden nietgebruiken запрещено запрещён запрещен запрещенный запрещённый неиспользовать",
    Status.PROPOSED: "proposed provisional draft candidate suggested pending unreviewed unapproved notapproved new "
    "underreview inreview toreview needsreview forreview translationneeded unprocessed provisionallyprocessed "
    "待定 待审 待审核 未审核 未批准 待批准 候选 草稿 建议 待審 待審核 未審核 候選 建議 "
    "vorgeschlagen entwurf proposé brouillon propuesto borrador proposto bozza voorgesteld черновик предлагаемый",
}
_STATUSES = {word: status for status, words in _WORDS.items() for word in words.split()}
#: The order in which terms of one concept are shown: what to use first, what not to use last.
_ORDER = {status: rank for rank, status in enumerate((Status.PREFERRED, Status.ADMITTED, Status.PROPOSED))}


@checked_class
@dataclass(frozen=True, slots=True)
class Term:
    """A term in one language (a BCP 47 code), with its status and what is known of its use."""

    text: str
    language: str
    status: Status = Status.PREFERRED
    part_of_speech: str = ""
    source: str = ""
    note: str = ""
    examples: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """False for terms that must not be used any more, or at all."""
        return self.status not in (Status.DEPRECATED, Status.FORBIDDEN)

    @property
    def rank(self) -> int:
        """0 for preferred terms, larger for those to be shown after them."""
        return _ORDER.get(self.status, len(_ORDER))


@checked_class
@dataclass(frozen=True, slots=True)
class Concept:
    """A concept and its terms; ``id`` is its name in exchange files, ``references`` are ids of related concepts.

    >>> Concept("c1", (Term("缔约国", "zh-CN"), Term("State party", "en-US")))
    <Concept c1: 缔约国 (zh-CN), State party (en-US)>
    """

    id: str
    terms: tuple[Term, ...]
    subject: str = ""
    definition: str = ""
    references: tuple[str, ...] = ()
    note: str = ""
    author: str = ""
    created: datetime | None = None
    changed: datetime | None = None
    properties: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        terms = ", ".join(f"{term.text} ({term.language})" for term in self.terms[:4])
        return f"<Concept {self.id}: {terms}{', …' if len(self.terms) > 4 else ''}>"

    def named(self, language: str) -> tuple[Term, ...]:
        """The terms in ``language``, whatever the region, best first."""
        own = [term for term in self.terms if base(term.language) == base(language)]
        return tuple(sorted(own, key=lambda term: term.rank))


def cleaned_concept(concept: Concept) -> Concept:
    """``concept`` with U+FFFD for unpaired surrogates, which UTF-8 cannot hold."""
    terms = tuple(
        replace(
            term,
            text=_clean(term.text),
            part_of_speech=_clean(term.part_of_speech),
            source=_clean(term.source),
            note=_clean(term.note),
            examples=tuple(map(_clean, term.examples)),
        )
        for term in concept.terms
    )
    return replace(
        concept,
        id=_clean(concept.id),
        terms=terms,
        subject=_clean(concept.subject),
        definition=_clean(concept.definition),
        references=tuple(map(_clean, concept.references)),
        note=_clean(concept.note),
        author=_clean(concept.author),
        properties={_clean(name): _clean(value) for name, value in concept.properties.items()},
    )


def _clean(text: str) -> str:
    return text if text.isprintable() else _SURROGATE.sub("\ufffd", text)


def term_status(text: str) -> Status | None:
    """The status that ``text`` means in any of the usual spellings, None where it means none.

    >>> term_status("preferredTerm-admn-sts"), term_status("Not recommended")
    (<Status.PREFERRED: 'preferred'>, <Status.DEPRECATED: 'deprecated'>)
    """
    word = re.sub(r"[\W_]+", "", text.lower()).removesuffix("admnsts")
    return _STATUSES.get(word) or _STATUSES.get(word.removesuffix("term"))


#: What a column or category that is a question means, answered with yes and with no.
_FLAGS: dict[str, tuple[Status | None, Status | None]] = {
    **dict.fromkeys(
        ("forbidden", "isforbidden", "prohibited", "banned", "blacklisted", "blacklist", "notallowed", "donotuse",
         "dontuse", "禁用", "禁止",
         "verboten", "interdit", "prohibido", "vietato", "proibido", "verboden", "запрещено"),
        (Status.FORBIDDEN, None),
    ),
    **dict.fromkeys(("deprecated", "isdeprecated", "obsolete", "superseded", "废弃"), (Status.DEPRECATED, None)),
    **dict.fromkeys(("allowed", "isallowed", "permitted"), (None, Status.FORBIDDEN)),
    **dict.fromkeys(("preferred", "ispreferred", "首选"), (Status.PREFERRED, Status.ADMITTED)),
    **dict.fromkeys(("approved", "isapproved", "confirmed", "reviewed"), (None, Status.PROPOSED)),
    **dict.fromkeys(("fuzzy", "translationneeded", "needsreview"), (Status.PROPOSED, None)),
}  # fmt: skip
_YES = frozenset("x 1 y yes ok true ✓ ✔ √ 是 forbidden ja j oui sí si sì sim да".split())
_NO = frozenset("0 n no false 否 - nein non não nee нет".split())


def flag_status(name: str, answer: str) -> Status | Literal[False] | None:
    """The status that a question such as "forbidden" and its answer mean; None for none, False for no such question.

    >>> flag_status("Do not use", "TRUE"), flag_status("x-allowed", "yes"), flag_status("forbidden", "see note")
    (<Status.FORBIDDEN: 'forbidden'>, None, False)
    """
    letters, answer = re.sub(r"[\W_]+", "", name.lower()), answer.strip().lower()
    meaning = _FLAGS.get(letters) or _FLAGS.get(letters.removeprefix("x"))
    if meaning is None or answer not in _YES | _NO | {""}:
        return False
    return meaning[0] if answer in _YES else meaning[1] if answer in _NO else None


def made_id(terms: Iterable[Term]) -> str:
    """An id for a concept without one, made of the first term of each language.

    The same pair read again is then the same entry, and rows of two tables are not confused because of their numbers.
    """
    first: dict[str, str] = {}
    for term in terms:
        first.setdefault(base(term.language), term.text)
    name = "\n".join(f"{language}\t{text}" for language, text in sorted(first.items()))
    return f"x-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def packed(concept: Concept) -> str:
    """``concept`` as JSON that `unpacked` reads."""
    return json.dumps(asdict(concept), ensure_ascii=False, default=datetime.isoformat)


def unpacked(text: str) -> Concept:
    """The concept that `packed` wrote."""
    values = json.loads(text)
    terms = tuple(
        Term(**{**one, "status": Status(one["status"]), "examples": tuple(one["examples"])}) for one in values["terms"]
    )
    dates = {name: values[name] and datetime.fromisoformat(values[name]) for name in ("created", "changed")}
    return Concept(**{**values, **dates, "terms": terms, "references": tuple(values["references"])})
