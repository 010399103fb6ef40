"""An InferenceService: what it has in KServe's two modes, and what it says of options that a mode cannot have."""

import dataclasses

import pytest
from seldon_runtime.errors import BadSetting
from support.manifest_matrix import objects_of
from support.manifests import BOTH, GRPC, IN_REDIS, LARGE, ON_VOLUME, REST, of_kind

KNATIVE = ("--mode", "Knative")


def predictor_of(facts, *arguments):
    return of_kind(objects_of(facts, "kserve", *arguments), "InferenceService")["spec"]["predictor"]


def annotations_of(facts, *arguments):
    return of_kind(objects_of(facts, "kserve", *arguments), "InferenceService")["metadata"]["annotations"]


def ports_of(predictor):
    (container,) = predictor["containers"]
    return [(port["name"], port["containerPort"]) for port in container["ports"]]


def variables_of(predictor):
    return {each["name"]: each.get("value") for each in predictor["containers"][0]["env"]}


def refused(facts, *arguments):
    with pytest.raises(BadSetting) as caught:
        objects_of(facts, "kserve", *arguments)
    return str(caught.value)


@pytest.mark.parametrize(("facts", "ports"), [
    (REST, [("http1", 5000), ("metrics", 6000)]), (GRPC, [("grpc", 5000), ("metrics", 6000)]),
    (BOTH, [("http1", 5000), ("grpc", 5001), ("metrics", 6000)])])  # fmt: skip
def test_the_standard_mode_takes_several_ports(facts, ports):
    assert ports_of(predictor_of(facts)) == ports


@pytest.mark.parametrize(("facts", "ports"), [(REST, [("http1", 5000)]), (GRPC, [("h2c", 5000)])])
def test_the_knative_mode_takes_one_port(facts, ports):
    assert ports_of(predictor_of(facts, *KNATIVE)) == ports


def test_two_apis_in_the_knative_mode_are_refused():
    assert refused(BOTH, *KNATIVE) == (
        "API_TYPE: expected REST or GRPC with kserve and --mode Knative, found REST,GRPC; set -e API_TYPE=REST or -e API_TYPE=GRPC, "
        "because Knative serves one port, or use --mode Standard")  # fmt: skip


def test_probes_have_numbers():
    (container,) = predictor_of(GRPC, *KNATIVE)["containers"]
    assert container["readinessProbe"]["grpc"] == {"port": 5000}
    assert container["livenessProbe"]["tcpSocket"] == {"port": 5000}


def test_the_end_is_the_pods_grace_period_or_the_timeout():
    assert predictor_of(REST)["terminationGracePeriodSeconds"] == 30
    assert predictor_of(REST, *KNATIVE)["timeout"] == 300
    assert predictor_of(dataclasses.replace(REST, grace_seconds=400), *KNATIVE)["timeout"] == 410
    assert "timeout" not in predictor_of(REST)


def test_a_longer_end_than_knative_allows_is_refused():
    assert refused(dataclasses.replace(REST, grace_seconds=900), *KNATIVE) == (
        "GRACE_PERIOD_SECONDS: expected 600 at most with kserve and --mode Knative, found 900; "
        "set -e GRACE_PERIOD_SECONDS=600, which is the longest timeout there")  # fmt: skip


@pytest.mark.parametrize(("arguments", "scaler", "bounds"), [
    ((), "none", (2, 2)), (("--replicas", "5"), "none", (5, 5)), (("--hpa", "2:9"), "hpa", (2, 9)), (("--keda", "1:9"), "keda", (1, 9))])  # fmt: skip
def test_the_standard_mode_says_who_scales(arguments, scaler, bounds):
    predictor = predictor_of(REST, *arguments)
    assert annotations_of(REST, *arguments)["serving.kserve.io/autoscalerClass"] == scaler
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == bounds


def test_an_hpa_is_on_the_cpus_and_keda_on_the_requests():
    hpa, keda = predictor_of(REST, "--hpa", "2:9"), predictor_of(REST, "--keda", "1:9", "--name", "iris")
    assert (hpa["scaleMetric"], hpa["scaleTarget"]) == ("cpu", 70)
    (metric,) = keda["autoScaling"]["metrics"]
    assert 'pod=~"iris-predictor-[a-z0-9]+-[a-z0-9]+"' in metric["external"]["metric"]["query"]
    assert metric["external"]["target"] == {"type": "AverageValue", "averageValue": "1"}


