"""The responses of the server, for its OpenAPI description; the keys are those of `--json`.

The library makes the responses, which are sent unchanged; a test compares them with these models.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

__all__ = [
    "ConflictResponse", "EntryResponse", "EntryTermResponse", "ErrorResponse", "ExampleResponse",
    "ExtractionResponse", "HitResponse", "ImportResponse", "MatchResponse", "MemoryResponse", "OriginResponse",
    "StatsResponse", "TermFindingResponse", "TermImportResponse", "TermPairResponse", "TermResponse", "UnitResponse",
]  # fmt: skip


class _Response(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ErrorResponse(_Response):
    """Why a request was refused, in one sentence."""

    message: str


class OriginResponse(_Response):
    """Where a unit comes from; unknown values are left out."""

    source_file: str | None = None
    target_file: str | None = None
    source_ids: list[int] | None = None
    target_ids: list[int] | None = None
    page: int | None = None
    section: str | None = None


class MatchResponse(_Response):
    """A match of a look-up; ``memory`` is the name of the memory, ``unit`` the number of the unit in it."""

    kind: Literal["context", "exact", "fuzzy", "semantic", "assembled", "fragments"]
    score: int
    source: str
    target: str
    source_lang: str
    target_lang: str
    origin: OriginResponse
    status: str
    quality: float | None
    count: int
    memory: str
    unit: int
    anchor: str
    reverse: bool
    looks: list[str]
    differences: list[tuple[Literal["=", "-", "+"], str]]
    signature: str
    stored_target: str | None = None
    adapted: list[tuple[str, str]] | None = None
    fragments: list[tuple[str, str]] | None = None


class HitResponse(_Response):
    """A unit that contains the phrase on ``side``; spans are ``[start, end)`` in characters."""

    source: str
    target: str
    side: Literal["source", "target"]
    spans: list[tuple[int, int]]
    origin: OriginResponse
    counterpart: list[tuple[int, int]]
    source_lang: str
    target_lang: str
    status: str
    count: int
    memory: str
    unit: int
    anchor: str
    score: int


class MemoryResponse(_Response):
    """A memory of this server."""

    name: str
    penalty: int
    writable: bool
    units: int
    pairs: list[dict[str, Any]]


class StatsResponse(_Response):
    """Statistics of a memory; sizes in bytes."""

    memory: str
    units: int
    texts: int
    characters: int
    file_size: int
    indexed: int
    segments: int
    pairs: list[dict[str, Any]]
    statuses: dict[str, int]
    origins: dict[str, int]
    signatures: dict[str, int]


class ImportResponse(_Response):
    """The result of an import: units that are new, merged with known ones, or left out, with the reasons."""

    file: str
    read: int
    new: int
    folded: int
    removed: int
    resumed: int = 0
    left_out: dict[str, int]
    problems: list[dict[str, Any]]
    lost: int = 0
    passed_over: dict[str, int]
    notes: list[str]
    reasons: dict[str, int]


class ExampleResponse(_Response):
    """A unit that contains the term and this translation."""

    source: str
    target: str
    origin: OriginResponse


class TermResponse(_Response):
    """A term and its translation; look-ups add how it matched, searches in a text add its place."""

    source: str
    target: str
    source_lang: str
    status: Literal["preferred", "admitted", "deprecated", "forbidden", "proposed"]
    subject: str
    definition: str
    target_lang: str
    examples: list[str]
    note: str
    concept: str
    source_status: Literal["preferred", "admitted", "deprecated", "forbidden", "proposed"] | None = None
    kind: str | None = None
    score: float | None = None
    start: int | None = None
    end: int | None = None
    nested: bool | None = None
    memory_examples: list[ExampleResponse] | None = None


class ConflictResponse(_Response):
    """A difference between an imported entry and a stored one."""

    term: str
    stored: list[str]
    new: list[str]


class TermImportResponse(_Response):
    """The result of importing a glossary."""

    imported: int
    entries: int
    columns: str
    problems: list[dict[str, Any]]
    conflicts: list[ConflictResponse]


class TermPairResponse(_Response):
    """A pair of terms extracted from units, its score with its components; ``accept`` is for a person to fill in."""

    accept: str
    source_lang: str
    target_lang: str
    source: str
    target: str
    score: float
    count: int
    association: float
    dice: float
    similarity: float
    termhood: float
    source_forms: str
    target_forms: str
    source_example: str
    target_example: str


class ExtractionResponse(_Response):
    """Pairs of terms, best first, from ``units`` units; ``added`` of them became entries with the status proposed."""

    units: int
    added: int
    pairs: list[TermPairResponse]


class TermFindingResponse(_Response):
    """An error of terminology; ``unit`` counts from 0, spans are ``[start, end)`` in characters."""

    check: Literal["term-missing", "term-forbidden", "term-inconsistent"]
    unit: int
    message: str
    source_span: tuple[int, int] | None
    target_span: tuple[int, int] | None


class UnitResponse(_Response):
    """A unit with all its fields; those at their default are left out. ``unit`` is its number in ``memory``."""

    source: str
    target: str
    source_lang: str
    target_lang: str
    memory: str
    unit: int
    count: int
    previous: str = ""
    next: str = ""
    origin: OriginResponse | None = None
    score: float | None = None
    status: str = "unreviewed"
    kind: str = ""
    sentences: int = 1
    signature: str = ""
    created: str | None = None
    changed: str | None = None
    author: str = ""
    notes: list[str] = []
    properties: dict[str, str] = {}


class EntryTermResponse(_Response):
    """A term of an entry."""

    text: str
    language: str
    status: Literal["preferred", "admitted", "deprecated", "forbidden", "proposed"]
    part_of_speech: str
    source: str
    note: str
    examples: list[str]


class EntryResponse(_Response):
    """An entry of the term base: a concept and all its terms."""

    id: str
    terms: list[EntryTermResponse]
    subject: str
    definition: str
    references: list[str]
    note: str
    author: str
    created: str | None
    changed: str | None
    properties: dict[str, str]
