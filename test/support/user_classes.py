"""Classes of users, and requests for them."""

import numpy as np
from seldon_component.component import Component
from seldon_component.payload import GRPC, REST, Feedback, Payload

WIRES = [REST, GRPC]


def serving(cls, service_type="MODEL"):
    return Component(cls(), service_type, "unit")


def request_for(method):
    if method == "aggregate":
        return [Payload("strData", "a"), Payload("strData", "b")]
    if method == "send_feedback":
        return Feedback(
            Payload("strData", "q", meta={"puid": "p"}),
            Payload(meta={"routing": {"unit": 1}}),
            0.5,
            Payload("strData", "t"),
        )
    return Payload("ndarray", np.array([[1, 2]]), ["x", "y"], {"puid": "p", "tags": {"a": True}})


def recorder(*names, returned=None):
    """A class with message hooks that keep what they get, and all return the same."""

    def hook(name):
        def record(self, message):
            self.got.append((name, message))
            return {"strData": name} if returned is None else returned

        return record

    return type("Recorder", (), {"got": [], **{name: hook(name) for name in names}})
