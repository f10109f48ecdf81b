"""Strategies whose handlers are compiled functions: made with numba, Cython, C or C++, run without the interpreter."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pytrader._core import CompiledPort, strategy_functions
from pytrader.errors import InvalidArgument, InvalidState
from pytrader.model.records import refuse_masked

__all__ = ["CompiledStrategy", "events", "functions", "include_directory"]

_HANDLERS: Final = (
    "on_start",
    "on_stop",
    "on_book",
    "on_quote",
    "on_trade",
    "on_bar",
    "on_timer",
    "on_order_event",
    "on_fill",
    "on_position",
    "on_condition",
    "on_status",
    "on_cash_event",
)
# The base class of all function pointers has no public name.
_FUNCTION_POINTER: Final[Any] = ctypes.CFUNCTYPE(None).__mro__[1]
_HANDLER_ARGUMENTS: Final = 3
_LONG, _COUNT, _RUN = ctypes.c_int64, ctypes.c_uint64, ctypes.c_size_t
_TYPES: Final[dict[str, tuple[Any, ...]]] = {
    "now": (_LONG, _RUN),
    "submit": (_COUNT, _RUN, _COUNT, _LONG, _LONG, _LONG, _LONG, _LONG, _COUNT),
    "submit_order": (_COUNT, _RUN, _RUN),
    "cancel": (_LONG, _RUN, _COUNT),
    "replace": (_LONG, _RUN, _COUNT, _LONG, _LONG),
    "last_refusal": (_LONG, _RUN),
    "read_order": (_LONG, _RUN, _COUNT, _RUN),
    "is_open": (_LONG, _RUN, _COUNT),
    "position": (_LONG, _RUN, _COUNT),
    "read_quote": (_LONG, _RUN, _COUNT, _RUN),
    "best_price": (_LONG, _RUN, _COUNT, _LONG),
    "best_quantity": (_LONG, _RUN, _COUNT, _LONG),
    "quantity_at": (_LONG, _RUN, _COUNT, _LONG, _LONG),
    "read_levels": (_LONG, _RUN, _COUNT, _LONG, _RUN, _LONG),
    "set_timer": (_COUNT, _RUN, _LONG, _LONG, _COUNT),
    "cancel_timer": (_LONG, _RUN, _COUNT),
    "bars": (_LONG, _RUN, _COUNT, _LONG),
    "mids": (_LONG, _RUN, _COUNT),
    "sma": (_LONG, _RUN, _LONG, _LONG),
    "ema": (_LONG, _RUN, _LONG, _LONG),
    "indicator_value": (ctypes.c_double, _RUN, _LONG),
    "indicator_ready": (_LONG, _RUN, _LONG),
    "indicator_compare": (_LONG, _RUN, _LONG, _LONG),
    "compares": (_LONG, _RUN, _LONG, _LONG, _LONG),
    "compares_price": (_LONG, _RUN, _LONG, _LONG, _LONG),
    "both": (_LONG, _RUN, _LONG, _LONG),
    "either": (_LONG, _RUN, _LONG, _LONG),
    "inverse": (_LONG, _RUN, _LONG),
    "when": (_LONG, _RUN, _LONG),
    "fail": (None, _RUN, _RUN),
    "submit_list": (_COUNT, _RUN, _RUN, _LONG, _LONG, _LONG, _LONG),
    "phase": (_LONG, _RUN, _COUNT),
    "mark_price": (_LONG, _RUN, _COUNT),
}


_addresses = strategy_functions()

functions: Final = SimpleNamespace(
    **{name: ctypes.CFUNCTYPE(*types)(_addresses[name]) for name, types in _TYPES.items()}
)
"""The functions of the plain-C interface, for handlers of numba: ``functions.submit(run, ...)``.

