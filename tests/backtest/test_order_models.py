"""Market impact, last look and maker protection in back-tests: arguments, digest, choice, and an exact twin."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Backtest, Strategy
from pytrader.backtest import LastLook, MakerProtection, MarketImpact, RecordedVenue, Venue
from pytrader.data import Stream
from pytrader.errors import InvalidArgument
from pytrader.matching import TradingPhase
from pytrader.model import Fixed, RejectReason
from pytrader.model.records import STATUS
from tests.backtest.markets import MINUTE, SECOND, START, bars, instrument, quotes

IMPACT = MarketImpact(permanent="0.5", window="1s")
LOOK = LastLook("10ms", tolerance_ticks=3)
PROTECTION = MakerProtection("1s", "5s", max_lots=7)


class Takes(Strategy):
    """Trades so many lots, bought above zero, at each of its times in nanoseconds after the start."""

    def __init__(self, trades: list[tuple[int, int]]) -> None:
        super().__init__()
        self._trades = trades
        self.fills: list[tuple[str, int, int]] = []

    def on_start(self) -> None:
        for number, (after, _) in enumerate(self._trades):
            self.clock.set_alert(str(number), at=START + after)

    def on_timer(self, timer: Any) -> None:
        lots = self._trades[int(timer.name)][1]
        for name in self.instruments:
            (self.buy if lots > 0 else self.sell)(instrument=name, quantity_lots=abs(lots))

    def on_fill(self, fill: Any) -> None:
        self.fills.append((fill.instrument_id, fill.last_px_ticks, fill.last_qty_lots))


def fills(trades: list[tuple[int, int]], data: Any, **keywords: Any) -> list[tuple[str, int, int]]:
    strategy = Takes(trades)
    Backtest(strategy, data, cash="1000000 USDT", check_every_event=True, **keywords).run()
    return strategy.fills


def test_arguments_are_kept_exactly() -> None:
    impact = MarketImpact(permanent=Decimal("0.000000001"), fixed=Fraction(1, 4), temporary=Fixed("3"), window=50)
    assert (impact.permanent, impact.fixed, impact.temporary) == (Fixed("1e-9"), Fixed("0.25"), Fixed(3))
    assert (impact.window_ns, LOOK.hold_ns, PROTECTION.window_ns, PROTECTION.freeze_ns) == (
        50,
        10_000_000,
        SECOND,
        5 * SECOND,
    )
    assert impact == MarketImpact(permanent="0.000000001", fixed="0.25", temporary="3.0", window="50ns")
    assert len({LOOK, LastLook("10ms", tolerance_ticks=3), LastLook("10ms")}) == 2


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        (MarketImpact, {"window": "1s"}, "are all 0; give no model"),
        (MarketImpact, {"permanent": -1, "window": "1s"}, "permanent must be 0 to 1000000 ticks"),
        (MarketImpact, {"fixed": 1_000_001, "window": "1s"}, "fixed must be 0 to 1000000 ticks"),
        (MarketImpact, {"temporary": "0.0000000001", "window": "1s"}, "at most 9 decimals"),
        (MarketImpact, {"temporary": 1, "window": 2**50 + 1}, r"window must be 1 to 2\*\*50"),
        (LastLook, {"hold": 2**50 + 1}, r"hold must be 1 to 2\*\*50"),
        (LastLook, {"hold": "1s", "tolerance_ticks": -1}, "tolerance_ticks must be a whole number from 0"),
        (LastLook, {"hold": "1s", "tolerance_ticks": 1.5}, "tolerance_ticks must be a whole number from 0"),
        (LastLook, {"hold": "1s", "symmetric": 1}, "symmetric must be True or False"),
        (MakerProtection, {"window": "1s", "freeze": "1s"}, "at least one above 0"),
        (MakerProtection, {"window": "1s", "freeze": "1s", "max_lots": True}, "max_lots must be a whole number"),
        (MakerProtection, {"window": "1s", "freeze": "1s", "max_fills": -1}, "max_fills must be a whole number"),
        (MakerProtection, {"window": "1s", "freeze": "1s", "max_net_lots": 2**63}, "max_net_lots must be a whole"),
        (MakerProtection, {"window": "1s", "freeze": 2**51, "max_lots": 1}, r"freeze must be 1 to 2\*\*50"),
        (RecordedVenue, {"market_impact": 0.1}, "market_impact must be a MarketImpact"),
        (RecordedVenue, {"last_look": IMPACT}, "last_look must be a LastLook"),
        (RecordedVenue, {"maker_protection": "1s"}, "maker_protection must be a MakerProtection"),
    ],
)
def test_what_is_out_of_range_is_refused(model: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        model(**arguments)


@pytest.mark.parametrize("duration", [0, -1])
def test_a_time_is_positive(duration: int) -> None:
    for make in (
        lambda: MarketImpact(permanent=1, window=duration),
        lambda: LastLook(duration),
        lambda: MakerProtection(duration, 1, max_lots=1),
        lambda: MakerProtection(1, duration, max_lots=1),
    ):
        with pytest.raises(InvalidArgument):
            make()


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        MarketImpact(permanent=0.5, window="1s")  # type: ignore[arg-type]


def test_each_number_of_a_model_is_part_of_the_digest() -> None:
    venues = [
        RecordedVenue(),
        RecordedVenue(market_impact=IMPACT),
        RecordedVenue(market_impact=MarketImpact(permanent="0.5", window="2s")),
        RecordedVenue(market_impact=MarketImpact(fixed="0.5", window="1s")),
        RecordedVenue(market_impact=MarketImpact(temporary="0.5", window="1s")),
        RecordedVenue(last_look=LOOK),
        RecordedVenue(last_look=LastLook("11ms", tolerance_ticks=3)),
        RecordedVenue(last_look=LastLook("10ms", tolerance_ticks=4)),
        RecordedVenue(last_look=LastLook("10ms", tolerance_ticks=3, symmetric=True)),
        RecordedVenue(maker_protection=PROTECTION),
        RecordedVenue(maker_protection=MakerProtection("1s", "5s", max_fills=7)),
        RecordedVenue(maker_protection=MakerProtection("1s", "5s", max_net_lots=7)),
        RecordedVenue(maker_protection=MakerProtection("1s", "6s", max_lots=7)),
        RecordedVenue(maker_protection=MakerProtection("2s", "5s", max_lots=7)),
    ]

    def digest(**keywords: Any) -> str:
        return Backtest(Takes([]), (instrument(), quotes([(99, 101)])), cash="1 USDT", **keywords).run().digest

    assert len({digest(venue=venue) for venue in venues}) == len(venues)
    assert digest(venue=venues[0]) == digest()
    assert digest(venue=venues[1]) == digest(venues={"BINANCE": Venue(recorded=venues[1])})


def test_instruments_have_models_of_their_own() -> None:
    one, other = instrument(), instrument("ETHUSDT")
    data = [(each, quotes([(99, 101)] * 5)) for each in (one, other)]
    venues = {other.id: Venue(recorded=RecordedVenue(market_impact=MarketImpact(fixed=2, window="1s")))}
    expected = [(one.id, 101, 3), (other.id, 103, 3)]
    assert fills([(SECOND, 3)], data, venues=venues) == expected
    assert fills([(SECOND, 3)], data, venue={other.id: venues[other.id].recorded}) == expected


def test_a_preset_keeps_its_fees_when_it_gets_a_model() -> None:
    venue = Venue(fees=Venue.binance_spot().fees, recorded=RecordedVenue(last_look=LOOK))
    data = (instrument(), quotes([(6_400_000, 6_400_100)] * 5))
    result = Backtest(Takes([(SECOND, 3)]), data, cash="1000 USDT", venues={"BINANCE": venue}).run()
    assert len(result.fills) == 1
    assert result.fills["fee"][0] > 0


def test_a_last_look_is_refused_where_nobody_could_say_what_it_sees() -> None:
    venue = RecordedVenue(last_look=LOOK)
    with pytest.raises(InvalidArgument, match=r"last look: BTCUSDT\.BINANCE has bars alone"):
        fills([], (instrument(), bars([(1, 1, 1, 1)], duration=MINUTE)), venue=venue)
    status = np.zeros(1, STATUS)
    status["ts_event"] = status["ts_init"] = START
    status["phase"] = TradingPhase.CONTINUOUS
    rows = Stream(instrument(), "status", {name: status[name] for name in STATUS.names or ()})
    levels = quotes([(99, 101)])
    data = [rows, Stream(instrument(), "quote", {name: levels[name] for name in levels.dtype.names or ()})]
    with pytest.raises(InvalidArgument, match=r"last look: BTCUSDT\.BINANCE has status rows"):
        fills([], data, venue=venue)


def test_a_refused_order_says_why() -> None:
    strategy = Takes([(SECOND, 3)])
    orders: list[Any] = []
    strategy.on_order_event = lambda event: orders.append(event.order)  # type: ignore[method-assign]
    data = (instrument(), quotes([(99, 101), (99, 101), (99, 105), (99, 105)]))
    Backtest(strategy, data, cash="1000 USDT", venue=RecordedVenue(last_look=LastLook("1500ms"))).run()
    assert orders[-1].reason.code is RejectReason.LAST_LOOK
    assert strategy.fills == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(-30, 30).filter(bool)), max_size=15),
    st.sampled_from(["0", "0.3", "1"]),
    st.sampled_from(["0.000000001", "0.25", "2"]),
    st.sampled_from(["0", "0.000000001", "0.00000007"]),
    st.integers(1, 100),
)
def test_every_price_is_what_is_displayed_and_the_exact_formula(
    steps: list[tuple[int, int]], permanent: str, fixed: str, temporary: str, window: int
) -> None:
    trades, now = [], 0
    for step, lots in steps:
        now += step
        trades.append((now, lots))
    data = (instrument(), quotes([(10_000_000, 10_000_010)] * (now + 2), step=1))
    model = MarketImpact(permanent=permanent, fixed=fixed, temporary=temporary, window=window)
    prices = [price for _, price, _ in fills(trades, data, venue=RecordedVenue(market_impact=model))]
    expected = []
    for number, (ts, lots) in enumerate(trades):
        way = 1 if lots > 0 else -1
        before = trades[:number]
        lasting = max(0, way * sum(each for _, each in before))
        recent = abs(lots) + sum(abs(each) for at, each in before if each * way > 0 and ts - at < window)
        rate = Fraction(recent, window) * SECOND
        ticks = ceil(Fraction(permanent) * lasting + Fraction(fixed) + Fraction(temporary) * rate)
        expected.append((10_000_010 if way > 0 else 10_000_000) + way * ticks)
    assert prices == expected
