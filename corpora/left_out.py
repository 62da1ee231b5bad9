"""Say how much of a document was left out in reading, and by which steps."""

from collections import Counter

from corpora.document import Document

__all__ = ["left_out"]

_SHARE = 0.01  # of the text, from which it is worth saying
_STEPS = 3  # steps that are named


def left_out(document: Document) -> str:
    """One sentence with the share of the text that cleaning dropped, by step; "" for a hundredth or less.

    Characters are counted without blanks, against all that the file shows. Footnote marks and moved or joined text are
    not lost and do not count.
    """
    steps: Counter[str] = Counter()
    outside = 0  # what is not in the original, such as text at an angle
    for change in document.changes:
        if change.action == "dropped":
            size = _solid(change.text)
            steps[change.step] += size
            outside += size if change.start == change.end else 0
    total, lost = _solid(document.original) + outside, sum(steps.values())
    if not lost or lost <= _SHARE * total:
        return ""
    named = ", ".join(f"{step} {_percent(count, total)}" for step, count in steps.most_common(_STEPS))
    more = ", …" if len(steps) > _STEPS else ""
    return f"{document.path}: {_percent(lost, total)} of the text was left out ({named}{more})"


def _solid(text: str) -> int:
    return len("".join(text.split()))


def _percent(part: int, total: int) -> str:
    share = 100 * part / total
    return f"{share:.0f}%" if share >= 1 else f"{share:.1f}%"
