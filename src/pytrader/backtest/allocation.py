"""Shares of the account's capital: what each strategy of a run may use of it, exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from pytrader.errors import ConfigError, PytraderError
from pytrader.model import Fixed, Money

Share: TypeAlias = "str | Money | Sequence[str | Money]"
Allotments: TypeAlias = dict[str, list[Money]]

_WHOLE = 100
_DECIMALS = 18


def allotments(shares: Mapping[str, Share], names: Iterable[str], cash: Sequence[Money]) -> Allotments:
    """How much of each currency's opening cash every strategy may use; no entry for one that may use all of it.

    Parameters
    ----------
    shares : Mapping[str, Share]
        By strategy: a percentage of every currency such as ``"60%"``, or an amount, or several of them.
    names : iterable of str
        The strategies of the run.
    cash : sequence of Money
        The opening cash.

    Returns
    -------
    dict of list of Money
        Percentages are rounded down to 18 decimals.

    Raises
    ------
    ConfigError
        For a name that is no strategy's, something that is no share, or shares of more than there is.
    """
    known = list(names)
    for name in shares:
        if name not in known:
            raise ConfigError(f"allocation names {name!r}, and the strategies are {', '.join(known)}")
    made = {name: _allotted(name, share, cash) for name, share in shares.items()}
    for opening in cash:
        given = [amount for amounts in made.values() for amount in amounts if amount.currency == opening.currency]
        total = sum(given, Money(0, opening.currency))
        if total > opening:
            raise ConfigError(f"allocation gives away {total} of {opening}: give at most 100%")
    return made


def _allotted(name: str, share: Share, cash: Sequence[Money]) -> list[Money]:
    if isinstance(share, str) and share.strip().endswith("%"):
        part = _percentage(name, share)
        return [_part_of(amount, part) for amount in cash]
    if not isinstance(share, str | Money | Sequence):
        raise ConfigError(f"allocation of {name} must be like '60%' or '5000 USD', got {share!r}")
    parts = [share] if isinstance(share, str | Money) else list(share)
    amounts = [part if isinstance(part, Money) else _money(name, part) for part in parts]
    codes = [amount.currency.code for amount in cash]
    for amount in amounts:
        if amount.currency.code not in codes:
            raise ConfigError(f"allocation of {name} is {amount}, and cash has only {', '.join(codes)}")
        if amount < Money(0, amount.currency):
            raise ConfigError(f"allocation of {name} must not be negative, got {amount}")
    if len({amount.currency.code for amount in amounts}) < len(amounts):
        raise ConfigError(f"allocation of {name} gives a currency twice: add the amounts up")
    return amounts


def _percentage(name: str, text: str) -> Fraction:
    try:
        part = Fraction(str(Fixed(text.strip()[:-1].strip()))) / _WHOLE
    except PytraderError as error:
        raise ConfigError(f"allocation of {name} must be like '60%' or '5000 USD', got {text!r}: {error}") from None
    if not 0 <= part <= 1:
        raise ConfigError(f"allocation of {name} must be from 0% to 100%, got {text!r}")
    return part


def _part_of(amount: Money, part: Fraction) -> Money:
    mantissa = amount.amount.scaled(_DECIMALS) * part.numerator // part.denominator
    return Money(Fixed.from_scaled(mantissa, _DECIMALS), amount.currency)


def _money(name: str, text: object) -> Money:
    try:
        return Money.from_text(text)  # type: ignore[arg-type]
    except (PytraderError, TypeError) as error:
        raise ConfigError(f"allocation of {name} must be like '60%' or '5000 USD', got {text!r}: {error}") from None
