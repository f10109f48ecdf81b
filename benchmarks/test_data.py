"""Benchmarks of market data: decimal columns against `decimal.Decimal`, readers, column files, the generator."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader.data import load, open_columns, write_columns
from pytrader.data.decimal_text import TextColumn
from pytrader.simulation import generate

ROWS = 20_000
TEXTS = [f"{61_000 + row % 997}.{row % 100:02d}" for row in range(ROWS)]
LINES = np.arange(ROWS)


def bench(benchmark: Any, run: Any, rows: int = ROWS) -> None:
    """Time `run` by CPU time; `extra_info` holds nanoseconds per row."""
    benchmark.pedantic(run, rounds=7, iterations=1, warmup_rounds=1)
    if benchmark.stats is not None:
        benchmark.extra_info["ns_per_row"] = benchmark.stats.stats.median * 1e9 / rows


@pytest.mark.benchmark(group="decimal column", timer=time.thread_time, disable_gc=True)
@pytest.mark.parametrize("kind", ["column", "Decimal"])
def test_text_to_ticks(benchmark: Any, kind: str) -> None:
    column = TextColumn.from_strings("price", "", TEXTS, LINES)

    def by_column() -> list[int]:
        return column.scaled(2).tolist()

    def by_decimal() -> list[int]:
        return [int(Decimal(text).scaleb(2)) for text in TEXTS]

    assert by_column() == by_decimal()
    bench(benchmark, by_column if kind == "column" else by_decimal)


@pytest.mark.benchmark(group="readers", timer=time.thread_time, disable_gc=True)
def test_read_lobster_messages(benchmark: Any, tmp_path: Path) -> None:
    path = tmp_path / "ABC_2012-06-21_34200000_57600000_message_10.csv"
    path.write_text(
        "".join(
            f"{34_200 + row / 10:.9f},1,{row + 1},{1 + row % 90},{5_853_300 - row % 900 * 100},1\n"
            for row in range(ROWS)
        )
    )
    assert load(path).event_count == ROWS + 1
    bench(benchmark, lambda: load(path))


@pytest.mark.benchmark(group="readers", timer=time.thread_time, disable_gc=True)
def test_read_capture_of_depth(benchmark: Any, tmp_path: Path) -> None:
    frames: list[dict[str, Any]] = [{"lastUpdateId": 0, "bids": [["1.0", "1"]], "asks": [["9.0", "1"]]}]
    for row in range(ROWS // 4):
        bids = [[f"{1 + level}.{row % 10}", f"{row % 7}.5"] for level in range(4)]
        data = {"e": "depthUpdate", "E": row, "s": "BTCUSDT", "U": row + 1, "u": row + 1, "b": bids, "a": []}
        frames.append({"stream": "btcusdt@depth", "data": data})
    path = tmp_path / "capture"
    path.write_text("".join(f"{ts} {json.dumps(frame)}\n" for ts, frame in enumerate(frames)))
    assert load(path).event_count == ROWS + 3
    bench(benchmark, lambda: load(path))


@pytest.mark.benchmark(group="columns", timer=time.thread_time, disable_gc=True)
@pytest.mark.parametrize("verify", [False, True])
def test_open_columns(benchmark: Any, tmp_path: Path, verify: bool) -> None:
    path = write_columns(tmp_path / "market", generate(ROWS, 7))
    assert open_columns(path, verify=verify).event_count == ROWS
    bench(benchmark, lambda: open_columns(path, verify=verify))


@pytest.mark.benchmark(group="generator", timer=time.thread_time, disable_gc=True)
def test_generate_a_market(benchmark: Any) -> None:
    assert generate(ROWS, 7).event_count == ROWS
    bench(benchmark, lambda: generate(ROWS, 7))
