"""Types of the compiled module _core: what is made once per run, and work on whole arrays."""

import enum
import mmap
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, Never, SupportsIndex, TypeAlias, final

import numpy as np
import numpy.typing as npt

from pytrader._values import Currency, Fixed, Money, Price, Quantity

_Number: TypeAlias = str | int | Decimal | Fraction | Fixed | Price | Quantity
_PriceLike: TypeAlias = str | int | Decimal | Fraction | Fixed | Price
_QuantityLike: TypeAlias = str | int | Decimal | Fraction | Fixed | Quantity

class _Bound(type): ...  # the metaclass of every class that pybind11 binds

# Decimals: whole columns at once.

def parse_array(texts: npt.NDArray[np.bytes_] | npt.NDArray[np.str_], decimals: int) -> npt.NDArray[np.int64]: ...
def from_floats(values: npt.NDArray[np.float64], decimals: int, rounding: str) -> npt.NDArray[np.int64]: ...
def to_ticks(
    values: npt.NDArray[np.bytes_] | npt.NDArray[np.str_] | npt.NDArray[np.integer[Any]],
    tick: _Number,
    decimals: int | None = None,
) -> npt.NDArray[np.int64]: ...
def from_ticks(ticks: npt.NDArray[np.integer[Any]], tick: _Number, decimals: int) -> npt.NDArray[np.int64]: ...
def format_array(mantissas: npt.NDArray[np.integer[Any]], decimals: int) -> npt.NDArray[np.bytes_]: ...

# Model: enumerations, the order state table, instruments, the ledger on its own.

class Side(enum.IntEnum):
    __pybind11_native_enum__: object
    BUY = 1
    SELL = 2
    def __format__(self, format_spec: str, /) -> str: ...

class OrderType(enum.IntEnum):
    __pybind11_native_enum__: object
    MARKET = 1
    LIMIT = 2
    STOP = 3
    STOP_LIMIT = 4
    MARKET_IF_TOUCHED = 74
    LIMIT_IF_TOUCHED = 106
    MARKET_TO_LIMIT = 75
    MARKET_WITH_PROTECTION = 109
    TRAILING_STOP = 116
    TRAILING_STOP_LIMIT = 117
    PEGGED = 80
    def __format__(self, format_spec: str, /) -> str: ...

class TimeInForce(enum.IntEnum):
    __pybind11_native_enum__: object
    DAY = 0
    GTC = 1
    AT_THE_OPEN = 2
    IOC = 3
    FOK = 4
    GTD = 6
    AT_THE_CLOSE = 7
    GOOD_FOR_AUCTION = 66
    def __format__(self, format_spec: str, /) -> str: ...

class SelfTrade(enum.IntEnum):
    __pybind11_native_enum__: object
    VENUE_DEFAULT = 0
    NONE = 1
    CANCEL_NEWEST = 2
    CANCEL_OLDEST = 3
    CANCEL_BOTH = 4
    DECREMENT = 5
    def __format__(self, format_spec: str, /) -> str: ...

class TriggerType(enum.IntEnum):
    __pybind11_native_enum__: object
    VENUE_DEFAULT = 0
    LAST = 2
    MID = 6
    BID_ASK = 98
    MARK = 109
    def __format__(self, format_spec: str, /) -> str: ...

class Contingency(enum.IntEnum):
    __pybind11_native_enum__: object
    NONE = 0
    ONE_CANCELS_OTHER = 1
    ONE_TRIGGERS_OTHER = 2
    ONE_UPDATES_OTHER_ABSOLUTE = 3
    ONE_UPDATES_OTHER_PROPORTIONAL = 4
    def __format__(self, format_spec: str, /) -> str: ...

class OrderStatus(enum.IntEnum):
    __pybind11_native_enum__: object
    INITIALIZED = 105
    DENIED = 100
    EMULATED = 101
    RELEASED = 114
    PENDING_NEW = 65
    NEW = 48
    PARTIALLY_FILLED = 49
    FILLED = 50
    CANCELED = 52
    PENDING_CANCEL = 54
    REJECTED = 56
    EXPIRED = 67
    PENDING_REPLACE = 69
    def __format__(self, format_spec: str, /) -> str: ...

class ExecType(enum.IntEnum):
    __pybind11_native_enum__: object
    INITIALIZED = 105
    DENIED = 100
    EMULATED = 101
    RELEASED = 108
    PENDING_NEW = 65
    NEW = 48
    TRIGGERED = 76
    CANCELED = 52
    REPLACED = 53
    PENDING_CANCEL = 54
    REJECTED = 56
    EXPIRED = 67
    PENDING_REPLACE = 69
    TRADE = 70
    TRADE_CORRECT = 71
    TRADE_CANCEL = 72
    CANCEL_REJECTED = 99
    REPLACE_REJECTED = 114
    RESTATED = 68
    def __format__(self, format_spec: str, /) -> str: ...

class StrategyState(enum.IntEnum):
    __pybind11_native_enum__: object
    INITIALISED = 0
    RUNNING = 1
    DEGRADED = 2
    STOPPED = 3
    FAULTED = 4
    def __format__(self, format_spec: str, /) -> str: ...

class Liquidity(enum.IntEnum):
    __pybind11_native_enum__: object
    NONE = 0
    MAKER = 1
    TAKER = 2
    def __format__(self, format_spec: str, /) -> str: ...

class InstrumentKind(enum.IntEnum):
    __pybind11_native_enum__: object
    SPOT = 1
    EQUITY = 2
    FUTURE = 3
    PERPETUAL = 4
    OPTION = 5
    def __format__(self, format_spec: str, /) -> str: ...

