"""Refuses clocks and chance inside handlers while a simulation runs: two runs of one strategy must be equal."""

from __future__ import annotations

import builtins
import datetime
import functools
import os
import random
import secrets
import sys
import time
import uuid
from _thread import get_ident
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from types import FunctionType, ModuleType
from typing import Any, Final

from pytrader._strategy import Context
from pytrader.backtest.guarded_datetime import DateTime, DateTimeModule
from pytrader.errors import DeterminismError

CLOCK: Final = "self.clock.now"
CHANCE: Final = "self.random"
# Modules whose own functions stand between the one that is watched and the one that wanted chance.
_BETWEEN: Final = frozenset({"random", "secrets", "uuid", "numpy.random"})
_ALWAYS: Final[tuple[tuple[ModuleType, str, tuple[str, ...]], ...]] = (
    (
        time,
        CLOCK,
        (
            *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"),
            *("process_time", "process_time_ns", "thread_time", "thread_time_ns", "clock_gettime", "clock_gettime_ns"),
        ),
    ),
    (os, CLOCK, ("times",)),
    (os, CHANCE, ("urandom", "getrandom")),
    (uuid, CHANCE, ("uuid1", "uuid4")),
    (secrets, CHANCE, ("choice", "randbelow", "randbits", "token_bytes", "token_hex", "token_urlsafe")),
    # What SystemRandom draws from; private, and left alone where a version of Python has no such name.
    (random, CHANCE, ("_urandom",)),
)
# Functions that read the clock unless the argument in this place is given, and is not None.
_WITHOUT: Final = {"localtime": 0, "gmtime": 0, "ctime": 0, "asctime": 0, "strftime": 1}

Patch = tuple[Any, str, Any, Any]
_lock = Lock()
_running: dict[int, list[Sequence[Context]]] = {}  # by thread: the strategies of its runs
_patches: list[Patch] = []  # made once; owner, name, original, replacement
_replacement: dict[int, Any] = {}  # by the original's id
_namespaces: dict[int, tuple[dict[str, Any], int, list[tuple[str, Any, Any]]]] = {}  # with how many runs use each


@contextmanager
def deterministic(contexts: Sequence[Context]) -> Iterator[None]:
    """While it is entered, handlers of these strategies, called in this thread, read no clock and draw no chance.

    Functions of `time`, `random`, `os`, `uuid`, `secrets` and `numpy.random` are replaced for the time of the run by
    ones that look where they are called from, and pass everything on but calls from inside a handler. Handlers
    themselves run as ever. Other threads, other code and the standard library's own calls (a log record's time) are
    not touched.

    Raises
    ------
    DeterminismError
        Not here: in the handler that asks for the time or for chance.
    """
    thread = get_ident()
    spaces = _spaces_of(contexts)
    _enter(thread, contexts, spaces)
    try:
        yield
    finally:
        _leave(thread, contexts, spaces)


def _enter(thread: int, contexts: Sequence[Context], spaces: list[dict[str, Any]]) -> None:
    with _lock:
        if not _patches:
            _patches.extend(_make_patches())
            _replacement.update((id(original), new) for _, _, original, new in _patches)
            _replacement[id(datetime.datetime)] = DateTime
            _replacement[id(datetime)] = DateTimeModule(_refuse_clock)
        if not _running:
            for owner, name, _, new in _patches:
                setattr(owner, name, new)
        _running.setdefault(thread, []).append(contexts)
        for space in spaces:
            kept = _namespaces.get(id(space))
            changed = _guard(space) if kept is None else kept[2]
            _namespaces[id(space)] = (space, 1 if kept is None else kept[1] + 1, changed)


def _leave(thread: int, contexts: Sequence[Context], spaces: list[dict[str, Any]]) -> None:
    with _lock:
        for space in spaces:
            _, users, changed = _namespaces.pop(id(space))
            if users > 1:
                _namespaces[id(space)] = (space, users - 1, changed)
                continue
            for name, original, new in changed:
                if space.get(name) is new:
                    space[name] = original
        _running[thread].remove(contexts)
        if not _running[thread]:
            del _running[thread]
        if not _running:
            for owner, name, original, new in _patches:
                # Somebody else's patch, laid over ours meanwhile, is theirs to take away.
                if owner.__dict__.get(name) is new:
                    setattr(owner, name, original)


def _handling() -> Context | None:
    """The strategy whose handler this thread is in, or None."""
    for contexts in _running.get(get_ident(), ()):
        for context in contexts:
            if context.inside:
                return context
    return None


def _refuse(name: str, instead: str) -> None:
    """Raise if a handler asked; frame 0 is this function, 1 the watched one, 2 who called it."""
    context = _handling()
    if context is None:
        return
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") in _BETWEEN:
        frame = frame.f_back
    asking = str(frame.f_globals.get("__name__", "")) if frame is not None else ""
    top = asking.partition(".")[0]
    if top in sys.stdlib_module_names or top == "pytrader":
        return
    what = "reads the machine's clock" if instead == CLOCK else "draws chance that no seed repeats"
    raise DeterminismError(
        f"{name}() in a handler of {context.name} {what}, so that two runs would differ: use {instead}"
    )


def _refuse_clock(name: str) -> None:
    context = _handling()
    if context is not None:
        raise DeterminismError(
            f"{name}() in a handler of {context.name} reads the machine's clock, so that two runs would differ: "
            f"use {CLOCK}"
        )


