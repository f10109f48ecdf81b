"""Typed settings: annotated class attributes that are read, checked and overridden by one set of rules."""

from __future__ import annotations

from pytrader.config.parameters import Parameter, declared_parameters, parameter_values

__all__ = ["Parameter", "declared_parameters", "parameter_values"]
