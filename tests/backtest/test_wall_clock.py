"""Inside handlers of a simulation there is no wall clock and no chance without a seed; everywhere else there is."""

# ruff: noqa: PLW0108
# A lambda looks a name up when it is called: that is what is tested.
from __future__ import annotations

import builtins
import datetime
import logging
import os
import pickle
import random
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from datetime import date
from datetime import datetime as moment
from random import random as draw
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from numpy.random import RandomState

from pytrader import Backtest, DeterminismError, Strategy
from pytrader.backtest import BacktestResult
from tests.backtest import clock_helper
from tests.backtest.clock_helper import now_by_name
from tests.backtest.markets import instrument, quotes

BTC = instrument()


class Asking(Strategy):
    """Calls what it is given, once, in its first quote."""

    def __init__(self, call: Callable[[], object]) -> None:
        super().__init__()
        self.call: Callable[[], object] | None = call
        self.answer: object = None

    def on_quote(self, quote: Any) -> None:
        if self.call is not None:
            call, self.call = self.call, None
            self.answer = call()


def run(strategy: Strategy, **options: Any) -> BacktestResult:
    return Backtest(strategy, (BTC, quotes([(100, 101)] * 3)), cash="1000 USDT", **options).run()


def local_import_of_the_class() -> object:
    from datetime import datetime as local

    return local.now()


def local_import_of_a_function() -> object:
    from time import time_ns

    return time_ns()


def drawn(state: RandomState) -> list[int]:
    return state.randint(0, 1000, 5).tolist()  # type: ignore[no-any-return]


MADE_BEFORE = RandomState(5)
DRAWN = drawn(RandomState(5))


def kind_of_random_state() -> RandomState:
    class Kind(RandomState):
        pass

    made = Kind(np.random.MT19937(3))
    assert isinstance(made, Kind)
    assert not isinstance(MADE_BEFORE, Kind)
    assert not issubclass(RandomState, Kind)
    return made


CLOCKS: dict[str, Callable[[], object]] = {
    "time.time": lambda: time.time(),
    "time.time_ns": lambda: time.time_ns(),
    "time.monotonic": lambda: time.monotonic(),
    "time.monotonic_ns": lambda: time.monotonic_ns(),
    "time.perf_counter": lambda: time.perf_counter(),
    "time.perf_counter by name": lambda: perf_counter(),
    "time.process_time": lambda: time.process_time(),
    "os.times": lambda: os.times(),
    "time.thread_time": lambda: time.thread_time(),
    "time.localtime": lambda: time.localtime(),
    "time.localtime of None": lambda: time.localtime(None),
    "time.gmtime of None": lambda: time.gmtime(None),
    "time.ctime of None": lambda: time.ctime(None),
    "time.strftime": lambda: time.strftime("%H:%M"),
    "datetime.now": lambda: datetime.datetime.now(),
    "datetime.now of a zone": lambda: datetime.datetime.now(datetime.UTC),
    "datetime.utcnow": lambda: datetime.datetime.utcnow(),
    "datetime.today": lambda: datetime.datetime.today(),
    "date.today": lambda: date.today(),
    "datetime.now by name": lambda: moment.now(),
    "a local import of datetime": local_import_of_the_class,
    "a local import of time_ns": local_import_of_a_function,
    "a function in a helper": now_by_name,
    "a class in a helper": clock_helper.today_by_class,
    "a module in a helper": lambda: clock_helper.today_by_module(),
}
CHANCES: dict[str, Callable[[], object]] = {
    "random.random": lambda: random.random(),
    "random.random by name": lambda: draw(),
    "random.randint": lambda: random.randint(1, 6),
    "random.shuffle": lambda: random.shuffle([1, 2]),
    "random.seed": lambda: random.seed(),
    "random.Random": lambda: random.Random(),
    "random.SystemRandom": lambda: random.SystemRandom().random(),
    "os.urandom": lambda: os.urandom(8),
    "uuid.uuid4": lambda: uuid.uuid4(),
    "uuid.uuid1": lambda: uuid.uuid1(),
    "secrets.token_hex": lambda: secrets.token_hex(),
    "secrets.randbelow": lambda: secrets.randbelow(6),
    "numpy.random.rand": lambda: np.random.rand(),
    "numpy.random.normal": lambda: np.random.normal(),
    "numpy.random.seed": lambda: np.random.seed(3),
    "numpy.random.sample": lambda: np.random.sample(),
    "numpy.random.ranf": lambda: np.random.ranf(),
    "numpy.random.set_bit_generator": lambda: np.random.set_bit_generator(np.random.MT19937(3)),
    "numpy.random.default_rng": lambda: np.random.default_rng(),
    "numpy.random.PCG64": lambda: np.random.PCG64(),
    "numpy.random.RandomState": lambda: np.random.RandomState(),
    "numpy.random.RandomState of None": lambda: np.random.RandomState(None),
    "numpy.random.RandomState by name": lambda: RandomState(seed=None),
    "numpy.random.RandomState reseeded": lambda: np.random.RandomState(5).seed(),
}
ALLOWED: dict[str, Callable[[], object]] = {
    "a time of a timestamp": lambda: moment.fromtimestamp(0, datetime.UTC) == moment(1970, 1, 1, tzinfo=datetime.UTC),
    "the type of a time": lambda: type(moment(2024, 1, 1)) is type(pickle.loads(pickle.dumps(moment(2024, 1, 1)))),
    "an instance check": lambda: isinstance(moment(2024, 1, 1), moment) and isinstance(moment.min, datetime.datetime),
    "a seeded generator": lambda: random.Random(7).random() == random.Random(7).random(),
    "a seeded numpy generator": lambda: np.random.default_rng(7).integers(9) == np.random.default_rng(7).integers(9),
    "a seeded RandomState": lambda: drawn(np.random.RandomState(5)) == drawn(RandomState(seed=5)) == DRAWN,
    "a RandomState seeded by several numbers": lambda: (
        drawn(RandomState([1, 2])) == drawn(np.random.mtrand.RandomState([1, 2])) != DRAWN
    ),
    "a RandomState of a seeded generator": lambda: (
        drawn(RandomState(np.random.MT19937(3))) == drawn(np.random.RandomState(np.random.MT19937(3)))
    ),
    "the type of a RandomState": lambda: (
        isinstance(RandomState(5), RandomState)
        and isinstance(MADE_BEFORE, np.random.RandomState)
        and type(RandomState(5)) is type(MADE_BEFORE)
        and issubclass(type(MADE_BEFORE), RandomState)
        and not isinstance(5, RandomState)
        and pickle.loads(pickle.dumps(RandomState)) is RandomState
    ),
    "a kind of RandomState": lambda: isinstance(kind_of_random_state(), RandomState),
    "a formatted time": lambda: time.strftime("%Y", time.gmtime(0)) == "1970",
    "a log record": lambda: logging.getLogger("tests").warning("said") is None,
}


