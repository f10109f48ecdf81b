"""A fee schedule worked out slowly in fractions: the twin that the core's must equal to the last unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from pytrader.model import FeeSchedule, Instrument

DAY = 86_400_000_000_000


def half_even(value: Fraction, decimals: int) -> Fraction:
    return Fraction(round(value * 10**decimals), 10**decimals)


def rounded_up(value: Fraction, decimals: int) -> Fraction:
    """Away from zero."""
    scaled = abs(value) * 10**decimals
    size = Fraction(-(-scaled.numerator // scaled.denominator), 10**decimals)
    return size if value >= 0 else -size


@dataclass
class NaiveOrder:
    accrued: Fraction = Fraction(0)
    charged: Fraction = Fraction(0)
    value: Fraction = Fraction(0)


@dataclass
class NaiveFees:
    """One account's fees under one schedule; volume by currency where values are counted."""

    schedule: FeeSchedule
    history: list[tuple[str, int, Fraction]] = field(default_factory=list)
    today: dict[str, int] = field(default_factory=dict)

    def charge(
        self,
        instrument: Instrument,
        side: str,
        price: Fraction,
        quantity: Fraction,
        liquidity: str,
        order: NaiveOrder,
        ts_event: int,
    ) -> Fraction:
        terms: dict[str, Any] = self.schedule.to_dict()
        decimals = instrument.quote_currency.decimals
        signed = price * quantity * Fraction(instrument.multiplier.as_decimal())
        value = abs(signed)
        order.value += signed
        pool = str(instrument.quote_currency) if terms["volume"] == "value" else ""
        volume = self.volume(terms, pool, ts_event)
        fee = Fraction(0)
        for rule in terms["rules"]:
            fee += self.by_rule(rule.to_dict(), volume, decimals, side, value, quantity, liquidity, order)
        self.history.append((pool, self.today[pool], value if terms["volume"] == "value" else quantity))
        return fee

    def volume(self, terms: dict[str, Any], pool: str, ts_event: int) -> Fraction:
        today = self.today[pool] = max(self.today.get(pool, ts_event // DAY), ts_event // DAY)
        days = range(today - terms["window_days"], today)
        if terms["counts_today"]:
            days = range(today - terms["window_days"] + 1, today + 1)
        return sum(
            (amount for its, day, amount in self.history if its == pool and day in days),
            Fraction(terms["other_volume"].as_decimal()),
        )

    def by_rule(
        self,
        rule: dict[str, Any],
        volume: Fraction,
        decimals: int,
        side: str,
        value: Fraction,
        quantity: Fraction,
        liquidity: str,
        order: NaiveOrder,
    ) -> Fraction:
        if rule["side"] not in (None, side):
            return Fraction(0)
        limits = {name: Fraction(rule[name].as_decimal()) for name in rule if name.startswith(("min_", "max_"))}
        rate = Fraction(0)
        for start, maker, taker in rule["tiers"]:
            if volume >= Fraction(start.as_decimal()):
                rate = Fraction((maker if liquidity == "maker" else taker).as_decimal())
        amount = {"value": half_even(value * rate, 18), "unit": half_even(quantity * rate, 18)}.get(rule["basis"], rate)
        to_minor = half_even if rule["rounding"] == "half_even" else rounded_up
        by_order = limits["min_per_order"] or limits["max_per_order"] or limits["max_share_per_order"]
        if rule["basis"] != "order" and not by_order:
            return to_minor(min(amount, limits["max_per_fill"] or amount), decimals)
        if rule["basis"] != "order" or order.accrued == 0:
            order.accrued += amount
        total = order.accrued
        if limits["min_per_order"]:
            total = max(total, limits["min_per_order"])
        if limits["max_per_order"]:
            total = min(total, limits["max_per_order"])
        if limits["max_share_per_order"]:
            total = min(total, half_even(abs(order.value) * limits["max_share_per_order"], 18))
        total = to_minor(total, decimals)
        growth = total - order.charged
        order.charged = total
        return growth
