"""Picks the queue model that errs least, on order-by-order data or on one's own fills, and states its bias."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from pytrader._core import LOGGED_ORDER, QueueAudit, QueueModel, audit_fill_log
from pytrader.errors import InvalidArgument
from pytrader.model.records import L2_EVENT, TRADE, refuse_masked
from pytrader.simulation.queue_bias import QueueBias, bias_of, chosen_models, l3_parts, rows_of, stream_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from pytrader.data import MarketData

__all__ = ["CANDIDATES", "LOGGED_ORDER", "QueueCalibration", "calibrate_queue_model"]

CANDIDATES: Final = (
    "risk_averse",
    *(f"power_of_ahead:{n}" for n in (16, 8, 4, 3, 2)),
    *(f"power:{n}" for n in (1, 2, 3, 5)),
    *(f"power_of_total:{n}" for n in (2, 3, 4, 8, 16)),
    "logarithm",
    "logarithm_of_total",
    "front",
)
"""What `calibrate_queue_model` picks from unless told otherwise: from all cancels behind to all ahead."""

Criterion = Literal["fill_rate", "misjudged_fills", "queue_error"]
_CRITERIA: Final[dict[Criterion, Callable[[QueueBias], float]]] = {
    "fill_rate": lambda bias: abs(bias.fill_rate_bias),
    "misjudged_fills": lambda bias: bias.false_fill_rate + bias.missed_fill_rate,
    "queue_error": lambda bias: abs(bias.queue_error),
}


@dataclass(frozen=True)
class QueueCalibration:
    """The model that a calibration picked, and how wrong it was on orders that it was not picked by.

    Attributes
    ----------
    model : QueueModel
        The one that erred least on the first half.
    bias : QueueBias
        Its bias on the second half. `Backtest(queue_model=calibration)` shows it in the report.
    candidates : tuple of QueueBias
        Every candidate on the first half, in the order in which they were given.
    criterion : str
        What was least.
    """

    model: QueueModel
    bias: QueueBias
    candidates: tuple[QueueBias, ...]
    criterion: Criterion


def calibrate_queue_model(
    data: MarketData | npt.NDArray[np.void],
    models: Iterable[QueueModel | str] = CANDIDATES,
    *,
    orders: npt.NDArray[np.void] | None = None,
    criterion: Criterion = "fill_rate",
    life_rows: int = 400,
    quantity_lots: int = 1,
    name: str | None = None,
) -> QueueCalibration:
    """Pick a queue model by the first half of the data, and measure its bias on the second.

    Parameters
    ----------
    data : MarketData or numpy.ndarray
        Without ``orders``: order-by-order market data, or rows of ``L3_EVENT``. With them: market data with price
        levels, of which the first instrument that has such a stream is taken, with its trades if it has a stream of
        them.
    models : iterable of QueueModel or str
        What is picked from; of equals the first.
    orders : numpy.ndarray, optional
        One's own resting orders as a live venue filled them, of dtype ``LOGGED_ORDER``: ``ts_joined`` and ``ts_left``
        in nanoseconds of the venue's clock, within the time of the data, ``side`` (1 buy, 2 sell), ``price`` in ticks,
        ``quantity`` and ``filled`` in lots.
    criterion : {"fill_rate", "misjudged_fills", "queue_error"}
        What is to be least: the absolute bias of the fill rate; the share of lots filled wrongly or wrongly not, order
        by order; the absolute mean error in lots ahead, which a fill log does not tell.
    life_rows, quantity_lots : int
        As `pytrader.simulation.measure_queue_models`; not used with ``orders``.
    name : str, optional
        What the result calls the data; default its source.

    Raises
    ------
    InvalidArgument
        No models, data or orders that do not fit, or a half in which no order could be tried.
    """
    chosen = chosen_models(models)
    if criterion not in _CRITERIA or (orders is not None and criterion == "queue_error"):
        known = [each for each in _CRITERIA if orders is None or each != "queue_error"]
        raise InvalidArgument(f"criterion is {criterion!r}; give one of {', '.join(known)}")
    if orders is None:
        halves = _halves_of_rows(data, chosen, life_rows, quantity_lots)
    else:
        halves = _halves_of_log(data, chosen, orders)
    source = name if name is not None else getattr(data, "source", "rows")
    first, second = (
        tuple(bias_of(model, source, [figures]) for model, figures in zip(chosen, half, strict=True)) for half in halves
    )
    if first[0].orders == 0 or second[0].orders == 0:
        raise InvalidArgument(f"{source} is too short: each half must have an order whose life is over")
    best = min(range(len(chosen)), key=lambda at: _CRITERIA[criterion](first[at]))
    return QueueCalibration(chosen[best], second[best], first, criterion)


Figures = list[dict[str, int]]


def _halves_of_rows(
    data: MarketData | npt.NDArray[np.void], models: list[QueueModel], life_rows: int, quantity_lots: int
) -> tuple[Figures, Figures]:
    """Audit the whole, because the second half needs the book of the first, and take the first half's figures off."""
    audit = QueueAudit(models, life_rows=life_rows, quantity_lots=quantity_lots)
    count, parts = l3_parts(data)
    seen, first = 0, None
    for part in parts:
        if first is None and seen + len(part) >= count // 2:
            audit.apply(part[: count // 2 - seen])
            first = audit.figures()
            audit.apply(part[count // 2 - seen :])
        else:
            audit.apply(part)
        seen += len(part)
    early = first if first is not None else audit.figures()
    late = [{key: whole[key] - half[key] for key in whole} for whole, half in zip(audit.figures(), early, strict=True)]
    return early, late


def _halves_of_log(
    data: MarketData | npt.NDArray[np.void], models: list[QueueModel], orders: npt.NDArray[np.void]
) -> tuple[Figures, Figures]:
    levels = stream_of(data, "l2")
    if levels is None:
        raise InvalidArgument("a fill log is compared with price levels (l2), and the data has no such stream")
    trades = stream_of(data, "trade", levels.instrument)
    level_rows = rows_of(levels.columns, L2_EVENT)
    trade_rows = rows_of(trades.columns, TRADE) if trades is not None else np.zeros(0, TRADE)
    if getattr(orders, "dtype", None) != LOGGED_ORDER:
        raise InvalidArgument(f"orders must be an array of dtype LOGGED_ORDER, got {orders!r}")
    refuse_masked(orders, "orders")
    by_time = orders[np.argsort(orders["ts_joined"], kind="stable")]
    middle = len(by_time) // 2
    first, second = (
        audit_fill_log(models, np.ascontiguousarray(half), level_rows, trade_rows)
        for half in (by_time[:middle], by_time[middle:])
    )
    _check_span(by_time, level_rows, trade_rows)
    return first, second


def _check_span(orders: npt.NDArray[np.void], levels: npt.NDArray[np.void], trades: npt.NDArray[np.void]) -> None:
    """Refuse orders of which the data does not tell the whole life: what they say of a model would be by chance."""
    begin = int(levels["ts_event"].min()) if len(levels) else 0
    end = max(int(rows["ts_event"].max()) if len(rows) else 0 for rows in (levels, trades))
    outside = np.flatnonzero((orders["ts_joined"] < begin) | (orders["ts_left"] > end))
    if len(outside):
        one = orders[outside[0]]
        raise InvalidArgument(
            f"{len(outside)} of {len(orders)} logged orders rested at times that the data does not cover: one from "
            f"{one['ts_joined']} to {one['ts_left']} ns, the data from {begin} to {end} ns; leave them out, or give "
            "the data of their time"
        )
