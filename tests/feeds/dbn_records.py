"""Writes DBN headers and records as the vendor does, so that tests can say what a stream holds."""

from __future__ import annotations

import struct

NO_PRICE = 2**63 - 1
QUARTER = 250_000_000


def header(version: int = 1, names: dict[str, int] | None = None, *, ts_out: bool = False) -> bytes:
    """The header, with the numbers of instruments by their names."""
    size = 22 if version == 1 else 71
    rest = b"TEST.SET".ljust(16, b"\0") + struct.pack("<HQQQ", 0, 1, 2, 0)
    rest += struct.pack("<Q", 0) if version == 1 else b""
    rest += bytes([1, 0, ts_out]) + (struct.pack("<H", size) if version > 1 else b"")
    rest = rest.ljust(100, b"\0") + struct.pack("<IIII", 0, 0, 0, 0)
    names = {"ESH4": 17} if names is None else names
    rest += struct.pack("<I", len(names))
    for name, number in names.items():
        rest += name.encode().ljust(size, b"\0") + struct.pack("<III", 1, 20240101, 20240102)
        rest += str(number).encode().ljust(size, b"\0")
    return b"DBN" + bytes([version]) + struct.pack("<I", len(rest)) + rest


def record(kind: int, body: bytes, *, instrument: int = 17, publisher: int = 1, ts: int = 1_000) -> bytes:
    return struct.pack("<BBHIQ", (16 + len(body)) // 4, kind, publisher, instrument, ts) + body


def order(action: str, side: str, number: int, ticks: int, size: int, *, flags: int = 128, publisher: int = 1) -> bytes:
    """An order record; prices in ticks of 0.25."""
    body = struct.pack("<QqIBB", number, ticks * QUARTER, size, flags, 0) + (action + side).encode()
    return record(0xA0, body + struct.pack("<QiI", 1_100, 0, 5), publisher=publisher)


def market(action: str, side: str, ticks: int, size: int, *levels: tuple[int, int, int, int]) -> bytes:
    """A trade, or with one or ten levels (bid, ask, their sizes) a price-level record."""
    body = (
        struct.pack("<qI", ticks * QUARTER, size)
        + (action + side).encode()
        + struct.pack("<BBQiI", 128, 0, 1_100, 0, 77)
    )
    for bid, ask, bid_size, ask_size in levels:
        body += struct.pack("<qqIIII", bid * QUARTER, ask * QUARTER, bid_size, ask_size, 1, 2)
    return record({0: 0, 1: 1, 10: 10}[len(levels)], body)
