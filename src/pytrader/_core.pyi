"""Types of the compiled module _core: what is made once per run, and work on whole arrays."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias, final

import numpy as np
import numpy.typing as npt

from pytrader._values import Currency, Fixed, Money, Price, Quantity

_Number: TypeAlias = str | int | Decimal | Fraction | Fixed | Price | Quantity
_PriceLike: TypeAlias = str | int | Decimal | Fraction | Fixed | Price
_QuantityLike: TypeAlias = str | int | Decimal | Fraction | Fixed | Quantity

class _Bound(type): ...  # the metaclass of every class that pybind11 binds

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
    def __format__(self, format_spec: str, /) -> str: ...

class TimeInForce(enum.IntEnum):
    __pybind11_native_enum__: object
    DAY = 0
    GTC = 1
    IOC = 3
    FOK = 4
    def __format__(self, format_spec: str, /) -> str: ...

class OrderStatus(enum.IntEnum):
    __pybind11_native_enum__: object
    INITIALIZED = 105
    DENIED = 100
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
    PENDING_NEW = 65
    NEW = 48
    CANCELED = 52
    REPLACED = 53
    PENDING_CANCEL = 54
    REJECTED = 56
    EXPIRED = 67
    PENDING_REPLACE = 69
    TRADE = 70
    CANCEL_REJECTED = 99
    REPLACE_REJECTED = 114
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
class Ledger(metaclass=_Bound):
    def __init__(self, instruments: Sequence[Instrument], *, strategies: int = 1) -> None: ...
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
    ) -> tuple[Money, Money, Money]: ...
    def position(self, instrument_id: str, *, strategy: int = 0) -> tuple[Fixed, Money, Money, Money]: ...
    def unrealized_pnl(self, instrument_id: str, price: _PriceLike, *, strategy: int = 0) -> Money: ...
    def cash(self, currency: Currency | str) -> Money: ...
    def check(self) -> bool: ...

# Books: record types, the order-by-order and the price-level book.

L3_EVENT: np.dtype[np.void]
L2_EVENT: np.dtype[np.void]
QUOTE: np.dtype[np.void]
TRADE: np.dtype[np.void]
BAR: np.dtype[np.void]
FLAG_LAST: int
FLAG_SNAPSHOT: int

class BookAction(enum.IntEnum):
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

Events: TypeAlias = npt.NDArray[np.void] | Mapping[str, npt.NDArray[np.int64] | npt.NDArray[np.uint64]]

@final
class L3Book:
    def __init__(
        self, tick: Number, lot: Number = "1", *, policy: str = "strict", max_orders: int = 2147483648
    ) -> None: ...
    def add(self, order_id: int, side: str | Side, price: PriceLike, quantity: QuantityLike) -> bool: ...
    def replace(self, order_id: int, price: PriceLike, quantity: QuantityLike) -> bool: ...
    def reduce(self, order_id: int, quantity: QuantityLike) -> bool: ...
    def execute(self, order_id: int, quantity: QuantityLike) -> bool: ...
    def delete(self, order_id: int) -> bool: ...
    def apply(self, events: Events) -> int: ...
    def clear(self) -> None: ...
    def reserve(self, orders: int) -> None: ...
    @property
    def best_bid(self) -> Level | None: ...
    @property
    def best_ask(self) -> Level | None: ...
    def depth(self, levels: int = 10) -> tuple[list[Level], list[Level]]: ...
    def level(self, side: str | Side, price: PriceLike) -> Level | None: ...
    def order(self, order_id: int) -> RestingOrder | None: ...
    def queue(self, side: str | Side, price: PriceLike) -> list[RestingOrder]: ...
    def queue_ahead(self, order_id: int) -> Quantity: ...
    def sweep(self, side: str | Side, quantity: QuantityLike) -> Sweep: ...
    def average_price(
        self, side: str | Side, quantity: QuantityLike, *, digits: int = 18, rounding: str = "half_even"
    ) -> Fixed | None: ...
    @property
    def crossed(self) -> bool: ...
    @property
    def faults(self) -> dict[str, int]: ...
    @property
    def policy(self) -> str: ...
    @property
    def tick(self) -> Price: ...
    @property
    def lot(self) -> Quantity: ...
    @property
    def memory_bytes(self) -> int: ...
    def self_check(self) -> None: ...
    def __len__(self) -> int: ...
    def __contains__(self, order_id: int, /) -> bool: ...

@final
class L2Book:
    def __init__(self, tick: Number, lot: Number = "1", *, policy: str = "strict") -> None: ...
    def set(self, side: str | Side, price: PriceLike, quantity: QuantityLike, count: int = 0) -> bool: ...
    def delete(self, side: str | Side, price: PriceLike) -> bool: ...
    def snapshot(
        self,
        bids: Iterable[tuple[PriceLike, QuantityLike]],
        asks: Iterable[tuple[PriceLike, QuantityLike]],
    ) -> bool: ...
    def apply(self, events: Events) -> int: ...
    def clear(self) -> None: ...
    @property
    def best_bid(self) -> Level | None: ...
    @property
    def best_ask(self) -> Level | None: ...
    def depth(self, levels: int = 10) -> tuple[list[Level], list[Level]]: ...
    def level(self, side: str | Side, price: PriceLike) -> Level | None: ...
    def sweep(self, side: str | Side, quantity: QuantityLike) -> Sweep: ...
    def average_price(
        self, side: str | Side, quantity: QuantityLike, *, digits: int = 18, rounding: str = "half_even"
    ) -> Fixed | None: ...
    @property
    def crossed(self) -> bool: ...
    @property
    def faults(self) -> dict[str, int]: ...
    @property
    def policy(self) -> str: ...
    @property
    def tick(self) -> Price: ...
    @property
    def lot(self) -> Quantity: ...
    @property
    def memory_bytes(self) -> int: ...
    def self_check(self) -> None: ...
    def __len__(self) -> int: ...
