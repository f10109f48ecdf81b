"""Turns the first Ctrl-C into a wish to stop, so that a run ends between two events; the second one interrupts."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self


class StopOnInterrupt:
    """While it is entered, the first SIGINT sets `asked`; the next one raises `KeyboardInterrupt` wherever we are.

    Python lets only the main thread hear of signals; in another thread nothing changes, nor where SIGINT is ignored, as
    a shell has it for what runs in the background.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None
        self._entered = False

    def __enter__(self) -> Self:
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        if not ignored and threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._hear)
            self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._entered:
            # A handler that was not set from Python reads as None and can not be put back.
            signal.signal(signal.SIGINT, signal.default_int_handler if self._before is None else self._before)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
