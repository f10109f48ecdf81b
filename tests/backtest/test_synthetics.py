"""Orders that wait for a synthetic price: rows worked out by hand, what strategies see and what they are refused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Strategy
from pytrader.backtest.tables import order_columns
from pytrader.errors import DecimalOverflow, InvalidArgument, InvalidDecimal, InvalidState, OffTick
from pytrader.model import OrderStatus, Price
from pytrader.model.records import CASH_EVENT, STATUS
from pytrader.strategy import Buy, OrderEvent, Sell
from tests.backtest.synthetic_rows import NAMES, SECOND, Row, instrument, run, streams

ROWS = tomllib.loads((Path(__file__).parent / "synthetics" / "rows.toml").read_text(encoding="utf-8"))["row"]
TOLD = ("EMULATED", "TRIGGERED", "DENIED", "CANCELED", "REPLACED")


@dataclass
class Story:
    """What happens each second, and the words that must come of it."""

    rows: list[Row] = field(default_factory=list)
    commands: dict[int, list[str]] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)


def story_of(entry: dict[str, Any]) -> Story:
    story = Story()
    ticks = entry.get("ticks", {})

    def in_ticks(name: str, price: str) -> int | None:
        return None if price == "-" else int(Decimal(price) / Decimal(ticks.get(name, "1")))

    for second, line in enumerate(entry["story"].strip().splitlines()):
        text, _, expected = line.partition(">")
        story.expected += [f"{second}: {' '.join(told.split())}" for told in expected.split(";") if told.strip()]
        words = text.split()
        if words[0] not in NAMES:
            story.commands[second] = words
        elif words[1] == "at":
            story.rows.append(Row(second, words[0], last=in_ticks(words[0], words[2])))
        else:
            story.rows.append(Row(second, words[0], in_ticks(words[0], words[1]), in_ticks(words[0], words[2])))
    return story


class Teller(Strategy):
    """Plays the commands of a story, and notes what it is told."""

    def __init__(self, entry: dict[str, Any], story: Story) -> None:
        super().__init__()
        self.entry = entry
        self.story = story
        self.told: list[str] = []
        self.placed: dict[str, Any] = {}

    def on_start(self) -> None:
        ticks = self.entry.get("ticks", {})
        for name, weights in self.entry.get("sums", {}).items():
            self.synthetic(
                name, {f"{leg}.X": weight for leg, weight in weights.items()}, tick_size=ticks.get(name, "1")
            )
        for name, (one, other) in self.entry.get("ratios", {}).items():
            self.synthetic(name, ratio=(f"{one}.X", f"{other}.X"), tick_size=ticks.get(name, "1"))
        for second in self.story.commands:
            self.clock.set_alert(str(second), at=second * SECOND)

    def on_timer(self, timer: Any) -> None:
        words = self.story.commands[int(timer.name)]
        if words[0] == "new":
            terms = dict(word.split("=") for word in words[3:] if "=" in word)
            symbols = [word for word in words[3:] if "=" not in word and word != "emulate"]
            if symbols:
                terms["trigger_symbol"] = symbols[0]
            self.placed[words[1]] = self.submit(words[2], 1, "A.X", emulate="emulate" in words, **terms)
        elif words[0] == "cancel":
            assert self.cancel(self.placed[words[1]])
        else:
            assert self.replace(self.placed[words[1]], stop=words[2])

    def on_order_event(self, event: OrderEvent) -> None:
        if event.exec_type.name in TOLD:
            name = next(name for name, order in self.placed.items() if order.client_order_id == event.client_order_id)
            self.told.append(f"{event.ts_init // SECOND}: {event.exec_type.name.lower()} {name}")


@pytest.mark.parametrize("entry", ROWS, ids=lambda entry: entry["name"])
def test_the_row_comes_out_as_worked_out_by_hand(entry: dict[str, Any]) -> None:
    story = story_of(entry)
    strategy = Teller(entry, story)
    end = Row(len(story.expected) + 100, "C", 1, 2)
    present = {row.name for row in story.rows}
    # Every instrument of the formulas has data; one that the story says nothing of has it after the end.
    rest = [Row(end.second, name, 1, 2) for name in NAMES if name not in present and name != "C"]
    run(strategy, [*story.rows, *rest, end], entry.get("ticks"))
    late = [line for line in strategy.told if int(line.split(":")[0]) >= end.second]
    assert [line for line in strategy.told if line not in late] == story.expected


PLAIN = [Row(0, "A", 80, 82), Row(1, "B", 90, 91), Row(2, "C", 5, 6), Row(3, "A", 80, 83), Row(4, "A", 80, 84)]


class Once(Strategy):
    """Does one thing, after the third row, and keeps what came of it."""

    def __init__(self, act: Any) -> None:
        super().__init__()
        self.act = act
        self.found: Any = None
        self.rows = 0

    def on_quote(self, quote: Any) -> None:
        self.rows += 1
        if self.rows == 3:
            self.found = self.act(self)


def of(act: Any, **given: Any) -> Any:
    strategy = Once(act)
    run(strategy, PLAIN, **given)
    return strategy.found


def spread_of(strategy: Strategy) -> Any:
    return strategy.synthetic("CAL", {"A.X": 1, "B.X": "-1"}, tick_size="0.5")


def test_the_handle_says_what_it_is_and_where_it_stands() -> None:
    def act(strategy: Strategy) -> Any:
        spread = spread_of(strategy)
        thirds = strategy.synthetic("THIRDS", {"A.X": "0.33"}, tick_size="1")
        assert (spread.bid, spread.ask) == (Price("-11"), Price("-8"))
        assert (thirds.bid, thirds.ask) == (Price("26"), Price("28"))  # 26.4 and 27.06
        assert strategy.synthetic("NONE", {"A.X": 1, "C.X": 1}, tick_size="1").bid == Price("85")
        assert spread_of(strategy) is spread
        assert repr(spread) == "<Synthetic CAL tick_size=0.5>"
        return spread

    spread = of(act)
    assert (spread.name, str(spread.tick_size)) == ("CAL", "0.5")
    with pytest.raises(InvalidState, match="only while its run is on"):
        assert spread.bid
    with pytest.raises(InvalidState, match="only while its run is on"):
        assert spread.ask


def test_the_order_says_its_stop_in_ticks_of_the_synthetic_to_the_end() -> None:
    def act(strategy: Strategy) -> Any:
        order = strategy.sell(1, "A.X", stop="-20.5", trigger="bid_ask", trigger_symbol=spread_of(strategy))
        assert (order.stop_price, order.stop_price_ticks, order.trigger_symbol) == (Price("-20.5"), -41, "CAL")
        assert strategy.replace(order, stop="-21.5")
        assert order.stop_price == Price("-21.5")
        assert strategy.sell(1, "A.X").trigger_symbol is None
        return order

    order = of(act)
    assert (order.stop_price, order.trigger_symbol) == (Price("-21.5"), "CAL")
    assert [event.stop_price for event in order.events] == [Price("-20.5"), Price("-21.5")]


def test_the_result_has_the_stop_in_ticks_of_the_synthetic() -> None:
    strategy = Once(lambda s: (spread_of(s), s.sell(1, "A.X", stop="-20.5", trigger_symbol="CAL"), s.sell(1, "A.X")))
    result = run(strategy, PLAIN, record_events=True)
    assert [(each.name, str(each.tick_size)) for each in result.synthetics] == [("CAL", "0.5")]
    assert result.orders["trigger_symbol"].tolist() == [1, 0]
    assert result.order_events is not None
    told = result.order_events[["client_order_id", "trigger_symbol"]].tolist()
    assert set(told) == {(1, 1), (2, 0)}
    columns = {column.name: column for column in order_columns(result)}
    stop = columns["stop_price"]
    assert Fraction(stop.numbers[0], 10**stop.decimals) == Fraction("-20.5")
    assert columns["trigger_symbol"].labels == ["", "CAL"]


def test_trailing_offsets_and_activation_are_prices_of_the_synthetic() -> None:
    def act(strategy: Strategy) -> Any:
        spread = spread_of(strategy)
        given = {"trigger": "bid_ask", "trigger_symbol": spread}
        order = strategy.sell(1, "A.X", trail="1.5", **given)
        assert (order.stop_price, order.trailing_offset) == (Price("-12.5"), Price("1.5"))
        later = strategy.sell(1, "A.X", trail="1.5", activation="-2.5", **given)
        assert (later.stop_price, later.activation_price) == (None, Price("-2.5"))
        with pytest.raises(InvalidArgument, match=r"trail_limit counts .* a price of CAL: leave it out"):
            strategy.sell(1, "A.X", trail="1.5", trail_limit="2", **given)
        with pytest.raises(InvalidArgument, match="trail='25bp' is a share of the price of CAL, which may be zero"):
            strategy.sell(1, "A.X", trail="25bp", **given)
        with pytest.raises(InvalidArgument, match="trail_step must be in the unit of trail, prices"):
            strategy.sell(1, "A.X", trail="1.5", trail_step="25bp", **given)
        return order

    assert of(act).status is OrderStatus.EMULATED


def test_lists_and_brackets_wait_for_synthetic_prices() -> None:
    def act(strategy: Strategy) -> Any:
        spread_of(strategy)
        exit_order = Sell(1, "A.X", stop="-8.5", trigger="bid_ask", trigger_symbol="CAL")
        entry, leave = strategy.submit_list([exit_order], parent=Buy(1, "A.X"))
        # Its stop is no price of the instrument: the exits are not compared with it.
        bracket = strategy.buy(
            1, "A.X", stop="100", trigger_symbol="CAL", stop_loss="50", take_profit="90", trigger="bid_ask"
        )
        return entry, leave, bracket

    entry, leave, bracket = of(act)
    assert entry.status is leave.status is OrderStatus.FILLED
    assert bracket.status is OrderStatus.EMULATED
    assert [order.status for order in bracket.exits] == [OrderStatus.EMULATED] * 2


def test_a_run_without_emulation_denies_and_one_that_denies_late_orders_does_so() -> None:
    def act(strategy: Strategy) -> Any:
        return strategy.sell(1, "A.X", stop="-10", trigger="bid_ask", trigger_symbol=spread_of(strategy))

    assert of(act).status is OrderStatus.FILLED
    assert of(act, emulate="never").reason.code.name == "INSTRUCTION_NOT_SUPPORTED"
    assert of(act, immediate_trigger="deny").reason.code.name == "STOP_PRICE_REACHED"


class Elsewhere(Strategy):
    """Sells A as soon as B falls to 85, and keeps what it is told of that."""

    def on_start(self) -> None:
        self.placed: Any = None
        self.told: list[tuple[int, str]] = []

    def on_quote(self, quote: Any) -> None:
        if self.placed is None and quote.ts_init == 2 * SECOND:
            self.synthetic("OTHER", {"B.X": 1}, tick_size="1")
            self.placed = self.sell(1, "A.X", stop="85", trigger="bid_ask", trigger_symbol="OTHER")

    def on_order_event(self, event: OrderEvent) -> None:
        self.told.append((event.ts_init // SECOND, event.exec_type.name))


@pytest.mark.parametrize(
    ("dtype", "given", "told", "reason"),
    [
        (
            STATUS,
            {"phase": 8},
            [(4, "TRIGGERED"), (4, "RELEASED"), (4, "PENDING_NEW"), (4, "REJECTED")],
            "TRADING_PHASE",
        ),
        (CASH_EVENT, {"kind": 6, "price": 80, "per": 1}, [(3, "CANCELED")], "INSTRUMENT_EXPIRED"),
    ],
    ids=["halted", "ended"],
)
def test_of_its_own_instrument_a_halt_is_the_venues_to_judge_and_its_end_cancels(
    dtype: Any, given: dict[str, int], told: list[tuple[int, str]], reason: str
) -> None:
    strategy = Elsewhere()
    own = np.zeros(1, dtype)
    own["ts_event"] = own["ts_init"] = 3 * SECOND
    for name, value in given.items():
        own[name] = value
    rows = [Row(0, "A", 80, 82), Row(1, "B", 90, 91), Row(2, "A", 80, 82), Row(4, "B", 80, 81)]
    Backtest(strategy, [*streams(rows, {}), (instrument("A"), own)], cash="10000 USD").run()
    assert strategy.told == [(2, "EMULATED"), *told]
    assert strategy.placed.reason.code.name == reason


def test_the_handle_tells_bid_and_ask_alone() -> None:
    assert not any(hasattr(of(spread_of), name) for name in ("last", "mid", "mark"))


BAD: list[tuple[Any, type[Exception], str]] = [
    (lambda s: s.synthetic("N", {"Z.X": 1}, tick_size="1"), InvalidArgument, "this run has no instrument 'Z.X'"),
    (lambda s: s.synthetic("N", {"A.X": 0.5}, tick_size="1"), TypeError, "the weight of A.X in N: .*float"),
    (lambda s: s.synthetic("N", {"A.X": True}, tick_size="1"), TypeError, "must be an exact number, got True"),
    (lambda s: s.synthetic("N", {"A.X": None}, tick_size="1"), InvalidArgument, "must be an exact number, got None"),
    (lambda s: s.synthetic("N", {"A.X": 0}, tick_size="1"), InvalidArgument, "weight of a component is 0"),
    (lambda s: s.synthetic("N", {"A.X": "x"}, tick_size="1"), InvalidDecimal, "the weight of A.X in N"),
    (lambda s: s.synthetic("N", {}, tick_size="1"), InvalidArgument, "needs 1 to 64 components, got 0"),
    (lambda s: s.synthetic("N", [("A.X", 1)], tick_size="1"), InvalidArgument, "must be a dict of weights"),
    (
        lambda s: s.synthetic("N", {"A.X": 1, s.instruments["A.X"]: 1}, tick_size="1"),
        InvalidArgument,
        "an instrument is twice among its components",
    ),
    (lambda s: s.synthetic("N", tick_size="1"), InvalidArgument, "needs either components"),
    (lambda s: s.synthetic("N", {"A.X": 1}, ratio=("A.X", "B.X"), tick_size="1"), InvalidArgument, "needs either"),
    (lambda s: s.synthetic("N", ratio="AB", tick_size="1"), InvalidArgument, "must be two instruments"),
    (lambda s: s.synthetic("N", ratio=("A.X", "A.X"), tick_size="1"), InvalidArgument, "twice among"),
    (lambda s: s.synthetic("N", ratio=("A.X", None), tick_size="1"), InvalidArgument, "has no instrument"),
    (lambda s: s.synthetic("N", {"A.X": 1}, tick_size="0"), InvalidArgument, "tick size must be positive"),
    (lambda s: s.synthetic("N", {"A.X": 1}, tick_size=0.5), TypeError, "the tick_size of N"),
    (lambda s: s.synthetic("", {"A.X": 1}, tick_size="1"), InvalidArgument, "a name of 1 to 64 bytes of UTF-8, got 0"),
    (lambda s: s.synthetic("\u00e9" * 33, {"A.X": 1}, tick_size="1"), InvalidArgument, "bytes of UTF-8, got 66"),
    (lambda s: s.synthetic("A B", {"A.X": 1}, tick_size="1"), InvalidArgument, "and no blanks, got 'A B'"),
    (lambda s: s.synthetic("A\0", {"A.X": 1}, tick_size="1"), InvalidArgument, r"printed, .* got 'A\\x00'"),
    (lambda s: s.synthetic("A\u00a0", {"A.X": 1}, tick_size="1"), InvalidArgument, r"printed, .* got 'A\\xa0'"),
    (lambda s: s.synthetic("A\ud800", {"A.X": 1}, tick_size="1"), InvalidArgument, r"printed, .* got 'A\\ud800'"),
    (lambda s: s.synthetic(7, {"A.X": 1}, tick_size="1"), InvalidArgument, "name must be a text, got 7"),
    (lambda s: s.synthetic("B.X", {"A.X": 1}, tick_size="1"), InvalidArgument, "an instrument has this name"),
    (lambda s: (spread_of(s), s.synthetic("CAL", {"A.X": 1}, tick_size="1")), InvalidArgument, "another formula"),
    (lambda s: s.synthetic("N", {"A.X": "1e-18"}, tick_size="7"), InvalidArgument, "too many digits"),
    (lambda s: s.sell(1, "A.X", stop="1", trigger_symbol="NO"), InvalidArgument, "has no synthetic 'NO': it has none"),
    (lambda s: s.sell(1, "A.X", stop="1", trigger_symbol=7), InvalidArgument, "must be a synthetic of self.synthetic"),
    (lambda s: s.sell(1, "A.X", stop="-0.3", trigger_symbol=spread_of(s)), OffTick, "ticks of 0.5: round it$"),
    (
        lambda s: s.sell(1, "A.X", stop="9e18", trigger_symbol=s.synthetic("N", {"A.X": "1e18"}, tick_size="1")),
        DecimalOverflow,
        "is beyond 64 bits",
    ),
]


@pytest.mark.parametrize(("act", "kind", "text"), BAD, ids=[text for _, _, text in BAD])
def test_what_is_wrong_is_refused_before_anything_changes(act: Any, kind: type[Exception], text: str) -> None:
    def guarded(strategy: Strategy) -> Any:
        with pytest.raises(kind, match=text):
            act(strategy)
        return strategy.open_orders

    assert of(guarded) == []


def test_a_name_of_64_bytes_in_any_script_is_taken() -> None:
    name = "\u00e9" * 32
    assert of(lambda s: s.synthetic(name, {"A.X": 1}, tick_size="1")).name == name


def test_an_order_that_waits_for_no_price_is_denied() -> None:
    order = of(lambda s: s.sell(1, "A.X", trigger_symbol=spread_of(s)))
    assert order.reason.code.name == "WAITS_FOR_NO_PRICE"


def test_an_order_without_a_trigger_is_refused_where_no_price_of_all_components_is_told() -> None:
    found: list[Any] = []

    class Asker(Strategy):
        def on_quote(self, quote: Any) -> None:
            self.synthetic("CAL", {"A.X": 1, "B.X": -1}, tick_size="1")
            self.synthetic("QUOTED", {"A.X": 1}, tick_size="1")
            self.synthetic("PRINTED", {"B.X": 1}, tick_size="1")
            text = r"CAL: an order needs a trigger here, .*: B\.X has no quotes, and another one no trades"
            with pytest.raises(InvalidArgument, match=text):
                self.sell(1, "A.X", stop="1", trigger_symbol="CAL")
            with pytest.raises(InvalidArgument, match=text):
                self.submit_list([Sell(1, "A.X", stop="1", trigger_symbol="CAL")], parent=Buy(1, "A.X"))
            assert not self.open_orders
            found.append(self.sell(1, "A.X", stop="1", trigger_symbol="CAL", trigger="last"))
            found.append(self.sell(1, "A.X", stop="1", trigger_symbol="QUOTED"))
            found.append(self.sell(1, "A.X", stop="1", trigger_symbol="PRINTED"))

    run(Asker(), [Row(0, "B", last=90), Row(1, "A", 80, 82)])
    assert [order.status for order in found] == [OrderStatus.EMULATED] * 3


def test_strategies_share_a_formula_but_not_its_handle() -> None:
    handles: list[Any] = []

    class Sharer(Strategy):
        def on_start(self) -> None:
            handles.append(self.synthetic("CAL", {"A.X": 1, "B.X": -1}, tick_size="0.5"))

        def on_stop(self) -> None:
            if handles[0] is not None and self.name.endswith("2"):
                with pytest.raises(InvalidArgument, match="was made by another strategy or run"):
                    self.sell(1, "A.X", stop="1", trigger_symbol=handles[0])

    result = run([Sharer(), Sharer()], PLAIN)  # type: ignore[arg-type]
    assert len(result.synthetics) == 1
    assert len(handles) == 2


def test_a_formula_is_part_of_the_digest_and_a_run_repeats() -> None:
    def digest(act: Any) -> str:
        return run(Once(act), PLAIN).digest

    assert digest(spread_of) == digest(spread_of)
    assert digest(spread_of) != digest(lambda s: None)
    assert digest(spread_of) != digest(lambda s: s.synthetic("CAL", {"A.X": 1, "B.X": "-2"}, tick_size="0.5"))
