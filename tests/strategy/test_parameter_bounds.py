"""Parameters with bounds and units: what is out of range, or no time, is refused with the bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import pytest

from pytrader import ConfigError, Money, Price, Strategy
from pytrader.config import Duration, Range


class Bounded(Strategy):
    """Has a parameter of every kind that can be bounded."""

    fast: Annotated[int, Range(1, 500, unit="bars")] = 10
    edge: Annotated[Decimal, Range("0.1", "5")] = Decimal("1")
    floor: Annotated[Price | None, Range(low="0.01")] = None
    ratio: Annotated[float, Range(high=1)] = 0.5
    risk: Annotated[Money, Range("10 USD", "500 USD")] = Money("100", "USD")
    wait: Annotated[int, Duration(), Range(1, 3_600_000_000_000)] = 60_000_000_000
    budget: Money | None = None


GOOD: list[tuple[str, Any, Any]] = [
    ("fast", 1, 1),
    ("fast", 500, 500),
    ("edge", "0.1", Decimal("0.1")),
    ("floor", "0.01", Price("0.01")),
    ("floor", None, None),
    ("ratio", 1, 1.0),
    ("risk", "10.00 USD", Money("10", "USD")),
    ("wait", "90s", 90_000_000_000),
    ("wait", 5, 5),
    ("budget", "5000 EUR", Money("5000", "EUR")),
]
BAD: list[tuple[str, Any, str]] = [
    ("fast", 0, "must be int from 1 to 500 bars, got 0: it is below 1"),
    ("fast", 501, "it is above 500"),
    ("fast", 1.0, "a float is no whole number"),
    ("edge", "0.09", "must be Decimal from 0.1 to 5, got '0.09'"),
    ("floor", "0.00", "must be Price or none at least 0.01"),
    ("ratio", 1.01, "must be float at most 1, got 1.01"),
    ("risk", "501 USD", "it is above 500 USD"),
    ("risk", "50 EUR", "must be Money"),
    ("risk", 50, "write an amount and a currency, such as '5000 USD'"),
    ("wait", "2h", "it is above 3600000000000"),
    ("wait", "soon", "or text such as '250ms', '5m'"),
    ("wait", 1.5, "a float is no whole number"),
]


@pytest.mark.parametrize(("name", "value", "expected"), GOOD)
def test_values_within_bounds_are_taken(name: str, value: Any, expected: Any) -> None:
    assert getattr(Bounded(**{name: value}), name) == expected


@pytest.mark.parametrize(("name", "value", "said"), BAD)
def test_values_out_of_bounds_are_refused_with_the_bounds(name: str, value: Any, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Bounded(**{name: value})
    assert f"parameter Bounded.{name} must be " in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("fast", "20", 20),
        ("wait", "1500ms", 1_500_000_000),
        ("wait", "1500", 1_500),
        ("floor", "none", None),
        ("risk", "20 USD", Money("20", "USD")),
    ],
)
def test_bounded_parameters_are_read_from_text(name: str, text: str, expected: Any) -> None:
    assert getattr(Bounded.from_text({name: text}), name) == expected


@pytest.mark.parametrize(("name", "text"), [("fast", "501"), ("wait", "2h"), ("risk", "9 USD"), ("wait", "")])
def test_texts_out_of_bounds_are_refused(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match=rf"Bounded\.{name}"):
        Bounded.from_text({name: text})


def test_a_default_out_of_bounds_is_refused_with_the_class() -> None:
    with pytest.raises(ConfigError, match="it is below 1"):

        class Wrong(Strategy):
            fast: Annotated[int, Range(1, 5)] = 0


@pytest.mark.parametrize("annotation", [Annotated[str, Range("a", "b")], Annotated[float, Duration()]])
def test_bounds_that_do_not_fit_the_type_are_refused(annotation: Any) -> None:
    with pytest.raises(ConfigError, match="which no parameter can be"):
        type("Wrong", (Strategy,), {"__annotations__": {"label": annotation}, "label": "a"})


def test_bounds_of_a_duration_may_be_times() -> None:
    class Waiting(Strategy):
        wait: Annotated[int, Duration(), Range("1s", "1h")] = 60_000_000_000

    assert Waiting(wait="1h").wait == 3_600_000_000_000
    with pytest.raises(ConfigError, match="it is below 1s"):
        Waiting(wait="999ms")


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        (Annotated[int, Range(500, 1)], "is from 500 to 1, which no value is in: swap its ends"),
        (Annotated[int, Range("a", 1)], "must have ends of type int, got 'a'"),
        (Annotated[Price, Range(0.5)], "must have ends of type Price, got 0.5"),
        (Annotated[int, Duration(), Range("1s", "1x")], "must have ends of type int, got '1x'"),
    ],
)
def test_wrong_bounds_are_refused_with_the_class(annotation: Any, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        type("Wrong", (Strategy,), {"__annotations__": {"fast": annotation}})
    assert said in str(raised.value)
    assert "Wrong.fast" in str(raised.value)


def test_other_notes_of_an_annotation_are_left_alone() -> None:
    class Noted(Strategy):
        count: Annotated[int, "a remark"] = 3

    assert Noted(count=4).parameters == {"count": 4}
