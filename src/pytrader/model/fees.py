"""Fees as tables: what a fill pays by value, unit, fill or order, with tiers by rolling volume."""

from __future__ import annotations

from pytrader._core import FeeRule, FeeSchedule

__all__ = ["FeeRule", "FeeSchedule"]
