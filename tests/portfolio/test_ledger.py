"""The ledger against a naive twin in exact fractions, and its refusals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader.errors import CurrencyMismatch, DecimalOverflow, InvalidArgument, OffLot, OffTick
from pytrader.model import Fixed, Instrument, Money
from pytrader.portfolio import Ledger

INSTRUMENTS = [
    Instrument(
        "ABC", "NYSE", quote_currency="USD", tick_size="0.01", lot_size=1, taker_fee="0.00047", maker_fee="-0.0001"
    ),
    Instrument("ES", "CME", quote_currency="USD", tick_size="0.25", lot_size=1, multiplier=50, taker_fee="0.001"),
    Instrument(
        "XYZ", "TSE", quote_currency="JPY", tick_size="0.0003", lot_size="0.07", min_price="-1.5", taker_fee="0.0013"
    ),
]
CENT = {"USD": 2, "JPY": 0}


def half_even(value: Fraction, decimals: int) -> Fraction:
    return Fraction(round(value * 10**decimals), 10**decimals)


class NaiveLedger:
    """Positions by average cost in fractions, rounded only where the ledger says it rounds."""

    def __init__(self) -> None:
        self.cash: dict[str, Fraction] = {"USD": Fraction(0), "JPY": Fraction(0)}
        self.quantity: dict[tuple[str, int], Fraction] = {}
        self.cost: dict[tuple[str, int], Fraction] = {}
        self.realized: dict[tuple[str, int], Fraction] = {}
        self.fees: dict[tuple[str, int], Fraction] = {}

    def fill(
        self, i: Instrument, strategy: int, side: str, price: Fraction, quantity: Fraction, liquidity: str
    ) -> None:
        key, code = (i.id, strategy), str(i.quote_currency)
        multiplier = Fraction(i.multiplier.as_decimal())
        rate = Fraction((i.taker_fee if liquidity == "taker" else i.maker_fee).as_decimal())
        fee = half_even(abs(price * quantity * multiplier) * rate, CENT[code])
        signed = quantity if side == "buy" else -quantity
        self.cash[code] -= signed * price * multiplier + fee
        self.fees[key] = self.fees.get(key, Fraction(0)) + fee
        held, cost = self.quantity.get(key, Fraction(0)), self.cost.get(key, Fraction(0))
        if held * signed < 0:
            closed = min(abs(held), quantity)
            removed = cost if closed == abs(held) else half_even(cost * closed / abs(held), 18)
            paid = (closed if signed > 0 else -closed) * price * multiplier
            self.realized[key] = self.realized.get(key, Fraction(0)) - paid - removed
            cost -= removed
            signed_rest = signed - (closed if signed > 0 else -closed)
        else:
            signed_rest = signed
        self.quantity[key] = held + signed
        self.cost[key] = cost + signed_rest * price * multiplier


def fraction(value: Fixed | Money) -> Fraction:
    return Fraction(value.as_decimal())


fills = st.tuples(
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from(["buy", "sell"]),
    st.integers(-20, 5000),
    st.integers(1, 60),
    st.sampled_from(["maker", "taker"]),
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.lists(fills, max_size=60))
def test_the_ledger_equals_exact_fractions_after_every_fill(stream: list[tuple[int, int, str, int, int, str]]) -> None:
    ledger, naive = Ledger(INSTRUMENTS, strategies=2), NaiveLedger()
    ledger.deposit(Money("1000", "USD"))
    naive.cash["USD"] += 1000
    for number, strategy, side, ticks, lots, liquidity in stream:
        instrument = INSTRUMENTS[number]
        price, quantity = instrument.price(ticks), instrument.quantity(lots)
        ledger.fill(instrument.id, side=side, price=price, quantity=quantity, liquidity=liquidity, strategy=strategy)
        naive.fill(instrument, strategy, side, Fraction(price.as_decimal()), Fraction(quantity.as_decimal()), liquidity)
        key = (instrument.id, strategy)
        held, cost, realized, fees = ledger.position(instrument.id, strategy=strategy)
        assert fraction(held) == naive.quantity[key]
        assert fraction(cost) == naive.cost[key]
        assert fraction(realized) == naive.realized.get(key, Fraction(0))
        assert fraction(fees) == naive.fees[key]
        assert fraction(ledger.cash(instrument.quote_currency)) == naive.cash[str(instrument.quote_currency)]
        assert ledger.check()
        mark = instrument.price(ticks + 7)
        value = naive.quantity[key] * Fraction(mark.as_decimal()) * Fraction(instrument.multiplier.as_decimal())
        assert fraction(ledger.unrealized_pnl(instrument.id, mark, strategy=strategy)) == value - naive.cost[key]


def test_a_fill_says_what_it_did() -> None:
    ledger = Ledger(INSTRUMENTS)
    ledger.deposit(Money("10000", "USD"))
    ledger.fill("ES.CME", side="buy", price="4000.25", quantity=2)
    value, fee, realized = ledger.fill("ES.CME", side="sell", price="4001.00", quantity=1)
    assert (value, fee, realized) == (Money("200050", "USD"), Money("200.05", "USD"), Money("37.50", "USD"))


def test_refused_fills_change_nothing() -> None:
    ledger = Ledger(INSTRUMENTS)
    ledger.fill("ABC.NYSE", side="buy", price="10.00", quantity=3)
    before = (ledger.position("ABC.NYSE"), ledger.cash("USD"))
    refusals: list[tuple[type[Exception], dict[str, Any]]] = [
        (OffTick, {"price": "10.001"}),
        (OffLot, {"quantity": "0.5"}),
        (InvalidArgument, {"quantity": 0}),
        (InvalidArgument, {"side": "hold"}),
        (InvalidArgument, {"liquidity": "both"}),
        (InvalidArgument, {"strategy": 1}),
        (InvalidArgument, {"strategy": -1}),
        (InvalidArgument, {"instrument_id": "ABC"}),
        (DecimalOverflow, {"price": "10000000000000", "quantity": 1_000_000_000}),
        (TypeError, {"price": 10.0}),
        (TypeError, {"quantity": Decimal}),
        (TypeError, {"strategy": True}),
    ]
    for error, changes in refusals:
        arguments: dict[str, Any] = {
            "instrument_id": "ABC.NYSE",
            "side": "sell",
            "price": "10.00",
            "quantity": 1,
        } | changes
        with pytest.raises(error):
            ledger.fill(**arguments)
    assert (ledger.position("ABC.NYSE"), ledger.cash("USD")) == before
    assert ledger.check()


def test_cash_is_kept_by_currency() -> None:
    ledger = Ledger(INSTRUMENTS)
    ledger.deposit(Money("5", "EUR"))
    ledger.deposit(Money("-2", "EUR"))
    assert ledger.cash("EUR") == Money("3", "EUR")
    assert ledger.cash("USD") == Money("0", "USD")
    with pytest.raises(CurrencyMismatch):
        ledger.cash("EUR") + ledger.cash("USD")
    with pytest.raises(TypeError):
        ledger.deposit("5 EUR")  # type: ignore[arg-type]


def test_instruments_are_given_once_and_strategies_are_counted() -> None:
    with pytest.raises(InvalidArgument, match=r"ABC\.NYSE is given twice"):
        Ledger([INSTRUMENTS[0], INSTRUMENTS[0]])
    with pytest.raises(InvalidArgument, match="strategies is 0"):
        Ledger(INSTRUMENTS, strategies=0)
