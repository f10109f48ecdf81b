"""Journals: a run from its journal is the run, to the last bit, as far as the journal goes; all else is refused."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Backtest, InvalidArgument, InvalidState, JournalError, PytraderError, Strategy
from pytrader.model import CashEventKind, OrderStatus
from pytrader.model.records import QUOTE
from tests.backtest.journaled_worlds import (
    PERPETUAL,
    SHARE,
    WORLDS,
    Everything,
    Failing,
    at_once,
    compiled,
    everything,
    fingerprint,
    path,
    written,
)
from tests.backtest.markets import SECOND, START, quotes

HEAD = 16
DIGEST, END = 48, 49


def frames_of(data: bytes) -> list[tuple[int, int, int]]:
    """(kind, begin, end) of each frame, after a proof of its checksum."""
    found = []
    at, chain = HEAD, zlib.crc32(data[:HEAD])
    while at < len(data):
        kind, words = struct.unpack_from("<HH", data, at + 4)
        end = at + 16 + 8 * words
        chain = zlib.crc32(data[at + 4 : end], chain)
        assert struct.unpack_from("<I", data, at) == (chain,)
        found.append((kind, at, end))
        at = end
    return found


def with_changed(data: bytes, number: int, change: Any) -> bytes:
    """The same journal with other bytes in one frame, and checksums that agree with them."""
    chain, made = zlib.crc32(data[:HEAD]), bytearray(data[:HEAD])
    for index, (_, begin, end) in enumerate(frames_of(data)):
        body = bytearray(data[begin + 4 : end])
        if index == number:
            change(body)
        chain = zlib.crc32(body, chain)
        made += struct.pack("<I", chain) + body
    return bytes(made)


@pytest.mark.parametrize("name", WORLDS)
def test_a_replay_is_the_run_and_writing_a_journal_changes_nothing(name: str, tmp_path: Path) -> None:
    world = WORLDS[name]
    plain = fingerprint(world().run())
    assert fingerprint(written(world, tmp_path / "run")) == plain
    assert fingerprint(world(journal=tmp_path / "again").replay(tmp_path / "run")) == plain
    assert (tmp_path / "again").read_bytes() == (tmp_path / "run").read_bytes()


def test_the_worlds_use_what_a_run_can() -> None:
    """Else their equality would say little."""
    result = everything().run()
    assert {CashEventKind.FUNDING, CashEventKind.SPLIT, CashEventKind.EXPIRY, CashEventKind.LIQUIDATION} <= set(
        result.cash_events["kind"].tolist()
    )
    assert {error.action for error in result.errors} == {"pause", "cancel", "continue"}
    assert len(result.fills) > 100
    assert result.early_rows
    assert result.order_events is not None
    states = set(result.order_events["ord_status"].tolist())
    assert {OrderStatus.EMULATED, OrderStatus.RELEASED, OrderStatus.EXPIRED} & states
    for column in ("list", "parent", "stop_price"):
        assert len(set(result.orders[column].tolist())) > 5


def test_strategies_see_in_a_replay_what_they_saw(tmp_path: Path) -> None:
    first = everything(journal=tmp_path / "run")
    first.run()
    second = everything()
    second.replay(tmp_path / "run")
    for name in ("one", "two"):
        seen = first.strategies[name].seen  # type: ignore[union-attr]
        assert len(seen) > 200
        assert second.strategies[name].seen == seen  # type: ignore[union-attr]


def test_a_journal_is_written_byte_for_byte_as_its_page_says(tmp_path: Path) -> None:
    compiled(journal=tmp_path / "run").run()
    data = (tmp_path / "run").read_bytes()
    assert data[:12] == b"PTJOURNL" + struct.pack("<I", 1)
    assert struct.unpack_from("<I", data, 12) == (zlib.crc32(data[:12]),)
    kinds = [kind for kind, _, _ in frames_of(data)]
    # A digest, the start, quotes (and what time does between them), the stop, the last digest and the end.
    assert kinds[:3] == [DIGEST, 2, 7]
    assert kinds[-3:] == [3, DIGEST, END]
    assert kinds.count(7) == 900
    _, begin, end = frames_of(data)[2]
    row = quotes(path(6), quantity=30)[:1]
    assert struct.unpack_from("<HHq", data, begin + 4) == (7, 7, START)
    # Instrument 0, from stream 0: one is added to that, for 0 says that it is from none.
    assert struct.unpack_from("<IIqq", data, begin + 16) == (0, 1, START, START)
    assert data[begin + 24 : end] == row.tobytes()
    assert row.dtype == QUOTE


@pytest.mark.parametrize("world", [everything, at_once])
def test_a_journal_that_breaks_off_anywhere_replays_to_the_state_there(world: Any, tmp_path: Path) -> None:
    whole = written(world, tmp_path / "run")
    assert whole.order_events is not None
    data = (tmp_path / "run").read_bytes()
    frames = frames_of(data)
    held = 0
    for part in range(1, 9):
        _, begin, end = frames[len(frames) * part // 9]
        (tmp_path / "part").write_bytes(data[: begin + (end - begin) // 2])
        backtest = world()
        result = backtest.replay(tmp_path / "part")
        assert not result.finished
        assert result.order_events is not None
        # What had happened by then has happened, and what was open is open.
        done = len(result.order_events)
        assert 0 < done < len(whole.order_events)
        told = whole.order_events[:done]
        assert result.order_events.tobytes() == told.tobytes()
        states = dict(zip(told["client_order_id"].tolist(), told["ord_status"].tolist(), strict=True))
        assert dict(enumerate(result.orders["ord_status"].tolist(), 1)) == states
        assert result.fills["exec_id"].tolist() == whole.fills["exec_id"][: len(result.fills)].tolist()
        snapshot = backtest.snapshot()
        assert snapshot is not None
        ended = {OrderStatus(ord(letter)) for letter in "d248C"}
        assert len(snapshot.orders) == sum(state not in ended for state in states.values())
        held += list(states.values()).count(OrderStatus.EMULATED)
    assert held > 5


def test_a_crash_leaves_what_a_pause_at_that_point_would(tmp_path: Path) -> None:
    """The digest in the middle of a journal is that of the run that goes no further."""
    written(everything, tmp_path / "run")
    data = (tmp_path / "run").read_bytes()
    frames = frames_of(data)
    middle = [number for number, (kind, _, _) in enumerate(frames) if kind == DIGEST][1:-1]
    assert middle
    for number in middle:
        _, begin, end = frames[number]
        (tmp_path / "part").write_bytes(data[:begin])
        (digest,) = struct.unpack_from("<Q", data, end - 8)
        (tmp_path / "copy").unlink(missing_ok=True)
        result = everything(journal=tmp_path / "copy").replay(tmp_path / "part")
        assert result.digest == f"{digest:016x}"
        assert (tmp_path / "copy").read_bytes()[:begin] == data[:begin]


def test_a_journal_that_ends_before_the_start_replays_to_nothing(tmp_path: Path) -> None:
    written(everything, tmp_path / "run")
    data = (tmp_path / "run").read_bytes()
    _, begin, end = frames_of(data)[0]
    for length in (0, 7, HEAD, begin + 3, end):
        (tmp_path / "part").write_bytes(data[:length])
        result = everything().replay(tmp_path / "part")
        assert not result.finished
        assert (len(result.orders), result.events) == (0, 0)
        assert [account.cash for account in result.accounts] == [account.opening for account in result.accounts]


@pytest.mark.parametrize(
    "change",
    [
        {"cash": "20001 USDT"},
        {"seed": 1},
        {"order_latency": "1ms"},
        {"account": "cross"},
        {"emulate": "always"},
        {"insurance": "51 USDT"},
        {"start": START + 5 * SECOND},
        {"strategies": {"one": Everything}, "error_policy": "pause"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_set_up_is_refused_before_the_first_callback(change: dict[str, Any], tmp_path: Path) -> None:
    written(everything, tmp_path / "run")
    backtest = everything(**change)
    with pytest.raises(JournalError, match="is of a run with another set-up: give the same data"):
        backtest.replay(tmp_path / "run")
    assert not any(hasattr(strategy, "seen") for strategy in backtest.strategies.values())


def test_other_data_is_refused_where_it_differs(tmp_path: Path) -> None:
    rows = quotes(path(6), quantity=30)
    Backtest(Quiet, (SHARE, rows), cash="1000 USDT", journal=tmp_path / "run").run()
    other = rows.copy()
    other["bid_quantity"][20] += 1
    with pytest.raises(JournalError, match="over other data: input 22 is not row 20 of stream 0 of SHARE"):
        Backtest(Quiet, (SHARE, other), cash="1000 USDT").replay(tmp_path / "run")
    with pytest.raises(JournalError, match=r"row 10 of stream 0 of SHARE.*, which ends before it"):
        Backtest(Quiet, (SHARE, rows[:10]), cash="1000 USDT").replay(tmp_path / "run")


class Quiet(Strategy):
    late: bool = False

    def on_quote(self, quote: Any) -> None:
        if self.late and self.clock.now == START + 800 * SECOND:
            self.buy(quantity_lots=1)


def test_another_strategy_is_noticed_at_the_next_digest(tmp_path: Path) -> None:
    def run(late: bool, **options: Any) -> Backtest:
        return Backtest(Quiet(late=late), (SHARE, quotes(path(6), quantity=30)), cash="1000 USDT", **options)

    run(False, journal=tmp_path / "run").run()
    with pytest.raises(JournalError) as caught:
        run(True).replay(tmp_path / "run")
    assert "is of another run: what strategies did until input 90" in str(caught.value)
    written(everything, tmp_path / "all")
    for checked in (False, True):
        other = {"one": Everything(raises=False), "two": Everything()}
        with pytest.raises(JournalError, match="is of another run"):
            everything(strategies=other, check_every_event=checked).replay(tmp_path / "all")


class Distracted(Everything):
    """Draws a number that nobody needs, once."""

    draws_at: int = 0

    def on_quote(self, quote: Any) -> None:
        self.heard = getattr(self, "heard", 0) + 1
        if self.heard == self.draws_at:
            self.random.below(7)
        super().on_quote(quote)


def test_whatever_another_strategy_does_the_journal_is_named(tmp_path: Path) -> None:
    def world(draws_at: int, **options: Any) -> Backtest:
        return everything(
            strategies={"one": Distracted(draws_at=draws_at, raises=False), "two": Everything(raises=False)}, **options
        )

    world(0, journal=tmp_path / "run").run()
    for draws_at in (1, 4, 20, 37, 60, 90, 130):
        with pytest.raises(JournalError, match=r"journal .*run is of another run: .*input \d+"):
            world(draws_at).replay(tmp_path / "run")


class BuysOnce(Strategy):
    where: str = "SHARE.BINANCE"

    def on_quote(self, quote: Any) -> None:
        self.heard = getattr(self, "heard", 0) + 1
        if self.heard == 5 and self.where:
            self.buy(quantity_lots=2, instrument=self.where)


@pytest.mark.parametrize("where", ["", "PERP.BINANCE"])
def test_a_report_on_an_order_that_was_not_sent_books_nothing(where: str, tmp_path: Path) -> None:
    """Behind the last digest of a journal that breaks off nothing else would notice it."""

    def world(where: str, **options: Any) -> Backtest:
        data = [(SHARE, quotes(path(6), quantity=30)), (PERPETUAL, quotes(path(7), quantity=30))]
        return Backtest(BuysOnce(where=where), data, cash="100000 USDT", **options)

    world("SHARE.BINANCE", journal=tmp_path / "run").run()
    whole = (tmp_path / "run").read_bytes()
    (tmp_path / "run").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(JournalError, match="is a report on order 1, which strategies did not send here"):
        world(where).replay(tmp_path / "run")
    assert world("SHARE.BINANCE").replay(tmp_path / "run").fills["quantity"].sum() == 2


class Careless(Quiet):
    def on_quote(self, quote: Any) -> None:
        if self.late and self.clock.now == START + 400 * SECOND:
            raise KeyError("a line that was added")


def test_an_exception_of_the_replay_alone_is_the_cause_of_its_end(tmp_path: Path) -> None:
    rows = quotes(path(6), quantity=30)
    Backtest(Careless, (SHARE, rows), cash="1000 USDT", journal=tmp_path / "run").run()
    with pytest.raises(JournalError, match="where a strategy ended this run") as caught:
        Backtest(Careless(late=True), (SHARE, rows), cash="1000 USDT").replay(tmp_path / "run")
    assert isinstance(caught.value.__cause__, KeyError)
    Backtest(Careless, (SHARE, rows), cash="1001 USDT", journal=tmp_path / "other").run()
    with pytest.raises(JournalError) as refused:
        Backtest(Careless, (SHARE, rows), cash="1000 USDT").replay(tmp_path / "other")
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("interval", ["7s", "1m", "11m"])
def test_a_replay_samples_the_equity_of_its_own_times(interval: str, tmp_path: Path) -> None:
    def world(interval: str, **options: Any) -> Backtest:
        data = (SHARE, quotes(path(6), quantity=30))
        return Backtest(BuysOnce, data, cash="100000 USDT", equity_interval=interval, **options)

    world("1m", journal=tmp_path / "run").run()
    replayed = world(interval).replay(tmp_path / "run")
    assert replayed.equity.tobytes() == world(interval).run().equity.tobytes()
    assert len(replayed.equity) > 2


def test_a_journal_that_breaks_off_counts_what_it_has(tmp_path: Path) -> None:
    rows = quotes(path(6), quantity=30)
    rows["ts_event"][3:8] += 1
    assert written(lambda **options: Backtest(Quiet, (SHARE, rows), cash="1 USDT", **options), tmp_path / "run")
    whole = (tmp_path / "run").read_bytes()
    (tmp_path / "run").write_bytes(whole[: len(whole) // 2])
    result = Backtest(Quiet, (SHARE, rows), cash="1 USDT").replay(tmp_path / "run")
    assert 0 < result.events < len(rows)
    assert [each.count for each in result.early_rows] == [5]
    (tmp_path / "run").write_bytes(whole[:20])
    nothing = Backtest(Quiet, (SHARE, rows), cash="1 USDT").replay(tmp_path / "run")
    assert (nothing.events, nothing.end_ns) == (0, int(rows["ts_init"][0]))


def test_a_run_that_a_strategy_ended_ends_so_again(tmp_path: Path) -> None:
    def failing(**options: Any) -> Backtest:
        chosen = {"one": Failing(raises=False), "two": Everything(raises=False)}
        return everything(strategies=chosen, error_policy={"two": "pause"}, **options)

    with pytest.raises(RuntimeError) as written_error:
        failing(journal=tmp_path / "run").run()
    with pytest.raises(RuntimeError) as replayed_error:
        failing().replay(tmp_path / "run")
    assert replayed_error.value.__notes__ == written_error.value.__notes__
    assert "event" in replayed_error.value.__notes__[0]
    with pytest.raises(JournalError, match=r"is of (another run|a run that a strategy ended)"):
        everything(
            strategies={"one": Everything(raises=False), "two": Everything(raises=False)},
            error_policy={"two": "pause"},
        ).replay(tmp_path / "run")


class Interrupted(Strategy):
    interrupts: bool = True

    def on_quote(self, quote: Any) -> None:
        if self.random.below(9) == 0:
            self.buy(quantity_lots=1)
        if self.interrupts and self.clock.now == START + 333 * SECOND:
            os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupted_run_is_replayed_as_far_as_it_went(tmp_path: Path) -> None:
    def run(interrupts: bool, **options: Any) -> Backtest:
        strategy = Interrupted(interrupts=interrupts)
        return Backtest(strategy, (SHARE, quotes(path(6))), cash="1000 USDT", record_events=True, **options)

    first = run(True, journal=tmp_path / "run").run()
    assert not first.finished
    assert len(first.fills) > 10
    assert fingerprint(run(False).replay(tmp_path / "run")) == fingerprint(first)


def test_files_are_refused_with_their_names(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_bytes(b"mine")
    with pytest.raises(JournalError, match=rf"journal {there} exists already"):
        compiled(journal=there).run()
    assert there.read_bytes() == b"mine"
    with pytest.raises(JournalError, match=rf"journal {there} is none: it does not begin with PTJOURNL"):
        compiled().replay(there)
    with pytest.raises(JournalError, match="can not be read: No such file"):
        compiled().replay(tmp_path / "missing")
    with pytest.raises(JournalError, match="can not be made: No such file"):
        compiled(journal=tmp_path / "no" / "folder").run()
    for wrong in (3, b"bytes", ""):
        with pytest.raises(InvalidArgument, match="journal must be the path of a file"):
            compiled(journal=wrong)
        with pytest.raises(InvalidArgument, match="journal must be the path of a file"):
            compiled().replay(wrong)  # type: ignore[arg-type]
    backtest = compiled()
    backtest.run()
    with pytest.raises(InvalidState, match="has run already"):
        backtest.replay(there)


def test_a_file_that_can_not_be_opened_leaves_the_back_test_and_its_strategies_as_they_were(tmp_path: Path) -> None:
    def run(strategy: Interrupted, **options: Any) -> Backtest:
        return Backtest(strategy, (SHARE, quotes(path(6))), cash="1000 USDT", **options)

    strategy = Interrupted(interrupts=False)
    backtest = run(strategy, journal=tmp_path / "run")
    with pytest.raises(JournalError, match="can not be read"):
        backtest.replay(tmp_path / "missing")
    (tmp_path / "run").write_bytes(b"in the way")
    with pytest.raises(JournalError, match="exists already"):
        backtest.run()
    (tmp_path / "run").unlink()
    first = backtest.run()
    assert first.finished
    written = (tmp_path / "run").read_bytes()
    assert fingerprint(run(Interrupted(interrupts=False)).replay(tmp_path / "run")) == fingerprint(first)
    with pytest.raises(JournalError, match="exists already"):
        run(Interrupted(interrupts=False), journal=tmp_path / "run").replay(tmp_path / "run")
    assert (tmp_path / "run").read_bytes() == written


def test_a_replay_that_is_refused_leaves_no_journal_of_its_own(tmp_path: Path) -> None:
    def run(cash: str, **options: Any) -> Backtest:
        return Backtest(Quiet, (SHARE, quotes(path(6))), cash=cash, **options)

    run("1000 USDT", journal=tmp_path / "run").run()
    other = run("1001 USDT", journal=tmp_path / "second")
    with pytest.raises(JournalError, match="another"):
        other.replay(tmp_path / "run")
    assert not (tmp_path / "second").exists()


MANY = quotes([(100, 101)] * 40_000, step=1000)
FILL_A_DISK = """
import resource, sys
from pytrader import Backtest
from tests.backtest.test_journal import MANY, SHARE, Quiet
resource.setrlimit(resource.RLIMIT_FSIZE, (2_500_000, resource.RLIM_INFINITY))
Backtest(Quiet, (SHARE, MANY), cash="1000 USDT", journal=sys.argv[1]).run()
"""


def test_a_disk_that_is_full_ends_the_run_and_leaves_whole_frames(tmp_path: Path, repository: Path) -> None:
    file = tmp_path / "run"
    answer = subprocess.run(
        [sys.executable, "-c", FILL_A_DISK, str(file)], capture_output=True, text=True, check=False, cwd=repository
    )
    assert answer.stderr.endswith(f"JournalError: journal {file} can not be written: File too large\n")
    assert file.stat().st_size == 2_500_000
    result = Backtest(Quiet, (SHARE, MANY), cash="1000 USDT").replay(file)
    assert not result.finished
    assert 30_000 < result.events < 2_500_000 // 72


def test_a_bit_that_has_changed_is_refused_with_its_place(tmp_path: Path) -> None:
    written(compiled, tmp_path / "run")
    data = bytearray((tmp_path / "run").read_bytes())
    _, begin, _ = frames_of(bytes(data))[100]
    data[begin + 30] ^= 4
    (tmp_path / "run").write_bytes(data)
    with pytest.raises(JournalError, match=f"is damaged: at byte {begin} a frame does not agree with its checksum"):
        compiled().replay(tmp_path / "run")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_read_to_an_end_or_refused(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, head: bool
) -> None:
    file = tmp_path_factory.mktemp("any") / "journal"
    begin = b"PTJOURNL" + struct.pack("<I", 1)
    file.write_bytes((begin + struct.pack("<I", zlib.crc32(begin)) if head else b"") + body)
    try:
        result = compiled().replay(file)
    except JournalError:
        return
    assert not result.finished
    assert result.events == 0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    file = tmp_path_factory.mktemp("small") / "journal"
    digest = written(at_once, file).digest
    return file.read_bytes(), digest


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**3), st.integers(1, 255))
def test_numbers_that_can_not_be_are_refused_where_the_checksums_agree(
    tmp_path_factory: pytest.TempPathFactory, small: tuple[bytes, str], number: int, place: int, byte: int
) -> None:
    """Nobody's crash: an error of ours, or nothing comes of it."""
    data, digest = small
    frames = [index for index, (_, begin, end) in enumerate(frames_of(data)) if end - begin > 16]

    def change(body: bytearray) -> None:
        # Kind, number of words and time stay.
        body[12 + place % (len(body) - 12)] ^= byte

    file = tmp_path_factory.mktemp("changed") / "journal"
    file.write_bytes(with_changed(data, frames[number % len(frames)], change))
    try:
        result = at_once().replay(file)
    except PytraderError:
        return
    assert result.digest == digest
