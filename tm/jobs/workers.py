"""Work through many items in several processes, where an item that ends its process costs only itself.

What is done to an item is a function of a module, ``work(item, loaded)``: ``loaded`` is a dictionary of the process in
which it keeps what is expensive to load, such as encoders. It has to catch its own errors (`reason_of`).
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, TypeVar

from corpora.errors import DuiyiError
from corpora.processes import end_with_parent, handle_stop, safe_search_path, without_interruption

__all__ = [
    "DIED", "Loaded", "Nodes", "Work", "cores", "encoder_of", "limit_memory", "limit_threads", "limited", "reason_of",
    "spread",
]  # fmt: skip

T = TypeVar("T")
R = TypeVar("R")
Loaded = dict[str, Any]
Work = Callable[[T, Loaded], R]


class Nodes(Protocol):
    """A cluster, as `tm.jobs.cluster` connects to it."""

    def spread(self, items: Sequence[T], work: Work[T, R], died: Callable[[T, str], R]) -> Iterator[R]:
        """What `spread` does, on the nodes."""


DIED = "the process that worked on it died, probably for lack of memory"
_THREADS = " threads"  # what a process has loaded under this key is their number; no encoder is called so
_MOST = 60  # processes: Windows can wait for no more at once
_PATIENCE = 3.0  # seconds that a worker has to end


def cores() -> int:
    """The cores that this process may use, which on a cluster are fewer than the machine has."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def spread(
    items: Sequence[T],
    work: Work[T, R],
    died: Callable[[T, str], R],
    *,
    workers: int = 1,
    memory: int = 0,
    cluster: "Nodes | None" = None,
) -> Iterator[R]:
    """Yield ``work(item, loaded)`` of each of ``items`` when it is done; ``died(item, why)`` where its process ended.

    It is done in this process, in as many as ``workers``, or on a ``cluster``. ``memory``: bytes that a process of its
    own may take; 0 for any amount.
    """
    workers = min(workers, len(items), _MOST)
    if cluster is not None:
        yield from cluster.spread(items, work, died)
    elif workers > 1 or (memory and items):
        yield from _in_processes(items, work, died, max(1, workers), memory)
    else:
        loaded: Loaded = {}
        for item in items:
            yield work(item, loaded)


def reason_of(call: Callable[[], R]) -> tuple[R | None, str]:
    """The result of ``call`` and "", or None and a sentence that says why there is none."""
    try:
        return call(), ""
    except DuiyiError as error:
        reason = str(error) or type(error).__name__
    except OSError as error:
        reason = f"{error.filename or 'a file'}: {error.strerror or error}"
    except MemoryError:
        reason = "not enough memory for this pair"
    except Exception as error:  # noqa: BLE001 - an error in one item must not stop the others
        reason = f"an error in duiyi ({type(error).__name__}: {error})"
    return None, reason


def encoder_of(model: str, loaded: Loaded) -> Any:
    """The encoder called ``model``, loaded once in a process."""
    from models.registry import load

    if model not in loaded:
        loaded[model] = load(model or None, threads=min(2, loaded.get(_THREADS, 2)))
    return loaded[model]


def limit_threads(threads: int, loaded: Loaded) -> None:
    """Let the libraries of this process, and the encoders that it loads, compute with ``threads``."""
    import numpy  # noqa: F401 - only the threads of libraries that are loaded can be limited
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    loaded[_THREADS] = threads


@contextmanager
def limited() -> Iterator[None]:
    """Compute with one thread inside, so that the last digits do not depend on the number of cores."""
    import numpy  # noqa: F401 - as above
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


def limit_memory(size: int) -> None:
    """Let this process raise `MemoryError` where it would need more than ``size`` bytes from now on; not on Windows."""
    if not size or os.name != "posix":
        return
    import resource

    with suppress(ValueError, OSError):  # a lower limit is in force already
        # Stacks of threads that are reserved, but not used, count too.
        status = Path("/proc/self/status")
        lines = status.read_text("ascii").splitlines() if status.exists() else []
        used = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0)
        resource.setrlimit(resource.RLIMIT_DATA, (used + size, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _in_processes(
    items: Sequence[T], work: Work[T, R], died: Callable[[T, str], R], workers: int, memory: int
) -> Iterator[R]:
    """Keep ``workers`` processes busy; if one dies, the items that were being worked on are tried again, each alone."""
    waiting = list(reversed(items))
    suspects: list[T] = []
    while waiting:
        running: dict[Future[R], T] = {}
        pool = _pool(workers, memory)
        try:
            while waiting or running:
                while waiting and len(running) <= workers:
                    # Removed after it is submitted: a pool that broke meanwhile raises here.
                    running[_submit(pool, work, waiting[-1])] = waiting[-1]
                    waiting.pop()
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    outcome = future.result()
                    del running[future]
                    yield outcome
        except BrokenProcessPool:
            finished = [future for future in running if future.done() and not future.exception()]
            suspects += [item for future, item in running.items() if future not in finished]
            yield from (future.result() for future in finished)
        except BaseException:
            _stop(pool)
            raise
        pool.shutdown()
    for item in suspects:
        alone = _pool(1, memory)
        try:
            yield _submit(alone, work, item).result()
        except BrokenProcessPool:
            yield died(item, DIED)
        except BaseException:
            _stop(alone)
            raise
        alone.shutdown()


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool at once; those that do not react within a few seconds are killed."""
    processes = list((pool._processes or {}).values())  # `terminate_workers` of Python 3.14
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    end = time.monotonic() + _PATIENCE
    for process in processes:
        process.join(max(0.0, end - time.monotonic()))
        if process.is_alive():
            process.kill()


def _pool(workers: int, memory: int) -> ProcessPoolExecutor:
    # Spawned on every system: a fork would copy the threads of the libraries of the encoder in an undefined state.
    threads = max(1, cores() // workers)
    with safe_search_path(), without_interruption():
        return ProcessPoolExecutor(workers, get_context("spawn"), _prepare, (threads, memory))


def _submit(pool: ProcessPoolExecutor, work: Work[T, R], item: T) -> Future[R]:
    with safe_search_path(), without_interruption():  # a pool starts its processes as work comes in
        return pool.submit(_in_worker, work, item)


_OF_PROCESS: Loaded = {}  # what a worker has loaded, which works on many items


def _prepare(threads: int, memory: int) -> None:
    """In a worker: use a share of the cores and of the memory, and end with the process that started it."""
    end_with_parent()
    limit_threads(threads, _OF_PROCESS)
    limit_memory(memory)
    handle_stop()  # until here a signal ends the process at once, since there is nothing to clean up


def _in_worker(work: Work[T, R], item: T) -> R:
    try:
        return work(item, _OF_PROCESS)
    except SystemExit:
        # Files are cleaned up; the pool would go on with the next item.
        os._exit(1)
