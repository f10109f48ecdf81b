"""Benchmarks: a claim of speed has its measurement here."""
