"""A ServingRuntime, and with the place of a model also its InferenceService."""

import dataclasses

import pytest
from seldon_runtime.errors import BadSetting
from support.manifest_matrix import objects_of
from support.manifests import BOTH, GRPC, IN_REDIS, ON_VOLUME, REST

MODEL = ("--storage-uri", "pvc://models/iris")
KNATIVE = ("--mode", "Knative")


def made(facts, *arguments):
    return objects_of(facts, "serving-runtime", *arguments)


def variables_of(runtime):
    return {each["name"]: each.get("value") for each in runtime["spec"]["containers"][0]["env"]}


def refused(facts, *arguments):
    with pytest.raises(BadSetting) as caught:
        made(facts, *arguments)
    return str(caught.value)


@pytest.mark.parametrize(("facts", "words"), [(REST, ["v1", "v2"]), (GRPC, ["grpc-v2"]), (BOTH, ["v1", "v2", "grpc-v2"])])
def test_protocols_are_those_of_the_apis(facts, words):
    (runtime,) = made(facts)
    assert runtime["spec"]["protocolVersions"] == words


def test_seldons_protocol_alone_is_refused():
    assert refused(dataclasses.replace(REST, protocols=("seldon",))) == (
        "PROTOCOLS: expected v1 or v2 with serving-runtime, and v2 for gRPC, found seldon for REST; set -e PROTOCOLS=seldon,v2,v1")  # fmt: skip


def test_it_is_for_one_namespace_or_for_all():
    assert [each["kind"] for each in (*made(REST, "--namespace", "shop"), *made(REST, "--cluster"))] == ["ServingRuntime", "ClusterServingRuntime"]
    assert refused(REST, "--cluster", "--namespace", "shop") == "--namespace: expected nothing with --cluster, found shop; leave one out"


def test_the_container_has_the_rights_that_a_pod_would_have():
    (runtime,) = made(REST)
    (container,) = runtime["spec"]["containers"]
    assert container["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]


def test_each_inference_service_has_a_name_and_a_state_of_its_own():
    (runtime,) = made(IN_REDIS)
    assert variables_of(runtime)["V2_MODEL_NAMES"] == "{{.Name}}"
    assert variables_of(runtime)["SELDON_DEPLOYMENT_ID"] == "{{.Name}}"
    assert refused(ON_VOLUME).startswith("PERSISTENCE_URL: expected Redis with serving-runtime")


def test_the_format_is_its_own():
    (runtime,) = made(REST, "--name", "iris")
    assert runtime["spec"]["supportedModelFormats"] == [{"name": "iris", "version": "1", "autoSelect": True, "priority": 1}]


def test_the_place_of_a_model_makes_an_inference_service():
    _, service = made(REST, *MODEL, "--name", "iris", "--hpa", "2:9")
    predictor = service["spec"]["predictor"]
    assert predictor["model"] == {"modelFormat": {"name": "iris"}, "runtime": "iris", "storageUri": "pvc://models/iris"}
    assert (predictor["maxReplicas"], predictor["terminationGracePeriodSeconds"]) == (9, 30)
    assert "containers" not in predictor


def test_the_knative_mode_has_one_port():
    runtime, service = made(GRPC, *KNATIVE, *MODEL, "--scale", "0:3")
    assert [port["name"] for port in runtime["spec"]["containers"][0]["ports"]] == ["h2c"]
    assert service["spec"]["predictor"]["minReplicas"] == 0
    assert refused(BOTH, *KNATIVE).startswith("API_TYPE: expected REST or GRPC with serving-runtime and --mode Knative, found REST,GRPC")


@pytest.mark.parametrize(("arguments", "text"), [
    (["--hpa", "2:9"], "--hpa: expected nothing with serving-runtime, found 2:9; add --storage-uri, because an InferenceService scales, and a runtime does not"),
    (["--pdb"], "--pdb: expected nothing with serving-runtime, found it; use it with the target kserve, because a runtime has no pods of its own"),
    (["--monitor"], "--monitor: expected nothing with serving-runtime, found it; use it with the target kserve, because a runtime has no pods of its own"),
    ([*KNATIVE, *MODEL, "--keda", "1:2"], "--keda: expected nothing with serving-runtime, found 1:2; "
                                          "use --scale MIN:MAX, because Knative's own autoscaler counts requests"),
    ([*MODEL, "--scale", "1:2"], "--scale: expected nothing with serving-runtime, found 1:2; "
                                 "use --hpa or --keda, or --mode Knative, whose autoscaler counts requests"),
    (["--storage-uri", "models"], "--storage-uri: expected a URI, found 'models'; write it as pvc://NAME/FOLDER or s3://BUCKET/…"),
])  # fmt: skip
def test_what_it_cannot_have_says_what_to_use_instead(arguments, text):
    assert refused(REST, *arguments) == text
