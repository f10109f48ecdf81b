"""The one tree of exceptions that pytrader raises.

A message names the thing, the value, the limit and the fix. Errors about a value are also ``ValueError``, so that code
which does not know pytrader catches them as usual.
"""

# ruff: noqa: N818
# Most names here say what the value is, OffTick or Inexact, and need no suffix to say that it is an error.
from __future__ import annotations

from os import PathLike, fspath

__all__ = [
    "BookError",
    "CapacityError",
    "ConfigError",
    "CurrencyMismatch",
    "DataError",
    "DecimalOverflow",
    "DeterminismError",
    "DivisionByZero",
    "FeedError",
    "Inexact",
    "InvalidArgument",
    "InvalidDecimal",
    "InvalidInstrument",
    "InvalidState",
    "JournalError",
    "OffLot",
    "OffTick",
    "PytraderError",
    "StrategyError",
]


class PytraderError(Exception):
    """Every error that pytrader raises on purpose."""


class InvalidDecimal(PytraderError, ValueError):
    """Text or a number that is no decimal with at most 18 places."""


class Inexact(PytraderError, ValueError):
    """A result that would need a rounding nobody asked for."""


class DecimalOverflow(PytraderError, ValueError, OverflowError):
    """A value beyond the range of its type."""


class DivisionByZero(PytraderError, ValueError, ZeroDivisionError):
    """A quotient, remainder or ratio by zero."""


class CurrencyMismatch(PytraderError, ValueError):
    """Amounts of two currencies in one operation."""


class OffTick(PytraderError, ValueError):
    """A price that is no whole number of ticks."""


class OffLot(PytraderError, ValueError):
    """A quantity that is no whole number of lots."""


class InvalidArgument(PytraderError, ValueError):
    """Any other value outside its documented range."""


class InvalidInstrument(PytraderError, ValueError):
    """An instrument definition whose numbers contradict one another or can not be held exactly."""


class BookError(PytraderError):
    """An event that a strict order book refused, or a question about an order that does not rest.

    Attributes
    ----------
    fault : str
        The kind, as in the book's ``faults``.
    row : int or None
        Its index in the batch; None for a single event.
    """

    fault: str = ""
    row: int | None = None


class InvalidState(PytraderError, RuntimeError):
    """A call that the object's state does not allow."""


class DeterminismError(PytraderError, RuntimeError):
    """A handler that reads the machine's clock or draws chance without a seed, so that no two runs would be equal."""


class CapacityError(PytraderError):
    """A configured bound was reached.

    Attributes
    ----------
    row : int or None
        The index in the batch of a book of the row that reached it; None for anything else.
    """

    row: int | None = None


class JournalError(PytraderError):
    """A journal that can not be written or read, or that a run does not repeat."""


class DataError(PytraderError, ValueError):
    """A file or data set that can not be read.

    Parameters
    ----------
    message : str
        What is wrong and how to mend it.
    path : str or os.PathLike, optional
        The file at fault.
    line : int, optional
        Its line, counted from 1.
    row : int, optional
        The record, counted from 0, where there are no lines.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str | PathLike[str] | None = None,
        line: int | None = None,
        row: int | None = None,
    ) -> None:
        self.message = message
        self.path = None if path is None else fspath(path)
        self.line = line
        self.row = row
        place = self.path or ""
        if line is not None:
            place += f" line {line}" if place else f"line {line}"
        if row is not None:
            place += f" row {row}" if place else f"row {row}"
        super().__init__(f"{place}: {message}" if place else message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore_data_error, (self.message, self.path, self.line, self.row))


def _restore_data_error(message: str, path: str | None, line: int | None, row: int | None) -> DataError:
    return DataError(message, path=path, line=line, row=row)


class FeedError(DataError):
    """A frame of a venue's feed that can not be applied, or that shows its book to be wrong.

    Parameters
    ----------
    message : str
        What is wrong and how to mend it.
    kind : {"damaged", "gap", "checksum", "crossed"}
        damaged: nothing of the frame was applied. The others: the book is stale and empty until a snapshot.
    venue : str
        The feed's venue.
    frame : int
        Which frame of the feed, counted from 1.
    symbol : str, optional
        The book at fault, where it is one book.
    field : str, optional
        The field of a damaged frame.
    offset : int, optional
        The byte of a damaged frame, counted from 0.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        venue: str,
        frame: int,
        symbol: str | None = None,
        field: str | None = None,
        offset: int | None = None,
    ) -> None:
        place = f"{venue} frame {frame}" + ("" if offset is None else f" byte {offset}")
        super().__init__(f"{place}: {message}")
        self.message = message
        self.kind = kind
        self.venue = venue
        self.frame = frame
        self.symbol = symbol
        self.field = field
        self.offset = offset

    def __reduce__(self) -> tuple[object, ...]:
        return (
            _restore_feed_error,
            (self.message, self.kind, self.venue, self.frame, self.symbol, self.field, self.offset),
        )


def _restore_feed_error(
    message: str, kind: str, venue: str, frame: int, symbol: str | None, field: str | None, offset: int | None
) -> FeedError:
    return FeedError(message, kind=kind, venue=venue, frame=frame, symbol=symbol, field=field, offset=offset)


class ConfigError(PytraderError, ValueError):
    """A setting or command-line option that is not understood."""


class StrategyError(PytraderError):
    """A strategy file or class that can not be run."""
