"""`duiyi app --install`: an entry in the menu of the desktop that starts the application.

Tested on Linux (Desktop Entry Specification 1.5 of freedesktop.org). The entries of Windows and macOS are written to
the documented places, but no test runs there.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path

from corpora.errors import UsageError
from corpora.files import replacing

__all__ = ["install", "launcher_path"]

_ABOUT = {"en": "Align documents, search memories, check translations", "zh": "对齐文档、检索翻译记忆库、检查译文"}


def launcher_path(platform: str = sys.platform) -> Path:
    """Where the entry is written: for the current user only."""
    home = Path.home()
    match platform:
        case "win32":
            roaming = Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
            return roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "duiyi.cmd"
        case "darwin":
            return home / "Applications" / "duiyi.command"
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "applications" / "duiyi.desktop"


def install(platform: str = sys.platform) -> Path:
    """Write the entry and return its path. Raises `UsageError` where the program itself is not found."""
    program = _program()
    path = launcher_path(platform)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as place:
            place.write_text(_content(program, platform), encoding="utf-8", newline="\n")
            if platform == "darwin":
                place.chmod(0o755)
    except OSError as error:
        raise UsageError(f"the menu entry {path} cannot be written: {error.strerror}") from error
    return path


def _program() -> str:
    """The command that started this process, as a path that works in any folder."""
    found = shutil.which(sys.argv[0]) or shutil.which("duiyi")
    if found is None:
        raise UsageError("the program duiyi is not found; start it by its path, then install the menu entry")
    return str(Path(found).resolve())


def _content(program: str, platform: str) -> str:
    match platform:
        case "win32":
            return f'@start "duiyi" "{program}" app\n'
        case "darwin":
            return f"#!/bin/sh\nexec {shlex.quote(program)} app\n"
    return (
        "[Desktop Entry]\nType=Application\nVersion=1.5\nName=duiyi\nName[zh_CN]=对译\n"
        f"Comment={_ABOUT['en']}\nComment[zh_CN]={_ABOUT['zh']}\n"
        # Terminal=true: closing its window stops the server, which otherwise nothing would show.
        f"Exec={_desktop_quoted(program)} app\nTerminal=true\nCategories=Office;Education;Languages;\n"
        "Keywords=translation;alignment;TMX;翻译;对齐;\n"
    )


def _desktop_quoted(text: str) -> str:
    """A quoted argument of the key Exec (section "The Exec key"): % is doubled, some characters get two backslashes."""
    for character in ("\\", '"', "`", "$"):
        text = text.replace(character, "\\\\" + character)
    return f'"{text.replace("%", "%%")}"'
