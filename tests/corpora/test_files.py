"""Files appear whole or not at all, alone and together, under any name that the system takes."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from corpora import files
from corpora.errors import InputError, UsageError
from corpora.files import check_targets, replacing, replacing_all
from tm.formats import write
from tm.unit import Unit


def test_it_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.txt"
    with replacing(path) as place:
        place.write_text("whole", "utf-8")
        assert not path.exists()
    assert path.read_text("utf-8") == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_a_crash_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before", "utf-8")

    def crash() -> None:
        with replacing(path) as place:
            place.write_text("half", "utf-8")
            raise KeyError("stop")

    with pytest.raises(KeyError):
        crash()
    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["长" * 80 + ".tmx", "n" * 251 + ".tmx", "👩‍👩‍👧" * 13])
def test_the_longest_names_can_be_written(tmp_path: Path, name: str) -> None:
    with replacing(tmp_path / name) as place:
        place.write_bytes(b"x")
    assert (tmp_path / name).read_bytes() == b"x"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"), replacing(tmp_path):
        pytest.fail("not reached")


def write_all(paths: Sequence[Path], meanwhile: Callable[[], object] = lambda: None) -> None:
    with replacing_all(paths) as places:
        for number, place in enumerate(places):
            place.write_text(f"new {number}", "utf-8")
        meanwhile()


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    """Three targets: an existing file, a missing one, and a link to a file elsewhere."""
    (tmp_path / "a.tmx").write_text("old a", "utf-8")
    (tmp_path / "elsewhere").write_text("old c", "utf-8")
    (tmp_path / "c.tsv").symlink_to(tmp_path / "elsewhere")
    return [tmp_path / "a.tmx", tmp_path / "b.xlf", tmp_path / "c.tsv"]


def stand_as_before(three: list[Path]) -> bool:
    folder = three[0].parent
    names = sorted(path.name for path in folder.iterdir() if not path.is_dir())
    texts = [path.read_text("utf-8") for path in (three[0], three[2])]
    return (names, texts, three[2].is_symlink()) == (["a.tmx", "c.tsv", "elsewhere"], ["old a", "old c"], True)


def test_files_that_belong_together_appear_together(three: list[Path]) -> None:
    meanwhile: list[bool] = []
    write_all(three, lambda: meanwhile.extend([three[0].read_text("utf-8") == "old a", not three[1].exists()]))
    assert meanwhile == [True, True]
    assert [path.read_text("utf-8") for path in three] == ["new 0", "new 1", "new 2"]
    assert sorted(path.name for path in three[0].parent.iterdir()) == ["a.tmx", "b.xlf", "c.tsv", "elsewhere"]
    assert three[2].is_symlink()
    assert (three[2].parent / "elsewhere").read_text("utf-8") == "new 2"


def without(monkeypatch: pytest.MonkeyPatch, *, links: bool) -> None:
    def link(*arguments: Any, **more: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", link)


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
@pytest.mark.parametrize("failing", [0, 1, 2])
def test_where_one_cannot_be_renamed_those_before_it_are_put_back(
    three: list[Path], failing: int, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, links=links)
    rename = os.replace

    def fail(source: Path, target: Path) -> None:
        if target == three[failing].resolve() and source.suffix == ".part":
            raise PermissionError(13, "Permission denied")
        rename(source, target)

    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(InputError, match=f"{three[failing].resolve().name} cannot be written: Permission denied"):
        write_all(three)
    assert stand_as_before(three)


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_a_stop_in_between_puts_back_too(three: list[Path], links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, links=links)
    rename = os.replace

    def stop(source: Path, target: Path) -> None:
        if target == three[2].resolve() and source.suffix == ".part":
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(files.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_all(three)
    assert stand_as_before(three)


def test_what_cannot_be_put_back_is_kept_and_named(three: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.replace

    def fail(source: Path, target: Path) -> None:
        if target == three[2].resolve() or source.suffix == ".old":
            raise PermissionError(13, "Permission denied")
        rename(source, target)

    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(InputError, match=r"not all files can be restored: the old \S+a\.tmx is now \S+\.old") as told:
        write_all(three)
    kept = Path(str(told.value).split(" is now ")[1].split(";")[0])
    assert kept.read_text("utf-8") == "old a"


def test_a_folder_that_came_meanwhile_stops_all(three: list[Path]) -> None:
    with pytest.raises(InputError, match=r"b\.xlf is a folder"):
        write_all(three, three[1].mkdir)
    assert stand_as_before(three)


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("folder", InputError, "folder is a folder, not a file to write"),
        ("a.tmx/b.xlf", InputError, "b.xlf cannot be written: .*a.tmx is not a folder"),
        ("a.tmx/deep/down/b.xlf", InputError, "b.xlf cannot be written: .*a.tmx is not a folder"),
        ("b/../c.tsv", UsageError, "c.tsv is named twice to be written"),
        ("n" * 300, InputError, "cannot be written: File name too long"),
    ],
)
def test_what_can_be_known_ahead_is(three: list[Path], name: str, error: type[Exception], said: str) -> None:
    folder = three[0].parent
    (folder / "folder").mkdir()
    (folder / "b").mkdir()
    with pytest.raises(error, match=said):
        check_targets([*three, folder / name])
    with pytest.raises(error, match=said), replacing_all([*three, folder / name]):
        pytest.fail("not reached")
    assert stand_as_before(three)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody may reach, while we are nobody."""
    if os.name != "posix" or os.geteuid():
        pytest.skip("only root can become another user")
    folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        os.seteuid(0)
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("mode", "said"), [(0o755, "this user may not add files to"), (0o1777, "it belongs to another user")]
)
def test_the_rights_of_a_user_are_looked_at_ahead(open_folder: Path, mode: int, said: str) -> None:
    path = open_folder / "a.tmx"
    path.touch()
    open_folder.chmod(mode)
    check_targets([path])
    os.seteuid(65534)
    with pytest.raises(InputError, match=f"a.tmx cannot be written: .*{said}"):
        check_targets([path])
    if mode == 0o1777:
        with replacing(open_folder / "b.tmx") as place:
            place.touch()


