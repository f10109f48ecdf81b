"""Which currencies a venue's symbol names."""

from __future__ import annotations

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
