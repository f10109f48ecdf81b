"""Whole columns of decimals agree with one value at a time, and name the first value that is wrong."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pytrader.errors import DecimalOverflow, Inexact, InvalidArgument, InvalidDecimal, OffTick, PytraderError
from pytrader.model.decimal_arrays import format_array, from_floats, from_ticks, parse_array, to_ticks
from pytrader.model.values import Fixed, Price
from tests.decimal.exact_reference import MODES

checked = settings(deadline=None, derandomize=True, max_examples=200)
MANTISSAS = st.integers(-(2**63) + 1, 2**63 - 1)
PLACES = st.integers(0, 18)
TEXTS = st.text(alphabet="0123456789.+-eE _\x00é", max_size=24)


def one_by_one(texts: list[str], places: int) -> list[int]:
    mantissas = [Fixed(text).scaled(places) for text in texts]
    if any(abs(mantissa) > 2**63 - 1 for mantissa in mantissas):
        raise DecimalOverflow("beyond 64 bits")
    return mantissas


@checked
@given(st.lists(TEXTS, min_size=1, max_size=20), PLACES)
def test_texts_are_read_as_one_value_at_a_time(texts: list[str], places: int) -> None:
    # An array drops NULs at the end of its texts.
    texts = [text.rstrip("\0") for text in texts]
    try:
        expected = one_by_one(texts, places)
    except PytraderError:
        with pytest.raises(PytraderError, match=r"texts\[\d+\]"):
            parse_array(np.array(texts, dtype="U24"), places)
    else:
        assert parse_array(np.array(texts, dtype="U24"), places).tolist() == expected
        assert parse_array(np.array(texts, dtype="S24"), places).tolist() == expected


@checked
@given(st.lists(MANTISSAS, max_size=40), PLACES)
def test_formatted_mantissas_read_back(mantissas: list[int], places: int) -> None:
    column = np.array(mantissas, dtype=np.int64)
    texts = format_array(column, places)
    assert texts.dtype.kind == "S"
    assert [text.decode() for text in texts] == [str(Fixed.from_scaled(mantissa, places)) for mantissa in mantissas]
    assert parse_array(texts, places).tolist() == mantissas
    assert parse_array(texts.astype("U"), places).tolist() == mantissas


@checked
@given(st.lists(st.integers(-(2**40), 2**40), max_size=40), st.sampled_from(("0.01", "0.25", "5", "0.0000001")))
def test_ticks_go_both_ways(ticks: list[int], tick: str) -> None:
    column = np.array(ticks, dtype=np.int64)
    places = Fixed(tick).decimals
    mantissas = from_ticks(column, tick, places)
    assert [Price.from_scaled(mantissa, places) for mantissa in mantissas.tolist()] == [Price(tick) * n for n in ticks]
    assert to_ticks(mantissas, tick, places).tolist() == ticks
    assert to_ticks(format_array(mantissas, places), tick).tolist() == ticks


@checked
@given(st.lists(st.floats(-1e9, 1e9), max_size=20), st.integers(0, 9), st.sampled_from(MODES))
def test_floats_are_rounded_as_one_value_at_a_time(numbers: list[float], places: int, mode: str) -> None:
    expected = [Fixed.from_float(number, decimals=places, rounding=mode).scaled(places) for number in numbers]
    assert from_floats(np.array(numbers, dtype=np.float64), places, mode).tolist() == expected


def test_the_first_wrong_value_is_named_with_its_place() -> None:
    for texts, places, error, message in (
        (["1.5", "abc", "x"], 2, InvalidDecimal, r"texts\[1\]: 'abc'"),
        (["1.5", "1.234"], 2, Inexact, r"texts\[1\]: 1\.234 .*2"),
        (["1.5", "99999999999999999999"], 2, DecimalOverflow, r"texts\[1\]: 99999999999999999999"),
        (["1", ""], 2, InvalidDecimal, r"texts\[1\]"),
        (["1", "1e-30"], 2, InvalidDecimal, r"texts\[1\].*18"),
        (["1"] * 5000 + ["nan"], 2, InvalidDecimal, r"texts\[5000\]: 'nan'"),
    ):
        for dtype in ("S", "U"):
            with pytest.raises(error, match=message):
                parse_array(np.array(texts, dtype=dtype), places)
    with pytest.raises(OffTick, match=r"texts\[1\]: 1\.26 .*0\.05"):
        to_ticks(np.array(["1.25", "1.26"]), "0.05")
    with pytest.raises(OffTick, match=r"texts\[1\]: 1\.255"):
        to_ticks(np.array(["1.25", "1.255"]), "0.05")
    with pytest.raises(OffTick, match=r"values\[2\]: 1\.26"):
        to_ticks(np.array([120, 125, 126]), "0.05", 2)
    with pytest.raises(InvalidDecimal, match=r"values\[1\]"):
        from_floats(np.array([1.0, np.nan]), 2, "down")
    with pytest.raises(DecimalOverflow, match=r"values\[1\]"):
        from_floats(np.array([1.0, 1e300]), 2, "down")
    with pytest.raises(DecimalOverflow, match=r"ticks\[1\]"):
        from_ticks(np.array([1, 2**62]), "0.25", 2)
    with pytest.raises(DecimalOverflow, match=r"values\[0\]"):
        to_ticks(np.array([2**62]), "0.001", 2)


def test_ticks_finer_and_coarser_than_the_mantissas_fit() -> None:
    assert to_ticks(np.array([125, -250]), "0.125", 1).tolist() == [100, -200]
    assert to_ticks(np.array([500, -1000]), "5", 0).tolist() == [100, -200]
    with pytest.raises(Inexact):
        from_ticks(np.array([1]), "0.125", 2)
    for tick in ("0", "-1"):
        with pytest.raises(InvalidArgument, match="above zero"):
            to_ticks(np.array(["1"]), tick)


@pytest.mark.parametrize(
    "column",
    [
        np.array([["1.5", "2.5"], ["3.5", "4.5"]]),
        np.array(["1.5", "9", "2.5", "9", "3.5", "9", "4.5"])[::2],
        np.array(["4.5", "3.5", "2.5", "1.5"])[::-1],
        np.array(["1.5", "2.5", "3.5", "4.5"], dtype=">U7"),
        np.array([b"1.5", b"2.5", b"3.5", b"4.5"], dtype="S40"),
        np.array(["1.5", "2.5", "3.5", "4.5"]).astype("S3").view(),
    ],
)
def test_any_shape_stride_width_and_byte_order_is_read(column: NDArray[Any]) -> None:
    mantissas = parse_array(column, 1)
    assert mantissas.shape == column.shape
    assert mantissas.ravel().tolist() == [15, 25, 35, 45]


def test_integers_of_every_width_are_taken_and_nothing_else() -> None:
    for dtype in (np.int8, np.uint8, np.int32, np.uint64, ">i4"):
        assert format_array(np.array([5, 100], dtype=dtype), 1).tolist() == [b"0.5", b"10.0"]
    with pytest.raises(DecimalOverflow):
        format_array(np.array([2**63], dtype=np.uint64), 0)
    for column in (np.array([1.0]), np.array([True]), np.array(["1"]), np.array([1], dtype=object), [1], 1):
        with pytest.raises(TypeError):
            format_array(column, 0)
    for column in (np.array([1.0]), np.array([1]), np.array(["1"], dtype=object), ["1"], "1"):
        with pytest.raises(TypeError):
            parse_array(column, 0)
    for column in (np.array([1]), np.array([1.0], dtype=np.float32), [1.0], 1.0):
        with pytest.raises(TypeError):
            from_floats(column, 0, "down")
    with pytest.raises(InvalidArgument, match="decimals"):
        to_ticks(np.array([1]), "1")
    with pytest.raises(InvalidArgument, match="half_even"):
        from_floats(np.array([1.0]), 0, "exact")


def test_empty_columns_stay_empty() -> None:
    assert parse_array(np.array([], dtype="S5"), 2).tolist() == []
    assert parse_array(np.array([], dtype="U5"), 2).tolist() == []
    assert format_array(np.array([], dtype=np.int64), 2).tolist() == []
    assert from_floats(np.array([]), 2, "down").tolist() == []


def test_the_argument_is_left_as_it_was() -> None:
    ticks = np.array([1, 2, 3])
    from_ticks(ticks, "0.25", 2)
    to_ticks(ticks, "1", 0)
    assert ticks.tolist() == [1, 2, 3]


def test_threads_read_long_columns_side_by_side() -> None:
    column = np.array([f"{n}.25" for n in range(20_000)], dtype="S")
    found: list[NDArray[np.int64]] = []
    threads = [threading.Thread(target=lambda: found.append(parse_array(column, 2))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all((mantissas == np.arange(20_000) * 100 + 25).all() for mantissas in found)
