"""How a case's request reaches a server. A transport has `name` and `ask`; the table of cases knows no more of it."""

from __future__ import annotations

import base64
import copy
import json
import math
import re
from typing import Any, NamedTuple, Protocol

import grpc
import numpy as np
import requests
import tritonclient.utils as triton_utils
from google.protobuf import json_format, text_format
from support import v2_messages
from support.contract_servers import UNIT_ID, ContractServer
from support.generated import pb2, pb2_grpc
from support.generated_v2 import FIELDS
from support.generated_v2 import pb2 as v2_pb2
from support.generated_v2 import pb2_grpc as v2_pb2_grpc


class Answer(NamedTuple):
    """status: as HTTP says it, for gRPC too. message: the answer in the JSON form."""

    status: int
    message: Any


class Transport(Protocol):
    """One wire to one server. `key` is that of a case's overrides."""

    name: str
    key: str

    def __init__(self, server: ContractServer) -> None: ...

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        """Whether this wire has words for a message."""

    def ask(self, method: str, message: Any) -> Answer:
        """The answer to a message in its JSON form; text is sent as the body that it is."""

    def same(self, found: Any, expected: Any) -> bool:
        """Whether an answer says what is expected, as exactly as this wire can say it."""

    def close(self) -> None: ...


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


class V2Json:
    """The Open Inference Protocol over REST, with JSON both ways."""

    name, key = "v2-json", "v2"

    def __init__(self, server: ContractServer) -> None:
        self._url = f"{server.url}/v2/models/{UNIT_ID}/infer"
        self._session = requests.Session()

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        try:
            return bool(v2_messages.to_request(method, message))
        except v2_messages.NotSayable:
            return False

    def ask(self, method: str, message: Any) -> Answer:
        answer = self._post(v2_messages.to_request(method, message))
        return Answer(answer.status_code, answer.json())

    def _post(self, body: dict[str, Any]) -> requests.Response:
        return self._session.post(self._url, data=json.dumps(body).encode(), timeout=5)

    def same(self, found: Any, expected: Any) -> bool:
        return v2_messages.same(found, expected)

    def close(self) -> None:
        self._session.close()


class V2Binary(V2Json):
    """The same with binary tensors both ways."""

    name = "v2-binary"

    def ask(self, method: str, message: Any) -> Answer:
        body = v2_messages.to_request(method, message)
        raw = [_binary(tensor) for tensor in body["inputs"]]
        head = json.dumps({**body, "parameters": {"binary_data_output": True}}).encode()
        headers = {"Inference-Header-Content-Length": str(len(head))}
        answer = self._session.post(self._url, data=head + b"".join(raw), headers=headers, timeout=5)
        size = int(answer.headers.get("Inference-Header-Content-Length", len(answer.content)))
        found, at = json.loads(answer.content[:size]), size
        for tensor in found.get("outputs", ()):
            end = at + tensor["parameters"].pop("binary_data_size")
            tensor["data"], at = _of_binary(tensor, answer.content[at:end]), end
        return Answer(answer.status_code, found)


def _binary(tensor: dict[str, Any]) -> bytes:
    """The bytes of a tensor, which loses its data."""
    data, datatype = tensor.pop("data"), tensor["datatype"]
    raw = triton_utils.serialize_byte_tensor(np.array([one.encode() for one in data], object)) if datatype == "BYTES" else None
    array = np.array(data, triton_utils.triton_to_np_dtype(datatype)) if raw is None else raw
    sent = b"".join(array.ravel().tolist()) if datatype == "BYTES" else array.tobytes()
    tensor["parameters"] = {"binary_data_size": len(sent)}
    return bytes(sent)


def _of_binary(tensor: dict[str, Any], raw: bytes) -> list[Any]:
    """The data of a tensor as JSON has them."""
    if tensor["datatype"] == "BYTES":
        return [one.decode() for one in triton_utils.deserialize_bytes_tensor(raw)]
    values = np.frombuffer(raw, triton_utils.triton_to_np_dtype(tensor["datatype"])).tolist()
    return [value if not isinstance(value, float) or math.isfinite(value) else None for value in values]


