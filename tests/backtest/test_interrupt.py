"""Ctrl-C during a run: the first ends it between two events, the second interrupts at once."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from pytrader import Backtest, Strategy, backtest
from pytrader.backtest import BacktestResult
from pytrader.backtest.engine import steps_for_next_piece
from pytrader.strategy import Quote
from tests.backtest.markets import instrument, quotes

BTC = instrument()
MANY = quotes([(100, 101)] * 200_000, step=1000)


class Interrupted(Strategy):
    presses: int = 1

    def on_start(self) -> None:
        self.seen = 0

    def on_quote(self, quote: Quote) -> None:
        self.seen += 1
        if self.seen == 10:
            self.buy("0.001")
            for _ in range(self.presses):
                os.kill(os.getpid(), signal.SIGINT)


def test_the_first_interrupt_ends_the_run_with_what_was_done() -> None:
    strategy = Interrupted()
    result = backtest(strategy, (BTC, MANY), cash="100 USDT")
    assert not result.finished
    assert strategy.seen == result.events < len(MANY)
    assert len(result.fills) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_second_interrupt_is_raised() -> None:
    with pytest.raises(KeyboardInterrupt):
        backtest(Interrupted, (BTC, MANY), cash="100 USDT", presses=2)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_run_in_another_thread_leaves_signals_alone() -> None:
    found: list[BacktestResult] = []

    class Plain(Strategy):
        def on_quote(self, quote: Quote) -> None:
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    thread = threading.Thread(target=lambda: found.append(Backtest(Plain, (BTC, MANY[:10]), cash="100 USDT").run()))
    thread.start()
    thread.join()
    assert found[0].finished


def test_an_ignored_interrupt_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        strategy = Interrupted()
        result = backtest(strategy, (BTC, MANY[:100]), cash="100 USDT")
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.finished
    assert strategy.seen == 100


def test_a_slow_strategy_is_run_in_small_pieces() -> None:
    assert steps_for_next_piece(500, seconds=5.0) == 5
    assert steps_for_next_piece(5, seconds=100.0) == 1
    assert steps_for_next_piece(500, seconds=0.0) == 1000
    assert steps_for_next_piece(50_000, seconds=0.001) == 50_000
