"""Queue models: their twin in fractions, the choice of one in a back-test, and what it changes."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytrader import Backtest, Strategy
from pytrader.backtest import BacktestResult, QueueModel
from pytrader.errors import InvalidArgument
from pytrader.model.records import L2_EVENT
from pytrader.strategy import Book, Order
from tests.backtest import naive_queue
from tests.backtest.markets import ADD, BUY, LAST, SECOND, SELL, START, instrument, trades

PLAIN = ["risk_averse", "front", "logarithm", "logarithm_of_total"]
POWERS = ["power", "power_of_total", "power_of_ahead"]
MODELS = st.sampled_from(PLAIN) | st.builds("{}:{}".format, st.sampled_from(POWERS), st.integers(1, 16))
LOTS = st.integers(0, 2**40) | st.integers(0, 30)
BINARY = 2**32
# Powers are good to the last of 32 binary places, logarithms to 2**-20.
SHARE_ERROR = Fraction(2, BINARY)
LOG_ERROR = Fraction(1, 2**20)


def error_of(text: str) -> Fraction:
    return LOG_ERROR if text.startswith("log") else SHARE_ERROR


@given(MODELS, LOTS, LOTS)
def test_a_share_is_that_of_the_formula_within_the_stated_error(text: str, ahead: int, behind: int) -> None:
    if ahead + behind == 0:
        behind = 1
    share = Fraction(QueueModel(text).share_behind(ahead, behind), BINARY)
    exact = naive_queue.share_behind(text, Fraction(ahead), Fraction(behind))
    assert abs(share - exact) <= error_of(text)


@given(MODELS, LOTS, st.integers(0, BINARY - 1), LOTS, LOTS, LOTS)
def test_a_place_moves_as_in_the_twin(
    text: str, lots: int, fraction: int, behind: int, after: int, traded: int
) -> None:
    before = lots + 1 + behind + traded
    found = QueueModel(text).after_level(lots, fraction, before, after, traded)
    exact = naive_queue.after_level(text, lots + Fraction(fraction, BINARY), before, after, traded)
    canceled = max(0, before - traded - after)
    # A place that is below the level by less than 2**-16 lot may keep that rest.
    bound = canceled * error_of(text) + Fraction(1, 2**16)
    assert abs(found[0] + Fraction(found[1], BINARY) - exact) <= bound


@given(LOTS, LOTS, LOTS, LOTS)
def test_risk_averse_is_the_level_that_clips(lots: int, behind: int, after: int, traded: int) -> None:
    before = lots + behind + traded
    assert QueueModel.risk_averse().after_level(lots, 0, before, after, traded) == (min(lots, after), 0)


@pytest.mark.parametrize("text", ["tail", "power", "power:0", "power:17", "power:1.5", "risk_averse:1", ""])
def test_a_text_that_names_no_model_is_refused_with_those_that_do(text: str) -> None:
    with pytest.raises(InvalidArgument, match="is none of risk_averse, front, power:N"):
        QueueModel(text)


@pytest.mark.parametrize("exponent", [0, 17, -1])
def test_an_exponent_out_of_range_is_refused(exponent: int) -> None:
    with pytest.raises(InvalidArgument, match="from 1 to 16"):
        QueueModel.power(exponent)


@pytest.mark.parametrize("exponent", [2.0, True, "3"])
def test_an_exponent_that_is_no_integer_is_refused(exponent: Any) -> None:
    with pytest.raises(TypeError):
        QueueModel.power(exponent)


def test_models_are_values() -> None:
    assert QueueModel.power(3) == QueueModel("power:3") != QueueModel("power:2")
    assert len({QueueModel.front(), QueueModel("front")}) == 1
    assert pickle.loads(pickle.dumps(QueueModel.power_of_ahead(2))) == QueueModel("power_of_ahead:2")
    assert repr(QueueModel.logarithm()) == "QueueModel('logarithm')"


class Joins(Strategy):
    def on_start(self) -> None:
        self.order: Order | None = None

    def on_book(self, book: Book) -> None:
        if self.order is None and book.best_ask is not None:
            self.order = self.buy(quantity_lots=10, limit_ticks=100)


def run(**arguments: Any) -> BacktestResult:
    """Ten ahead, ten more join behind, ten are canceled, ten trade."""
    btc = instrument()
    levels = np.zeros(4, L2_EVENT)
    levels["ts_event"] = levels["ts_init"] = START + SECOND * np.arange(4)
    levels["action"], levels["flags"] = ADD, LAST
    levels["side"], levels["price"], levels["quantity"] = [BUY, SELL, BUY, BUY], [100, 110, 100, 100], [10, 5, 20, 10]
    prints = trades([100], quantity=10, start=START + 4 * SECOND)
    prints["aggressor_side"] = SELL
    return Backtest(
        Joins(), [(btc, levels), (btc, prints)], cash="1000 USDT", check_every_event=True, **arguments
    ).run()


@pytest.mark.parametrize(("model", "filled"), [("risk_averse", 0), ("power:1", 5), (QueueModel.front(), 10)])
def test_the_model_decides_what_a_trade_leaves_for_the_own_order(model: QueueModel | str, filled: int) -> None:
    assert run(queue_model=model).fills["quantity"].sum() == filled


def test_the_choice_of_a_model_goes_into_the_digest() -> None:
    digests = [run(queue_model=text).digest for text in ("power:1", "power_of_total:1", "power_of_ahead:1")]
    assert len(set(digests)) == 3
    assert run().digest == run(queue_model="risk_averse").digest == run(queue_model={}).digest
    assert run(queue_model="power:2").digest == run(queue_model={"BTCUSDT.BINANCE": QueueModel.power(2)}).digest


def test_a_mapping_that_names_an_unknown_instrument_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"names 'ETHUSDT\.BINANCE', and the data has BTCUSDT\.BINANCE"):
        run(queue_model={"ETHUSDT.BINANCE": "front"})


@pytest.mark.parametrize("wrong", [3, None, {"BTCUSDT.BINANCE": 3}])
def test_what_is_no_model_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidArgument, match="queue_model must be"):
        run(queue_model=wrong)
