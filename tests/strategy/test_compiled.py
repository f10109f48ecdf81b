"""Compiled strategies: the three tiers give one result, threads run at once, and what is no function is refused."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Instrument, InvalidArgument, InvalidState, Strategy
from pytrader.backtest import BacktestResult
from pytrader.data import Funding, money_event_stream
from pytrader.matching import TradingPhase
from pytrader.model.records import STATUS
from pytrader.strategy import Bar, CashEvent, CompiledStrategy, Quote
from pytrader.strategy.compiled import events, functions, include_directory
from tests.backtest.known_bars import known_bars
from tests.backtest.markets import START, instrument, quotes
from tests.examples.test_examples import example

STOCK = Instrument("KNOWN", "SIM", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")
STATE = np.dtype([("fast", "i8"), ("slow", "i8"), ("duration", "i8"), ("enter", "u8")])
HANDLER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
COMPILER = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")


def run(strategy: Any, count: int = 20_000) -> BacktestResult:
    return Backtest(strategy, (STOCK, known_bars(count)), cash="1000000 USD", equity_interval="1d").run()


def outcome(result: BacktestResult) -> tuple[Any, ...]:
    names = [name for name in result.fills.dtype.names or () if name != "strategy"]
    return result.digest, result.accounts, [result.fills[name].tobytes() for name in names]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    if COMPILER is None:
        pytest.skip("no C++ compiler here")
    source = Path(__file__).parents[2] / "examples" / "cpp" / "sma_cross.cpp"
    built = tmp_path_factory.mktemp("library") / "sma_cross.so"
    command = [COMPILER, "-O2", "-shared", "-fPIC", f"-I{include_directory()}", str(source), "-o", str(built)]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(built))


def sma_cross(library: ctypes.CDLL) -> CompiledStrategy:
    state = np.array([(10, 30, 60_000_000_000, 0)], STATE)
    return CompiledStrategy(
        state=state, on_start=library.sma_cross_start, on_condition=library.sma_cross_condition, name="SmaCross"
    )


def test_callbacks_conditions_and_functions_in_cpp_give_the_same_run(repository: Path, library: ctypes.CDLL) -> None:
    callbacks = run(example(repository, "sma_cross.py", "SmaCross"))
    conditions = run(example(repository, "sma_cross_conditions.py", "SmaCrossConditions"))
    compiled = run(sma_cross(library))
    assert len(callbacks.fills) > 400
    # The digest counts what woke a strategy too, so it is that of the tier.
    assert outcome(conditions) == outcome(compiled)
    assert outcome(callbacks)[1:] == outcome(compiled)[1:]


def test_functions_of_numba_give_the_same_run(repository: Path) -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    made: Any = example(repository, "sma_cross_numba.py", "sma_cross_numba")
    conditions = run(example(repository, "sma_cross_conditions.py", "SmaCrossConditions"))
    assert outcome(run(made())) == outcome(conditions)


def test_threads_that_run_at_once_give_what_one_gives(library: ctypes.CDLL) -> None:
    found: list[Any] = [None] * 4

    def work(place: int) -> None:
        found[place] = outcome(run(sma_cross(library), 50_000))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(found))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [outcome(run(sma_cross(library), 50_000))] * 4


def test_handlers_written_in_python_by_ctypes_hear_every_kind_of_event() -> None:
    """Slow, but every struct and function of the interface can be looked at."""
    heard: list[str] = []

    @HANDLER
    def on_bar(context: int, event: int, _: int) -> int:
        where = np.ctypeslib.as_array((ctypes.c_int64 * 5).from_address(context)).view(events.CONTEXT)[0]
        bar = np.ctypeslib.as_array((ctypes.c_int64 * 8).from_address(event)).view(events.BAR)[0]
        run_handle = int(where["run"])
        assert functions.now(run_handle) == where["now"] == bar["ts_event"]
        if not heard:
            assert functions.submit(run_handle, 0, 1, 2, int(bar["close"]) - 1_000, 1, 0, 0) == 1
            assert functions.replace(run_handle, 1, int(bar["close"]) - 900, 3) == 0
            assert functions.last_refusal(run_handle) != 0
        elif len(heard) == 8:
            assert functions.cancel(run_handle, 1) == 1
        heard.append("bar")
        return 0

    @HANDLER
    def on_order_event(context: int, event: int, _: int) -> int:
        told = np.ctypeslib.as_array((ctypes.c_int64 * 16).from_address(event)).view(events.ORDER_EVENT)[0]
        heard.append(chr(told["exec_type"]))
        return 0

    run(CompiledStrategy(on_bar=on_bar, on_order_event=on_order_event), 30)
    assert "".join(kind for kind in heard if kind != "bar") == "A064"
    assert heard.count("bar") == 30


class Sells(Strategy):
    """Sells once, and writes down what it hears of money and phases."""

    def on_start(self) -> None:
        self.told: list[tuple[int, ...]] = []
        self.phases: list[tuple[int, int]] = []

    def on_quote(self, quote: Quote) -> None:
        if self.position.is_flat:
            self.sell(quantity_lots=7)

    def on_cash_event(self, event: CashEvent) -> None:
        lots = (int(Decimal(str(each)) * 1000) for each in (event.quantity_before, event.quantity_after))
        exact = (int(Decimal(str(value)) * 10**18) for value in (event.amount.amount, event.price))
        self.told.append((int(event.kind), *lots, *exact))

    def on_status(self, instrument: str, phase: TradingPhase) -> None:
        self.phases.append((self.clock.now, int(phase)))


def test_money_events_and_phases_are_those_that_strategies_in_python_hear() -> None:
    heard: list[tuple[int, ...]] = []
    phases: list[tuple[int, int]] = []

    @HANDLER
    def on_quote(context: int, event: int, _: int) -> int:
        where = np.ctypeslib.as_array((ctypes.c_int64 * 5).from_address(context)).view(events.CONTEXT)[0]
        run_handle = int(where["run"])
        if functions.position(run_handle, 0) == 0:
            functions.submit(run_handle, 0, 2, 7, -(2**63), 3, 0, 0)
        assert functions.phase(run_handle, 0) == TradingPhase.CONTINUOUS
        assert functions.mark_price(run_handle, 0) == -(2**63)
        return 0

    @HANDLER
    def on_cash_event(context: int, event: int, _: int) -> int:
        raw = (ctypes.c_int64 * (events.CASH_EVENT.itemsize // 8)).from_address(event)
        told = np.ctypeslib.as_array(raw).view(events.CASH_EVENT)[0]
        money = ((int(told[f"{name}_high"]) << 64) + int(told[f"{name}_low"]) for name in ("amount", "price"))
        heard.append((int(told["kind"]), int(told["quantity_before"]), int(told["quantity_after"]), *money))
        return 0

    @HANDLER
    def on_status(context: int, event: int, _: int) -> int:
        told = np.ctypeslib.as_array((ctypes.c_int64 * 3).from_address(event)).view(events.STATUS)[0]
        phases.append((int(told["ts_event"]), int(told["phase"])))
        return 0

    perpetual = instrument(kind="perpetual")
    moments = [START + 1_500_000_000, START + 2_500_000_000]
    money = money_event_stream(perpetual, [Funding(ts, "0.0001", "100.01") for ts in moments])
    status = np.zeros(1, STATUS)
    status["ts_event"] = status["ts_init"] = START + 2_700_000_000
    status["phase"] = TradingPhase.HALT
    data = [(perpetual, quotes([(10_000, 10_002)] * 3)), money, (perpetual, status)]
    compiled = CompiledStrategy(on_quote=on_quote, on_cash_event=on_cash_event, on_status=on_status)
    first = Backtest(compiled, data, cash="1000 USDT").run()
    strategy = Sells()
    second = Backtest(strategy, data, cash="1000 USDT").run()
    assert heard == strategy.told
    assert [entry[:3] for entry in heard] == [(1, -7, -7)] * 2
    assert phases == strategy.phases == [(START + 2_700_000_000, TradingPhase.HALT)]
    assert first.accounts == second.accounts
    assert first.cash_events.tobytes() == second.cash_events.tobytes()


def test_an_error_of_a_handler_reaches_the_caller() -> None:
    @HANDLER
    def on_bar(context: int, event: int, state: int) -> int:
        return 5

    with pytest.raises(InvalidState, match=r"CompiledStrategy.on_bar at \d+ ns: it returned 5; 0 goes on"):
        run(CompiledStrategy(on_bar=on_bar), 3)


def test_an_instance_runs_once() -> None:
    strategy = CompiledStrategy(on_bar=HANDLER(lambda context, event, state: 0))
    run(strategy, 3)
    with pytest.raises(InvalidState, match="make a new CompiledStrategy"):
        run(strategy, 3)


def test_compiled_strategies_run_beside_others() -> None:
    class Buys(Strategy):
        def on_bar(self, bar: Bar) -> None:
            if self.position.is_flat:
                self.buy(1)

    compiled = CompiledStrategy(on_bar=HANDLER(lambda context, event, state: 0), name="Silent")
    result = run([Buys(), compiled], 10)
    assert result.strategies == ("Buys", "Silent")
    assert len(result.fills) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs a handler"),
        ({"on_tick": 1}, "no handler 'on_tick'"),
        ({"on_bar": 0}, "must be a compiled function"),
        ({"on_bar": len}, "must be a compiled function"),
        ({"on_bar": True}, "must be a compiled function"),
        ({"on_bar": 1, "state": [1, 2]}, "writable, contiguous NumPy array"),
        ({"on_bar": 1, "state": np.array([None])}, "Python objects"),
        ({"on_bar": 1, "state": np.ma.array([1, 2], mask=[True, False])}, "state is a masked array"),
        ({"on_bar": ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)(lambda *_: None)}, "returns int32_t"),
        ({"on_bar": ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(lambda _: 0)}, "takes a context, an event"),
        ({"on_bar": 1, "name": ""}, "name must be a text"),
    ],
)
def test_what_is_no_function_or_state_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        CompiledStrategy(**arguments)


def test_the_table_of_functions_is_that_of_the_header() -> None:
    header = (Path(include_directory()) / "strategy_api.h").read_text(encoding="utf-8")
    body = header[header.index("typedef struct pytrader_api {") :]
    declared = [part.split(")")[0] for part in body.split("(*")[1:]]
    assert declared == list(vars(functions))
