"""Run the benchmarks and write what they found to `docs/benchmarks.json` and `docs/benchmarks.md`.

    python -m benchmarks                 all of them
    python -m benchmarks documents terms   some of them; the others keep the figures of their last run

Each module has `run(shared)`, which returns a mapping of figures (nested mappings and lists of rows make tables).
The documents they read are not part of the project: see `DUIYI_SHARED` in CONTRIBUTING.md.
"""

import argparse
import importlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("documents", "alignment", "encoding", "memory", "matchers", "formats", "checks", "noise", "terms", "server",
         "team", "postgresql", "pages", "scans", "files")  # fmt: skip
RESULTS = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"


def machine() -> str:
    """Processor, cores, system and Python, as one line."""
    processor = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        processor = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{processor}, {os.cpu_count()} cores, {system}"


def shown(value: Any) -> str:
    """A figure as it is read most easily."""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as a Markdown table; the columns are the keys of all rows in the order in which they come."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(shown(row.get(name, "")) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def section(title: str, value: Any, depth: int) -> list[str]:
    """A mapping as a heading with a table of its plain figures and a section for each that is more than that."""
    parts = [f"{'#' * depth} {title}\n"]
    if isinstance(value, list):
        return [*parts, table([row if isinstance(row, dict) else {"": row} for row in value]) + "\n"]
    plain = [{"figure": k, "value": v} for k, v in value.items() if not isinstance(v, dict | list)]
    if plain:
        parts.append(table(plain) + "\n")
    for key, inner in value.items():
        if isinstance(inner, dict) and inner and all(isinstance(v, dict) for v in inner.values()):
            rows = [{"": name, **row} for name, row in inner.items()]
            if all(not isinstance(cell, dict | list) for row in rows for cell in row.values()):
                parts += [f"{'#' * (depth + 1)} {key}\n", table(rows) + "\n"]
                continue
        if isinstance(inner, dict | list) and inner:
            parts += section(str(key), inner, min(depth + 1, 5))
    return parts


def page(results: dict[str, Any]) -> str:
    """The whole page of results."""
    parts = [
        "# Benchmarks\n",
        "Made by `make bench`; do not edit. Seconds are medians on a machine that is shared with others: compare "
        "figures of one run, and trust ratios more than seconds. What each figure means and how it is measured is "
        "described in the module of its name under `benchmarks/`.\n",
    ]
    for name, result in results.items():
        parts += section(name, result["figures"], 2)
        parts.append(f"*{result['date']}, {result['machine']}*\n")
    return "\n".join(parts)


def main() -> int:
    """Run what is named and write the results; a benchmark that fails leaves the others' figures alone."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("DUIYI_SHARED", ROOT.parent / "shared")))
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    if not (arguments.shared / "data").is_dir():
        parser.error(f"the documents to measure on are not at {arguments.shared}; name their folder with --shared")
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    for name in arguments.names or NAMES:
        print(f"== {name}", flush=True)
        figures = importlib.import_module(f"benchmarks.{name}").run(arguments.shared)
        date = datetime.now(UTC).date().isoformat()
        results[name] = {"date": date, "machine": machine(), "figures": figures}
        print("\n".join(section(name, figures, 2)), flush=True)
        ordered = {known: results[known] for known in NAMES if known in results}
        RESULTS.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(page(ordered), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
