"""`pytrader demo`: generates a market, runs the example market maker on it and prints the result."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

EXAMPLE = Path("examples/market_maker.py")
CASH = "1000000 USD"
DEFAULT_EVENTS = 200_000


def example_file() -> Path:
    """Find the example: in the folder we stand in, else the copy that is installed with the package."""
    return EXAMPLE if EXAMPLE.is_file() else Path(str(files("pytrader"))) / EXAMPLE


@click.command("demo", short_help="Generate a market, run the example market maker on it, print the result.")
@click.option("--market", default="demo-market", show_default=True, type=click.Path(path_type=Path), help="Where to.")
@click.option("--seed", default=7, show_default=True, help="Equal seeds give equal markets.")
@click.option("--events", default=DEFAULT_EVENTS, show_default=True, type=click.IntRange(min=1), help="Rows to make.")
def command(market: Path, seed: int, events: int) -> None:
    """Generate a market, run the example market maker on it and print the result."""
    from pytrader.cli.backtest import run_with_progress
    from pytrader.cli.generate import write_market
    from pytrader.cli.strategy_source import load_strategy
    from pytrader.data import load

    click.echo(f"generating {events:,} events of a market into {market} (seed {seed})")
    write_market(market, seed=seed, events=events, force=True)
    example = example_file()
    strategy = load_strategy(str(example))
    click.echo(f"running {example} on it\n")
    result = run_with_progress(strategy(), load(market), cash=(CASH,))
    click.echo(str(result))
    click.echo(
        f'\nagain, with a wider spread:\n  pytrader backtest {example} --data {market} --cash "{CASH}" --set spread=4'
    )
