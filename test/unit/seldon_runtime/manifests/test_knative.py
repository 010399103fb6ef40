"""A Knative Service, and what Knative cannot have."""

import dataclasses

import pytest
from seldon_runtime.errors import BadSetting
from support.manifest_matrix import objects_of
from support.manifests import BOTH, GRPC, IN_REDIS, LARGE, ON_VOLUME, REST


def template_of(facts, *arguments):
    (service,) = objects_of(facts, "knative", *arguments)
    return service["spec"]["template"]


def scale_of(facts, *arguments):
    found = template_of(facts, *arguments)["metadata"]["annotations"]
    return [found.get(f"autoscaling.knative.dev/{word}") for word in ("min-scale", "max-scale", "target")]


def refused(facts, *arguments):
    with pytest.raises(BadSetting) as caught:
        objects_of(facts, "knative", *arguments)
    return str(caught.value)


@pytest.mark.parametrize(("facts", "port", "metrics"), [(REST, "http1", "5000"), (GRPC, "h2c", "6000")])
def test_one_port_whose_name_says_the_protocol(facts, port, metrics):
    template = template_of(facts)
    assert template["spec"]["containers"][0]["ports"] == [{"name": port, "containerPort": 5000, "protocol": "TCP"}]
    assert template["metadata"]["annotations"]["prometheus.io/port"] == metrics


def test_two_apis_are_refused():
    assert refused(BOTH) == (
        "API_TYPE: expected REST or GRPC with knative, found REST,GRPC; set -e API_TYPE=REST or -e API_TYPE=GRPC, "
        "because Knative serves one port, or use the target plain")  # fmt: skip


@pytest.mark.parametrize("port", [8008, 8012, 8013, 8022, 8112, 9090, 9091])
def test_a_port_of_knatives_own_is_refused(port):
    assert refused(dataclasses.replace(REST, http_port=port)) == (
        f"PREDICTIVE_UNIT_SERVICE_PORT: expected a port that Knative leaves free with knative, found {port}; "
        "set -e PREDICTIVE_UNIT_SERVICE_PORT=5000")  # fmt: skip


@pytest.mark.parametrize(("facts", "arguments", "scale"), [
    (REST, (), ["2", None, "1"]), (REST, ("--scale", "0:9"), ["0", "9", "1"]), (REST, ("--replicas", "5"), ["5", "5", "1"]),
    (IN_REDIS, (), ["1", "1", "1"])])  # fmt: skip
def test_the_autoscaler_has_its_bounds_on_the_template(facts, arguments, scale):
    assert scale_of(facts, *arguments) == scale


def test_a_container_gets_as_many_requests_as_the_class_works_on():
    large = template_of(dataclasses.replace(LARGE, apis=("REST",), grpc_port=0))
    assert large["spec"]["containerConcurrency"] == 32
    assert large["metadata"]["annotations"]["autoscaling.knative.dev/target"] == "32"


def test_a_slow_load_has_a_longer_deadline():
    slow = template_of(dataclasses.replace(LARGE, apis=("REST",), grpc_port=0))
    assert slow["metadata"]["annotations"]["serving.knative.dev/progress-deadline"] == "2340s"
    assert template_of(REST)["metadata"]["annotations"]["serving.knative.dev/progress-deadline"] == "600s"


def test_a_state_is_in_redis():
    assert refused(dataclasses.replace(ON_VOLUME, apis=("REST",), grpc_port=0)).startswith("PERSISTENCE_URL: expected Redis with knative, found file:///data;")


@pytest.mark.parametrize(("arguments", "text"), [
    (["--hpa", "2:9"], "--hpa: expected nothing with knative, found 2:9; use --scale MIN:MAX, because Knative's own autoscaler counts requests"),
    (["--keda", "2:9"], "--keda: expected nothing with knative, found 2:9; use --scale MIN:MAX, because Knative's own autoscaler counts requests"),
    (["--pdb"], "--pdb: expected nothing with knative, found it; "
                "use --scale 2:10 or --replicas 2, because Knative keeps that many pods while a node is drained"),
    (["--network-policy"], "--network-policy: expected nothing with knative, found it; "
                           "write one that lets in the ports 8012, 8013, 8022, 8112 and 9090 from knative-serving"),
    (["--monitor"], "--monitor: expected nothing with knative, found it; "
                    "scrape by the annotations of the pods, which have the port and the path of the metrics"),
    (["--no-engine"], "--no-engine: expected nothing with knative, found it; leave it out, because there is no executor"),
    (["--name", "x" * 58], f"--name: expected 57 characters at most with knative, found 58 in '{'x' * 58}'; "
                           "choose a shorter one, because the name of a revision has 63 at most"),
    (["--scale", "3:2"], "--scale: expected MIN:MAX with 0 <= MIN <= MAX, found '3:2'; write it as 0:10"),
])  # fmt: skip
def test_what_knative_cannot_have_says_what_to_use_instead(arguments, text):
    assert refused(REST, *arguments) == text


def test_a_number_of_pods_and_an_autoscaler_contradict_each_other():
    assert refused(REST, "--replicas", "2", "--scale", "0:3").startswith("--replicas: expected nothing with an autoscaler, found 2;")
    assert refused(IN_REDIS, "--scale", "0:3").startswith("--scale: expected nothing with PERSISTENCE=1, found 0:3;")