class RejectReason(enum.IntEnum):
    __pybind11_native_enum__: object
    NONE = 0
    UNKNOWN_INSTRUMENT = 1
    UNKNOWN_ORDER = 2
    DUPLICATE_ORDER = 3
    PRICE_NOT_POSITIVE = 4
    PRICE_OUT_OF_RANGE = 5
    QUANTITY_NOT_POSITIVE = 6
    QUANTITY_BELOW_MINIMUM = 7
    QUANTITY_ABOVE_MAXIMUM = 8
    NOTIONAL_BELOW_MINIMUM = 9
    NOTIONAL_ABOVE_MAXIMUM = 10
    MARKET_ORDER_WITH_PRICE = 11
    LIMIT_ORDER_WITHOUT_PRICE = 12
    TIME_IN_FORCE_NOT_SUPPORTED = 13
    POST_ONLY_WOULD_TAKE = 14
    POST_ONLY_NOT_ALLOWED = 15
    NO_LIQUIDITY = 16
    INSUFFICIENT_FUNDS = 17
    POSITION_LIMIT = 18
    ORDER_LIMIT = 19
    ORDER_CLOSED = 20
    REQUEST_PENDING = 21
    NO_MARKET_PRICE = 22
    NOTHING_TO_REPLACE = 23
    FOK_NOT_FILLABLE = 24
    REDUCE_ONLY_WOULD_INCREASE = 25
    VALUE_OVERFLOW = 26
    SELF_TRADE = 27
    UNKNOWN_STRATEGY = 28
    SIDE_NOT_VALID = 29
    ORDER_TYPE_NOT_SUPPORTED = 30
    QUANTITY_ALREADY_EXECUTED = 31
    MALFORMED_MESSAGE = 32
    STOP_PRICE_REACHED = 33
    STOP_PRICE_MISSING = 34
    DISPLAY_QUANTITY_NOT_VALID = 35
    DISPLAY_QUANTITY_TOO_SMALL = 36
    MINIMUM_QUANTITY_NOT_MET = 37
    MINIMUM_QUANTITY_NOT_VALID = 38
    OWNER_MISSING = 39
    EXPIRE_TIME_PASSED = 40
    EXPIRE_TIME_MISSING = 41
    TRADING_PHASE = 42
    PRICE_BAND = 43
    PEG_NOT_VALID = 44
    TRAILING_NOT_VALID = 45
    MASS_CANCELED = 46
    AUCTION_ENDED = 47
    CLOCK_BACKWARDS = 48
    INSTRUCTION_NOT_SUPPORTED = 49
    CORPORATE_ACTION = 50
    INSTRUMENT_EXPIRED = 51
    LIQUIDATED = 52
    def __format__(self, format_spec: str, /) -> str: ...

def reason_text(reason: RejectReason, /) -> str: ...
def next_status(
    status: OrderStatus | str, exec_type: ExecType | str, *, has_fills: bool = False, fills_completely: bool = False
) -> OrderStatus | None: ...

