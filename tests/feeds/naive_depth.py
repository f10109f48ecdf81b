"""A depth book of dicts and text, slow and plain, and the venues' frames that describe its changes."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from decimal import Decimal

Change = tuple[str, str, str]  # side, price, quantity as the venue writes them


@dataclass
class NaiveDepth:
    """Price text and quantity text by price; quantity zero removes."""

    bids: dict[Decimal, tuple[str, str]] = field(default_factory=dict)
    asks: dict[Decimal, tuple[str, str]] = field(default_factory=dict)

    def change(self, changes: list[Change]) -> None:
        for side, price, quantity in changes:
            levels = self.bids if side == "buy" else self.asks
            levels.pop(Decimal(price), None)
            if Decimal(quantity) != 0:
                levels[Decimal(price)] = (price, quantity)

    def cut(self, depth: int) -> None:
        for price in sorted(self.bids)[:-depth]:
            del self.bids[price]
        for price in sorted(self.asks)[depth:]:
            del self.asks[price]

    def best(self, side: str, count: int) -> list[tuple[str, str]]:
        levels = self.bids if side == "buy" else self.asks
        return [levels[price] for price in sorted(levels, reverse=side == "buy")[:count]]

    @property
    def crossed(self) -> bool:
        return bool(self.bids) and bool(self.asks) and max(self.bids) >= min(self.asks)

    def kraken_checksum(self) -> int:
        rows = self.best("sell", 10) + self.best("buy", 10)
        return zlib.crc32("".join(text.replace(".", "").lstrip("0") for row in rows for text in row).encode())

    def okx_checksum(self) -> int:
        bids, asks = self.best("buy", 25), self.best("sell", 25)
        turns = [row for place in range(25) for side in (bids, asks) for row in side[place : place + 1]]
        unsigned = zlib.crc32(":".join(text for row in turns for text in row).encode())
        return unsigned - 2**32 if unsigned >= 2**31 else unsigned


def sides(changes: list[Change]) -> tuple[list[list[str]], list[list[str]]]:
    """Return the changes of bids and of asks as rows of price and quantity."""
    bids, asks = ([[price, size] for side, price, size in changes if side == which] for which in ("buy", "sell"))
    return bids, asks


def kraken_frame(changes: list[Change], depth: int, *, snapshot: bool, checksum: int | None = None) -> str:
    bids, asks = ([[*row, "1.5"] for row in rows] for rows in sides(changes))
    if snapshot:
        return json.dumps([1, {"as": asks, "bs": bids}, f"book-{depth}", "A/B"])
    tail = {} if checksum is None else {"c": str(checksum)}
    return json.dumps([1, {"a": asks}, {"b": bids} | tail, f"book-{depth}", "A/B"])


def kraken_frame_2(changes: list[Change], *, snapshot: bool, checksum: int) -> str:
    def rows(levels: list[list[str]]) -> str:
        return "[" + ",".join(f'{{"price":{price},"qty":{size}}}' for price, size in levels) + "]"

    bids, asks = sides(changes)
    kind = "snapshot" if snapshot else "update"
    book = f'{{"symbol":"A/B","bids":{rows(bids)},"asks":{rows(asks)},"checksum":{checksum}}}'
    return f'{{"channel":"book","type":"{kind}","data":[{book}]}}'


def okx_frame(changes: list[Change], previous: int, last: int, *, snapshot: bool, checksum: int) -> str:
    bids, asks = ([[*row, "0", "1"] for row in rows] for rows in sides(changes))
    data = {"asks": asks, "bids": bids, "ts": "5", "checksum": checksum, "prevSeqId": previous, "seqId": last}
    action = "snapshot" if snapshot else "update"
    return json.dumps({"arg": {"channel": "books", "instId": "A-B"}, "action": action, "data": [data]})


def bitget_frame(changes: list[Change], last: int, *, snapshot: bool, checksum: int) -> str:
    bids, asks = sides(changes)
    data = {"asks": asks, "bids": bids, "checksum": checksum, "seq": last, "ts": "5"}
    action = "snapshot" if snapshot else "update"
    return json.dumps({"action": action, "arg": {"channel": "books", "instId": "AB"}, "data": [data], "ts": 5})


def binance_frame(changes: list[Change], first: int, last: int, previous: int | None = None) -> str:
    bids, asks = sides(changes)
    data = {"e": "depthUpdate", "E": 5, "s": "AB", "U": first, "u": last, "b": bids, "a": asks}
    return json.dumps(data if previous is None else data | {"pu": previous})


def binance_snapshot(changes: list[Change], last: int) -> str:
    bids, asks = sides(changes)
    return json.dumps({"lastUpdateId": last, "bids": bids, "asks": asks})
