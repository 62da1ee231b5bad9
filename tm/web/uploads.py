"""Names of uploads: a name that a client chose must not decide where the file is written."""

import re
from pathlib import PurePath

__all__ = ["clean_name"]

_LONGEST = 200  # bytes: systems allow 255, and temporary files next to it have longer names
_NAME = re.compile(r"[^\w.()\- ]")


def clean_name(name: str) -> str:
    """A name for an upload that is safe on every system and keeps its extension."""
    kept = _NAME.sub("_", PurePath(name.replace("\\", "/")).name)[-_LONGEST:]
    # The end is kept, for the extension. A Chinese character takes three bytes.
    while len(kept.encode()) > _LONGEST:
        kept = kept[1:]
    return kept.strip(" .") or "document"
