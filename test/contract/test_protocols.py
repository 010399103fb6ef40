"""PROTOCOLS: what a server with one of the protocols serves, over both wires."""

import grpc
import pytest
import requests
from support.contract_servers import Column
from support.generated import pb2, pb2_grpc
from support.generated_v2 import pb2 as v2_pb2
from support.generated_v2 import pb2_grpc as v2_pb2_grpc

# protocol -> a path of it, and a message for that
REQUESTS = {
    "seldon": ("/predict", {"data": {"ndarray": [[1]]}}),
    "v2": ("/v2/models/Echo/infer", {"inputs": [{"name": "x", "datatype": "INT64", "shape": [1, 1], "data": [1]}]}),
    "v1": ("/v1/models/Echo:predict", {"instances": [[1]]}),
}


def code_of(call, message):
    """The status of a call."""
    try:
        call(message, timeout=60, wait_for_ready=True)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.parametrize("served", [*REQUESTS, "seldon,v2,v1"])
def test_only_the_chosen_protocols_are_served(served, serve):
    server = serve("Echo", Column("separate", None), PROTOCOLS=served, PREDICTIVE_UNIT_ID="0")
    for protocol, (path, message) in REQUESTS.items():
        expected = 200 if protocol in served else 404
        assert requests.post(server.url + path, json=message, timeout=60).status_code == expected
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        codes = {
            "seldon": code_of(pb2_grpc.ModelStub(channel).Predict, pb2.SeldonMessage(strData="x")),
            "v2": code_of(v2_pb2_grpc.GRPCInferenceServiceStub(channel).ServerLive, v2_pb2.ServerLiveRequest()),
        }
    for protocol, code in codes.items():
        assert code == (grpc.StatusCode.OK if protocol in served else grpc.StatusCode.UNIMPLEMENTED)
