"""The execution algorithms that come with the package: TWAP, VWAP by profile, percentage of volume, iceberg slices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from pytrader._core import ExecType, Instrument, OrderStatus, Side
from pytrader._strategy import Bars, OrderEvent, duration_ns
from pytrader._values import Fixed, Quantity
from pytrader.errors import InvalidArgument
from pytrader.strategy.algorithm import ExecutionAlgorithm

__all__ = ["IcebergSlices", "PercentOfVolume", "Twap", "Vwap"]

Style: TypeAlias = Literal["take", "post"]
AtEnd: TypeAlias = Literal["cancel", "take"]
Exact: TypeAlias = int | str | Decimal | Fraction | Fixed

SLICES_MAX = 10_000
AT_ONCE_MAX = 100
WORKING = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)


def exact(value: Exact, what: str) -> Fraction:
    """A number as it is written; floats are refused, for they are not."""
    if isinstance(value, (bool, float)) or not isinstance(value, (int, str, Decimal, Fraction, Fixed)):
        raise InvalidArgument(f"{what} must be an int, a Decimal, a Fraction or a text like '0.1', got {value!r}")
    try:
        return Fraction(str(value) if isinstance(value, Fixed) else value)
    except (ValueError, OverflowError, ZeroDivisionError):
        raise InvalidArgument(f"{what} must be a number like 1 or '0.1', got {value!r}") from None


def span(value: str | int, what: str) -> int:
    """A time that is longer than none, in nanoseconds."""
    length = duration_ns(value, what)
    if length <= 0:
        raise InvalidArgument(f"{what} must be positive, got {value!r}")
    return length


def least_lots(instrument: Instrument, ticks: int | None) -> int:
    """The smallest order that the instrument takes: by quantity, and at a price, where there is one, by value."""
    least = max(1, instrument.quantity_lots(instrument.min_quantity))
    if ticks is None or instrument.min_notional is None:
        return least
    floor = Fraction(str(instrument.min_notional.amount))
    value = abs(Fraction(str(instrument.notional(instrument.price(ticks), instrument.quantity(1)).amount)))
    return max(least, -(-floor // value)) if value > 0 else least


def part_of(lots: int, rest: int, least: int) -> int:
    """As much of `lots` as can be sent so that what is left of `rest` is nothing, or can be sent too."""
    if 0 < rest - lots < least:
        lots = rest - least
    return lots if lots >= least else 0


def one_of(value: object, allowed: tuple[str, ...], what: str) -> None:
    """Refuse what is no choice."""
    if value not in allowed:
        raise InvalidArgument(f"{what} must be {' or '.join(map(repr, allowed))}, got {value!r}")


class _Scheduled(ExecutionAlgorithm):
    """Has its children catch up, step by step, with a number of lots that grows: what is due by then in all."""

    def __init__(self, interval: int, length: int | None, style: Style, at_end: AtEnd) -> None:
        one_of(style, ("take", "post"), "style")
        one_of(at_end, ("cancel", "take"), "at_end")
        self.interval = interval
        self.length = length
        self.style = style
        self.at_end = at_end
        self.least = 1
        self.start = 0
        self.ending = False
        self.took_rest = False

    def target(self, passed: int) -> int:
        """Lots of the parent that are due, `passed` nanoseconds after the start: all, unless a schedule says less."""
        return self.parent.order_lots

    def prepare(self, instrument: Instrument, quantity_lots: int, limit_ticks: int | None) -> None:
        self.least = least_lots(instrument, limit_ticks)

    def on_start(self) -> None:
        self.start = self.clock_ns
        self.every(self.interval)
        self.step()

    def on_timer(self) -> None:
        self.step()

    def on_resume(self) -> None:
        self.step()

    def on_order_event(self, event: OrderEvent) -> None:
        # Only the end waits for answers; what a step did not trade is left to the next, so nothing is sent in circles.
        if self.ending and self.is_working and not self.children:
            self.conclude()

    def step(self) -> None:
        """Send what is due, or end."""
        if not self.is_working:
            return
        passed = self.clock_ns - self.start
        if self.length is not None and passed >= self.length:
            self.ending = True
            self.conclude()
            return
        self.least = least_lots(self.instrument, self.price_now())
        if self.free_lots < self.least and not self.children:
            self.finish()  # no order is small enough for what is left
            return
        due = self.target(passed)
        if self.style == "take":
            self.take(due - (self.parent.order_lots - self.free_lots))
        else:
            self.post(due)

    def price_now(self) -> int | None:
        """What a child would be valued at: the parent's limit, or the best price of the other side."""
        if self.parent.price_ticks is not None:
            return self.parent.price_ticks
        quote = self.quote
        if self.parent.side is Side.BUY:
            return quote.ask_ticks if quote.ask_lots else None
        return quote.bid_ticks if quote.bid_lots else None

    def take(self, lots: int) -> None:
        """Trade at once what can be."""
        part = part_of(lots, self.free_lots, self.least)
        if part > 0:
            self.send(part, limit_ticks=self.parent.price_ticks, time_in_force="IOC")

    def post(self, due: int) -> None:
        """Have what is missing of so many lots rest at the best price of the parent's side."""
        price = self.own_best()
        if price is None:
            return
        child = next(iter(self.children), None)
        resting = child.leaves_lots if child is not None else 0
        free = self.free_lots + resting
        # What is not free has traded, or has ended with trades that are still to be told.
        lots = part_of(due - (self.parent.order_lots - free), free, self.least)
        if child is None:
            if lots > 0:
                self.send(lots, limit_ticks=price, post_only=True)
        elif child.status in WORKING and (child.price_ticks != price or child.leaves_lots != lots) and lots > 0:
            self.replace(child, limit_ticks=price, quantity_lots=child.cum_lots + lots)

    def own_best(self) -> int | None:
        """The best bid for a parent that buys, no worse than its limit; the limit where nobody bids."""
        quote, limit = self.quote, self.parent.price_ticks
        buys = self.parent.side is Side.BUY
        if not (quote.bid_lots if buys else quote.ask_lots):
            return limit
        best = quote.bid_ticks if buys else quote.ask_ticks
        if limit is None:
            return best
        return min(best, limit) if buys else max(best, limit)

    def conclude(self) -> None:
        """Trade the rest if that is wanted, once, when no child is left; then cancel what is left of the parent."""
        children = self.children
        if self.at_end == "take" and not self.took_rest:
            for child in children:
                if child.status is not OrderStatus.PENDING_CANCEL:
                    self.cancel(child)
            if children:
                return
            self.took_rest = True
            if self.free_lots >= self.least:
                self.take(self.free_lots)
                return
        if not (self.took_rest and self.children):
            self.finish()


