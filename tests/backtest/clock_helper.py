"""A module of the user's that a strategy calls: it reads the clock by names that it imported."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from time import time


def now_by_name() -> float:
    """Read the clock by a function imported by name."""
    return time()


def today_by_class() -> datetime:
    """Read the clock by the class imported by name."""
    return datetime.now()


def today_by_module() -> dt.datetime:
    """Read the clock by the module's class."""
    return dt.datetime.now(dt.UTC)
