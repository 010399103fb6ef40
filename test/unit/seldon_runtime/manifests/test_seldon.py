"""A SeldonDeployment of an image alone."""

import dataclasses

import pytest
from support.manifest_matrix import objects_of
from support.manifests import (
    BOTH,
    GRPC,
    IN_REDIS,
    LARGE,
    ON_VOLUME,
    REST,
    WITH_SECRETS,
    of_kind,
    refused,
    text_of,
    variables_of,
)


def predictor_of(facts, *arguments):
    (predictor,) = of_kind(objects_of(facts, "seldon", *arguments), "SeldonDeployment")["spec"]["predictors"]
    return predictor


def container_of(facts, *arguments):
    (container,) = predictor_of(facts, *arguments)["componentSpecs"][0]["spec"]["containers"]
    return container


@pytest.mark.parametrize(("service_type", "graph_type"), [
    ("MODEL", "MODEL"), ("ROUTER", "ROUTER"), ("TRANSFORMER", "TRANSFORMER"), ("COMBINER", "COMBINER"), ("OUTLIER_DETECTOR", "TRANSFORMER")])  # fmt: skip
def test_the_type_is_the_operators_word(service_type, graph_type):
    assert predictor_of(dataclasses.replace(REST, service_type=service_type))["graph"]["type"] == graph_type


def test_parameters_are_texts_in_the_graph_and_no_variable():
    assert predictor_of(REST)["graph"]["parameters"] == [
        {"name": "n", "type": "INT", "value": "3"}, {"name": "word", "type": "STRING", "value": "on"},
        {"name": "price", "type": "STRING", "value": '$5 "net"'}]  # fmt: skip
    assert "PREDICTIVE_UNIT_PARAMETERS" not in variables_of(container_of(REST))
    assert "parameters" not in predictor_of(LARGE)["graph"]


@pytest.mark.parametrize("facts", [REST, GRPC, BOTH])
def test_both_apis_are_served_and_probed_over_http(facts):
    container = container_of(facts)
    assert variables_of(container)["API_TYPE"] == "REST,GRPC"
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/live", "port": "http"}
    assert "ports" not in container


def test_the_operators_hook_is_in_the_grace_period():
    longer = dataclasses.replace(REST, grace_seconds=60.5)
    times = [predictor_of(facts)["componentSpecs"][0]["spec"]["terminationGracePeriodSeconds"] for facts in (REST, longer)]
    assert times == [35, 76]  # 10 of the hook, GRACE_PERIOD_SECONDS, 5


def test_an_annotation_has_the_value_of_its_variable():
    assert predictor_of(REST)["annotations"] == {
        "seldon.io/rest-timeout": "60000", "seldon.io/grpc-timeout": "60000", "seldon.io/grpc-max-message-size": "8388608"}  # fmt: skip
    assert predictor_of(LARGE)["annotations"]["seldon.io/rest-timeout"] == "2000"
    assert "REST_TIMEOUT_MS" not in variables_of(container_of(LARGE))


@pytest.mark.parametrize(("protocols", "word"), [(("seldon", "v2", "v1"), "seldon"), (("v2", "v1"), "v2")])
def test_the_protocol_is_one_that_the_image_serves(protocols, word):
    (made,) = objects_of(dataclasses.replace(REST, protocols=protocols), "seldon")
    assert made["spec"]["protocol"] == word


def test_v1_alone_is_refused():
    only = dataclasses.replace(REST, protocols=("v1",))
    assert refused(lambda: objects_of(only, "seldon")) == (
        "PROTOCOLS: expected seldon or v2 with seldon, found v1; set -e PROTOCOLS=seldon,v1")  # fmt: skip


def test_a_state_in_redis_has_one_pod():
    predictor, variables = predictor_of(IN_REDIS), variables_of(container_of(IN_REDIS))
    assert predictor["replicas"] == 1
    assert (variables["PERSISTENCE"], variables["REDIS_SERVICE_HOST"], variables["REDIS_SERVICE_PORT"]) == ("1", "redis", "6379")
    assert "SELDON_DEPLOYMENT_ID" not in variables  # the operator's


def test_a_state_on_a_volume_is_refused():
    assert refused(lambda: objects_of(ON_VOLUME, "seldon")) == (
        "PERSISTENCE_URL: expected Redis with seldon, found file:///data; set -e PERSISTENCE_URL=redis://…, "
        "because the operator starts the new pod before the old one ends")  # fmt: skip


def test_a_secret_is_a_reference():
    found = [each for each in container_of(WITH_SECRETS)["env"] if "valueFrom" in each]
    assert [each["name"] for each in found] == ["PERSISTENCE_URL", "PERSISTENCE_KEY"]
    assert {each["valueFrom"]["secretKeyRef"]["name"] for each in found} == {"iris-classifier-settings"}


def test_an_hpa_replaces_the_number_of_pods():
    predictor = predictor_of(REST, "--hpa", "2:9", "--pdb")
    (spec,) = predictor["componentSpecs"]
    assert "replicas" not in predictor
    assert (spec["hpaSpec"]["minReplicas"], spec["hpaSpec"]["maxReplicas"], spec["pdbSpec"]) == (2, 9, {"maxUnavailable": 1})
    assert spec["hpaSpec"]["metricsv2"][0]["resource"]["name"] == "cpu"


def test_keda_counts_the_requests_of_this_deployment():
    spec = predictor_of(REST, "--keda", "1:9", "--name", "iris")["componentSpecs"][0]["kedaSpec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (1, 9)
    assert 'seldon_api_model_requests_waiting{deployment_name="iris"}' in spec["triggers"][0]["metadata"]["query"]


def test_a_monitor_scrapes_the_executor_too():
    monitor = of_kind(objects_of(REST, "seldon", "--monitor", "--name", "iris"), "PodMonitor")
    assert monitor["spec"]["selector"]["matchLabels"] == {"app.kubernetes.io/managed-by": "seldon-core", "seldon-deployment-id": "iris"}
    assert monitor["spec"]["podMetricsEndpoints"] == [{"port": "metrics", "path": "/prometheus", "honorLabels": False}]


def test_no_executor_is_an_annotation():
    assert predictor_of(REST, "--no-engine")["annotations"]["seldon.io/no-engine"] == "true"


@pytest.mark.parametrize("service_type", ["ROUTER", "COMBINER"])
def test_a_unit_that_needs_children_has_no_executor_without_them(service_type):
    alone = dataclasses.replace(REST, service_type=service_type)
    assert predictor_of(alone)["annotations"]["seldon.io/no-engine"] == "true"
    assert "  # an executor calls no such unit without children; --graph adds them\n" in text_of(alone, "seldon")


@pytest.mark.parametrize(("arguments", "text"), [
    (["--network-policy"], "--network-policy: expected nothing with seldon, found it; "
                           "write one for the pods labelled seldon-deployment-id; their executor needs ports, too"),
    (["--scale", "0:3"], "--scale: expected nothing with seldon, found 0:3; use --hpa or --keda, because only Knative has an autoscaler of its own"),
    (["--cluster"], "--cluster: expected nothing with seldon, found it; leave it out, or use the target serving-runtime"),
    (["--storage-uri", "s3://x"], "--storage-uri: expected nothing with seldon, found s3://x; leave it out, or use the target serving-runtime"),
])  # fmt: skip
def test_what_it_cannot_have_says_what_to_use_instead(arguments, text):
    assert refused(lambda: objects_of(REST, "seldon", *arguments)) == text
