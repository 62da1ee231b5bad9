"""A property that is computed once: `functools.cached_property` without its lock, which costs more than most values do.

Two threads at once may both compute the value; that is harmless for values that depend on nothing else.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

__all__ = ["once"]

Value = TypeVar("Value")


class once(Generic[Value]):  # noqa: N801 - used like property
    """A method as an attribute, which replaces itself by its value in the instance."""

    def __init__(self, read: Callable[[Any], Value]) -> None:
        self._read, self._name, self.__doc__ = read, read.__name__, read.__doc__

    @overload
    def __get__(self, instance: None, owner: Any) -> "once[Value]": ...
    @overload
    def __get__(self, instance: object, owner: Any) -> Value: ...
    def __get__(self, instance: object | None, owner: Any = None) -> "once[Value] | Value":
        if instance is None:
            return self
        value = self._read(instance)
        instance.__dict__[self._name] = value
        return value
