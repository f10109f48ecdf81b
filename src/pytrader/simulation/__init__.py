"""Markets made by simulation: agents that trade with each other in our own matching engine."""

from pytrader.simulation.agents import MarketMaker, NoiseTrader
from pytrader.simulation.market import generate

__all__ = ["MarketMaker", "NoiseTrader", "generate"]