@final
class Instrument(metaclass=_Bound):
    def __init__(
        self,
        symbol: str,
        venue: str,
        *,
        kind: InstrumentKind | str = "spot",
        base_currency: Currency | str = "",
        quote_currency: Currency | str,
        tick_size: _PriceLike,
        lot_size: _QuantityLike,
        multiplier: _Number = "1",
        maker_fee: _Number = "0",
        taker_fee: _Number = "0",
        min_price: _PriceLike | None = None,
        max_price: _PriceLike | None = None,
        min_quantity: _QuantityLike | None = None,
        max_quantity: _QuantityLike | None = None,
        min_notional: _Number | None = None,
        max_notional: _Number | None = None,
        underlying: str = "",
        settlement: str = "cash",
        right: str | None = None,
        strike: _PriceLike | None = None,
        expire_time: int = 0,
        initial_margin_rate: _Number = "1",
        maintenance_margin_rate: _Number = "0",
    ) -> None: ...
    @property
    def id(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def venue(self) -> str: ...
    @property
    def kind(self) -> InstrumentKind: ...
    @property
    def base_currency(self) -> Currency | None: ...
    @property
    def quote_currency(self) -> Currency: ...
    @property
    def tick_size(self) -> Price: ...
    @property
    def lot_size(self) -> Quantity: ...
    @property
    def multiplier(self) -> Fixed: ...
    @property
    def maker_fee(self) -> Fixed: ...
    @property
    def taker_fee(self) -> Fixed: ...
    @property
    def min_price(self) -> Price: ...
    @property
    def max_price(self) -> Price | None: ...
    @property
    def min_quantity(self) -> Quantity: ...
    @property
    def max_quantity(self) -> Quantity | None: ...
    @property
    def min_notional(self) -> Money | None: ...
    @property
    def max_notional(self) -> Money | None: ...
    @property
    def underlying(self) -> str: ...
    @property
    def settlement(self) -> str: ...
    @property
    def right(self) -> str | None: ...
    @property
    def strike(self) -> Price | None: ...
    @property
    def expire_time(self) -> int: ...
    @property
    def initial_margin_rate(self) -> Fixed: ...
    @property
    def maintenance_margin_rate(self) -> Fixed: ...
    @property
    def price_decimals(self) -> int: ...
    @property
    def quantity_decimals(self) -> int: ...
    def notional(self, price: _PriceLike, quantity: _QuantityLike) -> Money: ...
    def round_price(self, price: _PriceLike, mode: str, side: Side | str | None = None) -> Price: ...
    def round_quantity(self, quantity: _QuantityLike, mode: str = "down") -> Quantity: ...
    def price_ticks(self, price: _PriceLike) -> int: ...
    def quantity_lots(self, quantity: _QuantityLike) -> int: ...
    def price(self, ticks: int) -> Price: ...
    def quantity(self, lots: int) -> Quantity: ...
    def to_dict(self) -> dict[str, str]: ...
    @staticmethod
    def from_dict(fields: dict[str, str]) -> Instrument: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __getstate__(self) -> dict[str, str]: ...
    def __setstate__(self, state: dict[str, str], /) -> None: ...

@final
class FeeRule(metaclass=_Bound):
    def __init__(
        self,
        basis: str,
        maker: _Number | None = None,
        taker: _Number | None = None,
        *,
        tiers: Sequence[tuple[_Number, _Number, _Number]] | None = None,
        side: Side | str | None = None,
        min_per_order: _Number = 0,
        max_per_order: _Number = 0,
        max_share_per_order: _Number = 0,
        max_per_fill: _Number = 0,
        rounding: str = "half_even",
        name: str = "",
    ) -> None: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __getstate__(self) -> dict[str, Any]: ...
    def __setstate__(self, state: dict[str, Any], /) -> None: ...

@final
class FeeSchedule(metaclass=_Bound):
    def __init__(
        self,
        rules: Sequence[FeeRule],
        *,
        volume: str | None = None,
        window_days: int = 30,
        counts_today: bool = False,
        other_volume: _Number = 0,
        name: str = "",
    ) -> None: ...
    @property
    def rules(self) -> tuple[FeeRule, ...]: ...
    @property
    def name(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __getstate__(self) -> dict[str, Any]: ...
    def __setstate__(self, state: dict[str, Any], /) -> None: ...

class Ledger(metaclass=_Bound):
    def __init__(
        self, instruments: Sequence[Instrument], *, strategies: int = 1, fees: dict[str, FeeSchedule] = ...
    ) -> None: ...
    def deposit(self, amount: Money) -> None: ...
    def fill(
        self,
        instrument_id: str,
        *,
        side: Side | str,
        price: _PriceLike,
        quantity: _QuantityLike,
        liquidity: Liquidity | str = "taker",
        strategy: int = 0,
        order: int | None = None,
        ts_event: int = 0,
    ) -> tuple[Money, Money, Money]: ...
    def position(self, instrument_id: str, *, strategy: int = 0) -> tuple[Fixed, Money, Money, Money]: ...
    def unrealized_pnl(self, instrument_id: str, price: _PriceLike, *, strategy: int = 0) -> Money: ...
    def cash(self, currency: Currency | str) -> Money: ...
    def check(self) -> bool: ...

# Books: record types, the order-by-order and the price-level book.

L3_EVENT: np.dtype[np.void]
L2_EVENT: np.dtype[np.void]
DEPTH_LEVEL: np.dtype[np.void]
QUEUED_ORDER: np.dtype[np.void]
QUOTE: np.dtype[np.void]
STATUS: np.dtype[np.void]
TRADE: np.dtype[np.void]
BAR: np.dtype[np.void]
MARK: np.dtype[np.void]
CASH_EVENT: np.dtype[np.void]
FLAG_LAST: int
FLAG_SNAPSHOT: int

class CashEventKind(enum.IntEnum):
    __pybind11_native_enum__: object
    FUNDING = 1
    DIVIDEND = 2
    SPLIT = 3
    BORROW = 4
    ROLLOVER = 5
    EXPIRY = 6
    DELIVERY = 7
    LIQUIDATION = 8
    DELEVERAGE = 9
    def __format__(self, format_spec: str, /) -> str: ...

class BookAction(enum.IntEnum):
    __pybind11_native_enum__: object
    ADD = 1
    REPLACE = 2
    ERASE = 3
    REDUCE = 4
    EXECUTE = 5
    TRADE = 6
    CLEAR = 7
    def __format__(self, format_spec: str, /) -> str: ...

class Level(NamedTuple):
    price: Price
    quantity: Quantity
    count: int  # type: ignore[assignment]

class Sweep(NamedTuple):
    quantity: Quantity
    value: Fixed
    worst_price: Price | None

class RestingOrder(NamedTuple):
    order_id: int
    side: Side
    price: Price
    quantity: Quantity

_Events: TypeAlias = npt.NDArray[np.void] | Mapping[str, npt.NDArray[np.int64] | npt.NDArray[np.uint64]]

_Levels: TypeAlias = (
    _Events | Iterable[tuple[_PriceLike, _QuantityLike]] | Iterable[tuple[_PriceLike, _QuantityLike, int]]
)

# What all kinds of books have in common (reading_binding.hpp): no class of its own at run time.
class _Book(metaclass=_Bound):
    @property
    def tick(self) -> Price: ...
    @property
    def lot(self) -> Quantity: ...
    @property
    def best_bid(self) -> Level | None: ...
    @property
    def best_ask(self) -> Level | None: ...
    def depth(self, levels: int = 10) -> tuple[list[Level], list[Level]]: ...
    def level(self, side: str | Side, price: _PriceLike) -> Level | None: ...
    def depth_arrays(
        self, levels: int | None = None, *, out: npt.NDArray[np.void] | None = None
    ) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]: ...
    def depth_view(self, levels: int = 10) -> npt.NDArray[np.void]: ...
    @property
    def spread(self) -> Fixed | None: ...
    @property
    def mid(self) -> Fixed | None: ...
    def micro_price(self, *, digits: int = 18, rounding: str = "half_even") -> Fixed | None: ...
    def imbalance(self, levels: int = 1, *, digits: int = 18, rounding: str = "half_even") -> Fixed | None: ...
    def sweep(self, side: str | Side, quantity: _QuantityLike) -> Sweep: ...
    def average_price(
        self, side: str | Side, quantity: _QuantityLike, *, digits: int = 18, rounding: str = "half_even"
    ) -> Fixed | None: ...
    def worst_price(self, side: str | Side, quantity: _QuantityLike) -> Price | None: ...
    def quantity_to(self, side: str | Side, price: _PriceLike) -> Quantity: ...
    @property
    def crossed(self) -> bool: ...
    @property
    def locked(self) -> bool: ...

# What the books that take feeds have in common besides (bound_book.hpp).
class _FeedBook(_Book):
    on_gap: Callable[[Any, int, int], object] | None
    on_crossed: Callable[[Any, int | None], object] | None
    @property
    def sequence(self) -> int | None: ...
    @property
    def stale(self) -> bool: ...
    def clear(self) -> None: ...
    @property
    def faults(self) -> dict[str, int]: ...
    @property
    def policy(self) -> str: ...
    @property
    def memory_bytes(self) -> int: ...
    def self_check(self) -> None: ...
    def __len__(self) -> int: ...

@final
class L3Book(_FeedBook):
    def __init__(
        self, tick: _Number, lot: _Number = "1", *, policy: str = "strict", max_orders: int = 2147483648
    ) -> None: ...
    def add(self, order_id: int, side: str | Side, price: _PriceLike, quantity: _QuantityLike) -> bool: ...
    def replace(self, order_id: int, price: _PriceLike, quantity: _QuantityLike) -> bool: ...
    def reduce(self, order_id: int, quantity: _QuantityLike) -> bool: ...
    def execute(self, order_id: int, quantity: _QuantityLike) -> bool: ...
    def delete(self, order_id: int) -> bool: ...
    def apply(self, events: _Events, *, sequence: int | None = None, first_sequence: int | None = None) -> int: ...
    def reserve(self, orders: int) -> None: ...
    def snapshot(
        self,
        orders: _Events | Iterable[tuple[int, str | Side, _PriceLike, _QuantityLike]],
        *,
        sequence: int | None = None,
    ) -> bool: ...
    def orders(self, side: str | Side | None = None) -> npt.NDArray[np.void]: ...
    def order(self, order_id: int) -> RestingOrder | None: ...
    def queue(self, side: str | Side, price: _PriceLike) -> list[RestingOrder]: ...
    def queue_ahead(self, order_id: int) -> Quantity: ...
    def __contains__(self, order_id: int, /) -> bool: ...

# What the read-only books of binary feeds that keep orders have in common (order_reading.hpp).
class _OrderBook(_Book):
    def order(self, order_id: int) -> RestingOrder | None: ...
    def orders(self, side: str | Side | None = None) -> npt.NDArray[np.void]: ...
    def queue(self, side: str | Side, price: _PriceLike) -> list[RestingOrder]: ...
    def queue_ahead(self, order_id: int) -> Quantity: ...
    def __len__(self) -> int: ...
    def __contains__(self, order_id: int, /) -> bool: ...

@final
class ItchBook(_OrderBook):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by a feed only

@final
class DbnOrderBook(_OrderBook):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by a feed only

@final
class DbnLevelBook(_Book):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by a feed only

@final
class ItchFeed(metaclass=_Bound):
    def __init__(
        self,
        symbols: Iterable[str] | None = None,
        *,
        policy: str = "strict",
        framing: str = "length_prefixed",
        record: Iterable[str] | None = None,
        max_orders: int = 2147483648,
    ) -> None: ...
    def apply(self, data: bytes | bytearray | memoryview | mmap.mmap | npt.NDArray[np.uint8]) -> int: ...
    def finish(self) -> None: ...
    def book(self, symbol: str) -> ItchBook: ...
    @property
    def books(self) -> dict[str, ItchBook]: ...
    def stock(self, symbol: str) -> dict[str, Any]: ...
    def attribution(self, order_id: int) -> str | None: ...
    def take_rows(self, symbol: str) -> npt.NDArray[np.void]: ...
    @property
    def session(self) -> dict[str, Any]: ...
    @property
    def counts(self) -> dict[str, int]: ...
    @property
    def crossings(self) -> int: ...
    @property
    def symbols(self) -> list[str]: ...
    @property
    def faults(self) -> dict[str, int]: ...
    @property
    def messages(self) -> int: ...
    @property
    def bytes_read(self) -> int: ...
    @property
    def memory_bytes(self) -> int: ...
    @property
    def policy(self) -> str: ...
    def self_check(self) -> None: ...
    def __len__(self) -> int: ...

@final
class DbnFeed(metaclass=_Bound):
    def __init__(
        self,
        ticks: _Number | dict[str, _Number] | None = None,
        *,
        policy: str = "strict",
        record: bool = False,
        max_orders: int = 2147483648,
        symbols: Iterable[str] | None = None,
    ) -> None: ...
    def apply(self, data: bytes | bytearray | memoryview | mmap.mmap | npt.NDArray[np.uint8]) -> int: ...
    def finish(self) -> None: ...
    def book(self, symbol: str | int, publisher: int | None = None) -> DbnOrderBook: ...
    def levels(self, symbol: str | int, publisher: int | None = None) -> DbnLevelBook: ...
    def take_rows(self, symbol: str | int, kind: str, publisher: int | None = None) -> npt.NDArray[np.void]: ...
    @property
    def metadata(self) -> dict[str, Any]: ...
    @property
    def counts(self) -> dict[int, int]: ...
    @property
    def instruments(self) -> list[dict[str, Any]]: ...
    @property
    def faults(self) -> dict[str, int]: ...
    @property
    def records(self) -> int: ...
    @property
    def bytes_read(self) -> int: ...
    @property
    def policy(self) -> str: ...

@final
class L2Book(_FeedBook):
    def __init__(self, tick: _Number, lot: _Number = "1", *, policy: str = "strict") -> None: ...
    def set(self, side: str | Side, price: _PriceLike, quantity: _QuantityLike, count: int = 0) -> bool: ...
    def delete(self, side: str | Side, price: _PriceLike) -> bool: ...
    def snapshot(self, bids: _Levels, asks: _Levels, *, sequence: int | None = None) -> bool: ...
    def apply(self, events: _Events, *, sequence: int | None = None, first_sequence: int | None = None) -> int: ...

@final
class BestQuoteBook(_FeedBook):
    def __init__(self, tick: _Number, lot: _Number = "1", *, policy: str = "strict") -> None: ...
    def set(
        self, bid: tuple[_PriceLike, _QuantityLike] | None, ask: tuple[_PriceLike, _QuantityLike] | None
    ) -> bool: ...
    def apply(self, quotes: _Events, *, sequence: int | None = None, first_sequence: int | None = None) -> int: ...

# Depth feeds: frames in, books out.

class FeedIncident(NamedTuple):
    kind: str
    venue: str
    symbol: str
    frame: int
    expected: int | Price | None
    found: int | Price | None

@final
class DepthBook(_Book):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by a feed only
    @property
    def symbol(self) -> str: ...
    @property
    def stale(self) -> bool: ...
    @property
    def sequence(self) -> int | None: ...
    @property
    def ts_event(self) -> int | None: ...
    @property
    def memory_bytes(self) -> int: ...
    def self_check(self) -> None: ...
    def __len__(self) -> int: ...

class DepthFeed(metaclass=_Bound):
    def __init__(
        self,
        venue: str,
        instruments: list[tuple[str, _Number, _Number]],
        *,
        depth: int = 0,
        policy: str = "strict",
        keep_crossed: bool = False,
        max_waiting: int = 10000,
        on_gap: Callable[[FeedIncident], object] | None = None,
        on_checksum: Callable[[FeedIncident], object] | None = None,
        on_crossed: Callable[[FeedIncident], object] | None = None,
    ) -> None: ...
    def apply(self, frame: bytes | bytearray | memoryview | str, symbol: str | None = None) -> str | None: ...
    def apply_lines(self, buffer: bytes | bytearray | memoryview | str, symbol: str | None = None) -> int: ...
    def book(self, symbol: str) -> DepthBook: ...
    def reset(self, symbol: str) -> None: ...
    @property
    def venue(self) -> str: ...
    @property
    def symbols(self) -> tuple[str, ...]: ...
    @property
    def stale(self) -> tuple[str, ...]: ...
    @property
    def waiting(self) -> int: ...
    @property
    def frames(self) -> int: ...
    @property
    def applied(self) -> int: ...
    @property
    def other(self) -> int: ...
    @property
    def left_out(self) -> int: ...
    @property
    def snapshots(self) -> int: ...
    @property
    def gaps(self) -> int: ...
    @property
    def crossed(self) -> int: ...
    @property
    def checksums_matched(self) -> int: ...
    @property
    def checksums_failed(self) -> int: ...

class OwnOrder(NamedTuple):
    order_id: int
    side: Side
    price: Price
    quantity: Quantity
    in_feed: bool
    queue_ahead: Quantity

# What the books with own orders have in common (register_own_orders.cpp).
class _BookWithOwnOrders(_FeedBook):
    def apply(self, events: _Events, *, sequence: int | None = None, first_sequence: int | None = None) -> int: ...
    def insert_own(self, order_id: int, side: str | Side, price: _PriceLike, quantity: _QuantityLike) -> None: ...
    def reduce_own(self, order_id: int, quantity: _QuantityLike) -> None: ...
    def remove_own(self, order_id: int) -> bool: ...
    def own_orders(self) -> list[OwnOrder]: ...
    def queue_ahead(self, order_id: int) -> Quantity: ...
    def public_depth(self, levels: int = 10) -> tuple[list[Level], list[Level]]: ...

@final
class L3BookWithOwnOrders(_BookWithOwnOrders):
    def __init__(
        self, tick: _Number, lot: _Number = "1", *, policy: str = "strict", max_orders: int = 2147483648
    ) -> None: ...
    def mark_own(self, order_id: int) -> None: ...
    def snapshot(
        self,
        orders: _Events | Iterable[tuple[int, str | Side, _PriceLike, _QuantityLike]],
        *,
        sequence: int | None = None,
    ) -> bool: ...

@final
class L2BookWithOwnOrders(_BookWithOwnOrders):
    def __init__(self, tick: _Number, lot: _Number = "1", *, policy: str = "strict") -> None: ...
    def mark_own(self, order_id: int, side: str | Side, price: _PriceLike, quantity: _QuantityLike) -> None: ...
    def snapshot(self, bids: _Levels, asks: _Levels, *, sequence: int | None = None) -> bool: ...

@final
class BinanceCapture(metaclass=_Bound):
    def __init__(self, clear_at_gaps: bool) -> None: ...
    def read(self, data: bytes) -> tuple[str, int, int, str, int, int] | None: ...
    @property
    def levels(self) -> tuple[npt.NDArray[np.int64], ...]: ...
    @property
    def quotes(self) -> tuple[npt.NDArray[np.int64], ...]: ...
    @property
    def trades(self) -> tuple[npt.NDArray[np.int64], ...]: ...
    @property
    def events(self) -> npt.NDArray[np.int64]: ...
    @property
    def symbol(self) -> str: ...
    @property
    def market(self) -> str: ...
    @property
    def lead_ns(self) -> int: ...
    @property
    def unread(self) -> dict[str, int]: ...
    @property
    def snapshots(self) -> int: ...
    @property
    def gaps(self) -> int: ...
    @property
    def older(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def lines(self) -> int: ...

# Back-test: one run, as `pytrader.backtest` drives it.

ORDER_ROW: np.dtype[np.void]
FILL_ROW: np.dtype[np.void]
EQUITY_ROW: np.dtype[np.void]
CASH_EVENT_ROW: np.dtype[np.void]

@final
class QueueModel(metaclass=_Bound):
    def __init__(self, text: str) -> None: ...
    @staticmethod
    def risk_averse() -> QueueModel: ...
    @staticmethod
    def front() -> QueueModel: ...
    @staticmethod
    def power(exponent: int) -> QueueModel: ...
    @staticmethod
    def power_of_total(exponent: int) -> QueueModel: ...
    @staticmethod
    def power_of_ahead(exponent: int) -> QueueModel: ...
    @staticmethod
    def logarithm() -> QueueModel: ...
    @staticmethod
    def logarithm_of_total() -> QueueModel: ...
    def share_behind(self, ahead: int, behind: int) -> int: ...
    def after_level(self, lots: int, fraction: int, before: int, after: int, traded: int = 0) -> tuple[int, int]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class RiskLimits(metaclass=_Bound):
    def __init__(
        self,
        *,
        max_order_lots: int = 0,
        max_order_notional: _Number = 0,
        max_position_lots: int = 0,
        max_open_orders: int = 0,
    ) -> None: ...
    @property
    def max_order_lots(self) -> int: ...
    @property
    def max_order_notional(self) -> Fixed: ...
    @property
    def max_position_lots(self) -> int: ...
    @property
    def max_open_orders(self) -> int: ...

@final
class BacktestEngine(metaclass=_Bound):
    def __init__(
        self,
        *,
        feed_latency_ns: int = 0,
        order_latency_ns: int = 0,
        equity_interval_ns: int = 60_000_000_000,
        check_every_event: bool = False,
    ) -> None: ...
    def add_instrument(self, instrument: Instrument, fees: FeeSchedule | None = None) -> int: ...
    def add_cash(self, amount: Money) -> None: ...
    def add_strategy(
        self,
        port: object,
        context: object,
        limits: RiskLimits,
        *,
        action: str = "stop",
        errors: int = 1,
        window_ns: int = 0,
        cooldown_ns: int = 0,
        tag: int = 0,
    ) -> int: ...
    def add_setting(self, value: int) -> None: ...
    def errors(self) -> list[tuple[int, int, str, int | None]]: ...
    def add_stream(
        self,
        name: str,
        instrument: int,
        kind: str,
        columns: dict[str, npt.NDArray[np.int64] | npt.NDArray[np.uint64]],
        duration_ns: int = 0,
    ) -> None: ...
    def add_exchange(
        self,
        instrument: int,
        rules: VenueRules,
        sessions: Sequence[tuple[int, TradingPhase | str]] = (),
        reference_ticks: int | None = None,
    ) -> None: ...
    def extend(self, start_ns: int, end_ns: int) -> None: ...
    def set_queue_model(self, instrument: int, model: QueueModel) -> None: ...
    def set_venue_rules(
        self,
        instrument: SupportsIndex,
        rules: VenueRules,
        refuses_self_trade: bool,
        bar_path: str,
        bar_volume_share: SupportsIndex,
    ) -> None: ...
    def run(self, max_steps: int) -> str: ...
    def abort(self) -> None: ...
    def kernel(self) -> object: ...
    def orders(self) -> npt.NDArray[np.void]: ...
    def fills(self) -> npt.NDArray[np.void]: ...
    def equity(self) -> npt.NDArray[np.void]: ...
    def cash_events(self) -> npt.NDArray[np.void]: ...
    def set_margin(self, mode: str) -> None: ...
    def add_insurance(self, amount: Money) -> None: ...
    def insurance(self) -> list[tuple[str, Money, Money]]: ...
    def accounts(self) -> list[tuple[str, Money, Money, Money]]: ...
    def positions(
        self,
    ) -> list[tuple[int, int, Fixed, Fixed | None, Money, Money | None, Money, Money, Quantity, Price | None]]: ...
    def book_faults(self) -> list[tuple[int, str, int]]: ...
    @property
    def events(self) -> int: ...
    @property
    def now_ns(self) -> int: ...
    @property
    def digest(self) -> str: ...

# The matching engine (register_matching.cpp, matching_rules.cpp, matching_reports.cpp).

ORDER_MESSAGE: np.dtype[np.void]
ORDER_TERMS: np.dtype[np.void]
ORDER_UPDATE: np.dtype[np.void]
FILL: np.dtype[np.void]
IMPLIED_UPDATE: np.dtype[np.void]
MULTI_LEG_FILL: np.dtype[np.void]
NO_PRICE: int
POST_ONLY: int
REDUCE_ONLY: int
HIDDEN: int
ALL_OR_NONE: int
LEAD_MARKET_MAKER: int

class MessageKind(enum.IntEnum):
    __pybind11_native_enum__: object
    NEW = 1
    CANCEL = 2
    REPLACE = 3
    CLOCK = 4
    PHASE = 5
    REFERENCE_PRICE = 6
    MASS_CANCEL = 7
    POSITION = 8
    GROUP = 9
    def __format__(self, format_spec: str, /) -> str: ...

class UpdateKind(enum.IntEnum):
    __pybind11_native_enum__: object
    TRIGGERED = 1
    REFILLED = 2
    REPRICED = 3
    CANCELED = 4
    EXPIRED = 5
    DECREMENTED = 6
    ACTIVATED = 7
    STOP_MOVED = 8
    PHASE_CHANGED = 9
    INDICATIVE = 10
    AUCTION_PRICE = 11
    BAND_CHANGED = 12
    LIMIT_STATE = 13
    def __format__(self, format_spec: str, /) -> str: ...

class Outcome(enum.IntEnum):
    __pybind11_native_enum__: object
    RESTED = 1
    FILLED = 2
    REMAINDER_CANCELED = 3
    CANCELED = 4
    REPLACED = 5
    REQUEUED = 6
    REPLACED_FILLED = 7
    REPLACED_CLOSED = 8
    REJECTED = 9
    PARKED = 10
    ACCEPTED = 11
    def __format__(self, format_spec: str, /) -> str: ...

def outcome(status: SupportsIndex, /) -> Outcome: ...
def order_terms(count: SupportsIndex, /) -> npt.NDArray[np.void]: ...
def reject_reason(status: SupportsIndex, /) -> RejectReason: ...

# Phases, auctions, bands and the circuit breaker (register_session.cpp, register_bands.cpp).

class TradingPhase(enum.IntEnum):
    __pybind11_native_enum__: object
    CLOSED = 0
    PRE_OPEN = 1
    OPENING_AUCTION = 2
    CONTINUOUS = 3
    INTRADAY_AUCTION = 4
    VOLATILITY_AUCTION = 5
    CLOSING_AUCTION = 6
    POST_CLOSE = 7
    HALT = 8
    def __format__(self, format_spec: str, /) -> str: ...

def phase_accepts(phase: TradingPhase | str, order_type: OrderType | str, time_in_force: TimeInForce | str) -> bool: ...

@final
class SessionRules(metaclass=_Bound):
    def __init__(
        self,
        *,
        halt_accepts_orders: bool = False,
        auction_reference: str = "nearest_limit",
        volatility_auction_ns: SupportsIndex = 0,
        extension_basis_points: SupportsIndex = 0,
        market_pressure: bool = True,
    ) -> None: ...
    @property
    def halt_accepts_orders(self) -> bool: ...
    @property
    def auction_reference(self) -> str: ...
    @property
    def volatility_auction_ns(self) -> int: ...
    @property
    def extension_basis_points(self) -> int: ...
    @property
    def market_pressure(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class AuctionPrice(metaclass=_Bound):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by auction_price only
    @property
    def price(self) -> int: ...
    @property
    def volume(self) -> int: ...
    @property
    def surplus(self) -> int: ...

def auction_price(
    bids: Sequence[tuple[SupportsIndex, SupportsIndex]],
    asks: Sequence[tuple[SupportsIndex, SupportsIndex]],
    *,
    market_buy: SupportsIndex = 0,
    market_sell: SupportsIndex = 0,
    reference: SupportsIndex | None = None,
    rule: str = "nearest_limit",
    market_pressure: bool = True,
) -> AuctionPrice | None: ...

@final
class PriceBand(metaclass=_Bound):
    def __init__(
        self,
        *,
        ticks: SupportsIndex = 0,
        basis_points: SupportsIndex = 0,
        up_ticks: SupportsIndex = 0,
        up_basis_points: SupportsIndex = 0,
        down_ticks: SupportsIndex = 0,
        down_basis_points: SupportsIndex = 0,
        greater: bool = False,
    ) -> None: ...
    @property
    def up_ticks(self) -> int: ...
    @property
    def up_basis_points(self) -> int: ...
    @property
    def down_ticks(self) -> int: ...
    @property
    def down_basis_points(self) -> int: ...
    @property
    def greater(self) -> bool: ...
    def range_around(self, reference: SupportsIndex, *, rounding: str = "inward") -> tuple[int | None, int | None]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class BandRules(metaclass=_Bound):
    def __init__(
        self,
        *,
        entry: PriceBand = ...,
        entry_aggressive_only: bool = False,
        static_range: PriceBand = ...,
        dynamic_range: PriceBand = ...,
        rounding: str = "inward",
        breach: str = "cancel_remainder",
        limit_state_ns: SupportsIndex = 0,
        pause_ns: SupportsIndex = 0,
    ) -> None: ...
    @property
    def entry(self) -> PriceBand: ...
    @property
    def entry_aggressive_only(self) -> bool: ...
    @property
    def static_range(self) -> PriceBand: ...
    @property
    def dynamic_range(self) -> PriceBand: ...
    @property
    def rounding(self) -> str: ...
    @property
    def breach(self) -> str: ...
    @property
    def limit_state_ns(self) -> int: ...
    @property
    def pause_ns(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

def luld_band(
    *,
    tier: SupportsIndex,
    previous_close: SupportsIndex,
    ticks_per_dollar: SupportsIndex = 100,
    doubled: bool = False,
) -> PriceBand: ...

@final
class CircuitBreakerDecision(metaclass=_Bound):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by a circuit breaker only
    @property
    def level(self) -> int: ...
    @property
    def halted(self) -> bool: ...
    @property
    def until(self) -> int | None: ...

@final
class CircuitBreaker(metaclass=_Bound):
    def __init__(self, levels: Sequence[tuple[SupportsIndex, SupportsIndex, bool]] | None = None) -> None: ...
    @property
    def levels(self) -> list[tuple[int, int, bool]]: ...
    def start_day(self, *, reference_level: SupportsIndex, open: SupportsIndex, cutoff: SupportsIndex) -> None: ...
    def observe(self, index_level: SupportsIndex, ts: SupportsIndex) -> CircuitBreakerDecision: ...
    def at(self, ts: SupportsIndex) -> CircuitBreakerDecision: ...

@final
class AllocationRules(metaclass=_Bound):
    def __init__(
        self,
        *,
        algorithm: str = "price_time",
        fifo_percent: int = 0,
        leveling: bool = False,
        top_percent: int = 100,
        top_minimum: int = 1,
        top_maximum: int | None = None,
        pro_rata_minimum: int = 2,
        board_lot: int = 1,
        lead_market_makers: dict[int, int] = ...,
        flagged_percent: int = 0,
    ) -> None: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def fifo_percent(self) -> int: ...
    @property
    def leveling(self) -> bool: ...
    @property
    def top_percent(self) -> int: ...
    @property
    def top_minimum(self) -> int: ...
    @property
    def top_maximum(self) -> int | None: ...
    @property
    def pro_rata_minimum(self) -> int: ...
    @property
    def board_lot(self) -> int: ...
    @property
    def lead_market_makers(self) -> dict[int, int]: ...
    @property
    def flagged_percent(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

def allocate(
    rules: AllocationRules,
    quantity: int,
    orders: Sequence[int],
    *,
    top: int | None = None,
    owners: Sequence[int] | None = None,
    flagged: Sequence[bool] | None = None,
) -> list[int]: ...

@final
class VenueRules(metaclass=_Bound):
    def __init__(
        self,
        *,
        amend: str = "keeps_on_decrease",
        post_only: str = "reject",
        replace_quantity: str = "total",
        immediate_trigger: str = "elect",
        iceberg_sweep: str = "by_refill",
        self_trade: SelfTrade | str = "none",
        self_trade_scope: str = "account",
        self_trade_decider: str = "taker",
        stop_protection_ticks: SupportsIndex = 0,
        market_protection_ticks: SupportsIndex = 0,
        iceberg_parts_max: SupportsIndex = 1000,
        seed: SupportsIndex = 0,
        order_types: Sequence[OrderType | str] | None = None,
        times_in_force: Sequence[TimeInForce | str] | None = None,
        instructions: Sequence[str] | None = None,
        allocation: AllocationRules = ...,
        session: SessionRules = ...,
        bands: BandRules = ...,
    ) -> None: ...
    @property
    def amend(self) -> str: ...
    @property
    def post_only(self) -> str: ...
    @property
    def replace_quantity(self) -> str: ...
    @property
    def immediate_trigger(self) -> str: ...
    @property
    def iceberg_sweep(self) -> str: ...
    @property
    def self_trade(self) -> str: ...
    @property
    def self_trade_scope(self) -> str: ...
    @property
    def self_trade_decider(self) -> str: ...
    @property
    def stop_protection_ticks(self) -> int: ...
    @property
    def market_protection_ticks(self) -> int: ...
    @property
    def iceberg_parts_max(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def order_types(self) -> tuple[str, ...]: ...
    @property
    def times_in_force(self) -> tuple[str, ...]: ...
    @property
    def instructions(self) -> tuple[str, ...]: ...
    @property
    def allocation(self) -> AllocationRules: ...
    @property
    def session(self) -> SessionRules: ...
    @property
    def bands(self) -> BandRules: ...
    def changed(self, **kwargs: Any) -> VenueRules: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    @staticmethod
    def cme_globex() -> VenueRules: ...
    @staticmethod
    def nasdaq() -> VenueRules: ...
    @staticmethod
    def eurex() -> VenueRules: ...
    @staticmethod
    def tsx() -> VenueRules: ...
    @staticmethod
    def binance_spot() -> VenueRules: ...
    @staticmethod
    def binance_futures() -> VenueRules: ...
    @staticmethod
    def presets() -> dict[str, VenueRules]: ...

@final
class Report(metaclass=_Bound):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by an engine only
    @property
    def exec_type(self) -> ExecType | UpdateKind: ...
    @property
    def order_id(self) -> int: ...
    @property
    def side(self) -> Side | None: ...
    @property
    def price(self) -> Price | None: ...
    @property
    def quantity(self) -> Quantity: ...
    @property
    def leaves_qty(self) -> Quantity: ...
    @property
    def maker_order_id(self) -> int | None: ...
    @property
    def taker_order_id(self) -> int | None: ...
    @property
    def maker_leaves_qty(self) -> Quantity | None: ...
    @property
    def reason(self) -> RejectReason: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class WorkingOrder(metaclass=_Bound):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by an engine only
    @property
    def order_id(self) -> int: ...
    @property
    def side(self) -> Side: ...
    @property
    def order_type(self) -> OrderType: ...
    @property
    def time_in_force(self) -> TimeInForce: ...
    @property
    def price(self) -> Price | None: ...
    @property
    def leaves_qty(self) -> Quantity: ...
    @property
    def cum_qty(self) -> Quantity: ...
    @property
    def display_qty(self) -> Quantity: ...
    @property
    def stop_price(self) -> Price | None: ...
    @property
    def state(self) -> str: ...
    @property
    def owner(self) -> int: ...
    @property
    def post_only(self) -> bool: ...
    @property
    def reduce_only(self) -> bool: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def all_or_none(self) -> bool: ...

@final
class MultiLegTrade(metaclass=_Bound):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by an engine only
    @property
    def instrument(self) -> str: ...
    @property
    def price(self) -> Price: ...
    @property
    def quantity(self) -> Quantity: ...
    @property
    def taker_order_id(self) -> int: ...
    @property
    def taker_instrument(self) -> str: ...
    @property
    def maker_order_id(self) -> int: ...
    @property
    def maker_instrument(self) -> str: ...
    @property
    def maker_leaves_qty(self) -> Quantity: ...
    @property
    def taker_side(self) -> Side: ...
    @property
    def trade(self) -> int: ...

@final
class MultiLegResult(metaclass=_Bound):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by an engine only
    @property
    def outcome(self) -> Outcome: ...
    @property
    def reason(self) -> RejectReason: ...
    @property
    def trades(self) -> list[MultiLegTrade]: ...

@final
class MultiLegBook(_Book):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by a market only

@final
class MultiLegCombinedBook(_Book):
    def __init__(self, *args: Never, **kwargs: Never) -> None: ...  # made by a market only

@final
class MultiLegMarket(metaclass=_Bound):
    def __init__(
        self,
        *,
        outrights: Sequence[str],
        strategies: dict[str, dict[str, int]],
        tick: _PriceLike = "0.01",
        lot: _QuantityLike = "1",
        priority: str = "by_time",
        rules: VenueRules = ...,
        max_orders: SupportsIndex = 2147483648,
    ) -> None: ...
    @property
    def instruments(self) -> tuple[str, ...]: ...
    def submit(
        self,
        instrument: str,
        *,
        order_id: SupportsIndex,
        side: Side | str,
        order_type: OrderType | str = "limit",
        quantity: _QuantityLike,
        price: _PriceLike | None = None,
        time_in_force: TimeInForce | str = "gtc",
        post_only: bool = False,
    ) -> MultiLegResult: ...
    def cancel(self, instrument: str, order_id: SupportsIndex) -> MultiLegResult: ...
    def replace(
        self,
        instrument: str,
        order_id: SupportsIndex,
        *,
        price: _PriceLike,
        quantity: _QuantityLike,
    ) -> MultiLegResult: ...
    def apply(
        self, instruments: npt.NDArray[np.integer[Any]], messages: npt.NDArray[np.void]
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.void]]: ...
    @property
    def implied_updates(self) -> npt.NDArray[np.void]: ...
    def book(self, instrument: str) -> MultiLegBook: ...
    def implied_book(self, instrument: str) -> MultiLegBook: ...
    def combined_book(self, instrument: str) -> MultiLegCombinedBook: ...
    def order(self, instrument: str, order_id: SupportsIndex) -> RestingOrder | None: ...
    def self_check(self) -> None: ...

@final
class MatchingEngine(_Book):
    def __init__(
        self,
        *,
        tick: _PriceLike = "0.01",
        lot: _QuantityLike = "1",
        rules: VenueRules = ...,
        max_orders: SupportsIndex = 2147483648,
    ) -> None: ...
    def submit(
        self,
        *,
        order_id: SupportsIndex,
        side: Side | str,
        order_type: OrderType | str = "limit",
        quantity: _QuantityLike,
        price: _PriceLike | None = None,
        time_in_force: TimeInForce | str = "gtc",
        post_only: bool = False,
        reduce_only: bool = False,
        hidden: bool = False,
        all_or_none: bool = False,
        lead_market_maker: bool = False,
        stop_price: _PriceLike | None = None,
        activation_price: _PriceLike | None = None,
        trailing_offset: SupportsIndex | None = None,
        trailing_step: SupportsIndex | None = None,
        trailing_unit: str = "ticks",
        limit_offset: SupportsIndex | None = None,
        display_qty: _QuantityLike | None = None,
        display_range: _QuantityLike | None = None,
        min_qty: _QuantityLike | None = None,
        peg: str | None = None,
        peg_offset: SupportsIndex | None = None,
        expire_time: SupportsIndex | None = None,
        owner: SupportsIndex = 0,
        self_trade: SelfTrade | str = "venue_default",
    ) -> list[Report]: ...
    def cancel(self, order_id: SupportsIndex) -> list[Report]: ...
    def replace(
        self,
        order_id: SupportsIndex,
        *,
        price: _PriceLike | None = None,
        quantity: _QuantityLike,
        stop_price: _PriceLike | None = None,
        display_qty: _QuantityLike | None = None,
    ) -> list[Report]: ...
    def advance_clock(self, ts: SupportsIndex) -> list[Report]: ...
    def set_phase(self, phase: TradingPhase | str) -> list[Report]: ...
    def set_reference_price(self, price: _PriceLike) -> list[Report]: ...
    def mass_cancel(self, owner: SupportsIndex = 0) -> list[Report]: ...
    def set_position(self, owner: SupportsIndex, position: _Number) -> list[Report]: ...
    def set_group(self, owner: SupportsIndex, group: SupportsIndex) -> list[Report]: ...
    def position(self, owner: SupportsIndex) -> Fixed: ...
    @property
    def clock(self) -> int: ...
    @property
    def phase(self) -> TradingPhase: ...
    def apply(
        self, messages: npt.NDArray[np.void], terms: npt.NDArray[np.void] | None = None
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.void]]: ...
    @property
    def updates(self) -> npt.NDArray[np.void]: ...
    def order(self, order_id: SupportsIndex) -> WorkingOrder | None: ...
    def orders(self) -> list[WorkingOrder]: ...
    def queue(self, side: Side | str, price: _PriceLike, *, displayed_only: bool = True) -> list[WorkingOrder]: ...
    def queue_ahead(self, order_id: SupportsIndex) -> Quantity: ...
    def reserve(self, orders: SupportsIndex) -> None: ...
    def self_check(self) -> None: ...
    def __len__(self) -> int: ...
    @property
    def rules(self) -> VenueRules: ...
    @property
    def faults(self) -> dict[str, int]: ...
    @property
    def message_count(self) -> int: ...
    @property
    def fill_count(self) -> int: ...
    @property
    def volume(self) -> Quantity: ...