class V2Typed:
    """The Open Inference Protocol over gRPC, with typed contents both ways, by generated stubs."""

    name, key = "v2-typed", "v2"

    def __init__(self, server: ContractServer) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}")
        self._stub = v2_pb2_grpc.GRPCInferenceServiceStub(self._channel)

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        return V2Json.can_say(method, message)

    def ask(self, method: str, message: Any) -> Answer:
        body = v2_messages.to_request(method, message)
        request = v2_pb2.ModelInferRequest(model_name=UNIT_ID, id=body.get("id", ""))
        for tensor in body["inputs"]:
            made = request.inputs.add(name=tensor["name"], datatype=tensor["datatype"], shape=tensor["shape"])
            self._fill(request, made, tensor)
        try:
            response = self._stub.ModelInfer(request, timeout=30)
        except grpc.RpcError as error:
            return Answer(Grpc.HTTP_STATUS[error.code()], {"error": error.details()})
        outputs = [{"name": made.name, "datatype": made.datatype, "shape": list(made.shape), "data": data,
                    "parameters": _parameters_of(made)} for made, data in self._with_data(response)]
        return Answer(200, {"id": response.id, "parameters": _parameters_of(response), "outputs": outputs})

    def _fill(self, request: Any, made: Any, tensor: dict[str, Any]) -> None:
        values = [one.encode() if isinstance(one, str) else math.nan if one is None else one for one in tensor["data"]]
        getattr(made.contents, FIELDS[tensor["datatype"]]).extend(values)

    def _with_data(self, response: Any) -> list[tuple[Any, list[Any]]]:
        assert not response.raw_output_contents
        return [(made, [_as_json(one) for one in getattr(made.contents, FIELDS[made.datatype])]) for made in response.outputs]

    def same(self, found: Any, expected: Any) -> bool:
        return v2_messages.same(found, expected)

    def close(self) -> None:
        self._channel.close()


class V2Raw(V2Typed):
    """The same with raw contents."""

    name = "v2-raw"

    def _fill(self, request: Any, made: Any, tensor: dict[str, Any]) -> None:
        request.raw_input_contents.append(_binary(tensor))

    def _with_data(self, response: Any) -> list[tuple[Any, list[Any]]]:
        assert not any(made.HasField("contents") for made in response.outputs)
        tensors = ({"datatype": made.datatype} for made in response.outputs)
        found = [_of_binary(*pair) for pair in zip(tensors, response.raw_output_contents, strict=True)]
        return list(zip(response.outputs, found, strict=True))


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return value if not isinstance(value, float) or math.isfinite(value) else None


def _parameters_of(message: Any) -> dict[str, Any]:
    """Floats are text in them."""
    found = {name: getattr(one, one.WhichOneof("parameter_choice")) for name, one in message.parameters.items()}
    is_float = re.compile(r"-?\d+\.\d+").fullmatch
    return {name: float(value) if isinstance(value, str) and is_float(value) else value for name, value in found.items()}


class V1:
    """KServe's V1, for messages that are nothing but an ndarray. It has no tags and no names."""

    name, key = "v1", "v2"

    def __init__(self, server: ContractServer) -> None:
        self._url = f"{server.url}/v1/models/{UNIT_ID}:predict"
        self._session = requests.Session()

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        data = message.get("data") if isinstance(message, dict) and {*message} == {"data"} else None
        return method in ("predict", "transform_input") and isinstance(data, dict) and {*data} == {"ndarray"}

    def ask(self, method: str, message: Any) -> Answer:
        answer = self._session.post(self._url, json={"instances": message["data"]["ndarray"]}, timeout=5)
        return Answer(answer.status_code, answer.json())

    def same(self, found: Any, expected: Any) -> bool:
        if "error" in found:
            return bool(found["error"] == expected["status"]["info"].replace("data.ndarray", "instances"))
        kind = next(key for key in ("data", "strData", "binData", "jsonData") if key in expected)
        value = expected[kind]
        wanted = value["ndarray"] if kind == "data" else value if kind == "jsonData" else [value]
        return json.dumps(found) == json.dumps({"predictions": wanted})

    def close(self) -> None:
        self._session.close()


TRANSPORTS: tuple[type[Rest] | type[Grpc], ...] = (Rest, Grpc)
EVERY_TRANSPORT: tuple[type[Transport], ...] = (*TRANSPORTS, V2Json, V2Binary, V2Typed, V2Raw, V1)