@pytest.mark.parametrize(("arguments", "bounds"), [((), (2, None)), (("--scale", "0:9"), (0, 9)), (("--replicas", "5"), (5, 5))])
def test_the_knative_mode_scales_by_concurrency(arguments, bounds):
    predictor = predictor_of(dataclasses.replace(LARGE, apis=("REST",), grpc_port=0), *KNATIVE, *arguments)
    assert (predictor["minReplicas"], predictor.get("maxReplicas")) == bounds
    assert (predictor["scaleMetric"], predictor["scaleTarget"], predictor["containerConcurrency"]) == ("concurrency", 32, 32)


def test_metrics_are_where_the_annotations_say():
    assert annotations_of(GRPC)["prometheus.kserve.io/port"] == "6000"
    assert annotations_of(REST)["prometheus.kserve.io/port"] == "5000"
    assert annotations_of(REST, *KNATIVE)["serving.kserve.io/enable-metric-aggregation"] == "true"
    assert "prometheus.kserve.io/port" not in annotations_of(REST, "--monitor")


def test_a_monitor_and_a_budget_choose_the_pods_by_the_predictors_labels():
    found = objects_of(REST, "kserve", "--monitor", "--pdb", "--release", "kube")
    labels = of_kind(found, "InferenceService")["spec"]["predictor"]["labels"]
    for kind in ("PodMonitor", "PodDisruptionBudget"):
        assert of_kind(found, kind)["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert of_kind(found, "PodMonitor")["metadata"]["labels"]["release"] == "kube"


def test_kserve_adds_no_limit_that_is_less_than_the_request():
    resources = predictor_of(LARGE)["containers"][0]["resources"]
    assert (resources["requests"]["cpu"], resources["limits"]["cpu"]) == ("5", "5")


def test_the_number_of_threads_follows_from_that_limit():
    assert "OMP_NUM_THREADS" not in variables_of(predictor_of(REST))
    assert variables_of(predictor_of(LARGE))["OMP_NUM_THREADS"] == "2"


def test_the_service_is_one_of_the_names_of_the_model():
    assert variables_of(predictor_of(REST, "--name", "iris"))["V2_MODEL_NAMES"] == "iris"
    named = dataclasses.replace(REST, given={"V2_MODEL_NAMES": "a,b"})
    assert variables_of(predictor_of(named, "--name", "iris"))["V2_MODEL_NAMES"] == "iris,a,b"


def test_a_state_on_a_volume_has_one_pod_at_a_time():
    found = objects_of(ON_VOLUME, "kserve")
    predictor = of_kind(found, "InferenceService")["spec"]["predictor"]
    assert [each["kind"] for each in found] == ["PersistentVolumeClaim", "InferenceService"]
    assert (predictor["deploymentStrategy"], predictor["maxReplicas"]) == ({"type": "Recreate"}, 1)
    assert refused(dataclasses.replace(ON_VOLUME, apis=("REST",), grpc_port=0), *KNATIVE).startswith("PERSISTENCE_URL: expected Redis with kserve")
    assert predictor_of(IN_REDIS, *KNATIVE)["maxReplicas"] == 1


@pytest.mark.parametrize(("arguments", "text"), [
    (["--scale", "0:3"], "--scale: expected nothing with kserve and --mode Standard, found 0:3; "
                         "use --hpa or --keda, or --mode Knative, whose autoscaler counts requests"),
    (["--network-policy"], "--network-policy: expected nothing with kserve and --mode Standard, found it; "
                           "write one that lets in the gateway, and with Knative also the ports of its proxy"),
    ([*KNATIVE, "--hpa", "2:9"], "--hpa: expected nothing with kserve and --mode Knative, found 2:9; "
                                 "use --scale MIN:MAX, because Knative's own autoscaler counts requests"),
    ([*KNATIVE, "--pdb"], "--pdb: expected nothing with kserve and --mode Knative, found it; "
                          "use --scale 2:10 or --replicas 2, because Knative keeps that many pods while a node is drained"),
    ([*KNATIVE, "--monitor"], "--monitor: expected nothing with kserve and --mode Knative, found it; "
                              "scrape by the annotations of the pods, which have the port and the path of the metrics"),
    (["--name", "x" * 54], f"--name: expected 53 characters at most with --mode Standard, found 54 in '{'x' * 54}'; "
                           "choose a shorter one, because the Service NAME-predictor has 63 at most"),
    ([*KNATIVE, "--name", "x" * 48], f"--name: expected 47 characters at most with --mode Knative, found 48 in '{'x' * 48}'; "
                                     "choose a shorter one, because the revision NAME-predictor-00001 has 63 at most"),
])  # fmt: skip
def test_what_a_mode_cannot_have_says_what_to_use_instead(arguments, text):
    assert refused(REST, *arguments) == text
