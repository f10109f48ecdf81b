"""Implied orders: cases worked out by hand, and random streams, on the compiled market and on its naive twin."""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pytrader
from pytrader.matching import (
    ORDER_MESSAGE,
    MessageKind,
    MultiLegMarket,
    Outcome,
    VenueRules,
    outcome,
    reject_reason,
)
from pytrader.model import OrderType, Side, TimeInForce
from tests.matching.naive_implied import NaiveMultiLegMarket

CASES = Path(__file__).parent / "cases" / "implied"
# What printed: the book, the maker, the maker's book, the price -> lots.
Traded = Counter[tuple[str, int, str, int]]


class Compiled:
    """The compiled market in plain integers."""

    def __init__(self, outrights: list[str], strategies: dict[str, dict[str, int]], priority: str) -> None:
        self.market = MultiLegMarket(
            outrights=outrights, strategies=strategies, tick="1", lot="1", priority=priority, max_orders=1000
        )

    def _result(self, result: Any) -> tuple[str, Traded]:
        traded: Traded = Counter()
        for trade in result.trades:
            key = (trade.instrument, trade.maker_order_id, trade.maker_instrument, int(str(trade.price)))
            traded[key] += int(str(trade.quantity))
        self.market.self_check()
        rejected = result.outcome == Outcome.REJECTED
        return (result.reason if rejected else result.outcome).name.lower(), traded

    def new(self, book: str, order_id: int, side: str, quantity: int, price: int | None, words: list[str]) -> Any:
        return self._result(
            self.market.submit(
                book,
                order_id=order_id,
                side=side,
                order_type="market" if price is None else "limit",
                quantity=quantity,
                price=price,
                time_in_force="ioc" if "ioc" in words else "gtc",
                post_only="post_only" in words,
            )
        )

    def cancel(self, book: str, order_id: int) -> Any:
        return self._result(self.market.cancel(book, order_id))

    def replace(self, book: str, order_id: int, quantity: int, price: int) -> Any:
        return self._result(self.market.replace(book, order_id, price=price, quantity=quantity))

    def implied(self, book: str, side: str) -> tuple[int, int] | None:
        implied = self.market.implied_book(book)
        level = implied.best_bid if side == "buy" else implied.best_ask
        return None if level is None else (int(str(level.price)), int(str(level.quantity)))

    def open(self, book: str, order_id: int) -> int | None:
        order = self.market.order(book, order_id)
        return None if order is None else int(str(order.quantity))

    def depth(self, book: str) -> list[list[tuple[int, int, int]]]:
        sides = self.market.book(book).depth(1000)
        return [[(int(str(x.price)), int(str(x.quantity)), x.count) for x in side] for side in sides]


class Naive:
    """The naive market by the same names."""

    def __init__(self, outrights: list[str], strategies: dict[str, dict[str, int]], priority: str) -> None:
        self.names = [*outrights, *strategies]
        self.numbers = {name: number for number, name in enumerate(self.names)}
        legs = {self.numbers[s]: {self.numbers[leg]: r for leg, r in legs.items()} for s, legs in strategies.items()}
        self.market = NaiveMultiLegMarket(len(outrights), legs, by_time=priority == "by_time")

    def _result(self, status: str) -> tuple[str, Traded]:
        traded: Traded = Counter()
        for (maker, home, where, price), lots in self.market.traded.items():
            traded[self.names[where], maker, self.names[home], price] += lots
        self.market.traded.clear()
        return status, traded

    def new(self, book: str, order_id: int, side: str, quantity: int, price: int | None, words: list[str]) -> Any:
        time_in_force = "ioc" if "ioc" in words else "gtc"
        number = self.numbers[book]
        return self._result(
            self.market.new(number, order_id, side, price, quantity, time_in_force, "post_only" in words)
        )

    def cancel(self, book: str, order_id: int) -> Any:
        return self._result(self.market.cancel(self.numbers[book], order_id))

    def replace(self, book: str, order_id: int, quantity: int, price: int) -> Any:
        return self._result(self.market.replace(self.numbers[book], order_id, price, quantity))

    def implied(self, book: str, side: str) -> tuple[int, int] | None:
        return self.market.implied(self.numbers[book], side)

    def open(self, book: str, order_id: int) -> int | None:
        for order in self.market.orders:
            if (order.instrument, order.order_id) == (self.numbers[book], order_id):
                return order.leaves_qty
        return None

    def depth(self, book: str) -> list[list[tuple[int, int, int]]]:
        return [self.market.depth(self.numbers[book], side) for side in ("buy", "sell")]


def cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.toml")):
        for case in tomllib.loads(path.read_text())["case"]:
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


def trades_below(lines: list[str]) -> Traded:
    traded: Traded = Counter()
    while lines and lines[0].startswith(" "):
        book, quantity, _, price, _, maker, _, home = lines.pop(0).split()
        traded[book, int(maker), home, int(price)] += int(quantity)
    return traded


