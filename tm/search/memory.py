"""A translation memory: units in one file, with every search over them as a method.

>>> from tm import Memory, Unit
>>> with Memory("work.duiyi") as memory:
...     report = memory.add([Unit("本协议自签字之日起生效。", "This Agreement enters into force.", "zh-CN", "en-US")])
...     [(match.score, match.target) for match in memory.lookup("本协议自签字之日起生效。")]
[(100, 'This Agreement enters into force.')]

The class is in two layers because the search functions work on a memory, and imports point one way: storing is in
`MemoryStore` of `tm.store.memory_store`, the searches of `tm.search` take that, and `Memory` joins the two. To search
several memories at once, pass them to `tm.search.lookup.lookup` or `tm.search.concordance.concordance`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from corpora.arguments import checked_class
from tm.store.filters import Filters
from tm.store.memory_store import MemoryStore

if TYPE_CHECKING:
    from models.encoder import Encoder
    from tm.search.concordance import ConcordanceHit
    from tm.search.matches import Match, Results

__all__ = ["Memory"]

_ALL = Filters()


@checked_class
class Memory(MemoryStore):
    """One translation memory: ``Memory("work.duiyi")`` opens it, and makes it if it does not exist.

    Threads can share it; any number of processes may have it open. A context manager; `len` counts the units,
    iteration yields them.
    """

    def lookup(
        self,
        text: str,
        *,
        source_lang: str = "",
        target_lang: str = "",
        minimum: int = 70,
        limit: int = 10,
        previous: str = "",
        following: str = "",
        substitute: bool = False,
        encoder: "Encoder | None" = None,
        assemble: bool = False,
        filters: Filters = _ALL,
    ) -> "Results[Match]":
        """Return the matches of ``text``, best first: in the same context, exact, fuzzy, and with ``encoder`` semantic.

        With ``assemble`` a text without a match is put together from its sentences, see `tm.search.assembly`.
        ``text`` may be in any language of the memory, in either direction; the other arguments are those of
        `tm.search.lookup.LookupOptions`. Semantic matches need `index_vectors`. Raises `UsageError`, `StoreError`.
        """
        from tm.search.lookup import LookupOptions, check_languages, lookup

        filters = filters.with_languages(source_lang, target_lang)
        check_languages([self], filters.source_lang, filters.target_lang)
        options = LookupOptions(minimum, limit, previous, following, filters, substitute, encoder)
        if assemble:
            from tm.search.assembly import lookup_or_assemble

            return lookup_or_assemble([self], text, options)
        return lookup([self], text, options)

    def concordance(
        self,
        phrase: str,
        *,
        side: Literal["both", "source", "target"] = "both",
        source_lang: str = "",
        target_lang: str = "",
        exact: bool = False,
        limit: int = 50,
        filters: Filters = _ALL,
    ) -> "Results[ConcordanceHit]":
        """Return the units that contain ``phrase`` on either side, with its counterpart on the other.

        All words must occur; quotation marks keep words together, ``*`` and ``?`` are wildcards. Raises `UsageError`.
        """
        from tm.search.concordance import ConcordanceOptions, concordance
        from tm.search.lookup import check_languages

        filters = filters.with_languages(source_lang, target_lang)
        check_languages([self], filters.source_lang, filters.target_lang)
        return concordance([self], phrase, ConcordanceOptions(side, exact, limit, filters))

    def index_vectors(self, encoder: "Encoder", *, progress: Callable[[int], None] | None = None) -> int:
        """Make or update the vectors that semantic matches need; returns how many texts have one."""
        from tm.search.semantic import build_vectors

        return build_vectors(self, encoder, progress=progress)