def test_errors_name_the_file_and_not_the_place_that_it_is_written_at(tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    with replacing_all([path]) as (place,):
        with (
            pytest.raises(InputError, match=r"a\.tmx cannot be written: No space left") as told,
            replacing(path, place),
        ):
            raise OSError(28, "No space left on device")
        assert ".part" not in str(told.value)


@pytest.mark.parametrize("content", [b"SQLite format 3\0 and so on", b"PK\x03\x04...", b"%PDF-1.7"])
def test_a_document_under_the_name_of_a_result_is_not_replaced(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not an earlier result"):
        check_targets([path])
    assert path.read_bytes() == content


def test_an_earlier_result_is_replaced(tmp_path: Path) -> None:
    for name, content in (
        ("a.tmx", b"<tmx/>"),
        ("b.tsv", b""),
        ("copy.bak", b"SQLite format 3\0"),
        ("c.xlsx", b""),
    ):
        (tmp_path / name).write_bytes(content)
        check_targets([tmp_path / name])


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
def test_a_document_is_replaced_only_as_long_as_nobody_else_has_saved_it(name: str, tmp_path: Path) -> None:
    path, units = tmp_path / name, [Unit("第一条", "Article 1", "zh", "en")]
    write(path, units)
    write(path, units)
    with zipfile.ZipFile(path) as package:
        parts = {one: package.read(one) for one in package.namelist()}
    core = parts["docProps/core.xml"]
    for changed in (core.replace(b">duiyi</cp:lastModifiedBy>", b">Li</cp:lastModifiedBy>"), None):
        with zipfile.ZipFile(path, "w") as package:
            for one, data in (parts | {"docProps/core.xml": changed}).items():
                if data is not None:
                    package.writestr(one, data)
        before = path.read_bytes()
        with pytest.raises(InputError, match="another program wrote or changed, not an earlier result"):
            write(path, units)
        assert path.read_bytes() == before
