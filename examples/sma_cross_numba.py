"""The crossing of sma_cross.py as functions that numba compiles: no Python runs between the first row and the last."""

from __future__ import annotations

import numpy as np
from numba import carray, cfunc, from_dtype, types

from pytrader.strategy import CompiledStrategy
from pytrader.strategy.compiled import events, functions

BUY, SELL, IOC, NO_PRICE, ABOVE, BELOW = 1, 2, 3, -(2**63), 0, 1
STATE = np.dtype([("fast", np.int64), ("slow", np.int64), ("duration", np.int64), ("enter", np.uint64)])
bars, sma, compares, when = functions.bars, functions.sma, functions.compares, functions.when
position, submit = functions.position, functions.submit

context_type = types.CPointer(from_dtype(events.CONTEXT))
state_type = types.CPointer(from_dtype(STATE))


@cfunc(types.int32(context_type, types.voidptr, state_type))
def on_start(context, event, state):  # type: ignore[no-untyped-def]
    run, own = carray(context, 1)[0].run, carray(state, 1)[0]
    series = bars(run, 0, own.duration)
    quick, calm = sma(run, series, own.fast), sma(run, series, own.slow)
    own.enter = when(run, compares(run, ABOVE, quick, calm))
    when(run, compares(run, BELOW, quick, calm))
    return 0


@cfunc(types.int32(context_type, types.CPointer(types.uint64), state_type))
def on_condition(context, number, state):  # type: ignore[no-untyped-def]
    run, own = carray(context, 1)[0].run, carray(state, 1)[0]
    held = position(run, 0)
    if carray(number, 1)[0] == own.enter:
        if held == 0:
            submit(run, 0, BUY, 1, NO_PRICE, IOC, 0, 0)
    elif held > 0:
        submit(run, 0, SELL, held, NO_PRICE, IOC, 0, 0)
    return 0


def sma_cross_numba(fast: int = 10, slow: int = 30, minutes: int = 1) -> CompiledStrategy:
    """Make the strategy for one run."""
    state = np.zeros(1, STATE)
    state["fast"], state["slow"], state["duration"] = fast, slow, minutes * 60_000_000_000
    return CompiledStrategy(name="SmaCrossNumba", state=state, on_start=on_start, on_condition=on_condition)
