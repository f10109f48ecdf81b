"""`pytrader generate`: writes a generated market into a folder of columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pytrader.data import MarketData

DEFAULT_SEED = 7
DEFAULT_EVENTS = 1_000_000


def write_market(out: Path, *, seed: int, events: int, force: bool) -> MarketData:
    """Generate a market and write it, after making sure that it may be written there.

    Raises
    ------
    ConfigError, DataError
        The place is taken.
    """
    from pytrader.backtest.writer import check_target
    from pytrader.data.columns import MANIFEST, write_columns
    from pytrader.simulation import generate

    check_target(out, force, MANIFEST)
    data = generate(events=events, seed=seed)
    write_columns(out, data, overwrite=True)
    return data


@click.command("generate", short_help="Write a generated market into a folder.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Equal seeds give equal bytes.")
@click.option("--events", default=DEFAULT_EVENTS, show_default=True, type=click.IntRange(min=1), help="Rows to make.")
@click.option("--force", is_flag=True, help="Replace the market that is in the folder.")
def command(out: Path, seed: int, events: int, force: bool) -> None:
    """Write a market of agents that trade with one another in our matching engine into the folder OUT."""
    data = write_market(out, seed=seed, events=events, force=force)
    click.echo(f"wrote {data.event_count:,} events to {out}")
