"""Names of uploads: what a stranger calls a file must not decide where it is written."""

import re
from pathlib import PurePath

__all__ = ["clean_name"]

_LONGEST = 200  # bytes: systems take 255, and what is written beside it has a longer name
_NAME = re.compile(r"[^\w.()\- ]")


def clean_name(name: str) -> str:
    """A name of an upload that is safe as a file name on every system and still says what it was."""
    kept = _NAME.sub("_", PurePath(name.replace("\\", "/")).name)[-_LONGEST:]
    # The end says what it is. A character of Chinese takes three bytes.
    while len(kept.encode()) > _LONGEST:
        kept = kept[1:]
    return kept.strip(" .") or "document"
