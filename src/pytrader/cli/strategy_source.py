"""Finds the strategy class that a command line names: FILE.py, FILE.py:CLASS or MODULE:CLASS."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType

from pytrader.errors import StrategyError
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
    except SyntaxError as wrong:
        raise StrategyError(f"{path}:{wrong.lineno}: {wrong.msg}") from None
    except UnicodeDecodeError as wrong:
        raise StrategyError(f"{path} is not UTF-8 text: {wrong.reason} at byte {wrong.start}") from None
    except Exception as error:
        error.add_note(f"while loading the strategy file {path}")
        raise
    return module


def load_module(name: str) -> ModuleType:
    """Import a module by its dotted name."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is not None and (name == missing.name or name.startswith(missing.name + ".")):
            raise StrategyError(f"no module {missing.name}; give the path of a .py file or MODULE:CLASS") from None
        missing.add_note(f"while loading the module {name}")
        raise


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
        There is no such file, module or class, it is no strategy, or the file holds several.
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
