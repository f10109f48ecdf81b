"""What a back-test leaves behind: every order, every fill, the equity curve, and the figures drawn from them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from pytrader.backtest.venue_models import QueueModelUse
    from pytrader.model import Fixed, Instrument, Money, Price, Quantity


@dataclass(frozen=True)
class AccountSummary:
    """One currency of the account at the end of the run.

    Attributes
    ----------
    currency : str
        Its code.
    opening, cash, equity : Money
        What the run began with; the cash at the end; cash plus the value of open positions at the last price.
    """

    currency: str
    opening: Money
    cash: Money
    equity: Money


@dataclass(frozen=True)
class PositionSummary:
    """One strategy's position in one instrument at the end of the run.

    Attributes
    ----------
    strategy, instrument_id : str
        Whose, and of what.
    quantity : Fixed
        Signed: negative is short.
    average_price : Fixed or None
        Average cost of what is open; None when flat.
    realized_pnl : Money
        Of what was closed, before fees.
    unrealized_pnl : Money or None
        Of what is open, at ``last_price``; None when there was none.
    fees : Money
        Paid; negative is a net rebate.
    income : Money
        Funding, dividends, borrow cost and rollover, received less paid.
    max_position : Quantity
        The largest absolute position of the run.
    last_price : Price or None
        What the open position is valued at: the mid price, the last price where a side is empty.
    """

    strategy: str
    instrument_id: str
    quantity: Fixed
    average_price: Fixed | None
    realized_pnl: Money
    unrealized_pnl: Money | None
    fees: Money
    income: Money
    max_position: Quantity
    last_price: Price | None


@dataclass(frozen=True)
class InsuranceSummary:
    """The venue's insurance fund of one currency at the end of a run with margin.

    Attributes
    ----------
    currency : str
        Its code.
    balance : Money
        What is in it.
    uncovered : Money
        Losses beyond margins that neither it nor holders of the other side paid.
    """

    currency: str
    balance: Money
    uncovered: Money


@dataclass(frozen=True)
class BookFaults:
    """How often a book found one kind of fault in the rows of its feed.

    Attributes
    ----------
    instrument_id : str
        Whose book.
    fault : str
        The kind, as in ``docs/books.md``: rows with it were left out, but for ``crossed`` ones, which were kept.
    count : int
        How many rows.
    """

    instrument_id: str
    fault: str
    count: int


@dataclass(frozen=True)
class EarlyRows:
    """Rows of one instrument that were received before they happened, by the two clocks of the data.

    They reach strategies as if received when they happened.

    Attributes
    ----------
    instrument_id : str
        Whose rows.
    count : int
        Rows whose ``ts_init`` is before their ``ts_event``; a ``ts_init`` that is missing (0) counts.
    """

    instrument_id: str
    count: int


@dataclass(frozen=True)
class SyntheticSummary:
    """A synthetic price that strategies of the run have made.

    Attributes
    ----------
    name : str
        What it is called by.
    tick_size : Fixed
        What stops of orders that wait for it are counted in.
    """

    name: str
    tick_size: Fixed


@dataclass(frozen=True)
class HandlerError:
    """An exception that left a handler, and what the strategy's error policy did about it.

    Attributes
    ----------
    strategy : str
        Whose handler.
    ts_ns : int
        The kernel's time, nanoseconds since 1970 UTC.
    event : str
        What it was handling: ``"quote"``, ``"fill"``, ``"timer"``, ...
    instrument_id : str
        Of the event; empty for ``"start"``, ``"stop"``, ``"timer"`` and the like.
    place : str
        The same as one sentence, with the time as text.
    error_type, message, traceback : str
        The exception's class, its text, and where it was raised.
    action : str
        ``"stop"``, ``"pause"``, ``"cancel"``, ``"flatten"``, or ``"continue"`` where the policy did nothing: fewer
        errors than it allows, or it had acted before.
    settled_ns : int or None
        When everything that the action asked for was done; None when the run ended before.
    """

    strategy: str
    ts_ns: int
    event: str
    instrument_id: str
    place: str
    error_type: str
    message: str
    traceback: str
    action: str
    settled_ns: int | None


@dataclass(frozen=True, eq=False, repr=False)
class BacktestResult:
    """The outcome of one run.

    Attributes
    ----------
    orders, fills, equity : numpy.ndarray
        Structured arrays of 64-bit integers, one row an order, a fill, a sample of the equity curve
        (``ORDER_ROW``, ``FILL_ROW``, ``EQUITY_ROW``; `docs/results.md` has the columns).
    cash_events : numpy.ndarray
        What money events did to positions, one row each (``CASH_EVENT_ROW``).
    order_events : numpy.ndarray or None
        Every order event of a run with ``record_events=True`` (``EVENT_ROW``), else no rows.
    refused_reports : numpy.ndarray or None
        Reports of venues that were not taken as they came, with the reason (``REFUSED_ROW``): the first 65,536.
    instruments : tuple of Instrument
        What the ``instrument`` column counts.
    strategies : tuple of str
        What the ``strategy`` column counts.
    accounts : tuple of AccountSummary
        One a currency; what the ``currency`` column of ``equity`` counts.
    positions : tuple of PositionSummary
        One for each strategy and instrument that traded or could have.
    events : int
        Rows of market data that the run took.
    run_seconds, cpu_seconds : float
        Wall-clock and processor time of the run.
    digest : str
        Sixteen hexadecimal digits over all inputs and outputs: equal runs have equal digests.
    seed : int
        What the strategies' random numbers began from.
    finished : bool
        False when the run was stopped before the end of its data.
    start_ns, end_ns : int
        The first and the last instant of the run, nanoseconds since 1970 UTC.
    source : str
        Where the market data came from.
    tags : tuple of str
        What the ``tag`` column of ``orders`` counts.
    synthetics : tuple of SyntheticSummary
        What the ``trigger_symbol`` column of ``orders`` counts from 1 on.
    insurance : tuple of InsuranceSummary
        The venue's insurance funds, one a currency; empty without margin.
    book_faults : tuple of BookFaults
        What the books found wrong with the rows of their feeds, empty for sound data.
    early_rows : tuple of EarlyRows
        Instruments with rows whose receiver's clock was before the venue's, empty for sound data.
    queue_models : tuple of QueueModelUse
        For each instrument what told the places of own orders in queues, and how wrong that is where it is known.
    errors : tuple of HandlerError
        Every exception that left a handler, in order.
    """

    orders: npt.NDArray[np.void]
    fills: npt.NDArray[np.void]
    equity: npt.NDArray[np.void]
    cash_events: npt.NDArray[np.void]
    instruments: tuple[Instrument, ...]
    strategies: tuple[str, ...]
    accounts: tuple[AccountSummary, ...]
    positions: tuple[PositionSummary, ...]
    events: int
    run_seconds: float
    cpu_seconds: float
    digest: str
    finished: bool
    start_ns: int
    end_ns: int
    source: str
    tags: Sequence[str] = ("",)
    synthetics: tuple[SyntheticSummary, ...] = ()
    seed: int = 0
    book_faults: tuple[BookFaults, ...] = ()
    insurance: tuple[InsuranceSummary, ...] = ()
    early_rows: tuple[EarlyRows, ...] = ()
    queue_models: tuple[QueueModelUse, ...] = ()
    errors: tuple[HandlerError, ...] = ()
    order_events: npt.NDArray[np.void] | None = None
    refused_reports: npt.NDArray[np.void] | None = None

    def summary(self) -> dict[str, Any]:
        """Draw the run's figures: plain numbers, text for exact amounts, fit for JSON.

        Returns
        -------
        dict
            ``docs/results.md`` lists the keys. Amounts of money, prices and quantities are exact text; ratios and
            times are floats. ``None`` stands where there is nothing to say.
        """
        from pytrader.backtest.figures import summarize

        return summarize(self)

    def to_arrow(self, name: str) -> Any:
        """Return one of the tables that `write` writes, as a `pyarrow.Table`.

        Parameters
        ----------
        name : {"orders", "fills", "cash_events", "equity", "order_events"}
            Which; ``docs/results.md`` lists the columns. Names stand for codes, decimals for ticks and lots.

        Raises
        ------
        ConfigError
            For another name, or where pyarrow is not installed (``pip install pytrader[parquet]``).
        """
        from pytrader.backtest.frames import arrow_table

        return arrow_table(self, name)

    def to_pandas(self, name: str) -> Any:
        """Return the same as a `pandas.DataFrame` of Arrow-backed columns, exact; needs pandas and pyarrow."""
        from pytrader.backtest.frames import pandas_frame

        return pandas_frame(self, name)

    def to_polars(self, name: str) -> Any:
        """Return the same as a `polars.DataFrame`, exact; needs polars and pyarrow."""
        from pytrader.backtest.frames import polars_frame

        return polars_frame(self, name)

    def __repr__(self) -> str:
        """Return one line that tells runs apart."""
        ending = "" if self.finished else ", stopped early"
        counts = f"{self.events} events, {len(self.orders)} orders, {len(self.fills)} fills"
        return f"<BacktestResult of {self.source}: {counts}, digest {self.digest}{ending}>"

    def __str__(self) -> str:
        """Return the figures as a table of plain text."""
        from pytrader.backtest.report import table

        return table(self.summary())

    def write(self, directory: str | os.PathLike[str], format: str = "parquet", *, force: bool = False) -> None:
        """Write orders, fills and equity as files, with the summary as JSON beside them.

        The folder appears complete or not at all.

        Parameters
        ----------
        directory
            Where to; created with its parents.
        format : {"parquet", "csv"}
            CSV holds exact decimal text; Parquet holds 128-bit decimals, and needs ``pip install pytrader[parquet]``.
        force
            Replace a folder of results. A folder without a ``summary.json`` is never replaced.

        Raises
        ------
        ConfigError
            An unknown format, a folder that is not empty, that is no result or can not be written, or pyarrow missing.
        """
        from pytrader.backtest.writer import write_result

        write_result(self, directory, format, force=force)
