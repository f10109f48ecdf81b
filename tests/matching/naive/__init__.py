"""A matching engine as plainly as it can be said: the twin of the compiled one, written from the rules alone."""

from tests.matching.naive.engine import NaiveEngine
from tests.matching.naive.rules import Rules

__all__ = ["NaiveEngine", "Rules"]
