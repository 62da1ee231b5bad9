"""How many of the listed values the checks judge as a reader does: right pairs left alone, wrong ones reported.

    python -m benchmarks.values [open|reserved|later]

`values.json` was written from the grammar of both languages before the program was asked. Every other pair of each kind
and verdict is reserved: it is only counted, and nothing was changed after looking at it. The pairs of ``later`` were
added when the others were judged: 385 of their 402 were right when they were asked first; then rules were changed.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tm.checks.finding import Severity
from tm.checks.options import CheckOptions
from tm.checks.run import check
from tm.unit import Unit

__all__ = ["judged", "run"]

#: What these report does not concern values.
_FORM = frozenset(
    {"length", "final-punctuation", "brackets", "quotes", "spaces", "cjk-latin-space", "cut-off", "score"}
)


def judged(half: str) -> Iterator[tuple[Mapping[str, str], bool, list[str]]]:
    """Each pair of ``half`` with True where it is judged correctly both ways round, and what was reported."""
    rows = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    options = CheckOptions(skip=_FORM, embeddings=False)
    for row in rows:
        if row["half"] != half:
            continue
        ways = (
            Unit(row["zh"], row["en"], "zh-CN", "en-US"),
            Unit(row["en"], row["zh"], "en-US", "zh-CN"),
        )
        found = [[one for one in check([unit], options) if one.severity is not Severity.INFO] for unit in ways]
        wanted = row["verdict"] == "wrong"
        yield row, all(bool(one) == wanted for one in found), [one.message for one in found[0] or found[1]]


def run(half: str = "open") -> dict[str, object]:
    """The share of ``half`` that is judged correctly, and the misses by kind."""
    results = list(judged(half))
    right = sum(is_right for _, is_right, _ in results)
    misses = Counter(f"{row['kind']}, {row['verdict']}" for row, is_right, _ in results if not is_right)
    return {"half": half, "pairs": len(results), "correct": right, "share": right / len(results), "misses": misses}


def main() -> None:
    half = sys.argv[1] if len(sys.argv) > 1 else "open"
    if half != "reserved":
        for row, is_right, messages in judged(half):
            if not is_right:
                print(f"{row['verdict']:6}{row['kind']}: {row['zh']} | {row['en']}  {'; '.join(messages)}")
    summary = run(half)
    print(json.dumps(summary, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
