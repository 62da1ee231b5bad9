"""Examples of a pair of terms from memories: units whose source has one term and whose target has the other.

The units are found by concordance, in milliseconds per term in a memory of a million units, and compared with the
target as the checks do: "frozen assets" is an example of "asset freezing".
"""

from collections.abc import Sequence
from typing import Any

from corpora.errors import UsageError
from corpora.text.languages import base
from tm.search.concordance import ConcordanceHit, ConcordanceOptions, concordance
from tm.search.matches import origin_json
from tm.search.memory import Memory
from tm.terms.check import find_term
from tm.terms.concept import Term
from tm.terms.normalization import normalize_text

__all__ = ["add_examples", "examples"]

_MOST = 30  # units with the source term that are compared


def examples(
    memories: Sequence[Memory], source: str, source_lang: str, target: str, target_lang: str, count: int
) -> list[dict[str, Any]]:
    """At most ``count`` units as ``{"source", "target", "origin"}``, the shortest first, read from source to target."""
    found: list[dict[str, Any]] = []
    sides = ((source, source_lang), (target, target_lang))
    # Either term may be inflected where the other is not: both are searched.
    for (text, language), (other, other_lang) in (sides, sides[::-1]):
        for hit in _holding(memories, text):
            unit = hit.unit
            codes = (unit.source_lang, unit.target_lang)
            mine, theirs = codes if hit.side == "source" else codes[::-1]
            if (base(mine), base(theirs)) != (base(language), base(other_lang)):
                continue
            if find_term(Term(other, other_lang), normalize_text(hit.other, other_lang)) is None:
                continue
            one, two = (hit.text, hit.other) if text == source else (hit.other, hit.text)
            example = {"source": one, "target": two, "origin": origin_json(unit)}
            if example not in found:
                found.append(example)
            if len(found) == count:
                return found
    return found


def add_examples(rows: Sequence[dict[str, Any]], memories: Sequence[Memory], count: int) -> None:
    """Add at most ``count`` examples of each pair to the rows of `tm.terms.serialization`, as ``memory_examples``."""
    known: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        pair = (row["source"], row["source_lang"], row["target"], row["target_lang"])
        if pair not in known:
            known[pair] = examples(memories, *pair, count)
        row["memory_examples"] = known[pair]


def _holding(memories: Sequence[Memory], text: str) -> list[ConcordanceHit]:
    phrase = '"' + text.replace('"', " ").replace("*", " ").replace("?", " ") + '"'
    try:
        return concordance(memories, phrase, ConcordanceOptions(limit=_MOST, counterpart=False))
    except UsageError:
        return []  # a term of signs only
