"""Marks the folder as the package pytrader for Cython's declarations."""
