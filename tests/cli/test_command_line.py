"""The command line in good and in bad weather: what it prints, what it writes, and with which exit code it leaves."""

from __future__ import annotations

import csv
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def check_one_line(answer: subprocess.CompletedProcess[str], *words: str) -> None:
    """Bad input: exit code 2, nothing on standard output, one line on standard error with these words, no traceback."""
    assert answer.returncode == 2, answer.stderr
    assert answer.stdout == ""
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.count("\n") == 1, answer.stderr
    assert "Traceback" not in answer.stderr
    for word in words:
        assert word in answer.stderr


def test_help_lists_the_commands(run: Run) -> None:
    answer = run("--help")
    assert answer.returncode == 0
    assert [name for name in ("backtest", "demo", "generate") if name not in answer.stdout] == []


@pytest.mark.parametrize("name", ["backtest", "demo", "generate"])
def test_help_of_command_says_what_it_does(run: Run, name: str) -> None:
    answer = run(name, "--help")
    assert answer.returncode == 0
    assert answer.stdout.startswith(f"Usage: pytrader {name}")


def test_version_is_that_of_the_package(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version").stdout == f"pytrader {version('pytrader')}\n"


def test_backtest_prints_the_result(run: Run, buyer: Path, market: Path) -> None:
    answer = run("backtest", buyer, "--data", market, "--cash", "1000000 USD", "--set", "size=3")
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    for label in (
        "orders",
        "fills",
        "volume",
        "fees",
        "realised PnL",
        "unrealised PnL",
        "maker share",
        "markout 1 s",
        "markout 10 s",
        "maximum position",
        "run time",
        "events per second",
    ):
        assert label in answer.stdout


def test_backtest_writes_its_files(run: Run, buyer: Path, market: Path, tmp_path: Path) -> None:
    out = tmp_path / "made" / "results"
    answer = run("backtest", buyer, "--data", market, "--cash", "1000000 USD", "--out", out, "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    names = ["cash_events.csv", "equity.csv", "fills.csv", "orders.csv", "summary.json"]
    assert sorted(path.name for path in out.iterdir()) == names
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["orders"] == 1
    assert summary["finished"] is True
    with (out / "fills.csv").open(encoding="utf-8") as file:
        fills = list(csv.DictReader(file))
    assert sum(int(fill["last_qty"]) for fill in fills) == 1
    assert list(out.parent.iterdir()) == [out]


def test_equal_runs_have_equal_digests(run: Run, buyer: Path, market: Path, tmp_path: Path) -> None:
    digests = set()
    for seed in ("1", "2"):
        out = tmp_path / seed
        run("backtest", buyer, "--data", market, "--out", out, "--format", "csv", PYTHONHASHSEED=seed)
        digests.add(json.loads((out / "summary.json").read_text(encoding="utf-8"))["digest"])
    assert len(digests) == 1


def test_module_and_class_name_a_strategy(run: Run, buyer: Path, market: Path) -> None:
    answer = run("backtest", "buyer:Buyer", "--data", market, PYTHONPATH=str(buyer.parent))
    assert answer.returncode == 0, answer.stderr


def test_instrument_file_is_read(run: Run, buyer: Path, tmp_path: Path) -> None:
    instrument = tmp_path / "instrument.toml"
    instrument.write_text("symbol = 'X'\ntick_size = \nlot_size = '1'\n", encoding="utf-8")
    answer = run("backtest", buyer, "--data", tmp_path, "--instrument", instrument)
    check_one_line(answer, "instrument.toml", "line 2")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.json", "[]"),
        ("number.toml", "symbol = 5\n"),
        ("symbol.json", '{"symbol": ["A"]}'),
        ("deep.json", "[" * 100_000),
    ],
)
def test_instrument_file_of_another_shape_gets_one_line(
    run: Run, buyer: Path, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    answer = run("backtest", buyer, "--data", tmp_path, "--instrument", name)
    check_one_line(answer, name)
    assert "arguments" not in answer.stderr


def test_generate_gives_the_same_bytes_for_the_same_seed(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run("generate", name, "--seed", "3", "--events", "2000").returncode == 0
    first = {path.name: path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "b").rglob("*") if path.is_file()}
    assert first == second
    assert len(first) > 1


def test_generate_refuses_a_folder_that_is_not_empty(run: Run, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").write_text("", encoding="utf-8")
    check_one_line(run("generate", "full", "--events", "1000"), "full", "--force")
    assert (tmp_path / "full" / "precious").exists()


def test_demo_prints_a_result(run: Run) -> None:
    answer = run("demo", "--events", "20000")
    assert answer.returncode == 0, answer.stderr
    assert "maker share" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trade"], ["trade", "--help"]),
        (["backtest"], ["STRATEGY", "--help"]),
        (["backtest", "absent.py", "--data", "x"], ["absent.py"]),
        (["backtest", "no_such_module:Strategy", "--data", "x"], ["no_such_module", "MODULE:CLASS"]),
        (["backtest", "buyer.py", "--data", "absent"], ["absent"]),
        (["backtest", "buyer.py:Seller", "--data", "x"], ["Seller", "Buyer"]),
        (["backtest", "buyer.py", "--data", "x", "--set", "size"], ["--set", "NAME=VALUE"]),
        (["backtest", "buyer.py", "--data", "x", "--set", "size=1", "--set", "size=2"], ["size", "twice"]),
        (["backtest", "buyer.py", "--data", "x", "--set", "speed=1"], ["speed", "size"]),
        (["backtest", "buyer.py", "--data", "x", "--set", "size=big"], ["size", "big"]),
        (["backtest", "buyer.py", "--data", "x", "--instrument", "absent.toml"], ["absent.toml"]),
        (["generate", "market", "--events", "0"], ["events"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_bad_arguments_get_one_line(run: Run, buyer: Path, arguments: list[str], words: list[str]) -> None:
    check_one_line(run(*arguments), *words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--cash", "lots"], ["lots"]),
        (["--cash", "100 XQZ"], ["XQZ"]),
        (["--cash", "-5 USD"], ["-5"]),
        (["--feed-latency", "soon"], ["soon"]),
        (["--order-latency", "-1ms"], ["-1ms"]),
    ],
    ids=" ".join,
)
def test_bad_values_get_one_line(run: Run, buyer: Path, market: Path, options: list[str], words: list[str]) -> None:
    check_one_line(run("backtest", buyer, "--data", market, *options), *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\n", ["strategy.py", "no strategy"]),
        ("def broken(:\n", ["strategy.py:1"]),
        (
            "from pytrader import Strategy\nclass A(Strategy): ...\nclass B(Strategy): ...\n",
            ["several", "strategy.py:A"],
        ),
    ],
    ids=["none", "syntax", "several"],
)
def test_bad_strategy_file_gets_one_line(run: Run, tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "strategy.py").write_text(text, encoding="utf-8")
    check_one_line(run("backtest", "strategy.py", "--data", "x"), *words)


def test_data_that_is_cut_short_gets_one_line_and_leaves_nothing(run: Run, buyer: Path, tmp_path: Path) -> None:
    assert run("generate", "market", "--events", "2000").returncode == 0
    column = next(
        path for path in sorted((tmp_path / "market").rglob("*")) if path.is_file() and path.suffix != ".json"
    )
    column.write_bytes(column.read_bytes()[:-8])
    check_one_line(run("backtest", buyer, "--data", "market", "--out", "results"), column.name)
    assert not (tmp_path / "results").exists()


def test_full_output_folder_is_refused_before_the_run(run: Run, buyer: Path, market: Path, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "precious").write_text("", encoding="utf-8")
    check_one_line(run("backtest", buyer, "--data", market, "--out", "results"), "results", "--force")
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["precious"]


def test_force_replaces_a_full_output_folder(run: Run, buyer: Path, market: Path, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "old").write_text("", encoding="utf-8")
    (tmp_path / "results" / "summary.json").write_text("", encoding="utf-8")
    answer = run("backtest", buyer, "--data", market, "--out", "results", "--format", "csv", "--force")
    assert answer.returncode == 0, answer.stderr
    assert not (tmp_path / "results" / "old").exists()
    assert json.loads((tmp_path / "results" / "summary.json").read_text(encoding="utf-8"))["finished"] is True


def test_force_replaces_no_folder_of_somebody_else(run: Run, buyer: Path, market: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("years", encoding="utf-8")
    check_one_line(run("backtest", buyer, "--data", market, "--out", "thesis", "--force"), "thesis", "not replaced")
    check_one_line(run("generate", "thesis", "--events", "1000", "--force"), "thesis", "not replaced")
    check_one_line(run("backtest", buyer, "--data", market, "--out", ".", "--force"), "stand in")
    assert (tmp_path / "thesis" / "chapter").read_text(encoding="utf-8") == "years"


@pytest.mark.parametrize("place", ["taken/results", "/proc/results", "x" * 300])
def test_place_where_nothing_can_be_written_is_refused_before_the_run(
    run: Run, buyer: Path, market: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    check_one_line(run("backtest", buyer, "--data", market, "--out", place), "can not be made")
    check_one_line(run("generate", place, "--events", "1000"), "can not be made")


WITHOUT_PYARROW = """
import sys
from importlib.machinery import PathFinder

class NoArrow:
    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] == "pyarrow" else PathFinder.find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = NoArrow()
from pytrader.cli.main import main
main(sys.argv[1:])
"""


def test_parquet_without_pyarrow_is_refused_before_the_run(buyer: Path, market: Path, tmp_path: Path) -> None:
    arguments = ["backtest", buyer, "--data", market, "--out", "results", "--format", "parquet"]
    answer = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYARROW, *map(str, arguments)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    check_one_line(answer, "pytrader[parquet]")


LOADING_INTERRUPTED = """
import sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "pytrader._core":
            raise ImportError("initialization failed") from KeyboardInterrupt()

sys.meta_path.insert(0, Interrupting())
from pytrader.cli.main import main
main(["generate", "market", "--events", "1000"])
"""


def test_ctrl_c_while_the_core_loads_stops_without_a_traceback(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", LOADING_INTERRUPTED], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stderr) == (130, "stopped\n")


BARS = """from pytrader import Strategy

class Watcher(Strategy):
    def on_bar(self, bar):
        pass
"""


def test_options_of_the_format_come_from_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "watcher.py").write_text(BARS, encoding="utf-8")
    rows = "".join(f"{60 * i},1.10,1.20,1.00,1.10,5.0000004\n" for i in range(3))
    (tmp_path / "abc.csv").write_text("time,open,high,low,close,volume\n" + rows, encoding="utf-8")
    asked = ["backtest", "watcher.py", "--data", "abc.csv", "--cash", "1000 USD"]
    check_one_line(run(*asked), "quote_currency=")
    given = ["--read", "quote_currency=USD", "--read", "quantity_decimals=2", "--read", "volume_rounding=down"]
    answer = run(*asked, *given)
    assert answer.returncode == 0, answer.stderr
    assert "ABC.BARS" in answer.stdout
    check_one_line(run(*asked, "--read", "quantity_decimals=two"), "quantity_decimals=two", "whole number")
    check_one_line(run(*asked, "--read", "speed=2"), "speed", "on_gap")
    check_one_line(run(*asked, "--read", "verify=true"), "verify")


def test_notes_of_the_reader_are_told(run: Run, buyer: Path, tmp_path: Path) -> None:
    name = "ABC_2012-06-21_34200000_57600000_message_10.csv"
    (tmp_path / name).write_text("34200.1,1,11,18,5853300,1\n34200.2,5,0,70,5853350,1\n", encoding="utf-8")
    answer = run("backtest", buyer, "--data", name)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr.startswith("note: 1 hidden prints of 70 shares")


FAILING = """
from pytrader import Strategy

class Failing(Strategy):
    def on_quote(self, quote):
        {body}
"""


@pytest.mark.parametrize(
    ("body", "error"),
    [("raise KeyError('lost my keys')", "KeyError"), ("self.buy(1, limit='1.23456')", "OffTick")],
    ids=["own", "off tick"],
)
def test_exception_in_the_strategy_shows_its_traceback_and_the_event(
    run: Run, market: Path, tmp_path: Path, body: str, error: str
) -> None:
    (tmp_path / "failing.py").write_text(FAILING.format(body=body), encoding="utf-8")
    answer = run("backtest", "failing.py", "--data", market, "--out", "results")
    assert answer.returncode == 1
    assert "Traceback" in answer.stderr
    assert f'failing.py", line 6, in on_quote\n    {body}' in answer.stderr
    assert error in answer.stderr
    assert "while handling" in answer.stderr
    assert not (tmp_path / "results").exists()


STRATEGY = "from pytrader import Strategy\nclass Odd(Strategy):\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\nimport absent_dependency\n", ["failing.py:2: ModuleNotFoundError", "absent_dependency"]),
        ("import json\njson.loads('{')\n", ["failing.py:2: JSONDecodeError"]),
        ("import sys\nsys.exit(0)\n", ["failing.py:2: SystemExit"]),
        ("\n\nimport broken_neighbour\n", ["broken_neighbour.py:1"]),
        (f"{STRATEGY}    size: int = 'a'\n", ["failing.py:2", "Odd.size must be int"]),
        (f"{STRATEGY}    size: list = []\n", ["failing.py:2", "Odd.size is annotated list"]),
        (f"{STRATEGY}    def __init__(self): 1 / 0\n", ["Odd can not be made", "failing.py:3: ZeroDivisionError"]),
        (f"{STRATEGY}    def __init__(self, a): ...\n", ["Odd can not be made", "missing 1 required"]),
        ("x = 1\0", ["failing.py", "null bytes"]),
    ],
    ids=["import", "library", "exit", "neighbour", "default", "annotation", "constructor", "arguments", "null"],
)
def test_strategy_file_that_fails_while_it_loads_gets_one_line(
    run: Run, market: Path, tmp_path: Path, text: str, words: list[str]
) -> None:
    (tmp_path / "broken_neighbour.py").write_text("x = (\n", encoding="utf-8")
    (tmp_path / "failing.py").write_text(text, encoding="utf-8")
    check_one_line(run("backtest", "failing.py", "--data", market), *words)


@pytest.mark.parametrize("name", ["", ":", "..", ".relative:Strategy", "a b"])
def test_names_that_are_no_module_get_one_line(run: Run, name: str) -> None:
    check_one_line(run("backtest", name, "--data", "x"), "MODULE:CLASS")


def test_exit_in_a_handler_is_told_as_any_exception(run: Run, market: Path, tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(FAILING.format(body="raise SystemExit(0)"), encoding="utf-8")
    answer = run("backtest", "failing.py", "--data", market)
    assert answer.returncode == 1
    assert "while handling" in answer.stderr


INTERRUPTING = """
import os, signal
from pytrader import Strategy

class Interrupting(Strategy):
    def on_start(self):
        self.seen = 0

    def on_quote(self, quote):
        self.seen += 1
        if self.seen == 100:
            os.kill(os.getpid(), signal.SIGINT)
"""


def test_ctrl_c_stops_cleanly_and_says_what_was_done(run: Run, market: Path, tmp_path: Path) -> None:
    (tmp_path / "interrupting.py").write_text(INTERRUPTING, encoding="utf-8")
    answer = run("backtest", "interrupting.py", "--data", market, "--out", "results", "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    assert "stopped early" in answer.stdout
    assert "Traceback" not in answer.stderr
    summary = json.loads((tmp_path / "results" / "summary.json").read_text(encoding="utf-8"))
    assert summary["finished"] is False
    assert 0 < summary["events"] < 20_000


def test_progress_bar_is_drawn_on_a_terminal_only(buyer: Path, market: Path) -> None:
    terminal, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytrader", "backtest", str(buyer), "--data", str(market)],
        stdout=subprocess.PIPE,
        stderr=slave,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(slave)
    drawn = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        drawn += chunk
    printed, _ = process.communicate(timeout=60)
    os.close(terminal)
    assert process.returncode == 0
    assert b"Buyer" in drawn
    assert b"\x1b[" not in printed


def test_closed_pipe_ends_without_a_traceback(buyer: Path, market: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "pytrader", "backtest", str(buyer), "--data", str(market)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaint = process.stderr.read()
    process.wait(timeout=60)
    process.stderr.close()
    assert b"Traceback" not in complaint
    assert process.returncode in (1, -signal.SIGPIPE)
