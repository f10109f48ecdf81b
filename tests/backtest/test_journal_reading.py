"""What a journal says of its run, as arrays: every row of the data, every report, every digest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pytrader import InvalidArgument, JournalError
from pytrader.backtest import read_journal
from pytrader.model import ExecType, Liquidity
from tests.backtest.journaled_worlds import (
    MARKS,
    compiled,
    everything,
    exchange,
    path,
    written,
)
from tests.backtest.markets import START, quotes


def test_the_rows_of_the_data_stand_in_the_journal(tmp_path: Path) -> None:
    written(compiled, tmp_path / "run")
    journal = read_journal(tmp_path / "run")
    told = journal.rows["quote"]
    row = quotes(path(6), quantity=30)
    for name in row.dtype.names or ():
        assert told[name].tolist() == row[name].tolist()
    assert set(told["instrument"].tolist()) == {0}
    assert set(told["stream"].tolist()) == {1}
    assert told["ts"].tolist() == row["ts_event"].tolist()
    assert journal.whole
    assert not journal.torn
    assert journal.size == (tmp_path / "run").stat().st_size
    assert journal.inputs == sum(
        len(rows) for kind, rows in journal.rows.items() if kind not in ("digest", "end", "clock", "early_rows")
    )
    assert repr(journal).startswith(f"<Journal of {journal.inputs} inputs: ")


def test_reports_tell_of_every_fill(tmp_path: Path) -> None:
    result = written(everything, tmp_path / "run")
    journal = read_journal(str(tmp_path / "run"))
    reports = journal.rows["report"]
    trades = reports[reports["codes"]["exec_type"] == ExecType.TRADE]
    for name, of_fill in (("last_px", "price"), ("last_qty", "quantity"), ("exec_id", "exec_id"), ("ts", "ts_init")):
        assert trades[name].tolist() == result.fills[of_fill].tolist()
    assert set(trades["codes"]["liquidity"].tolist()) <= {Liquidity.MAKER, Liquidity.TAKER}
    assert int(journal.rows["digest"]["digest"][-1]) == int(result.digest, 16)
    assert journal.rows["end"][["status", "events"]].tolist() == [(0, result.events)]
    # Every kind of data, in the order in which it was received.
    kinds = {"quote", "trade", "bar", "l3", "status", "mark", "cash_event", "margin_calls", "liquidation", "early_rows"}
    assert kinds < set(journal.rows)
    entries = np.sort(np.concatenate([rows["entry"] for rows in journal.rows.values()]))
    assert entries.tolist() == list(range(len(entries)))
    assert set(journal.rows["bar"]["duration_ns"].tolist()) == {60 * 10**9}
    assert journal.rows["mark"]["mark_price"].tolist() == MARKS


def test_what_an_exchange_publishes_is_from_no_stream(tmp_path: Path) -> None:
    written(exchange, tmp_path / "run")
    journal = read_journal(tmp_path / "run")
    assert set(journal.rows["l3"]["stream"].tolist()) == {0}
    assert len(journal.rows["l3"]) > 100


def test_a_journal_that_breaks_off_is_read_to_there(tmp_path: Path) -> None:
    written(compiled, tmp_path / "run")
    whole = (tmp_path / "run").read_bytes()
    (tmp_path / "run").write_bytes(whole[:1000])
    journal = read_journal(tmp_path / "run")
    assert (journal.whole, journal.torn) == (False, True)
    assert 900 < journal.size < 1000
    assert "inputs, torn: " in repr(journal)
    assert journal.rows["start"]["ts"].tolist() == [START]
    (tmp_path / "run").write_bytes(whole[: journal.size])
    assert "inputs, breaks off: " in repr(read_journal(tmp_path / "run"))


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not one")
    with pytest.raises(JournalError, match="is none"):
        read_journal(tmp_path / "text")
    with pytest.raises(InvalidArgument, match="the path of a file, got 3"):
        read_journal(3)  # type: ignore[arg-type]
