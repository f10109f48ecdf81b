"""What the depth feeds of all venues take: instruments by symbol, and the settings they share."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, TypedDict

from pytrader._core import DepthFeed, FeedIncident
from pytrader.data.decimal_text import unit_text
from pytrader.errors import DataError
from pytrader.model import Fixed, Instrument, Price, Quantity

Number: TypeAlias = str | int | Decimal | Fraction | Fixed | Price | Quantity
Instruments: TypeAlias = Mapping[str, tuple[Number, Number]] | Iterable[Instrument]
Frame: TypeAlias = bytes | bytearray | memoryview | str
Handler: TypeAlias = Callable[[FeedIncident], object]


class FeedSettings(TypedDict, total=False):
    """Settings that every depth feed takes by name; see `pytrader._core.DepthFeed`."""

    policy: str
    keep_crossed: bool
    max_waiting: int
    on_gap: Handler | None
    on_checksum: Handler | None
    on_crossed: Handler | None


def rows_of(instruments: Instruments) -> list[tuple[str, Number, Number]]:
    """Return symbol, tick and lot of each instrument; they may be given as a mapping or as `Instrument` objects."""
    if isinstance(instruments, Mapping):
        return [(symbol, tick, lot) for symbol, (tick, lot) in instruments.items()]
    return [(instrument.symbol, str(instrument.tick_size), str(instrument.lot_size)) for instrument in instruments]


def frames_of(buffer: bytes) -> Iterator[bytes]:
    """Yield the frame of each line of a recording, from its first brace or bracket on."""
    for line in buffer.splitlines():
        starts = [place for place in (line.find(b"{"), line.find(b"[")) if place >= 0]
        if starts:
            yield line[min(starts) :]


def read_payload(payload: Frame, venue: str) -> Any:
    """Return the JSON of an answer about instruments; DataError if it is none."""
    text = payload if isinstance(payload, str | bytes | bytearray) else bytes(payload)
    try:
        return json.loads(text)
    except ValueError as error:
        raise DataError(f"the answer of {venue} about its instruments is not JSON: {error}") from error


def one_unit(decimals: Any, field: str) -> str:
    """Return 10**-decimals as text; DataError unless decimals is a whole number from 0 to 18."""
    if type(decimals) is not int or not 0 <= decimals <= 18:
        raise DataError(f"{field} {decimals!r} is not a number of decimals from 0 to 18")
    return unit_text(decimals)


def selected(known: dict[str, tuple[str, str]], symbols: Collection[str] | None) -> dict[str, tuple[str, str]]:
    """Return the instruments asked for; DataError names one that is absent."""
    if symbols is None:
        return known
    absent = [symbol for symbol in symbols if symbol not in known]
    if absent:
        raise DataError(f"{absent[0]} is not among the {len(known)} instruments of the answer")
    return {symbol: known[symbol] for symbol in symbols}


__all__ = ["DepthFeed", "FeedIncident", "FeedSettings", "Frame", "Handler", "Instruments", "frames_of"]
