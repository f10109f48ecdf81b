"""Instruments: what is traded, with its price grid, lot, multiplier, currencies, limits and fees."""

from __future__ import annotations

from pytrader._core import Instrument

__all__ = ["Instrument"]
