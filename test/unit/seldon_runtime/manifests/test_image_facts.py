"""seldon_runtime.manifests.image_facts: what follows from the settings."""

import pytest
from seldon_runtime.config.environment import read_settings
from seldon_runtime.manifests.facts import Facts, Store
from seldon_runtime.manifests.image_facts import _of_settings
from seldon_runtime.manifests.yaml_text import Hint


@pytest.fixture
def facts_of(monkeypatch, tmp_path):
    def read(**variables):
        for name, text in variables.items():
            monkeypatch.setenv(name, text)
        settings = read_settings(["MyModel"], tmp_path, tmp_path / "none", {"KUBERNETES_SERVICE_HOST": "set"})
        return Facts(service_type="MODEL", **_of_settings(settings))

    return read


@pytest.mark.parametrize(("variables", "store", "outgoing"), [
    ({}, Store(host="redis", port=6379), 6379),
    ({"REDIS_SERVICE_HOST": "cache"}, Store(host="cache", port=6379), 6379),
    ({"REDIS_SERVICE_PORT": "tcp://10.0.0.9:7000"}, Store(host="10.0.0.9", port=7000), 7000),
    ({"PERSISTENCE_URL": "file:///data/a%20b"}, Store(folder="/data/a b"), None),
    ({"PERSISTENCE_URL": "unix:///run/redis.sock"}, Store(), None),
    ({"PERSISTENCE_URL": "redis://:word@cache:6380/0"}, Store(), 6380),
    ({"PERSISTENCE_URL": "redis://cache/3"}, Store(), 6379),
    ({"PERSISTENCE_URL": "redis+sentinel://a:26379,b:26380/main/0"}, Store(), 26380),
])
def test_the_store_of_the_state_is_known(variables, store, outgoing, facts_of):
    facts = facts_of(PERSISTENCE="1", **variables)
    assert (facts.store, facts.outgoing.get("the store of the state")) == (store, outgoing)


def test_a_host_that_is_only_this_machines_is_marked(facts_of):
    store = facts_of(PERSISTENCE="1").store
    assert store is not None and isinstance(store.host, Hint)


def test_without_a_state_there_is_no_store(facts_of):
    facts = facts_of()
    assert (facts.store, facts.persistence, dict(facts.outgoing)) == (None, False, {})


def test_where_traces_and_events_go_is_known(facts_of):
    facts = facts_of(OTEL_EXPORTER_OTLP_ENDPOINT="http://collector:4318", REQUEST_LOGGER_URL="https://sink.example/events")
    assert dict(facts.outgoing) == {"the collector of traces": 4318, "the sink of the request log": 443}


@pytest.mark.parametrize(("variables", "ports"), [
    ({}, (5000, 0, 6000)),
    ({"API_TYPE": "GRPC"}, (0, 5000, 6000)),
    ({"API_TYPE": "REST,GRPC"}, (5000, 5001, 6000)),
    ({"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": "6000", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "6001"}, (6000, 6001, 6002)),
    ({"PREDICTIVE_UNIT_METRICS_SERVICE_PORT": "9100"}, (5000, 0, 9100)),
])
def test_each_listener_has_a_port_of_its_own(variables, ports, facts_of):
    facts = facts_of(**variables)
    assert (facts.http_port, facts.grpc_port, facts.metrics_port) == ports


@pytest.mark.parametrize(("variables", "seconds"), [
    ({}, (20, 5, 30)), ({"GRACE_PERIOD_SECONDS": "0.5", "DRAIN_SECONDS": "0"}, (0.5, 0, 6)),
    ({"GRACE_PERIOD_SECONDS": "60", "DRAIN_SECONDS": "10"}, (60, 10, 75)),
])
def test_the_end_takes_as_long_as_in_a_cluster(variables, seconds, facts_of):
    facts = facts_of(**variables)
    assert (facts.grace_seconds, facts.drain_seconds, facts.pod_grace_seconds) == seconds
