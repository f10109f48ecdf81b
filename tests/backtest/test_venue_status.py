"""Status rows on their way from the data to the venue and to strategies; several venues and mixed kinds of data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import RecordedVenue
from pytrader.data import MarketData, Stream, open_columns, write_columns
from pytrader.errors import DataError, InvalidArgument
from pytrader.matching import TradingPhase, VenueRules
from pytrader.model.records import STATUS
from tests.backtest.markets import (
    ADD,
    BUY,
    EXECUTE,
    SECOND,
    SELL,
    START,
    Rows,
    bars,
    book_rows,
    instrument,
    quotes,
    trades,
)

KRAKEN = Instrument("BTCUSDT", "KRAKEN", quote_currency="USDT", tick_size="0.01", lot_size="0.001")


def phases(*changes: tuple[int, TradingPhase]) -> Rows:
    """Status rows of (second, phase)."""
    rows = np.zeros(len(changes), STATUS)
    rows["ts_event"] = rows["ts_init"] = [START + second * SECOND for second, _ in changes]
    rows["phase"] = [phase for _, phase in changes]
    return rows


class Notes(Strategy):
    """Writes down what it hears, in order."""

    def on_start(self) -> None:
        self.notes: list[Any] = [("phase", self.phase_of(next(iter(self.instruments))).name)]

    def on_status(self, instrument: str, phase: TradingPhase) -> None:
        self.notes.append((instrument, phase.name, self.phase_of(instrument).name))

    def on_quote(self, quote: Any) -> None:
        self.notes.append(("quote", quote.instrument_id, self.phase_of(quote.instrument_id).name))


def test_a_strategy_hears_of_phases_before_other_rows_of_the_time() -> None:
    one = instrument()
    status = phases((0, TradingPhase.OPENING_AUCTION), (1, TradingPhase.CONTINUOUS))
    strategy = Notes()
    Backtest(strategy, [(one, quotes([(99, 101), (99, 102)])), (one, status)], cash="1000 USDT").run()
    name = one.id
    assert strategy.notes == [
        ("phase", "CONTINUOUS"),
        (name, "OPENING_AUCTION", "OPENING_AUCTION"),
        ("quote", name, "OPENING_AUCTION"),
        (name, "CONTINUOUS", "CONTINUOUS"),
        ("quote", name, "CONTINUOUS"),
    ]


def test_phases_are_those_of_their_instrument() -> None:
    one, other = (
        instrument(),
        Instrument("BTCUSDT", "KRAKEN", quote_currency="USDT", tick_size="0.01", lot_size="0.001"),
    )
    strategy = Notes()
    data = [(one, quotes([(99, 101)])), (other, quotes([(99, 101)])), (other, phases((0, TradingPhase.HALT)))]
    Backtest(strategy, data, cash="1000 USDT").run()
    assert strategy.notes[1:] == [
        (other.id, "HALT", "HALT"),
        ("quote", one.id, "CONTINUOUS"),
        ("quote", other.id, "HALT"),
    ]


def test_phases_are_part_of_the_digest() -> None:
    def digest(phase: TradingPhase) -> str:
        one = instrument()
        return Backtest(Notes, [(one, quotes([(99, 101)])), (one, phases((0, phase)))], cash="1000 USDT").run().digest

    assert digest(TradingPhase.HALT) == digest(TradingPhase.HALT) != digest(TradingPhase.CLOSED)


def test_status_rows_go_to_disk_and_back(tmp_path: Any) -> None:
    rows = phases((0, TradingPhase.PRE_OPEN), (5, TradingPhase.CLOSED))
    stream = Stream(instrument(), "status", {name: rows[name] for name in rows.dtype.names or ()})
    again = open_columns(write_columns(tmp_path / "market", MarketData((stream,), "made")), verify=True)
    assert again.streams[0].kind == "status"
    assert again.streams[0].to_array().tolist() == rows.tolist()


def test_a_phase_that_does_not_exist_is_refused(tmp_path: Any) -> None:
    rows = phases((0, TradingPhase.PRE_OPEN))
    rows["phase"] = 9
    stream = Stream(instrument(), "status", {name: rows[name] for name in rows.dtype.names or ()})
    path = write_columns(tmp_path / "market", MarketData((stream,), "made"))
    with pytest.raises(DataError, match="phase 9 is not a phase from 0 to 8"):
        open_columns(path)
    with pytest.raises(InvalidArgument, match="row 0: phase is 9; it must be 0 to 8"):
        Backtest(Notes, [(instrument(), quotes([(99, 101)])), stream], cash="1000 USDT").run()


class Buyer(Strategy):
    """Buys one lot of everything a second after the beginning."""

    def on_start(self) -> None:
        self.fills: list[tuple[str, int]] = []
        self.clock.set_alert("buy", at=START + 3 * SECOND // 2)

    def on_timer(self, timer: Any) -> None:
        for name in self.instruments:
            self.buy(instrument=name, quantity_lots=1)

    def on_fill(self, fill: Any) -> None:
        self.fills.append((fill.instrument_id, fill.last_px_ticks))


def test_one_symbol_at_several_venues_and_kinds_of_data_trades_at_each_for_itself() -> None:
    def at(venue: str) -> Instrument:
        return Instrument("BTCUSDT", venue, quote_currency="USDT", tick_size="0.01", lot_size="0.001")

    book = book_rows([(ADD, SELL, 105, 9, 1), (ADD, BUY, 95, 9, 2), (EXECUTE, SELL, 105, 1, 1)])
    data = [
        (at("L3"), book),
        (at("QUOTES"), quotes([(99, 101), (99, 102), (99, 103)])),
        (at("BARS"), bars([(100, 101, 99, 100), (107, 108, 106, 107), (109, 110, 108, 109)], duration=SECOND)),
    ]
    strategy = Buyer()
    Backtest(strategy, data, cash="1000 USDT", check_every_event=True).run()
    assert strategy.fills == [("BTCUSDT.L3", 105), ("BTCUSDT.QUOTES", 102), ("BTCUSDT.BARS", 109)]


def test_the_richest_data_of_an_instrument_are_its_market() -> None:
    one = instrument()
    book = book_rows([(ADD, SELL, 105, 9, 1), (ADD, BUY, 95, 9, 2), (EXECUTE, SELL, 105, 1, 1)])
    data = [
        (one, bars([(100, 101, 99, 100), (107, 108, 106, 107)], duration=SECOND)),
        (one, quotes([(99, 101), (99, 102), (99, 103)])),
        (one, trades([100, 100, 100])),
        (one, book),
    ]
    strategy = Buyer()
    Backtest(strategy, data, cash="1000 USDT", check_every_event=True).run()
    assert strategy.fills == [(one.id, 105)]


def test_venues_of_one_run_have_rules_of_their_own() -> None:
    one, other = (
        instrument(),
        Instrument("BTCUSDT", "KRAKEN", quote_currency="USDT", tick_size="0.01", lot_size="0.001"),
    )
    data = [(each, quotes([(99, 101), (99, 102), (99, 103)])) for each in (one, other)]
    strategy = Buyer()
    rules = {other.id: VenueRules(order_types=["limit"])}
    Backtest(strategy, data, cash="1000 USDT", venue=rules).run()
    assert strategy.fills == [(one.id, 102)]


def test_rules_are_part_of_the_digest_and_usual_ones_are_not() -> None:
    def digest(**keywords: Any) -> str:
        return Backtest(Notes, (instrument(), quotes([(99, 101)])), cash="1000 USDT", **keywords).run().digest

    assert digest() == digest(venue=RecordedVenue()) == digest(bar_path="worst_case")
    digests = {
        digest(),
        digest(bar_path="adaptive"),
        digest(venue=VenueRules()),
        digest(venue=RecordedVenue(bar_volume_share=1)),
    }
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"bar_path": "random"}, "bar_path must be one of worst_case, high_first, low_first, adaptive"),
        ({"venue": 5}, "venue must be a RecordedVenue, VenueRules or a mapping"),
        ({"venue": {"ETHUSDT.BINANCE": VenueRules()}}, "venue names 'ETHUSDT.BINANCE'"),
        ({"venue": RecordedVenue(), "bar_path": "adaptive"}, "bar_path is given twice"),
    ],
)
def test_what_is_no_venue_is_refused(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        Backtest(Notes, (instrument(), quotes([(99, 101)])), cash="1000 USDT", **keywords)


@pytest.mark.parametrize("share", [-1, 10_001, True, 1.5])
def test_a_share_of_the_volume_is_basis_points(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="bar_volume_share must be 0 to 10000 basis points"):
        RecordedVenue(bar_volume_share=share)
