"""Writes ITCH messages as the venue does, so that tests can say what a session holds."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field


@dataclass
class ItchSession:
    """Messages one after another; every call returns the session."""

    framing: str = "length_prefixed"
    data: bytearray = field(default_factory=bytearray)
    time: int = 34_200_000_000_000

    def put(self, letter: str, locate: int, body: bytes) -> ItchSession:
        self.time += 1_000
        message = struct.pack(">cHH", letter.encode(), locate, 0) + self.time.to_bytes(6, "big") + body
        length = len(message) if self.framing == "length_prefixed" else 0
        self.data += struct.pack(">H", length) + message
        return self

    def directory(self, locate: int, symbol: str) -> ItchSession:
        return self.put("R", locate, symbol.ljust(8).encode() + b"QN" + struct.pack(">I", 100) + b"NCZ PNN1N\0\0\0\0N")

    def add(
        self, locate: int, symbol: str, order: int, side: str, shares: int, price: int, by: str = ""
    ) -> ItchSession:
        body = struct.pack(">QcI8sI", order, side.encode(), shares, symbol.ljust(8).encode(), price)
        return self.put("F" if by else "A", locate, body + by.encode())

    def execute(self, locate: int, order: int, shares: int) -> ItchSession:
        return self.put("E", locate, struct.pack(">QIQ", order, shares, 7))

    def execute_at(self, locate: int, order: int, shares: int, price: int, printable: str = "Y") -> ItchSession:
        return self.put("C", locate, struct.pack(">QIQcI", order, shares, 8, printable.encode(), price))

    def cancel(self, locate: int, order: int, shares: int) -> ItchSession:
        return self.put("X", locate, struct.pack(">QI", order, shares))

    def delete(self, locate: int, order: int) -> ItchSession:
        return self.put("D", locate, struct.pack(">Q", order))

    def replace(self, locate: int, order: int, new_order: int, shares: int, price: int) -> ItchSession:
        return self.put("U", locate, struct.pack(">QQII", order, new_order, shares, price))

    def trade(self, locate: int, symbol: str, shares: int, price: int) -> ItchSession:
        body = struct.pack(">QcI8sIQ", 0, b"B", shares, symbol.ljust(8).encode(), price, 9)
        return self.put("P", locate, body)
