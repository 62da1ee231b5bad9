"""Work through many items on a cluster of Ray: actors that load the encoder once, each with one item at a time.

An actor gets its next item when it has finished one, so that a slow node delays no other and nothing piles up. An item
whose actor dies, with its process or its node, is given to another one; after some tries it fails, and the others go
on. Actors that died are replaced, and nodes that join are used. What is done to an item does not depend on where it
is done, so that the results are the same whatever is lost.

Ray Data, which schedules blocks of rows in the same way, is not used: it retries a block without saying which row ended
the process, and drops whole blocks that keep failing.
"""

import os
import signal
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from corpora.errors import InputError, UsageError
from corpora.extras import need
from corpora.processes import safe_search_path, without_interruption
from corpora.version import tool_version
from tm.jobs.workers import DIED, cores, limit_memory, limit_threads

if TYPE_CHECKING:
    from tm.jobs.workers import Loaded, Work

__all__ = ["Cluster", "ClusterOptions", "connected"]

T = TypeVar("T")
R = TypeVar("R")

_OBJECTS = 100_000_000  # bytes of shared memory of a cluster on this machine; results are small
_STARVED = 300.0  # seconds without a core of the cluster
_STARTS = 3  # attempts to start Ray on this machine
_LOOK = 5.0  # seconds between looks at the nodes
#: Nothing is sent to the makers of Ray; without the second setting it warns of a change of its own.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
#: A cluster on this machine listens on the loopback only; Ray names the setting after the systems where it is usual.
_ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """``address`` of a running cluster, such as head:6379, or "" for one on this machine; ``workers``: the most at a
    time, 0 for all cores; ``memory``: bytes that are reserved for a worker and that it may take at most;
    ``tries``: how often an item is begun whose worker dies."""

    address: str = ""
    workers: int = 0
    memory: int = 2_000_000_000
    tries: int = 3


@contextmanager
def connected(options: ClusterOptions) -> Iterator["Cluster"]:
    """Connect to the cluster, or start one on this machine, and leave it at the end.

    Raises `MissingExtra` without Ray, and `UsageError` where no cluster can be reached at the address.
    """
    os.environ.update(_QUIET if options.address else {**_QUIET, **_ALONE})  # read when Ray is imported
    ray = need("ray", "cluster", "use a cluster")
    with _signals(), tempfile.TemporaryDirectory() as empty:
        # Workers start in this empty folder: by default Ray adds the current folder of the user to their search path.
        environment = {"working_dir": empty, "env_vars": {"PYTHONSAFEPATH": "1"}}
        quiet = {"log_to_driver": False, "logging_level": "ERROR", "runtime_env": environment}
        with safe_search_path(), without_interruption():
            _connect(ray, options, quiet)
    with _signals():
        try:
            cluster = Cluster(ray, options)
            yield cluster
        finally:
            ray.shutdown()


def _connect(ray: Any, options: ClusterOptions, settings: dict[str, Any]) -> None:
    """Call `ray.init`; on a busy machine its parts do not always find each other in time, so that it is tried again."""
    count = options.workers or cores()
    # Reserved is what the workers may take, no matter what this machine has.
    own = {"num_cpus": count, "_memory": count * options.memory, "object_store_memory": _OBJECTS}
    more: dict[str, Any] = {} if options.address else {"include_dashboard": False, **own}
    for attempt in range(_STARTS):
        try:
            ray.init(options.address or "local", **more, **settings)
            return
        except Exception as error:
            ray.shutdown()
            where = f"no cluster can be used at {options.address}" if options.address else "Ray cannot be started"
            if options.address or attempt == _STARTS - 1:
                raise UsageError(f"{where}: {_first_line(error)}") from error


@contextmanager
def _signals() -> Iterator[None]:
    """Keep the handlers of signals, which Ray replaces."""
    try:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        yield
    finally:
        with suppress(ValueError):  # not in the main thread
            for number, handler in before.items():
                signal.signal(number, handler)


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


