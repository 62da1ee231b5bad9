"""Check what users pass to public functions and classes: one sentence for a value that cannot be used.

The types come from the annotations, which are read when a value is checked. What is obviously meant is accepted: one
item where several are expected, a list for a tuple or a set, a name for an enumeration or an encoder, a path for a
document. Functions of the project call each other unchecked: `corpora.lazy` decorates the functions that packages
export, and public classes are decorated where they are defined.
"""

import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import wraps
from importlib import import_module
from inspect import unwrap
from itertools import chain, repeat
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from types import FunctionType, NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from corpora.errors import UsageError

__all__ = ["check_choice", "checked", "checked_class"]

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
AnyClass = TypeVar("AnyClass")

#: What makes a value of these types from a name or a path: a package and a function of it.
_MADE_BY = {"Encoder": ("models", "load_encoder"), "Document": ("corpora", "read")}
_VARIABLE_ARGUMENTS = 0x04  # the flag of a code object that takes ``*names``
_LONGEST = 60  # characters of a value in a message


class _Unfit(Exception):
    """A value that is not of the type."""


def check_choice(name: str, value: Any, choices: Any) -> Any:
    """Return ``value``; raise `UsageError` where it is none of the ``choices`` (a `Literal` or several texts).

    >>> check_choice("profile", "legel", ["un", "legal"])
    Traceback (most recent call last):
    corpora.errors.UsageError: profile is one of un, legal, not 'legel'
    """
    known = get_args(choices) or tuple(choices)
    if value not in known:
        raise UsageError(f"{name} is one of {', '.join(known)}, not {_shown(value)}")
    return value


def checked(function: AnyFunction, name: str = "") -> AnyFunction:
    """Return ``function``, called ``name`` in messages (of a method ".name"), with a check of its arguments.

    >>> @checked
    ... def first(texts: list[str], count: int = 1) -> list[str]:
    ...     return texts[:count]
    >>> first("one")
    ['one']
    >>> first(["one"], "two")
    Traceback (most recent call last):
    corpora.errors.UsageError: the argument `count` of first must be int, not 'two'
    """
    inner: Any = unwrap(function)
    code = inner.__code__
    named, end = code.co_varnames[: code.co_argcount], code.co_argcount + code.co_kwonlyargcount
    rest = code.co_varnames[end] if code.co_flags & _VARIABLE_ARGUMENTS else ""
    types: dict[str, Any] = {}

    def taken(argument: str, value: Any, label: str) -> Any:
        if argument not in types:
            types[argument] = _resolved(inner.__annotations__.get(argument, Any), inner.__globals__)
        expected = types[argument]
        if type(value) is expected:  # most arguments
            return value
        try:
            return _taken(value, expected)
        except _Unfit:
            _check_choices(argument, value, expected)
            wanted, given = _described(expected), _shown(value)
            raise UsageError(f"the argument `{argument}` of {label} must be {wanted}, not {given}") from None

    @wraps(function)
    def call(*given: Any, **options: Any) -> Any:
        label = f"{type(given[0]).__name__}{name}" if given and name.startswith(".") else name or function.__name__
        places = zip(chain(named, repeat(rest)), given, strict=False)
        values = [taken(argument, value, label) for argument, value in places]
        return function(*values, **{argument: taken(argument, value, label) for argument, value in options.items()})

    return call  # type: ignore[return-value]


def checked_class(cls: type[AnyClass]) -> type[AnyClass]:
    """Check the arguments of the constructor and, unless ``cls`` is a dataclass, of the public methods."""
    for name, value in list(vars(cls).items()):
        is_public = not name.startswith("_") and not is_dataclass(cls)
        if isinstance(value, FunctionType) and (is_public or name == "__init__"):
            setattr(cls, name, checked(value, cls.__name__ if name == "__init__" else f".{name}"))
    return cls


class _PublicNames(dict[str, Any]):
    """The public names of the packages, which annotations may use without an import."""

    def __missing__(self, name: str) -> Any:
        for package in map(import_module, ("corpora", "models", "align", "tm")):
            if name in package.__all__:
                return getattr(package, name)
        raise KeyError(name)


