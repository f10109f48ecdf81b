"""The lines of a Binance capture: receive time and JSON frame, told apart and collected."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytrader.data.binance_depth import DepthChain, Difference, Levels, Texts
from pytrader.data.files import read_bytes
from pytrader.errors import DataError

_NS_PER_MS = 1_000_000
_MOST = 2**62
NO_TIME = -1


@dataclass
class Quotes:
    """bookTicker frames, one entry each; ``ts_event`` is `NO_TIME` where the frame says none."""

    ts_event: list[int] = field(default_factory=list)
    ts_init: list[int] = field(default_factory=list)
    bid_price: Texts = field(default_factory=Texts)
    ask_price: Texts = field(default_factory=Texts)
    bid_quantity: Texts = field(default_factory=Texts)
    ask_quantity: Texts = field(default_factory=Texts)


@dataclass
class Trades:
    """trade frames, one entry each."""

    ts_event: list[int] = field(default_factory=list)
    ts_init: list[int] = field(default_factory=list)
    price: Texts = field(default_factory=Texts)
    quantity: Texts = field(default_factory=Texts)
    buyer_is_maker: list[bool] = field(default_factory=list)
    trade_id: list[int] = field(default_factory=list)


@dataclass
class Capture:
    """What was read so far, over all files.

    Attributes
    ----------
    lead_ns : int
        How far the venue's clock was seen ahead of ours at most; 0 where it never was.
    unread : Counter
        The frames of kinds that make no stream.
    """

    symbol: str = ""
    market: str = "SPOT"
    last_ts_init: int = 0
    lead_ns: int = 0
    quotes: Quotes = field(default_factory=Quotes)
    trades: Trades = field(default_factory=Trades)
    unread: Counter[str] = field(default_factory=Counter)

    def texts(self) -> tuple[Texts, ...]:
        quotes, trades = self.quotes, self.trades
        return (
            quotes.bid_price, quotes.ask_price, quotes.bid_quantity, quotes.ask_quantity, trades.price, trades.quantity,
        )  # fmt: skip


def read_capture(path: Path, capture: Capture, chain: DepthChain) -> None:
    """Add the frames of one file to a capture and its depth differences to a chain.

    Raises
    ------
    DataError
        A line that is no frame, receive times that go back, a second symbol; it names file and line.
    """
    name = str(path)
    chain.begin_file(name)
    for texts in capture.texts():
        texts.begin(name)
    line = 0
    for line, text in enumerate(read_bytes(path).splitlines(), 1):
        try:
            head, _, body = text.partition(b" ")
            ts_init, frame = _whole(int(head)), json.loads(body)
            _take(name, line, ts_init, frame, capture, chain)
        except DataError:
            raise
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise DataError(
                f"not a line of a Binance capture (receive time in ns, a space, a JSON frame): {error!r}; "
                "is the file cut short?",
                path=name,
                line=line,
            ) from error
    if line == 0:
        raise DataError("the file is empty", path=name)


def _take(path: str, line: int, ts_init: int, frame: dict[str, Any], capture: Capture, chain: DepthChain) -> None:
    if ts_init < capture.last_ts_init:
        raise DataError(f"receive time {ts_init} goes back; name the files in order", path=path, line=line)
    capture.last_ts_init = ts_init
    if "lastUpdateId" in frame:
        venue_ms = frame.get("T", frame.get("E"))
        ts_event = ts_init if venue_ms is None else _ns(venue_ms)
        last = _whole(frame["lastUpdateId"])
        chain.snapshot(line, ts_event, ts_init, last, _levels(frame["bids"]), _levels(frame["asks"]))
        return
    data = frame["data"]
    kind = data.get("e") or frame["stream"].partition("@")[2]
    if kind not in ("depthUpdate", "bookTicker", "trade"):
        capture.unread[kind] += 1
        return
    _check_symbol(path, line, data, capture)
    if kind == "depthUpdate":
        if "pu" in data and capture.market == "SPOT":
            capture.market = "COINM" if "ps" in data else "USDM"
        if ("pu" in data) != (capture.market != "SPOT"):
            raise DataError("a spot frame in a capture of futures; read one market at a time", path=path, line=line)
        ts_event = _ns(data.get("T", data["E"]))
        capture.lead_ns = max(capture.lead_ns, ts_event - ts_init)
        first, last = _whole(data["U"]), _whole(data["u"])
        previous = _whole(data["pu"]) if "pu" in data else None
        bids, asks = _levels(data["b"]), _levels(data["a"])
        chain.difference(Difference(path, line, ts_event, ts_init, first, last, previous, bids, asks))
    elif kind == "bookTicker":
        _take_quote(line, ts_init, data, capture.quotes)
    elif data.get("X", "MARKET") != "MARKET":
        capture.unread[f"trade ({data['X']})"] += 1
    else:
        _take_trade(line, ts_init, data, capture.trades)
        capture.lead_ns = max(capture.lead_ns, capture.trades.ts_event[-1] - ts_init)


def _check_symbol(path: str, line: int, data: dict[str, Any], capture: Capture) -> None:
    symbol = data["s"]
    if type(symbol) is not str or not symbol:
        raise TypeError(f"symbol {symbol!r} is no text")
    if not capture.symbol:
        capture.symbol = symbol
        if "ps" in data:
            capture.market = "COINM"
    elif symbol != capture.symbol:
        raise DataError(
            f"symbol {symbol} in a capture of {capture.symbol}; read one symbol at a time", path=path, line=line
        )


def _take_quote(line: int, ts_init: int, data: dict[str, Any], quotes: Quotes) -> None:
    quotes.ts_init.append(ts_init)
    quotes.ts_event.append(_ns(data["T"]) if "T" in data else NO_TIME)
    quotes.bid_price.add(data["b"], line)
    quotes.ask_price.add(data["a"], line)
    quotes.bid_quantity.add(data["B"], line)
    quotes.ask_quantity.add(data["A"], line)


def _take_trade(line: int, ts_init: int, data: dict[str, Any], trades: Trades) -> None:
    trades.ts_init.append(ts_init)
    trades.ts_event.append(_ns(data["T"]))
    trades.price.add(data["p"], line)
    trades.quantity.add(data["q"], line)
    if type(data["m"]) is not bool:
        raise TypeError(f"m {data['m']!r} is neither true nor false")
    trades.buyer_is_maker.append(data["m"])
    trades.trade_id.append(_whole(data["t"]))


def _whole(value: Any) -> int:
    """A time, an update id or a trade id: a whole number of at most 62 bits."""
    if type(value) is not int or not 0 <= value < _MOST:
        raise ValueError(f"{value!r} is not a whole number from 0 to {_MOST - 1}")
    return value


def _ns(milliseconds: Any) -> int:
    return _whole(_whole(milliseconds) * _NS_PER_MS)


def _levels(rows: Any) -> Levels:
    """Price and size of each level; what else a row has is not read."""
    if type(rows) is not list or not all(type(row) is list for row in rows):
        raise TypeError("levels are not a list of lists")
    return [(row[0], row[1]) for row in rows]
