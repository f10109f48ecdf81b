"""Reads what a back-test was given: data and exchanges of any form, strategies as classes or instances, and cash."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pytrader.backtest.allocation import Allotments, Share, allotments
from pytrader.backtest.exchange import Exchange
from pytrader.data import MarketData, Stream, load
from pytrader.errors import ConfigError, InvalidArgument
from pytrader.model import Instrument, Money
from pytrader.strategy import CompiledStrategy, ErrorPolicy, Strategy
from pytrader.strategy.error_policy import ErrorPolicies, error_policy
from pytrader.strategy.state import read_state

if TYPE_CHECKING:
    from pytrader.data.market_data import Kind

Rows: TypeAlias = tuple[Instrument, npt.NDArray[np.void]]
Part: TypeAlias = "MarketData | Stream | Rows | Exchange"
Data: TypeAlias = "str | os.PathLike[str] | Part | Sequence[Part]"
AnyStrategy: TypeAlias = Strategy | CompiledStrategy
OneStrategy: TypeAlias = "AnyStrategy | type[Strategy]"
Strategies: TypeAlias = "OneStrategy | Sequence[OneStrategy] | Mapping[str, OneStrategy | tuple[OneStrategy, Share]]"
Cash: TypeAlias = "str | Money | Sequence[str | Money]"

# A field that only this kind of record has.
_TELLING_FIELDS: dict[str, Kind] = {
    "order_id": "l3",
    "order_count": "l2",
    "bid_price": "quote",
    "trade_id": "trade",
    "open": "bar",
    "phase": "status",
    "mark_price": "mark",
    "amount_decimals": "cash_event",
}


@dataclass(frozen=True)
class Markets:
    """What a run trades on: recorded data, exchanges, or both.

    Raises
    ------
    InvalidArgument
        If an instrument has two exchanges, or an exchange and recorded data.
    """

    data: MarketData | None
    exchanges: tuple[Exchange, ...] = ()

    def __post_init__(self) -> None:
        taken = {instrument.id for instrument in self.data.instruments} if self.data is not None else set()
        for exchange in self.exchanges:
            if exchange.instrument.id in taken:
                raise InvalidArgument(
                    f"{exchange.instrument.id} has an exchange and other data: an instrument has one exchange, where "
                    "strategies make the market, or recorded data"
                )
            taken.add(exchange.instrument.id)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Those of the data in the order of their first stream, then those of the exchanges."""
        return (*self.recorded, *(exchange.instrument for exchange in self.exchanges))

    @property
    def recorded(self) -> tuple[Instrument, ...]:
        """Those of the data."""
        return () if self.data is None else self.data.instruments

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The recorded streams."""
        return () if self.data is None else self.data.streams

    @property
    def start_ns(self) -> int:
        """When the first of them begins; 0 if there is nothing at all."""
        starts = [exchange.start_ns for exchange in self.exchanges]
        return min([*starts, self.data.start_ns] if self.data is not None and self.event_count else starts, default=0)

    @property
    def end_ns(self) -> int:
        """When the last of them ends; 0 if there is nothing at all."""
        ends = [exchange.end_ns for exchange in self.exchanges]
        return max([*ends, self.data.end_ns] if self.data is not None and self.event_count else ends, default=0)

    @property
    def event_count(self) -> int:
        """Recorded rows; nobody knows beforehand how many an exchange will have."""
        return 0 if self.data is None else self.data.event_count

    @property
    def source(self) -> str:
        """Where it comes from."""
        named = [f"exchange of {exchange.instrument.id}" for exchange in self.exchanges]
        return ", ".join([self.data.source, *named] if self.data is not None else named)


def markets(data: Data) -> Markets:
    """Recorded data and exchanges, given alone or in a list.

    Raises
    ------
    InvalidArgument
        If something is neither, or an instrument has both.
    DataError
        If a file can not be read.
    """
    if isinstance(data, Exchange):
        return Markets(None, (data,))
    if isinstance(data, list | tuple) and not _is_rows(data):
        exchanges = tuple(part for part in data if isinstance(part, Exchange))
        recorded = [part for part in data if not isinstance(part, Exchange)]
        if exchanges:
            return Markets(market_data(recorded) if recorded else None, exchanges)
    return Markets(market_data(data))


def market_data(data: Any) -> MarketData:
    """One `MarketData` from a path, from market data, or from instruments with structured arrays.

    Raises
    ------
    InvalidArgument
        If it is none of these, or an array whose fields are no known record's.
    DataError
        If a file can not be read.
    """
    if isinstance(data, MarketData):
        return data
    if isinstance(data, str | os.PathLike):
        return load(data)
    if isinstance(data, Stream) or _is_rows(data):
        return MarketData((_stream(data),), "arrays")
    if isinstance(data, Iterable):
        parts = list(data)
        streams: list[Stream] = []
        for part in parts:
            streams.extend(part.streams if isinstance(part, MarketData) else (_stream(part),))
        if streams:
            sources = [part.source for part in parts if isinstance(part, MarketData)]
            return MarketData(tuple(streams), ", ".join(sources) or "arrays")
    raise InvalidArgument(
        "data must be a path, MarketData, Stream, Exchange or (instrument, structured array), or a list of them, "
        f"got {data!r}"
    )


def strategy_instances(strategies: Strategies) -> dict[str, AnyStrategy]:
    """Strategies by name: the given one, or the class's or a compiled one's, numbered where one comes more than once.

    Raises
    ------
    InvalidArgument
        If there is none, something is no strategy, one instance is given twice, or a name is no text.
    """
    if isinstance(strategies, Mapping):
        given = [one[0] if isinstance(one, tuple) and one else one for one in strategies.values()]
    else:
        given = list(strategies) if isinstance(strategies, Sequence) else [strategies]
    instances = [one() if isinstance(one, type) and issubclass(one, Strategy) else one for one in given]
    if not instances:
        raise InvalidArgument("a back-test needs at least one strategy")
    for one in instances:
        if not isinstance(one, Strategy | CompiledStrategy):
            raise InvalidArgument(
                f"a strategy must be a subclass of Strategy or an instance of one, or a CompiledStrategy, got {one!r}"
            )
    if len({id(one) for one in instances}) < len(instances):
        raise InvalidArgument("one strategy instance is given twice: make a second instance of its class")
    if isinstance(strategies, Mapping):
        for name in strategies:
            if type(name) is not str or not name.isidentifier():
                raise InvalidArgument(f"a strategy's name must be one word of letters, digits and _, got {name!r}")
        return dict(zip(strategies, instances, strict=True))
    return _numbered(instances)


def _numbered(instances: Sequence[AnyStrategy]) -> dict[str, AnyStrategy]:
    """Strategies by their own names, numbered from 1 on where one comes more than once, past names that are taken."""
    own = Counter(one.name for one in instances)
    given = dict.fromkeys(own, 0)
    named: dict[str, AnyStrategy] = {}
    for one in instances:
        name = one.name
        while own[one.name] > 1 and (name in own or name in named):
            given[one.name] += 1
            name = f"{one.name}{given[one.name]}"
        named[name] = one
    return named


def capital_allotments(
    strategies: Strategies, allocation: Mapping[str, Share] | None, names: Iterable[str], cash: Sequence[Money]
) -> Allotments:
    """What each strategy may use of the opening cash, from the strategies' own entries and from `allocation`.

    Raises
    ------
    ConfigError
        If both speak of one strategy, `allocation` is no mapping, or the shares are wrong.
    """
    shares: dict[str, Share] = {}
    if isinstance(strategies, Mapping):
        for name, one in strategies.items():
            if isinstance(one, tuple):
                if len(one) != 2:
                    raise ConfigError(f"strategy {name} must be given as (strategy, share), got {one!r}")
                shares[name] = one[1]
    if allocation is not None and not isinstance(allocation, Mapping):
        raise ConfigError(
            "allocation must be a mapping of the strategies' names to their shares, such as "
            f'{{"{next(iter(names), "Strategy")}": "60%"}}, got {allocation!r}'
        )
    for name, share in (allocation or {}).items():
        if name in shares:
            raise ConfigError(f"the share of {name} is given twice: with the strategy, and in allocation")
        shares[name] = share
    return allotments(shares, names, cash)


def saved_states(given: object, strategies: Mapping[str, AnyStrategy]) -> dict[str, bytes]:
    """The states of earlier runs by strategy, each checked to be that strategy's.

    Raises
    ------
    ConfigError, DataError
        If one is no state, or not that strategy's.
    """
    if given is None:
        return {}
    if isinstance(given, bytes) and len(strategies) == 1:
        given = dict.fromkeys(strategies, given)
    if not isinstance(given, Mapping):
        raise ConfigError(
            f"state must be what save_state() returned, by strategy where there are several, got {given!r}"
        )
    for name, state in given.items():
        if name not in strategies:
            raise ConfigError(f"state names {name!r}, and the strategies are {', '.join(strategies)}")
        if not isinstance(state, bytes):
            raise ConfigError(f"state of {name} must be the bytes that save_state() returned, got {state!r}")
        strategy = strategies[name]
        if not isinstance(strategy, Strategy):
            raise ConfigError(f"{name} is a compiled strategy, which keeps its state by itself: leave it out")
        read_state(strategy, state)
    return dict(given)


def error_policies(given: ErrorPolicies | None, strategies: Mapping[str, AnyStrategy]) -> dict[str, ErrorPolicy]:
    """The error policy of each strategy: the given one, or that of its class.

    Raises
    ------
    ConfigError
        If something is no error policy, or a name is no strategy's.
    """
    if isinstance(given, Mapping):
        for name in given:
            if name not in strategies:
                raise ConfigError(f"error_policy names {name!r}, and the strategies are {', '.join(strategies)}")
        return {name: error_policy(given.get(name, one.error_policy)) for name, one in strategies.items()}
    return {name: error_policy(one.error_policy if given is None else given) for name, one in strategies.items()}


def opening_cash(cash: Cash, instruments: Iterable[Instrument]) -> list[Money]:
    """The opening amounts, checked to hold every currency that the instruments trade in.

    Raises
    ------
    ConfigError
        If something is no amount, a currency comes twice, an amount is negative, or a currency is missing.
    """
    amounts = _amounts(cash, "cash")
    codes = [amount.currency.code for amount in amounts]
    for instrument in instruments:
        code = instrument.quote_currency.code
        if code not in codes:
            raise ConfigError(
                f"{instrument.id} trades in {code}, and cash has only {', '.join(codes) or 'nothing'}: "
                f'write for example cash="10000 {code}"'
            )
    return amounts


def insurance_funds(account: str, insurance: Cash, instruments: Iterable[Instrument]) -> list[Money]:
    """The opening amounts of the venue's insurance funds.

    Raises
    ------
    ConfigError
        If the account is of no kind there is, or is funded and has insurance, or no instrument trades in the currency
        of a fund; for amounts as `opening_cash`.
    """
    if account not in ("funded", "isolated", "cross"):
        raise ConfigError(f"account must be 'funded', 'isolated' or 'cross', got {account!r}")
    amounts = _amounts(insurance, "insurance")
    if amounts and account == "funded":
        raise ConfigError("insurance is for margin accounts: give account='isolated' or account='cross'")
    traded = dict.fromkeys(instrument.quote_currency.code for instrument in instruments)
    for amount in amounts:
        if amount.currency.code not in traded:
            raise ConfigError(
                f"insurance names {amount.currency.code}, and the instruments trade in {', '.join(traded)}: a fund of "
                "another currency takes nothing over"
            )
    return amounts


def _amounts(given: Cash, name: str) -> list[Money]:
    """What was given as one amount or several, each currency once and none negative; `name` is for messages."""
    parts = list(given) if isinstance(given, Iterable) and not isinstance(given, str | Money) else [given]
    amounts = [one if isinstance(one, Money) else _money(one, name) for one in parts]
    codes = [amount.currency.code for amount in amounts]
    for amount, code in zip(amounts, codes, strict=True):
        if codes.count(code) > 1:
            raise ConfigError(f"{name} gives {code} twice: add the amounts up")
        if amount < Money(0, code):
            raise ConfigError(f"{name} must not be negative, got {amount}")
    return amounts


def _money(text: Any, name: str) -> Money:
    parts = text.split() if isinstance(text, str) else []
    if len(parts) != 2:
        raise ConfigError(f"{name} must be an amount and a currency, such as '100000 USD', got {text!r}")
    try:
        return Money(parts[0], parts[1])
    except ValueError as error:
        raise ConfigError(f"{name} {text!r}: {error}") from None


def _is_rows(data: object) -> bool:
    return isinstance(data, tuple) and len(data) == 2 and isinstance(data[0], Instrument)


def _stream(part: Any) -> Stream:
    if isinstance(part, Stream):
        return part
    if not _is_rows(part):
        raise InvalidArgument(f"a part of the data must be MarketData, a Stream or (instrument, array), got {part!r}")
    instrument, rows = part
    names = getattr(getattr(rows, "dtype", None), "names", None)
    if names is None:
        raise InvalidArgument(
            f"rows of {instrument.id} must be a structured array such as of dtype QUOTE, got {rows!r}"
        )
    for field, kind in _TELLING_FIELDS.items():
        if field in names:
            duration = _bar_duration(instrument, rows) if kind == "bar" else 0
            return Stream(instrument, kind, {name: rows[name] for name in names}, duration)
    raise InvalidArgument(
        f"rows of {instrument.id} have the fields {', '.join(names)}, which are no record's: "
        "use a dtype of pytrader.model.records"
    )


def _bar_duration(instrument: Instrument, rows: npt.NDArray[np.void]) -> int:
    if len(rows) == 0:
        raise InvalidArgument(f"bars of {instrument.id} are empty, so their length is unknown: give a Stream instead")
    lengths = np.unique(rows["ts_event"] - rows["ts_open"])
    if len(lengths) != 1 or lengths[0] <= 0:
        raise InvalidArgument(
            f"bars of {instrument.id} have several lengths, {lengths[:3].tolist()} ... ns: "
            "give a Stream with duration_ns"
        )
    return int(lengths[0])
