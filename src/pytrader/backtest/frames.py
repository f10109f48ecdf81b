"""Hands the tables of a result to Arrow, pandas and polars, every digit kept; imports what is asked for only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytrader.backtest.tables import TABLES
from pytrader.backtest.writer import arrow_array
from pytrader.errors import ConfigError

if TYPE_CHECKING:
    from pytrader.backtest.result import BacktestResult

INSTALLS = {
    "pyarrow": "pip install 'pytrader[parquet]'",
    "pandas": "pip install pandas",
    "polars": "pip install polars",
}


def arrow_table(result: BacktestResult, name: str) -> Any:
    """One table as a `pyarrow.Table`; see `BacktestResult.to_arrow`."""
    if name not in TABLES:
        raise ConfigError(f"a result has no table {name!r}: it has {', '.join(TABLES)}")
    arrow = _package("pyarrow")
    return arrow.table({column.name: arrow_array(arrow, column) for column in TABLES[name](result)})


def pandas_frame(result: BacktestResult, name: str) -> Any:
    """One table as a `pandas.DataFrame` over Arrow's columns; see `BacktestResult.to_pandas`."""
    pandas = _package("pandas")
    return arrow_table(result, name).to_pandas(types_mapper=pandas.ArrowDtype)


def polars_frame(result: BacktestResult, name: str) -> Any:
    """One table as a `polars.DataFrame`; see `BacktestResult.to_polars`."""
    polars = _package("polars")
    return polars.from_arrow(arrow_table(result, name))


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as missing:
        raise ConfigError(f"this needs the package {name}; run: {INSTALLS[name]}") from missing
