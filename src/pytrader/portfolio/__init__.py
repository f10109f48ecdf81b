"""Cash and positions on their own: the ledger that a run keeps, for use without one."""

from __future__ import annotations

from pytrader._core import Ledger

__all__ = ["Ledger"]
