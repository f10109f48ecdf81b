"""A strategy's state is carried into the next run: exactly, checked, and as a part of the digest."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Optional

import numpy as np
import pytest

from pytrader import Backtest, ConfigError, DataError, InvalidArgument, Money, Price, Quantity, Strategy
from pytrader.strategy.codec import decoded, encoded
from tests.backtest.markets import instrument, quotes

BTC = instrument()
ROWS = quotes([(100 + i * 7 % 5, 101 + i * 7 % 5) for i in range(200)])


class Mode(Enum):
    """How it trades."""

    SLOW = 1
    FAST = 2


class Gambler(Strategy):
    """Trades round trips by chance, and keeps books of them."""

    size: Decimal = Decimal("0.001")
    mode: Mode = Mode.FAST
    saved: ClassVar[dict[str, Any]] = {
        "count": int,
        "log": list,
        "last": (Price, type(None)),
        "volume": Quantity,
        "spent": Money,
    }

    def on_start(self) -> None:
        self.count = 0
        self.log: list[tuple[int, int]] = []
        self.last: Price | None = None
        self.volume = Quantity("0")
        self.spent = Money("0", "USDT")

    def on_quote(self, quote: Any) -> None:
        self.count += 1
        self.last = quote.bid_price
        drawn = self.random.below(1000)
        self.log.append((quote.ts_event, drawn))
        if drawn % 3 == 0 and self.once(f"lucky {drawn}"):
            self.buy(self.size)
            self.sell(self.size)

    def on_fill(self, fill: Any) -> None:
        self.volume = self.volume + fill.last_qty
        self.spent = self.spent + BTC.notional(fill.last_px, fill.last_qty)


def run(strategy: Strategy, rows: Any, **options: Any) -> Any:
    return Backtest(strategy, (BTC, rows), cash="1000 USDT", seed=5, **options).run()


def traded(*results: Any) -> list[tuple[int, ...]]:
    fields = ["ts_event", "side", "price", "quantity"]
    return [tuple(row) for result in results for row in result.fills[fields].tolist()]


@pytest.mark.parametrize("split", [1, 57, 100, 199])
def test_a_run_that_is_split_in_two_goes_on_exactly(split: int) -> None:
    whole = Gambler()
    all_at_once = run(whole, ROWS)
    first = Gambler()
    before = run(first, ROWS[:split])
    second = Gambler()
    after = run(second, ROWS[split:], state=first.save_state())
    assert second.on_save() == whole.on_save()
    assert second.save_state() == whole.save_state()
    assert traded(before, after) == traded(all_at_once)
    assert len(all_at_once.fills) > 4


def test_the_state_is_a_part_of_the_digest() -> None:
    first = Gambler()
    run(first, ROWS[:50])
    state = first.save_state()
    idle = Gambler()
    run(idle, ROWS[:51])
    runs = [run(Gambler(), ROWS[100:], **options) for options in ({}, {"state": state}, {"state": state})]
    other = run(Gambler(), ROWS[100:], state=idle.save_state())
    assert runs[1].digest == runs[2].digest
    assert len({runs[0].digest, runs[1].digest, other.digest}) == 3


def test_a_strategy_is_made_from_a_state_with_its_parameters() -> None:
    first = Gambler(size="0.002", mode="slow")
    run(first, ROWS[:50])
    second = Gambler.from_state(first.save_state())
    assert second.parameters == first.parameters
    run(second, ROWS[50:], state=first.save_state())
    assert second.count == 200


def test_states_of_several_strategies_are_given_by_name() -> None:
    pair = {"a": Gambler(), "b": Gambler()}
    Backtest(pair, (BTC, ROWS[:50]), cash="1000 USDT").run()
    states = {name: strategy.save_state() for name, strategy in pair.items()}
    again = {"a": Gambler(), "b": Gambler()}
    Backtest(again, (BTC, ROWS[50:]), cash="1000 USDT", state=states).run()
    assert again["a"].count == again["b"].count == 200
    assert again["a"].log != again["b"].log


def test_a_strategy_that_says_nothing_saves_its_chance_and_its_keys() -> None:
    class Plain(Strategy):
        def on_quote(self, quote: Any) -> None:
            self.drawn = self.random.word()
            self.once(quote.ts_event)

    first, second, whole = Plain(), Plain(), Plain()
    run(first, ROWS[:10])
    run(second, ROWS[10:20], state=first.save_state())
    run(whole, ROWS[:20])
    assert second.drawn == whole.drawn
    assert second.once_set.keys() == whole.once_set.keys() == np.sort(ROWS["ts_event"][:20]).tolist()


def test_state_may_be_saved_and_loaded_by_hand() -> None:
    class ByHand(Strategy):
        def on_start(self) -> None:
            self.seen = {"rows": 0}

        def on_quote(self, quote: Any) -> None:
            self.seen["rows"] += 1

        def on_save(self) -> dict[str, Any]:
            return {"seen": self.seen}

        def on_load(self, state: dict[str, Any]) -> None:
            self.seen = state["seen"]

    first, second = ByHand(), ByHand()
    run(first, ROWS[:10])
    run(second, ROWS[10:15], state=first.save_state())
    assert second.seen == {"rows": 15}


def changed(data: bytes, **fields: Any) -> bytes:
    return encoded(decoded(data) | fields)


def a_state() -> bytes:
    strategy = Gambler()
    run(strategy, ROWS[:5])
    return strategy.save_state()


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"version": 2}, DataError, "has version 2, and this pytrader reads version 1"),
        ({"class": "Other"}, ConfigError, "is of a Other, and the strategy is a Gambler"),
        ({"extra": 1}, DataError, "no state of a strategy"),
        ({"parameters": {"size": Decimal("0.002"), "mode": "FAST"}}, ConfigError, "saved with Gambler.size"),
        ({"state": {}}, ConfigError, "the state has no 'count'"),
        ({"state": 7}, ConfigError, "a state is a dictionary"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_before_the_run(fields: Any, error: Any, said: str) -> None:
    with pytest.raises(error) as raised:
        Backtest(Gambler(), (BTC, ROWS), cash="1 USDT", state=changed(a_state(), **fields))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("count", True, "declares int"), ("count", "7", "declares int"), ("last", 1, "declares Price or NoneType")],
)
def test_a_value_of_another_type_is_refused(name: str, value: Any, said: str) -> None:
    state = a_state()
    with pytest.raises(ConfigError, match=said):
        Backtest(
            Gambler(), (BTC, ROWS), cash="1 USDT", state=changed(state, state=decoded(state)["state"] | {name: value})
        )


def test_a_strategy_that_saves_what_it_did_not_declare_is_told_so() -> None:
    class Wrong(Gambler):
        def on_save(self) -> dict[str, Any]:
            return super().on_save() | {"more": 1}

    strategy = Wrong()
    run(strategy, ROWS[:2])
    with pytest.raises(ConfigError, match=r"on_save returned 'more', which Wrong.saved does not declare"):
        strategy.save_state()


class Mixed(Strategy):
    """Declares what it saves in every way there is."""

    saved: ClassVar[dict[str, Any]] = {
        "either": int | None,
        "nothing": None,
        "listed": (list, None),
        "frozen": frozenset,
        "by_pair": dict,
        "old": Optional[Price],  # noqa: UP045
    }

    def on_start(self) -> None:
        self.either: int | None = 10**5000
        self.nothing = None
        self.listed: list[int] | None = None
        self.frozen = frozenset({1, "a"})
        self.by_pair = {frozenset({1, 2}): Price("1.50")}
        self.old: Price | None = None


def test_what_is_declared_in_any_way_comes_back() -> None:
    first, second = Mixed(), Mixed()
    run(first, ROWS[:2])
    second.on_start()
    second.either, second.frozen, second.by_pair = None, frozenset(), {}
    run(second, ROWS[:2], state=first.save_state())
    for name in Mixed.saved:
        assert getattr(second, name) == getattr(first, name)
        assert type(getattr(second, name)) is type(getattr(first, name))


@pytest.mark.parametrize("saved", [["count"], {"count": "int"}, {"count": list[int]}, {"count": (int, 5)}, 7])
def test_a_declaration_that_is_none_is_refused_with_the_class(saved: Any) -> None:
    with pytest.raises(ConfigError, match=r"Wrong\.saved (must be types by name|declares 'count' as)"):
        type("Wrong", (Strategy,), {"saved": saved})


def test_a_state_before_its_attributes_are_set_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"Gambler\.saved declares 'count', which this Gambler does not have"):
        Gambler().save_state()


def test_what_can_not_be_kept_is_told_with_its_place() -> None:
    class Wrong(Strategy):
        def on_save(self) -> dict[str, Any]:
            return {"own": object()}

    with pytest.raises(InvalidArgument, match=r"\['state'\]\['own'\] is a object"):
        Wrong().save_state()


@pytest.mark.parametrize("state", [b"", b"{}", b"nonsense", 7, {"Nobody": b""}])
def test_what_is_no_state_is_refused(state: Any) -> None:
    with pytest.raises((DataError, ConfigError)):
        Backtest(Gambler(), (BTC, ROWS), cash="1 USDT", state=state)


def test_an_error_in_on_load_is_a_handlers_error() -> None:
    class Failing(Strategy):
        def on_load(self, state: dict[str, Any]) -> None:
            raise LookupError("planted")

    state = Failing().save_state()
    with pytest.raises(LookupError) as raised:
        run(Failing(), ROWS[:3], state=state)
    assert "while handling start" in raised.value.__notes__[0]
