"""Engines in threads: two run side by side, one can not be entered twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pytrader.errors import InvalidState
from pytrader.matching import MatchingEngine
from tests.matching.test_batches import random_messages


def test_two_engines_in_two_threads_say_what_they_say_in_one():
    batches = [random_messages(60_000, seed) for seed in (1, 2)]
    serial = [MatchingEngine().apply(batch) for batch in batches]
    with ThreadPoolExecutor(2) as pool:
        threaded = list(pool.map(lambda batch: MatchingEngine().apply(batch), batches))
    for (status, fills), (status_again, fills_again) in zip(serial, threaded, strict=True):
        assert np.array_equal(status, status_again)
        assert np.array_equal(fills, fills_again)


def check_refused_during_a_batch(engine: MatchingEngine, call: Callable[[], object]) -> None:
    """Let one thread run batches until `call` of another has met one and been refused."""
    batch = random_messages(400_000)
    refused = 0
    entered = threading.Event()

    def run() -> None:
        entered.set()
        engine.apply(batch)

    # A batch runs without the interpreter lock, so the second thread meets it sooner or later.
    for _ in range(50):
        entered.clear()
        thread = threading.Thread(target=run)
        thread.start()
        entered.wait()
        while thread.is_alive():
            try:
                call()
            except InvalidState:
                refused += 1
        thread.join()
        if refused:
            break
    assert refused > 0
    engine.self_check()


def test_an_engine_entered_from_a_second_thread_raises_and_stays_whole():
    engine = MatchingEngine()
    check_refused_during_a_batch(engine, lambda: engine.cancel(3))
