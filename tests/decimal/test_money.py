"""Money of one currency adds up exactly; currencies are known, registered and never mixed."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from pytrader.errors import CurrencyMismatch, DecimalOverflow, Inexact, InvalidArgument, InvalidDecimal, OffTick
from pytrader.model.values import Currency, Fixed, Money, Price, Quantity, notional


def test_money_shows_the_minor_units_of_its_currency() -> None:
    assert str(Money("12.3", "USD")) == "12.30 USD"
    assert repr(Money("12.30", "USD")) == "Money('12.30', 'USD')"
    assert str(Money(5, "JPY")) == "5 JPY"
    assert str(Money("1.5", "BHD")) == "1.500 BHD"
    assert str(Money("0.5", "BTC")) == "0.50000000 BTC"


def test_money_keeps_finer_digits_until_rounding_is_named() -> None:
    value = Money("1.005", "USD")
    assert str(value) == "1.005 USD"
    with pytest.raises(Inexact):
        value.quantize()
    assert value.quantize(rounding="half_even") == Money("1.00", "USD")
    assert value.quantize(rounding="half_up") == Money("1.01", "USD")
    assert value.quantize(1, "up") == Money("1.1", "USD")


def test_amounts_of_one_currency_add_up() -> None:
    total = Money("0.10", "USD") + Money("0.20", "USD")
    assert total == Money("0.30", "USD")
    assert total - Money("0.40", "USD") == -Money("0.10", "USD")
    assert 3 * total == Money("0.90", "USD")
    assert abs(-total) == total
    assert total.amount == Fixed("0.3")
    assert total.as_decimal() == Decimal("0.30")
    assert Money(1, "USD").ratio(Money(3, "USD"), 4, "half_even") == Fixed("0.3333")


def test_currencies_do_not_mix() -> None:
    dollars, euros = Money(1, "USD"), Money(1, "EUR")
    for refused in (
        lambda: dollars + euros,
        lambda: dollars - euros,
        lambda: dollars < euros,
        lambda: dollars >= euros,
        lambda: dollars.ratio(euros),
    ):
        with pytest.raises(CurrencyMismatch, match=r"USD.*EUR"):
            refused()
    assert dollars != euros
    assert len({dollars, euros, Money("1.00", "USD")}) == 2


def test_money_overflows_by_name() -> None:
    top = Money("170141183460469231731.687303715884105727", "USD")
    with pytest.raises(DecimalOverflow):
        top + Money("0.000000000000000001", "USD")
    with pytest.raises(DecimalOverflow):
        top * 2


def test_money_is_read_from_text() -> None:
    assert Money.from_text("100000 USD") == Money(100000, "USD")
    for text in ("100000", "USD 100000", "1e5USD", "", " USD"):
        with pytest.raises((InvalidDecimal, InvalidArgument)):
            Money.from_text(text)
    with pytest.raises(TypeError):
        Money.from_text(5)
    with pytest.raises(TypeError):
        Money()
    with pytest.raises(TypeError):
        Money("1")


def test_notional_is_exact_or_rounded_by_name() -> None:
    price, quantity = Price("64000.123456"), Quantity("1.5")
    assert notional(price, quantity, currency="USD") == Money("96000.185184", "USD")
    assert notional(price, quantity, currency="USD", rounding="half_even") == Money("96000.19", "USD")
    assert notional(Price("-37.63"), Quantity(2), "1000", currency="USD") == Money("-75260", "USD")
    with pytest.raises(Inexact):
        notional(Price("0.0000000001"), Quantity("0.0000000001"), currency="USD")
    with pytest.raises(DecimalOverflow):
        notional(Price("1e20"), Quantity("1e20"), currency="USD", rounding="down")
    with pytest.raises(TypeError):
        notional(Quantity(1), Quantity(1), currency="USD")


def test_minor_units_are_those_of_iso_4217() -> None:
    expected = {"USD": 2, "EUR": 2, "JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "TND": 3, "CLF": 4, "UYW": 4, "CHF": 2}
    assert {code: Currency(code).decimals for code in expected} == expected
    assert Currency("BTC").decimals == 8
    assert Currency("XAU").name == "Gold"
    assert {"USDT", "USDC", "ETH", "SOL", "XRP"} <= set(Currency.known())


def test_an_unknown_currency_is_refused_until_it_is_registered() -> None:
    with pytest.raises(InvalidArgument, match=r"Currency\.register"):
        Money(1, "TESTCOIN1")
    coin = Currency.register("TESTCOIN1", 5, "Test coin")
    assert Money(1, "TESTCOIN1").currency == coin == Currency("TESTCOIN1")
    assert str(Money(1, coin)) == "1.00000 TESTCOIN1"
    assert Currency.register("TESTCOIN1", 5) == coin
    for decimals, name in ((6, "Test coin"), (5, "Other")):
        with pytest.raises(InvalidArgument, match="known already"):
            Currency.register("TESTCOIN1", decimals, name)


@pytest.mark.parametrize("code", ["", "usd", "A" * 17, "A B", "É", "-A", "A\n"])
def test_codes_are_upper_case_letters_and_digits(code: str) -> None:
    with pytest.raises(InvalidArgument):
        Currency.register(code, 2)


@pytest.mark.parametrize("thing", [None, 5, b"USD", ["USD"]])
def test_a_currency_is_text_or_a_currency(thing: Any) -> None:
    with pytest.raises(TypeError):
        Currency(thing)
    with pytest.raises(TypeError):
        Money(1, thing)
    with pytest.raises(TypeError):
        Currency.register(thing, 2)


def test_money_and_currencies_are_copied_and_pickled() -> None:
    value = Money("1.005", Currency.register("TESTCOIN2", 2))
    for back in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert back == value
        assert str(back) == "1.005 TESTCOIN2"


def test_a_pickle_brings_its_registered_currency_into_another_process() -> None:
    data = pickle.dumps(Money("1.5", Currency.register("TESTCOIN3", 3)))
    command = f"import pickle; print(pickle.loads({data!r}))"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1.500 TESTCOIN3"


def test_what_others_got_wrong_is_right_here() -> None:
    """Overflow that aborts, equal numbers with other hashes, two roundings in one library, values that do not fit."""
    for kind in (Price, Quantity):
        top = kind("170141183460469231731")
        with pytest.raises(DecimalOverflow):
            top + kind(1)
        with pytest.raises(DecimalOverflow):
            kind.from_scaled(10**60, 0)
    assert hash(Price("1.1")) == hash(Decimal("1.1"))
    assert Quantity("420690000000000") * 1000 == 420690000000000000
    assert str(Price("0.000000000000000001")) == "0.000000000000000001"
    assert str(Price(Decimal("1E-7"))) == "0.0000001"
    assert Money("100", "JPY").quantize(rounding="half_even") == Money(100, "JPY")
    # A free amount derived by subtraction adds up again, whatever the digits.
    total, locked = Money("0.12345678", "BTC"), Money("0.04115226", "BTC")
    assert (total - locked) + locked == total
    # The number of digits plays no part in equality, nor in what may be added.
    assert Price("1.50") == Price("1.5")
    assert Price("1.50") + Price("0.001") == Price("1.501")
    assert Quantity("1") - Quantity("0.999999999999999999") == Quantity("0.000000000000000001")


def test_sub_unit_remainders_end_at_zero() -> None:
    left = Quantity("0.3")
    for _ in range(3):
        left = left - Quantity("0.1")
    assert left == 0
    assert not left
    with pytest.raises(OffTick):
        Price("0.30000000000000004").to_tick("0.1")
