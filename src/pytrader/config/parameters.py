"""Parameters of a strategy: its annotated class attributes, checked by type and readable from text."""

from __future__ import annotations

import difflib
import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, Literal, Union

from pytrader._strategy import duration_ns
from pytrader.errors import ConfigError, PytraderError
from pytrader.model.values import Money, Price, Quantity

REQUIRED: Final = object()

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of a parameter, both allowed: ``fast: Annotated[int, Range(1, 500)] = 10``.

    Parameters
    ----------
    low, high : number or text, optional
        As the parameter's type reads them: ``Range("0.01", None)`` of a Price, ``Range("1s", "1h")`` beside a
        `Duration`. None: no bound.
    unit : str
        What the number counts, for messages: ``"bars"``, ``"basis points"``.
    """

    low: Any = None
    high: Any = None
    unit: str = ""

    def __str__(self) -> str:
        bounds = f"at least {self.low}" if self.high is None else f"at most {self.high}"
        if self.low is not None and self.high is not None:
            bounds = f"from {self.low} to {self.high}"
        return f"{bounds} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Duration:
    """Makes an int parameter a time in nanoseconds, which may be given as text such as ``"5m"``.

    ``wait: Annotated[int, Duration()] = 60_000_000_000``, then ``SmaCross(wait="90s")``.
    """

    def __str__(self) -> str:
        return "nanoseconds, or text such as '250ms', '5m'"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a class.

    Attributes
    ----------
    name : str
        The attribute's name.
    annotation : object
        The resolved type: ``int``, ``float``, ``str``, ``bool``, ``Decimal``, ``Price``, ``Quantity``, an ``Enum``,
        ``Money``, a ``Literal`` of texts, integers or bools, or any of them with ``| None``; in an ``Annotated`` with
        a `Range` or a `Duration`.
    default : object
        The value in the class body, or ``REQUIRED``.
    """

    name: str
    annotation: Any
    default: Any

    @property
    def is_required(self) -> bool:
        """Whether a value must be given, because the class has none."""
        return self.default is REQUIRED

    def check(self, value: object, owner: str) -> Any:
        """The value as the parameter's type.

        Raises
        ------
        ConfigError
            If the value is of another type, or is not one of those allowed. Nothing is rounded on the way.
        """
        try:
            return _convert(self.annotation, value)
        except (TypeError, ValueError, PytraderError) as error:
            raise ConfigError(
                f"parameter {owner}.{self.name} must be {describe(self.annotation)}, got {value!r}: {error}"
            ) from None

    def read(self, text: str, owner: str) -> Any:
        """The value that a text stands for, as on the command line.

        Raises
        ------
        ConfigError
            If the text is not one of the parameter's type.
        """
        try:
            return _read(self.annotation, text)
        except (TypeError, ValueError, PytraderError) as error:
            raise ConfigError(
                f"parameter {owner}.{self.name} must be {describe(self.annotation)}, got the text {text!r}: {error}"
            ) from None


def declared_parameters(cls: type, base: type) -> dict[str, Parameter]:
    """The parameters that a class and its ancestors below `base` declare, in order of declaration.

    An annotated attribute is a parameter unless its name begins with ``_`` or it is a ``ClassVar``. An annotation of
    another type without a value only declares an attribute, and is left alone.

    Raises
    ------
    ConfigError
        If an attribute with a value has a type that no parameter can have, or a value that is not of its type, or if
        it has the name of something that `base` has.
    """
    found: dict[str, Parameter] = {}
    for ancestor in reversed(cls.__mro__):
        if not issubclass(ancestor, base) or ancestor is base:
            continue
        for name, annotation in inspect.get_annotations(ancestor).items():
            parameter = None if name.startswith("_") else _declared(ancestor, name, annotation)
            if parameter is None:
                continue
            if hasattr(base, name):
                raise ConfigError(
                    f"{ancestor.__name__}.{name} can be no parameter, because {base.__name__}.{name} means something: "
                    "choose another name"
                )
            found[name] = parameter
    for name, parameter in found.items():
        inherited = _class_value(cls, name)
        if inherited is not parameter.default and inherited is not REQUIRED:
            found[name] = Parameter(name, parameter.annotation, parameter.check(inherited, cls.__name__))
    return found


def parameter_values(
    declared: Mapping[str, Parameter], given: Mapping[str, object], owner: str, *, text: bool = False
) -> dict[str, Any]:
    """Every declared parameter's value: the given one, checked, or the default.

    Parameters
    ----------
    declared : Mapping[str, Parameter]
        What `declared_parameters` found.
    given : Mapping[str, object]
        Values by name; texts in a type's own notation if `text`.
    owner : str
        The class's name, for messages.
    text : bool
        Whether the values were typed as text.

    Raises
    ------
    ConfigError
        For an unknown name (the message lists the known ones), a wrong value, or a required one that is missing.
    """
    for name in given:
        if name not in declared:
            raise ConfigError(_unknown(name, declared, owner))
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        if name not in given:
            if parameter.is_required:
                raise ConfigError(f"parameter {owner}.{name} has no default: give {name}=...")
            values[name] = parameter.default
            continue
        value = given[name]
        values[name] = parameter.read(str(value), owner) if text else parameter.check(value, owner)
    return values


