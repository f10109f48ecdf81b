"""Columns of numbers that are not text, put on a decimal grid exactly or refused."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pytrader.data.decimal_text import Int64s
from pytrader.errors import DataError

# Whole doubles up to here are exact, and so is every power of ten up to 10**22.
_EXACT_DOUBLE = 2.0**53


class NumberColumn(Protocol):
    """What a column of numbers of any storage can do."""

    def __len__(self) -> int: ...

    def fail(self, row: int, problem: str) -> DataError:
        """Make the error that names the file, the row, the column and the value."""

    def decimal_places(self) -> int | None:
        """Return how many decimals the column needs, None where its storage does not say."""

    def on_grid(self, decimals: int, step: int, what: str, *, cut: bool = False) -> Int64s:
        """Return every value as a whole number of steps of ``step`` times 10**-decimals.

        DataError for a value between two steps, unless ``cut`` says to take the one below (values are not negative
        then).
        """


@dataclass(frozen=True, eq=False)
class IntegerColumn:
    """Whole numbers."""

    name: str
    path: str
    values: Int64s

    def __len__(self) -> int:
        return len(self.values)

    def fail(self, row: int, problem: str) -> DataError:
        return DataError(f"{self.name} {int(self.values[row])} {problem}", path=self.path, row=row)

    def decimal_places(self) -> int:
        return 0

    def on_grid(self, decimals: int, step: int, what: str, *, cut: bool = False) -> Int64s:
        limit = np.iinfo(np.int64).max // 10**decimals
        wide = (self.values > limit) | (self.values < -limit)
        if wide.any():
            raise self.fail(int(wide.argmax()), f"is too large at {decimals} decimals")
        scaled: Int64s = self.values * 10**decimals
        steps, rest = np.divmod(scaled, step)
        if rest.any() and not cut:
            raise self.fail(int((rest != 0).argmax()), f"is not a multiple of {what}")
        return np.asarray(steps, np.int64)


@dataclass(frozen=True, eq=False)
class FloatColumn:
    """Doubles, each of which must be the one nearest to a decimal of the grid."""

    name: str
    path: str
    values: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def fail(self, row: int, problem: str) -> DataError:
        return DataError(f"{self.name} {float(self.values[row])!r} {problem}", path=self.path, row=row)

    def decimal_places(self) -> None:
        return None

    def on_grid(self, decimals: int, step: int, what: str, *, cut: bool = False) -> Int64s:
        bad = ~np.isfinite(self.values)
        if bad.any():
            raise self.fail(int(bad.argmax()), "is not a number")
        scale = 10.0**decimals
        scaled = np.rint(self.values * scale)
        # A correctly rounded quotient of two exact doubles is the double nearest to the decimal: equality is the
        # exact test.
        wide = np.abs(scaled) > _EXACT_DOUBLE
        if wide.any():
            raise self.fail(int(wide.argmax()), f"is too large for a double at {decimals} decimals; store text")
        between = scaled / scale != self.values
        if between.any() and not cut:
            raise self.fail(int(between.argmax()), f"is not a number of {decimals} decimals, as the grid asks")
        whole = scaled.astype(np.int64)
        for row in np.flatnonzero(between).tolist():
            whole[row] = int(Decimal(repr(float(self.values[row]))).scaleb(decimals).to_integral_value(ROUND_DOWN))
        return IntegerColumn(self.name, self.path, whole).on_grid(0, step, what, cut=cut)
