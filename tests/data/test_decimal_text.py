"""Columns of decimal text become exact 64-bit integers, or one error that names the file and line."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader.data.decimal_text import TextColumn, split_table, step_of
from pytrader.errors import DataError

steady = settings(deadline=None, derandomize=True)
NUMBERS = st.decimals(min_value=1 - 10**9, max_value=10**9 - 1, places=9, allow_nan=False).map(
    lambda value: f"{value:f}"
)


def column(*texts: str) -> TextColumn:
    return TextColumn.from_strings("price", "file.csv", list(texts), np.arange(1, len(texts) + 1))


@steady
@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_text_scales_as_decimal_arithmetic_says(texts: list[str]) -> None:
    assert column(*texts).scaled(9).tolist() == [int(Decimal(text).scaleb(9)) for text in texts]


@steady
@given(st.lists(NUMBERS, min_size=1, max_size=20), st.integers(0, 8))
def test_cut_drops_digits_toward_zero_and_says_where(texts: list[str], decimals: int) -> None:
    values, lost = column(*texts).cut(decimals)
    exact = [Decimal(text).scaleb(decimals) for text in texts]
    assert values.tolist() == [int(value) for value in exact]
    assert lost.tolist() == [value != int(value) for value in exact]


@steady
@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_decimal_places_is_the_least_scale_that_is_exact(texts: list[str]) -> None:
    places = column(*texts).decimal_places()
    column(*texts).scaled(places)
    if places:
        with pytest.raises(DataError, match="decimals"):
            column(*texts).scaled(places - 1)


def test_trailing_zeros_are_not_precision() -> None:
    assert column("61737.63000000", "1.50").decimal_places() == 2
    assert column("61737.63000000", "1.50").scaled(2).tolist() == [6_173_763, 150]


@pytest.mark.parametrize(
    ("text", "decimals"), [("9223372036854775807", 0), ("-9223372036854775807", 0), ("-9223372036.854775807", 9)]
)
def test_the_largest_64_bit_numbers_fit(text: str, decimals: int) -> None:
    assert column(text).scaled(decimals).tolist() == [int(Decimal(text).scaleb(decimals))]


@pytest.mark.parametrize(
    ("text", "decimals"),
    [("9223372036854775808", 0), ("10000000000000000000", 0), ("9" * 19, 0), ("1" + "0" * 30, 0), ("9223372037", 9)],
)
def test_what_does_not_fit_in_64_bits_is_refused(text: str, decimals: int) -> None:
    with pytest.raises(DataError, match=f"does not fit in 64 bits at {decimals} decimals"):
        column("1", text).scaled(decimals)


def test_leading_zeros_are_not_digits() -> None:
    assert column("0" * 40 + "7", "0.000").scaled(3).tolist() == [7_000, 0]


@pytest.mark.parametrize("text", ["", "-", ".", "1.2.3", "1e5", "+1", " 1", "1 ", "0x1", "nan", "--1", "1_000", "1,0"])
def test_anything_but_a_plain_number_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is not a plain decimal number"):
        column("1.0", text).scaled(2)


def test_an_error_names_file_line_column_and_cell() -> None:
    with pytest.raises(DataError, match=r"file\.csv line 2: price 'x' is not") as caught:
        column("1", "x").scaled(0)
    assert (caught.value.path, caught.value.line) == ("file.csv", 2)


def test_prices_become_whole_ticks_or_are_refused() -> None:
    decimals, step = step_of("0.25")
    assert (decimals, step) == (2, 25)
    assert column("4500.25", "4500", "-0.5").on_grid(decimals, step, "the tick").tolist() == [18_001, 18_000, -2]
    with pytest.raises(DataError, match=r"'4500\.30' is not a multiple of the tick"):
        column("4500.25", "4500.30").on_grid(decimals, step, "the tick")
    assert column("4500.30").on_grid(decimals, step, "the tick", cut=True).tolist() == [18_001]


def test_an_empty_column_is_an_empty_array() -> None:
    assert column().scaled(3).tolist() == []
    assert column().decimal_places() == 0


def test_a_table_is_cut_into_columns_with_either_line_end() -> None:
    for data in (b"1,2\n3,4\n", b"1,2\r\n3,4\r\n", b"1,2\n3,4"):
        table = split_table("t.csv", data, ["a", "b"], ",")
        assert table["a"].scaled(0).tolist() == [1, 3]
        assert table["b"].scaled(0).tolist() == [2, 4]


@pytest.mark.parametrize("data", [b"1,2\n3\n", b"1,2\n3,4,5\n", b"1,2\n\n3,4\n"])
def test_a_row_with_another_number_of_cells_names_its_line(data: bytes) -> None:
    with pytest.raises(DataError, match=r"t\.csv line 12: \d columns where 2 are expected") as caught:
        split_table("t.csv", data, ["a", "b"], ",", first_line=11)
    assert caught.value.line == 12


@pytest.mark.parametrize(("text", "expected"), [("1", (0, 1)), ("0.01", (2, 1)), ("0.050", (2, 5)), ("10", (0, 10))])
def test_a_grid_step_is_decimals_and_a_whole_number(text: str, expected: tuple[int, int]) -> None:
    assert step_of(text) == expected
