"""What the server says of itself and of its repository, which has one model, over both wires."""

from __future__ import annotations

from typing import Any

from seldon_component.errors import NotImplementedByModel

from ..model.interface import why_not_ready
from ..system.own_package import NAME, server_version
from .inference import Inference

EXTENSIONS = ("binary_tensor_data", "classification", "model_repository")


def server_metadata() -> dict[str, Any]:
    return {"name": NAME, "version": server_version(), "extensions": list(EXTENSIONS)}


def index(inference: Inference, only_ready: bool) -> list[dict[str, str]]:
    """The model and its state; nothing if the client wants models that are ready, and it is not."""
    is_ready = inference.model.ready
    if only_ready and not is_ready:
        return []
    versions = inference.metadata.versions()
    state, reason = ("READY", "") if is_ready else ("UNAVAILABLE", why_not_ready(inference.model))
    return [{"name": inference.names[0], "version": versions[-1] if versions else "", "state": state, "reason": reason}]


def load(inference: Inference, name: str) -> None:
    """Nothing, if the model is loaded already. Raises NotFound and Unavailable."""
    inference.check_name(name)
    inference.check_ready()


def unload(inference: Inference, name: str) -> None:
    """Raises NotFound, or NotImplementedByModel."""
    inference.check_name(name)
    raise NotImplementedByModel("the model of an image cannot be unloaded; stop the container")
