"""Parameters of strategies: what can be one, how values are checked, and what the messages say."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
import pytest

from pytrader.errors import ConfigError
from pytrader.model.values import Price, Quantity
from pytrader.strategy import Strategy


class Mode(Enum):
    CALM = 1
    BOLD = 2


class Everything(Strategy):
    count: int = 10
    ratio: float = 0.5
    label: str = "a"
    enabled: bool = True
    amount: Decimal = Decimal("1.50")
    entry: Price = Price("100.25")
    size: Quantity = Quantity("2")
    mode: Mode = Mode.CALM
    style: Literal["passive", "aggressive"] = "passive"
    stop: Price | None = None
    _hidden: int = 3
    shared: ClassVar[int] = 4
    later: Fraction
    plain = 7


class Required(Strategy):
    size: int


def test_annotated_attributes_are_parameters_and_nothing_else_is() -> None:
    assert list(Everything().parameters) == [
        "count",
        "ratio",
        "label",
        "enabled",
        "amount",
        "entry",
        "size",
        "mode",
        "style",
        "stop",
    ]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("count", 20, 20),
        ("count", np.int64(20), 20),
        ("ratio", 2, 2.0),
        ("ratio", 2**53 + 2, 2.0**53 + 2),
        ("ratio", 10**22, 1e22),
        ("ratio", 0.25, 0.25),
        ("label", "b", "b"),
        ("enabled", False, False),
        ("amount", "2.75", Decimal("2.75")),
        ("amount", 3, Decimal(3)),
        ("entry", "99.50", Price("99.50")),
        ("entry", Decimal("99.5"), Price("99.5")),
        ("size", 5, Quantity(5)),
        ("mode", Mode.BOLD, Mode.BOLD),
        ("mode", "bold", Mode.BOLD),
        ("style", "aggressive", "aggressive"),
        ("stop", None, None),
        ("stop", "90", Price(90)),
    ],
)
def test_a_keyword_overrides_a_parameter(name: str, value: object, expected: object) -> None:
    found = getattr(Everything(**{name: value}), name)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("count", "-20", -20),
        ("ratio", "1e-3", 0.001),
        ("label", "b", "b"),
        ("enabled", "no", False),
        ("enabled", "TRUE", True),
        ("amount", "2.750", Decimal("2.750")),
        ("entry", "99.50", Price("99.50")),
        ("size", "0.5", Quantity("0.5")),
        ("mode", "Bold", Mode.BOLD),
        ("style", "aggressive", "aggressive"),
        ("stop", "none", None),
        ("stop", "90.1", Price("90.1")),
    ],
)
def test_a_text_overrides_a_parameter(name: str, text: str, expected: object) -> None:
    found = getattr(Everything.from_text({name: text}), name)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", 1.0),
        ("count", True),
        ("count", "10"),
        ("count", Decimal(1)),
        ("count", None),
        ("ratio", float("nan")),
        ("ratio", True),
        ("ratio", "0.5"),
        ("ratio", 2**53 + 1),
        ("ratio", -(2**53) - 1),
        ("ratio", 10**400),
        ("label", 5),
        ("enabled", 1),
        ("amount", 1.5),
        ("amount", "many"),
        ("amount", "1_0"),
        ("entry", 100.25),
        ("entry", True),
        ("size", -1),
        ("mode", "timid"),
        ("style", "wild"),
        ("stop", 1.5),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_name_and_the_value(name: str, value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        Everything(**{name: value})
    assert f"Everything.{name} must be" in str(caught.value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("count", "1.5"),
        ("count", "1_0"),
        ("count", ""),
        ("enabled", "maybe"),
        ("ratio", "inf"),
        ("ratio", "1_0.5"),
        ("ratio", "9007199254740993"),
        ("ratio", "\u0661"),
        ("amount", "1_0"),
        ("amount", "1_0.5"),
        ("size", "-1"),
        ("style", "x"),
    ],
)
def test_a_text_that_is_no_value_is_refused(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match=rf"Everything\.{name} must be"):
        Everything.from_text({name: text})


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(ConfigError, match=r"no parameter 'cuont' \(did you mean count\?\): it has count, ratio, label"):
        Everything(cuont=1)


def test_a_parameter_without_default_must_be_given() -> None:
    with pytest.raises(ConfigError, match=r"Required\.size has no default"):
        Required()
    assert Required(size=3).size == 3


def test_names_with_an_underscore_can_not_be_set() -> None:
    with pytest.raises(ConfigError, match="_hidden"):
        Everything(_hidden=1)


def test_a_default_of_the_wrong_type_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(ConfigError, match=r"Wrong\.fast must be int, got 1\.5"):

        class Wrong(Strategy):
            fast: int = 1.5  # type: ignore[assignment]


def test_a_value_of_a_type_that_no_parameter_has_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(ConfigError, match="which no parameter can be"):

        class Listed(Strategy):
            lengths: list[int] = [1, 2]  # noqa: RUF012


def test_a_subclass_inherits_parameters_and_may_change_their_defaults() -> None:
    class Faster(Everything):
        count: int = 5
        extra: int = 1

    class Fastest(Faster):
        count = 2

    assert Faster().count == 5
    assert Fastest().parameters["count"] == 2
    assert list(Faster().parameters)[-1] == "extra"
    assert Everything().count == 10


def test_a_parameter_can_not_hide_what_every_strategy_has() -> None:
    with pytest.raises(ConfigError, match=r"Hiding\.position can be no parameter, because Strategy\.position means"):

        class Hiding(Strategy):
            position: int = 5  # type: ignore[assignment]
