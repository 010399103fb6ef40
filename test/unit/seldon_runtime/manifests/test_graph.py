"""A graph in a file: JSON or YAML, a graph alone or a whole SeldonDeployment. Each mistake names its unit."""

import contextlib
import copy
import json
from typing import Any

import pytest
import yaml
from seldon_runtime.errors import BadSetting
from seldon_runtime.graph.file import read_graph
from seldon_runtime.graph.strict_yaml import YamlError, read_yaml
from seldon_runtime.graph.unit import Parameter
from support.manifest_matrix import DEPLOYMENT, GRAPH, printed_graph
from support.manifests import BOTH

JUNK: tuple[Any, ...] = (None, 0, True, "", "A b", [], {}, [1], [{}], {"a": 1})


def wrong(text):
    """The lines of the error."""
    with pytest.raises(BadSetting) as caught:
        read_graph(text if isinstance(text, str) else json.dumps(text))
    return str(caught.value).splitlines()


def unit(name="a", **fields):
    return {"name": name, "type": "MODEL", **fields}


def router(*children, **fields):
    return {"name": "r", "type": "ROUTER", "children": list(children), **fields}


def deployment(*predictors, **spec):
    return {"apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment", "spec": {"predictors": list(predictors), **spec}}


def predictor(graph=None, containers=("a",), name="default", **fields):
    pods = [{"spec": {"containers": [{"name": each, "image": "i:1"} for each in containers]}}]
    return {"name": name, "graph": graph or unit(), "componentSpecs": pods, **fields}


def test_a_graph_is_a_tree_of_units():
    (root,) = read_graph(GRAPH).graphs
    assert [each.name for each in root.walk()] == ["entry", "ours", "other", "mean", "ready"]
    assert root.parameters == (Parameter("seed", "INT", "7"),)
    assert (root.type, root.children[0].image) == ("ROUTER", "registry.example/shop/iris:1.2.0")
    assert (root.children[1].logger, root.depth) == ({"mode": "all", "url": "http://broker"}, 4)


def test_json_and_yaml_are_the_same_graph():
    assert read_graph(json.dumps(yaml.safe_load(GRAPH), indent="\t")) == read_graph(GRAPH)


def test_a_whole_seldon_deployment_has_a_graph_for_each_predictor():
    file = read_graph(DEPLOYMENT)
    assert [root.name for root in file.graphs] == ["iris", "iris"]
    assert file.deployment is not None
    assert file.deployment["metadata"]["name"] == "shop"


def test_a_null_is_as_if_it_were_not_there():
    assert read_graph("name: a\nchildren:\nlogger: null\n") == read_graph("name: a")


def test_what_the_operator_sets_is_kept_for_who_walks_the_graph():
    (root,) = read_graph("name: a\nendpoint: {type: REST, service_host: a, service_port: 9000}").graphs
    assert root.endpoint == {"type": "REST", "service_host": "a", "service_port": 9000}