def tell(market: Compiled | Naive, story: str) -> None:
    lines = [line.split("#")[0].rstrip() for line in story.splitlines() if line.split("#")[0].strip()]
    while lines:
        line = lines.pop(0)
        words, _, status = (part.split() for part in line.partition("->"))
        match words:
            case ["new", book, order_id, side, quantity, "@", price, *rest]:
                limit = None if price == "market" else int(price)
                got = market.new(book, int(order_id), side, int(quantity), limit, rest)
            case ["cancel", book, order_id]:
                got = market.cancel(book, int(order_id))
            case ["replace", book, order_id, quantity, "@", price]:
                got = market.replace(book, int(order_id), int(quantity), int(price))
            case ["implied", book, side, "none"]:
                assert market.implied(book, side) is None, line
                continue
            case ["implied", book, side, quantity, "@", price]:
                assert market.implied(book, side) == (int(price), int(quantity)), line
                continue
            case ["order", book, order_id, quantity]:
                assert market.open(book, int(order_id)) == (None if quantity == "none" else int(quantity)), line
                continue
            case _:
                raise AssertionError(f"not a line of a story: {line}")
        assert got == (status[-1], trades_below(lines)), line


@pytest.mark.parametrize("engine", [Compiled, Naive])
@pytest.mark.parametrize("case", list(cases()))
def test_case(case: dict[str, Any], engine: type[Compiled | Naive]) -> None:
    assert case["source"]
    tell(engine(case["outrights"], case["strategies"], case.get("priority", "by_time")), case["story"])


MARKETS = {
    "calendar": (["A", "B"], {"A-B": {"A": 1, "B": -1}}),
    "butterfly": (["A", "B", "C"], {"fly": {"A": 1, "B": -2, "C": 1}, "A-B": {"A": 1, "B": -1}}),
    "condor": (["A", "B", "C", "D"], {"condor": {"A": 1, "B": -1, "C": -1, "D": 1}, "B-C": {"B": 1, "C": -1}}),
    "ratios": (["A", "B"], {"3:2": {"A": 3, "B": -2}, "sum": {"A": 1, "B": 2}, "mirror": {"A": -1, "B": 1}}),
}


def random_message(rng: random.Random, market: str, known: list[tuple[str, int]], number: int) -> tuple[Any, ...]:
    outrights, strategies = MARKETS[market]
    kind = rng.random()
    if known and kind < 0.15:
        return ("cancel", *rng.choice(known))
    if known and kind < 0.3:
        book, order_id = rng.choice(known)
    else:
        book, order_id = rng.choice([*outrights, *strategies]), number
    middle = 20 if book in outrights else sum(20 * ratio for ratio in strategies[book].values())
    price = middle + rng.randint(-4, 4)
    quantity = rng.randint(1, 9)
    if order_id != number:
        return ("replace", book, order_id, quantity, price)
    words = rng.choice([[], [], [], ["ioc"], ["post_only"]])
    limit = None if rng.random() < 0.05 and "post_only" not in words else price
    return ("new", book, order_id, rng.choice(["buy", "sell"]), quantity, limit, words)


def run_both(market: str, priority: str, rng: random.Random, messages: int) -> int:
    outrights, strategies = MARKETS[market]
    compiled, naive = Compiled(outrights, strategies, priority), Naive(outrights, strategies, priority)
    known: list[tuple[str, int]] = []
    implied_trades = 0
    for number in range(1, messages + 1):
        name, *arguments = random_message(rng, market, known, number)
        ours = getattr(compiled, name)(*arguments)
        assert ours == getattr(naive, name)(*arguments), (number, name, arguments)
        implied_trades += any(book != home for book, _, home, _ in ours[1])
        if name == "new":
            known.append((arguments[0], arguments[1]))
        del known[:-40]
        for book in [*outrights, *strategies]:
            assert compiled.depth(book) == naive.depth(book), (number, book)
            for side in ("buy", "sell"):
                assert compiled.implied(book, side) == naive.implied(book, side), (number, book, side)
    return implied_trades


@pytest.mark.parametrize("priority", ["by_time", "outright_first"])
@pytest.mark.parametrize("market", MARKETS)
def test_random_streams_agree_with_the_naive_market(market: str, priority: str) -> None:
    assert run_both(market, priority, random.Random(f"{market} {priority}"), 400) > 5


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(sorted(MARKETS)))
def test_any_stream_agrees_with_the_naive_market(rng: random.Random, market: str) -> None:
    assert run_both(market, "by_time", rng, 40) >= 0


def message(side: Side, price: int, quantity: int, order_id: int) -> np.ndarray[Any, Any]:
    row = np.zeros(1, dtype=ORDER_MESSAGE)
    row["kind"], row["side"], row["order_type"] = MessageKind.NEW, side, OrderType.LIMIT
    row["time_in_force"] = TimeInForce.GTC
    row["price"], row["quantity"], row["order_id"] = price, quantity, order_id
    return row


