"""What a strategy carries from one run into the next: its own state, its random numbers and its keys, as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin

from pytrader.errors import ConfigError, DataError
from pytrader.strategy.codec import decoded, encoded

if TYPE_CHECKING:
    from pytrader.strategy.strategy import Strategy

VERSION: Final = 1
_FIELDS: Final = frozenset({"version", "class", "parameters", "random", "once", "state"})
Schema = Mapping[str, Any]


def saved_state(strategy: Strategy) -> bytes:
    """Write a strategy's state.

    Raises
    ------
    InvalidArgument
        If `on_save` returns something that can not be kept.
    ConfigError
        If it does not fit the strategy's `saved`.
    """
    own = strategy.on_save()
    check_schema(strategy, own, "on_save returned")
    return encoded(
        {
            "version": VERSION,
            "class": type(strategy).__name__,
            "parameters": _plain(strategy.parameters),
            "random": strategy.random_state,
            "once": strategy.once_set.keys(),
            "state": own,
        }
    )


def read_state(strategy: Strategy, data: bytes) -> dict[str, Any]:
    """Read a state and check that it is this strategy's; nothing of the strategy changes.

    Raises
    ------
    DataError
        If it is no state, or one of a version that is not known here.
    ConfigError
        If it is another class's, of other parameters, or does not fit the strategy's `saved`.
    """
    found = decoded(data)
    if not isinstance(found, dict) or set(found) != _FIELDS:
        raise DataError("this is no state of a strategy: give what save_state() returned")
    if found["version"] != VERSION:
        raise DataError(f"this state has version {found['version']}, and this pytrader reads version {VERSION}")
    owner = type(strategy).__name__
    if found["class"] != owner:
        raise ConfigError(f"this state is of a {found['class']}, and the strategy is a {owner}")
    own = _plain(strategy.parameters)
    for name in sorted(own.keys() | found["parameters"].keys()):
        before, now = found["parameters"].get(name), own.get(name)
        if before != now:
            raise ConfigError(
                f"this state was saved with {owner}.{name} = {before!r}, and now it is {now!r}: "
                f"make the strategy with {owner}.from_state(...), or give it the same parameters"
            )
    check_schema(strategy, found["state"], "the state has")
    return found


def restore(strategy: Strategy, found: Mapping[str, Any]) -> None:
    """Give a strategy back what `read_state` read; called right after its `on_start`."""
    if found["random"] is not None:
        strategy.random_state = found["random"]
    for key in found["once"]:
        strategy.once(key)
    strategy.on_load(found["state"])


def saved_parameters(data: bytes) -> dict[str, Any]:
    """The parameters that a state was saved with.

    Raises
    ------
    DataError
        If it is no state.
    """
    found = decoded(data)
    if not isinstance(found, dict) or not isinstance(found.get("parameters"), dict):
        raise DataError("this is no state of a strategy: give what save_state() returned")
    parameters: dict[str, Any] = found["parameters"]
    return parameters


def check_schema(strategy: Strategy, values: object, said: str) -> None:
    """Refuse values that are not those of the strategy's `saved`.

    Raises
    ------
    ConfigError
        Naming what is missing, unknown or of another type.
    """
    owner = type(strategy).__name__
    if not isinstance(values, dict):
        raise ConfigError(f"{owner}: {said} {values!r}, and a state is a dictionary of values by name")
    schema = strategy.saved
    if not schema:
        return
    for name in schema:
        if name not in values:
            raise ConfigError(f"{owner}: {said} no {name!r}, which {owner}.saved declares")
    for name, value in values.items():
        if name not in schema:
            raise ConfigError(f"{owner}: {said} {name!r}, which {owner}.saved does not declare")
        wanted = _types_of(schema[name])
        if type(value) not in wanted:
            types = " or ".join(kind.__name__ for kind in wanted)
            raise ConfigError(f"{owner}: {said} {name} = {value!r}, and {owner}.saved declares {types}")


def check_declaration(owner: type[Strategy]) -> None:
    """Refuse a `saved` that is no mapping of types by name.

    Raises
    ------
    ConfigError
        Naming the attribute and what stands for its type.
    """
    schema: object = owner.saved
    if not isinstance(schema, Mapping):
        raise ConfigError(f"{owner.__name__}.saved must be types by name, such as {{'count': int}}, got {schema!r}")
    for name, declared in schema.items():
        for kind in _types_of(declared):
            if not isinstance(kind, type) or get_origin(kind) is not None:
                raise ConfigError(
                    f"{owner.__name__}.saved declares {name!r} as {declared!r}: write a class such as int or list, a "
                    "tuple of classes, or int | None"
                )


def _types_of(declared: Any) -> tuple[Any, ...]:
    """The types that a declaration allows: a class, None, a union, or a tuple of them."""
    if isinstance(declared, tuple):
        return tuple(kind for one in declared for kind in _types_of(one))
    if get_origin(declared) in (Union, UnionType):
        return get_args(declared)
    return (NoneType,) if declared is None else (declared,)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Members of the user's enumerations by their names, which is how parameters read them again."""
    return {name: value.name if isinstance(value, Enum) else value for name, value in parameters.items()}
