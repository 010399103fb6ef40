"""A SeldonDeployment of an image alone, and of an image as one unit of a graph."""

import dataclasses
import io
import json

import pytest
from seldon_runtime.errors import BadSetting
from support.manifest_matrix import DEPLOYMENT, GRAPH, containers_of, objects_of, printed_graph
from support.manifests import (
    BOTH,
    GRPC,
    IMAGE,
    IN_REDIS,
    LARGE,
    ON_VOLUME,
    REST,
    WITH_SECRETS,
    of_kind,
    options_of,
    text_of,
)

SELDON = "SeldonDeployment"


def predictor_of(facts, *arguments):
    (predictor,) = of_kind(objects_of(facts, "seldon", *arguments), SELDON)["spec"]["predictors"]
    return predictor


def container_of(facts, *arguments):
    (container,) = predictor_of(facts, *arguments)["componentSpecs"][0]["spec"]["containers"]
    return container


def variables_of(container):
    return {each["name"]: each.get("value") for each in container["env"]}


def refused(make):
    with pytest.raises(BadSetting) as caught:
        make()
    return str(caught.value)


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


def made_of(text, *arguments, facts=BOTH):
    return printed_graph(facts, text, *arguments)[0]


def test_a_graph_has_a_container_for_each_unit_but_those_of_others():
    made = made_of(GRAPH, "--name", "shop")
    (predictor,) = made["spec"]["predictors"]
    assert [(each["name"], each["image"]) for each in containers_of(made)] == [
        ("entry", "registry.example/shop/router:1"), ("ours", IMAGE), ("other", "registry.example/shop/other:3")]  # fmt: skip
    assert (made["metadata"]["name"], predictor["graph"]["name"]) == ("shop", "entry")


def test_the_whole_graph_is_there_in_the_crds_words():
    assert made_of(GRAPH)["spec"]["predictors"][0]["graph"] == {
        "name": "entry", "type": "ROUTER", "parameters": [{"name": "seed", "type": "INT", "value": "7"}], "children": [
            {"name": "ours", "type": "MODEL", "parameters": [{"name": "n", "type": "INT", "value": "3"}, {"name": "word", "type": "STRING", "value": "on"},
                                                             {"name": "price", "type": "STRING", "value": '$5 "net"'}]},
            {"name": "other", "logger": {"mode": "all", "url": "http://broker"}, "children": [
                {"name": "mean", "implementation": "AVERAGE_COMBINER", "children": [
                    {"name": "ready", "implementation": "SKLEARN_SERVER", "modelUri": "s3://m/r"}]}]}]}  # fmt: skip


def test_other_units_have_the_same_probes_but_not_our_variables():
    entry, ours, _ = containers_of(made_of(GRAPH, facts=dataclasses.replace(LARGE, service_type="MODEL")))
    assert entry["readinessProbe"] == ours["readinessProbe"]
    assert entry["securityContext"] == ours["securityContext"]
    assert "env" not in entry
    assert (entry["resources"]["requests"]["cpu"], ours["resources"]["requests"]["cpu"]) == ("2", "5")


def test_the_units_own_parameters_win():
    graph = "{name: a, type: MODEL, parameters: [{name: 'n', type: INT, value: '9'}]}"
    assert made_of(graph)["spec"]["predictors"][0]["graph"]["parameters"] == [{"name": "n", "type": "INT", "value": "9"}]


def test_one_unit_may_be_without_image_and_type():
    graph = "{name: a, type: TRANSFORMER, image: 'x:1', endpoint: {type: REST}, children: [{name: b}]}"
    made = made_of(graph)
    assert [each["image"] for each in containers_of(made)] == ["x:1", IMAGE]
    assert made["spec"]["predictors"][0]["graph"]["children"][0]["type"] == "MODEL"
    assert "endpoint" not in made["spec"]["predictors"][0]["graph"]


@pytest.mark.parametrize(("graph", "text"), [
    ("{name: a, type: TRANSFORMER, children: [{name: b}]}",
     f"unit 'a', image: expected its image, found nothing; add `image: …` to it, because {IMAGE} is that of one unit\n"
     f"unit 'b', image: expected its image, found nothing; add `image: …` to it, because {IMAGE} is that of one unit"),
    ("{name: a, image: 'x:1'}", f"--image: expected the image of one unit, found {IMAGE} for a with x:1; leave out the image of the unit that it is for"),
    ("{name: a, type: ROUTER, children: [{name: b, implementation: SIMPLE_MODEL}]}",
     "unit 'a', type: expected MODEL for SERVICE_TYPE=MODEL, found 'ROUTER'; correct it, or set -e SERVICE_TYPE"),
    ("{name: a, implementation: SIMPLE_MODEL}",
     f"--image: expected the image of one unit, found {IMAGE} for no unit with a container; leave out the image of the unit that it is for"),
])  # fmt: skip
def test_a_graph_in_which_this_image_has_no_place_is_refused(graph, text):
    assert refused(lambda: made_of(graph)) == text


def test_a_transformer_may_stand_behind_as_well():
    behind = dataclasses.replace(BOTH, service_type="TRANSFORMER")
    assert made_of("{name: a, type: OUTPUT_TRANSFORMER}", facts=behind)["spec"]["predictors"][0]["graph"]["type"] == "OUTPUT_TRANSFORMER"


