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
from corpora.text.languages import checked_code, same
from models.encoder import Encoder
from tm.formats.alignment_units import units_of_alignment
from tm.review.repository import ReviewRepository
from tm.web.trial import try_reading

__all__ = ["Job", "Jobs"]

_RUNNING = ("reading", "aligning")
_KEPT = 50  # jobs that have ended, with their documents


@dataclass(frozen=True, slots=True)
class Job:
    """The progress of a review that has no units yet: ``stage`` is "reading", "read", "aligning", "done" or "failed".

    ``step`` and ``share`` (0 to 1) describe the current step; ``message`` is the error, if any. ``documents`` are
    those that were last read; while they are read again, the earlier ones.
    """

    stage: str
    step: str = ""
    share: float = 0.0
    message: str = ""
    documents: tuple[Document, Document] | None = None


class _JobStopped(Exception):
    """A person stopped the job."""


class Jobs:
    """The background worker and the state of its jobs. ``encoder`` is called when the first alignment begins."""

    def __init__(self, repository: ReviewRepository, encoder: Callable[[], Encoder]) -> None:
        """Make the worker; no job starts yet."""
        self._repository = repository
        self._encoder = encoder
        self._jobs: dict[str, Job] = {}
        self._stopping: set[str] = set()
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="duiyi-review")

    def get(self, name: str) -> Job | None:
        """The job of a review, None where there is none."""
        with self._lock:
            return self._jobs.get(name)

    def forget(self, name: str) -> None:
        """Drop the job of a review that was deleted."""
        with self._lock:
            self._jobs.pop(name, None)

    def _set(self, name: str, job: Job) -> None:
        with self._lock:
            self._jobs.pop(name, None)
            self._jobs[name] = job
            # Documents that are not aligned are read again when they are needed.
            ended = [name for name, job in self._jobs.items() if job.stage not in _RUNNING]
            for old in ended[:-_KEPT]:
                del self._jobs[old]

    def stop(self, name: str) -> None:
        """Ask the job of a review to stop at its next step. Documents of which both were read before are kept."""
        with self._lock:
            if (job := self._jobs.get(name)) is not None and job.stage in _RUNNING:
                self._stopping.add(name)

    def _begin(self, name: str, job: Job) -> None:
        """Set the first state of a job, with the lock held. Forget a stop that came too late for the job before.

        This is not done when a job ends: a stop that was meant for the next one could be lost.
        """
        self._stopping.discard(name)
        self._jobs[name] = job

    def _step(self, name: str, job: Job) -> None:
        """Say how far a job is. Raises `_JobStopped`."""
        with self._lock:
            if name in self._stopping:
                raise _JobStopped
            self._jobs[name] = job

    def submit(self, function: Callable[[], object]) -> None:
        """Run ``function`` on the worker after the jobs before it."""
        self._worker.submit(function)

    def read(self, name: str, languages: tuple[str | None, str | None] = (None, None)) -> None:
        """Read both documents of a review; languages that are None are detected."""
        for code in filter(None, languages):
            checked_code(code)
        paths = self._repository.documents(name)
        with self._lock:
            before = self._jobs.get(name)
            if before is not None and before.stage in _RUNNING:
                raise UsageError("the documents are still being read")
            job = Job("reading", "reading the source", documents=before.documents if before else None)
            self._begin(name, job)
        title = f"{paths[0].name} – {paths[1].name}"
        self._repository.set_meta(name, title=title)

        def task() -> None:
            self._step(name, job)
            try_reading(paths[0], "document")
            source = read(paths[0], language=languages[0])
            self._step(name, replace(job, step="reading the target", share=0.5))
            try_reading(paths[1], "document")
            target = read(paths[1], language=languages[1])
            self._set(name, Job("read", documents=(source, target)))

        self.submit(lambda: self._guarded(name, task))

    def align(self, name: str, unit: str) -> None:
        """Align the documents that were read, and store their units in the repository."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.documents is None or job.stage in _RUNNING:
                raise UsageError("the documents are not read yet")
            source, target = job.documents
            if same(source.language, target.language):
                raise UsageError(f"both documents are in {source.language}; name the language of each")
            if unit not in ("sentence", "paragraph"):
                raise UsageError("the unit must be sentence or paragraph")
            self._begin(name, replace(job, stage="aligning", step="loading the encoder", message=""))
        options = AlignOptions(unit="paragraph" if unit == "paragraph" else "sentence")

        def progress(step: str, share: float) -> None:
            self._step(name, replace(job, stage="aligning", step=step, share=share, message=""))

        def task() -> None:
            progress("loading the encoder", 0.0)
            alignment = pair(source, target, encoder=self._encoder(), options=options, progress=progress)
            warnings = (*source.warnings, *target.warnings, *alignment.warnings)
            self._repository.store_aligned(name, units_of_alignment(alignment), warnings)
            self._set(name, Job("done"))

        self.submit(lambda: self._guarded(name, task))

    def _guarded(self, name: str, task: Callable[[], None]) -> None:
        try:
            task()
        except _JobStopped:
            documents = job.documents if (job := self.get(name)) else None
            self._set(name, Job("read" if documents else "failed", message="stopped", documents=documents))
        except DuiyiError as error:
            self._fail(name, str(error))
        except Exception:
            self._fail(name, "an unexpected error occurred; the documents are kept")
            raise

    def _fail(self, name: str, message: str) -> None:
        # Messages name the stored copy; the user knows the file by its own name.
        for path in self._repository.documents(name):
            message = message.replace(str(path), path.name)
        before = self.get(name)
        self._set(name, Job("failed", message=message, documents=before.documents if before else None))

    def close(self) -> None:
        """Cancel waiting jobs, and do not wait for the running one."""
        self._worker.shutdown(wait=False, cancel_futures=True)
