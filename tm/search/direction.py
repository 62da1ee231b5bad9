"""Whether an edit means a unit in the direction in which the memory has it, or in the reverse one.

A match of a look-up may be a stored unit turned round (`Match.reverse`). Users who correct its translation by the
number of the unit mean the other side. The languages say so where they are given; else the new text does, which is in
the language of the side it replaces and mostly resembles its present text.
"""

import re

from corpora.errors import UsageError
from corpora.text.languages import base, checked_code
from corpora.text.scripts import HAN, HANGUL, KANA
from tm.search.fuzzy import similarity
from tm.unit import Unit

__all__ = ["is_reverse"]

_CLEAR = 20  # percentage points of similarity that decide
_SCRIPTS = {"zh": re.compile(f"[{HAN}]"), "ja": re.compile(f"[{HAN}{KANA}]"), "ko": re.compile(f"[{HANGUL}{HAN}]")}


def is_reverse(
    unit: Unit, source: str | None, target: str | None, source_lang: str = "", target_lang: str = ""
) -> bool:
    """True where ``source`` and ``target``, new texts or None, are meant for the unit turned round.

    Raises `UsageError` for languages that the unit does not have.
    """
    own = base(unit.source_lang), base(unit.target_lang)
    if source_lang or target_lang:
        given = [base(checked_code(code)) if code else "" for code in (source_lang, target_lang)]
        if all(code in ("", have) for code, have in zip(given, own, strict=True)):
            return False
        if all(code in ("", have) for code, have in zip(given, reversed(own), strict=True)):
            return True
        wanted = " and ".join(code for code in (source_lang, target_lang) if code)
        raise UsageError(f"the unit has the languages {unit.source_lang} and {unit.target_lang}, not {wanted}")
    votes = 0
    for text, here, there in ((source, "source", "target"), (target, "target", "source")):
        if text is not None:
            votes += _vote(text, unit, here, there)
    return votes > 0


def _vote(text: str, unit: Unit, here: str, there: str) -> int:
    """1 where the new text belongs to the other side than the named one, -1 where it does not, 0 if it is not clear."""
    sides = {"source": (unit.source, unit.source_lang), "target": (unit.target, unit.target_lang)}
    fits = {side: _fits(text, language) for side, (_, language) in sides.items()}
    if fits[here] != fits[there]:
        return -1 if fits[here] else 1
    gain = similarity(text, sides[there][0]).score - similarity(text, sides[here][0]).score
    return (gain >= _CLEAR) - (gain <= -_CLEAR)


def _fits(text: str, language: str) -> bool:
    """Whether ``text`` has the script of the language: characters in Chinese, Japanese and Korean, else none."""
    script = _SCRIPTS.get(base(language))
    if script is not None:
        return script.search(text) is not None
    letters = [sign for sign in text if sign.isalpha()]
    return 2 * sum(any(one.match(sign) for one in _SCRIPTS.values()) for sign in letters) < max(1, len(letters))
