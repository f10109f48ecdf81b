"""Which currencies a venue's symbol names."""

from __future__ import annotations

from pathlib import Path

from pytrader.errors import DataError

# Longest first, so that a stablecoin is not read as the currency it ends with.
QUOTE_CURRENCIES = (
    "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USD", "EUR", "GBP", "JPY", "BRL", "TRY", "BTC", "ETH", "BNB",
)  # fmt: skip


def split_symbol(symbol: str) -> tuple[str, str | None]:
    """Return base and quote currency of a symbol such as ``BTCUSDT``; the quote is None where none is known."""
    for quote in QUOTE_CURRENCIES:
        if symbol.endswith(quote) and len(symbol) > len(quote):
            return symbol.removesuffix(quote), quote
    return symbol, None


def plain_symbol(path: Path, symbol: str) -> str:
    """Return a symbol that an instrument can have, or raise DataError: files and names may hold any character."""
    if not symbol.isascii():
        raise DataError(f"its symbol {symbol!a} is not plain ASCII; give instrument=", path=str(path))
    return symbol
