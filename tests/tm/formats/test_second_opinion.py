"""Others read what we write, and we read what they write: translate-toolkit, Debian's TMX tools, gettext."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tm import formats
from tm.formats import WriteOptions
from tm.tags import plain
from tm.unit import Unit

UNITS = [
    Unit("第一句 & <二>", 'One & <two> "quoted"', "zh-CN", "en-US", quality=0.9, notes=("note",)),
    Unit("好👍🏽𠮷\u200f", "Good 👍🏽𠮷\u200f", "zh-CN", "en-US", previous="前"),
    Unit("第一行\n第二行", "First\nsecond", "zh-CN", "en-US"),
    Unit("第三条", "Article 3", "zh-CN", "en-US", status="reviewed", sentences=2),
]
PAIRS = [(unit.source, unit.target) for unit in UNITS]


def pairs(path: Path) -> list[tuple[str, str]]:
    return [(unit.source, unit.target) for unit in formats.read(path)]


class TestTheToolkitReadsOurs:
    def test_tmx(self, tmp_path: Path) -> None:
        from translate.storage.tmx import tmxfile

        path = tmp_path / "t.tmx"
        formats.write(path, UNITS)
        with path.open("rb") as file:
            store = tmxfile(file, "zh-CN", "en-US")
        assert [(unit.source, unit.target) for unit in store.units] == PAIRS
        assert store.units[0].getnotes() == "note"

    def test_xliff_1(self, tmp_path: Path) -> None:
        from translate.storage.xliff import xlifffile

        path = tmp_path / "t.xlf"
        formats.write(path, UNITS)
        store = xlifffile.parsestring(path.read_bytes())
        assert [(str(unit.source), str(unit.target)) for unit in store.units] == PAIRS
        assert [unit.isapproved() for unit in store.units] == [False, False, False, True]
        assert (store.sourcelanguage, store.targetlanguage) == ("zh-CN", "en-US")

    def test_xliff_2(self, tmp_path: Path) -> None:
        from translate.storage.xliff2 import Xliff2File

        path = tmp_path / "t.xlf"
        formats.write(path, UNITS, WriteOptions(xliff="2.1"))
        store = Xliff2File.parsestring(path.read_bytes())
        assert [(str(unit.source), str(unit.target)) for unit in store.units] == PAIRS

    def test_po(self, tmp_path: Path) -> None:
        from translate.storage.pypo import pofile

        path = tmp_path / "t.po"
        formats.write(path, UNITS)
        store = pofile.parsestring(path.read_bytes())
        found = [(str(unit.source), str(unit.target)) for unit in store.units if not unit.isheader()]
        assert found == PAIRS

    def test_csv(self, tmp_path: Path) -> None:
        from translate.storage.csvl10n import csvfile

        path = tmp_path / "t.csv"
        formats.write(path, UNITS, WriteOptions(metadata=False))
        store = csvfile.parsestring(path.read_bytes())
        found = [(str(unit.source), str(unit.target)) for unit in store.units if not unit.isheader()]
        assert found == PAIRS


class TestWeReadTheToolkits:
    def test_tmx(self, tmp_path: Path) -> None:
        from translate.storage.tmx import tmxfile

        store = tmxfile()
        for source, target in PAIRS:
            store.addtranslation(source, "zh-CN", target, "en-US")
        path = tmp_path / "t.tmx"
        path.write_bytes(bytes(store))
        assert pairs(path) == PAIRS

    def test_xliff_1(self, tmp_path: Path) -> None:
        from translate.storage.xliff import xlifffile

        store = xlifffile()
        store.setsourcelanguage("zh-CN")
        store.settargetlanguage("en-US")
        for source, target in PAIRS:
            store.addsourceunit(source).target = target
        path = tmp_path / "t.xlf"
        path.write_bytes(bytes(store))
        assert pairs(path) == PAIRS

    def test_xliff_2(self, tmp_path: Path) -> None:
        from translate.storage.xliff2 import Xliff2File

        store = Xliff2File(sourcelanguage="zh-CN", targetlanguage="en-US")
        for source, target in PAIRS:
            store.addsourceunit(source).target = target
        path = tmp_path / "t.xlf"
        path.write_bytes(bytes(store))
        assert pairs(path) == PAIRS

    def test_po_with_plurals_fuzzy_and_obsolete_entries(self, tmp_path: Path) -> None:
        from translate.storage.pypo import pofile, pounit

        store = pofile()
        store.updateheader(add=True, Language="zh_CN")
        for source, target in PAIRS:
            unit = pounit(target)
            unit.target = source
            store.addunit(unit)
        plural = pounit(["one file", "%d files"])
        plural.target = ["%d 个文件"]
        obsolete = pounit("old")
        obsolete.makeobsolete()
        store.units[1].markfuzzy()
        store.units += [plural, obsolete]
        path = tmp_path / "t.po"
        path.write_bytes(bytes(store))
        found = list(formats.read(path))
        assert [(unit.target, unit.source) for unit in found[:4]] == PAIRS
        assert [(unit.source, unit.target) for unit in found[4:]] == [
            ("one file", "%d 个文件"),
            ("%d files", "%d 个文件"),
        ]
        assert {(unit.source_lang, unit.target_lang) for unit in found} == {("en-US", "zh-CN")}
        assert (found[0].properties, found[0].quality) == ({"state": "fuzzy"}, 0.5)


@pytest.mark.client
class TestPrograms:
    def test_tmx_tools_of_debian_keep_every_unit(self, program: Callable[[str, str], str], tmp_path: Path) -> None:
        path = tmp_path / "t.tmx"
        tagged = Unit("按⟦1|<b>⟧键⟦/1|</b>⟧", "Press ⟦1|<b>⟧key⟦/1|</b>⟧", "zh-CN", "en-US")
        # These tools take inline elements for text: a file for them has none.
        formats.write(path, [*UNITS, tagged], WriteOptions(tags="drop"))
        clean = tmp_path / "clean.tmx"
        done = subprocess.run(
            [program("tmxclean", "libxml-tmx-perl"), "-junk=0", f"-output={clean}", str(path)],
            capture_output=True,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        # They also write every text on one line.
        wanted = [(plain(unit.source), plain(unit.target)) for unit in [*UNITS, tagged]]
        assert pairs(clean) == [(source.replace("\n", " "), target.replace("\n", " ")) for source, target in wanted]

    def test_msgfmt_finds_no_fault_in_written_po(self, program: Callable[[str, str], str], tmp_path: Path) -> None:
        path = tmp_path / "t.po"
        formats.write(path, [*UNITS, *UNITS])
        done = subprocess.run(
            [program("msgfmt", "gettext"), "-c", "-o", str(tmp_path / "t.mo"), str(path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
