"""ACCESS_LOG=1: an entry for each request, those that were refused too, but none for probes and scrapes."""

import json
import re
import socket
from typing import Any

import grpc
import pytest
import requests
from support.generated import pb2
from support.grpc_client import Client

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACE_PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
PROBES = ("/live", "/ready", "/health/ping", "/health/status", "/v2/health/live", "/v2/health/ready", "/metrics", "/prometheus")
INFER = {"id": "v", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1, 2]}]}


def send_requests(server):
    """One request of each sort."""
    for path in PROBES:
        server.get(path)
    message = {"strData": "a", "meta": {"puid": "p1"}}
    requests.post(server.url + "/predict", json=message, headers={"traceparent": TRACE_PARENT}, timeout=60)
    server.post("/api/v1.0/predictions", {"strData": "fail"})
    requests.post(server.url + "/predict", data=b"{", headers={"Seldon-Puid": "p2"}, timeout=60)
    server.get("/nothing")
    server.post("/v2/models/Mine/infer", INFER)
    requests.post(server.url + "/predict", data=b"x" * 2000, timeout=60)
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as connection:
        connection.sendall(b"GET /broken HTTP/9\r\n\r\n")
        while connection.recv(4096):
            pass
    send_calls(Client(server.grpc_port))


def send_calls(client):
    """One RPC of each sort."""
    client.check()
    client.predict(strData="a", meta=pb2.Meta(puid="g1"))
    metadata: Any = client.channel.unary_unary("/seldon.protos.Seldon/ModelMetadata")
    metadata(b"", timeout=60)
    with pytest.raises(grpc.RpcError):
        client.predict(strData="fail")


EXPECTED = [
    ("POST", "/predict", 200, "p1"), ("POST", "/api/v1.0/predictions", 500, None), ("POST", "/predict", 400, "p2"),
    ("GET", "/nothing", 404, None), ("POST", "/v2/models/Mine/infer", 200, "v"), ("POST", "/predict", 413, None), ("GET", "/broken", 400, None),
]
EXPECTED_RPCS = [
    ("/seldon.protos.Model/Predict", "OK", "g1"), ("/seldon.protos.Seldon/ModelMetadata", "OK", None),
    ("/seldon.protos.Model/Predict", "INTERNAL", None),
]


def test_json(serve):
    server = serve(ACCESS_LOG=1, LOG_FORMAT="json", LOG_LEVEL="ERROR", MAX_BODY_BYTES=1000)
    send_requests(server)
    assert server.stop() == 0
    found = [entry for line in server.errors.splitlines() if (entry := json.loads(line))["log.logger"] == "seldon_runtime.access"]
    rest = [entry for entry in found if "rpc.system" not in entry]
    assert [(entry["http.request.method"], entry["url.path"], entry["http.response.status_code"], entry.get("puid"))
            for entry in rest] == EXPECTED
    rpcs = [entry for entry in found if "rpc.system" in entry]
    assert [(entry["url.path"], entry["rpc.grpc.status"], entry.get("puid")) for entry in rpcs] == EXPECTED_RPCS
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+", entry["client.address"]) for entry in rest)
    first = rest[0]
    assert first["http.request.body.bytes"] == len('{"strData": "a", "meta": {"puid": "p1"}}')
    assert first["http.response.body.bytes"] == len('{"strData":"a","meta":{"puid":"p1"}}')
    assert (first["trace.id"], first["severity"], type(first["event.duration"])) == (TRACE, "INFO", int)
    google = first["httpRequest"]
    assert (google["requestMethod"], google["requestUrl"], google["status"]) == ("POST", "/predict", 200)
    assert re.fullmatch(r"\d+\.\d{6}s", google["latency"])
    assert rpcs[0]["client.address"].startswith("ipv4:127.0.0.1:")


def test_with_traces_each_entry_names_its_own(serve):
    server = serve(ACCESS_LOG=1, LOG_FORMAT="json", TRACING=1, MAX_BODY_BYTES=1000)
    send_requests(server)
    assert server.stop() == 0
    found = [entry for line in server.errors.splitlines() if (entry := json.loads(line))["log.logger"] == "seldon_runtime.access"]
    assert len(found) == len(EXPECTED) + len(EXPECTED_RPCS)
    read = [entry for entry in found if entry["http.request.body.bytes"]]
    assert len({entry["trace.id"] for entry in read if "trace.id" in entry}) == len(read)


def test_text_and_scrapes(serve):
    server = serve(GUNICORN_ACCESS_LOG="true", FILTER_METRICS_ACCESS_LOGS="false")
    server.get("/metrics")
    requests.post(server.url + "/predict", json={"strData": "a"}, headers={"X-Request-Id": "r1", "traceparent": TRACE_PARENT},
                  timeout=60)
    assert server.stop() == 0
    lines = [line[24:] for line in server.errors.splitlines() if " seldon_runtime.access " in line]
    assert re.fullmatch(r"seldon_runtime\.access INFO: GET /metrics 200, 0 B in, \d+ B out, \d\.\d{6} s \(client 127\.0\.0\.1:\d+\)",
                        lines[0])
    assert re.fullmatch(
        r"seldon_runtime\.access INFO: POST /predict 200, 16 B in, 25 B out, \d\.\d{6} s "
        rf"\(puid r1, trace {TRACE}, client 127\.0\.0\.1:\d+\)", lines[1])


def test_it_is_off_by_default(serve):
    server = serve()
    server.predict({"strData": "a"})
    assert server.stop() == 0
    assert "seldon_runtime.access" not in server.errors