What each takes and returns stands in ``strategy_api.h``; pointers, the run's among them, are plain integers here.
"""


def _record(*fields: str) -> np.dtype[np.void]:
    return np.dtype([(name, np.uint64 if name.endswith(("_id", "name", "_low")) else np.int64) for name in fields])


class events:  # noqa: N801
    """NumPy types of what handlers are called with, in the order of ``strategy_api.h``."""

    CONTEXT: Final = np.dtype(
        [("api", np.uint64), ("run", np.uint64), ("now", np.int64), ("instrument", np.uint64), ("series", np.uint64)]
    )
    QUOTE: Final = _record("ts_event", "ts_init", "bid_price", "ask_price", "bid_quantity", "ask_quantity")
    TRADE: Final = _record("ts_event", "ts_init", "price", "quantity", "aggressor_side", "trade_id")
    BAR: Final = _record("ts_event", "ts_init", "ts_open", "open", "high", "low", "close", "volume")
    TIMER: Final = _record("ts_event", "ts_init", "timer_id", "name")
    ORDER_EVENT: Final = _record(
        "ts_event",
        "ts_init",
        "client_order_id",
        "venue_order_id",
        "exec_id",
        "price",
        "order_qty",
        "cum_qty",
        "leaves_qty",
        "last_px",
        "last_qty",
        "exec_type",
        "ord_status",
        "side",
        "liquidity",
        "reason",
    )
    POSITION: Final = _record("quantity")
    STATUS: Final = _record("ts_event", "ts_init", "phase")
    #: Money as two halves of 10^-18 units: ``high * 2**64 + low``, where ``low`` is without a sign.
    CASH_EVENT: Final = _record(
        "ts_event",
        "ts_init",
        "kind",
        "quantity_before",
        "quantity_after",
        "amount_low",
        "amount_high",
        "realized_pnl_low",
        "realized_pnl_high",
        "price_low",
        "price_high",
    )


class CompiledStrategy:
    """A strategy made of compiled functions; `Backtest` takes it like any other.

    Parameters
    ----------
    state : ndarray, optional
        What the handlers are called with last: a writable array, such as one record of a structured type. They may
        write to it; read it after the run.
    name : str
        What its orders are called by.
    **handlers
        ``on_start``, ``on_stop``, ``on_quote``, ``on_trade``, ``on_book``, ``on_bar``, ``on_timer``,
        ``on_order_event``, ``on_fill``, ``on_position``, ``on_condition``, ``on_status`` and ``on_cash_event``: a
        function of the type that ``strategy_api.h`` states, as a numba ``cfunc``, a ctypes or CFFI function pointer, a
        capsule of a Cython module's ``__pyx_capi__``, or an address. What is not given costs nothing.

    Raises
    ------
    InvalidArgument
        If there is no handler, one is no compiled function or one of other types, or the state is no writable array
        of plain numbers.

    Notes
    -----
    While all strategies of a run are compiled, it runs without the interpreter's lock: runs of several threads go on at
    the same time. A handler that writes beyond its state, or keeps a pointer that it was called with, breaks the
    process, as in any C program.
    """

    #: An error of a compiled strategy ends the run.
    error_policy: Final = "stop"

    def __init__(
        self, *, state: npt.NDArray[Any] | None = None, name: str = "CompiledStrategy", **handlers: object
    ) -> None:
        for handler in handlers:
            if handler not in _HANDLERS:
                raise InvalidArgument(f"a compiled strategy has no handler {handler!r}: it has {', '.join(_HANDLERS)}")
        if not handlers:
            raise InvalidArgument(f"a compiled strategy needs a handler: {', '.join(_HANDLERS)}")
        given: object = state
        if given is not None and not (
            isinstance(given, np.ndarray) and given.flags.writeable and given.flags.c_contiguous
        ):
            raise InvalidArgument(f"state must be a writable, contiguous NumPy array, got {state!r}")
        refuse_masked(given, "state")
        if isinstance(given, np.ndarray) and given.dtype.hasobject:
            raise InvalidArgument(f"state must be an array of plain numbers, got Python objects in {given.dtype}")
        named: object = name
        if not isinstance(named, str) or not named:
            raise InvalidArgument(f"name must be a text, got {name!r}")
        self.name = name
        self.state = state
        self._kept = tuple(handlers.values())
        self._addresses = {handler: _address(function, handler) for handler, function in handlers.items()}
        self._ran = False

    def bind(self, name: str) -> CompiledContext:
        """Connect to one run, as `name`; an instance runs once."""
        if self._ran:
            raise InvalidState(f"{self.name} has run already: make a new CompiledStrategy for every run")
        self._ran = True
        return CompiledContext(self, name, CompiledPort(self._addresses, self.state, name))


class CompiledContext:
    """One compiled strategy's connection to one run; made by `Backtest`, not by users."""

    #: Of exceptions in handlers: compiled ones raise none, and an error of theirs ends the run.
    error: BaseException | None = None
    failures: tuple[()] = ()

    def __init__(self, strategy: CompiledStrategy, name: str, port: CompiledPort) -> None:
        self.strategy = strategy
        self.name = name
        self._port = port

    def port(self) -> object:
        """The way for the kernel to wake this strategy."""
        return self._port.port()

    def connect(self, engine: object, kernel: object, index: int) -> None:
        """Begin: `kernel` is the engine's capsule over its Kernel, `index` the strategy's number there."""
        self._port.connect(kernel, index)

    def detach(self) -> None:
        """End: from here on the handlers' calls refuse."""
        self._port.detach()


