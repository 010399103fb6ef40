"""A SeldonDeployment of a graph, in which the image is one unit of several."""

import dataclasses
import io
import json

import pytest
from support.manifest_matrix import DEPLOYMENT, GRAPH, containers_of, objects_of, printed_graph
from support.manifests import BOTH, IMAGE, LARGE, REST, options_of, refused, text_of, variables_of


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
    old = json.dumps({"apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment", "spec": {"protocol": "tensorflow", "predictors": [
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