def _watch(original: Any, name: str, instead: str, unless: int | None = None) -> Callable[..., Any]:
    @functools.wraps(original)
    def watched(*arguments: Any, **keywords: Any) -> Any:
        if _running and (unless is None or len(arguments) <= unless or arguments[unless] is None):
            _refuse(name, instead)
        return original(*arguments, **keywords)

    return watched


def _make_patches() -> Iterator[Patch]:
    for module, instead, names in _ALWAYS:
        for name in names:
            if hasattr(module, name):
                original = getattr(module, name)
                yield module, name, original, _watch(original, f"{module.__name__}.{name.strip('_')}", instead)
    for name, place in _WITHOUT.items():
        yield time, name, getattr(time, name), _watch(getattr(time, name), f"time.{name}", CLOCK, unless=place)
    yield from _module_functions(random, random.random.__self__)  # type: ignore[attr-defined]
    yield random.Random, "seed", random.Random.seed, _watch_seed(random.Random.seed)
    yield from _numpy_patches()
    yield builtins, "__import__", builtins.__import__, _watch_import(builtins.__import__)


def _module_functions(module: ModuleType, generator: object) -> Iterator[Patch]:
    """The functions of a module that share one hidden generator."""
    for name, value in list(vars(module).items()):
        if not name.startswith("_") and getattr(value, "__self__", None) is generator:
            yield module, name, value, _watch(value, f"{module.__name__}.{name}", CHANCE)


def _numpy_patches() -> Iterator[Patch]:
    import numpy.random
    from numpy.random import bit_generator, mtrand

    yield from _module_functions(numpy.random, mtrand._rand)
    # Functions of their own that use the hidden generator too.
    for name in ("ranf", "sample", "seed", "set_bit_generator"):
        original = getattr(numpy.random, name, None)
        if original is not None:
            yield numpy.random, name, original, _watch(original, f"numpy.random.{name}", CHANCE)
    # What every generator without a seed draws its seed from.
    randbits = getattr(bit_generator, "randbits", None)
    if randbits is not None:
        yield bit_generator, "randbits", randbits, _watch(randbits, "a numpy.random generator without seed", CHANCE)
    watching = _watch_random_state(mtrand.RandomState)
    for module in (numpy.random, mtrand):
        yield module, "RandomState", mtrand.RandomState, watching


def _watch_seed(original: Any) -> Callable[..., Any]:
    @functools.wraps(original)
    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        if a is None and _running:
            _refuse("random.Random", CHANCE)
        original(self, a, version)

    return seed


def _watch_random_state(original: Any) -> Any:
    """Make a class that stands for numpy's `RandomState`, which draws chance first even where it is given a seed."""
    from numpy.random import MT19937

    class Watching(type):
        def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
            if cls is not RandomState:
                return super().__call__(*arguments, **keywords)
            seed = arguments[0] if arguments else keywords.get("seed")
            if seed is None and _running:
                _refuse("numpy.random.RandomState", CHANCE)
            if seed is None or hasattr(seed, "capsule") or len(arguments) + len(keywords) > 1:
                return original(*arguments, **keywords)
            made = original(MT19937(0))
            made.seed(seed)
            return made

        def __instancecheck__(cls, instance: object) -> bool:
            return super().__instancecheck__(instance) if cls is not RandomState else isinstance(instance, original)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return super().__subclasscheck__(subclass) if cls is not RandomState else issubclass(subclass, original)

    class RandomState(original, metaclass=Watching):  # type: ignore[misc]
        __module__ = original.__module__
        __qualname__ = original.__qualname__
        __doc__ = original.__doc__

    return RandomState


def _watch_import(original: Any) -> Callable[..., Any]:
    @functools.wraps(original)
    def watched(name: str, globals: Any = None, *rest: Any, **keywords: Any) -> Any:
        module = original(name, globals, *rest, **keywords)
        if module is datetime and id(globals) in _namespaces and _handling() is not None:
            return _replacement[id(datetime)]
        return module

    return watched


def _guard(space: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Replace what a module of the user has imported by name; the list undoes it."""
    changed = []
    for name, value in list(space.items()):
        new = _replacement.get(id(value))
        if new is not None and not name.startswith("__"):
            space[name] = new
            changed.append((name, value, new))
    return changed


def _spaces_of(contexts: Sequence[Context]) -> list[dict[str, Any]]:
    """The global names of the strategies' modules, and of the user's modules that they use."""
    found: dict[int, dict[str, Any]] = {}
    waiting = [
        function.__globals__
        for context in contexts
        for cls in (*type(context.strategy).__mro__, context.strategy)
        for function in vars(cls).values()
        if isinstance(function, FunctionType)
    ]
    while waiting:
        space = waiting.pop()
        if id(space) in found or not _is_users(space):
            continue
        found[id(space)] = space
        for value in list(space.values()):
            if isinstance(value, ModuleType):
                waiting.append(vars(value))
            elif isinstance(value, FunctionType):
                waiting.append(value.__globals__)
    return list(found.values())


def _is_users(space: dict[str, Any]) -> bool:
    top = str(space.get("__name__", "")).partition(".")[0]
    if top in sys.stdlib_module_names or top == "pytrader":
        return False
    file = str(space.get("__file__") or "")
    return "site-packages" not in file and "dist-packages" not in file
