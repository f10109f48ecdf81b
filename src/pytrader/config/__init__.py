"""Typed settings: annotated class attributes that are read, checked and overridden by one set of rules."""

from __future__ import annotations

from pytrader.config.parameters import Duration, Parameter, Range, declared_parameters, parameter_values

__all__ = ["Duration", "Parameter", "Range", "declared_parameters", "parameter_values"]
