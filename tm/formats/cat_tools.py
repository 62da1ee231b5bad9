"""What each CAT tool requires of a file, as profiles for `duiyi convert --for`.

A profile is data: the write options that suit the tool, and the reasons of `tm.formats.conformance` for which the tool
would reject, skip or misuse a unit. `docs/cat-tools.md` names the sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from corpora.errors import UsageError
from tm.formats.base import WriteOptions

__all__ = ["CAT_TOOLS", "CatTool", "cat_tool"]


@dataclass(frozen=True, slots=True)
class CatTool:
    """A CAT tool: its key and name, the options for writing its files, the units left out, advice."""

    key: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    leave_out: frozenset[str] = frozenset()
    advice: str = ""

    def applied(self, options: WriteOptions) -> WriteOptions:
        """``options``, overridden by those of the profile."""
        return replace(options, **self.options, regions=True, leave_out=options.leave_out | self.leave_out, client="")


_COMMON = frozenset({"empty side", "duplicate", "same language", "rejected"})

CAT_TOOLS: Mapping[str, CatTool] = {
    client.key: client
    for client in (
        CatTool(
            "omegat",
            "OmegaT",
            # The header says "paragraph", so that OmegaT splits a unit of several sentences as it splits the text.
            {"segtype": "paragraph", "tags": "drop", "trim": True, "markers_apart": True, "xliff": "1.2"},
            _COMMON,
            "put the TMX into tm/auto/ or tm/enforce/ of the project",
        ),
        CatTool(
            "trados",
            "Trados Studio",
            {"segtype": "auto", "tags": "keep", "trim": True, "one_line": True, "confirmation": True},
            _COMMON - {"rejected"} | {"too long"},  # the confirmation level says it
            "the memory you import into must have the same two languages, regions included",
        ),
        CatTool(
            "memoq",
            "memoQ",
            {"segtype": "auto", "tags": "keep", "trim": True},
            _COMMON,
            "map both languages in the import window",
        ),
        CatTool(
            "phrase",
            "Phrase TMS",
            {"segtype": "auto", "tags": "keep", "trim": True},
            _COMMON | {"variant"},
            "one target per unit; keep the file below 1 GB",
        ),
        CatTool(
            "matecat",
            "MateCat",
            {"segtype": "auto", "tags": "native", "trim": True, "one_line": True, "metadata": False},
            _COMMON,
            "import into a private key; split large files",
        ),
        CatTool(
            "weblate",
            "Weblate",
            {"segtype": "auto", "tags": "native", "trim": False, "metadata": False},
            _COMMON,
            "import under Translation memory; the server must know the language of the header",
        ),
    )
}


def cat_tool(key: str) -> CatTool:
    """The profile of the tool that ``key`` names. Raises `UsageError` for an unknown tool."""
    try:
        return CAT_TOOLS[key.lower()]
    except KeyError:
        raise UsageError(f"{key!r} is not one of the known tools: {', '.join(CAT_TOOLS)}") from None
