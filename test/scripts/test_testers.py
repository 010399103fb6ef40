"""seldon-core-tester and seldon-core-api-tester against this server, and against servers as they were in 2018."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
from support.generated import pb2, pb2_grpc
from support.scripts import Service, variables
from support.server import ROOT

TEMPLATE = ROOT / "examples" / "model-template"
CONTRACT = TEMPLATE / "contract.json"


def run(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    program: list[str | Path] = [Path(sys.executable).parent / command, *map(str, arguments)]
    return subprocess.run(program, env=variables(), capture_output=True, text=True, check=False)


def port_of(service: Service) -> str:
    return service.url.rpartition(":")[2]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Both APIs of the template, which the tests only ask."""
    service = Service(TEMPLATE, tmp_path_factory.mktemp("service"), API_TYPE="REST,GRPC")
    yield service.wait_until_ready()
    service.kill()


@pytest.mark.parametrize("options", [(), ("-n", 3, "-b", 5), ("-t",), ("-p",), ("--log-level", "INFO")])
def test_a_component_that_keeps_its_contract_passes(options: tuple[object, ...], service: Service) -> None:
    tester = run("seldon-core-tester", CONTRACT, "127.0.0.1", port_of(service), *options)
    count = options[1] if "-n" in options else 1
    assert (tester.returncode, tester.stderr) == (0, "")
    assert tester.stdout.endswith(f"predict: {count} requests, 0 failed\n")


def test_requests_and_responses_are_printed(service: Service) -> None:
    tester = run("seldon-core-tester", CONTRACT, "127.0.0.1", port_of(service), "--prnt")
    sent, received = [json.loads(line)["data"] for line in tester.stdout.splitlines() if line.startswith("{")]
    assert sent["names"] == ["width", "height"]
    assert received["ndarray"] == [[2 * value for value in sent["ndarray"][0]]]


def test_a_wrong_response_is_named_by_its_field(service: Service, tmp_path: Path) -> None:
    contract = json.loads(CONTRACT.read_text())
    contract["targets"][0]["range"] = [0, 1]
    (tmp_path / "contract.json").write_text(json.dumps(contract))
    tester = run("seldon-core-tester", tmp_path / "contract.json", "127.0.0.1", port_of(service), "-n", 2)
    first, second, *_ = tester.stderr.splitlines()
    assert first == "request 1: doubled:0: expected a number from 0 up to 1, found 10.976 in row 0"
    assert second.startswith("request 1: doubled:1: expected a number from 0 up to 1, found ")
    assert (tester.returncode, tester.stdout) == (1, "predict: 2 requests, 2 failed\n")


def test_an_error_is_printed_in_the_server_s_words(service: Service) -> None:
    tester = run("seldon-core-tester", CONTRACT, "127.0.0.1", port_of(service), "--endpoint", "transform-input")
    words = "answered 501: MyModel has no method transform_input; it has: predict\n"
    assert tester.stderr == f"request 1: {service.url}/transform-input {words}"
    assert tester.returncode == 1


def test_grpc_gives_the_same_results(service: Service) -> None:
    grpc_port = int(port_of(service)) + 1
    for options in ((), ("-t", "-b", 3)):
        assert run("seldon-core-tester", CONTRACT, "127.0.0.1", grpc_port, "--grpc", *options).returncode == 0
    tester = run("seldon-core-tester", CONTRACT, "127.0.0.1", grpc_port, "--grpc", "--endpoint", "transform-input")
    assert "answered UNIMPLEMENTED: MyModel has no method transform_input" in tester.stderr
    assert tester.returncode == 1


@pytest.mark.parametrize("options", [("my-deployment",), ("my-deployment", "--namespace", "ns"), ("--ambassador-path", "/seldon/x")])
def test_the_api_tester_uses_the_gateway_s_paths(options: tuple[str, ...], service: Service) -> None:
    tester = run("seldon-core-api-tester", CONTRACT, "127.0.0.1", port_of(service), *options)
    assert (tester.returncode, tester.stderr) == (0, "")


def test_a_missing_server_is_named() -> None:
    tester = run("seldon-core-tester", CONTRACT, "127.0.0.1", 1)
    assert "http://127.0.0.1:1/predict: " in tester.stderr
    assert tester.returncode == 1


def test_a_wrong_contract_has_its_own_exit_code(tmp_path: Path) -> None:
    tester = run("seldon-core-tester", tmp_path / "none.json", "127.0.0.1", 1)
    assert tester.stderr.startswith("none.json: expected JSON, found none (")
    assert tester.returncode == 24


