"""Every regular expression of the project on texts of every shape: one that backtracks is found before its rule is."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from inspect import getsource
from types import ModuleType
from typing import Any

import align
import corpora
import models
import tm
from tests.linearity.growth import LIMIT, growth
from tests.linearity.shapes import TEXTS

__all__ = ["patterns", "slow_shapes"]

#: Text from which a pattern that takes less than this (seconds) is not measured more closely.
_SIZE, _FAST = 4000, 0.003
#: Only read what this machine wrote, or need what may not be installed.
_LEFT_OUT = re.compile(r"\.(?:e5|transformers|cli|app|fetch|amagama)\b")
#: Patterns whose texts have a limit: their time cannot grow beyond it.
_LIMITED = {
    "tm.terms.formats.columns._TERM_COLUMN": "names of columns of at most 200 characters",
    "corpora.text.languages._WIDE_START": "matched at the beginning of a text only",
    "corpora.cleaning.contents._ENTRY": "entries of less than 200 characters",
    "corpora.cleaning.joining._PATH_END": "the last 500 characters of a line",
}


def _within(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _within(one)
    elif isinstance(value, tuple | list):
        for one in value[:1000]:
            yield from _within(one)


def _modules() -> Iterator[ModuleType]:
    for package in (corpora, models, align, tm):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not _LEFT_OUT.search(found.name):
                yield importlib.import_module(found.name)


def patterns() -> Iterator[tuple[str, re.Pattern[Any], bool]]:
    """Module and name, the pattern, and whether it is searched for, not only matched at one place."""
    seen: set[tuple[Any, int]] = set()
    for module in _modules():
        source = ""
        for name, value in vars(module).items():
            for pattern in _within(value):
                if f"{module.__name__}.{name}" in _LIMITED:
                    continue
                if (key := (pattern.pattern, pattern.flags)) not in seen:
                    seen.add(key)
                    source = source or getsource(module)
                    uses = set(re.findall(rf"\b{name}\.(\w+)", source))
                    yield (
                        f"{module.__name__}.{name}",
                        pattern,
                        not uses or bool(uses - {"match", "fullmatch", "pattern"}),
                    )


def slow_shapes(pattern: re.Pattern[Any], searched: bool) -> Iterator[str]:
    """The shapes of text on which the time of the pattern grows faster than the text."""
    is_bytes = isinstance(pattern.pattern, bytes)

    def work(text: Any) -> None:
        if searched:
            for _ in pattern.finditer(text):
                pass
        else:
            pattern.match(text)

    for name, shape in TEXTS.items():

        def make(size: int, shape: Any = shape) -> Any:
            return shape(size).encode("utf-8", "replace") if is_bytes else shape(size)

        text = make(_SIZE)
        start = time.process_time()
        work(text)
        if time.process_time() - start > _FAST:
            factor, _, took = growth(make, work, most=64_000, measurable=0.02)
            if factor > LIMIT and took > _FAST:
                yield name
