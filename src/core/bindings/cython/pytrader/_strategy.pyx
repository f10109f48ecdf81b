# The compiled half of strategies: events, order handles, views of the kernel, and the dispatch of callbacks.
# cython: nonecheck=True
"""Events, order handles, views of the kernel, and the dispatch of callbacks."""

cimport cython
from cpython.object cimport Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New

from pytrader._kernel cimport (
    CallbackKind,
    CancelRequest,
    Contingency,
    ExecType,
    LIST_ORDERS_MAX,
    NewOrder,
    OrderGroup,
    OrderQuery,
    OrderStatus,
    OrderTerms,
    OrderType,
    OtoTriggerMode,
    RejectReason,
    ReplaceRequest,
    SelfTrade,
    Side,
    StrategyState,
    SyntheticComponent,
    SyntheticDefinition,
    SyntheticKind,
    TimeInForce,
    TriggerType,
    add_bars,
    add_both,
    add_either,
    add_ema,
    add_inverse,
    add_mids,
    add_price_relation,
    add_relation,
    add_sma,
    add_watch,
    amount,
    average_price,
    best_order_count,
    compare_indicators,
    compare_to_price,
    entry_price,
    find_open_tags,
    find_orders,
    find_venue_number,
    half_price_value,
    is_answer,
    is_cancelable,
    is_closed,
    is_multiple,
    is_open,
    is_pending,
    is_recorded,
    is_refusal,
    is_request,
    kAlgorithm,
    kAllOrNone,
    kEmulate,
    kHidden,
    kNoPrice,
    kPostOnly,
    kReduceOnly,
    closed_bars,
    last_bar,
    make_scale,
    mark_price,
    mask_of,
    may_command,
    on_grid,
    price_value,
    quantity_value,
    read_depth,
    synthetic_ask,
    synthetic_bid,
    tick_as_double,
    to_text,
    truth_of,
    u8,
)

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction, unwrap
from operator import index
from traceback import format_exception
from typing import NamedTuple

from pytrader import _core
from pytrader.errors import CapacityError, DecimalOverflow, InvalidArgument, InvalidState, OffLot, OffTick

cdef extern from *:
    """
    // Without arguments, past the constructor's parsing.
    static inline PyObject* pytrader_blank(PyObject* type, PyObject* no_arguments) {
      return ((PyTypeObject*)type)->tp_new((PyTypeObject*)type, no_arguments, NULL);
    }
    """
    object pytrader_blank(object type, object no_arguments)

cdef extern from "Python.h":
    object PyObject_CallOneArg(object callable, object argument)
    Py_ssize_t Py_REFCNT(object value)

__all__ = [
    "AlgorithmBase",
    "Bar",
    "Bars",
    "Book",
    "Buy",
    "CashEvent",
    "Clock",
    "Condition",
    "Context",
    "Indicator",
    "Level",
    "ListedOrder",
    "Mids",
    "Order",
    "OrderEvent",
    "Position",
    "Quote",
    "Random",
    "Reason",
    "Sell",
    "StrategyBase",
    "Synthetic",
    "Timer",
    "Trade",
    "duration_ns",
    "time_text",
]

DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ns|us|ms|s|m|h|d)", re.ASCII)
NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}


class Reason(NamedTuple):
    """Why something was refused: the code, and what it means."""

    code: _core.RejectReason
    text: str

    def __str__(self):
        return self.text


cdef list table_of(kind):
    """An enumeration's members by their value, for look-up without hashing."""
    members = [None] * (max(member.value for member in kind) + 1)
    for member in kind:
        members[member.value] = member
    return members


cdef list SIDES = table_of(_core.Side)
cdef list ORDER_TYPES = table_of(_core.OrderType)
cdef list TIMES_IN_FORCE = table_of(_core.TimeInForce)
cdef list SELF_TRADES = table_of(_core.SelfTrade)
cdef list TRIGGER_TYPES = table_of(_core.TriggerType)
cdef list CONTINGENCIES = table_of(_core.Contingency)
cdef list STATUSES = table_of(_core.OrderStatus)
cdef list EXEC_TYPES = table_of(_core.ExecType)
cdef list LIQUIDITIES = table_of(_core.Liquidity)
cdef list CASH_EVENT_KINDS = table_of(_core.CashEventKind)
cdef list REASONS = [
    None if code is None else Reason(code, to_text(<RejectReason><int>code.value).decode())
    for code in table_of(_core.RejectReason)
]
cdef list STATES = table_of(_core.StrategyState)
cdef list PHASES = table_of(_core.TradingPhase)
cdef int UNCOMPARABLE = 2
cdef dict TIME_IN_FORCE_BY_NAME = {member.name: <int>member.value for member in _core.TimeInForce}
cdef dict ORDER_TYPE_BY_NAME = {member.name: <int>member.value for member in _core.OrderType}
cdef dict TRIGGER_TYPE_BY_NAME = {member.name: <int>member.value for member in _core.TriggerType}
cdef dict SELF_TRADE_BY_NAME = {member.name: <int>member.value for member in _core.SelfTrade}
cdef dict NO_TERMS = {}
cdef list KINDS = ["start", "stop", "quote", "trade", "book", "bar", "timer", "order event", "fill", "position",
                   "degrade", "resume", "fault", "condition", "status", "cash event"]

include "strategy_numbers.pxi"
include "strategy_events.pxi"
include "strategy_cash_events.pxi"
include "strategy_synthetics.pxi"
include "strategy_orders.pxi"
include "strategy_views.pxi"
include "strategy_indicators.pxi"
include "strategy_terms.pxi"
include "strategy_random.pxi"
include "strategy_conditions.pxi"
include "strategy_lists.pxi"
include "strategy_algorithms.pxi"
include "strategy_commands.pxi"
include "strategy_lookups.pxi"
include "strategy_context.pxi"
include "strategy_base.pxi"
