"""The server's own paths, with a real component behind them, in both process modes."""

import pytest
import requests
from support.contract_servers import COLUMNS, Column
from support.grpc_client import SERVING, Client
from support.waiting import eventually


@pytest.fixture(scope="module", params=["separate", "inline"])
def server(request, serve):
    return serve("Anything", Column(request.param, None), SELDON_DEPLOYMENT_ID="shop")


def get(server, path):
    answer = requests.get(server.url + path, timeout=60)
    assert answer.status_code == 200
    return answer


def test_health_status_is_the_components(server):
    assert get(server, "/health/status").json()["jsonData"] == {"load": 0.5}


STATUS_PATHS = ("/health/status", "/api/v1.0/health/status", "/seldon/shop/iris/api/v1.0/health/status")


@pytest.fixture(scope="module", params=COLUMNS, ids=str)
def moody(request, serve):
    return serve("Moody", request.param)


def be(server, mood):
    return requests.post(server.url + "/predict", json={"strData": mood}, timeout=60)


@pytest.mark.parametrize(("mood", "status", "found"), [
    ("good", 200, {"data": {"names": [], "ndarray": [True]}, "meta": {}}),
    ("bad", 503, {"data": {"names": [], "ndarray": [False]}, "meta": {}}),
    ("rows", 503, {"data": {"names": [], "ndarray": [True, False]}, "meta": {}}),
    ("text", 200, {"strData": "text", "meta": {}}),
])
def test_health_status_is_false_if_the_component_says_so(moody, mood, status, found):
    be(moody, mood)
    for path in STATUS_PATHS:
        answer = requests.get(moody.url + path, timeout=60)
        assert (answer.status_code, answer.json()) == (status, found)
    assert moody.status("/ready") == 200
    assert Client(moody.grpc_port).check("seldon.protos.Model") == SERVING


def test_a_health_status_that_raises_is_a_503_that_says_why(moody):
    be(moody, "raises")
    answer = requests.get(moody.url + "/health/status", timeout=60)
    assert (answer.status_code, "disk full" in answer.json()["status"]["info"]) == (503, True)
    assert [moody.status(path) for path in ("/ready", "/live", "/health/ping", "/api/v1.0/health/ping")] == [200] * 4


def test_health_status_does_not_wait_for_a_busy_component(moody, tmp_path):
    be(moody, "bad")
    assert moody.status("/health/status") == 503
    be(moody, "good")
    assert moody.status("/health/status") == 200
    response = moody.begin_to_predict({"strData": f"wait for {tmp_path}/end"})
    busy = [moody.status(path) for _ in range(3) for path in STATUS_PATHS]
    (tmp_path / "end").touch()
    assert response().status_code == 200
    assert busy == [200] * len(busy)


def test_the_component_is_asked_again_once_it_is_free(moody, tmp_path):
    be(moody, "good")
    response = moody.begin_to_predict({"strData": f"wait for {tmp_path}/end"})
    moody.status("/health/status")
    change = moody.begin_to_predict({"strData": "bad"})
    (tmp_path / "end").touch()
    assert response().status_code == change().status_code == 200
    eventually(lambda: moody.status("/health/status") == 503, "the change was seen")


def test_metadata_is_the_components_with_what_is_known(server):
    assert get(server, "/metadata").json() == {
        "name": "anything",
        "versions": ["1"],
        "platform": "any",
        "inputs": [{"messagetype": "ndarray", "schema": {"names": ["a", "b"], "shape": [2]}}],
        "outputs": [{"messagetype": "ndarray", "schema": {"names": ["no", "<yes>"], "shape": [2]}}],
        "custom": {"author": "us"},
    }


def test_an_example_of_the_description_can_be_sent_as_it_is(server):
    paths = get(server, "/seldon.json").json()["paths"]
    for path in ("/predict", "/api/v0.1/predictions", "/api/v1.0/predictions", "/send-feedback"):
        example = paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
        assert requests.post(server.url + path, json=example, timeout=60).status_code == 200


def test_metrics_count_what_was_asked_and_what_the_component_reports(server):
    before = lines(server)
    for _ in range(2):
        assert requests.post(server.url + "/predict", json={"strData": "x"}, timeout=60).ok
    after = lines(server)
    who = 'deployment_name="shop",method="predict",model_name="unit"'
    for series in (f'seldon_api_model_requests_total{{{who},status="SUCCESS"}}', f"calls_total{{{who}}}"):
        assert after[series] - before.get(series, 0) == 2
    assert after['seldon_api_model_ready{deployment_name="shop",model_name="unit"}'] == 1


@pytest.fixture(scope="module", params=["separate", "inline"])
def unit(request, serve):
    """A unit of a graph, as Seldon Core starts it."""
    return serve("Anything", Column(request.param, None), PREDICTIVE_UNIT_IMAGE="shop/anything:1.2")


EARLIER = [{"key": "calls", "type": "COUNTER", "value": 5}, {"key": "earlier", "type": "COUNTER", "value": 1}]


def test_metrics_of_earlier_units_go_on_and_are_not_counted_again(unit):
    who = 'method="predict",model_image="shop/anything",model_name="unit",model_version="1.2"'
    series = f"calls_total{{{who}}}"
    before = lines(unit).get(series, 0)
    message = {"strData": "x", "meta": {"metrics": EARLIER, "requestPath": {"first": "a:1"}}}
    meta = requests.post(unit.url + "/predict", json=message, timeout=60).json()["meta"]
    assert [metric["key"] for metric in meta["metrics"]] == ["calls", "earlier", "calls", "nap"]
    assert meta["requestPath"] == {"first": "a:1", "unit": "shop/anything:1.2"}
    after = lines(unit)
    assert after[series] - before == 1
    assert not [name for name in after if name.startswith("earlier")]


def test_a_response_names_the_unit_and_its_image(unit):
    for method in ("predict", "send-feedback"):
        meta = requests.post(unit.url + f"/{method}", json={"strData": "x"}, timeout=60).json()["meta"]
        assert meta["requestPath"] == {"unit": "shop/anything:1.2"}


def lines(server):
    """{series: value}, as the text has them."""
    pairs = (line.rsplit(" ", 1) for line in get(server, "/metrics").text.splitlines() if not line.startswith("#"))
    return {series: float(value) for series, value in pairs}
