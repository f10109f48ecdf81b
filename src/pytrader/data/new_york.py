"""When a trading day of New York begins, in nanoseconds since 1970-01-01 UTC."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pytrader.errors import DataError

# Days whose nanoseconds fit in 64 bits, and longer than electronic markets have been.
_YEARS = (1970, 2200)


def midnight_ns(path: str, date: str, where: str = "date=") -> int:
    """Return the midnight that begins a day, ``YYYY-MM-DD``, which stands at `where` for a message.

    Raises
    ------
    DataError
        It is no day, too far away, or this computer does not know the time zone; the error names the path.
    """
    try:
        midnight = datetime.fromisoformat(date).replace(tzinfo=ZoneInfo("America/New_York"))
    except ZoneInfoNotFoundError as error:
        raise DataError("this computer has no time-zone table for New York; pip install tzdata", path=path) from error
    except ValueError as error:
        raise DataError(f"{date} in {where} is not a day", path=path) from error
    if not _YEARS[0] <= midnight.year <= _YEARS[1]:
        raise DataError(f"{date} in {where} is not from {_YEARS[0]} to {_YEARS[1]}", path=path)
    return int(midnight.timestamp()) * 1_000_000_000
