"""Values are written as bytes and read back exactly, type and all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytrader import DataError, Fixed, InvalidArgument, Money, Price, Quantity
from pytrader.model import OrderStatus, Side
from pytrader.strategy.codec import decoded, encoded

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.sampled_from([Side.BUY, OrderStatus.NEW])
    | st.integers(-(10**15), 10**15).map(lambda n: Price.from_scaled(n, 4))
    | st.integers(0, 10**15).map(lambda n: Quantity.from_scaled(n, 9))
    | st.integers(-(10**15), 10**15).map(lambda n: Fixed.from_scaled(n, 18))
    | st.integers(-(10**12), 10**12).map(lambda n: Money(Fixed.from_scaled(n, 2), "USD"))
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.dictionaries(st.integers(), inner, max_size=4)
        | st.sets(st.integers() | st.text(), max_size=4)
        | st.frozensets(st.integers() | st.frozensets(st.text(), max_size=2), max_size=4)
        | st.dictionaries(st.frozensets(st.integers(), max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


def shape(value: Any) -> Any:
    """A value with the types of everything in it."""
    if isinstance(value, list | tuple):
        return type(value), [shape(item) for item in value]
    if isinstance(value, dict):
        return [(shape(key), shape(item)) for key, item in value.items()]
    if isinstance(value, set | frozenset):
        return type(value), sorted(repr(shape(item)) for item in value)
    return type(value), repr(value)


@given(VALUES)
def test_every_value_comes_back_with_its_type(value: Any) -> None:
    back = decoded(encoded(value))
    assert back == value
    assert shape(back) == shape(value)
    assert encoded(back) == encoded(value)


@pytest.mark.parametrize(
    "value", [10**5000, -(10**5000), 2**8192, 1 - 2**8192], ids=["10^5000", "-10^5000", "2^8192", "1-2^8192"]
)
def test_a_whole_number_of_any_size_comes_back(value: int) -> None:
    assert decoded(encoded([value])) == [value]


def test_a_dictionary_that_looks_like_a_mark_is_a_dictionary() -> None:
    value = {"$": ["price", "1.25"]}
    assert decoded(encoded(value)) == value


def test_the_bytes_of_a_set_do_not_depend_on_its_order() -> None:
    assert encoded({"b", "a", "c"}) == encoded({"c", "b", "a"}) == b'{"$":["set",["a","b","c"]]}'


@pytest.mark.parametrize("value", [object(), {"a": [1, object()]}, 1j, range(3), lambda: 1])
def test_other_values_are_refused_with_their_place(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="can not be kept"):
        encoded(value)


def test_the_message_says_where() -> None:
    with pytest.raises(InvalidArgument, match=r"the value\['a'\]\[1\] is a object"):
        encoded({"a": [1, object()]})


def test_values_too_deep_are_refused() -> None:
    value: list[Any] = []
    for _ in range(100):
        value = [value]
    with pytest.raises(InvalidArgument, match="more than 64 deep"):
        encoded(value)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"1.5", b'{"$":["nothing","1"]}', b'{"$":["price","x"]}', b'{"$":["price"]}', b'{"$":1}', b"\xff"],
)
def test_what_was_not_written_here_is_refused(data: bytes) -> None:
    with pytest.raises(DataError, match="no value that pytrader wrote"):
        decoded(data)


@given(st.binary(max_size=30) | st.text(max_size=30).map(lambda text: json.dumps({"$": [text, text]}).encode()))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        value = decoded(data)
    except DataError:
        return
    assert encoded(value) is not None
