"""The clean pairs of the shared real documents as units, each with the document that it comes from."""

import csv
import re
from pathlib import Path

from tm.unit import Unit

__all__ = ["clean", "halves", "more"]

_BEAD = re.compile(r"\[([\d, ]*)\]:\[([\d, ]*)\]")


def clean(shared: Path) -> dict[str, list[Unit]]:
    """Name -> correct units in the order of the document: ``un`` and ``paragraphs/…`` zh to en, ``po/…`` en to zh."""
    data = shared / "data"
    units = {"un": _table(data / "un" / "gold.tsv")}
    for gold in sorted((data / "paragraphs" / "gold").glob("*.align")):
        units[f"paragraphs/{gold.stem}"] = _beads(data / "paragraphs", gold)
    for path in sorted((data / "po").rglob("*.po")):
        units[f"po/{path.stem}"] = _catalogue(path)
    return units


def more(shared: Path) -> dict[str, list[Unit]]:
    """Further clean units of other kinds, zh to en: ``novels/…`` (beads of the MAC set) and ``guide`` (a manual)."""
    data = shared / "data"
    units = {
        f"novels/{gold.stem}": _beads(data / "mac-dev", gold, any_size=True)
        for gold in sorted((data / "mac-dev" / "gold").glob("*.align"))
    }
    return units | {"guide": _table(data / "maint-guide" / "gold.tsv")}


def halves(names: list[str]) -> tuple[list[str], list[str]]:
    """Part documents into those to tune on and those to report on: every other one of each kind; un stands in both."""
    split: dict[str, list[str]] = {}
    for name in names:
        split.setdefault(name.partition("/")[0], []).append(name)
    tune = [name for group in split.values() for name in group[::2]]
    report = [name for group in split.values() for name in (group[1::2] or group)]
    return tune, report


def _unit(zh: str, en: str) -> Unit:
    return Unit(zh, en, "zh-CN", "en-US")


def _table(path: Path) -> list[Unit]:
    with path.open(encoding="utf-8", newline="") as file:
        return [_unit(row["zh"], row["en"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def _beads(folder: Path, gold: Path, *, any_size: bool = False) -> list[Unit]:
    zh, en = ((folder / side / f"{gold.stem}.txt").read_text("utf-8").split("\n") for side in ("zh", "en"))
    units = []
    for line in gold.read_text("utf-8").splitlines():
        match = _BEAD.match(line)
        if match:
            left, right = ([int(number) for number in group.split(",") if number.strip()] for group in match.groups())
            if len(left) == len(right) == 1 or (any_size and left and right):
                units.append(_unit("".join(zh[i] for i in left), " ".join(en[i] for i in right)))
    return units


def _catalogue(path: Path) -> list[Unit]:
    from translate.storage import pypo

    return [
        Unit(str(unit.source), str(unit.target), "en-US", "zh-CN")
        for unit in pypo.pofile.parsefile(str(path)).units
        if not unit.isheader() and not unit.isfuzzy() and str(unit.target) and str(unit.source)
    ]
