"""What every format must keep: one class, run on each."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpora.errors import DamagedInput, EmptyInput, InputError
from corpora.xml import legal
from tm import formats
from tm.formats import ReadOptions, UnitProblems, WriteOptions
from tm.unit import Origin, Unit

FORMATS = ["x.tmx", "x.tmx.gz", "x.xlf", "x.2.xlf", "x.tsv", "x.csv", "x.jsonl", "x.po", "x.xlsx", "x.parquet"]
FULL = Unit(
    '请按⟦1 type="bold"|<b>⟧电源⟦/1|</b>⟧按钮',
    'Press the ⟦1 type="bold"|<b>⟧power⟦/1|</b>⟧ button',
    "zh-CN",
    "en-US",
    previous="前一句。",
    next="后一句。",
    origin=Origin("zh.txt", "en.txt", (3, 4), (5,), 7, "第三条 & <附件>"),
    quality=0.8125,
    status="reviewed",
    kind="list item",
    sentences=2,
    signature="duiyi 0.1.0|unit:sentence",
    created=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
    changed=datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC),
    author="译者 <a&b>",
    notes=("看附件\n二", "[second]"),
    properties={"client": "联合国", "score": "own", "property-x": "1", "two words": "100%"},
)
# What XML cannot contain is not required of any format; a lone carriage return becomes a line end in some.
TEXT = st.text(
    st.sampled_from("&<>\"'⟦⟧|/\\\n\t 1a")
    | st.sampled_from("𠮷🏴‍☠️\u200f\u202e\u200b\u3000，。é")
    | st.characters(codec="utf-8"),
    max_size=20,
).map(lambda text: legal(text.replace("\r", ""))[0])
UNITS = st.builds(
    Unit,
    TEXT.filter(str.strip),
    TEXT.filter(str.strip),
    st.just("zh-CN"),
    st.just("en-US"),
    previous=TEXT,
    origin=st.builds(Origin, st.sampled_from(["", "a & b.txt"]), page=st.none() | st.integers(1, 9)),
    quality=st.none() | st.floats(0, 1),
    notes=st.lists(TEXT.filter(bool), max_size=2).map(tuple),
    properties=st.dictionaries(TEXT.filter(str.strip), TEXT.filter(bool), max_size=2),
)


def options_for(name: str) -> WriteOptions:
    return WriteOptions(xliff="2.1" if name == "x.2.xlf" else "1.2")


def round_trip(path: Path, units: Iterable[Unit], options: WriteOptions | None = None) -> list[Unit]:
    formats.write(path, units, options or options_for(path.name))
    return list(formats.read(path))


@pytest.mark.parametrize("name", FORMATS)
class TestEveryFormat:
    def test_a_full_unit_survives(self, name: str, tmp_path: Path) -> None:
        assert round_trip(tmp_path / name, [FULL]) == [FULL]

    def test_order_and_languages_survive(self, name: str, tmp_path: Path) -> None:
        units = [Unit(f"源{i}", f"target {i}", "zh-TW", "en-GB") for i in range(50)]
        assert round_trip(tmp_path / name, units) == units

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(units=st.lists(UNITS, min_size=1, max_size=3))
    def test_any_unicode_text_survives(self, name: str, tmp_path: Path, units: list[Unit]) -> None:
        from tm.tags import join, split

        found = round_trip(tmp_path / name, units)
        assert (
            found == [replace(unit, source=join(split(unit.source)), target=join(split(unit.target))) for unit in units]
            or found == units
        )

    def test_characters_that_xml_forbids_are_removed_and_counted(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / name
        report = formats.write(path, [Unit("a\x0b\ud842b\ufffe", "\ud842\udfb7", "zh-CN", "en-US")], options_for(name))
        (unit,) = formats.read(path)
        if name != "x.jsonl":
            assert report.removed_characters == 3
            assert (unit.source, unit.target) == ("ab", "𠮷")

    def test_nothing_to_write_leaves_no_file(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(EmptyInput, match="no unit"):
            formats.write(tmp_path / name, [], options_for(name))
        assert not list(tmp_path.iterdir())

    def test_a_failure_while_writing_keeps_the_former_file(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / name
        formats.write(path, [FULL], options_for(name))
        before = path.read_bytes()

        def failing() -> Iterable[Unit]:
            yield FULL
            raise DamagedInput("half way")

        with pytest.raises(DamagedInput, match="half way"):
            formats.write(path, failing(), options_for(name))
        assert path.read_bytes() == before
        assert len(list(tmp_path.iterdir())) == 1

    @pytest.mark.parametrize(
        "content",
        [b"", b"  \n\n", b"\x00\x01\x02\xff" * 100, b"PK\x03\x04" + b"\x00" * 100, b"{", "只有一列".encode()],
        ids=["empty", "blank", "binary", "zip", "brace", "one word"],
    )
    def test_files_of_another_format_are_refused_with_one_sentence(
        self, name: str, tmp_path: Path, content: bytes
    ) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            list(formats.read(path, problems=UnitProblems(path, strict=False)))
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_directions(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / name
        formats.write(path, [FULL], options_for(name))
        (unit,) = formats.read(path, ReadOptions(source_lang="en", target_lang="zh"))
        assert (unit.source_lang, unit.target_lang) == ("en-US", "zh-CN")
        assert (unit.source, unit.target) == (FULL.target, FULL.source)
        with pytest.raises(EmptyInput, match="requested languages"):
            list(formats.read(path, ReadOptions(source_lang="de", target_lang="fr")))

    def test_tags_in_place_or_dropped(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / name
        (unit,) = round_trip(path, [FULL], replace(options_for(name), tags="native"))
        assert unit.target == "Press the <b>power</b> button"
        (unit,) = round_trip(path, [FULL], replace(options_for(name), tags="drop"))
        assert unit.target == "Press the power button"