def test_arrays_carry_statuses_fills_and_implied_updates() -> None:
    market = MultiLegMarket(outrights=["A", "B"], strategies={"A-B": {"A": 1, "B": -1}}, tick="1")
    rows = np.concatenate([message(Side.BUY, 100, 5, 1), message(Side.SELL, 97, 4, 2), message(Side.SELL, 3, 4, 3)])
    status, fills = market.apply(np.array([0, 1, 2]), rows)
    assert [outcome(int(code)) for code in status] == [Outcome.RESTED, Outcome.RESTED, Outcome.FILLED]
    assert fills[["instrument", "price", "quantity", "maker_order_id", "trade"]].tolist() == [
        (2, 3, 4, 0, 1),
        (0, 100, 4, 1, 1),
        (1, 97, 4, 2, 1),
    ]
    updates = market.implied_updates
    assert updates[["message_index", "instrument", "side", "price", "quantity"]].tolist() == [
        (1, 2, Side.BUY, 3, 4),
        (2, 2, Side.BUY, pytrader.matching.NO_PRICE, 0),
    ]


def test_the_same_stream_gives_the_same_bytes() -> None:
    def run() -> bytes:
        rng = random.Random(5)
        market = MultiLegMarket(outrights=["A", "B"], strategies={"A-B": {"A": 1, "B": -1}}, tick="1")
        books = np.array([rng.randrange(3) for _ in range(2000)])
        rows = np.concatenate(
            [
                message(rng.choice([Side.BUY, Side.SELL]), (20, 20, 0)[book] + rng.randint(-3, 3), rng.randint(1, 9), i)
                for i, book in enumerate(books)
            ]
        )
        status, fills = market.apply(books, rows)
        return status.tobytes() + fills.tobytes() + market.implied_updates.tobytes()

    assert run() == run()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"outrights": ["A"], "strategies": {"S": {"A": 1}}}, "1 legs; it must have 2 to 4"),
        ({"outrights": ["A", "B"], "strategies": {"S": {"A": 1, "B": 0}}}, "ratio 0"),
        ({"outrights": ["A", "B"], "strategies": {"S": {"A": 1, "B": -17}}}, "ratio -17"),
        ({"outrights": ["A", "B"], "strategies": {"S": {"A": 1, "C": 1}}}, "'C', which is none of the outrights"),
        ({"outrights": ["A", "A"], "strategies": {}}, "'A' is named twice"),
        ({"outrights": ["A", "B"], "strategies": {"A": {"A": 1, "B": 1}}}, "'A' is named twice"),
        ({"outrights": ["", "B"], "strategies": {}}, "empty name"),
        ({"outrights": ["A"], "strategies": {}, "priority": "size"}, "priority is 'size'"),
        ({"outrights": ["A"], "strategies": {}, "max_orders": 0}, "max_orders is 0"),
    ],
)
def test_a_market_that_can_not_be_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(pytrader.InvalidArgument, match=words):
        MultiLegMarket(**arguments)


@pytest.mark.parametrize("ratio", [1.0, True, "1"])
def test_a_ratio_is_an_integer(ratio: Any) -> None:
    with pytest.raises(TypeError):
        MultiLegMarket(outrights=["A", "B"], strategies={"S": {"A": ratio, "B": -1}})


def test_what_no_rule_of_implied_trading_covers_is_rejected() -> None:
    market = MultiLegMarket(outrights=["A", "B"], strategies={"A-B": {"A": 1, "B": -1}}, tick="1")
    fok = market.submit("A", order_id=1, side="buy", price=5, quantity=1, time_in_force="fok")
    assert fok.reason.name == "TIME_IN_FORCE_NOT_SUPPORTED"
    stop = message(Side.BUY, 5, 1, 2)
    stop["order_type"] = OrderType.STOP
    owned = message(Side.BUY, 5, 1, 3)
    owned["owner"] = 7
    status, fills = market.apply(np.array([0, 1]), np.concatenate([stop, owned]))
    assert [reject_reason(int(code)).name for code in status] == ["ORDER_TYPE_NOT_SUPPORTED", "MALFORMED_MESSAGE"]
    assert len(fills) == 0


def test_an_unknown_instrument_is_refused_before_anything_happens() -> None:
    market = MultiLegMarket(outrights=["A"], strategies={}, rules=VenueRules.cme_globex())
    with pytest.raises(pytrader.InvalidArgument, match="instrument is 'X'; this market has: A"):
        market.submit("X", order_id=1, side="buy", price=5, quantity=1)
    with pytest.raises(pytrader.InvalidArgument, match=r"instruments\[0\] is 1; this market has 1"):
        market.apply(np.array([1]), message(Side.BUY, 5, 1, 1))
    with pytest.raises(pytrader.InvalidArgument, match="2 rows and messages has 1"):
        market.apply(np.array([0, 0]), message(Side.BUY, 5, 1, 1))
    assert market.book("A").best_bid is None


def test_prices_beyond_64_bits_imply_nothing() -> None:
    market = MultiLegMarket(outrights=["A", "B"], strategies={"A-B": {"A": 1, "B": -1}}, tick="1")
    low = -(2**62) - 2**61
    rows = np.concatenate([message(Side.BUY, -low, 5, 1), message(Side.SELL, low, 5, 2)])
    market.apply(np.array([0, 1]), rows)
    assert market.implied_book("A-B").best_bid is None
    market.self_check()