class Twap(_Scheduled):
    """Time-weighted: equal parts over a time, the first at once.

    Part `k` of `n` brings the traded quantity to ``quantity * k / n``, rounded down to lots: parts differ by one lot at
    most and add up to the order. What a part did not trade the next one makes up for. Where parts would be below the
    instrument's least quantity or value they wait for the next ones, and no part leaves a rest below it. The end comes
    one interval after the last part.

    Parameters
    ----------
    duration : str | int
        From the first part to the end: text such as ``"30m"``, or nanoseconds. A part comes every
        ``duration / slices``, rounded down to a nanosecond.
    slices : int
        How many parts, 1 to 10,000.
    style : str
        ``"take"``: each part is sent to trade at once or not at all (IOC), at the order's limit, at the market where it
        has none. ``"post"``: what is due rests, post-only, at the best price of its own side and no worse than the
        limit; it follows that price at every part, by replace.
    at_end : str
        What becomes of the rest: ``"cancel"``, or ``"take"`` to try once, as in the style ``"take"``, before that.

    Raises
    ------
    InvalidArgument
        If a parameter is outside its range; with ``buy`` or ``sell``, for more slices than the order has lots.
    """

    def __init__(self, duration: str | int, *, slices: int, style: Style = "take", at_end: AtEnd = "cancel") -> None:
        if type(slices) is not int or not 1 <= slices <= SLICES_MAX:
            raise InvalidArgument(f"slices must be an int from 1 to {SLICES_MAX}, got {slices!r}")
        interval = span(duration, "duration") // slices
        if interval == 0:
            raise InvalidArgument(f"duration {duration!r} is shorter than one nanosecond for each of {slices} slices")
        super().__init__(interval, interval * slices, style, at_end)
        self.slices = slices

    def prepare(self, instrument: Instrument, quantity_lots: int, limit_ticks: int | None) -> None:
        if self.slices > quantity_lots:
            raise InvalidArgument(
                f"slices is {self.slices}, but the order has {quantity_lots} lots: one a slice at least"
            )
        super().prepare(instrument, quantity_lots, limit_ticks)

    def target(self, passed: int) -> int:
        return self.parent.order_lots * (passed // self.interval + 1) // self.slices


class Vwap(_Scheduled):
    """Volume-weighted by a profile that is given: one part for each stretch of time, in proportion to its weight.

    The parts up to a stretch add up to the order's quantity times the share of their weights, rounded down to lots, and
    all of them to the order. What a part did not trade the next one makes up for.

    Parameters
    ----------
    duration : str | int
        All stretches together: text such as ``"6h"``, or nanoseconds. They are equally long: ``duration`` by their
        number, rounded down to a nanosecond.
    profile : sequence of int, Decimal, Fraction or text
        Weights, such as the volumes of past days at these times; 1 to 10,000 of them, none negative, not all zero.
    style, at_end : str
        As of `Twap`.

    Raises
    ------
    InvalidArgument
        If a parameter is outside its range; floats are refused.
    """

    def __init__(
        self, duration: str | int, profile: Sequence[Exact], *, style: Style = "take", at_end: AtEnd = "cancel"
    ) -> None:
        if isinstance(profile, (str, bytes)) or not isinstance(profile, Sequence):
            raise InvalidArgument(f"profile must be a sequence of weights such as [3, 2, 5], got {profile!r}")
        if not 1 <= len(profile) <= SLICES_MAX:
            raise InvalidArgument(f"profile must have 1 to {SLICES_MAX} weights, got {len(profile)}")
        sums = [Fraction(0)]
        for place, weight in enumerate(profile):
            known = exact(weight, f"weight {place} of the profile")
            if known < 0:
                raise InvalidArgument(f"weight {place} of the profile must not be negative, got {weight!r}")
            sums.append(sums[-1] + known)
        if sums[-1] == 0:
            raise InvalidArgument("the profile has no weight above zero")
        interval = span(duration, "duration") // len(profile)
        if interval == 0:
            raise InvalidArgument(
                f"duration {duration!r} is shorter than one nanosecond for each of {len(profile)} weights"
            )
        super().__init__(interval, interval * len(profile), style, at_end)
        self.shares = [each / sums[-1] for each in sums[1:]]

    def target(self, passed: int) -> int:
        return int(self.parent.order_lots * self.shares[passed // self.interval])


class PercentOfVolume(_Scheduled):
    """Takes part in what the market trades: never ahead of a share of the volume since the start.

    The volume is that of bars of one length which began at the start or later: of the data's own, or built from its
    trades. Every interval the children catch up with ``rate * volume``, rounded down to lots. What trades while the
    strategy is paused is not counted.

    The rate is of the volume that the data shows. Over recorded data that is the others' alone: of all that traded, own
    trades included, ``rate / (1 + rate)`` is one's own. In an `Exchange` the feed shows one's own trades too, and it is
    ``rate``.

    Parameters
    ----------
    rate : Decimal, Fraction, int or text
        Share of the volume, above 0 and at most 1: ``"0.1"``.
    interval : str | int
        Length of the bars, and time from one step to the next.
    duration : str | int, optional
        The end comes with the first step that is so long after the start; without it, when the order is filled or
        canceled.
    style, at_end : str
        As of `Twap`.

    Raises
    ------
    InvalidArgument
        If a parameter is outside its range; floats are refused. With ``buy`` or ``sell``, where the data has neither
        trades nor such bars.
    """

    def __init__(
        self,
        rate: Exact,
        *,
        interval: str | int = "1m",
        duration: str | int | None = None,
        style: Style = "take",
        at_end: AtEnd = "cancel",
    ) -> None:
        self.rate = exact(rate, "rate")
        if not 0 < self.rate <= 1:
            raise InvalidArgument(f"rate must be above 0 and at most 1, got {rate!r}")
        length = None if duration is None else span(duration, "duration")
        super().__init__(span(interval, "interval"), length, style, at_end)
        self.market_lots = 0
        self.counted_from = 0
        self.counted = 0
        self.series: Bars | None = None

    def on_start(self) -> None:
        self.series = self.bars(self.interval)
        self.count_from_now(self.series)
        super().on_start()

    def on_resume(self) -> None:
        if self.series is not None:
            self.count_from_now(self.series)
        super().on_resume()

    def count_from_now(self, series: Bars) -> None:
        """Bars that began before are not counted."""
        self.counted_from = self.clock_ns
        self.counted = series.count

    def target(self, passed: int) -> int:
        if self.series is not None:
            self.market_lots += self.volume_since(self.series)
        return min(self.parent.order_lots, int(self.rate * self.market_lots))

    def volume_since(self, series: Bars) -> int:
        """Lots of the bars that closed since the step before: of several where they were received late."""
        closed = series.count - self.counted
        self.counted += closed
        last = series.last
        if closed == 0 or last is None:
            return 0
        if closed == 1:
            return last.volume_lots if last.ts_open >= self.counted_from else 0
        past = self.history(self.interval, count=closed)
        return sum(past["volume"][past["ts_open"] >= self.counted_from].tolist())


class IcebergSlices(ExecutionAlgorithm):
    """Shows a part at a time: rests a child at the order's limit, and sends the next when that one is filled.

    For venues without iceberg orders of their own; unlike a venue's, each part joins the end of the queue only when it
    gets there. A child that ends otherwise is followed by another one at the next multiple of `retry` after the start;
    as is the last of 100 children that were filled without time passing. A new limit of the order that is no stricter
    moves its child.

    Parameters
    ----------
    display : str | int | Decimal | Quantity | Fixed
        How much a child is for; the last one is for what is left. A rest that would be below the instrument's least
        quantity or value goes with the child before it; what is below that from the start ends the order.
    retry : str | int
        Text such as ``"1s"``, or nanoseconds.

    Raises
    ------
    OffLot, InvalidDecimal
        With ``buy`` or ``sell``, if `display` is no whole number of the instrument's lots, or no number.
    InvalidArgument
        If a parameter is outside its range; with ``buy`` or ``sell``, for an order without a limit.
    """

    def __init__(self, display: str | int | Decimal | Quantity | Fixed, *, retry: str | int = "1s") -> None:
        self.display = display
        self.retry = span(retry, "retry")
        self.lots = 0
        self.least = 1
        self.sent_at = -1
        self.sent = 0

    def prepare(self, instrument: Instrument, quantity_lots: int, limit_ticks: int | None) -> None:
        if limit_ticks is None:
            raise InvalidArgument("IcebergSlices rests at the order's limit: give the order a limit")
        self.lots = instrument.quantity_lots(self.display)
        self.least = least_lots(instrument, limit_ticks)
        if self.lots < self.least:
            raise InvalidArgument(f"display must be at least {instrument.quantity(self.least)}, got {self.display!r}")

    def on_start(self) -> None:
        self.every(self.retry)
        self.step()

    def on_timer(self) -> None:
        self.step()

    def on_resume(self) -> None:
        self.step()

    def on_order_event(self, event: OrderEvent) -> None:
        # A child that was refused is no reason to send it again at once.
        of_parent = event.client_order_id == self.parent.client_order_id
        if event.exec_type is ExecType.REPLACED if of_parent else event.ord_status is OrderStatus.FILLED:
            self.step()

    def step(self) -> None:
        """Send the next child if there is none, or move the one there is."""
        if not self.is_working:
            return
        children = self.children
        if not children:
            self.show()
        elif children[0].status in WORKING and children[0].price_ticks != self.parent.price_ticks:
            self.replace(children[0], limit_ticks=self.parent.price_ticks)

    def show(self) -> None:
        """Send the next child, unless many were sent at this very time."""
        now = self.clock_ns
        if now != self.sent_at:
            self.sent_at, self.sent = now, 0
        free = self.free_lots
        self.least = least_lots(self.instrument, self.parent.price_ticks)
        if free < self.least:
            self.finish()  # no order is small enough for what is left
            return
        lots = free if free - self.lots < self.least else self.lots
        if self.sent < AT_ONCE_MAX:
            self.sent += 1
            self.send(lots, limit_ticks=self.parent.price_ticks)
