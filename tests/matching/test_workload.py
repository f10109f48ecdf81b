"""Public order streams with known answers: count, volume and checksum of the trades, and the final book."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pytrader.matching import ORDER_MESSAGE, MatchingEngine, VenueRules, outcome

MASK = 2**64 - 1


@pytest.fixture(scope="module")
def order_stream(shared_workloads: Path) -> ModuleType:
    """The generator script of the streams; it holds a plain matcher of its own."""
    spec = importlib.util.spec_from_file_location("order_stream", shared_workloads / "order_stream.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def to_messages(stream: np.ndarray) -> np.ndarray:
    """The stream's rows (0 limit, 1 cancel, 2 modify, 3 market, 4 IOC) as ORDER_MESSAGE rows."""
    kind = stream["type"]
    messages = np.zeros(len(stream), ORDER_MESSAGE)
    messages["kind"] = np.select([kind == 1, kind == 2], [2, 3], 1)
    messages["side"] = stream["side"].astype(np.int64) + 1
    messages["order_type"] = np.where(kind == 3, 1, 2)
    messages["time_in_force"] = np.where(kind >= 3, 3, 1)
    messages["price"] = np.where(kind == 3, 0, stream["price"])
    messages["quantity"] = stream["qty"]
    messages["order_id"] = stream["oid"]
    return messages


def checksum(fills: np.ndarray) -> int:
    value = 0
    columns = ("maker_order_id", "taker_order_id", "price", "quantity")
    for maker, taker, price, quantity in zip(*(fills[name].tolist() for name in columns), strict=True):
        trade = maker * 0x9E3779B97F4A7C15 + taker * 0xC2B2AE3D27D4EB4F + price * 0x165667B19E3779F9 + quantity
        value = value * 0x100000001B3 & MASK ^ trade & MASK
    return value


@pytest.mark.parametrize(("amend", "policy"), [("reinsert", "always_loses"), ("keep", "keeps_on_decrease")])
@pytest.mark.parametrize("live", [200, 2000])
def test_the_streams_trades_and_final_book_are_reproduced(order_stream: ModuleType, amend: str, policy: str, live: int):
    stream, expected = order_stream.gen_match(30_000, 20261, live, amend)
    engine = MatchingEngine(rules=VenueRules(amend=policy, replace_quantity="open"))
    status, fills = engine.apply(to_messages(stream))
    engine.self_check()
    assert len(fills) == expected["trades"]
    assert int(fills["quantity"].sum()) == expected["volume"]
    assert f"{checksum(fills):016x}" == expected["trade_checksum"]
    assert len(engine) == expected["end_live"]
    levels = engine.depth(100_000)
    assert [len(side) for side in levels] == expected["end_levels"]
    assert [side[0].price.as_decimal() * 100 for side in levels] == expected["end_best"]
    refused = [code for code in np.unique(status) if outcome(int(code)).name == "REJECTED"]
    assert sum(engine.faults.values()) == expected["stale_cancels"] == int(np.isin(status, refused).sum())
