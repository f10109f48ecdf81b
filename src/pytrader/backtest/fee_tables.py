"""Published fee schedules of venues and brokers as tables, each with its date and where it was published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pytrader.errors import ConfigError
from pytrader.model import FeeRule, FeeSchedule, Fixed

Tier = tuple[str, str, str]
"""From which volume on, the maker's rate, the taker's rate; rates by value are shares (0.1 % is 0.001)."""


@dataclass(frozen=True)
class FeeTable:
    """One published schedule.

    Attributes
    ----------
    name : str
        Of the preset.
    rules : tuple of FeeRule
        What a fill pays.
    volume : {"value", "unit"} or None
        What tiers count.
    counts_today : bool
        Whether the window ends with the fill's own day.
    as_of : str
        When the figures held, ISO 8601.
    source : str
        Where they were published.
    """

    name: str
    rules: tuple[FeeRule, ...]
    volume: Literal["value", "unit"] | None
    counts_today: bool
    as_of: str
    source: str

    def schedule(self, other_volume: str | int = 0) -> FeeSchedule:
        """Make the schedule, for an account that trades so much elsewhere in every window.

        Raises
        ------
        ConfigError
            If there is such a volume and the schedule counts none.
        """
        made = FeeSchedule(
            self.rules,
            volume=self.volume,
            counts_today=self.counts_today,
            other_volume=other_volume,
            name=self.name,
        )
        if self.volume is None and Fixed(other_volume) != 0:
            raise ConfigError(
                f"other_volume is {other_volume!r}, and {self.name} has no tiers by volume that it could lift: "
                "leave it out"
            )
        return made


def _by_value(
    name: str, tiers: tuple[Tier, ...], as_of: str, source: str, *, counts_today: bool = False
) -> dict[str, FeeTable]:
    rule = FeeRule("value", tiers=tiers, name="trading fee")
    return {name: FeeTable(name, (rule,), "value", counts_today, as_of, source)}


# Tiers by 30-day volume in US dollars, taken at par with USDT; tiers by token holdings and discounts are left out.
_BINANCE_SPOT: tuple[Tier, ...] = (
    ("0", "0.001", "0.001"),
    ("1000000", "0.0009", "0.001"),
    ("5000000", "0.0008", "0.001"),
    ("20000000", "0.00042", "0.0006"),
    ("100000000", "0.00042", "0.00054"),
    ("150000000", "0.00036", "0.00048"),
    ("400000000", "0.0003", "0.00042"),
    ("800000000", "0.00024", "0.00036"),
    ("2000000000", "0.00018", "0.0003"),
    ("4000000000", "0.00012", "0.00024"),
)
_BINANCE_USD_M: tuple[Tier, ...] = (
    ("0", "0.0002", "0.0005"),
    ("15000000", "0.00016", "0.0004"),
    ("50000000", "0.00014", "0.00035"),
    ("100000000", "0.00012", "0.00032"),
    ("600000000", "0.0001", "0.0003"),
    ("1000000000", "0.00008", "0.00027"),
    ("2500000000", "0.00006", "0.00025"),
    ("5000000000", "0.00004", "0.00022"),
    ("12500000000", "0.00002", "0.0002"),
    ("25000000000", "0", "0.00017"),
)
_COINBASE: tuple[Tier, ...] = (
    ("0", "0.004", "0.006"),
    ("10000", "0.0025", "0.004"),
    ("50000", "0.0015", "0.0025"),
    ("100000", "0.001", "0.002"),
    ("1000000", "0.0008", "0.0018"),
    ("15000000", "0.0006", "0.0016"),
    ("75000000", "0.0003", "0.0012"),
    ("250000000", "0", "0.0008"),
    ("400000000", "0", "0.0005"),
)
_KRAKEN_SPOT: tuple[Tier, ...] = (
    ("0", "0.0016", "0.0026"),
    ("50000", "0.0014", "0.0024"),
    ("100000", "0.0012", "0.0022"),
    ("250000", "0.001", "0.002"),
    ("500000", "0.0008", "0.0018"),
    ("1000000", "0.0006", "0.0016"),
    ("2500000", "0.0004", "0.0014"),
    ("5000000", "0.0002", "0.0012"),
    ("10000000", "0", "0.001"),
)
_OKX_SPOT: tuple[Tier, ...] = (
    ("0", "0.0008", "0.001"),
    ("10000000", "0.0006", "0.0008"),
    ("20000000", "0.0005", "0.0007"),
    ("50000000", "0.0003", "0.0006"),
    ("100000000", "0.0002", "0.0005"),
    ("200000000", "0", "0.0004"),
    ("500000000", "-0.00002", "0.0003"),
    ("1000000000", "-0.00005", "0.00025"),
    ("10000000000", "-0.00005", "0.0002"),
)
_BYBIT_LINEAR: tuple[Tier, ...] = (
    ("0", "0.0002", "0.00055"),
    ("10000000", "0.00018", "0.0004"),
    ("25000000", "0.00016", "0.000375"),
    ("50000000", "0.00014", "0.00035"),
    ("100000000", "0.00012", "0.00032"),
    ("250000000", "0.0001", "0.00032"),
    ("500000000", "0", "0.0003"),
)
# Shares a month; the venue charges each share by the tier that it falls into, this table all shares by the last one.
_BROKER_TIERS: tuple[Tier, ...] = (
    ("0", "0.0035", "0.0035"),
    ("300001", "0.002", "0.002"),
    ("3000001", "0.0015", "0.0015"),
    ("20000001", "0.001", "0.001"),
    ("100000001", "0.0005", "0.0005"),
)
_US_REGULATORS = (
    FeeRule("value", "0.0000278", "0.0000278", side="sell", name="SEC transaction fee"),
    FeeRule("unit", "0.000166", "0.000166", side="sell", max_per_fill="8.30", name="FINRA trading activity fee"),
)
_BROKER_SOURCE = "interactivebrokers.co.uk/en/pricing/commissions-stocks.php (without exchange and pass-through fees)"

FEE_TABLES: dict[str, FeeTable] = {
    **_by_value("binance_spot", _BINANCE_SPOT, "2023-09", "binance.com/en/fee/schedule, spot"),
    **_by_value("binance_usd_m", _BINANCE_USD_M, "2024-07", "binance.com/en/fee/futureFee, USDT contracts"),
    **_by_value("coinbase", _COINBASE, "2022-03", "Coinbase Exchange fee update of 2022-03-01", counts_today=True),
    **_by_value("kraken_spot", _KRAKEN_SPOT, "2023-09", "kraken.com/features/fee-schedule", counts_today=True),
    **_by_value("okx_spot", _OKX_SPOT, "2023-06", "okx.com/fees, spot, VIP levels by volume"),
    **_by_value("bybit_linear", _BYBIT_LINEAR, "2024-08", "Bybit help centre, trading fee structure, perpetuals"),
    "interactive_brokers_tiered": FeeTable(
        "interactive_brokers_tiered",
        (
            FeeRule("unit", tiers=_BROKER_TIERS, min_per_order="0.35", max_share_per_order="0.01", name="commission"),
            FeeRule("unit", "0.0002", "0.0002", name="clearing"),
            *_US_REGULATORS,
        ),
        "unit",
        True,
        "2024-05",
        _BROKER_SOURCE,
    ),
    "interactive_brokers_fixed": FeeTable(
        "interactive_brokers_fixed",
        (
            FeeRule("unit", "0.005", "0.005", min_per_order="1", max_share_per_order="0.01", name="commission"),
            *_US_REGULATORS,
        ),
        None,
        False,
        "2024-05",
        _BROKER_SOURCE,
    ),
    "cme_emini_sp500": FeeTable(
        "cme_emini_sp500",
        (
            FeeRule("unit", "0.85", "0.85", name="commission"),
            FeeRule("unit", "1.38", "1.38", name="exchange and clearing"),
            FeeRule("unit", "0.02", "0.02", name="NFA assessment"),
        ),
        None,
        False,
        "2024-01",
        "an example: CME Globex fee of non-members, NFA assessment, and a broker's commission per contract",
    ),
    "nasdaq": FeeTable(
        "nasdaq",
        (FeeRule("unit", "-0.002", "0.003", name="add and remove rates"),),
        None,
        False,
        "2022-08",
        "Nasdaq Equity Trader Alert 2022-68 (rebate to add displayed liquidity) and Equity 7, Section 118",
    ),
}
"""Every published schedule by the name of its preset."""
