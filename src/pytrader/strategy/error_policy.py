"""What is done when a handler of a strategy raises: stop the run, pause, cancel its orders, or flatten it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from pytrader._strategy import duration_ns
from pytrader.errors import ConfigError, InvalidArgument

Action: TypeAlias = Literal["stop", "pause", "cancel", "flatten"]
ACTIONS: Final = get_args(Action)
MAX_ERRORS: Final = 1_000


@dataclass(frozen=True)
class ErrorPolicy:
    """What is done when handlers of a strategy raise.

    Parameters
    ----------
    action : {"stop", "pause", "cancel", "flatten"}
        ``"stop"``: the run ends, and the exception reaches the caller. ``"pause"``: the strategy hears of its orders
        only, and its commands are refused. ``"cancel"``: all its orders are canceled, then as ``"pause"``.
        ``"flatten"``: all its orders are canceled, its positions closed by market orders that can only reduce them,
        again after every refusal; then it hears nothing more.
    errors : int
        How many errors bring the action, 1 to 1,000. Those before only end their handler's call.
    window : str or int, optional
        The time, by the data's clock, in which they must happen: text such as ``"1m"``, or nanoseconds; without it
        the whole run.
    cooldown : str or int, optional
        After this time a strategy that was paused or whose orders were canceled goes on; without it never. The errors
        are counted anew then.

    Raises
    ------
    ConfigError
        For an action that is none of these, a number out of range, or a cooldown after ``"stop"`` or ``"flatten"``.
    """

    action: Action = "stop"
    errors: int = 1
    window: str | int | None = None
    cooldown: str | int | None = None

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ConfigError(f"error_policy must be one of {', '.join(ACTIONS)}, got {self.action!r}")
        if type(self.errors) is not int or not 1 <= self.errors <= MAX_ERRORS:
            raise ConfigError(f"errors of an error policy must be a whole number from 1 to 1,000, got {self.errors!r}")
        for name in ("window", "cooldown"):
            if getattr(self, name) is not None and _nanoseconds(getattr(self, name), name) <= 0:
                raise ConfigError(f"{name} of an error policy must be positive, got {getattr(self, name)!r}")
        if self.cooldown is not None and self.action in ("stop", "flatten"):
            raise ConfigError(
                f"error policy {self.action!r} ends the strategy, so it has no cooldown: "
                "leave it out, or choose 'pause' or 'cancel'"
            )

    @property
    def window_ns(self) -> int:
        """The window in nanoseconds, 0 where there is none."""
        return 0 if self.window is None else _nanoseconds(self.window, "window")

    @property
    def cooldown_ns(self) -> int:
        """The cooldown in nanoseconds, 0 where there is none."""
        return 0 if self.cooldown is None else _nanoseconds(self.cooldown, "cooldown")


ErrorPolicies: TypeAlias = "str | ErrorPolicy | Mapping[str, str | ErrorPolicy]"


def error_policy(given: object) -> ErrorPolicy:
    """An error policy from itself or from its action's name.

    Raises
    ------
    ConfigError
        If it is neither.
    """
    if isinstance(given, ErrorPolicy):
        return given
    if given not in ACTIONS:
        raise ConfigError(f"error_policy must be an ErrorPolicy or one of {', '.join(ACTIONS)}, got {given!r}")
    return ErrorPolicy(given)  # type: ignore[arg-type]


def _nanoseconds(value: str | int, name: str) -> int:
    try:
        return duration_ns(value, name)
    except (InvalidArgument, TypeError) as error:
        raise ConfigError(str(error)) from None
