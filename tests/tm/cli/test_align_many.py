"""`duiyi align` with one file, two folders and three languages, and `duiyi pair`: what is written and said."""

import csv
import json
from pathlib import Path

from tests.commands import done, refused
from tests.tm.jobs.bilingual_files import PAIRS, alternating
from tests.tm.jobs.test_align_languages import ROWS
from tests.tm.jobs.test_folders import NAMES, fill
from tm.formats import read


def test_one_file(tmp_path: Path) -> None:
    both, out = tmp_path / "both.docx", tmp_path / "pairs.tmx"
    alternating(both, PAIRS[:8])
    said = done("align", both, "-o", out, "--unit", "paragraph", "-o", tmp_path / "pairs.duiyi")
    assert "holds zh-CN and en-US as interleaved paragraphs (8 paragraphs in zh-CN and 8" in said.err
    assert [(unit.source, unit.target) for unit in read(out)][:2] == [tuple(pair) for pair in PAIRS[:2]]
    assert "pairs.duiyi: 8 units" in said.out
    found = json.loads(done("align", both, "-o", out, "--json").out)
    assert len(found["notes"]) == 1


def test_one_file_that_is_not_bilingual(tmp_path: Path) -> None:
    path = tmp_path / "zh.txt"
    path.write_text("\n\n".join(pair[0] for pair in PAIRS), "utf-8")
    assert "in one language only (zh-CN)" in refused("align", path, "-o", tmp_path / "a.tmx")
    assert "--bilingual is one of auto, interleaved" in refused(
        "align", path, "-o", tmp_path / "a.tmx", "--bilingual", "side"
    )


def test_folders(tmp_path: Path) -> None:
    zh, en = fill(tmp_path, NAMES["similar"])
    (zh / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    table = tmp_path / "pairs.tsv"
    said = done("pair", zh, en, "-o", table)
    assert said.out == f"{table}: 6 pairs, 0 doubtful, 1 file without a partner\n"
    assert "scan.png: cannot be read: " in said.err
    with table.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file, delimiter="\t"))) == 7
    said = done("align", zh, en, "-o", tmp_path / "out")
    assert "6 done, 0 kept, 0 failed\n6 pairs, 0 doubtful, 1 file without a partner" in said.out
    assert len(list((tmp_path / "out").glob("*.tmx"))) == 6


def test_three_languages(tmp_path: Path) -> None:
    files = [tmp_path / f"{code}.txt" for code in ("zh", "en", "fr")]
    for path, texts in zip(files, zip(*ROWS, strict=True), strict=True):
        path.write_text("\n\n".join(filter(None, texts)), "utf-8")
    said = done("align", *files, "-o", tmp_path / "all.tmx")
    assert said.out.splitlines()[:2] == ["zh-CN, en-US, fr-FR; pivot en-US", "6 units, 5 in all languages"]
    assert "--pivot is for three languages" in refused("align", *files[:2], "-o", tmp_path / "a.tmx", "--pivot", "en")
    assert "is a folder" in refused("align", files[0], tmp_path, "-o", tmp_path / "a.tmx")
