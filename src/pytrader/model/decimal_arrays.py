"""Whole columns of decimals: text and floats to 64-bit mantissas or ticks, and back to text."""

from __future__ import annotations

from pytrader._core import format_array, from_floats, from_ticks, parse_array, to_ticks

__all__ = ["format_array", "from_floats", "from_ticks", "parse_array", "to_ticks"]
