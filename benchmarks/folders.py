"""How many of 200 files a side find their partners in another folder, by three kinds of names.

The files are parts of the documents with gold: some 20 pairs of sentences or paragraphs each. "changed" names have
other words, numbers and order in the two languages, "useless" ones are numbers of scans in an order of their own.
"""

import csv
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.encoder import Encoder
from tm.jobs.pairing import pair_folders

__all__ = ["run"]

_FILES = 200
_PART = 20  # beads or rows of a file
_LIST = re.compile(r"\[(.*?)\]:\[(.*?)\]")
_CHANGED = (
    "{name} 第{at}部分 (中文).txt|Part {at} of {name}.txt", "{name}_{at}_定稿.txt|{name}_{at}_final_v2.txt",
    "{name}.{at}.cn.txt|{name}-part{at}.txt", "{name} 译文{at}.txt|{name}_copy_{more}.txt",
)  # fmt: skip

Part = tuple[str, list[str], list[str]]


def run(shared: Path, place: Path, encoder: Encoder) -> dict[str, Any]:
    """For each kind of names: how many pairs are right, how many of them are listed as doubtful, seconds aside."""
    parts = list(_parts(shared / "data"))
    chance = random.Random(5)
    chance.shuffle(parts)
    return {kind: _share(parts[:_FILES], kind, place / kind, encoder) for kind in ("similar", "changed", "useless")}


def _share(parts: list[Part], kind: str, place: Path, encoder: Encoder) -> dict[str, Any]:
    sides = place / "zh", place / "en"
    for side in sides:
        side.mkdir(parents=True)
    order = list(range(len(parts)))
    random.Random(7).shuffle(order)
    gold = {}
    for at, (name, zh, en) in enumerate(parts):
        pattern = {"similar": "{name}-{at:03d}_zh.txt|{name}-{at:03d}_en.txt", "changed": _CHANGED[at % len(_CHANGED)],
                   "useless": "scan{at:04d}.txt|document ({other}).txt"}[kind]  # fmt: skip
        names = pattern.format(name=name, at=at, more=at + 1000, other=order[at]).split("|")
        for side, own, texts in zip(sides, names, (zh, en), strict=True):
            (side / own).write_text("\n\n".join(texts), "utf-8")
        gold[names[0]] = names[1]
    found = [pair for pair in pair_folders(*sides, encoder=encoder).pairs if pair.source and pair.target]
    right = [pair for pair in found if pair.source and pair.target and gold[pair.source.name] == pair.target.name]
    certain = sum(pair.certain for pair in found)
    return {
        "right partner, %": round(100 * len(right) / len(parts), 1),
        "wrong and certain": certain - sum(pair.certain for pair in right),
        "left to a person": len(found) - certain,
    }


def _parts(data: Path) -> Iterator[Part]:
    for folder in ("mac-dev", "mac-more", "paragraphs"):
        for gold in sorted((data / folder / "gold").glob("*.align")):
            texts = [
                (data / folder / side / f"{gold.stem}.txt").read_text("utf-8").split("\n") for side in ("zh", "en")
            ]
            beads = [[[int(one) for one in ids.split(",") if one.strip()] for ids in match.groups()]
                     for match in map(_LIST.match, gold.read_text("utf-8").splitlines()) if match]  # fmt: skip
            for at in range(0, len(beads) - _PART + 1, _PART):
                ids = [sorted(one for bead in beads[at : at + _PART] for one in bead[side]) for side in (0, 1)]
                yield gold.stem, [texts[0][k] for k in ids[0]], [texts[1][k] for k in ids[1]]
    for name in ("maint-guide", "un"):
        with (data / name / "gold.tsv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        for at in range(0, len(rows) - _PART + 1, _PART):
            part = rows[at : at + _PART]
            yield name, [row["zh"] for row in part], [row["en"] for row in part]
