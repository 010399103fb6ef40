"""Messages of the Open Inference Protocol, for units that are asked in Seldon's protocol."""

from __future__ import annotations

from typing import Any

import numpy as np
from seldon_component.errors import BadPayload
from seldon_component.payload import NDARRAY, TENSOR, V2TENSOR, V2TENSORS, Feedback, Payload

from ...messages import Content

_OF_V2 = (V2TENSOR, V2TENSORS)
_NUMBERS = "iuf"  # kinds of a dtype; every other one is an ndarray
_PARAMETERS = "parameters"


def in_seldon_form(content: Content) -> Content:
    """The content, with an array of Seldon's protocol for each tensor of V2. Raises BadPayload if there is none."""
    if isinstance(content, Feedback):
        return content
    if isinstance(content, list):
        return [_converted(message) for message in content]
    return _converted(content)


def _converted(message: Payload) -> Payload:
    if message.kind not in _OF_V2:
        return message
    meta = {key: value for key, value in message.meta.items() if key != _PARAMETERS}  # only V2 has them
    kind, data, names = _array(message)
    return Payload(kind, data, names, meta, message.status, message.others)


def _array(message: Payload) -> tuple[str, np.ndarray, Any]:
    if message.kind == V2TENSORS:
        raise BadPayload(
            f"inputs: expected one tensor, because this unit is asked in Seldon's protocol, "
            f"found {len(message.data)}; send one, or serve the unit from a folder"
        )
    data: np.ndarray = message.data
    if data.dtype.kind == "O" and any(isinstance(element, bytes) for element in data.flat):
        raise BadPayload(
            "inputs: expected numbers or text, because this unit is asked in Seldon's protocol, "
            "found bytes that are not UTF-8; send text, or serve the unit from a folder"
        )
    return TENSOR if data.dtype.kind in _NUMBERS else NDARRAY, data, message.names
