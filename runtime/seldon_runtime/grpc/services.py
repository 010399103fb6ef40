"""The services and their methods (docs/protocol.md, "Services"). Every service type has all of them."""

from __future__ import annotations

from seldon_component.proto.classes import PACKAGE
from seldon_component.user_class.service_types import METHODS

# method -> its RPC, for example "send_feedback" -> "SendFeedback"
RPCS = {method: method.title().replace("_", "") for method in METHODS}
SERVICES = {
    "Model": ("predict", "send_feedback"),
    "Seldon": ("predict", "send_feedback"),
    "Router": ("route", "send_feedback"),
    "Transformer": ("transform_input",),
    "OutputTransformer": ("transform_output",),
    "Combiner": ("aggregate",),
    "Generic": ("transform_input", "transform_output", "route", "aggregate", "send_feedback"),
}
# service -> the RPC that returns the model's metadata; it ignores its request
METADATA_RPCS = {"Model": "Metadata", "Seldon": "ModelMetadata"}


def full_name(service: str) -> str:
    """A service's name as it stands in the path of an RPC."""
    return f"{PACKAGE}.{service}"
