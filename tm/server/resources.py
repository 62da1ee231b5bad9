"""What a server holds: memories by name, the term base, the encoder, and a folder for uploads.

Clients know a memory by its name, never by its path: where files lie on the machine is nobody's business, so paths are
taken out of every message too. Term bases are opened once a thread, as memories do it by themselves.
"""

import re
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from models.encoder import Encoder
from tm.search.memory import Memory
from tm.server.errors import Busy, ReadOnly, UnknownMemory
from tm.server.options import ServerOptions
from tm.terms.base import TermBase

__all__ = ["NamedMemory", "Resources"]


@dataclass(frozen=True, slots=True)
class NamedMemory:
    """A memory with the name that clients know it by, and the points taken off what it answers."""

    name: str
    memory: Memory
    penalty: int


class Resources:
    """Everything that is open; made by one thread, asked by many, closed at the end."""

    def __init__(self, options: ServerOptions) -> None:
        """Open the memories and the term base. Raises `StoreError` where one cannot be used."""
        self.options = options
        self._local = threading.local()
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        #: Set when the server stops, so that what takes long stops too.
        self.stopping = threading.Event()
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="duiyi-serve-")))
            self._hidden = re.compile(re.escape(str(self._folder)) + r"[/\\](?:[^/\\\s]+[/\\])?")
            held: dict[str, NamedMemory] = {}
            for number, (path, penalty) in enumerate(options.memories):
                # Only the first one is written to; the others must be there.
                memory = stack.enter_context(Memory(path, create=options.writable and not number))
                name = _free(path.stem, held)
                held[name] = NamedMemory(name, memory, penalty)
            self.memories = held
            self._stack = stack
            self.terms()
            # All is open, and stays so.
            self._stack = stack.pop_all()
        self._names = {str(one.memory.path): one.name for one in held.values()}

    def close(self) -> None:
        """Close what is open."""
        self.stopping.set()
        self._stack.close()

    def asked(self, names: Iterable[str] = ()) -> list[tuple[Memory, int]]:
        """The memories of these names with their penalties; all of them without names. Raises `UnknownMemory`."""
        wanted = list(dict.fromkeys(names))
        return [(one.memory, one.penalty) for one in (map(self._named, wanted) if wanted else self.memories.values())]

    def one(self, name: str = "") -> NamedMemory:
        """The memory of this name, the first one without a name. Raises `UnknownMemory`."""
        return self._named(name) if name else next(iter(self.memories.values()))

    def _named(self, name: str) -> NamedMemory:
        if name not in self.memories:
            raise UnknownMemory(f"there is no memory {name[:80]!r}; there are {', '.join(self.memories)}")
        return self.memories[name]

    def written(self) -> Memory:
        """The memory that takes new units: the first. Raises `ReadOnly` where nothing may be changed."""
        self.check_writable()
        return next(iter(self.memories.values())).memory

    def check_writable(self) -> None:
        """Raise `ReadOnly` where nothing may be changed."""
        if not self.options.writable:
            raise ReadOnly("this server is read-only; its owner can start it with --write")

    def terms(self) -> TermBase:
        """The term base of this thread; where there is none yet, the sample glossary answers."""
        from tm.terms.sample import sample_concepts

        known: TermBase | None = getattr(self._local, "terms", None)
        # The sample steps back once somebody has made a term base.
        if known is None or (known.path == ":memory:" and self.options.terms.exists()):
            if self.options.terms.exists() or self.options.terms_named:
                known = TermBase(self.options.terms, create=self.options.writable)
            else:
                known = TermBase(":memory:")
                known.add(sample_concepts())
            self._stack.callback(known.close)
            self._local.terms = known
        return known

    def written_terms(self) -> TermBase:
        """The term base that takes new entries, made where there is none. Raises `ReadOnly`."""
        self.check_writable()
        if not self.options.terms.exists():
            TermBase(self.options.terms, create=True).close()
        return self.terms()

    def encoder(self, asked: Iterable[tuple[Memory, int]], semantic: bool | None) -> Encoder | None:
        """The encoder if the memories are to be searched by meaning too, see `tm.search.semantic.encoder_for`."""
        from tm.search.semantic import encoder_for

        return encoder_for([memory for memory, _ in asked], semantic, self.loaded)[0]

    def loaded(self) -> Encoder:
        """The encoder, loaded when it is first asked for."""
        with self._lock:
            if self._encoder is None:
                from models.registry import load

                self._encoder = load(self.options.model or None)
            return self._encoder

    def upload_folder(self) -> TemporaryDirectory[str]:
        """A folder of its own for one upload or download; its path never shows in a message."""
        return TemporaryDirectory(dir=self._folder)

    def name_of(self, path: str) -> str:
        """The name of the memory at ``path``."""
        return self._names.get(path, path)

    def told(self, message: str) -> str:
        """``message`` without paths of this machine: memories by name, uploads by theirs."""
        for path, name in self._names.items():
            message = message.replace(path, name)
        for model in self.options.model.split("+"):  # of encoders some are folders
            if Path(model).expanduser().is_absolute():
                message = message.replace(model, "the encoder").replace(str(Path(model).expanduser()), "the encoder")
        return self._hidden.sub("", message.replace(str(self.options.terms), "the term base"))

    def check_going(self, *_: object) -> None:
        """Raise `Busy` when the server is stopping; handed to what reports its progress."""
        if self.stopping.is_set():
            raise Busy("the server is stopping; what is in the memory already stays")


def _free(stem: str, taken: Iterable[str]) -> str:
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
