"""How wrong each queue model is, measured: the same own orders where the queue is known and where it is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pytrader._core import QueueAudit, QueueModel
from pytrader.errors import InvalidArgument
from pytrader.model.records import FLAG_LAST, L3_EVENT, refuse_masked
from pytrader.simulation.queue_world import REGIMES, Regime, queue_world

if TYPE_CHECKING:
    import numpy.typing as npt

    from pytrader.data import MarketData, Stream
    from pytrader.data.market_data import Column
    from pytrader.model import Instrument

MODELS = ("risk_averse", "power:1", "power:3", "power_of_total:2", "power_of_ahead:2", "logarithm", "front")
"""What `queue_bias` measures unless told otherwise."""

_ROWS_AT_ONCE = 1 << 20
_BINARY = 2**32


@dataclass(frozen=True)
class QueueBias:
    """One model against the truth, on one piece of order-by-order data.

    Attributes
    ----------
    model : QueueModel
        The model.
    data : str
        What it was measured on.
    orders : int
        Own orders that were tried, each at the venue that knows its place and at the one that guesses it.
    queue_error, absolute_queue_error : float
        Lots ahead, guess less truth: the mean over rows at the order's level, and the mean of the sizes. NaN without
        such rows.
    true_fill_rate, fill_rate : float
        Share of the ordered lots that filled in truth, and by the model. NaN without orders.
    false_fill_rate, missed_fill_rate : float
        Share of the ordered lots that the model filled and the truth did not, and the other way round.
    """

    model: QueueModel
    data: str
    orders: int
    queue_error: float
    absolute_queue_error: float
    true_fill_rate: float
    fill_rate: float
    false_fill_rate: float
    missed_fill_rate: float

    @property
    def fill_rate_bias(self) -> float:
        """Fill rate of the model less the true one: 0.01 is one percentage point too many."""
        return self.fill_rate - self.true_fill_rate

    def __str__(self) -> str:
        """Return the bias in one line."""
        return (
            f"{self.model}: fill rate {100 * self.fill_rate_bias:+.2f} pp (true {100 * self.true_fill_rate:.1f} %), "
            f"lots ahead {self.queue_error:+.2f}, measured with {self.orders:,} orders on {self.data}"
        )


def measure_queue_models(
    rows: npt.NDArray[np.void] | MarketData,
    models: Iterable[QueueModel | str] = MODELS,
    *,
    life_rows: int = 400,
    quantity_lots: int = 1,
    name: str | None = None,
) -> tuple[QueueBias, ...]:
    """Measure queue models on order-by-order data.

    One own order at a time rests at each best price, for ``life_rows`` rows. A venue that has the order-by-order rows
    knows its place; one venue a model hears of the same rows as trades and levels and guesses it.

    Parameters
    ----------
    rows : MarketData or numpy.ndarray
        Market data whose first order-by-order stream is taken, or rows of ``L3_EVENT``.
    models : iterable of QueueModel or str
        What is measured.
    life_rows : int
        Rows until an own order is canceled and the next one joins, 1 to 2**32.
    quantity_lots : int
        Lots of an own order, 1 to 2**24.
    name : str, optional
        What the result calls the data; default its source.

    Returns
    -------
    tuple of QueueBias
        One a model, in their order.

    Raises
    ------
    InvalidArgument
        No models, a text that names none, data without an order-by-order stream, or a number out of its range.
    """
    chosen = chosen_models(models)
    audit = QueueAudit(chosen, life_rows=life_rows, quantity_lots=quantity_lots)
    for part in l3_parts(rows)[1]:
        audit.apply(part)
    source = name if name is not None else getattr(rows, "source", "rows")
    return tuple(bias_of(model, source, [figures]) for model, figures in zip(chosen, audit.figures(), strict=True))


def queue_bias(
    models: Iterable[QueueModel | str] = MODELS,
    regimes: Sequence[Regime] = REGIMES,
    *,
    steps: int = 200_000,
    seeds: Sequence[int] = (1, 2, 3, 4, 5),
    life_rows: int = 150,
    quantity_lots: int = 1,
) -> dict[Regime, tuple[QueueBias, ...]]:
    """Measure queue models on a synthetic exchange whose cancels hit where each regime says.

    Parameters
    ----------
    models, life_rows, quantity_lots
        As `measure_queue_models`.
    regimes : sequence of {"size", "tail", "front"}
        Where cancels hit; see `pytrader.simulation.queue_world.queue_world`.
    steps : int
        Steps of the exchange for each seed.
    seeds : sequence of int
        The runs of one regime; their orders count together.

    Returns
    -------
    dict
        For each regime one `QueueBias` a model.

    Raises
    ------
    InvalidArgument
        No models or seeds, a text that names none, or a number out of its range.
    """
    chosen = chosen_models(models)
    seeds = tuple(seeds)
    if not seeds:
        raise InvalidArgument("seeds is empty; give at least one whole number")
    table: dict[Regime, tuple[QueueBias, ...]] = {}
    for regime in regimes:
        audits = [QueueAudit(chosen, life_rows=life_rows, quantity_lots=quantity_lots) for _ in seeds]
        for audit, seed in zip(audits, seeds, strict=True):
            audit.apply(queue_world(regime, steps, seed))
        figures = [audit.figures() for audit in audits]
        table[regime] = tuple(
            bias_of(model, f"cancels by {regime}", [each[at] for each in figures]) for at, model in enumerate(chosen)
        )
    return table


def bias_table(table: dict[Regime, tuple[QueueBias, ...]]) -> str:
    """Lay out what `queue_bias` returned: queue error in lots and, in brackets, fill-rate bias in percentage points."""
    names = [str(bias.model) for bias in next(iter(table.values()), ())]
    lines = ["| cancels hit | true fill rate | " + " | ".join(names) + " |", "|---|---" + "|---" * len(names) + "|"]
    for regime, biases in table.items():
        cells = [f"{bias.queue_error:+.2f} ({100 * bias.fill_rate_bias:+.2f})" for bias in biases]
        lines.append(f"| {regime} | {100 * biases[0].true_fill_rate:.1f} % | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def chosen_models(models: Iterable[QueueModel | str]) -> list[QueueModel]:
    """Return the models, at least one, as such."""
    if isinstance(models, str | QueueModel) or not isinstance(models, Iterable):
        raise InvalidArgument(f"models is {models!r}; give a list of queue models, such as ['risk_averse', 'power:3']")
    chosen = []
    for model in models:
        if not isinstance(model, str | QueueModel):
            raise InvalidArgument(f"{model!r} is no queue model; give a QueueModel or its text, such as 'power:3'")
        chosen.append(model if isinstance(model, QueueModel) else QueueModel(model))
    if not chosen:
        raise InvalidArgument("no queue models to measure; give at least one")
    return chosen


def stream_of(data: object, kind: str, instrument: Instrument | None = None) -> Stream | None:
    """Return the first stream of this kind, and of this instrument if one is named."""
    for stream in getattr(data, "streams", ()):
        if stream.kind == kind and instrument in (None, stream.instrument):
            found: Stream = stream
            return found
    return None


def l3_parts(data: MarketData | npt.NDArray[np.void]) -> tuple[int, Iterator[npt.NDArray[np.void]]]:
    """Return how many order-by-order rows there are, and the rows in parts."""
    if isinstance(data, np.ndarray):
        refuse_masked(data, "the order-by-order data")
        if data.dtype == L3_EVENT and (data["ts_init"][1:] < data["ts_init"][:-1]).any():
            raise InvalidArgument("the order-by-order rows go back in time (ts_init); give them in order")
        return len(data), iter((data,))
    stream = stream_of(data, "l3")
    if stream is None:
        raise InvalidArgument("the truth of a queue needs order-by-order data (l3), and there is no such stream")
    columns = stream.columns
    cuts = [slice(at, at + _ROWS_AT_ONCE) for at in range(0, len(stream), _ROWS_AT_ONCE)]
    return len(stream), (rows_of({name: column[cut] for name, column in columns.items()}, L3_EVENT) for cut in cuts)


def rows_of(columns: Mapping[str, Column], dtype: np.dtype[np.void]) -> npt.NDArray[np.void]:
    """Return the columns of a stream as rows, with what it leaves out filled in."""
    rows = np.zeros(len(columns["ts_event"]), dtype)
    rows["ts_init"] = columns["ts_event"]
    if "flags" in (dtype.names or ()):
        rows["flags"] = FLAG_LAST
    for name, column in columns.items():
        rows[name] = column
    return rows


def bias_of(model: QueueModel, data: str, parts: Sequence[dict[str, int]]) -> QueueBias:
    """Make one bias of the figures that audits of this model counted."""
    figures = {name: sum(part[name] for part in parts) for name in parts[0]}

    def of_lots(count: int) -> float:
        return count / figures["ordered_lots"] if figures["ordered_lots"] else float("nan")

    def of_samples(total: int) -> float:
        return total / (_BINARY * figures["samples"]) if figures["samples"] else float("nan")

    return QueueBias(
        model=model,
        data=data,
        orders=figures["orders"],
        queue_error=of_samples(figures["error"]),
        absolute_queue_error=of_samples(figures["absolute_error"]),
        true_fill_rate=of_lots(figures["true_lots"]),
        fill_rate=of_lots(figures["filled_lots"]),
        false_fill_rate=of_lots(figures["false_lots"]),
        missed_fill_rate=of_lots(figures["missed_lots"]),
    )
