"""Which service asks for which method (wire.md, section 2). All of them are there for every service type."""

from __future__ import annotations

from seldon_component.proto.classes import PACKAGE

# method -> its rpc
RPCS = {
    "predict": "Predict",
    "send_feedback": "SendFeedback",
    "transform_input": "TransformInput",
    "transform_output": "TransformOutput",
    "route": "Route",
    "aggregate": "Aggregate",
}
SERVICES = {
    "Model": ("predict", "send_feedback"),
    "Seldon": ("predict", "send_feedback"),
    "Router": ("route", "send_feedback"),
    "Transformer": ("transform_input",),
    "OutputTransformer": ("transform_output",),
    "Combiner": ("aggregate",),
    "Generic": ("transform_input", "transform_output", "route", "aggregate", "send_feedback"),
}
# service -> the rpc that answers with the model's metadata, whatever it is asked
METADATA_RPCS = {"Model": "Metadata", "Seldon": "ModelMetadata"}


def full_name(service: str) -> str:
    """A service's name as clients spell it in a path."""
    return f"{PACKAGE}.{service}"
