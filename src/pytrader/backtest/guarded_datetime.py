"""Stands in for `datetime` in the modules of strategies while they run: the same class but for the wall clock."""

from __future__ import annotations

import datetime as real
from collections.abc import Callable
from types import ModuleType
from typing import Any

_NOW = frozenset({"now", "utcnow", "today"})


class _DateTimeType(type):
    """Makes `DateTime` act as `datetime.datetime` does: its calls make real ones, and real ones are its instances.

    `datetime.datetime` is a C type whose methods can not be replaced, and replacing the class in its module would break
    whoever pickles a time in another thread. So it is replaced where the strategy sees it.
    """

    refuse_clock: Callable[[str], None] | None = None

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        return real.datetime(*arguments, **keywords)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, real.datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, real.datetime)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is real.datetime

    def __hash__(cls) -> int:
        return hash(real.datetime)

    def __repr__(cls) -> str:
        return repr(real.datetime)

    def __getattr__(cls, name: str) -> Any:
        if name in _NOW and _DateTimeType.refuse_clock is not None:
            _DateTimeType.refuse_clock(f"datetime.{name}")
        return getattr(real.datetime, name)


class DateTime(metaclass=_DateTimeType):
    """`datetime.datetime` without `now`, `utcnow` and `today` inside handlers."""


class DateTimeModule(ModuleType):
    """The module `datetime` with `DateTime` in it.

    Parameters
    ----------
    refuse_clock : callable
        Called with a function's name before the wall clock is read; raises inside handlers.
    """

    def __init__(self, refuse_clock: Callable[[str], None]) -> None:
        super().__init__("datetime", real.__doc__)
        self.datetime = DateTime
        _DateTimeType.refuse_clock = refuse_clock

    def __getattr__(self, name: str) -> Any:
        return getattr(real, name)
