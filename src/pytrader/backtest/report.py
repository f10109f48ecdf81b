"""Lays the figures of a result out as a table of plain text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

NOTHING = "-"
ERRORS_SHOWN = 5
AVERAGE_DECIMALS = 4
_READING = Context(prec=200, rounding=ROUND_HALF_EVEN)


def grouped(text: str | None) -> str:
    """Write an exact amount with thousands separators, every digit kept."""
    return NOTHING if text is None else f"{Decimal(text):,f}"


def rounded(text: str, decimals: int) -> str:
    """Round an exact amount half to even for reading; one that has no more decimals stays as it is."""
    if decimals_of(text) <= decimals:
        return text
    return format(Decimal(text).quantize(Decimal(1).scaleb(-decimals), context=_READING), "f")


def decimals_of(text: str) -> int:
    """Count the decimals of a plain number."""
    return len(text.partition(".")[2])


def counted(figures: dict[str, int]) -> str:
    """Write counts by name on one line."""
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in figures.items()) or NOTHING


def share(value: float | None) -> str:
    """Write a share as per cent."""
    return NOTHING if value is None else f"{value:.1%}"


def markout_text(figures: dict[str, Any], currency: str) -> str:
    """Write a markout: its total, and what it is for one unit."""
    if figures["per_unit"] is None:
        return NOTHING
    return f"{grouped(figures['total'])} {currency} ({figures['per_unit']:+.6g} a unit)"


def lines_of_run(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """List what was run, and how fast."""
    rate = summary["events_per_second"]
    speed = f"{summary['run_seconds']:.2f} s" + (f", {rate:,.0f} events per second" if rate is not None else "")
    faults = [
        ("faulty rows", f"{each['rows']:,} {each['fault'].replace('_', ' ')} in {each['instrument']}")
        for each in summary["book_faults"]
    ]
    faults += [
        ("early rows", f"{each['rows']:,} in {each['instrument']}: received before they happened")
        for each in summary["early_rows"]
    ]
    queues = [("queue places", f"{each['instrument']}: {each['text']}") for each in summary["queue_models"]]
    errors = [
        ("strategy error", f"{each['error']} in {each['strategy']} {each['place']}: {each['action']}")
        for each in summary["errors"][:ERRORS_SHOWN]
    ]
    hidden = len(summary["errors"]) - len(errors)
    if hidden:
        errors.append(("strategy errors", f"{hidden:,} more"))
    return [
        ("data", summary["source"]),
        ("from", summary["start"]),
        ("to", summary["end"] + ("" if summary["finished"] else "  (stopped early)")),
        ("events", f"{summary['events']:,}"),
        *faults,
        *queues,
        *errors,
        ("run time", speed),
        ("digest", summary["digest"]),
    ]


def lines_of_position(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """List the figures of one strategy in one instrument."""
    currency = figures["currency"]
    # Fees are posted in whole minor units of the currency.
    places = decimals_of(figures["fees"])

    def money(name: str) -> str:
        exact = figures[name]
        if exact is None:
            return NOTHING
        shown = rounded(exact, places)
        mark = "" if Decimal(shown) == Decimal(exact) else "  (rounded)"
        return f"{grouped(shown)} {currency}{mark}"

    holding = grouped(figures["quantity"])
    if figures["average_price"] is not None:
        shown = decimals_of(figures["last_price"] or figures["average_price"]) + AVERAGE_DECIMALS
        holding += f" at {rounded(figures['average_price'], shown)}"
    return [
        ("orders", f"{figures['orders']:,}"),
        ("  by status", counted(figures["order_status"])),
        ("fills", f"{figures['fills']:,}"),
        ("volume", grouped(figures["volume"])),
        ("turnover", money("turnover")),
        ("maker share", share(figures["maker_share"])),
        ("realised PnL", money("realized_pnl")),
        ("unrealised PnL", money("unrealized_pnl")),
        ("fees", money("fees")),
        ("income", money("income")),
        ("net PnL", money("net_pnl")),
        ("markout 1 s", markout_text(figures["markout_1s"], currency)),
        ("markout 10 s", markout_text(figures["markout_10s"], currency)),
        ("position", holding),
        ("maximum position", grouped(figures["max_position"])),
    ]


def lines_of_account(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """List one currency of the account."""
    return [
        (name, f"{grouped(figures[name])} {figures['currency']}") for name in ("opening", "cash", "equity", "profit")
    ]


def block(title: str, lines: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Lay out one titled block of a table."""
    return [title, "-" * max(len(title), width), *(f"{name:<{width}}  {text}" for name, text in lines), ""]


def table(summary: dict[str, Any]) -> str:
    """Lay out the figures of a run, one block for the run, for each position, and for each currency of the account.

    Amounts of a position stand in the currency's minor units; one that had to be rounded for it, half to even, says
    so. The summary has every digit.

    Parameters
    ----------
    summary
        What `BacktestResult.summary` returned, or its JSON read back.
    """
    blocks = [("Back-test", lines_of_run(summary))]
    for figures in summary["positions"]:
        blocks.append((f"{figures['strategy']} in {figures['instrument']}", lines_of_position(figures)))
    for figures in summary["accounts"]:
        blocks.append((f"Account in {figures['currency']}", lines_of_account(figures)))
    width = max(len(name) for _, lines in blocks for name, _ in lines)
    text = [line for title, lines in blocks for line in block(title, lines, width)]
    return "\n".join(text).rstrip()
