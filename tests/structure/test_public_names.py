"""Pins the public names of the package and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pytrader

PUBLIC_NAMES = {
    "Backtest",
    "BacktestResult",
    "BookError",
    "Buy",
    "CapacityError",
    "ConfigError",
    "Currency",
    "CurrencyMismatch",
    "DataError",
    "DecimalOverflow",
    "DeterminismError",
    "DivisionByZero",
    "Fixed",
    "Inexact",
    "Instrument",
    "InvalidArgument",
    "InvalidDecimal",
    "InvalidInstrument",
    "InvalidState",
    "JournalError",
    "Money",
    "OffLot",
    "OffTick",
    "Price",
    "PytraderError",
    "Quantity",
    "Sell",
    "Strategy",
    "StrategyError",
    "backtest",
    "load",
}
HEAVY = ("numpy", "pyarrow", "pandas", "rich", "click", "json", "asyncio", "http", "sqlite3", "hypothesis")
OWN_MODULES_MAX = 40


def modules_after(statement: str) -> set[str]:
    """Run a statement in a fresh interpreter and list the modules that it left loaded."""
    code = f"import sys\nbefore = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


def test_public_names_are_pinned() -> None:
    assert set(pytrader.__all__) == PUBLIC_NAMES


@pytest.mark.parametrize("name", sorted(PUBLIC_NAMES))
def test_public_name_resolves(name: str) -> None:
    assert getattr(pytrader, name).__name__.rpartition(".")[2] == name


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        pytrader.no_such_name  # noqa: B018


def test_dir_lists_the_public_names() -> None:
    assert set(dir(pytrader)) >= PUBLIC_NAMES


@pytest.mark.parametrize(
    "statements",
    [
        "from pytrader import backtest",
        "import pytrader.backtest; from pytrader import backtest",
        "from pytrader import Backtest, backtest",
        "from pytrader import backtest; import pytrader.backtest.result; from pytrader import backtest",
        "from pytrader.backtest import backtest",
    ],
)
def test_backtest_can_be_called_however_it_was_imported(statements: str) -> None:
    code = f"{statements}\nassert callable(backtest)\nfrom pytrader.backtest import Backtest\nprint('callable')"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == "callable", answer.stderr


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = modules_after("import pytrader")
    assert [name for name in HEAVY if name in loaded] == []
    assert len([name for name in loaded if name.startswith("pytrader")]) == 1


def test_importing_a_strategy_loads_no_reader_and_no_terminal() -> None:
    loaded = modules_after("from pytrader import Strategy, Price")
    assert [name for name in ("pyarrow", "rich", "click", "asyncio") if name in loaded] == []
    assert len([name for name in loaded if name.startswith("pytrader")]) <= OWN_MODULES_MAX


def test_help_of_the_command_line_loads_no_numpy_and_no_rich() -> None:
    loaded = modules_after("from pytrader.cli.main import cli\ncli.main(['--help'], standalone_mode=False)")
    assert [name for name in ("numpy", "rich", "pytrader._core", "pyarrow") if name in loaded] == []