def _resolved(annotation: Any, names: dict[str, Any]) -> Any:
    """The type that ``annotation`` stands for; `Any` where a name in it is known to type checkers only."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, names, ChainMap(names, _PublicNames()))
    except NameError:
        return Any


def _taken(value: Any, expected: Any) -> Any:
    """``value``, or what it obviously means, as the type ``expected``. Raises `_Unfit`."""
    origin, parts = get_origin(expected) or expected, get_args(expected)
    if origin in (Union, UnionType):
        return _first(value, parts)
    if origin is Literal:
        return _if(value in parts, value)
    if origin in (None, NoneType):
        return _if(value is None, value)
    if origin in (int, float):
        return _if(isinstance(value, Integral if origin is int else Real) and not isinstance(value, bool), value)
    if not isinstance(origin, type):
        return value  # `Any`, a type variable
    if parts and issubclass(origin, Mapping):
        return _mapping(value, parts[1])
    if parts and issubclass(origin, Iterable) and origin.__module__ in ("builtins", "collections.abc"):
        return _collection(value, origin, parts)
    if _is_instance(value, origin):
        return value
    return _made(value, origin)


def _if(fits: bool, value: Any) -> Any:
    if not fits:
        raise _Unfit
    return value


def _first(value: Any, types: Iterable[Any]) -> Any:
    """``value`` as the first of ``types`` that fits without a conversion, else as the first that fits with one."""
    for expected in types:
        if isinstance(expected, type) and _is_instance(value, expected):
            return value
    for expected in types:
        try:
            return _taken(value, expected)
        except _Unfit:
            continue
    raise _Unfit


def _is_instance(value: Any, cls: type) -> bool:
    try:
        # A class has the attributes that a protocol requires of its objects.
        return isinstance(value, cls) and (cls is object or not isinstance(value, type))
    except TypeError:  # a protocol that cannot be checked
        return True


def _mapping(value: Any, expected: Any) -> Any:
    found = {key: _taken(one, expected) for key, one in _if(isinstance(value, Mapping), value).items()}
    return value if all(found[key] is value[key] for key in value) else found


def _collection(value: Any, origin: type, parts: tuple[Any, ...]) -> Any:
    """``value`` as a collection of ``origin``: of several items, or of one."""
    if origin is tuple and parts[-1] is not Ellipsis:
        if not isinstance(value, (tuple, list)) or len(value) != len(parts):
            raise _Unfit
        return tuple(_taken(one, part) for one, part in zip(value, parts, strict=True))
    if not isinstance(value, (list, tuple, set, frozenset)):
        try:
            value = [_taken(value, parts[0])]
        except _Unfit:
            if not isinstance(value, Iterable) or isinstance(value, (str, bytes, Mapping)):
                raise
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [_taken(one, parts[0]) for one in value]
        if isinstance(value, origin) and all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return origin(items) if origin in (tuple, set, frozenset) else items
    if isinstance(value, Iterator) and isinstance(value, origin):
        return _items(value, parts[0])
    if isinstance(value, origin):
        return value
    # An iterator, or an object such as a memory, where the items are needed more than once.
    return _collection(list(value), origin, parts)


def _items(values: Iterable[Any], expected: Any) -> Iterator[Any]:
    """The items of a stream, each checked when its turn comes."""
    for value in values:
        if type(value) is expected:  # nearly all
            yield value
            continue
        try:
            yield _taken(value, expected)
        except _Unfit:
            raise UsageError(f"each item must be {_described(expected)}, not {_shown(value)}") from None


def _made(value: Any, cls: type) -> Any:
    """What a name or a path stands for where ``cls`` is expected."""
    is_name = isinstance(value, str)
    if is_name and issubclass(cls, Enum):
        try:
            return cls(value)
        except ValueError:
            raise _Unfit from None
    if cls is Path and isinstance(value, (str, PathLike)):
        return Path(value)
    if (is_name or isinstance(value, Path)) and cls.__name__ in _MADE_BY:
        package, function = _MADE_BY[cls.__name__]
        return getattr(import_module(package), function)(value)
    raise _Unfit


def _check_choices(argument: str, value: Any, expected: Any) -> None:
    """Name the choices where ``expected``, or a part of it, has a few values only."""
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else [value]
    for choices in (expected, *get_args(expected)):
        if get_origin(choices) is Literal or (isinstance(choices, type) and issubclass(choices, Enum)):
            for item in items:
                check_choice(f"`{argument}`", item, choices)


def _described(expected: Any) -> str:
    """A type as people write it: ``int or None``, ``Sequence[Unit]``."""
    if isinstance(expected, type) and not get_args(expected):
        return expected.__name__
    return re.sub(r"\b(?:\w+\.)+", "", str(expected)).replace("NoneType", "None").replace(" | ", " or ")


def _shown(value: object) -> str:
    """A short value as it is written, of others the type, and of collections the types of their items."""
    if value is None or isinstance(value, (str, int, float)):
        text = repr(value)
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    kind = type(value).__name__
    if isinstance(value, (list, tuple, set, frozenset)) and value:
        return f"{kind} of {' and '.join(sorted({type(one).__name__ for one in value}))}"
    return kind
