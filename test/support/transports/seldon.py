"""Seldon's own protocol, over REST and gRPC."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import grpc
import requests
from google.protobuf import json_format, text_format
from support.contract_servers import ContractServer
from support.generated import pb2, pb2_grpc

from .interface import Answer


class Rest:
    """JSON bodies, each method at its plain path."""

    name = key = "rest"
    PATHS = {"predict": "/predict", "send_feedback": "/send-feedback", "transform_input": "/transform-input",
             "transform_output": "/transform-output", "route": "/route", "aggregate": "/aggregate"}

    def __init__(self, server: ContractServer) -> None:
        self._url = server.url
        self._session = requests.Session()

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        return True

    def ask(self, method: str, message: Any) -> Answer:
        body = message if isinstance(message, str) else json.dumps(message)
        answer = self._session.post(self._url + self.PATHS[method], data=body.encode(), timeout=5,
                                    headers={"Content-Type": "application/json"})
        assert answer.headers["Content-Type"] == "application/json"
        return Answer(answer.status_code, json.loads(answer.content, parse_constant=_no_constant))

    def same(self, found: Any, expected: Any) -> bool:
        """To the letter: 1 is not 1.0, true is not 1."""
        return json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)

    def close(self) -> None:
        self._session.close()


def _no_constant(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


class Grpc:
    """A stock client, generated from the published field numbers."""

    name = key = "grpc"
    STUBS = {"predict": ("ModelStub", "Predict"), "send_feedback": ("ModelStub", "SendFeedback"),
             "transform_input": ("TransformerStub", "TransformInput"),
             "transform_output": ("OutputTransformerStub", "TransformOutput"),
             "route": ("RouterStub", "Route"), "aggregate": ("CombinerStub", "Aggregate")}
    CLASSES = {"send_feedback": pb2.Feedback, "aggregate": pb2.SeldonMessageList}
    # what the other wire says with an HTTP status; a status of the user's own choice has no word here
    HTTP_STATUS = {grpc.StatusCode.INVALID_ARGUMENT: 400, grpc.StatusCode.ABORTED: 409,
                   grpc.StatusCode.INTERNAL: 500, grpc.StatusCode.UNIMPLEMENTED: 501}

    def __init__(self, server: ContractServer) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}")

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        try:
            made = cls._proto(method, message)
            return _is_like(message if method != "aggregate" or isinstance(message, dict) else {}, made.DESCRIPTOR)
        except (json_format.ParseError, TypeError, AttributeError, ValueError):
            return False

    @classmethod
    def _proto(cls, method: str, message: Any) -> Any:
        if method == "aggregate" and isinstance(message, list):
            message = {"seldonMessages": message}
        made = cls.CLASSES.get(method, pb2.SeldonMessage)()
        return json_format.ParseDict(_with_nan(message), made, ignore_unknown_fields=True)

    def ask(self, method: str, message: Any) -> Answer:
        stub, rpc = self.STUBS[method]
        call = getattr(getattr(pb2_grpc, stub)(self._channel), rpc)
        try:
            return Answer(200, call(self._proto(method, message), timeout=30))
        except grpc.RpcError as error:
            return Answer(self.HTTP_STATUS[error.code()], error.details())

    def same(self, found: Any, expected: Any) -> bool:
        """To the letter of protobuf: every number is a double there, every order of keys the same."""
        if isinstance(found, str):
            return bool(found == expected["status"]["info"])
        wanted = self._proto("", expected)
        return bool(text_format.MessageToString(wanted) == text_format.MessageToString(found))

    def close(self) -> None:
        self._channel.close()


def _is_like(value: Any, descriptor: Any) -> bool:
    """Whether objects stand where messages do, and base64 where bytes do: protobuf's own reader takes some others for empty."""
    if descriptor.full_name.startswith("google.protobuf."):
        return True
    if not isinstance(value, dict):
        return False
    return all(_field_is_like(value[name], field) for field in descriptor.fields
               for name in {field.name, field.json_name} & value.keys() if value[name] is not None)


def _field_is_like(found: Any, field: Any) -> bool:
    many = isinstance(found, list)
    if field.message_type and not field.message_type.GetOptions().map_entry:
        own = field.message_type.full_name.startswith("google.protobuf.")
        return own or many == field.is_repeated and all(_is_like(one, field.message_type)
                                                         for one in (found if many else [found]))
    if field.type == field.TYPE_BYTES:
        return bool(base64.b64encode(base64.b64decode(found)).decode() == found)
    return not any(isinstance(one, bool) for one in (found if many else [found]))


def _with_nan(message: Any) -> Any:
    """A tensor's nulls as the NaN that a double can be."""
    message = copy.deepcopy(message)
    for tensor in _tensors(message):
        if isinstance(tensor.get("values"), list):
            tensor["values"] = ["NaN" if value is None else value for value in tensor["values"]]
    return message


def _tensors(value: Any) -> Any:
    if isinstance(value, dict):
        for key, element in value.items():
            if key == "tensor" and isinstance(element, dict):
                yield element
            yield from _tensors(element)
    elif isinstance(value, list):
        for element in value:
            yield from _tensors(element)
