"""Texts and integers that stand for spans of time."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from pytrader._strategy import duration_ns, time_text
from pytrader.errors import InvalidArgument


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("7ns", 7),
        ("250us", 250_000),
        ("100ms", 100_000_000),
        ("1s", 1_000_000_000),
        ("1.5s", 1_500_000_000),
        ("5m", 300_000_000_000),
        ("1h", 3_600_000_000_000),
        ("2d", 172_800_000_000_000),
        ("0ms", 0),
        ("0.1 us", 100),
        (12, 12),
        (np.int64(12), 12),
    ],
)
def test_a_duration_is_whole_nanoseconds(text: str | int, nanoseconds: int) -> None:
    assert duration_ns(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "5", "m", "-1s", "1 minute", "1.5ns", "1s2ms", "1e3s", "９s", "99999999999d"])
def test_a_text_that_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidArgument, match="interval must be"):
        duration_ns(text, "interval")


@pytest.mark.parametrize("value", [1.0, Decimal(1), True, np.float32(1), None])
def test_a_duration_that_is_no_int_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="interval must be an int"):
        duration_ns(value, "interval")  # type: ignore[arg-type]


def test_a_time_reads_with_all_its_nanoseconds() -> None:
    assert time_text(1_704_067_200_000_000_001) == "2024-01-01T00:00:00.000000001Z"
    assert time_text(-1) == "1969-12-31T23:59:59.999999999Z"
