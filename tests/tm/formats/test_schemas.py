"""What we write is valid against the standards' own schemas."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data import cases
from tm import formats
from tm.formats import WriteOptions
from tm.tags import Tag, TagKind, join
from tm.unit import Origin, Unit

pytestmark = pytest.mark.real
NAMES = [("x.tmx", "1.2"), ("x.xlf", "1.2"), ("x.xlf", "2.1")]
TAGS = st.builds(
    Tag,
    st.sampled_from(TagKind),
    st.sampled_from(["1", "2", "b"]),
    st.sampled_from(["", "<b>", "a ⟧ & \\"]),
    st.sampled_from([(), (("type", "bold"),), (("type", "x y"),), (("el", "hi"),), (("el", "mrk"),), (("el", "sub"),)]),
)
TEXTS = st.lists(st.sampled_from(["对译", " & <", "𠮷"]) | TAGS, min_size=1, max_size=6).map(join)


@pytest.fixture(scope="module")
def validate(shared: Path) -> Callable[[Path], list[str]]:
    spec = importlib.util.spec_from_file_location("validate", shared / "schemas" / "validate.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kept: dict[tuple[str, str], list[object]] = {}
    make = module.schema_for

    def schema_for(root: object) -> list[object]:
        # Loading a schema takes longer than the check: each is loaded once.
        key = (root.tag, root.get("version", ""))  # type: ignore[attr-defined]
        if key not in kept:
            kept[key] = make(root)
        return kept[key]

    module.schema_for = schema_for
    return lambda path: list(module.faults(path))


def full() -> Iterator[Unit]:
    for case in cases("units"):
        yield Unit(
            case["source"],
            case["target"],
            "zh-CN",
            "en-US",
            previous="前",
            next="后",
            origin=Origin("a & b.txt", "c.txt", (1, 2), (3,), 4, "第三条"),
            quality=case.get("score", 0.9),
            status=case.get("status", "unreviewed"),
            sentences=case.get("sentences", 1),
            signature="duiyi|unit:sentence",
            author="A & B",
            notes=("note & more",),
            properties={"two words": "1", "client": "<x>"},
        )


@pytest.mark.parametrize(("name", "version"), NAMES)
class TestSchemas:
    def test_every_case_is_valid(
        self, name: str, version: str, tmp_path: Path, validate: Callable[[Path], list[str]]
    ) -> None:
        path = tmp_path / name
        for metadata in (True, False):
            formats.write(path, full(), WriteOptions(xliff=version, metadata=metadata))  # type: ignore[arg-type]
            assert validate(path) == []

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(source=TEXTS, target=TEXTS)
    def test_texts_with_any_tags_are_valid(
        self, name: str, version: str, tmp_path: Path, validate: Callable[[Path], list[str]], source: str, target: str
    ) -> None:
        path = tmp_path / name
        units = [Unit("源" + source, "a" + target, "zh-CN", "en-US")]
        formats.write(path, units, WriteOptions(xliff=version))  # type: ignore[arg-type]
        assert validate(path) == []
        from tm.tags import plain

        (unit,) = formats.read(path)
        assert (plain(unit.source), plain(unit.target)) == (plain(units[0].source), plain(units[0].target))
