"""rest.traced_paths: the route of a path, and the paths without spans."""

import pytest
from seldon_runtime.rest.factory import create_application
from seldon_runtime.rest.route_names import RouteNames
from seldon_runtime.rest.traced_paths import span_routes
from support.stub_model import StubModel, settings

route_of = span_routes(RouteNames(settings(), create_application(StubModel(), settings()).urgent_paths))


@pytest.mark.parametrize(("path", "route"), [
    ("/predict", "/predict"), ("/predict/", "/predict"), ("//predict", "/predict"),
    ("/api/v1.0/predictions", "/api/v1.0/predictions"), ("/seldon/ns/d/api/v1.0/predictions", "/api/v1.0/predictions"),
    ("/send-feedback", "/send-feedback"), ("/metadata", "/metadata"), ("/persistence/save", "/persistence/save"),
    ("/v2/models/M/infer", "/v2/models/{name}/infer"), ("/v2", "/v2"), ("/v2/models", "/v2/models"),
    ("/v2/models/M/versions/1/infer", "/v2/models/{name}/versions/{version}/infer"),
    ("/v2/models/M", "/v2/models/{name}"), ("/v2/models/M/docs", "/v2/models/{name}/docs"),
    ("/v2/repository/models/M/load", "/v2/repository/models/{name}/load"), ("/v2/nothing", ""),
    ("/v1/models/M:predict", "/v1/models/{name}:predict"), ("/v1/models/M:explain", "/v1/models/{name}:explain"),
    ("/nothing", ""), ("/" + "x" * 60_000, ""),
])
def test_a_path_with_a_span(path, route):
    assert route_of(path) == route


@pytest.mark.parametrize("path", [
    "/", "/live", "/ready", "/ready/", "/health/ping", "/health/status", "/api/v1.0/health/status", "/metrics",
    "/prometheus", "/v2/health/live", "/v2/health/ready", "/v2/models/M/ready", "/v1/models", "/v1/models/M",
])
def test_probes_and_scrapes_have_none(path):
    assert route_of(path) is None