def test_a_tensor_takes_no_text(tmp_path: Path) -> None:
    features = [{"name": "a", "ftype": "categorical", "values": ["x"]}]
    (tmp_path / "c.json").write_text(json.dumps({"features": features, "targets": []}))
    tester = run("seldon-core-tester", tmp_path / "c.json", "127.0.0.1", 1, "--tensor")
    assert tester.stderr == f"--tensor: expected numbers in all features of {tmp_path}/c.json, found text\n"
    assert tester.returncode == 2


class Of2018:
    """A component and the API server of 2018; `requests` has each request's path and Authorization header."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        of_2018 = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                of_2018.requests.append((self.path, self.headers.get("Authorization", "")))
                status, response = response_of_2018(self.path, body, self.headers.get("Authorization", ""))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(response).encode() if status == 200 else b"<h1>Bad Request</h1>")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def response_of_2018(path: str, body: str, authorization: str) -> tuple[int, object]:
    if path == "/oauth/token":
        right = authorization == "Basic " + base64.b64encode(b"key:secret").decode() and body == "grant_type=client_credentials"
        return (200, {"access_token": "a-token"}) if right else (401, None)
    if path.startswith("/api/v0.1/"):
        if authorization != "Bearer a-token" or not body.startswith("{"):
            return 401, None
        message = json.loads(body)
    elif "json" in (fields := urllib.parse.parse_qs(body)):
        message = json.loads(fields["json"][0])
    else:
        return 400, None
    if "reward" in message:
        return (200, {"meta": {}}) if message["response"]["data"]["ndarray"] else (400, None)
    doubled = [[2 * value for value in row] for row in message["data"]["ndarray"]]
    return 200, {"data": {"names": ["t:0", "t:1"], "ndarray": doubled}, "meta": {}}


@pytest.fixture
def of_2018() -> Iterator[Of2018]:
    servers = Of2018()
    yield servers
    servers.server.shutdown()
    servers.server.server_close()


@pytest.mark.parametrize(("endpoint", "paths"), [
    ("predict", ["/predict"]), ("send-feedback", ["/predict", "/send-feedback"]), ("transform-input", ["/transform-input"])])
def test_a_component_of_2018_gets_a_form(endpoint: str, paths: list[str], of_2018: Of2018) -> None:
    tester = run("seldon-core-tester", CONTRACT, "127.0.0.1", of_2018.port, "--endpoint", endpoint)
    assert (tester.returncode, tester.stderr) == (0, "")
    assert of_2018.requests == [(path, "") for path in paths]


def test_a_gateway_of_2018_gets_its_token(of_2018: Of2018) -> None:
    credentials = ("--oauth-key", "key", "--oauth-secret", "secret")
    tester = run("seldon-core-api-tester", CONTRACT, "127.0.0.1", of_2018.port, *credentials, "--endpoint", "send-feedback")
    assert (tester.returncode, tester.stderr) == (0, "")
    assert of_2018.requests[1:] == [("/api/v0.1/predictions", "Bearer a-token"), ("/api/v0.1/feedback", "Bearer a-token")]


def test_a_refused_token_is_named(of_2018: Of2018) -> None:
    tester = run("seldon-core-api-tester", CONTRACT, "127.0.0.1", of_2018.port, "--oauth-key", "no", "--oauth-secret", "no")
    assert f"http://127.0.0.1:{of_2018.port}/oauth/token answered 401: <h1>" in tester.stderr
    assert tester.returncode == 1


class Gateway(pb2_grpc.SeldonServicer):  # type: ignore[misc]  # protoc makes it while the tests run
    """A gateway's gRPC API, which keeps the metadata of each call."""

    def __init__(self) -> None:
        self.metadata: list[dict[str, str | bytes]] = []

    def Predict(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.metadata.append(dict(context.invocation_metadata()))
        values = [2 * value for value in request.data.tensor.values]
        return pb2.SeldonMessage(data=pb2.DefaultData(tensor=pb2.Tensor(shape=request.data.tensor.shape, values=values)))


@pytest.mark.parametrize(("options", "metadata"), [
    (("mine", "--namespace", "ns"), {"seldon": "mine", "namespace": "ns"}),
    ((), {"seldon": "mymodel"}),
    (("--oauth-key", "key", "--oauth-secret", "secret"), {"oauth_token": "a-token"}),
])
def test_grpc_metadata_names_the_deployment(options: tuple[str, ...], metadata: dict[str, str], of_2018: Of2018) -> None:
    server, gateway = grpc.server(ThreadPoolExecutor(1)), Gateway()
    pb2_grpc.add_SeldonServicer_to_server(gateway, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    oauth = ("--oauth-port", of_2018.port) if "--oauth-key" in options else ()
    tester = run("seldon-core-api-tester", CONTRACT, "127.0.0.1", port, *options, *oauth, "--grpc", "--tensor")
    server.stop(None)
    assert (tester.returncode, tester.stderr) == (0, "")
    assert gateway.metadata[0].items() >= metadata.items()
