"""seldon_runtime.rest.cors: what a browser is told about pages of other origins, over real sockets."""

import pytest
import requests
from seldon_component.errors import BadPayload
from seldon_component.payload import Payload
from seldon_runtime.config.environment import read_settings
from seldon_runtime.http_server.limits import HttpLimits
from seldon_runtime.http_server.server import HttpServer
from seldon_runtime.rest.counted import CountedApplication
from seldon_runtime.rest.factory import create_application, response_lines
from seldon_runtime.rest.predictions import Predictions
from support.server import free_port
from support.stub_model import StubModel

SHOP, OTHER = "https://shop.example", "https://other.example"
LISTED = f"{SHOP},http://localhost:3000"
PATHS = ("/predict", "/api/v1.0/predictions", "/seldon/a/b/api/v0.1/predictions", "/send-feedback", "/transform-input",
         "/v2/models/Iris/infer", "/v1/models/Iris:predict", "/metadata", "/ready")
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-mine"}
NAME = "Access-Control-Allow-Origin"


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """A function: CORS_ORIGINS -> the URL of a server."""
    servers = []

    def start(origins):
        monkeypatch.setenv("CORS_ORIGINS", origins)
        settings = read_settings(["flowers.Iris"], tmp_path, tmp_path / "none")
        model = StubModel({"predict": Payload("strData", "x"), "route": BadPayload("wrong")})
        application = create_application(model, settings)
        servers.append(HttpServer(application, port := free_port(), HttpLimits(1000), lines_of=response_lines(settings)))
        servers[-1].start()
        return f"http://127.0.0.1:{port}"

    yield start
    for server in servers:
        server.stop(0)


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_is_told_before_its_request_that_it_may_send_it(path, serve):
    found = requests.options(serve(LISTED) + path, headers={"Origin": SHOP, **ASKED}, timeout=60)
    assert (found.status_code, found.content) == (204, b"")
    assert found.headers[NAME] == SHOP
    assert found.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert found.headers["Access-Control-Allow-Headers"] == "*, Authorization"
    assert found.headers["Access-Control-Max-Age"] == "7200"
    assert "Access-Control-Allow-Credentials" not in found.headers


@pytest.mark.parametrize(("origins", "allowed", "varies"), [("*", "*", None), (LISTED, SHOP, "Origin")])
def test_each_response_has_the_header_errors_too(origins, allowed, varies, serve):
    url = serve(origins)
    sent = [("POST", "/predict", b'{"strData":"x"}', 200), ("POST", "/predict", b"{", 400), ("POST", "/route", b'{"strData":"x"}', 400),
            ("GET", "/nowhere", b"", 404), ("GET", "/send-feedback", b"", 405), ("POST", "/predict", b"x" * 2000, 413),
            ("POST", "/v2/models/Other/infer", b"{}", 404), ("GET", "/ready", b"", 200), ("GET", "/metrics", b"", 200)]
    for method, path, body, status in sent:
        found = requests.request(method, url + path, data=body, headers={"Origin": SHOP}, timeout=60)
        headers = found.headers.get(NAME), found.headers.get("Vary"), found.headers.get("Access-Control-Expose-Headers")
        assert (path, found.status_code, *headers) == (path, status, allowed, varies, "*")


@pytest.mark.parametrize("headers", [{"Origin": OTHER}, {"Origin": f"{SHOP}.evil"}, {"Origin": "null"}, {}])
def test_other_origins_are_answered_without_it(headers, serve):
    url = serve(LISTED)
    found = requests.post(f"{url}/predict", json={"strData": "x"}, headers=headers, timeout=60)
    assert (found.status_code, found.headers.get(NAME), found.headers["Vary"]) == (200, None, "Origin")
    assert NAME not in requests.options(f"{url}/predict", headers={**headers, **ASKED}, timeout=60).headers


def test_several_pages_may_share_a_connection(serve):
    url = serve(LISTED)
    with requests.Session() as session:
        for origin in (SHOP, "http://localhost:3000", SHOP):
            found = session.post(f"{url}/predict", json={"strData": "x"}, headers={"Origin": origin}, timeout=60)
            assert found.headers[NAME] == origin


def test_ids_come_back_beside_it(serve):
    found = requests.get(f"{serve('*')}/ready", headers={"X-Request-Id": "r"}, timeout=60)
    assert (found.headers[NAME], found.headers["X-Request-Id"]) == ("*", "r")


def test_by_default_nothing_of_it_is_there(serve):
    url = serve("")
    found = requests.options(f"{url}/predict", headers={"Origin": SHOP, **ASKED}, timeout=60)
    assert (found.status_code, found.headers["Allow"]) == (204, "GET, OPTIONS, POST")
    assert not [name for name in found.headers if name.startswith("Access-Control") or name == "Vary"]


def test_by_default_only_the_counts_are_in_front_of_the_predictions(tmp_path):
    settings = read_settings(["flowers.Iris"], tmp_path, tmp_path / "none")
    application = create_application(StubModel(), settings)
    assert type(application) is CountedApplication
    assert type(application._application) is Predictions
