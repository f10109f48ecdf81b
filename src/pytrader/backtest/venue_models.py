"""Reads which models of the simulated venues a back-test was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pytrader._core import QueueModel
from pytrader.data import Stream
from pytrader.errors import InvalidArgument
from pytrader.model import Instrument
from pytrader.simulation import QueueBias, QueueCalibration

OneQueueModel: TypeAlias = QueueModel | str | QueueBias | QueueCalibration
QueueModels: TypeAlias = OneQueueModel | Mapping[str, OneQueueModel]


# The data that a venue is made of, the richest first, and whether its venue asks a queue model.
_ASKS_A_MODEL = {"l3": False, "l2": True, "quote": True, "trade": True, "bar": False}


@dataclass(frozen=True)
class QueueModelUse:
    """What told the places of own orders in one instrument.

    Attributes
    ----------
    instrument_id : str
        Which instrument.
    data : str
        What its venue was made of: l3, l2, quote, trade or bar.
    model : QueueModel or None
        The model that guessed places; None where the data told them (l3) or there is no queue (bar).
    bias : QueueBias or None
        How wrong the model was where that was measured; None where it was not.
    """

    instrument_id: str
    data: str
    model: QueueModel | None
    bias: QueueBias | None

    def __str__(self) -> str:
        """Return what is known of the model's error."""
        if self.model is None:
            return "places known from the data" if self.data == "l3" else "no queues in bars"
        return str(self.bias) if self.bias is not None else f"{self.model}: bias not known for this data"


def queue_model_uses(
    given: Mapping[str, OneQueueModel], streams: Sequence[Stream], instruments: Sequence[Instrument]
) -> tuple[QueueModelUse, ...]:
    """Return for each instrument what tells the places of own orders in it."""
    uses = []
    for instrument in instruments:
        kinds = {stream.kind for stream in streams if stream.instrument.id == instrument.id}
        data = next((kind for kind in _ASKS_A_MODEL if kind in kinds), "bar")
        one = given[instrument.id]
        bias = one.bias if isinstance(one, QueueCalibration) else one if isinstance(one, QueueBias) else None
        model = _queue_model(one) if _ASKS_A_MODEL[data] else None
        uses.append(QueueModelUse(instrument.id, data, model, bias if model is not None else None))
    return tuple(uses)


def queue_models(given: QueueModels, instruments: Sequence[Instrument]) -> dict[str, OneQueueModel]:
    """Return what was given for each instrument, checked.

    Parameters
    ----------
    given : QueueModel, str, QueueBias, QueueCalibration, or mapping of instrument id to one of them
        One for all, or one for each that the mapping names; the others are risk averse.
    instruments : sequence of Instrument
        What the data has.

    Raises
    ------
    InvalidArgument
        If a text names no model, or the mapping an instrument that the data does not have.
    """
    ids = [instrument.id for instrument in instruments]
    if not isinstance(given, Mapping):
        _queue_model(given)
        return dict.fromkeys(ids, given)
    for name in given:
        if name not in ids:
            raise InvalidArgument(f"queue_model names {name!r}, and the data has {', '.join(ids) or 'none'}")
    for one in given.values():
        _queue_model(one)
    return {name: given.get(name, "risk_averse") for name in ids}


def _queue_model(given: object) -> QueueModel:
    if isinstance(given, QueueBias | QueueCalibration):
        return given.model
    if isinstance(given, QueueModel):
        return given
    if isinstance(given, str):
        return QueueModel(given)
    raise InvalidArgument(f"queue_model must be a QueueModel or a text such as 'power:3', got {given!r}")
