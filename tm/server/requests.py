"""The fields of requests: the same models read the address of a GET and the JSON of a POST.

The names are those of the command line's options, so that users who know one know the other.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator

from tm.search.concordance import ConcordanceOptions
from tm.search.lookup import LookupOptions
from tm.store.filters import Filters, Status, origin_penalties

__all__ = [
    "MOST_TEXTS", "AddRequest", "AuditRequest", "BatchRequest", "ConcordanceRequest", "EntryRequest", "ExportRequest",
    "FilterRequest", "FindRequest", "LookupRequest", "MemberRequest", "NewTermRequest", "OneTermRequest",
    "ProjectRequest", "Status", "TermRequest", "TokenRequest", "UnitRequest", "UnitsRequest",
]  # fmt: skip

#: Texts in one batch; a book is sent in portions, so that other clients need not wait.
MOST_TEXTS = 500
_MOST = 500  # results of one request
TermStatus = Literal["preferred", "admitted", "deprecated", "forbidden", "proposed"]


class _Strict(BaseModel):
    """An unknown field is an error, so that a mistyped name is reported."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


#: The fields of `Filters` that are parameters.
_NAMES = {one.name: one for one in fields(Filters) if one.metadata.get("server", True)}


class _Conditions(_Strict):
    """Which units to use."""

    memory: list[str] = Field(default_factory=list, description="Names of the memories to search; all by default.")

    @field_validator("since", "until", check_fields=False)
    @classmethod
    def _in_utc(cls, date: datetime | None) -> datetime | None:
        return date.replace(tzinfo=UTC) if date is not None and date.tzinfo is None else date

    @field_validator("status", "memory", "exclude_origin", "prefer", "penalty", mode="before", check_fields=False)
    @classmethod
    def _listed(cls, given: Any) -> Any:
        """A single value may be given without a list in JSON too."""
        return [given] if isinstance(given, str) else given

    def filters(self) -> Filters:
        """The conditions for the library. Raises `UsageError` for a code that is not a language."""
        return Filters(**{name: getattr(self, name) for name in _NAMES})


def _field(name: str, kind: Any, default: Any, metadata: Mapping[str, Any]) -> tuple[Any, Any]:
    """A field of `Filters` as the field of a model."""
    longest = (40 if name.endswith("_lang") else 1000) if kind is str else None
    lowest, highest = metadata.get("range", (None, None))
    return kind, Field(default, description=metadata["help"], max_length=longest, ge=lowest, le=highest)


if TYPE_CHECKING:
    FilterRequest = _Conditions
else:
    _KINDS = get_type_hints(Filters)
    _FIELDS = {name: _field(name, _KINDS[name], one.default, one.metadata) for name, one in _NAMES.items()}
    FilterRequest = create_model("FilterRequest", __base__=_Conditions, __doc__=_Conditions.__doc__, **_FIELDS)


class _MatchingFields(FilterRequest):
    minimum: int = Field(70, alias="min", ge=30, le=100, description="Lowest score of fuzzy matches, in percent.")
    limit: int = Field(10, ge=1, le=_MOST, description="Largest number of matches.")
    substitute: bool = Field(False, description="Replace numbers, dates and list markers that differ in the target.")
    semantic: bool | None = Field(
        None, description="Search by meaning too; by default in memories that have an index of vectors."
    )
    prefer: list[str] = Field(default_factory=list, description="Of equal matches first those from these files.")
    penalty: list[str] = Field(
        default_factory=list, description="ORIGIN=POINTS: points to deduct from matches from these files."
    )

    def options(self, **more: Any) -> LookupOptions:
        """The options for the library."""
        return LookupOptions(
            self.minimum, self.limit, filters=self.filters(), substitute=self.substitute, prefer=tuple(self.prefer),
            penalties=origin_penalties(self.penalty), **more,
        )  # fmt: skip


class LookupRequest(_MatchingFields):
    """A text to look up."""

    text: str = Field(description="The text to look up.")
    previous: str = Field("", description="The text before it, for context matches.")
    following: str = Field("", alias="next", description="The text after it.")
    assemble: bool = Field(False, description="Put a text without a match together from parts in the memories.")


class BatchRequest(_MatchingFields):
    """Many texts in order; the neighbours of each are its context."""

    texts: list[str] = Field(min_length=1, max_length=MOST_TEXTS, description="The texts to look up, in order.")


class ConcordanceRequest(FilterRequest):
    """A phrase to find."""

    text: str = Field(description='Words that must all occur; "…" keeps words together, * and ? are wildcards.')
    side: Literal["both", "source", "target"] = Field("both", description="Which side to search.")
    exact: bool = Field(False, description="Exact search: case, width, script and punctuation must match.")
    limit: int = Field(50, ge=1, le=_MOST, description="Largest number of hits.")
    fuzzy: bool = Field(False, description="Find texts that contain most of the phrase too; for long ones the default.")

    def options(self) -> ConcordanceOptions:
        """The options for the library."""
        return ConcordanceOptions(self.side, self.exact, self.limit, self.filters(), fuzzy=self.fuzzy)


class ExportRequest(FilterRequest):
    """Units to export to a file."""

    suffix: str = Field("tmx", alias="format", description="The format, by its extension: tmx, xlf, jsonl …")
    client: str = Field("", alias="for", description="CAT tool to write for: omegat, trados, memoq …")
    xliff: str = Field("1.2", description="Version of XLIFF: 1.2 or 2.1.")


