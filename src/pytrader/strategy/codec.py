"""Writes values as bytes and reads them back exactly: whole numbers of any size, decimals, prices, money."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from pytrader._values import Fixed, Money, Price, Quantity
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import enums

DEPTH_MAX: Final = 64
# A dictionary with this key alone is a value that JSON has no word for: [kind, text].
_MARK: Final = "$"
_EXACT: Final[dict[type, tuple[str, Callable[[Any], Any]]]] = {
    Decimal: ("decimal", str),
    Fixed: ("fixed", str),
    Price: ("price", str),
    Quantity: ("quantity", str),
    Money: ("money", lambda value: [str(value.amount), value.currency.code]),
    float: ("float", float.hex),
    bytes: ("bytes", bytes.hex),
}
# Python reads and writes decimal digits of a whole number up to some 4,300 only.
_INT_BITS_MAX: Final = 8192
_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "decimal": Decimal,
    "fixed": Fixed,
    "price": Price,
    "quantity": Quantity,
    "money": lambda value: Money(*value),
    "float": float.fromhex,
    "bytes": bytes.fromhex,
    "enum": lambda value: getattr(enums, value[0])[value[1]],
    "int": lambda value: int(value, 16),
    "tuple": lambda value: tuple(_read(item) for item in value),
    "set": lambda value: {_read(item) for item in value},
    "frozenset": lambda value: frozenset(_read(item) for item in value),
    "dict": lambda value: {_read(key): _read(item) for key, item in value},
}


def encoded(value: object) -> bytes:
    """Write a value: the same bytes for equal values of the same types and order, on every machine.

    Parameters
    ----------
    value
        None, bool, int, float, str, bytes, Decimal, Fixed, Price, Quantity, Money, members of pytrader's enumerations,
        and lists, tuples, sets and dictionaries of them, at most 64 deep.

    Raises
    ------
    InvalidArgument
        For a value of another type; the message says where it stands.
    """
    text = json.dumps(_written(value, "the value", 0), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def decoded(data: bytes) -> Any:
    """Read what `encoded` wrote.

    Raises
    ------
    DataError
        If it is something else.
    """
    try:
        return _read(json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DataError(f"this is no value that pytrader wrote: {error}") from None


def _written(value: Any, place: str, depth: int) -> Any:
    if depth > DEPTH_MAX:
        raise InvalidArgument(f"{place} is more than {DEPTH_MAX} deep")
    if isinstance(value, Enum):
        return _written_member(value, place)
    kind = type(value)
    if kind is int and value.bit_length() > _INT_BITS_MAX:
        return {_MARK: ["int", hex(value)]}
    if value is None or kind in (bool, int, str):
        return value
    if kind in _EXACT:
        name, text = _EXACT[kind]
        return {_MARK: [name, text(value)]}
    if kind is list:
        return [_written(item, f"{place}[{index}]", depth + 1) for index, item in enumerate(value)]
    if kind is tuple:
        return {_MARK: ["tuple", [_written(item, f"{place}[{index}]", depth + 1) for index, item in enumerate(value)]]}
    if kind in (set, frozenset):
        items = [_written(item, f"an item of {place}", depth + 1) for item in value]
        return {_MARK: [kind.__name__, sorted(items, key=json.dumps)]}
    if kind is dict:
        if all(type(key) is str for key in value) and _MARK not in value:
            return {key: _written(item, f"{place}[{key!r}]", depth + 1) for key, item in value.items()}
        pairs = [
            [_written(key, f"a key of {place}", depth + 1), _written(item, f"{place}[{key!r}]", depth + 1)]
            for key, item in value.items()
        ]
        return {_MARK: ["dict", pairs]}
    raise InvalidArgument(
        f"{place} is a {kind.__name__}, which can not be kept: keep numbers, text, decimals, prices, quantities, "
        "money, and lists, tuples, sets and dictionaries of them"
    )


def _written_member(value: Enum, place: str) -> Any:
    name = type(value).__name__
    if getattr(enums, name, None) is not type(value):
        raise InvalidArgument(f"{place} is a {name}, which is no enumeration of pytrader's: keep its name instead")
    return {_MARK: ["enum", [name, value.name]]}


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(item) for item in value]
    if isinstance(value, dict):
        if set(value) == {_MARK}:
            kind, text = value[_MARK]
            return _READERS[kind](text)
        return {key: _read(item) for key, item in value.items()}
    if isinstance(value, float):
        raise ValueError("a bare float")
    return value
