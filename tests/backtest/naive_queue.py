"""The queue models once more, in exact fractions and high-precision decimals, as plainly as their formulas read."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction


def share_behind(text: str, ahead: Fraction, behind: Fraction) -> Fraction:
    """Return the share of canceled lots that stood behind; logarithms to 30 digits."""
    kind, _, exponent = text.partition(":")
    n = int(exponent or 0)
    total = ahead + behind
    match kind:
        case "risk_averse":
            return Fraction(1)
        case "front":
            return Fraction(0)
        case "power":
            return behind**n / (ahead**n + behind**n)
        case "power_of_total":
            return behind**n / total**n
        case "power_of_ahead":
            return 1 - ahead**n / total**n
        case "logarithm":
            return _log_ratio(behind, (ahead, behind))
        case "logarithm_of_total":
            return _log_ratio(behind, (total,))
    raise ValueError(text)


def _log_ratio(part: Fraction, whole: tuple[Fraction, ...]) -> Fraction:
    with localcontext() as context:
        context.prec = 30
        logs = [(Decimal((1 + x).numerator) / Decimal((1 + x).denominator)).ln() for x in (part, *whole)]
    below = sum(Fraction(log) for log in logs[1:])
    return Fraction(logs[0]) / below if below else Fraction(1)


def after_level(text: str, ahead: Fraction, before: int, after: int, traded: int) -> Fraction:
    """Return what is ahead once a level of ``before`` lots shows ``after``, of which ``traded`` traded."""
    untraded = before - min(before, traded)
    canceled = untraded - after
    if canceled > 0 and 0 < ahead <= untraded:
        behind = untraded - ahead
        gone_behind = min(behind, canceled * share_behind(text, ahead, behind))
        ahead = max(Fraction(0), ahead - (canceled - gone_behind))
    return min(ahead, Fraction(after))
