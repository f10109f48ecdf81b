"""Fee schedules: worked examples of published ones, a naive twin in fractions, and what is refused."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader.backtest import Venue
from pytrader.backtest.fee_tables import FEE_TABLES
from pytrader.errors import ConfigError, InvalidArgument
from pytrader.model import FeeRule, FeeSchedule, Instrument, Money
from pytrader.portfolio import Ledger
from tests.portfolio.naive_fees import DAY, NaiveFees, NaiveOrder

SHARE = Instrument("ABC", "XNAS", kind="equity", quote_currency="USD", tick_size="0.01", lot_size=1)
OTHER = Instrument("XYZ", "XNAS", kind="equity", quote_currency="USD", tick_size="0.01", lot_size=1)
COIN = Instrument("BTCUSDT", "BINANCE", quote_currency="USDT", tick_size="0.1", lot_size="0.001", min_price="-5")
FUTURE = Instrument("ESH4", "CME", kind="future", quote_currency="USD", tick_size="0.25", lot_size=1, multiplier=50)


def fee(ledger: Ledger, instrument: Instrument, price: str, quantity: int | str, **more: Any) -> Money:
    return ledger.fill(instrument.id, side=more.pop("side", "buy"), price=price, quantity=quantity, **more)[1]


def ledger_with(preset: str, *instruments: Instrument, **more: Any) -> Ledger:
    fees = Venue.preset(preset, **more).fees
    assert fees is not None
    return Ledger(instruments, fees=dict.fromkeys((each.id for each in instruments), fees))


# Worked by hand from the published schedules; the first three are the broker's own examples.
@pytest.mark.parametrize(
    ("preset", "instrument", "fills", "expected"),
    [
        ("interactive_brokers_fixed", SHARE, [("25.00", 100, "buy", "taker")], "1.00"),
        ("interactive_brokers_fixed", SHARE, [("25.00", 1000, "buy", "taker")], "5.00"),
        ("interactive_brokers_fixed", SHARE, [("0.25", 1000, "buy", "taker")], "2.50"),
        # 5.00 + 0.0000278 * 25,000 = 0.695 to the even cent + 0.000166 * 1,000
        ("interactive_brokers_fixed", SHARE, [("25.00", 1000, "sell", "taker")], "5.87"),
        ("interactive_brokers_fixed", SHARE, [("25.00", 60, "buy", "taker"), ("25.00", 240, "buy", "taker")], "1.50"),
        ("interactive_brokers_tiered", SHARE, [("25.00", 50, "buy", "taker")], "0.36"),
        ("interactive_brokers_tiered", SHARE, [("25.00", 1000, "buy", "taker")], "3.70"),
        ("nasdaq", SHARE, [("25.00", 1000, "buy", "maker"), ("25.00", 500, "sell", "taker")], "-0.50"),
        ("cme_emini_sp500", FUTURE, [("4800.25", 3, "sell", "maker")], "6.75"),
        ("binance_spot", COIN, [("40000.0", "0.5", "buy", "taker")], "20.00"),
        ("binance_usd_m", COIN, [("40000.0", "0.5", "buy", "taker"), ("40000.0", "0.5", "sell", "maker")], "14"),
        ("okx_spot", COIN, [("40000.0", "0.5", "buy", "maker")], "16"),
        ("bybit_linear", COIN, [("40000.0", "0.5", "buy", "taker")], "11"),
        ("kraken_spot", COIN, [("40000.0", "1.5", "buy", "taker"), ("40000.0", "1.5", "buy", "taker")], "300"),
        ("coinbase", COIN, [("40000.0", "0.5", "buy", "taker"), ("40000.0", "0.5", "buy", "maker")], "170"),
    ],
)
def test_published_schedules_charge_what_they_say(
    preset: str, instrument: Instrument, fills: list[tuple[str, Any, str, str]], expected: str
) -> None:
    ledger = ledger_with(preset, instrument)
    charged = [
        fee(ledger, instrument, price, quantity, side=side, liquidity=liquidity, order=1)
        for price, quantity, side, liquidity in fills
    ]
    assert sum(charged[1:], charged[0]) == Money(expected, str(instrument.quote_currency))
    assert ledger.check()


def test_instruments_of_one_schedule_share_its_volume_and_tiers_follow_it() -> None:
    ledger = ledger_with("kraken_spot", SHARE, OTHER)
    assert fee(ledger, SHARE, "100.00", 500) == Money("130.00", "USD")
    assert fee(ledger, OTHER, "100.00", 500) == Money("120.00", "USD")  # 50,000 were traded today
    assert fee(ledger, OTHER, "100.00", 1, ts_event=29 * DAY) == Money("0.22", "USD")
    assert fee(ledger, OTHER, "100.00", 1, ts_event=30 * DAY) == Money("0.26", "USD")


def test_volume_traded_elsewhere_lifts_the_tier() -> None:
    ledger = ledger_with("binance_spot", COIN, other_volume="20000000")
    assert fee(ledger, COIN, "40000.0", 1, liquidity="maker") == Money("16.8", "USDT")


@pytest.mark.parametrize("name", [name for name, table in FEE_TABLES.items() if table.volume is None])
def test_volume_traded_elsewhere_is_refused_where_no_volume_counts(name: str) -> None:
    with pytest.raises(ConfigError, match=f"other_volume is 100, and {name} has no tiers by volume"):
        Venue.preset(name, other_volume=100)
    assert Venue.preset(name, other_volume="0.0") == Venue.preset(name)


@pytest.mark.parametrize("name", FEE_TABLES)
def test_every_preset_has_a_date_and_a_source_and_survives_pickling(name: str) -> None:
    venue = Venue.preset(name)
    assert venue.as_of[:2] == "20"
    assert venue.source
    assert pickle.loads(pickle.dumps(venue)) == venue
    assert getattr(Venue, name)() == venue
    assert venue.fees is not None
    assert FeeSchedule(**venue.fees.to_dict()) == venue.fees
    assert hash(venue.fees) == hash(Venue.preset(name).fees)


def test_an_unknown_preset_is_refused_with_all_names() -> None:
    with pytest.raises(ConfigError, match="kraken_spot"):
        Venue.preset("kraken")


rates = st.integers(-300, 900).map(lambda number: f"{number}e-5")
amounts = st.sampled_from(["0", "0", "0", "0.35", "1", "2.5"])


@st.composite
def rules(draw: st.DrawFn, by_order: bool) -> FeeRule:
    basis = draw(st.sampled_from(["value", "unit", "fill", "order"] if by_order else ["value", "unit", "fill"]))
    starts = ["0", *sorted({draw(st.sampled_from(["20", "500", "4000", "90000"])) for _ in range(2)}, key=int)]
    tiers = []
    for start in starts:
        maker = draw(rates)
        tiers.append((start, maker, maker if basis == "order" else draw(rates)))
    low = draw(amounts) if by_order else "0"
    return FeeRule(
        basis,
        tiers=tiers,
        side=draw(st.sampled_from([None, "buy", "sell"])),
        rounding=draw(st.sampled_from(["half_even", "up"])),
        min_per_order=low,
        max_per_order=draw(st.sampled_from(["0", "3", "7.77"])) if by_order else 0,
        max_share_per_order=draw(st.sampled_from(["0", "0.01", "0.002"])) if by_order else 0,
        max_per_fill=0 if by_order else draw(amounts),
    )


@st.composite
def schedules(draw: st.DrawFn) -> FeeSchedule:
    made = [draw(rules(by_order=False)) for _ in range(draw(st.integers(0, 2)))]
    if draw(st.booleans()):
        made.append(draw(rules(by_order=True)))
    return FeeSchedule(
        made,
        volume=draw(st.sampled_from(["value", "unit"])),
        window_days=draw(st.sampled_from([1, 2, 7, 30])),
        counts_today=draw(st.booleans()),
        other_volume=draw(st.sampled_from(["0", "19.999", "480"])),
    )


fills = st.tuples(
    st.sampled_from([SHARE, OTHER, COIN, FUTURE]),
    st.sampled_from(["buy", "sell"]),
    st.integers(-40, 3000),
    st.integers(1, 900),
    st.sampled_from(["maker", "taker"]),
    st.integers(0, 3),
    st.sampled_from([0, 0, DAY // 3, DAY, 8 * DAY]),
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(schedules(), st.lists(fills, max_size=40))
def test_fees_equal_exact_fractions_and_the_ledger_conserves(
    schedule: FeeSchedule, stream: list[tuple[Instrument, str, int, int, str, int, int]]
) -> None:
    instruments = [SHARE, OTHER, COIN, FUTURE]
    ledger = Ledger(instruments, fees={each.id: schedule for each in instruments})
    twin = NaiveFees(schedule)
    orders: dict[tuple[str, int], NaiveOrder] = {}
    ts_event = 0
    for instrument, side, ticks, lots, liquidity, number, pause in stream:
        ts_event += pause
        if instrument is not COIN:
            ticks = abs(ticks) + 1
        price, quantity = instrument.price(ticks), instrument.quantity(lots)
        order = orders.setdefault((instrument.id, number), NaiveOrder())
        charged = ledger.fill(
            instrument.id,
            side=side,
            price=price,
            quantity=quantity,
            liquidity=liquidity,
            order=instruments.index(instrument) * 10 + number,
            ts_event=ts_event,
        )[1]
        # An order that trades below zero and above it is worth the size of the sum.
        expected = twin.charge(
            instrument, side, Fraction(price.as_decimal()), Fraction(quantity.as_decimal()), liquidity, order, ts_event
        )
        assert Fraction(charged.as_decimal()) == expected
        assert ledger.check()


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"0\.1 % is 0\.001"):
        FeeRule("value", "0", "5")
    with pytest.raises(InvalidArgument, match="either maker and taker, or tiers"):
        FeeRule("value", "0.001")
    with pytest.raises(InvalidArgument, match="'value', 'unit', 'fill' or 'order'"):
        FeeRule("percent", "0", "0")
    with pytest.raises(InvalidArgument, match="counts no volume"):
        FeeSchedule([FeeRule("value", tiers=[("0", "0", "0"), ("1", "0", "0")])])
    with pytest.raises(InvalidArgument, match="1 to 366"):
        FeeSchedule([], window_days=-1)
    for bad in (0.001, True):
        with pytest.raises(TypeError):
            FeeRule("value", bad, "0")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        FeeSchedule([], window_days=30.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="tuple"):
        FeeRule("value", tiers=["0.1"])  # type: ignore[list-item]
