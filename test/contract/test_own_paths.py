"""The server's own paths, with a real component behind them, in both process modes."""

import pytest
import requests
from support.contract_servers import Column


@pytest.fixture(scope="module", params=["separate", "inline"])
def server(request, serve):
    return serve("Anything", Column(request.param, None), SELDON_DEPLOYMENT_ID="shop")


def get(server, path):
    answer = requests.get(server.url + path, timeout=60)
    assert answer.status_code == 200
    return answer


def test_health_status_is_the_components(server):
    assert get(server, "/health/status").json()["jsonData"] == {"load": 0.5}


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


def lines(server):
    """{series: value}, as the text has them."""
    pairs = (line.rsplit(" ", 1) for line in get(server, "/metrics").text.splitlines() if not line.startswith("#"))
    return {series: float(value) for series, value in pairs}
