"""The exact values: Price, Quantity, Money, Currency, and Fixed, the number under them all."""

from __future__ import annotations

from pytrader._values import Currency, Fixed, Money, Price, Quantity, notional

__all__ = ["Currency", "Fixed", "Money", "Price", "Quantity", "notional"]
