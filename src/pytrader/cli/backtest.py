"""`pytrader backtest`: runs a strategy over market data, prints the result and writes its files."""

from __future__ import annotations

import json
import tomllib
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pytrader.errors import ConfigError

if TYPE_CHECKING:
    from pytrader.backtest import BacktestResult
    from pytrader.data import MarketData
    from pytrader.model import Instrument


def settings_of(pairs: Iterable[str], option: str, example: str) -> dict[str, str]:
    """Read ``name=value`` texts into a dictionary.

    Raises
    ------
    ConfigError
        One has no ``=``, or a name comes twice.
    """
    settings: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise ConfigError(f"{option} {pair!r} is not NAME=VALUE; write for example {option} {example}")
        if name in settings:
            raise ConfigError(f"{option} gives {name} twice; keep one of {settings[name]!r} and {value!r}")
        settings[name] = value
    return settings


def read_instrument(path: Path) -> Instrument:
    """Read an instrument from a TOML or JSON file with the fields of `Instrument.to_dict`.

    Raises
    ------
    ConfigError
        The file is missing or is neither, or its fields are no instrument's.
    """
    from pytrader.model import Instrument

    try:
        text = path.read_text(encoding="utf-8")
        fields: Any = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        if not isinstance(fields, dict) or not all(
            isinstance(fields.get(name, ""), str) for name in ("symbol", "venue")
        ):
            raise TypeError("it needs named fields, and symbol and venue must be text")
        return Instrument.from_dict(fields)
    except FileNotFoundError:
        raise ConfigError(f"no instrument file {path}; give a TOML or JSON file") from None
    except OSError as wrong:
        raise ConfigError(f"{path} can not be read: {wrong.strerror or wrong}; give a TOML or JSON file") from None
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise ConfigError(f"{path}: {wrong}") from None
    except (KeyError, TypeError, ValueError) as wrong:
        raise ConfigError(f"{path} is no instrument: {wrong}") from None


READ_AS: dict[Any, Callable[[str], Any]] = {str: str, int: int, bool: {"true": True, "false": False}.__getitem__}


def reader_options(texts: Mapping[str, str]) -> dict[str, Any]:
    """Read the texts of `--read` as the types that the readers' options have.

    Raises
    ------
    ConfigError
        No reader has such an option, or the text is none of its type.
    """
    from pytrader.data.load import FORMATS

    kinds: dict[str, Any] = {}
    for reader, _ in FORMATS.values():
        for name, annotation in typing.get_type_hints(reader).items():
            members = typing.get_args(annotation) or (annotation,)
            kind = next((each for each in (bool, int, str) if each in members), None)
            if kind is not None and name != "path":
                kinds[name] = kind
    options: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in kinds:
            raise ConfigError(f"--read {name}: no format has this option; there are {', '.join(sorted(kinds))}")
        try:
            options[name] = READ_AS[kinds[name]](text)
        except (KeyError, ValueError):
            wanted = "true or false" if kinds[name] is bool else "a whole number"
            raise ConfigError(f"--read {name}={text} is not {wanted}") from None
    return options


def run_with_progress(strategy: Any, data: MarketData, **options: Any) -> BacktestResult:
    """Run one strategy over loaded data, with a progress bar where there is a terminal."""
    from pytrader.backtest import Backtest
    from pytrader.cli.progress import progress_bar

    backtest = Backtest([strategy], data, **options)
    with progress_bar(type(strategy).__name__) as progress:
        return backtest.run(progress=progress)


@click.command("backtest", short_help="Run a strategy over market data and print the result.")
@click.argument("strategy")
@click.option(
    "--data", "paths", required=True, multiple=True, type=click.Path(path_type=Path), help="A file or a folder."
)
@click.option(
    "--cash", multiple=True, default=("100000 USD",), show_default=True, help="Opening cash; once a currency."
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the strategy.")
@click.option("--feed-latency", default="0ms", show_default=True, help="From the venue to the strategy, e.g. 500us.")
@click.option("--order-latency", default="0ms", show_default=True, help="From the strategy to the venue, e.g. 1ms.")
@click.option(
    "--instrument", "instrument_path", type=click.Path(path_type=Path), help="TOML or JSON file of the instrument."
)
@click.option("--data-format", metavar="NAME", help="What the data is, where its name does not tell.")
@click.option("--read", "reading", multiple=True, metavar="NAME=VALUE", help="Set an option of the data's format.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write orders, fills, equity and a JSON summary into this folder."
)
@click.option("--format", "file_format", type=click.Choice(["parquet", "csv"]), help="Of the files in --out.")
@click.option("--force", is_flag=True, help="Replace the results in the folder of --out.")
def command(
    strategy: str,
    paths: tuple[Path, ...],
    cash: tuple[str, ...],
    settings: tuple[str, ...],
    feed_latency: str,
    order_latency: str,
    instrument_path: Path | None,
    data_format: str | None,
    reading: tuple[str, ...],
    out: Path | None,
    file_format: str | None,
    force: bool,
) -> None:
    """Run a strategy over market data and print the result.

    STRATEGY is FILE.py, FILE.py:CLASS or MODULE:CLASS. Ctrl-C stops the run and prints what was done so far.
    """
    from pytrader.backtest.writer import check_format, check_target
    from pytrader.cli.strategy_source import load_strategy, make_strategy
    from pytrader.data import load

    chosen_format = file_format or default_format()
    if out is not None:
        check_format(chosen_format)
        check_target(out, force)
    instance = make_strategy(load_strategy(strategy), settings_of(settings, "--set", "spread=2"))
    instrument = read_instrument(instrument_path) if instrument_path is not None else None
    options = reader_options(settings_of(reading, "--read", "price_decimals=2"))
    data = load(paths, instrument=instrument, fmt=data_format, **options)
    for note in data.notes:
        click.echo(f"note: {note}", err=True)
    result = run_with_progress(instance, data, cash=cash, feed_latency=feed_latency, order_latency=order_latency)
    click.echo(str(result))
    if out is not None:
        result.write(out, chosen_format, force=force)
        click.echo(f"\nwrote {out}")


def default_format() -> str:
    """Choose Parquet where pyarrow is installed, else CSV."""
    from importlib.util import find_spec

    return "parquet" if find_spec("pyarrow") is not None else "csv"
