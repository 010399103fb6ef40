"""An inference of the Open Inference Protocol over HTTP, in front of a model that needs no component."""

import dataclasses
import json

import numpy as np
from seldon_component.payload import V2TENSOR, Payload
from support.http_client import client
from support.stub_model import DESCRIPTION, StubModel, settings

HALVES = Payload(V2TENSOR, np.array([[0.5, 1.5]], "f4"))
BODY = {"inputs": [{"name": "x", "datatype": "INT8", "shape": [1, 2], "data": [1, 2]}], "id": "i"}
INFER = "/v2/models/Iris/infer"


def serve(answer=HALVES, ready=True, description=(), service_type="MODEL", method="predict", **serving):
    changed = dataclasses.replace(settings().serving, **serving)
    model = StubModel({method: answer}, {**DESCRIPTION, **dict(description)}, ready)
    return client(model, settings(serving=changed, service_type=service_type)), model


def infer(body=BODY, path=INFER, headers=None, **more):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return serve(**more)[0].post(path, data=sent, headers=headers)
