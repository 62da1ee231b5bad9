"""Patterns with ``*`` (any run of characters) and ``?`` (one character): how they are folded, and whether a key fits.

The answer is that of SQLite's GLOB, whose own special character, the bracket, has no meaning here.
"""

import re
from collections.abc import Callable

from tm.terms.folding import fold

__all__ = ["fits", "folded_pattern", "glob"]


def folded_pattern(question: str, language: str) -> str:
    """The pattern with what stands between its wildcards folded, as keys are."""
    pieces = re.split(r"([*?])", question)
    pattern = "".join(piece if piece in ("*", "?") else fold(piece, language) for piece in pieces)
    return re.sub(r"\*+", "*", pattern)


def glob(pattern: str) -> str:
    """The pattern for SQLite's GLOB, where a bracket has a meaning too; inside one it stands for itself."""
    return pattern.replace("[", "[[]")


def fits(pattern: str) -> Callable[[str], object]:
    """What tells by something true whether a key fits: its ends at their places, the rest at the first place free.

    No choice is ever taken back, so that many stars take no longer than one.
    """
    head, *middle, tail = pieces if len(pieces := pattern.split("*")) > 1 else [pattern, ""]
    if middle and all(len(piece) == 1 and piece != "?" for piece in middle):
        # One expression is several times as fast, and takes nothing back here: what it skips is not what it seeks.
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