@pytest.mark.parametrize(("graph", "line"), [
    (unit("My_Model"), "unit 'My_Model', name: expected a-z, 0-9 and dashes, a letter first and 63 characters at most, found 'My_Model'; "
                       "rename it, because its container has this name"),
    (unit("a" * 64), f"unit '{'a' * 64}', name: expected a-z, 0-9 and dashes, a letter first and 63 characters at most, found '{'a' * 64}'; "
                     "rename it, because its container has this name"),
    (unit("seldon-container-engine"), "unit 'seldon-container-engine', name: expected another name, found 'seldon-container-engine'; "
                                      "rename it, because the operator has such a container"),
    (unit("tfserving"), "unit 'tfserving', name: expected another name, found 'tfserving'; rename it, because the operator has such a container"),
    (router(unit(), unit()), "unit 'a', name: expected a name of its own, found 2 units of it; rename all but one, because each has a container of its name"),
    (unit(type="OUTLIER_DETECTOR"), "unit 'a', type: expected one of UNKNOWN_TYPE, ROUTER, COMBINER, MODEL, TRANSFORMER, OUTPUT_TRANSFORMER, "
                                    "found 'OUTLIER_DETECTOR'; write TRANSFORMER"),
    (unit(type="model"), "unit 'a', type: expected one of UNKNOWN_TYPE, ROUTER, COMBINER, MODEL, TRANSFORMER, OUTPUT_TRANSFORMER, "
                         "found 'model'; write one of them"),
    (unit(methods=["PREDICT"]), "unit 'a', methods: expected some of TRANSFORM_INPUT, TRANSFORM_OUTPUT, ROUTE, AGGREGATE, SEND_FEEDBACK, found 'PREDICT'; "
                                "write these words"),
    (unit(type="UNKNOWN_TYPE"), "unit 'a', methods: expected some with the type UNKNOWN_TYPE, found nothing; add methods, or write a known type"),
    (router(), "unit 'r', children: expected 1 or more below a router, found none; add them, because the executor never calls it without them"),
    (unit(type="COMBINER"), "unit 'a', children: expected 1 or more below a combiner, found none; add them, because the executor never calls it without them"),
    ({"name": "t", "implementation": "RANDOM_ABTEST", "children": [unit()]},
     "unit 't', children: expected 2 or more below RANDOM_ABTEST, found 1; add them, because the executor never calls it without them"),
    ({"name": "e", "implementation": "EPSILON_GREEDY", "children": [unit()]},
     "unit 'e', implementation: expected one of SIMPLE_MODEL, SIMPLE_ROUTER, RANDOM_ABTEST, AVERAGE_COMBINER, found 'EPSILON_GREEDY', which "
     "seldon-core-graph alone has; write a class that does it, with the type ROUTER"),
    (unit(implementation="SIMPEL_MODEL"), "unit 'a', modelUri: expected the place of the model for SIMPEL_MODEL, found nothing; "
                                          "add it, or write one of SIMPLE_MODEL, SIMPLE_ROUTER, RANDOM_ABTEST, AVERAGE_COMBINER"),
    (unit(modelUri="s3://x"), "unit 'a', modelUri: expected an implementation beside it, found 's3://x' alone; leave it out"),
    (unit(parameters=[{"name": "n", "type": "INT", "value": 3}]), "unit 'a', value of parameter 'n': expected text, found 3; write it in quotes, as \"3\""),
    (unit(parameters=[{"name": "n", "type": "INT", "value": "x"}]), "unit 'a', value of parameter 'n': expected INT, found 'x'; correct one of them"),
    (unit(parameters=[{"name": "n", "type": "int", "value": "3"}]), "unit 'a', type of parameter 'n': expected one of INT, FLOAT, DOUBLE, STRING, BOOL, found 'int'; write one of them"),
    (unit(parameters=[{"name": "n", "value": "3"}]), "unit 'a', parameters: expected name, type and value, found {'name': 'n', 'value': '3'}; give each of the three"),
    (unit(parameters=[{"name": "n", "type": "INT", "value": "3"}] * 2), "unit 'a', parameters: expected 'n' once, found it 2 times; leave one of them"),
    (unit(logger={"url": "http://x"}), "unit 'a', mode of logger: expected one of all, request, response, found 'nothing'; write one of them"),
    (unit(logger={"mode": "all", "sink": "x"}), "unit 'a', logger: expected mode and url, found mode, sink; leave the others out"),
    (router(unit(), {"type": "MODEL"}), "children[1] of unit 'r', name: expected a name, found nothing; name the unit as its container is named"),
    (router(unit(), "b"), "children[1] of unit 'r': expected a unit with a name, found 'b'; write it as name: …, type: …"),
    (unit(children={"name": "b"}), "unit 'a', children: expected a list, found {'name': 'b'}; write each entry after a dash"),
    (unit(kind="MODEL"), "kind: expected SeldonDeployment, found 'MODEL'; give the graph alone, or a SeldonDeployment"),
])  # fmt: skip
def test_a_mistake_in_a_graph_names_its_unit(graph, line):
    assert line in wrong(graph)


def test_an_unknown_key_is_refused_as_the_api_server_does():
    (line,) = wrong(unit(child=[]))
    assert line.startswith("unit 'a', child: expected one of children, endpoint, envSecretRefName, ")


def test_a_graph_is_as_deep_as_the_crd_describes():
    graph = unit("u0")
    for number in range(1, 12):
        graph = unit(f"u{number}", children=[graph])
    assert wrong(graph) == ["unit 'u11', children: expected 11 units below each other at most, found 12; join some of them, "
                            "because the API server drops the others"]  # fmt: skip
    read_graph(json.dumps(graph["children"][0]))


def test_a_file_may_not_be_nested_without_end():
    assert wrong("[" * 100_000)[0].startswith("graph: expected fewer units below each other")


