"""What the states of other tools mean for a unit: its status, and whether somebody still has to review it.

`docs/formats.md` has the table. A translation that is a draft, machine output or a fuzzy match gets the quality 0.5
where the file gives none, so that filters, penalties and every format treat it as doubtful. The property "state" keeps
the word of the tool.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from corpora.text_cache import cached_for_texts
from tm.unit import Unit, is_doubtful

__all__ = [
    "Meaning",
    "apply_named_states",
    "apply_state",
    "confirmation_of",
    "is_machine",
    "is_yes",
    "meaning_of",
    "qualifier_of",
]

Meaning = Literal["approved", "translated", "draft", "machine", "fuzzy", "rejected"]

#: The words of XLIFF 1.2 and 2, Trados (``conf``, ``origin``), memoQ, Phrase, TMX properties and PO, letters only.
_WORDS: dict[Meaning, str] = {
    "approved": "final signedoff approved approvedtranslation approvedsignoff signoff reviewed proofread "
    "translationapproved signoffapproved proofreadconfirmed confirmedreviewer1 confirmedreviewer2 reviewer1confirmed "
    "reviewer2confirmed verified validated 已批准 翻译已批准 签核已批准 已签核 已审核 已审校 已校对 已定稿",
    "translated": "translated manuallyconfirmed confirmed translatorconfirmed 已翻译 已译 已确认",
    "draft": "new initial draft pending unspecified notstarted nottranslated untranslated needstranslation "
    "needsadaptation needsl10n needsreview needsreviewtranslation needsreviewadaptation needsreviewl10n edited "
    "partiallyedited pretranslated assembledfromfragments fragmentassembled todo incomplete inprogress provisional "
    "suggestion suggested "
    "underreview inreview awaitingreview toreview tobereviewed forreview doubtful 草稿 待审 待审核 待校对 待定 待确认",
    "machine": "mt nmt amt machine machinetranslation machinetranslated mtsuggestion leveragedmt adaptivemt "
    "automatictranslation autotranslated rawmt 机器翻译 机翻",
    "fuzzy": "fuzzy fuzzymatch tmsuggestion leveragedinherited 模糊 模糊匹配",
    "rejected": "rejected rejectedtranslation translationrejected rejectedsignoff signoffrejected rejectedgrammar "
    "rejectedinaccurate rejectedlength rejectedspelling declined disapproved "
    "已拒绝 拒绝 被拒绝 翻译被拒绝 签核被拒绝 已否决",
}
_MEANINGS: dict[str, Meaning] = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
#: "Not approved", "unconfirmed", "needs proofreading", "未审核": somebody has still to look at it.
_NEGATED = re.compile(
    r"(?:needs?|requires?|not(?:yet)?|un|未|需要?)"
    r"(?:approv|review|confirm|proofread|verif|validat|check|edit|translat|final|work|update|批准|审|校|确认|翻译|译|定稿)"
)
_DOUBTFUL = 0.5
#: Names of properties and columns that say a state, an origin, and with "yes" one of the meanings.
_STATE_NAMES = re.compile(
    "(?:memoq|mq|sdl|trados|phrase|memsource|crowdin|weblate|lokalise|smartling|xtm)?"
    "(?:tuv?|unit|string|segment|target|text|translation|review|approval|match|workflow|confirmation)?"
    "(?:status|state|level)|confirmation|翻译状态|审校状态|状态"
)
_ORIGIN_NAMES = frozenset("origin stateorigin translationorigin matchorigin statequalifier qualifier matchtype".split())
#: What names the machine that translated, and how a user is called who is one: "MT!", "Machine Translation".
_ENGINE = re.compile("(?:mt|machinetranslation)(?:engine|provider|system|service)")
_MACHINE = re.compile(r"(?:\w+ )?(?:n?mt|machine translat(?:ion|ed)|机器翻译|机翻)(?:[!(:（ ].*)?", re.IGNORECASE)
_FLAGS: dict[str, str] = {
    "fuzzy": "fuzzy", "isfuzzy": "fuzzy", "mt": "machine", "ismt": "machine", "machinetranslated": "machine",
    "machinetranslation": "machine", "needsreview": "draft", "draft": "draft", "isdraft": "draft",
    "approved": "approved", "isapproved": "approved", "reviewed": "approved", "rejected": "rejected",
    "proofread": "approved", "validated": "approved", "verified": "approved", "confirmed": "translated",
    "isconfirmed": "translated",
}  # fmt: skip
_YES = frozenset({"yes", "true", "1", "y", "x", "是"})
_NO = frozenset({"no", "false", "0", "n", "否"})
#: The ``state-qualifier`` of XLIFF 1.2 for where a translation comes from, and what the standard allows.
_QUALIFIERS: dict[Meaning, str] = {"machine": "leveraged-mt", "fuzzy": "fuzzy-match", "rejected": "rejected-inaccurate"}
_STANDARD = frozenset(
    "exact-match fuzzy-match id-match leveraged-glossary leveraged-inherited leveraged-mt leveraged-repository "
    "leveraged-tm mt-suggestion rejected-grammar rejected-inaccurate rejected-length rejected-spelling "
    "tm-suggestion".split()
)


@cached_for_texts(10_000, longest=100)
def meaning_of(word: str) -> Meaning | None:
    """The meaning of a state in any tool, None for an unknown one.

    >>> meaning_of("needs-review-translation"), meaning_of("ApprovedSignOff"), meaning_of("?")
    ('draft', 'approved', None)
    """
    letters = _letters(word.rpartition(":")[2])  # other tools write their name before a colon
    found = _MEANINGS.get(letters) or _MEANINGS.get(letters.removeprefix("x"))
    return found or ("draft" if _NEGATED.match(letters.removeprefix("x")) else None)


def is_yes(value: str) -> bool:
    """True for "yes", "true", "1" and the like."""
    return value.strip().lower() in _YES


@cached_for_texts(10_000, longest=100)
def is_machine(name: str) -> bool:
    """True for a user or an origin that is machine translation.

    >>> [is_machine(name) for name in ("MT!DeepL", "Machine Translation", "M. Taylor")]
    [True, True, False]
    """
    return bool(_MACHINE.fullmatch(name.strip()[:100]))


def _letters(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.lower())


def apply_state(fields: dict[str, Any], state: str, origin: str = "", *, approved: bool = False) -> None:
    """Set status, quality and properties in ``fields``, the arguments of a unit; a score or status in them decides.

    ``origin`` says where the translation comes from, such as "mt"; ``approved`` that the file approves it.
    """
    if "quality" in fields or "status" in fields:
        return
    meaning, source = meaning_of(state), meaning_of(origin)
    properties = {"state": state, "state-origin": origin}
    if approved and meaning in (None, "translated"):
        meaning = "approved"
    if source == "rejected" or (source in ("machine", "fuzzy") and meaning not in ("approved", "rejected")):
        meaning = source
    if meaning in ("approved", "rejected"):
        fields["status"] = "reviewed" if meaning == "approved" else "rejected"
    elif meaning in ("draft", "machine", "fuzzy"):
        fields["quality"] = _DOUBTFUL
    if meaning not in (None, "translated", "approved"):
        kept = {name: value for name, value in properties.items() if value}
        fields["properties"] = {**kept, **fields.get("properties", {})}


def apply_named_states(fields: dict[str, Any], named: Mapping[str, str], author: str = "") -> None:
    """`apply_state` with what properties or columns say, such as x-ConfirmationLevel, "state" or "fuzzy".

    ``author`` is the user of the unit, in whose place Wordfast writes "MT!".

    >>> fields: dict[str, object] = {}
    >>> apply_named_states(fields, {"Origin": "MT", "client": "Lake club"})
    >>> fields["quality"]
    0.5
    """
    state = origin = ""
    approved = False
    for name, value in named.items():
        role, key = _role(name)
        if role == "state" and meaning_of(value):
            state = state or value
        elif role == "origin" and (meaning_of(value) or is_machine(value)):
            origin = origin or (value if meaning_of(value) else "mt")
        elif role == "engine" and value.strip().lower() not in _NO | {"", "none"}:
            origin = origin or "mt"
        elif role == "flag" and is_yes(value):
            if _FLAGS[key] == "approved":
                approved = True
            elif _FLAGS[key] in ("machine", "fuzzy"):
                origin = origin or _FLAGS[key]
            else:
                state = state or _FLAGS[key]
        elif role == "flag" and _FLAGS[key] in ("approved", "translated") and value.strip().lower() in _NO:
            state = state or " ".join(("not", key.removeprefix("is")))
    if is_machine(author):
        origin = origin or "mt"
    if state or origin or approved:
        apply_state(fields, state, origin, approved=approved)


@cached_for_texts(10_000, longest=200)
def _role(name: str) -> tuple[Literal["state", "origin", "engine", "flag", ""], str]:
    """What a property or column of this name says, "" for most; and the letters of the name."""
    # Trados writes the kind of a field behind a colon, others what it belongs to before two.
    key = _letters(name.rpartition("::")[2].partition(":")[0].partition("#")[0])
    if key not in _FLAGS:
        key = key.removeprefix("x")
    if _STATE_NAMES.fullmatch(key):
        return "state", key
    if key in _ORIGIN_NAMES:
        return "origin", key
    if _ENGINE.fullmatch(key):
        return "engine", key
    return ("flag" if key in _FLAGS else ""), key


def qualifier_of(unit: Unit) -> str:
    """The ``state-qualifier`` of XLIFF 1.2 for what is known of the origin of a translation, "" where nothing is."""
    words = [unit.properties.get(name, "") for name in ("state-origin", "state")]
    if found := next((word for word in words if word in _STANDARD), ""):
        return found
    meanings = [meaning for word in words if (meaning := meaning_of(word))]
    if unit.status == "rejected":
        meanings.append("rejected")
    return next((_QUALIFIERS[meaning] for meaning in meanings if meaning in _QUALIFIERS), "")


def confirmation_of(unit: Unit, review_below: float) -> str:
    """The confirmation level that Trados Studio gives a unit in this state."""
    if unit.status == "rejected":
        return "RejectedTranslation"
    if unit.status == "reviewed":
        return "ApprovedTranslation"
    return "Draft" if is_doubtful(unit, review_below) else "Translated"
