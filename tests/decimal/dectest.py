"""Reads the General Decimal Arithmetic tests and keeps the cases that mean something for a fixed-point number.

Those tests round to so many significant digits, a fixed-point number at a decimal place. The two agree when the place
is the one where the expected result ends. Each case is worked out anew with fractions before it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tests.decimal.exact_reference import MODES, TOP, decimals_of, fits, rounded, truncated

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\S+")
OPERANDS = {
    **dict.fromkeys(("abs", "minus", "plus", "reduce"), 1),
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "remainder", "divideint", "compare", "max", "min"), 2),
    "fma": 3,
}
PARSING = {"tosci", "toeng", "apply"}
QUANTIZING = {"quantize", "rescale", "tointegral", "tointegralx"}
EXPONENT_MAX = 400


@dataclass(frozen=True)
class Case:
    """One operation with its operands as text, and what must come of it.

    `expected` is a value or the name of an error; `places` and `mode` are set where the result is rounded; `text` is
    the result's exact text where parsing must show it.
    """

    operation: str
    operands: tuple[str, ...]
    expected: Fraction | str
    places: int | None = None
    mode: str | None = None
    text: str | None = None


def value_of(text: str) -> Fraction | None:
    """Return the number that the text stands for, None if it is none or too large to work with."""
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    if not re.search("[1-9]", match[1]):
        return Fraction(0)
    if match[2] and abs(int(match[2][1:])) > EXPONENT_MAX:
        return None
    return Fraction(text)


def places_of(text: str) -> int:
    """Return how many decimals the text ends at; negative if it ends before the point."""
    mantissa, _, exponent = text.lower().partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


def unquoted(token: str) -> str:
    if len(token) > 1 and token[0] == token[-1] and token[0] in "'\"":
        return token[1:-1].replace(token[0] * 2, token[0])
    return token


def lines_of(folder: Path) -> Iterator[tuple[str, str, tuple[str, ...], str, str]]:
    """Yield rounding, operation, operands, result and conditions of every test line."""
    for path in sorted(folder.glob("*.decTest")):
        rounding = "half_even"
        for line in path.read_text(encoding="latin-1").splitlines():
            line = line.strip()
            directive = re.match(r"rounding\s*:\s*(\w+)", line, re.IGNORECASE)
            if directive:
                rounding = directive[1].lower()
            if "->" not in line or line.startswith("--"):
                continue
            tokens = TOKEN.findall(line)
            if "->" not in tokens:
                continue
            arrow = tokens.index("->")
            if arrow < 3 or arrow + 1 >= len(tokens):
                continue
            operands = tuple(unquoted(token) for token in tokens[2:arrow])
            conditions = " ".join(tokens[arrow + 2 :]).partition("--")[0].lower()
            yield rounding, tokens[1].lower(), operands, unquoted(tokens[arrow + 1]), conditions


def exact_result(operation: str, values: list[Fraction]) -> Fraction | None:
    """Work out the operation without any rounding; None where it is not defined."""
    a, b = values[0], values[1] if len(values) > 1 else Fraction(0)
    if operation in ("divide", "remainder", "divideint") and b == 0:
        return None
    quotient = a / b if b else Fraction(0)
    results = {
        "add": a + b,
        "subtract": a - b,
        "multiply": a * b,
        "divide": quotient,
        "divideint": Fraction(truncated(quotient)),
        "remainder": a - b * truncated(quotient),
        "compare": Fraction((a > b) - (a < b)),
        "max": max(a, b),
        "min": min(a, b),
        "abs": abs(a),
        "minus": -a,
        "plus": a,
        "reduce": a,
        "fma": a * b + values[2] if len(values) > 2 else a,
    }
    return results[operation]


def arithmetic_case(operation: str, operands: tuple[str, ...], result: str, mode: str) -> Case | None:
    values = [value_of(operand) for operand in operands]
    known = [value for value in values if value is not None and fits(value)]
    if len(known) != len(operands):
        return None
    if operation in ("divide", "remainder", "divideint") and known[1] == 0:
        return Case(operation, operands, "DivisionByZero")
    exact, expected = exact_result(operation, known), value_of(result)
    if exact is not None and abs(exact) > TOP:
        return Case(operation, operands, "DecimalOverflow")
    if exact is None or expected is None:
        return None
    if exact == expected:
        return Case(operation, operands, exact) if fits(exact) else None
    places = places_of(result)
    rounds = operation in ("add", "subtract", "multiply", "divide", "fma")
    if not rounds or mode not in MODES or not 0 <= places <= 18 or rounded(exact, places, mode) != expected:
        return None
    # A sum is exact before it is rounded, so it must itself be within 18 decimals; a product or quotient need not be.
    return (
        Case(operation, operands, expected, places, mode)
        if operation not in ("add", "subtract") or fits(exact)
        else None
    )


def quantizing_case(operation: str, operands: tuple[str, ...], result: str, mode: str) -> Case | None:
    value, expected = value_of(operands[0]), value_of(result)
    if value is None or expected is None or not fits(value) or mode not in MODES:
        return None
    if operation == "quantize":
        if value_of(operands[1]) is None:
            return None
        places = places_of(operands[1])
    elif operation == "rescale":
        if not re.fullmatch(r"[+-]?\d{1,3}", operands[1]):
            return None
        places = -int(operands[1])
    else:
        places = max(0, min(places_of(operands[0]), 0))
    if not 0 <= places <= 18 or rounded(value, places, mode) != expected:
        return None
    if abs(expected) > TOP:
        return Case("quantize", operands[:1], "DecimalOverflow", places, mode)
    return Case("quantize", operands[:1], expected, places, mode)


def parsing_case(operands: tuple[str, ...], result: str, conditions: str) -> Case | None:
    operand = operands[0]
    if "conversion_syntax" in conditions:
        return Case("parse", operands, "InvalidDecimal")
    match = NUMBER.fullmatch(operand)
    if match is None:
        return None
    value = value_of(operand)
    if value is None:
        # So far beyond either end that it is not worked out.
        return Case("parse", operands, "InvalidDecimal" if match[2][1:].startswith("-") else "DecimalOverflow")
    if value == 0 or fits(value):
        plain = result == operand and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d{1,18})?", result) and value != 0
        return Case("parse", operands, value, text=result if plain else None)
    if abs(value) > TOP and (decimals_of(value) or 0) <= 18:
        return Case("parse", operands, "DecimalOverflow")
    return Case("parse", operands, "InvalidDecimal") if abs(value) <= TOP else None


def cases_of(folder: Path) -> list[Case]:
    """Return every applicable case once."""
    kept: dict[Case, None] = {}
    for mode, operation, operands, result, conditions in lines_of(folder):
        case = None
        if any("#" in operand for operand in operands):
            continue
        if operation in PARSING:
            case = parsing_case(operands, result, conditions)
        elif operation in QUANTIZING:
            case = quantizing_case(operation, operands, result, mode)
        elif OPERANDS.get(operation) == len(operands):
            case = arithmetic_case(operation, operands, result, mode)
        if case is not None:
            kept[case] = None
    return list(kept)