class AddRequest(_Strict):
    """Units to add. A unit has at least source, target, source_lang and target_lang; docs/formats.md has the rest."""

    units: list[dict[str, Any]] = Field(min_length=1, max_length=10_000, description="Units as in JSONL files.")
    keep: Literal["all", "newest", "best"] = Field("all", description="Which translations of one source text are kept.")


class UnitsRequest(_Strict):
    """Units to check."""

    units: list[dict[str, Any]] = Field(min_length=1, max_length=10_000, description="Units as in JSONL files.")


class TermRequest(_Strict):
    """A term to look up."""

    text: str = Field(description="A term, a part of one, or a pattern with * and ?.", max_length=1000)
    lang: str = Field("", description="Language of the term; any by default.", max_length=40)
    to: str = Field("", description="Language of the translations; all others by default.", max_length=40)
    examples: int = Field(1, ge=0, le=10, description="Largest number of examples of each pair from the memories.")
    limit: int = Field(20, ge=1, le=_MOST, description="Largest number of terms.")


class FindRequest(_Strict):
    """A text whose terms to find."""

    text: str = Field(description="The text.", max_length=200_000)
    lang: str = Field("", description="Language of the text; detected by default.", max_length=40)
    to: str = Field("", description="Language of the translations; all others by default.", max_length=40)
    examples: int = Field(1, ge=0, le=10, description="Largest number of examples of each pair from the memories.")


class UnitRequest(_Strict):
    """What to change in a unit; what is not given stays."""

    source: str | None = Field(None, description="New source text.", max_length=200_000)
    target: str | None = Field(None, description="New target text.", max_length=200_000)
    status: Status | None = Field(None, description="unreviewed, reviewed or rejected; reviewers only.")
    notes: list[str] | None = Field(None, description="Notes in place of the present ones.", max_length=100)


class _Term(_Strict):
    text: str = Field(description="The term.", max_length=1_000)
    language: str = Field(description="Its language, such as zh-CN.", max_length=40)
    status: TermStatus = Field("preferred", description="How it is to be used.")
    note: str = Field("", description="A note on it.", max_length=10_000)
    part_of_speech: str = Field("", description="Its part of speech.", max_length=100)
    source: str = Field("", description="Where it comes from.", max_length=1_000)
    examples: list[str] = Field(default_factory=list, description="Sentences that contain it.", max_length=100)


class EntryRequest(_Strict):
    """What to change in an entry of the term base; what is not given stays."""

    definition: str | None = Field(None, description="Definition of the concept.", max_length=10_000)
    subject: str | None = Field(None, description="Subject field.", max_length=1_000)
    note: str | None = Field(None, description="A note on the concept.", max_length=10_000)
    terms: list[_Term] | None = Field(None, description="All its terms.", min_length=1, max_length=200)


class NewTermRequest(_Strict):
    """A term and its translation."""

    source: str = Field(description="The term.", max_length=1_000)
    target: str = Field(description="Its translation.", max_length=1_000)
    source_lang: str = Field("", description="Language of the term; by default detected.", max_length=40)
    target_lang: str = Field("", description="Language of the translation.", max_length=40)
    status: TermStatus | None = Field(None, description="Status of the translation; proposed for translators.")
    definition: str | None = Field(None, description="Definition of the concept.", max_length=10_000)
    subject: str | None = Field(None, description="Subject field.", max_length=1_000)
    note: str | None = Field(None, description="A note on the translation.", max_length=10_000)


class OneTermRequest(_Strict):
    """Which term of an entry."""

    term: str = Field("", description="Its text; without it all terms of the entry.", max_length=1_000)


class TokenRequest(_Strict):
    """A personal token to make."""

    name: str = Field(description="What will use it.", max_length=200)
    role: str = Field("", description="Its highest role; yours by default.", max_length=40)
    project: str = Field("", description="The id of the only project that it opens.", max_length=40)
    days: float = Field(365, ge=0, le=3_660, description="Days until it expires; 0 for never.")


class ProjectRequest(_Strict):
    """What to change in the project."""

    name: str = Field("", description="Its name.", max_length=100)
    source_lang: str = Field("", description="Source language.", max_length=40)
    target_lang: str = Field("", description="Target language.", max_length=40)
    checks: str = Field("", description="Check settings as TOML, as for `duiyi check --config`.", max_length=100_000)


class MemberRequest(_Strict):
    """The role of a member."""

    role: str = Field(description="reader, translator, reviewer or manager.", max_length=40)


class AuditRequest(_Strict):
    """Which entries of the audit log."""

    who: str = Field("", description="Name of the user.", max_length=100)
    operation: str = Field("", description="Name of the operation, such as `edit units`.", max_length=100)
    object: str = Field("", description="A part of what it was done to.", max_length=300)
    result: Literal["", "done", "refused", "failed", "stopped"] = Field(
        "", description="done, refused, failed or stopped."
    )
    since: datetime | None = Field(None, description="Not before this time.")
    until: datetime | None = Field(None, description="Before this time.")
    before: int = Field(0, ge=0, description="Only entries with smaller numbers: the next page.")
    limit: int = Field(100, ge=1, description="Largest number of entries; at most 1,000 as JSON.")
    suffix: Literal["json", "jsonl", "csv"] = Field("json", alias="format", description="json, jsonl or csv.")

    @field_validator("since", "until")
    @classmethod
    def _with_zone(cls, date: datetime | None) -> datetime | None:
        return date.replace(tzinfo=UTC) if date is not None and date.tzinfo is None else date
