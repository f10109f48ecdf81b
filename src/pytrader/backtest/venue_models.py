"""Reads which models of the simulated venues a back-test was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from pytrader._core import QueueModel
from pytrader.errors import InvalidArgument
from pytrader.model import Instrument

OneQueueModel: TypeAlias = QueueModel | str
QueueModels: TypeAlias = OneQueueModel | Mapping[str, OneQueueModel]


def queue_models(given: QueueModels, instruments: Sequence[Instrument]) -> dict[str, QueueModel]:
    """Return the queue model of each instrument by its id.

    Parameters
    ----------
    given : QueueModel, str, or mapping of instrument id to one of them
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
        return dict.fromkeys(ids, _queue_model(given))
    for name in given:
        if name not in ids:
            raise InvalidArgument(f"queue_model names {name!r}, and the data has {', '.join(ids)}")
    return {name: _queue_model(given.get(name, "risk_averse")) for name in ids}


def _queue_model(given: object) -> QueueModel:
    if isinstance(given, QueueModel):
        return given
    if isinstance(given, str):
        return QueueModel(given)
    raise InvalidArgument(f"queue_model must be a QueueModel or a text such as 'power:3', got {given!r}")
