"""Files of Office before 2007: LibreOffice, else antiword, else one sentence that says what to install."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corpora.errors import DamagedInput, WrongFormat
from corpora.readers import office
from corpora.readers.file_type import FileType
from corpora.readers.reading import read
from tests.corpora.readers.handbook import GOLD, convert

OLD = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """None of these programs is installed."""
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name in names else which(name))


def test_without_a_program_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without(monkeypatch, "soffice", "libreoffice", "antiword")
    for suffix, stream, words in (
        ("doc", "WordDocument", "LibreOffice or antiword .Debian: apt-get install libreoffice-writer"),
        ("ppt", "PowerPoint Document", "needs LibreOffice .Debian: apt-get install libreoffice-impress"),
        ("xls", "Workbook", "needs LibreOffice .Debian: apt-get install libreoffice-calc"),
    ):
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(OLD + stream.encode("utf-16-le") + b"\x00\x00")
        with pytest.raises(WrongFormat, match=words) as caught:
            read(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "problems", "words"),
    [(1, b"Error: source file could not be loaded\n", ": Error: source file"), (-9, b"", "within 180 seconds")],
)
def test_a_program_that_fails(code: int, problems: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(office, "run_program", lambda *_, **__: (code, b"", problems))
    with pytest.raises(DamagedInput, match=rf"a\.doc could not be read by LibreOffice.*{words}"):
        office.newer(OLD, FileType.DOC, "a.doc")
    without(monkeypatch, "soffice", "libreoffice")
    with pytest.raises(DamagedInput, match=r"a\.doc could not be read by antiword"):
        office.newer(OLD, FileType.DOC, "a.doc")


@pytest.mark.client
@pytest.mark.slow
def test_antiword_reads_the_text(monkeypatch: pytest.MonkeyPatch, program: Callable[..., str]) -> None:
    program("pandoc")
    program("antiword")
    program("soffice", "libreoffice-writer")
    path = convert("en", "doc", "docx")
    without(monkeypatch, "soffice", "libreoffice")
    texts = {block.text for block in read(path).blocks}
    assert sum(en in texts for _, en in GOLD) >= 0.8 * len(GOLD)
