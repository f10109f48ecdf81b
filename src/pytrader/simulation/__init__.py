"""Markets made by simulation, and how wrong queue models are on markets whose truth is known."""

from pytrader.simulation.agents import MarketMaker, NoiseTrader
from pytrader.simulation.market import generate
from pytrader.simulation.queue_bias import QueueBias, bias_table, measure_queue_models, queue_bias
from pytrader.simulation.queue_calibration import LOGGED_ORDER, QueueCalibration, calibrate_queue_model

__all__ = [
    "LOGGED_ORDER",
    "MarketMaker",
    "NoiseTrader",
    "QueueBias",
    "QueueCalibration",
    "bias_table",
    "calibrate_queue_model",
    "generate",
    "measure_queue_models",
    "queue_bias",
]
