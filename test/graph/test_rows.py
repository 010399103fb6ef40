"""The rules of the walk, with units that are served, in each kind of place, for clients of both APIs."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from seldon_component.codec import message
from seldon_component.payload import Payload
from seldon_runtime.codec import proto_codec
from support.generated import pb2
from support.graph_rows import ROWS, Row
from support.graph_units import FORMS, GRPC

_CODES = {400: grpc.StatusCode.INVALID_ARGUMENT, 418: grpc.StatusCode.INTERNAL, 500: grpc.StatusCode.INTERNAL}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_rule_over_rest(row: Row, form: str, graphs: Any) -> None:
    kinds = graphs.serve(row.graph, form)
    path = "feedback" if "reward" in row.request else "predictions"
    response = graphs.session.post(f"{graphs.url}/api/v1.0/{path}", json=row.request, timeout=60)
    if row.status == 200:
        assert response.status_code == 200, response.text
        _check(row, response.json())
    else:
        # no status code of gRPC means 418
        unit = row.info[0].partition("'")[2].rstrip("'")
        assert response.status_code == (500 if kinds[unit] == GRPC else row.status), response.text
        assert all(part in response.json()["status"]["info"] for part in row.info), response.text
    _check_log(row, graphs)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_rule_over_grpc(row: Row, form: str, graphs: Any) -> None:
    graphs.serve(row.graph, form)
    rpc, kind = ("SendFeedback", pb2.Feedback) if "reward" in row.request else ("Predict", pb2.SeldonMessage)
    request = json_format.ParseDict(row.request, kind())
    if row.status == 200:
        response = graphs.client.call("Seldon", rpc, request)
        payload = proto_codec.to_content("predict", response.SerializeToString())
        assert isinstance(payload, Payload)
        found = message.from_payload(payload)
        if "data" in found:
            found["data"]["tensor"] = {"shape": list(payload.data.shape), "values": payload.data.ravel().tolist()}
        _check(row, found)
    else:
        with pytest.raises(grpc.RpcError) as caught:
            graphs.client.call("Seldon", rpc, request)
        assert caught.value.code() is _CODES[row.status], caught.value
        assert all(part in (caught.value.details() or "") for part in row.info), caught.value
    _check_log(row, graphs)


def _check(row: Row, found: dict[str, Any]) -> None:
    if "requestPath" in found.get("meta", {}):
        found["meta"]["requestPath"] = sorted(found["meta"]["requestPath"])
    assert found == row.response or ("reward" in row.request and not found.get("strData"))


def _check_log(row: Row, graphs: Any) -> None:
    lines = graphs.log.read_text().splitlines()
    assert (lines if row.in_order else sorted(lines)) == list(row.log)
