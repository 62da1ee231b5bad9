"""Numbers with their nouns, as every message and every page says them: one unit, two units.

It is in the lowest package, since readers use it for warnings.
"""

__all__ = ["counted", "plural"]


def counted(number: float, one: str, many: str = "") -> str:
    """``number`` with its noun: ``1 unit``, ``2,000 units``, ``1 entry``, ``0.5 seconds``; ``many`` as in `plural`."""
    shown = f"{number:,}" if isinstance(number, int) else f"{number:g}"
    return f"{shown} {plural(number, one, many)}"


def plural(number: float, one: str, many: str = "") -> str:
    """``one`` where ``number`` is 1, else ``many``, by default ``one`` with an s."""
    return one if number == 1 else many or f"{one}s"
