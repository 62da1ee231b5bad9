"""The clean pairs of the shared real documents as units, each with the document that it comes from."""

import csv
from collections.abc import Iterator
from pathlib import Path

from align import beadfile
from align.alignment import Bead
from tm.unit import Unit

__all__ = ["clean", "halves", "more", "segmented"]


def segmented(folder: Path) -> Iterator[tuple[str, tuple[list[str], list[str]], list[Bead]]]:
    """The documents of a folder of texts with one unit per line: name, both sides (zh, en), gold beads."""
    for gold in sorted((folder / "gold").glob("*.align")):
        zh, en = ((folder / one / f"{gold.stem}.txt").read_text("utf-8").splitlines() for one in ("zh", "en"))
        yield gold.stem, (zh, en), beadfile.read(gold)


def clean(shared: Path) -> dict[str, list[Unit]]:
    """Name -> correct units in the order of the document: ``un`` and ``paragraphs/…`` zh to en, ``po/…`` en to zh."""
    data = shared / "data"
    units = {"un": _table(data / "un" / "gold.tsv")}
    units |= _paired(data / "paragraphs", "paragraphs")
    for path in sorted((data / "po").rglob("*.po")):
        units[f"po/{path.stem}"] = _catalogue(path)
    return units


def more(shared: Path) -> dict[str, list[Unit]]:
    """Further clean units of other kinds, zh to en: ``novels/…`` (beads of the MAC set) and ``guide`` (a manual)."""
    data = shared / "data"
    units = _paired(data / "mac-dev", "novels", any_size=True)
    return units | {"guide": _table(data / "maint-guide" / "gold.tsv")}


def halves(names: list[str]) -> tuple[list[str], list[str]]:
    """Split documents into those to tune on and those to report on: every other one of each kind; un is in both."""
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


def _paired(folder: Path, prefix: str, *, any_size: bool = False) -> dict[str, list[Unit]]:
    """The gold beads of `segmented` documents as units; of one to one, or of any size with two sides."""
    return {
        f"{prefix}/{name}": [
            _unit("".join(zh[i] for i in bead.source), " ".join(en[j] for j in bead.target))
            for bead in beads
            if len(bead.source) == len(bead.target) == 1 or (any_size and bead.source and bead.target)
        ]
        for name, (zh, en), beads in segmented(folder)
    }


def _catalogue(path: Path) -> list[Unit]:
    from translate.storage import pypo

    return [
        Unit(str(unit.source), str(unit.target), "en-US", "zh-CN")
        for unit in pypo.pofile.parsefile(str(path)).units
        if not unit.isheader() and not unit.isfuzzy() and str(unit.target) and str(unit.source)
    ]