def describe(annotation: Any) -> str:
    """A parameter's type as a message says it."""
    annotation, notes = _split_notes(annotation)
    if notes:
        return f"{describe(annotation)} {', '.join(map(str, notes))}"
    optional, inner = _split_optional(annotation)
    if typing.get_origin(inner) is Literal:
        said = "one of " + ", ".join(repr(choice) for choice in typing.get_args(inner))
    elif isinstance(inner, type) and issubclass(inner, Enum):
        said = "one of " + ", ".join(member.name for member in inner)
    else:
        said = getattr(inner, "__name__", str(inner))
    return f"{said} or none" if optional else said


def _declared(owner: type, name: str, annotation: Any) -> Parameter | None:
    default = _class_value(owner, name)
    if isinstance(annotation, str):
        # Resolved one by one: a neighbour's type that exists for the type checker only must not spoil this one.
        alone = type(owner.__name__, (), {"__annotations__": {name: annotation}, "__module__": owner.__module__})
        try:
            annotation = typing.get_type_hints(alone, include_extras=True)[name]
        except NameError as error:
            if default is REQUIRED:
                return None
            raise ConfigError(f"{owner.__name__}.{name} is annotated {annotation!r}: {error}") from None
    if annotation is ClassVar or typing.get_origin(annotation) is ClassVar:
        return None
    if not _is_supported(annotation):
        if default is REQUIRED:
            return None
        raise ConfigError(
            f"{owner.__name__}.{name} is annotated {describe(annotation)}, which no parameter can be: "
            "parameters are int, float, str, bool, Decimal, Price, Quantity, Money, an Enum or a Literal, also with "
            "| None, and in an Annotated with a Range or Duration that fits them; "
            f"write _{name} or ClassVar for what is no parameter"
        )
    _check_bounds(owner, name, annotation)
    parameter = Parameter(name, annotation, default)
    if default is not REQUIRED:
        return Parameter(name, annotation, parameter.check(default, owner.__name__))
    return parameter


def _class_value(owner: type, name: str) -> Any:
    value = getattr(owner, name, REQUIRED)
    # A slot or a property under the same name is no value.
    return REQUIRED if isinstance(value, types.MemberDescriptorType | property) else value