def test_a_whole_seldon_deployment_is_kept_and_the_canary_gets_this_image():
    made = made_of(DEPLOYMENT)
    main, canary = made["spec"]["predictors"]
    assert (main["traffic"], canary["traffic"]) == (90, 10)
    assert main["componentSpecs"] == [{"spec": {"containers": [{"name": "iris", "image": "registry.example/live/iris:1.1.0"}]}}]
    ours, aside = canary["componentSpecs"][0]["spec"]["containers"]
    assert (ours["image"], variables_of(ours)["LOG_LEVEL"], aside) == (IMAGE, "DEBUG", {"name": "aside", "image": "registry.example/aside:1"})
    assert (canary["labels"]["version"], "labels" in main) == ("1.2.0", False)


def test_what_the_file_says_of_its_pod_wins():
    spec = made_of(DEPLOYMENT)["spec"]["predictors"][1]["componentSpecs"][0]["spec"]
    assert spec["terminationGracePeriodSeconds"] == 90
    assert [volume["name"] for volume in spec["volumes"]] == ["tmp"]
    assert spec["securityContext"]["runAsUser"] == 1001


def test_what_the_api_server_has_written_is_left_out():
    metadata = made_of(DEPLOYMENT)["metadata"]
    assert (metadata["name"], metadata["annotations"]) == ("shop", {"owner": "us"})
    assert not {"uid", "creationTimestamp", "namespace"} & set(metadata)


def test_options_are_for_the_pods_of_this_image():
    main, canary = made_of(DEPLOYMENT, "--hpa", "2:5", "--namespace", "prod")["spec"]["predictors"]
    assert canary["componentSpecs"][0]["hpaSpec"]["maxReplicas"] == 5
    assert "hpaSpec" not in main["componentSpecs"][0]
    for number in (4, 0):
        assert made_of(DEPLOYMENT, "--replicas", str(number))["spec"]["predictors"][1]["componentSpecs"][0]["replicas"] == number
    assert made_of(DEPLOYMENT, "--namespace", "prod")["metadata"]["namespace"] == "prod"


def test_an_image_of_the_same_repository_is_replaced():
    made = made_of("{name: a, type: MODEL, image: 'registry.example/shop/iris@sha256:" + "a" * 64 + "'}")
    assert containers_of(made)[0]["image"] == IMAGE


def test_a_name_of_the_file_that_pods_cannot_have_is_refused():
    assert refused(lambda: made_of(DEPLOYMENT.replace("{name: shop,", "{name: My.Shop,"))) == (
        "metadata.name: expected a-z, 0-9 and dashes, a letter first and 63 characters at most, found 'My.Shop'; "
        "rename it, because it is a label of the pods")  # fmt: skip


@pytest.mark.parametrize(("label", "text"), [("1.1.0", "1.2.0"), ("stable", "stable")])
def test_the_label_of_the_version_follows_the_image(label, text):
    file = DEPLOYMENT.replace("name: canary\n", f"name: canary\n      labels: {{version: '{label}'}}\n").replace(
        "[{name: iris, env:", "[{name: iris, image: 'registry.example/shop/iris:1.1.0', env:")
    assert made_of(file)["spec"]["predictors"][1]["labels"]["version"] == text


def test_what_is_printed_can_be_read_and_printed_again(tmp_path):
    (tmp_path / "graph.yaml").write_text(GRAPH, "utf-8")
    once = text_of(BOTH, "seldon", "--graph", str(tmp_path / "graph.yaml"))
    assert printed_graph(BOTH, once) == printed_graph(BOTH, GRAPH)


def test_a_protocol_that_the_image_does_not_serve_is_refused():
    old = json.dumps({"apiVersion": "machinelearning.seldon.io/v1", "kind": SELDON, "spec": {"protocol": "tensorflow", "predictors": [
        {"name": "x", "graph": {"name": "a"}, "componentSpecs": [{"spec": {"containers": [{"name": "a"}]}}]}]}})  # fmt: skip
    assert refused(lambda: made_of(old)) == "spec.protocol: expected one of PROTOCOLS=seldon, v2, v1, found 'tensorflow'; correct one of them"


def test_the_graph_comes_from_a_file_or_from_standard_input(tmp_path, monkeypatch):
    (tmp_path / "graph.yaml").write_text("{name: a}", "utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("{name: b}"))
    for place, name in ((str(tmp_path / "graph.yaml"), "a"), ("-", "b")):
        graph = options_of(BOTH, "seldon", "--graph", place).graph
        assert graph is not None
        assert graph.graphs[0].name == name


def test_a_file_that_is_wrong_or_missing_says_so(tmp_path):
    (tmp_path / "graph.yaml").write_text("{name: A}\n", "utf-8")
    assert refused(lambda: options_of(BOTH, "seldon", "--graph", str(tmp_path / "graph.yaml"))).startswith("--graph: unit 'A', name: expected a-z")
    assert refused(lambda: options_of(BOTH, "seldon", "--graph", "none.yaml")).startswith("--graph: expected a file with a graph, found none.yaml (")


@pytest.mark.parametrize("target", ["plain", "kserve", "serving-runtime", "knative", "compose"])
def test_only_seldon_core_runs_a_graph(target, tmp_path):
    (tmp_path / "graph.yaml").write_text("{name: a}", "utf-8")
    assert "--graph: expected nothing with " in refused(lambda: objects_of(REST, target, "--graph", str(tmp_path / "graph.yaml")))
