"""Reading and aligning in the background, one at a time: PDFium must not be used by two threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock

from align.options import AlignOptions
from align.pipeline import align as pair
from corpora.document import Document
from corpora.errors import DuiyiError, UsageError
from corpora.readers.reading import read
from corpora.text.languages import known, same
from models.encoder import Encoder
from tm.formats.alignment_units import units_of
from tm.review.repository import ReviewRepository

__all__ = ["Job", "Jobs"]


@dataclass(frozen=True, slots=True)
class Job:
    """How far a review without units is: ``stage`` is "reading", "read", "aligning", "done" or "failed".

    ``step`` and ``share`` (0 to 1) tell what is being done; ``message`` what went wrong.
    """

    stage: str
    step: str = ""
    share: float = 0.0
    message: str = ""
    documents: tuple[Document, Document] | None = None


class Jobs:
    """The one worker, and what it knows of each review. ``encoder`` is called when the first alignment begins."""

    def __init__(self, shelf: ReviewRepository, encoder: Callable[[], Encoder]) -> None:
        """Nothing starts yet."""
        self._shelf = shelf
        self._encoder = encoder
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="duiyi-review")

    def get(self, name: str) -> Job | None:
        """How far it is; None where nothing was asked for."""
        with self._lock:
            return self._jobs.get(name)

    def _set(self, name: str, job: Job) -> None:
        with self._lock:
            self._jobs[name] = job

    def submit(self, function: Callable[[], object]) -> None:
        """Run ``function`` on the worker when its turn comes."""
        self._worker.submit(function)

    def read(self, name: str, languages: tuple[str | None, str | None] = (None, None)) -> None:
        """Read both documents of a review, in languages that are given or found."""
        for code in filter(None, languages):
            known(code)
        paths = self._shelf.documents(name)
        with self._lock:
            running = self._jobs.get(name)
            if running is not None and running.stage in ("reading", "aligning"):
                raise UsageError("the documents are being read; wait for it")
            self._jobs[name] = Job("reading", "reading the source")
        title = f"{paths[0].name} – {paths[1].name}"
        self._shelf.note(name, title=title)

        def work() -> None:
            source = read(paths[0], language=languages[0])
            self._set(name, Job("reading", "reading the target", 0.5))
            target = read(paths[1], language=languages[1])
            self._set(name, Job("read", documents=(source, target)))

        self.submit(lambda: self._guarded(name, work))

    def align(self, name: str, unit: str) -> None:
        """Align the documents that were read, and put their units on the shelf."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.documents is None or job.stage == "aligning":
                raise UsageError("the documents are not read yet")
            source, target = job.documents
            if same(source.language, target.language):
                raise UsageError(f"both documents are in {source.language}; name the language of each")
            if unit not in ("sentence", "paragraph"):
                raise UsageError("what is paired is a sentence or a paragraph")
            self._jobs[name] = replace(job, stage="aligning", step="loading the encoder", message="")
        options = AlignOptions(unit="paragraph" if unit == "paragraph" else "sentence")

        def work() -> None:
            alignment = pair(
                source,
                target,
                encoder=self._encoder(),
                options=options,
                progress=lambda step, share: self._set(name, replace(job, stage="aligning", step=step, share=share)),
            )
            warnings = (*source.warnings, *target.warnings, *alignment.warnings)
            self._shelf.aligned(name, units_of(alignment), warnings)
            self._set(name, Job("done"))

        self.submit(lambda: self._guarded(name, work))

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except DuiyiError as error:
            self._fail(name, str(error))
        except Exception:
            self._fail(name, "something went wrong that duiyi did not foresee; the documents are still there")
            raise

    def _fail(self, name: str, message: str) -> None:
        # Messages name the copy of the upload; the person knows it by its own name.
        for path in self._shelf.documents(name):
            message = message.replace(str(path), path.name)
        before = self.get(name)
        self._set(name, Job("failed", message=message, documents=before.documents if before else None))

    def close(self) -> None:
        """Forget what waits; what runs is not waited for."""
        self._worker.shutdown(wait=False, cancel_futures=True)
