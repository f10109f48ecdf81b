"""Exact 64-bit integers from columns of decimal text, a whole column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pytrader.errors import DataError

Int64s = npt.NDArray[np.int64]
_DOT, _MINUS, _NEWLINE, _ZERO = ord("."), ord("-"), ord("\n"), ord("0")
# No number we can hold is longer as text, unless padded with zeros without end.
_MAX_LENGTH = 64
# Nineteen digits always fit in 64 bits without a sign, and sometimes in 63.
_MAX_DIGITS = 19
_POWERS = np.uint64(10) ** np.arange(_MAX_DIGITS + 1, dtype=np.uint64)
_MAX = np.uint64(np.iinfo(np.int64).max)


@dataclass(frozen=True, eq=False)
class TextColumn:
    """Cells of one column: where each begins and ends in a buffer, and the line of the file it stands on.

    Attributes
    ----------
    name, path : str
        For messages.
    buffer : numpy.ndarray of uint8
        The text of all cells; a cell ends before the byte at ``ends``.
    starts, ends, lines : numpy.ndarray of int64
        One entry per row; lines count from 1.
    """

    name: str
    path: str
    buffer: npt.NDArray[np.uint8]
    starts: Int64s
    ends: Int64s
    lines: Int64s

    @classmethod
    def from_strings(cls, name: str, path: str, texts: Sequence[str], lines: Int64s) -> TextColumn:
        """Make a column from separate strings; DataError where one is no string or has a line break."""
        for row, text in enumerate(texts):
            if type(text) is not str or "\n" in text:
                line = int(lines[row])
                raise DataError(f"{name} {text!r} is not a plain decimal number in quotes", path=path, line=line)
        buffer = np.frombuffer(("\n".join(texts) + "\n").encode(errors="replace"), np.uint8)
        ends = np.flatnonzero(buffer == _NEWLINE)[: len(texts)]
        starts = np.concatenate(([0], ends[:-1] + 1)) if len(texts) else ends
        return cls(name, path, buffer, starts.astype(np.int64), ends.astype(np.int64), lines)

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, row: int) -> str:
        """Return one cell as it stands."""
        return self.buffer[self.starts[row] : self.ends[row]].tobytes().decode(errors="replace")

    def fail(self, row: int, problem: str) -> DataError:
        """Make the error that names the file, the line, the column and the cell."""
        line = int(self.lines[row])
        return DataError(f"{self.name} {self.text(row)!r} {problem}", path=self.path, line=line)

    def scaled(self, decimals: int) -> Int64s:
        """Return every cell times 10**decimals, exactly.

        Raises
        ------
        DataError
            A cell that is not a plain decimal number, that has more decimals than asked for (trailing zeros do not
            count), or that does not fit in 64 bits at this scale. It names file, line and cell.
        """
        value, inexact = self.cut(decimals)
        if inexact.any():
            raise self.fail(int(inexact.argmax()), f"has more than {decimals} decimals")
        return value

    def cut(self, decimals: int) -> tuple[Int64s, npt.NDArray[np.bool_]]:
        """Return every cell times 10**decimals without the digits below, and which cells lost a digit that was not 0.

        Raises
        ------
        DataError
            As `scaled`, but for the decimals.
        """
        negative = (self.starts < self.ends) & (self.buffer[self.starts] == _MINUS)
        starts = self.starts + negative
        lengths = self.ends - starts
        value = np.zeros(len(starts), np.uint64)
        digits, fraction = (np.zeros(len(starts), np.int64) for _ in range(2))
        dotted, bad, inexact = (np.zeros(len(starts), bool) for _ in range(3))
        for place in range(min(int(lengths.max(initial=0)), _MAX_LENGTH)):
            inside = lengths > place
            byte = self.buffer[np.minimum(starts + place, self.ends)]
            dot = inside & (byte == _DOT)
            # Bytes below "0" wrap around to beyond 9.
            digit = (byte - np.uint8(_ZERO)).astype(np.uint64)
            number = inside & ~dot
            bad |= (number & (digit > 9)) | (dot & dotted)
            below = number & dotted & (fraction >= decimals)
            inexact |= below & (digit != 0)
            number &= ~below
            value = np.where(number & (digits < _MAX_DIGITS), value * np.uint64(10) + digit, value)
            digits += number & ((value != 0) | (digits > 0))
            fraction += number & dotted
            dotted |= dot
        bad |= (lengths > _MAX_LENGTH) | (lengths - dotted <= 0)
        if bad.any():
            raise self.fail(int(bad.argmax()), "is not a plain decimal number")
        missing = decimals - fraction
        value *= _POWERS[missing]
        too_large = ((digits + missing > _MAX_DIGITS) & (digits > 0)) | (value > _MAX)
        if too_large.any():
            raise self.fail(int(too_large.argmax()), f"does not fit in 64 bits at {decimals} decimals")
        signed = value.astype(np.int64)
        return np.where(negative, -signed, signed), inexact

    def decimal_places(self) -> int:
        """Return how many decimals the column needs, trailing zeros left out."""
        needed = 0
        lengths = self.ends - self.starts
        dotted = np.zeros(len(self), bool)
        fraction = np.zeros(len(self), np.int64)
        for place in range(min(int(lengths.max(initial=0)), _MAX_LENGTH)):
            inside = lengths > place
            byte = self.buffer[np.minimum(self.starts + place, self.ends)]
            fraction += inside & dotted
            used = inside & dotted & (byte != _ZERO)
            needed = max(needed, int(fraction[used].max(initial=0)))
            dotted |= inside & (byte == _DOT)
        return needed

    def on_grid(self, decimals: int, step: int, what: str, *, cut: bool = False) -> Int64s:
        """Return every cell as a whole number of steps; a step is ``step`` times 10**-decimals.

        Raises
        ------
        DataError
            As `scaled`, and for a cell between two steps unless ``cut`` says to take the one toward zero; ``what``
            names the step in the message.
        """
        scaled = self.cut(decimals)[0] if cut else self.scaled(decimals)
        if step == 1:
            return scaled
        steps, rest = np.divmod(scaled, step)
        if rest.any() and not cut:
            raise self.fail(int((rest != 0).argmax()), f"is not a multiple of {what}")
        return steps


def split_table(
    path: str, data: bytes, names: Sequence[str], delimiter: str, first_line: int = 1
) -> dict[str, TextColumn]:
    """Cut delimited text into columns.

    Parameters
    ----------
    path : str
        For messages.
    data : bytes
        The rows, without a heading; Unix or Windows line ends, the last one may be absent.
    names : sequence of str
        The columns, in order; every row must have exactly these.
    delimiter : str
        One character.
    first_line : int
        The line of the file on which ``data`` begins.

    Raises
    ------
    DataError
        A row with more or fewer cells; it names file and line.
    """
    data = data.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    buffer = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero((buffer == ord(delimiter)) | (buffer == _NEWLINE))
    line_ends = np.flatnonzero(buffer[marks] == _NEWLINE)
    cells = np.diff(line_ends, prepend=-1)
    if (cells != len(names)).any():
        row = int((cells != len(names)).argmax())
        raise DataError(
            f"{cells[row]} columns where {len(names)} are expected ({', '.join(names)}); is the file cut short?",
            path=path,
            line=row + first_line,
        )
    ends = marks.reshape(-1, len(names))
    starts = np.concatenate(([0], marks[:-1] + 1)).reshape(-1, len(names))
    lines = np.arange(first_line, first_line + len(ends))
    return {
        name: TextColumn(
            name, path, buffer, np.ascontiguousarray(starts[:, i]), np.ascontiguousarray(ends[:, i]), lines
        )
        for i, name in enumerate(names)
    }


def step_of(text: str) -> tuple[int, int]:
    """Return a tick or lot size as (decimals, step): ``"0.25"`` is (2, 25)."""
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return len(fraction), int(whole + fraction)


def unit_text(decimals: int) -> str:
    """Return 10**-decimals as text: 2 is ``"0.01"``."""
    return "1" if decimals == 0 else "0." + "0" * (decimals - 1) + "1"