class _Worker:
    """What an actor is: the results of its items, with what it has loaded for them."""

    def __init__(self, memory: int) -> None:
        self._loaded: Loaded = {}
        limit_threads(1, self._loaded)
        limit_memory(memory)

    def version(self) -> str:
        return tool_version()

    def work(self, work: "Work[Any, Any]", item: Any) -> Any:
        return work(item, self._loaded)


class Cluster:
    """The actors on a cluster, which are kept from one step of a job to the next."""

    def __init__(self, ray: Any, options: ClusterOptions) -> None:
        """``ray`` is the module, connected."""
        self._ray, self._options = ray, options
        self._make = ray.remote(num_cpus=1, memory=options.memory, max_restarts=0, max_task_retries=0)(_Worker)
        self._idle: list[Any] = []
        self._starting: dict[Any, Any] = {}  # the answer of an actor that starts -> the actor
        self._looked = 0.0

    def cores(self) -> int:
        """The cores of all nodes that are alive."""
        return int(self._ray.cluster_resources().get("CPU", 0))

    def spread(self, items: Sequence[T], work: "Work[T, R]", died: Callable[[T, str], R]) -> Iterator[R]:
        """Yield ``work(item, loaded)`` of each of ``items`` when it is done, ``died(item, why)`` of those that fail.

        Raises `InputError` where no node has a core for a while.
        """
        waiting = deque((item, 1) for item in items)
        running: dict[Any, tuple[Any, T, int]] = {}
        hungry = time.monotonic()
        while waiting or running:
            self._start(len(waiting) + len(running), len(running))
            while waiting and self._idle:
                actor = self._idle.pop()
                item, tries = waiting.popleft()
                running[actor.work.remote(work, item)] = actor, item, tries
            ready, _ = self._ray.wait([*running, *self._starting], timeout=_LOOK)
            for answer in ready:
                if answer in self._starting:
                    self._started(answer)
                    continue
                actor, item, tries = running.pop(answer)
                try:
                    result = self._ray.get(answer)
                except self._ray.exceptions.RayTaskError as error:
                    self._idle.append(actor)
                    yield died(item, f"an error in duiyi ({_first_line(error.cause or error)})")
                except self._ray.exceptions.RayError:
                    self._looked = 0.0
                    if tries < self._options.tries:
                        waiting.appendleft((item, tries + 1))
                    else:
                        yield died(item, DIED)
                else:
                    self._idle.append(actor)
                    yield result
            hungry = time.monotonic() if running or ready or not waiting else hungry
            if time.monotonic() - hungry > _STARVED:
                size = f"{self._options.memory / 1e9:.1f} GB"
                raise InputError(f"no node of the cluster has had a free core with {size} of memory for five minutes")

    def _start(self, wanted: int, running: int) -> None:
        """Start as many actors as there are cores for what is ``wanted``; look at the nodes now and then only."""
        if time.monotonic() - self._looked < _LOOK:
            return
        self._looked = time.monotonic()
        most = min(self._options.workers or self.cores(), self.cores(), wanted)
        for _ in range(most - running - len(self._idle) - len(self._starting)):
            actor = self._make.remote(self._options.memory)
            self._starting[actor.version.remote()] = actor

    def _started(self, answer: Any) -> None:
        actor = self._starting.pop(answer)
        try:
            version = self._ray.get(answer)
        except self._ray.exceptions.RuntimeEnvSetupError as error:
            raise InputError(f"a node of the cluster cannot start a worker: {_first_line(error)}") from error
        except self._ray.exceptions.RayTaskError as error:
            raise InputError(f"duiyi {tool_version()} must be installed on all nodes: {_first_line(error)}") from error
        except self._ray.exceptions.RayError:
            return  # its node was lost
        if version != tool_version():
            raise InputError(f"a node of the cluster has duiyi {version}, this machine {tool_version()}")
        self._idle.append(actor)
