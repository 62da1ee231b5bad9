"""Patterns with ``*`` (any characters) and ``?`` (one character): normalizing them and matching keys.

The result is that of GLOB in SQLite, except that brackets have no special meaning.
"""

import re
from collections.abc import Callable

from tm.terms.normalization import normalize_term

__all__ = ["glob", "matcher", "normalized_pattern"]


def normalized_pattern(question: str, language: str) -> str:
    """The pattern with the texts between its wildcards normalized, as keys are."""
    pieces = re.split(r"([*?])", question)
    pattern = "".join(piece if piece in ("*", "?") else normalize_term(piece, language) for piece in pieces)
    return re.sub(r"\*+", "*", pattern)


def glob(pattern: str) -> str:
    """The pattern for GLOB of SQLite, with brackets escaped."""
    return pattern.replace("[", "[[]")


def matcher(pattern: str) -> Callable[[str], object]:
    """A function that returns a true value for a key that matches: the ends at their places, the rest leftmost first.

    It never backtracks, so that many stars take as long as one.
    """
    head, *middle, tail = pieces if len(pieces := pattern.split("*")) > 1 else [pattern, ""]
    if middle and all(len(piece) == 1 and piece != "?" for piece in middle):
        # One expression is several times as fast and does not backtrack here: it skips other characters only.
        skipping = "".join(f"[^{re.escape(one)}]*{re.escape(one)}" for one in middle)
        return re.compile(f"{_expression(head)}{skipping}.*{_expression(tail)}", re.DOTALL).fullmatch
    between = [(_finder(piece), piece, len(piece)) for piece in middle if piece]
    find_head, find_tail = _finder(head), _finder(tail)
    before, behind, whole = len(head), len(tail), "*" not in pattern

    def fit(key: str) -> bool:
        at, end = before, len(key) - behind
        if at > end or (whole and at < end) or (before and find_head(key, head, 0, at)):
            return False
        if behind and find_tail(key, tail, end, len(key)) != end:
            return False
        for find, piece, length in between:
            at = find(key, piece, at, end)
            if at < 0:
                return False
            at += length
        return True

    return fit


def _finder(piece: str) -> Callable[[str, str, int, int], int]:
    """What finds a piece without stars in a key between two places, as `str.find` does."""
    if "?" not in piece:
        return str.find
    search = re.compile(_expression(piece), re.DOTALL).search

    def find(key: str, _: str, start: int, end: int) -> int:
        match = search(key, start, end)
        return match.start() if match else -1

    return find


def _expression(piece: str) -> str:
    return "".join("." if one == "?" else re.escape(one) for one in piece)
