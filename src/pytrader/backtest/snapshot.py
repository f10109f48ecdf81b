"""What other threads see of a run while it goes on: one consistent version of everything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytrader._core import OrderStatus, OrderType, Side, StrategyState
from pytrader.strategy.codec import decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytrader.model import Fixed, Instrument, Money, Price, Quantity


@dataclass(frozen=True)
class SnapshotPosition:
    """One strategy's position in one instrument.

    Attributes
    ----------
    quantity : Fixed
        Signed: negative is short.
    avg_px : Fixed or None
        Average cost; None when flat.
    realized_pnl, fees : Money
        So far.
    """

    quantity: Fixed
    avg_px: Fixed | None
    realized_pnl: Money
    fees: Money


@dataclass(frozen=True)
class SnapshotOrder:
    """One open order.

    Attributes
    ----------
    client_order_id : str
        As the strategy knows it.
    strategy, instrument_id, tag : str
        Whose, of what, and its label.
    side, order_type, ord_status
        Its side, type and status.
    price : Price or None
        Its limit; None for a market order.
    order_qty, cum_qty, leaves_qty : Quantity
        Total, traded, and still open.
    """

    client_order_id: str
    strategy: str
    instrument_id: str
    tag: str
    side: Side
    order_type: OrderType
    ord_status: OrderStatus
    price: Price | None
    order_qty: Quantity
    cum_qty: Quantity
    leaves_qty: Quantity


@dataclass(frozen=True)
class SnapshotQuote:
    """The best bid and offer of one instrument; a price is None where a side is empty."""

    bid_price: Price | None
    bid_quantity: Quantity
    ask_price: Price | None
    ask_quantity: Quantity


@dataclass(frozen=True)
class SnapshotStrategy:
    """One strategy: its state, its positions by instrument, and what it published last."""

    state: StrategyState
    positions: Mapping[str, SnapshotPosition]
    published: Mapping[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """A run at one instant between two events; it never changes.

    Attributes
    ----------
    version : int
        1, 2, 3, ...: a later snapshot has a higher one.
    ts_ns : int
        The kernel's time, nanoseconds since 1970 UTC.
    strategies : Mapping[str, SnapshotStrategy]
        By name.
    orders : tuple of SnapshotOrder
        The open ones, by strategy, then instrument, then age.
    quotes : Mapping[str, SnapshotQuote]
        By instrument.
    cash : Mapping[str, Money]
        By currency.
    """

    version: int
    ts_ns: int
    strategies: Mapping[str, SnapshotStrategy]
    orders: tuple[SnapshotOrder, ...]
    quotes: Mapping[str, SnapshotQuote]
    cash: Mapping[str, Money]


def make_snapshot(
    raw: tuple[Any, ...],
    names: Sequence[str],
    instruments: Sequence[Instrument],
    tags: Mapping[str, int],
    compiled: Collection[int],
) -> Snapshot:
    """Name the engine's numbers; the tags of `compiled` strategies are numbers of their own."""
    version, ts, positions, orders, quotes, cash, strategies = raw
    ids = [instrument.id for instrument in instruments]
    texts = {number: tag for tag, number in list(tags.items())}

    def tag_text(strategy: int, tag: int) -> str:
        return str(tag) if tag and strategy in compiled else texts.get(tag, "")

    held: dict[int, dict[str, SnapshotPosition]] = {index: {} for index in range(len(names))}
    for strategy, instrument, *figures in positions:
        held[strategy][ids[instrument]] = SnapshotPosition(*figures)
    return Snapshot(
        version=version,
        ts_ns=ts,
        strategies=MappingProxyType(
            {
                names[index]: SnapshotStrategy(
                    state,
                    MappingProxyType(held[index]),
                    MappingProxyType(decoded(published) if published else {}),
                )
                for index, (state, published) in enumerate(strategies)
            }
        ),
        orders=tuple(
            SnapshotOrder(
                f"{names[strategy]}-{number}", names[strategy], ids[instrument], tag_text(strategy, tag), *figures
            )
            for number, strategy, instrument, tag, *figures in orders
        ),
        quotes=MappingProxyType({ids[index]: SnapshotQuote(*quote) for index, quote in enumerate(quotes)}),
        cash=MappingProxyType(dict(cash)),
    )
