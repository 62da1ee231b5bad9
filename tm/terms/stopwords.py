"""Words with which no term begins or ends, from ``stopwords.json``: function words and very general words."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = ["Stopwords", "stopwords"]


@dataclass(frozen=True, slots=True)
class Stopwords:
    """The stop words of a language, lower case.

    ``inner`` are allowed inside a term ("rule of law") but not at its edge; ``edges`` are not allowed at an edge;
    ``breakers`` are not allowed in a term.
    """

    inner: frozenset[str] = frozenset()
    edges: frozenset[str] = frozenset()
    breakers: frozenset[str] = frozenset()


@lru_cache(maxsize=64)
def stopwords(language: str) -> Stopwords:
    """The stop words of a language given without region; none for a language without a list."""
    lists = json.loads(Path(__file__).with_name("stopwords.json").read_text("utf-8")).get(language, {})
    return Stopwords(**{name: frozenset(" ".join(lines).split()) for name, lines in lists.items()})
