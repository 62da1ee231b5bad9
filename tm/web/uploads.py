"""Names of uploads: what a stranger calls a file must not decide where it is written."""

import re
from pathlib import PurePath

__all__ = ["clean_name"]

_NAME = re.compile(r"[^\w.()\- ]")


def clean_name(name: str) -> str:
    """A name of an upload that is safe as a file name on every system and still says what it was."""
    stem = _NAME.sub("_", PurePath(name.replace("\\", "/")).name).strip(" .")
    return stem[-100:] or "document"
