"""Files of Office before 2007, turned into the newer form by LibreOffice, or into text by antiword.

Their formats are dumps of the memory of Word, PowerPoint and Excel; nothing but LibreOffice reads all of them. It runs
without a window, with settings of its own that are deleted afterwards, so that it works beside an open LibreOffice and
changes nothing of it.
"""

import shutil
import tempfile
from pathlib import Path

from corpora.errors import DamagedInput, WrongFormat
from corpora.processes import run_program
from corpora.readers.file_type import FileType

__all__ = ["NEWER", "newer"]

#: The old types, what each becomes, and the package of Debian that converts it.
NEWER = {
    FileType.DOC: (FileType.DOCX, "docx", "writer"),
    FileType.PPT: (FileType.PPTX, "pptx", "impress"),
    FileType.XLS: (FileType.XLSX, "xlsx", "calc"),
}
_LIMIT = 180.0  # seconds that a conversion may take


def newer(data: bytes, kind: FileType, name: str) -> tuple[bytes, FileType, str]:
    """The document in ``data`` in the newer form, its type, and "", or without LibreOffice the text of it.

    ``name`` is the file as messages call it. Raises `WrongFormat` where no program that reads it is installed,
    `DamagedInput` where the program cannot read it.
    """
    new, suffix, package = NEWER[kind]
    program = shutil.which("soffice") or shutil.which("libreoffice")
    with tempfile.TemporaryDirectory(prefix="duiyi-") as folder:
        place = Path(folder)
        file = place / f"document.{kind.name.lower()}"
        file.write_bytes(data)
        if program is not None:
            settings = f"-env:UserInstallation={(place / 'settings').as_uri()}"
            command = [program, settings, "--headless", "--norestore", "--convert-to", suffix, "--outdir", folder]
            code, _, problems = run_program([*command, str(file)], timeout=_LIMIT)
            made = place / f"document.{suffix}"
            if made.is_file():
                return made.read_bytes(), new, ""
            raise DamagedInput(f"{name} could not be read by LibreOffice{_said(code, problems)}")
        antiword = shutil.which("antiword") if kind is FileType.DOC else None
        if antiword is None:
            other = " or antiword" if kind is FileType.DOC else ""
            raise WrongFormat(
                f"{name} is in the format of Office before 2007, which needs LibreOffice{other} "
                f"(Debian: apt-get install libreoffice-{package}; elsewhere: libreoffice.org)"
            )
        code, text, problems = run_program([antiword, "-w", "0", "-m", "UTF-8.txt", str(file)], timeout=_LIMIT)
    if code or not text.strip():
        raise DamagedInput(f"{name} could not be read by antiword{_said(code, problems)}")
    return data, kind, text.decode("utf-8", "replace")


def _said(code: int, problems: bytes) -> str:
    """The first line of what a program wrote to standard error, as the end of a sentence."""
    if code == -9:
        return f" within {_LIMIT:.0f} seconds"
    lines = problems.decode("utf-8", "replace").strip().splitlines()
    return f": {lines[0][:200].rstrip('.')}" if lines else ""