def enter_tags(orders: npt.NDArray[np.void], tags: Mapping[str, int], compiled: Collection[int]) -> tuple[str, ...]:
    """Give the numbers by which compiled strategies tag their orders a place behind the texts, in the rows too.

    Parameters
    ----------
    orders : ndarray
        A run's orders; their tags are changed in place.
    tags : Mapping of str to int
        The texts of strategies in Python, which count 1, 2, 3, ...
    compiled : collection of int
        Which strategies are compiled.

    Returns
    -------
    tuple of str
        What the column counts; of 0, which is no tag, the empty text.
    """
    places = dict(tags)
    own = np.isin(orders["strategy"], list(compiled)) & (orders["tag"] != 0)
    used, where = np.unique(orders["tag"][own], return_inverse=True)
    entered = [places.setdefault(str(number), len(places) + 1) for number in used.tolist()]
    orders["tag"][own] = np.array(entered, np.uint32)[where]
    return ("", *places)


def include_directory() -> str:
    """The folder of ``strategy_api.h``, for a compiler's ``-I``."""
    return str(Path(__file__).parent)


def _address(function: Any, handler: str) -> int:
    address: object = None
    if isinstance(function, int) and not isinstance(function, bool):
        address = function
    elif isinstance(function, _FUNCTION_POINTER):
        _check_signature(function, handler)
        address = ctypes.cast(function, ctypes.c_void_p).value
    elif type(function).__name__ == "PyCapsule":
        address = _capsule_address(function)
    elif type(function).__module__ == "_cffi_backend":
        address = int(sys.modules["_cffi_backend"].FFI().cast("uintptr_t", function))
    else:
        address = getattr(function, "address", None)
    if not isinstance(address, int) or not 0 < address < 2**64:
        raise InvalidArgument(
            f"{handler} must be a compiled function (a numba cfunc, a ctypes or CFFI function pointer, a capsule) "
            f"or its address, got {function!r}"
        )
    return address


def _check_signature(function: Any, handler: str) -> None:
    """Refuse a function of ctypes whose types are stated and are other ones than a handler's."""
    given = function.argtypes
    if function.restype is not ctypes.c_int32 or (given is not None and len(given) != _HANDLER_ARGUMENTS):
        raise InvalidArgument(
            f"{handler} takes a context, an event and the state, and returns int32_t: give a function of "
            f"ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_void_p), got restype "
            f"{function.restype} and argtypes {given}"
        )


def _capsule_address(capsule: object) -> int | None:
    name_of = ctypes.pythonapi.PyCapsule_GetName
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    address: int | None = pointer_of(capsule, name_of(capsule))
    return address
