"""A cache of results for texts that does not grow with the length of the texts: those of a stranger may be long."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

__all__ = ["cached_for_texts"]

Rest = ParamSpec("Rest")
Value = TypeVar("Value")
_TextFunction = Callable[Concatenate[str, Rest], Value]


def cached_for_texts(
    most: int, longest: int, long: int = 0
) -> Callable[[_TextFunction[Rest, Value]], _TextFunction[Rest, Value]]:
    """Keep the last ``most`` results for texts of at most ``longest`` characters, and the last ``long`` for others."""

    def cached(function: _TextFunction[Rest, Value]) -> _TextFunction[Rest, Value]:
        kept = lru_cache(most)(function)
        few = lru_cache(long)(function) if long else function

        @wraps(function)
        def find(text: str, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Value:
            return (kept if len(text) <= longest else few)(text, *args, **kwargs)

        return find

    return cached
