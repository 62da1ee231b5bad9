"""What share of the findings on published translations was right, from verdicts of a reader.

    python -m benchmarks.verdicts [--write]

`verdicts.json` has one row for each finding that was read: its source, unit, check, severity, message, texts and
verdict; rows with a "cause" are of findings that are no longer made, because it was removed. The
sources: documentation of Python, LibreOffice, GNOME, Debian and its maintainers, catalogues of Django, Wagtail, Sphinx
and django CMS, novels (reserved only),
a resolution. ``--write`` counts the open half of the sources into `tm/checks/precision.json`;
the reserved half is only counted here.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

__all__ = ["counts"]

_HERE = Path(__file__).resolve().parent
_TABLE = _HERE.parent / "tm" / "checks" / "precision.json"


def counts(half: str, *, by_check: bool = True) -> Mapping[str, dict[str, int]]:
    """Check and severity, or only the severity -> how many findings were judged, and how many were right."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"right": 0, "judged": 0})
    for row in json.loads((_HERE / "verdicts.json").read_text(encoding="utf-8")):
        if row["half"] == half and "cause" not in row:
            key = f"{row['check']} {row['severity']}" if by_check else row["severity"]
            found[key]["judged"] += 1
            found[key]["right"] += row["verdict"] == "right"
    return dict(sorted(found.items()))


def main() -> None:
    for half in ("open", "reserved"):
        print(half, json.dumps(counts(half, by_check=False)))
        print(json.dumps(counts(half), indent=1))
    if "--write" in sys.argv:
        lines = ",\n".join(f'  "{key}": {json.dumps(row)}' for key, row in counts("open").items())
        _TABLE.write_text(f'{{"checks": {{\n{lines}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
