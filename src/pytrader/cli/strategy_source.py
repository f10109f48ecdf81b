"""Finds the strategy class that a command line names: FILE.py, FILE.py:CLASS or MODULE:CLASS."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import sysconfig
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from pytrader.errors import PytraderError, StrategyError
from pytrader.strategy import Strategy

MODULE_NAME = "pytrader_strategy_file"


def load_file(path: Path) -> ModuleType:
    """Run a strategy file as a module; its folder is importable, as if Python had run the file."""
    if not path.is_file():
        raise StrategyError(f"no strategy file {path}; give the path of a .py file or MODULE:CLASS")
    spec = importlib.util.spec_from_file_location(MODULE_NAME, path)
    if spec is None or spec.loader is None:
        raise StrategyError(f"{path} is no Python file; a strategy file ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE_NAME] = module
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise StrategyError(f"{fault(error, path)}; mend it (`python {path}` shows the whole traceback)") from error
    return module


def load_module(name: str) -> ModuleType:
    """Import a module by its dotted name."""
    if not all(part.isidentifier() for part in name.split(".")):
        raise StrategyError(f"{name!r} names no strategy; give the path of a .py file or MODULE:CLASS")
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is not None and (name == missing or name.startswith(missing + ".")):
            raise StrategyError(f"no module {missing}; give the path of a .py file or MODULE:CLASS") from None
        raise StrategyError(f"{fault(error, name)}; mend it (`python -m {name}` shows the whole traceback)") from error


def fault(error: BaseException, source: Path | str) -> str:
    """Say where a source fails and how: FILE:LINE of the innermost code that is the user's own, error and message."""
    place = str(source)
    if isinstance(error, SyntaxError) and error.filename is not None:
        place = error.filename if error.lineno is None else f"{error.filename}:{error.lineno}"
        return f"{place}: {error.msg}"
    for frame in traceback.extract_tb(error.__traceback__):
        if not frame.filename.startswith("<") and not is_library(frame.filename):
            place = f"{frame.filename}:{frame.lineno}"
    return f"{place}: {type(error).__name__}: {error}"


def is_library(file: str) -> bool:
    """Say whether a file belongs to Python or an installed package, whose lines no strategy's author can mend."""
    return any(Path(file).is_relative_to(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib"))


def make_strategy(kind: type[Strategy], texts: Mapping[str, str]) -> Strategy:
    """Make a strategy from the texts of its parameters.

    Raises
    ------
    ConfigError
        A parameter is wrong.
    StrategyError
        Its own constructor fails.
    """
    try:
        return kind.from_text(texts)
    except PytraderError:
        raise
    except Exception as error:
        raise StrategyError(f"{kind.__name__} can not be made: {fault(error, kind.__name__)}") from error


def strategies_of(module: ModuleType) -> dict[str, type[Strategy]]:
    """List the strategy classes that a module itself defines."""
    return {
        name: each
        for name, each in vars(module).items()
        if inspect.isclass(each)
        and issubclass(each, Strategy)
        and each.__module__ == module.__name__
        and not name.startswith("_")
    }


def load_strategy(source: str) -> type[Strategy]:
    """Find the strategy class that `source` names.

    Parameters
    ----------
    source
        ``FILE.py`` with one strategy in it, ``FILE.py:CLASS``, or ``MODULE:CLASS``.

    Raises
    ------
    StrategyError
        There is no such file, module or class, it fails while it loads, it is no strategy, or the file holds several.
    """
    place, _, class_name = source.partition(":")
    module = load_file(Path(place)) if place.endswith(".py") or "/" in place else load_module(place)
    if class_name:
        found = getattr(module, class_name, None)
        if not inspect.isclass(found) or not issubclass(found, Strategy):
            known = ", ".join(strategies_of(module)) or "none"
            raise StrategyError(f"{place} has no strategy {class_name}; strategies in it: {known}")
        return found
    known_here = strategies_of(module)
    if not known_here:
        raise StrategyError(f"{place} holds no strategy; define a class that derives from pytrader.Strategy")
    if len(known_here) > 1:
        raise StrategyError(f"{place} holds several strategies; name one: {place}:{next(iter(known_here))}")
    return next(iter(known_here.values()))
