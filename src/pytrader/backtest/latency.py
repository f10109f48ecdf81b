"""How long market data, requests and reports are on their way in a back-test."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from pytrader._core import BacktestEngine, LatencyModel
from pytrader._strategy import duration_ns
from pytrader.errors import InvalidArgument
from pytrader.model import Fixed

RequestKind: TypeAlias = Literal["new", "cancel", "replace"]
REQUEST_KINDS: Final[tuple[RequestKind, ...]] = ("new", "cancel", "replace")
ROW_FIELDS: Final = ("request_ts", "exchange_ts", "response_ts")
_SIGMA_DECIMALS = 6
_MOST_DRAWS = 100_000_000


@dataclass(frozen=True)
class Latency:
    """A latency: constant, drawn from a seeded distribution, or interpolated between measured rows.

    Made by its class methods. Times are text such as ``"500us"`` or whole nanoseconds, from 0 to about 13 days. Draws
    need integers alone, so that every machine draws the same; ``seed`` is 0 to 2**63 - 1. What a distribution would
    draw beyond ``minimum`` or ``maximum`` is that end. ``may_overtake`` lets a request or report arrive before those
    that left earlier; without it, it waits for them.

    Attributes
    ----------
    text : str
        What it is, for people.
    model : LatencyModel
        What requests, market data or reports take.
    response : LatencyModel or None
        What reports take, where the rows of `from_rows` tell it apart.
    """

    text: str
    model: LatencyModel
    response: LatencyModel | None = None

    @classmethod
    def constant(cls, latency: str | int) -> Latency:
        """Give every message this latency."""
        ns = _ns(latency, "latency")
        return cls(f"{ns} ns", LatencyModel("constant", minimum_ns=ns, maximum_ns=ns))

    @classmethod
    def uniform(cls, minimum: str | int, maximum: str | int, *, seed: int, may_overtake: bool = False) -> Latency:
        """Draw every whole nanosecond from ``minimum`` to ``maximum`` alike."""
        least, most = _ns(minimum, "minimum"), _ns(maximum, "maximum")
        text = f"uniform {least} to {most} ns, seed {seed}"
        return cls(
            text, LatencyModel("uniform", minimum_ns=least, maximum_ns=most, seed=seed, may_overtake=may_overtake)
        )

    @classmethod
    def exponential(
        cls, mean: str | int, *, maximum: str | int, seed: int, minimum: str | int = 0, may_overtake: bool = False
    ) -> Latency:
        """Draw ``minimum`` and an exponential excess; ``mean`` is that of both together."""
        least, most = _ns(minimum, "minimum"), _ns(maximum, "maximum")
        excess = _ns(mean, "mean") - least
        if excess < 0:
            raise InvalidArgument(f"mean {mean!r} is below minimum {minimum!r}: the excess can not be negative")
        text = f"exponential, mean {excess + least} ns, seed {seed}"
        return cls(
            text,
            LatencyModel(
                "exponential", minimum_ns=least, maximum_ns=most, scale=excess, seed=seed, may_overtake=may_overtake
            ),
        )

    @classmethod
    def normal(
        cls,
        mean: str | int,
        deviation: str | int,
        *,
        maximum: str | int,
        seed: int,
        minimum: str | int = 0,
        may_overtake: bool = False,
    ) -> Latency:
        """Draw from a normal distribution of this mean and standard deviation."""
        least, most = _ns(minimum, "minimum"), _ns(maximum, "maximum")
        location, scale = _ns(mean, "mean"), _ns(deviation, "deviation")
        model = LatencyModel(
            "normal",
            minimum_ns=least,
            maximum_ns=most,
            location_ns=location,
            scale=scale,
            seed=seed,
            may_overtake=may_overtake,
        )
        return cls(f"normal, mean {location} ns, deviation {scale} ns, seed {seed}", model)

    @classmethod
    def lognormal(
        cls,
        median: str | int,
        sigma: str | int,
        *,
        maximum: str | int,
        seed: int,
        minimum: str | int = 0,
        may_overtake: bool = False,
    ) -> Latency:
        """Draw from a lognormal distribution; ``sigma``, exact text such as ``"0.5"``, is that of the logarithm."""
        least, most = _ns(minimum, "minimum"), _ns(maximum, "maximum")
        location = _ns(median, "median")
        scale = Fixed(sigma).scaled(_SIGMA_DECIMALS)
        model = LatencyModel(
            "lognormal",
            minimum_ns=least,
            maximum_ns=most,
            location_ns=location,
            scale=scale,
            seed=seed,
            may_overtake=may_overtake,
        )
        return cls(f"lognormal, median {location} ns, sigma {sigma}, seed {seed}", model)

    @classmethod
    def from_rows(cls, rows: npt.NDArray[Any], *, may_overtake: bool = False) -> Latency:
        """Interpolate between recorded requests.

        Parameters
        ----------
        rows : numpy.ndarray
            ``request_ts``, ``exchange_ts`` and ``response_ts`` in nanoseconds: a structured array with these fields,
            or three columns of int64, in order of ``request_ts``. A row whose ``exchange_ts`` is before its
            ``request_ts`` tells of a request that was lost, known ``request_ts - exchange_ts`` after it was sent;
            one whose ``exchange_ts`` is 0 or less, of one known to be lost at ``response_ts``, which is later than
            its ``request_ts``.
        may_overtake : bool
            See the class.

        Raises
        ------
        InvalidArgument
            Rows of another shape, out of order, with a response before the exchange had the request, with a loss
            known when its request was sent or before, or all lost.
        """
        request, exchange, response = _row_columns(rows)
        lost = exchange < request
        known = np.where(exchange > 0, request - exchange, response - request)
        _check_rows(request, exchange, response, lost, known)
        if bool(lost.all()):
            raise InvalidArgument("every row of the latencies is a lost request: there is nothing to interpolate")
        entry = LatencyModel(
            "measured", times=request, latencies=np.where(lost, -known, exchange - request), may_overtake=may_overtake
        )
        order = np.argsort(exchange[~lost], kind="stable")
        back = LatencyModel(
            "measured",
            times=exchange[~lost][order],
            latencies=(response - exchange)[~lost][order],
            may_overtake=may_overtake,
        )
        return cls(f"{len(request)} measured rows", entry, back)

    def draws(self, count: int) -> npt.NDArray[np.int64]:
        """Return the first ``count`` latencies that new-order requests would have, sent one nanosecond apart."""
        if not 0 <= count <= _MOST_DRAWS:
            raise InvalidArgument(f"count is {count!r}; give a whole number from 0 to {_MOST_DRAWS:,}")
        return self.model.draws(np.arange(operator.index(count), dtype=np.int64))

    def __repr__(self) -> str:
        """Return what it is."""
        return f"<Latency: {self.text}>"


OneLatency: TypeAlias = "str | int | Latency"
OrderLatency: TypeAlias = "OneLatency | Mapping[RequestKind, OneLatency]"


@dataclass(frozen=True)
class Latencies:
    """All latencies of a back-test, checked.

    Attributes
    ----------
    feed, response : LatencyModel
        Of market data and of reports.
    requests : dict
        Of each kind of request.
    """

    feed: LatencyModel
    requests: dict[RequestKind, LatencyModel]
    response: LatencyModel

    @classmethod
    def of(cls, feed: OneLatency, order: OrderLatency, response: OneLatency | None) -> Latencies:
        """Read what `Backtest` was given; without a response latency reports take what new orders take."""
        if isinstance(order, Mapping):
            for kind in order:
                if kind not in REQUEST_KINDS:
                    raise InvalidArgument(f"order_latency names {kind!r}; requests are {', '.join(REQUEST_KINDS)}")
            if "new" not in order:
                raise InvalidArgument("order_latency must name 'new'; cancel and replace take its latency if left out")
            requests = {kind: _latency(order.get(kind, order["new"]), "order_latency") for kind in REQUEST_KINDS}
        else:
            requests = dict.fromkeys(REQUEST_KINDS, _latency(order, "order_latency"))
        back = requests["new"] if response is None else _latency(response, "response_latency")
        market = _latency(feed, "feed_latency")
        if market.response is not None:
            raise InvalidArgument("feed_latency can not be rows of requests: give a constant or a distribution")
        return cls(market.model, {kind: one.model for kind, one in requests.items()}, back.response or back.model)

    def for_connection(
        self, feed: OneLatency | None, order: OrderLatency | None, response: OneLatency | None
    ) -> Latencies:
        """Read what a venue states of its own; what is None is as here, and reports go with new orders."""
        own = Latencies.of("0ms" if feed is None else feed, "0ms" if order is None else order, response)
        return Latencies(
            self.feed if feed is None else own.feed,
            self.requests if order is None else own.requests,
            self.response if order is None and response is None else own.response,
        )

    def set_on(self, engine: BacktestEngine) -> None:
        """Tell the engine of a run."""
        engine.set_feed_latency(self.feed)
        self.set_hops(engine)

    def set_hops(self, engine: BacktestEngine, connection: int = 0) -> None:
        """Tell the engine how long requests and reports are on their way."""
        for kind, model in self.requests.items():
            engine.set_request_latency(kind, model, connection)
        engine.set_response_latency(self.response, connection)


def _latency(given: OneLatency, name: str) -> Latency:
    return given if isinstance(given, Latency) else Latency.constant(_ns(given, name))


def _ns(value: str | int, name: str) -> int:
    nanoseconds = duration_ns(value, name)
    if nanoseconds < 0:
        raise InvalidArgument(f"{name} must not be negative, got {value!r}")
    return nanoseconds


def _check_rows(
    request: npt.NDArray[np.int64],
    exchange: npt.NDArray[np.int64],
    response: npt.NDArray[np.int64],
    lost: npt.NDArray[np.bool_],
    known: npt.NDArray[np.int64],
) -> None:
    # A loss is told from a latency by its sign, so one that is known at once would be none.
    broken = np.flatnonzero(np.where(lost, known <= 0, response < exchange))
    if not broken.size:
        return
    row = int(broken[0])
    if not lost[row]:
        raise InvalidArgument(f"row {row} of the latencies has a response before what it answers")
    raise InvalidArgument(
        f"row {row} of the latencies has a request lost at response_ts {response[row]}, which must be after its "
        f"request_ts {request[row]}: give the later time at which the loss was known, or leave the row out"
    )


def _row_columns(rows: object) -> list[npt.NDArray[np.int64]]:
    columns: list[npt.NDArray[Any]]
    if isinstance(rows, np.ndarray) and set(ROW_FIELDS) <= set(rows.dtype.names or ()):
        columns = [rows[name] for name in ROW_FIELDS]
    elif isinstance(rows, np.ndarray) and rows.ndim == 2 and rows.shape[1] == len(ROW_FIELDS):
        columns = list(rows.T)
    else:
        raise InvalidArgument(f"rows must have the fields {', '.join(ROW_FIELDS)} or three columns, got {rows!r}")
    if len(columns[0]) == 0 or any(column.dtype != np.int64 for column in columns):
        raise InvalidArgument("rows of latencies must be int64 nanoseconds, at least one row")
    return [np.ascontiguousarray(column) for column in columns]