def _unknown(name: str, declared: Mapping[str, Parameter], owner: str) -> str:
    if not declared:
        return f"{owner} has no parameter {name!r}: it has none at all"
    near = difflib.get_close_matches(name, declared, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{owner} has no parameter {name!r}{hint}: it has {', '.join(declared)}"


def _split_optional(annotation: Any) -> tuple[bool, Any]:
    if typing.get_origin(annotation) in (Union, types.UnionType):
        members = typing.get_args(annotation)
        rest = [member for member in members if member is not type(None)]
        if len(rest) == 1 and len(members) == 2:
            return True, rest[0]
    return False, annotation


def _split_notes(annotation: Any) -> tuple[Any, list[Range | Duration]]:
    if typing.get_origin(annotation) is not Annotated:
        return annotation, []
    inner, *notes = typing.get_args(annotation)
    return inner, [note for note in notes if isinstance(note, Range | Duration)]


def _is_supported(annotation: Any) -> bool:
    annotation, notes = _split_notes(annotation)
    _, inner = _split_optional(annotation)
    if any(isinstance(note, Range) for note in notes) and inner not in _ORDERED:
        return False
    if any(isinstance(note, Duration) for note in notes) and inner is not int:
        return False
    return _is_supported_type(annotation)


def _is_supported_type(annotation: Any) -> bool:
    _, inner = _split_optional(annotation)
    if typing.get_origin(inner) is Literal:
        return all(isinstance(choice, str | int) for choice in typing.get_args(inner))
    return inner in _CHECKS or (isinstance(inner, type) and issubclass(inner, Enum))


def _convert(annotation: Any, value: object) -> Any:
    annotation, notes = _split_notes(annotation)
    for note in notes:
        if isinstance(note, Duration) and isinstance(value, str):
            value = duration_ns(value)
    converted = _convert_type(annotation, value)
    is_time = any(isinstance(note, Duration) for note in notes)
    for note in notes:
        if isinstance(note, Range) and converted is not None:
            _check_range(annotation, note, is_time, converted)
    return converted


def _check_range(annotation: Any, bounds: Range, is_time: bool, value: Any) -> None:
    if bounds.low is not None and value < _bound(annotation, bounds.low, is_time):
        raise ValueError(f"it is below {bounds.low}")
    if bounds.high is not None and value > _bound(annotation, bounds.high, is_time):
        raise ValueError(f"it is above {bounds.high}")


def _bound(annotation: Any, bound: Any, is_time: bool) -> Any:
    return _convert_type(annotation, duration_ns(bound) if is_time and isinstance(bound, str) else bound)


def _check_bounds(owner: type, name: str, annotation: Any) -> None:
    """Refuse a Range whose ends are not of the parameter's type, or that nothing is in."""
    inner, notes = _split_notes(annotation)
    is_time = any(isinstance(note, Duration) for note in notes)
    for bounds in notes:
        if not isinstance(bounds, Range):
            continue
        ends: list[Any] = []
        for end in (bounds.low, bounds.high):
            try:
                ends.append(None if end is None else _bound(inner, end, is_time))
            except (TypeError, ValueError, PytraderError) as error:
                raise ConfigError(
                    f"the Range of parameter {owner.__name__}.{name} must have ends of type {describe(inner)}, "
                    f"got {end!r}: {error}"
                ) from None
        if None not in ends and ends[0] > ends[1]:
            raise ConfigError(
                f"the Range of parameter {owner.__name__}.{name} is from {bounds.low} to {bounds.high}, which no value "
                "is in: swap its ends"
            )


def _convert_type(annotation: Any, value: object) -> Any:
    optional, inner = _split_optional(annotation)
    if value is None:
        if optional:
            return None
        raise TypeError("none is not allowed here")
    if typing.get_origin(inner) is Literal:
        for choice in typing.get_args(inner):
            if type(choice) is type(value) and choice == value:
                return value
        raise ValueError("not one of them")
    if inner in _CHECKS:
        return _CHECKS[inner](value)
    return _enum_member(inner, value)


def _read(annotation: Any, text: str) -> Any:
    inner, notes = _split_notes(annotation)
    if not notes:
        return _read_type(inner, text)
    text = text.strip()
    is_time = any(isinstance(note, Duration) for note in notes) and text[-1:].isalpha() and text.lower() != "none"
    return _convert(annotation, text if is_time else _read_type(inner, text))


def _read_type(annotation: Any, text: str) -> Any:
    optional, inner = _split_optional(annotation)
    text = text.strip()
    if optional and text.lower() == "none":
        return None
    if typing.get_origin(inner) is Literal:
        for choice in typing.get_args(inner):
            if str(choice) == text:
                return choice
        raise ValueError("not one of them")
    if inner in _READERS:
        return _READERS[inner](text)
    return _convert(inner, text)


def _enum_member(kind: type[Enum], value: object) -> Enum:
    if isinstance(value, kind):
        return value
    if isinstance(value, str):
        for member in kind:
            if member.name.lower() == value.lower():
                return member
    raise ValueError("not one of them")


def _check_int(value: object) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"a {type(value).__name__} is no whole number")
    return int(value)


def _check_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a {type(value).__name__} is no float")
    if isinstance(value, int):
        return _float_of_int(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("it is not finite")
    return number


def _float_of_int(value: int) -> float:
    try:
        number = float(value)
    except OverflowError:
        raise ValueError("it is beyond the range of a float") from None
    if int(number) != value:
        raise ValueError(f"no float is equal to it; the nearest is {int(number)}")
    return number


def _check_str(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a {type(value).__name__} is no text")
    return value


def _check_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("write True or False")
    return value


def _check_decimal(value: object) -> Decimal:
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise TypeError(f"a {type(value).__name__} is not exact: write it as text")
    if isinstance(value, str) and "_" in value:
        raise ValueError("write a number such as 0.5, without _")
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise ValueError("not a decimal number") from None
    if not number.is_finite():
        raise ValueError("it is not finite")
    return number


def _check_money(value: object) -> Money:
    if isinstance(value, Money):
        return value
    if not isinstance(value, str):
        raise TypeError("write an amount and a currency, such as '5000 USD'")
    return Money.from_text(value)


def _read_int(text: str) -> int:
    if not text.lstrip("+-").isascii() or not text.lstrip("+-").isdigit():
        raise ValueError("write a whole number such as 20")
    return int(text)


def _read_bool(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError("write true or false")


def _read_float(text: str) -> float:
    if "_" in text or not text.isascii():
        raise ValueError("write a number such as 0.5")
    whole = text.strip().lstrip("+-").isdigit()
    return _check_float(int(text) if whole else float(text))


_CHECKS: dict[Any, Callable[[Any], Any]] = {
    int: _check_int,
    float: _check_float,
    str: _check_str,
    bool: _check_bool,
    Decimal: _check_decimal,
    Price: Price,
    Quantity: Quantity,
    Money: _check_money,
}
_ORDERED: Final = frozenset({int, float, Decimal, Price, Quantity, Money})
_READERS: dict[Any, Callable[[str], Any]] = {int: _read_int, float: _read_float, bool: _read_bool}
