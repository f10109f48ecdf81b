"""The base class of every strategy: typed parameters, and one method for each thing that can happen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

from pytrader._core import TradingPhase
from pytrader._strategy import Bar, Book, CashEvent, OrderEvent, Position, Quote, StrategyBase, Timer, Trade
from pytrader.config import Parameter, declared_parameters, parameter_values
from pytrader.errors import ConfigError
from pytrader.strategy.codec import encoded
from pytrader.strategy.error_policy import ErrorPolicy
from pytrader.strategy.state import Schema, check_declaration, saved_parameters, saved_state

# How like a handler's name another one must be to be taken for a misspelled one, from 0 to 1.
_LIKENESS_MIN = 0.85


class Strategy(StrategyBase):
    """A trading strategy: override the handlers you need, and trade with ``self.buy`` and its neighbours.

    Annotated class attributes are parameters. They are checked when an instance is made, and can be given by keyword
    (``SmaCross(fast=20)``) or as text (``--set fast=20`` on the command line). Names that begin with ``_`` are no
    parameters.

    A handler that is not overridden costs nothing: the core never calls it. Handlers are looked up once, when the run
    begins; one that is assigned later is not seen. An event that you hold on to is yours and never changes; the book
    and the position are live. An exception that leaves a handler stops the run and reaches the caller, unless the
    strategy's `error_policy` says otherwise.

    Attributes
    ----------
    error_policy : str or ErrorPolicy
        What is done when a handler raises; `Backtest(error_policy=...)` has the last word.
    saved : mapping of type, or tuple of types, by name
        Attributes that make up its state, for `save_state`.

    Examples
    --------
    >>> class Follow(Strategy):
    ...     size: int = 1
    ...
    ...     def on_trade(self, trade):
    ...         if self.position.is_flat:
    ...             self.buy(self.size)
    >>> Follow(size=2).size
    2
    """

    error_policy: ClassVar[str | ErrorPolicy] = "stop"
    saved: ClassVar[Schema] = {}
    _declared: ClassVar[Mapping[str, Parameter]] = {}
    _published: Mapping[str, object] = MappingProxyType({})

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Read the class's parameters, once, and refuse what would be ignored."""
        super().__init_subclass__(**keywords)
        cls._declared = declared_parameters(cls, Strategy)
        check_declaration(cls)
        _refuse_misspelled_handlers(cls)

    def __init__(self, **parameters: Any) -> None:
        """Make a strategy.

        Parameters
        ----------
        **parameters
            Values for declared parameters; what is not given has the value in the class body.

        Raises
        ------
        ConfigError
            For an unknown name, a value of the wrong type, or a required parameter that is missing.
        """
        self._assign(parameter_values(self._declared, parameters, type(self).__name__))

    @classmethod
    def from_text(cls, texts: Mapping[str, str]) -> Self:
        """A strategy whose parameters were typed as text, such as ``{"fast": "20"}``.

        Raises
        ------
        ConfigError
            As the constructor does, and for a text that its parameter's type can not be read from.
        """
        return cls(**parameter_values(cls._declared, texts, cls.__name__, text=True))

    def publish(self, **values: object) -> None:
        """Show values to other threads: `Backtest.snapshot` has them from its next version on.

        Parameters
        ----------
        **values
            Numbers, text, decimals, prices, quantities, money, and lists, tuples, sets and dictionaries of them. What
            was published before under other names stays.

        Raises
        ------
        InvalidArgument
            For a value of another type; nothing is published then.
        InvalidState
            Outside a handler.
        """
        changed = {**self._published, **values}
        self.publish_bytes(encoded(changed))
        self._published = changed

    @classmethod
    def from_state(cls, state: bytes) -> Self:
        """A strategy with the parameters that a state was saved with; the run that gets the state restores the rest.

        Raises
        ------
        DataError
            If it is no state.
        ConfigError
            If its parameters are not this class's.
        """
        return cls(**saved_parameters(state))

    def save_state(self) -> bytes:
        """What the next run needs to go on: `on_save`, the random numbers, the keys of `once`, and the parameters.

        At any time, in a handler or after the run. Positions and orders are the account's, and not a part of it.

        Raises
        ------
        InvalidArgument
            If `on_save` returns something that can not be kept.
        ConfigError
            If it does not fit `saved`.
        """
        return saved_state(self)

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter with its value, in order of declaration."""
        return {name: getattr(self, name) for name in self._declared}

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy as a new strategy with the same parameters; what a run left behind stays with the run."""
        return _with_parameters, (type(self), self.parameters)

    def _assign(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def on_start(self) -> None:
        """The run begins: set timers, ask for bars and indicators."""

    def on_stop(self) -> None:
        """The run ends; what can be read can be read for the last time."""

    def on_quote(self, quote: Quote) -> None:
        """The best bid or offer changed, in price or in quantity."""

    def on_trade(self, trade: Trade) -> None:
        """Somebody traded."""

    def on_book(self, book: Book) -> None:
        """The book changed, and the venue's event that changed it is complete."""

    def on_bar(self, bar: Bar) -> None:
        """A bar closed, and the indicators on its series are ready.

        Bars that the strategy asked for with ``self.bars``; all bars of the data if it asked for none.
        """

    def on_timer(self, timer: Timer) -> None:
        """A timer or an alert is due."""

    def on_status(self, instrument: str, phase: TradingPhase) -> None:
        """The trading phase of an instrument, given by its id, began."""

    def on_order_event(self, event: OrderEvent) -> None:
        """Something happened to one of this strategy's orders; called for every event, before the special ones."""

    def on_fill(self, fill: OrderEvent) -> None:
        """One of this strategy's orders traded."""

    def on_reject(self, event: OrderEvent) -> None:
        """An order was denied by the risk gate or rejected by the venue, or a cancel or replace was refused."""

    def on_position(self, position: Position) -> None:
        """A fill changed this strategy's position."""

    def on_cash_event(self, event: CashEvent) -> None:
        """Funding, a dividend, a split, borrow cost, rollover or expiry changed cash or this strategy's position."""

    def on_degrade(self, error: Exception) -> None:
        """The error policy paused this strategy: until `on_resume` it hears of its orders only, and may not trade."""

    def on_resume(self) -> None:
        """The cooldown of the error policy is over: this strategy goes on."""

    def on_save(self) -> dict[str, Any]:
        """Return this strategy's own state by name; unless overridden, the attributes that `saved` declares."""
        owner = type(self).__name__
        for name in self.saved:
            if not hasattr(self, name):
                raise ConfigError(
                    f"{owner}.saved declares {name!r}, which this {owner} does not have: set it in on_start, and save "
                    "the state after that"
                )
        return {name: getattr(self, name) for name in self.saved}

    def on_load(self, state: dict[str, Any]) -> None:
        """Take up the state of an earlier run, right after `on_start`; unless overridden, as attributes."""
        self._assign(state)

    def on_fault(self, error: BaseException) -> None:
        """An error ended this strategy, and this is the last that it hears; it may not trade any more."""


def _refuse_misspelled_handlers(cls: type[Strategy]) -> None:
    unknown = [
        name
        for name, value in vars(cls).items()
        if name.startswith("on_") and callable(value) and not hasattr(Strategy, name)
    ]
    if not unknown:
        return
    from difflib import get_close_matches

    handlers = [name for name in vars(Strategy) if name.startswith("on_")]
    for name in unknown:
        near = get_close_matches(name, handlers, n=1, cutoff=_LIKENESS_MIN)
        if near:
            raise ConfigError(
                f"{cls.__name__}.{name} is no handler, so nothing would call it: did you mean {near[0]}? A method of "
                "your own needs a name that is less like a handler's"
            )


def _with_parameters(cls: type[Strategy], parameters: Mapping[str, Any]) -> Strategy:
    return cls(**parameters)
