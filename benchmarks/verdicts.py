"""What share of the findings on published translations was right, from verdicts of a reader.

    python -m benchmarks.verdicts [--write]

`verdicts.json` has one row for each finding that was read: its source, unit, check, severity, message, texts and
verdict; rows with a "cause" are of findings that are no longer made, because it was removed. The
sources: documentation of Python, LibreOffice, GNOME, Debian and its maintainers, catalogues of Django, Wagtail, Sphinx,
Weblate and django CMS, novels, a resolution. Of the open sources every error and warning was judged; ``--write`` counts
them into `tm/checks/precision.json`, with the rate of wrong ones where most were found. The reserved half is a sample,
which is only counted here.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["counts"]

_HERE = Path(__file__).resolve().parent
_TABLE = _HERE.parent / "tm" / "checks" / "precision.json"
#: The units of the open sources that were checked.
_UNITS = {"libreoffice": 1207, "Django": 700, "wagtail": 700, "po": 1200, "novels": 900, "un": 323}

#: Kinds of findings of which the open source of a type of text has none, though it has much that they are about.
_NONE = ("negation warning legal",)


def _rows(half: str) -> Iterable[Mapping[str, Any]]:
    for row in json.loads((_HERE / "verdicts.json").read_text(encoding="utf-8")):
        if row["half"] == half and "cause" not in row:
            yield row


def _key(row: Mapping[str, Any]) -> str:
    return f"{row['check']} {row['severity']} {row['type']}".strip()


def counts(half: str, *, by_check: bool = True) -> Mapping[str, dict[str, int]]:
    """Check, severity and type of text, or only the severity -> how many were judged, and how many were right."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"right": 0, "judged": 0})
    for row in _rows(half):
        key = _key(row) if by_check else row["severity"]
        found[key]["judged"] += 1
        found[key]["right"] += row["verdict"] == "right"
    return dict(sorted(found.items()))


def _wrong() -> Mapping[str, int]:
    """How many findings in 10,000 units were wrong in the open source where most were, by check and severity."""
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _rows("open"):
        wrong[_key(row)][row["source"]] += row["verdict"] == "wrong"
    return {
        key: max(round(10_000 * count / _UNITS[source]) for source, count in found.items())
        for key, found in wrong.items()
    }


def main() -> None:
    for half in ("open", "reserved"):
        print(half, json.dumps(counts(half, by_check=False)))
        print(json.dumps(counts(half), indent=1))
    if "--write" in sys.argv:
        wrong = _wrong()
        rows = {key: {**row, "wrong_in_10000": wrong[key]} for key, row in counts("open").items()}
        rows |= {key: {"right": 0, "judged": 0, "wrong_in_10000": 0} for key in _NONE}
        lines = ",\n".join(f'  "{key}": {json.dumps(row)}' for key, row in rows.items())
        _TABLE.write_text(f'{{"checks": {{\n{lines}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
