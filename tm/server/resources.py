"""What a server keeps open: memories by name, the term base, the encoder, and a folder for uploads.

Clients know a memory by its name, never by its path: where files are on the machine does not concern them, so paths are
removed from every message too. A term base is opened once per thread, as memories do by themselves.
"""

import re
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from models.encoder import Encoder
from tm.search.memory import Memory
from tm.server.errors import Busy, ReadOnly, UnknownMemory
from tm.server.options import ServerOptions
from tm.terms.base import TermBase
from tm.web.metrics import Figure
from tm.web.refusals import READ_ONLY

__all__ = ["NamedMemory", "Resources", "store_figures"]


@dataclass(frozen=True, slots=True)
class NamedMemory:
    """A memory with the name that clients know it by, and the points deducted from the scores of its matches."""

    name: str
    memory: Memory
    penalty: int


class Resources:
    """Everything that is open; made by one thread, used by many, closed at the end."""

    def __init__(self, options: ServerOptions, encoder: Callable[[], Encoder] | None = None) -> None:
        """Open the memories and the term base. Raises `StoreError` if one cannot be used.

        ``encoder`` gives one that several resources share.
        """
        self.options = options
        self._shared_encoder = encoder
        self._local = threading.local()
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        #: Set when the server stops, so that what takes long stops too.
        self.stopping = threading.Event()
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="duiyi-serve-")))
            self._hidden = re.compile(re.escape(str(self._folder)) + r"[/\\](?:[^/\\\s]+[/\\])?")
            memories: dict[str, NamedMemory] = {}
            for number, (path, penalty) in enumerate(options.memories):
                # Only the first one is written to; the others must exist.
                memory = stack.enter_context(Memory(path, create=options.writable and not number))
                name = _free(path.stem, memories)
                memories[name] = NamedMemory(name, memory, penalty)
            self.memories = memories
            self._stack = stack
            self.terms()
            # Everything was opened; it stays open.
            self._stack = stack.pop_all()
        self._names = {str(one.memory.path): one.name for one in memories.values()}

    def check_ready(self) -> None:
        """Raise an error if a request could not be served now."""
        self.check_running()
        for one in self.memories.values():
            one.memory.codes()

    def figures(self) -> list[Figure]:
        """The sizes of the memories, for the metrics."""
        return store_figures(("", one) for one in self.memories.values())

    def stop(self) -> None:
        """Tell what takes long to stop."""
        self.stopping.set()

    def close(self) -> None:
        """Close what is open."""
        self.stopping.set()
        self._stack.close()

    def select(self, names: Iterable[str] = ()) -> list[tuple[Memory, int]]:
        """The memories of these names with their penalties; all of them without names. Raises `UnknownMemory`."""
        chosen = [self._find(name) for name in dict.fromkeys(names)] or self.memories.values()
        return [(one.memory, one.penalty) for one in chosen]

    def named_memory(self, name: str = "") -> NamedMemory:
        """The memory of this name, the first one without a name. Raises `UnknownMemory`."""
        return self._find(name) if name else next(iter(self.memories.values()))

    def _find(self, name: str) -> NamedMemory:
        if name not in self.memories:
            raise UnknownMemory(f"there is no memory {name[:80]!r}; there are {', '.join(self.memories)}")
        return self.memories[name]

    def writable_memory(self) -> Memory:
        """The memory that new units are added to: the first. Raises `ReadOnly` if the server is read-only."""
        self.check_writable()
        return next(iter(self.memories.values())).memory

    def check_writable(self) -> None:
        """Raise `ReadOnly` if the server is read-only."""
        if not self.options.writable:
            raise ReadOnly(READ_ONLY)

    def terms(self) -> TermBase:
        """The term base of this thread; the sample glossary while there is none."""
        from tm.terms.sample import sample_concepts

        known: TermBase | None = getattr(self._local, "terms", None)
        # The sample glossary is replaced as soon as there is a term base.
        if known is None or (known.path == ":memory:" and self.options.terms.exists()):
            if self.options.terms.exists() or self.options.terms_named:
                known = TermBase(self.options.terms, create=self.options.writable)
            else:
                known = TermBase(":memory:")
                known.add(sample_concepts())
            self._stack.callback(known.close)
            self._local.terms = known
        return known

    def writable_terms(self) -> TermBase:
        """The term base that new entries are added to, made if there is none. Raises `ReadOnly`."""
        self.check_writable()
        if not self.options.terms.exists():
            TermBase(self.options.terms, create=True).close()
        return self.terms()

    def encoder_for(self, memories: Iterable[tuple[Memory, int]], semantic: bool | None) -> Encoder | None:
        """The encoder if the memories are to be searched by meaning too, see `tm.search.semantic.encoder_for`."""
        from tm.search.semantic import encoder_for

        return encoder_for([memory for memory, _ in memories], semantic, self.encoder)[0]

    def encoder(self) -> Encoder:
        """The encoder, loaded when it is first needed."""
        if self._shared_encoder is not None:
            return self._shared_encoder()
        with self._lock:
            if self._encoder is None:
                from models.registry import load

                self._encoder = load(self.options.model or None)
            return self._encoder

    def upload_folder(self) -> TemporaryDirectory[str]:
        """A new folder for one upload or download; its path never appears in a message."""
        return TemporaryDirectory(dir=self._folder)

    def name_of(self, path: str) -> str:
        """The name of the memory at ``path``."""
        return self._names.get(path, path)

    def without_paths(self, message: str) -> str:
        """``message`` without paths of this machine: memories and uploads by their names."""
        for path, name in self._names.items():
            message = message.replace(path, name)
        for model in self.options.model.split("+"):  # an encoder may be a folder
            if Path(model).expanduser().is_absolute():
                message = message.replace(model, "the encoder").replace(str(Path(model).expanduser()), "the encoder")
        return self._hidden.sub("", message.replace(str(self.options.terms), "the term base"))

    def check_running(self, *_: object) -> None:
        """Raise `Busy` when the server is stopping; long tasks call it as their progress function."""
        if self.stopping.is_set():
            raise Busy("the server is stopping; what was already stored in the memory stays there")


def store_figures(memories: Iterable[tuple[str, NamedMemory]]) -> list[Figure]:
    """Units and bytes of memories, each with the id of its project, "" for none."""
    units: dict[tuple[tuple[str, str], ...], float] = {}
    sizes: dict[tuple[tuple[str, str], ...], float] = {}
    for project, one in memories:
        labels = (*((("project", project),) if project else ()), ("memory", one.name))
        units[labels] = len(one.memory)
        path = Path(str(one.memory.path))
        if path.is_file():
            sizes[labels] = path.stat().st_size
    return [
        ("duiyi_store_units", "Units of a memory.", units),
        ("duiyi_store_bytes", "Size of the file of a memory.", sizes),
    ]


def _free(stem: str, taken: Iterable[str]) -> str:
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
