"""What compiled strategies ask and may not: each ends the run with an error that names strategy, handler and time."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, InvalidArgument, InvalidState, PytraderError, Strategy
from pytrader.backtest import BacktestResult
from pytrader.strategy import CompiledStrategy, Quote
from pytrader.strategy.compiled import events, functions
from tests.backtest.markets import START, instrument, quotes

HANDLER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
NO_PRICE = -(2**63)
GTC = 1
MOST_TAG = 2**16 - 1
FIRST_KERNEL_TIMER = 2**32 - 16


def run_of(context: int) -> int:
    return int(np.ctypeslib.as_array((ctypes.c_int64 * 5).from_address(context)).view(events.CONTEXT)[0]["run"])


def run(*strategies: Any) -> BacktestResult:
    data = [
        (instrument(), quotes([(10_000, 10_002)] * 3)),
        (instrument("OTHER", tick_size="0.5"), quotes([(200, 204)] * 3, start=START + 500_000_000)),
    ]
    return Backtest(list(strategies), data, cash="1000000 USDT").run()


def asking(ask: Callable[[int], Any], answers: list[Any], name: str = "Asks") -> CompiledStrategy:
    """Make a strategy that asks something at its first quote."""

    @HANDLER
    def on_quote(context: int, event: int, _: int) -> int:
        if not answers:
            answers.append(ask(run_of(context)))
        return 0

    return CompiledStrategy(on_quote=on_quote, name=name)


LEVELS = (ctypes.c_int64 * 30)()
OUT = ctypes.addressof(LEVELS)
REFUSED: dict[str, tuple[Callable[[int], Any], Any, type[PytraderError], str]] = {
    **{
        f"{name} of instrument {number}": (
            lambda handle, name=name, number=number, rest=rest: getattr(functions, name)(handle, number, *rest),
            failed,
            InvalidArgument,
            "instrument",
        )
        for number in (2, 2**32, 2**64 - 1)
        for name, rest, failed in (
            ("position", (), 0),
            ("read_quote", (OUT,), 0),
            ("best_price", (1,), NO_PRICE),
            ("best_quantity", (1,), 0),
            ("quantity_at", (1, 10_000), 0),
            ("read_levels", (1, OUT, 5), -1),
            ("phase", (), -1),
            ("mark_price", (), NO_PRICE),
            ("mids", (), -1),
        )
    },
    "levels of a side that is none": (
        lambda handle: functions.read_levels(handle, 0, 3, OUT, 5),
        -1,
        InvalidArgument,
        "side is 3",
    ),
    "a negative number of levels": (
        lambda handle: functions.read_levels(handle, 0, 1, OUT, -1),
        -1,
        InvalidArgument,
        "count of -1",
    ),
    "a tag that is too large": (
        lambda handle: functions.submit(handle, 0, 1, 1, 9_000, GTC, 0, MOST_TAG + 1),
        0,
        InvalidArgument,
        f"tag is {MOST_TAG + 1}; it must be from 0 to {MOST_TAG}",
    ),
    "a negative tag": (
        lambda handle: functions.submit(handle, 0, 1, 1, 9_000, GTC, 0, 2**64 - 1),
        0,
        InvalidArgument,
        "tag is 18446744073709551615",
    ),
    **{
        f"a timer by the number {name}": (
            lambda handle, name=name: functions.set_timer(handle, START, 0, name),
            0,
            InvalidArgument,
            f"timer name is {name}; it must be from 0 to {FIRST_KERNEL_TIMER - 1}",
        )
        for name in (FIRST_KERNEL_TIMER, 2**32 - 1, 2**32)
    },
    "indicators of two instruments compared": (
        lambda handle: functions.indicator_compare(
            handle,
            functions.sma(handle, functions.mids(handle, 0), 2),
            functions.sma(handle, functions.mids(handle, 1), 2),
        ),
        0,
        InvalidArgument,
        "instruments 0 and 1 can not be compared",
    ),
    "a condition over two instruments": (
        lambda handle: functions.compares(
            handle,
            0,
            functions.sma(handle, functions.mids(handle, 0), 2),
            functions.ema(handle, functions.mids(handle, 1), 2),
        ),
        -1,
        InvalidArgument,
        "instruments 0 and 1 can not be compared",
    ),
    "a failure": (
        lambda handle: functions.fail(handle, ctypes.addressof(FAILURE)),
        None,
        InvalidState,
        r"ns: caf\\xe9$",
    ),
    "a failure without a message": (lambda handle: functions.fail(handle, 0), None, InvalidState, "without a message"),
}
FAILURE = ctypes.create_string_buffer("café".encode("latin-1"))


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_not_be_answered_ends_the_run_and_says_where(case: str) -> None:
    ask, failed, error, message = REFUSED[case]
    answers: list[Any] = []
    with pytest.raises(error, match=message) as caught:
        run(asking(ask, answers))
    assert answers == [failed]
    assert str(caught.value).startswith(f"Asks.on_quote at {START} ns: ")


class Tags(Strategy):
    """Orders with a text that looks like a compiled strategy's number, and with another one."""

    def on_quote(self, quote: Quote) -> None:
        if not self.orders():
            self.buy(1, limit_ticks=9_000, tag="7", instrument="BTCUSDT.BINANCE")
            self.buy(1, limit_ticks=9_000, tag="grid:1", instrument="BTCUSDT.BINANCE")


def test_tags_of_compiled_strategies_are_their_numbers_and_never_another_strategies_text() -> None:
    answers: list[Any] = []

    def orders(handle: int) -> list[int]:
        made = [functions.submit(handle, 0, 1, 1, 9_000, GTC, 0, tag) for tag in (0, 1, 7, MOST_TAG, 1)]
        read = np.zeros(10, np.int64)
        tags = []
        for order in made:
            assert functions.read_order(handle, order, read.ctypes.data) == 1
            tags.append(int(read[-1]))
        return tags

    result = run(Tags(), asking(orders, answers))
    assert answers == [[0, 1, 7, MOST_TAG, 1]]
    rows = result.orders
    own = result.strategies.index("Asks")
    texts = [result.tags[number] for number in rows["tag"].tolist()]
    assert [text for text, strategy in zip(texts, rows["strategy"], strict=True) if strategy == own] == [
        "", "1", "7", str(MOST_TAG), "1",
    ]  # fmt: skip
    assert [text for text, strategy in zip(texts, rows["strategy"], strict=True) if strategy != own] == ["7", "grid:1"]
    assert len(set(result.tags)) == len(result.tags)


def test_a_snapshot_tells_a_compiled_strategys_tags_as_numbers() -> None:
    answers: list[Any] = []
    strategy = asking(lambda handle: functions.submit(handle, 0, 1, 1, 9_000, GTC, 0, 12), answers)
    data = (instrument(), quotes([(10_000, 10_002)] * 3))
    backtest = Backtest(strategy, data, cash="1000000 USDT", snapshot_interval="1s")
    backtest.run()
    taken = backtest.snapshot()
    assert taken is not None
    assert [order.tag for order in taken.orders] == ["12"]
