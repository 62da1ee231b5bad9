"""What a corpus is built from and how: options, documents, and where they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from corpora.arguments import checked_class
from corpora.errors import UsageError
from corpora.storage import Storage
from tm.jobs.align_files import AlignFilesOptions

__all__ = ["FORMATS", "STEPS", "CorpusDocument", "CorpusFormat", "CorpusOptions", "DocumentOutcome", "Step"]

#: Steps that can be omitted.
Step = Literal["pair", "filter", "checks", "exact", "near", "write"]
STEPS: tuple[Step, ...] = get_args(Step)
CorpusFormat = Literal["parquet", "jsonl", "tmx"]
FORMATS: tuple[CorpusFormat, ...] = get_args(CorpusFormat)


@checked_class
@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """How a corpus is built.

    ``formats``: what is written. ``skip``: steps that are omitted. ``min_score``: the least score of a pair, its
    probability of being aligned right. ``filter``: the least probability that it is a translation at all (``duiyi
    check --filter``). ``checks``: pairs in which one of these checks finds an error are left out. ``near``: the share
    of common pieces of three characters from which two pairs are near duplicates. ``part``: the most units in a file.
    ``model``, ``align``: the encoder and the options of documents that state none. ``corpus``, ``licence``: the name
    of the source and the licence of documents that state none.
    """

    formats: tuple[CorpusFormat, ...] = ("parquet",)
    skip: tuple[Step, ...] = ()
    min_score: float = 0.5
    filter: float = 0.5
    checks: tuple[str, ...] = ("language", "encoding", "untranslated")
    near: float = 0.9
    part: int = 100_000
    model: str = ""
    align: AlignFilesOptions = field(default_factory=AlignFilesOptions)
    corpus: str = "corpus"
    licence: str = ""

    def __post_init__(self) -> None:
        for name in ("min_score", "filter", "near"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} lies between 0 and 1, it is {getattr(self, name):g}")
        if self.near < 0.5:
            raise UsageError(f"near is from 0.5 to 1, it is {self.near:g}")
        if self.part < 1:
            raise UsageError(f"part is the most units in a file, at least 1, not {self.part}")

    def does(self, step: Step) -> bool:
        """Whether a step is done."""
        return step not in self.skip


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """A document in two languages, or a file of units (``target`` is "").

    ``key`` identifies it in the corpus; ``line`` is that in the manifest, 0 for one of a folder; ``stamps`` change with
    its files; ``problem`` says why it cannot be used. ``corpus`` is the source that it belongs to.
    """

    key: str
    source: str
    target: str = ""
    line: int = 0
    corpus: str = ""
    licence: str = ""
    model: str = ""
    options: AlignFilesOptions = field(default_factory=AlignFilesOptions)
    stamps: tuple[str, str] = ("", "")
    problem: str = ""
    places: tuple[Storage, Storage] = (Storage("."), Storage("."))

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.key


@dataclass(frozen=True, slots=True)
class DocumentOutcome:
    """A document: ``state`` is "done", "kept" (done by an earlier run), "failed", or "not written", where the fault is
    the place of the corpus and not the document; ``message`` says why."""

    pair: CorpusDocument
    state: str
    message: str = ""
    seconds: float = 0.0
    figures: Mapping[str, Any] = field(default_factory=dict)
