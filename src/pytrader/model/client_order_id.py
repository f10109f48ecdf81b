"""The client order id: whose order it is, and which."""

from __future__ import annotations

from typing import NamedTuple

from pytrader.errors import InvalidArgument


class ClientOrderId(NamedTuple):
    """A client order id in its parts; its text is ``<strategy>-<number>``.

    Attributes
    ----------
    strategy : str
        The strategy's name; it may have hyphens of its own.
    number : int
        The order's number in its run: 1, 2, 3, ...

    Examples
    --------
    >>> ClientOrderId.parse("Grid-12")
    ClientOrderId(strategy='Grid', number=12)
    >>> str(ClientOrderId("Grid", 12))
    'Grid-12'
    """

    strategy: str
    number: int

    @classmethod
    def parse(cls, text: str) -> ClientOrderId:
        """Read the text of a client order id.

        Raises
        ------
        InvalidArgument
            If it is none: no strategy, or no number from 1 without leading zeros.
        """
        strategy, _, digits = text.rpartition("-")
        if not strategy or not digits.isascii() or not digits.isdigit() or digits.startswith("0"):
            raise InvalidArgument(f"a client order id is like 'Grid-12', got {text!r}")
        return cls(strategy, int(digits))

    def __str__(self) -> str:
        return f"{self.strategy}-{self.number}"