@pytest.mark.parametrize(("value", "line"), [
    (deployment(), "spec.predictors: expected one or more, found none; add one with a name and a graph"),
    (deployment(predictor(name="Main")), "name of spec.predictors[0]: expected a-z, 0-9 and dashes, found 'Main'; rename it, because Services have it in their names"),
    (deployment({"graph": unit()}), "name of spec.predictors[0]: expected a-z, 0-9 and dashes, found 'nothing'; rename it, because Services have it in their names"),
    (deployment(predictor(), protocol="Seldon"), "spec.protocol: expected one of seldon, tensorflow, kfserving, v2, found 'Seldon'; write one of them"),
    (deployment(predictor(), transport="http"), "spec.transport: expected one of rest, grpc, found 'http'; write one of them"),
    (deployment(predictor(), serverType="mqtt"), "spec.serverType: expected one of rpc, kafka, found 'mqtt'; write one of them"),
    (deployment(predictor(), serverType="kafka"), "predictor 'default', svcOrchSpec.env: expected KAFKA_BROKER, KAFKA_INPUT_TOPIC, KAFKA_OUTPUT_TOPIC for kafka, "
     "found no KAFKA_BROKER, KAFKA_INPUT_TOPIC, KAFKA_OUTPUT_TOPIC; add them"),
    (deployment(predictor(name="x", traffic=50), predictor(name="x", traffic=50)), "predictor 'x', name: expected a name of its own, found it 2 times; rename one"),
    (deployment(predictor(name="x", traffic=50), predictor(name="y", traffic=40)), "traffic: expected 100 as the sum of 2 predictors, found 90; correct it"),
    (deployment(predictor(traffic=50)), "traffic: expected 100 or nothing for the one predictor, found 50; leave it out"),
    (deployment(predictor(traffic=101)), "traffic: expected 0 to 100 for each predictor, found 101; correct it"),
    (deployment(predictor(shadow=True)), "shadow: expected another predictor beside it, found none; add the one whose requests it gets, too"),
    (deployment(*(predictor(name=name, shadow=name != "x") for name in "xyz")), "shadow: expected one predictor with it, found 2; leave it out of the others"),
    (deployment(predictor(router(unit()), ("a", "r"), annotations={"seldon.io/no-engine": "false"})),
     "predictor 'default', seldon.io/no-engine: expected a graph of one unit, found 2 below 'r'; "
     "leave the annotation out, because only the executor walks a graph"),
    (deployment(predictor(router(unit()), ("a",))), "predictor 'default', unit 'r': expected one container of its name, found none among a; "
     "the container has the name of its unit"),
    (deployment(predictor(unit(), ("a", "a"))), "predictor 'default', unit 'a': expected one container of its name, found 2 among a, a; "
     "the container has the name of its unit"),
    (deployment({"name": "x", "graph": unit(), "componentSpecs": [{"containers": []}]}),
     "predictor 'x', componentSpecs[0].spec.containers: expected a list, found none; put `containers` below `spec`"),
    (deployment(predictor(unit("B_"), ("B_",))), "predictor 'default', unit 'B_', name: expected a-z, 0-9 and dashes, a letter first and 63 characters at most, "
     "found 'B_'; rename it, because its container has this name"),
    ({**deployment(predictor()), "apiVersion": "v1"}, "apiVersion: expected machinelearning.seldon.io/v1 or machinelearning.seldon.io/v1alpha3 or "
     "machinelearning.seldon.io/v1alpha2, found 'v1'; give the graph alone, or a SeldonDeployment"),
    (deployment({"name": "x", "graph": unit(), "componentSpecs": [{"spec": {"containers": [{"name": "a", "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}]}}]}),
     "predictor 'x', container 'a', lifecycle.preStop: expected exec, found sleep; write exec: {command: [/bin/sleep, \"10\"]}, because the CRD drops sleep"),
    (deployment(predictor(router(unit(endpoint={"type": "GRPC"}), endpoint={"type": "REST"}), ("a", "r"))),
     "predictor 'default', endpoint.type: expected one for the whole graph, found GRPC, REST; leave it out, because both APIs are served"),
])  # fmt: skip
def test_a_mistake_in_a_seldon_deployment_is_found_as_the_webhook_does(value, line):
    assert line in wrong(value)


@pytest.mark.parametrize(("path", "value", "line"), [
    (["metadata"], [], "metadata: expected keys and values, found []; correct it, or leave it out"),
    (["metadata", "annotations", "owner"], 1, "metadata.annotations.owner: expected text, found 1; write it in quotes"),
    (["spec", "predictors", 1, "labels"], "x", "spec.predictors[1].labels: expected keys and values, found 'x'; correct it, or leave it out"),
    (["spec", "predictors", 1, "componentSpecs", 0, "spec", "containers", 0, "env", 0], 0,
     "spec.predictors[1].componentSpecs[0].spec.containers[0].env[0]: expected keys and values, found 0; correct it, or leave it out"),
    (["spec", "predictors", 1, "componentSpecs", 0, "spec", "containers", 1, "name"], None,
     "spec.predictors[1].componentSpecs[0].spec.containers[1].name: expected text, found nothing; add it"),
    (["spec", "predictors", 1, "componentSpecs", 0, "spec", "volumes"], {}, "spec.predictors[1].componentSpecs[0].spec.volumes: expected a list, found {}; "
     "write each entry after a dash"),
])  # fmt: skip
def test_a_value_of_another_form_has_its_place(path, value, line):
    file = yaml.safe_load(DEPLOYMENT.replace('"2026-01-01T00:00:00Z"', '"now"'))
    place = file
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert wrong(file) == [line]


def places_in(value, place=()):
    """The paths of all values in a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(below for key, item in inside for below in places_in(item, (*place, key)))]


@pytest.mark.parametrize("text", [GRAPH, DEPLOYMENT.replace('"2026-01-01T00:00:00Z"', '"now"')], ids=["graph", "deployment"])
def test_no_value_anywhere_ends_in_a_traceback(text):
    document = yaml.safe_load(text)
    for place in places_in(document)[1:]:
        for junk in JUNK:
            file = inner = copy.deepcopy(document)
            for part in place[:-1]:
                inner = inner[part]
            inner[place[-1]] = junk
            with contextlib.suppress(BadSetting):
                printed_graph(BOTH, json.dumps(file))


@pytest.mark.parametrize("value", [
    deployment(predictor(name="x", traffic=90), predictor(name="y", traffic=10), predictor(name="z", shadow=True)),
    deployment(predictor(traffic=100), transport="rest", protocol="v2"),
    deployment(predictor(annotations={"seldon.io/no-engine": "true"})),
    deployment(predictor(router(), ("r",), annotations={"seldon.io/no-engine": "true"})),
    deployment(predictor(router(unit(), {"name": "b", "implementation": "SIMPLE_MODEL"}), ("a", "r", "aside"))),
])  # fmt: skip
def test_what_the_webhook_takes_is_taken(value):
    assert read_graph(json.dumps(value)).deployment == value


@pytest.mark.parametrize(("text", "line"), [
    ("name: n", "graph: line 1: expected text in quotes, found n; programs read it in different ways, so quote it"),
    ("name: a\ntype: on", "graph: line 2: expected text in quotes, found on; programs read it in different ways, so quote it"),
    ("parameters:\n- {name: a, type: INT, value: 1e3}", "graph: line 2: expected text in quotes, found 1e3; programs read it in different ways, so quote it"),
    ("a: &x {}\nb: *x", "graph: line 1: expected a value, found an alias of it; write each value where it belongs"),
    ("name: a\nname: b", "graph: line 2: expected each key once, found 'name'; correct it, in quotes if it is text"),
    ("1: a", "graph: line 1: expected text as a key, found 1; correct it, in quotes if it is text"),
    ("name: !!binary aGk=", "graph: line 1: expected text, a number, true or false, found the tag tag:yaml.org,2002:binary; leave it out"),
    ("a: [", "graph: line 1: expected YAML or JSON, found a mistake: expected the node content, but found '<stream end>'; correct it"),
    ("name: a\n---\nname: b", "graph: line 2: expected YAML or JSON, found a mistake: but found another document; correct it"),
    ('{"name": "a", "name": "b"}', "graph: expected each key once, found 'name' again"),
    ("- name: a", "graph: expected a unit or a SeldonDeployment, found a list; write a unit as name: …, type: …"),
    ("", "graph: expected a unit or a SeldonDeployment, found an empty file; write a unit as name: …, type: …"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_where(text, line):
    assert line in wrong(text)


@pytest.mark.parametrize("word", ["y", "No", "012", "0x1", "1_000", "12:30", ".5", "1.", "+1", "-.inf", ".NaN", "2026-01-01", "<<"])
def test_words_that_programs_read_in_different_ways_need_quotes(word):
    with pytest.raises(YamlError, match="so quote it"):
        read_yaml(f"a: {word}")
    assert read_yaml(f"a: '{word}'") == {"a": word}


def test_other_words_are_what_everybody_reads():
    text = "{a: null, b: true, c: -3, d: 1.25, e: 500m, f: 10.0.0.1, g: image:1.2, h: 'x', i: [], j: {}, k: ~}"
    assert read_yaml(text) == yaml.safe_load(text)
