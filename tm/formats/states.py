"""What the states of other tools mean for a unit: its status, and whether somebody still has to review it.

`docs/formats.md` has the table. A translation that is a draft, machine output or a fuzzy match gets the quality 0.5
where the file gives none, so that filters, penalties and every format treat it as doubtful. The property "state" keeps
the word of the tool.
"""

import re
from typing import Any, Literal

from tm.unit import Unit

__all__ = ["Meaning", "apply_state", "confirmation_of", "meaning_of", "qualifier_of"]

Meaning = Literal["approved", "translated", "draft", "machine", "fuzzy", "rejected"]

#: The words of XLIFF 1.2 and 2, Trados (``conf``, ``origin``), memoQ, Phrase, TMX properties and PO, letters only.
_WORDS: dict[Meaning, str] = {
    "approved": "final signedoff approved approvedtranslation approvedsignoff signoff reviewed proofread "
    "proofreadconfirmed confirmedreviewer1 confirmedreviewer2 reviewer1confirmed reviewer2confirmed",
    "translated": "translated manuallyconfirmed confirmed translatorconfirmed",
    "draft": "new initial draft pending unspecified notstarted nottranslated untranslated needstranslation "
    "needsadaptation needsl10n needsreview needsreviewtranslation needsreviewadaptation needsreviewl10n edited "
    "partiallyedited pretranslated assembledfromfragments",
    "machine": "mt nmt amt machine machinetranslation machinetranslated mtsuggestion leveragedmt",
    "fuzzy": "fuzzy fuzzymatch tmsuggestion leveragedinherited",
    "rejected": "rejected rejectedtranslation translationrejected rejectedsignoff signoffrejected rejectedgrammar "
    "rejectedinaccurate rejectedlength rejectedspelling",
}
_MEANINGS: dict[str, Meaning] = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
_DOUBTFUL = 0.5
#: The ``state-qualifier`` of XLIFF 1.2 for where a translation comes from, and what the standard allows.
_QUALIFIERS: dict[Meaning, str] = {"machine": "leveraged-mt", "fuzzy": "fuzzy-match", "rejected": "rejected-inaccurate"}
_STANDARD = frozenset(
    "exact-match fuzzy-match id-match leveraged-glossary leveraged-inherited leveraged-mt leveraged-repository "
    "leveraged-tm mt-suggestion rejected-grammar rejected-inaccurate rejected-length rejected-spelling "
    "tm-suggestion".split()
)


def meaning_of(word: str) -> Meaning | None:
    """The meaning of a state in any tool, None for an unknown one.

    >>> meaning_of("needs-review-translation"), meaning_of("ApprovedSignOff"), meaning_of("?")
    ('draft', 'approved', None)
    """
    return _MEANINGS.get(re.sub(r"[\W_]+", "", word.lower()))


def apply_state(fields: dict[str, Any], state: str, origin: str = "", *, approved: bool = False) -> None:
    """Set status, quality and properties in ``fields``, the arguments of a unit; a score or status in them decides.

    ``origin`` says where the translation comes from, such as "mt"; ``approved`` that the file approves it.
    """
    if "quality" in fields or "status" in fields:
        return
    meaning, source = meaning_of(state), meaning_of(origin)
    properties = {"state": state, "state-origin": origin}
    if source in ("machine", "fuzzy", "rejected") and meaning not in ("approved", "rejected"):
        meaning = source
    if approved and meaning in (None, "translated"):
        meaning = "approved"
    if meaning in ("approved", "rejected"):
        fields["status"] = "reviewed" if meaning == "approved" else "rejected"
    elif meaning in ("draft", "machine", "fuzzy"):
        fields["quality"] = _DOUBTFUL
    if meaning not in (None, "translated", "approved"):
        kept = {name: value for name, value in properties.items() if value}
        fields["properties"] = {**kept, **fields.get("properties", {})}


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
    return "Draft" if unit.quality is not None and unit.quality < review_below else "Translated"
