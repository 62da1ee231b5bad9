"""What clients may ask, field by field: the same models read the address of a GET and the JSON of a POST.

The names are those of the command line's options, so that who knows one knows the other.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator

from tm.search.concordance import ConcordanceOptions
from tm.search.lookup import LookupOptions
from tm.store.filters import Filters, Status

__all__ = [
    "MOST_TEXTS",
    "AddRequest",
    "BatchRequest",
    "ConcordanceRequest",
    "ExportRequest",
    "FilterRequest",
    "FindRequest",
    "LookupRequest",
    "Status",
    "TermRequest",
    "UnitsRequest",
]

#: Texts of one batch; a book is sent in portions, so that others have their turn.
MOST_TEXTS = 500
_MOST = 500  # answers to one question


class _Strict(BaseModel):
    """A mistyped name is told, not passed over."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Conditions(_Strict):
    """Which units are meant."""

    memory: list[str] = Field(default_factory=list, description="Names of the memories to search; all by default.")

    @field_validator("since", "until", check_fields=False)
    @classmethod
    def _in_utc(cls, date: datetime | None) -> datetime | None:
        return date.replace(tzinfo=UTC) if date is not None and date.tzinfo is None else date

    @field_validator("status", "memory", mode="before", check_fields=False)
    @classmethod
    def _listed(cls, given: Any) -> Any:
        """One name needs no brackets in JSON either."""
        return [given] if isinstance(given, str) else given

    def filters(self) -> Filters:
        """The conditions as the library takes them. Raises `UsageError` for what is not a language."""
        return Filters(**{one.name: getattr(self, one.name) for one in fields(Filters)})


def _field(name: str, kind: Any, default: Any, metadata: Mapping[str, Any]) -> tuple[Any, Any]:
    """A field of `Filters` as the field of a model."""
    longest = (40 if name.endswith("_lang") else 1000) if kind is str else None
    lowest, highest = metadata.get("range", (None, None))
    return kind, Field(default, description=metadata["help"], max_length=longest, ge=lowest, le=highest)


if TYPE_CHECKING:
    FilterRequest = _Conditions
else:
    _KINDS = get_type_hints(Filters)
    _FIELDS = {one.name: _field(one.name, _KINDS[one.name], one.default, one.metadata) for one in fields(Filters)}
    FilterRequest = create_model("FilterRequest", __base__=_Conditions, __doc__=_Conditions.__doc__, **_FIELDS)


class _Matching(FilterRequest):
    minimum: int = Field(70, alias="min", ge=30, le=100, description="Least score of fuzzy matches, in percent.")
    limit: int = Field(10, ge=1, le=_MOST, description="How many matches at most.")
    substitute: bool = Field(False, description="Put numbers and dates that differ into the target.")
    semantic: bool | None = Field(
        None, description="Ask by meaning too; by default in memories that have an index of vectors."
    )

    def options(self, **more: Any) -> LookupOptions:
        """The question as the library takes it."""
        return LookupOptions(self.minimum, self.limit, filters=self.filters(), substitute=self.substitute, **more)


class LookupRequest(_Matching):
    """A text that is sought."""

    text: str = Field(description="The text to look up.")
    previous: str = Field("", description="The text before it, for context matches.")
    following: str = Field("", alias="next", description="The text after it.")


class BatchRequest(_Matching):
    """Many texts in their order; each has its neighbours for context."""

    texts: list[str] = Field(min_length=1, max_length=MOST_TEXTS, description="The texts to look up, in order.")


class ConcordanceRequest(FilterRequest):
    """A phrase that is sought."""

    text: str = Field(description='Words that must all occur; "…" keeps words together, * and ? are wildcards.')
    side: Literal["both", "source", "target"] = Field("both", description="Where to look.")
    exact: bool = Field(False, description="As typed: case, width, script and punctuation count.")
    limit: int = Field(50, ge=1, le=_MOST, description="How many hits at most.")

    def options(self) -> ConcordanceOptions:
        """The question as the library takes it."""
        return ConcordanceOptions(self.side, self.exact, self.limit, self.filters())


class ExportRequest(FilterRequest):
    """Units that are wanted as a file."""

    suffix: str = Field("tmx", alias="format", description="The format, by its extension: tmx, xlf, jsonl …")
    client: str = Field("", alias="for", description="CAT tool to write for: omegat, trados, memoq …")
    xliff: str = Field("1.2", description="Version of XLIFF: 1.2 or 2.1.")


class AddRequest(_Strict):
    """Units to add. A unit has source, target, source_lang and target_lang at least; docs/formats.md names the rest."""

    units: list[dict[str, Any]] = Field(min_length=1, max_length=10_000, description="Units as in JSONL files.")
    keep: Literal["all", "newest", "best"] = Field("all", description="Which translations of one source text stay.")


class UnitsRequest(_Strict):
    """Units to check."""

    units: list[dict[str, Any]] = Field(min_length=1, max_length=10_000, description="Units as in JSONL files.")


class TermRequest(_Strict):
    """A term that is sought."""

    text: str = Field(description="A term, a part of one, or a pattern with * and ?.", max_length=1000)
    lang: str = Field("", description="Language of the term; any by default.", max_length=40)
    to: str = Field("", description="Language of the answers; all others by default.", max_length=40)
    examples: int = Field(1, ge=0, le=10, description="Most examples of each pair from the memories.")
    limit: int = Field(20, ge=1, le=_MOST, description="Most terms.")


class FindRequest(_Strict):
    """A text whose terms are sought."""

    text: str = Field(description="The text.", max_length=200_000)
    lang: str = Field("", description="Language of the text; by default told by its letters.", max_length=40)
    to: str = Field("", description="Language of the answers; all others by default.", max_length=40)
    examples: int = Field(1, ge=0, le=10, description="Most examples of each pair from the memories.")