@pytest.mark.parametrize("name", CLOCKS)
def test_the_wall_clock_is_refused_in_a_handler(name: str) -> None:
    with pytest.raises(DeterminismError, match=r"in a handler of Asking reads .* use self\.clock\.now"):
        run(Asking(CLOCKS[name]))
    assert CLOCKS[name]() is not None


@pytest.mark.parametrize("name", CHANCES)
def test_chance_without_a_seed_is_refused_in_a_handler(name: str) -> None:
    with pytest.raises(DeterminismError, match=r"in a handler of Asking draws .* use self\.random"):
        run(Asking(CHANCES[name]))
    CHANCES[name]()


@pytest.mark.parametrize("name", ALLOWED)
def test_what_every_run_repeats_is_allowed(name: str) -> None:
    strategy = Asking(ALLOWED[name])
    run(strategy)
    assert strategy.answer


@pytest.mark.parametrize("arguments", [(-1,), ("x",), (1.5,), (1, 2)])
def test_a_wrong_seed_is_refused_as_ever(arguments: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, ValueError)) as expected:
        RandomState(*arguments)
    with pytest.raises(expected.type):
        run(Asking(lambda: RandomState(*arguments)))


def test_everything_is_put_back_after_a_run_and_after_an_error() -> None:
    names = [
        (np.random, "RandomState"),
        (np.random.mtrand, "RandomState"),
        (time, "time"),
        (os, "urandom"),
        (random, "random"),
        (uuid, "uuid4"),
        (builtins, "__import__"),
    ]
    before = [vars(owner)[name] for owner, name in names]
    own = (globals()["moment"], globals()["draw"], vars(clock_helper)["datetime"], vars(clock_helper)["time"])
    run(Asking(lambda: None))
    with pytest.raises(ZeroDivisionError):
        run(Asking(lambda: 1 // 0))
    assert [vars(owner)[name] for owner, name in names] == before
    after = (globals()["moment"], globals()["draw"], vars(clock_helper)["datetime"], vars(clock_helper)["time"])
    assert all(one is other for one, other in zip(own, after, strict=True))


def test_other_threads_keep_their_clock_while_a_handler_runs() -> None:
    def ask_elsewhere() -> object:
        answers: list[object] = []

        def other() -> None:
            for call in (*CLOCKS.values(), *CHANCES.values()):
                answers.append(call())
            answers.append(pickle.loads(pickle.dumps(moment.now())))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return len(answers)

    strategy = Asking(ask_elsewhere)
    run(strategy)
    assert strategy.answer == len(CLOCKS) + len(CHANCES) + 1


def test_code_between_two_handlers_keeps_its_clock() -> None:
    seen: list[float] = []
    Backtest(Asking(lambda: None), (BTC, quotes([(100, 101)] * 3)), cash="1000 USDT").run(
        progress=lambda done, total: seen.append(time.time())
    )
    assert seen


def test_a_run_inside_a_handler_leaves_the_outer_one_guarded() -> None:
    def nested() -> object:
        run(Asking(lambda: None))
        return time.time()

    with pytest.raises(DeterminismError):
        run(Asking(nested))
    assert time.time() > 0


def test_runs_in_several_threads_guard_each_and_put_everything_back() -> None:
    original = time.time
    refused: list[bool] = []

    def go() -> None:
        for _ in range(20):
            try:
                run(Asking(lambda: time.time()))
            except DeterminismError:
                refused.append(True)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 80
    assert time.time is original


def test_an_error_policy_takes_a_refused_clock_like_any_error() -> None:
    result = run(Asking(lambda: time.time()), error_policy="pause")
    assert [error.error_type for error in result.errors] == ["DeterminismError"]
