"""Kubernetes's own kinds by their types, and the form of what is printed."""

import pytest
from support import kubernetes_types, strict_yaml
from support.manifests import BOTH, FACTS, REST, of_kind, printed, text_of

ALL_OPTIONS = ("--network-policy", "--namespace", "shop")
SCALED = ("--hpa", "2:10", "--pdb")


@pytest.mark.parametrize("name", FACTS)
def test_each_object_has_the_fields_and_types_of_its_kind(name):
    for document in printed(FACTS[name], "plain", *ALL_OPTIONS):
        assert kubernetes_types.mistakes(document) == []


def test_so_have_those_that_scale():
    for document in printed(BOTH, "plain", *SCALED):
        assert kubernetes_types.mistakes(document) == []


@pytest.mark.parametrize(("spoil", "line"), [
    (lambda pod: pod["containers"][0].update(liveness={}), "containers[0].liveness: unknown"),
    (lambda pod: pod["containers"][0]["env"][0].update(value=1), "containers[0].env[0].value: expected <class 'str'>, found 1"),
    (lambda pod: pod["containers"][0].pop("name"), "containers[0].name: missing"),
    (lambda pod: pod.update(enableServiceLinks="false"), "enableServiceLinks: expected <class 'bool'>, found 'false'"),
    (lambda pod: pod.update(containers={}), "containers: expected typing.List"),
    (lambda pod: pod["securityContext"].update(runAsUser="1001"), "securityContext.runAsUser: expected <class 'int'>, found '1001'"),
])
def test_the_types_refuse_a_spoiled_object(spoil, line):
    found = of_kind(printed(REST, "plain"), "Deployment")
    spoil(found["spec"]["template"]["spec"])
    (mistake,) = kubernetes_types.mistakes(found)
    assert mistake.startswith(f"Deployment.spec.template.spec.{line}")


def test_a_namespace_is_there_only_if_it_is_asked_for():
    assert {each["metadata"].get("namespace") for each in printed(REST, "plain", *ALL_OPTIONS)} == {"shop"}
    assert {each["metadata"].get("namespace") for each in printed(REST, "plain")} == {None}


@pytest.mark.parametrize(("option", "kind"), [(("--monitor",), "ServiceMonitor"), (("--keda", "1:2"), "ScaledObject")])
def test_kinds_of_other_projects_are_printed_on_demand_only(option, kind):
    assert not of_kind(printed(REST, "plain"), kind)
    assert of_kind(printed(REST, "plain", *option), kind)


def test_memory_follows_from_what_the_build_saw_and_says_so():
    text = text_of(FACTS["large"], "plain")
    assert 'memory: "2880Mi"  # a hint: in the build\'s self-test a process of the class took 700 MiB' in text
    assert 'cpu: "5"  # a hint' in text
    assert 'memory: "256Mi"  # a hint: measure it' in text_of(REST, "plain")


def test_a_slow_load_gets_the_time_it_needs():
    (container,) = of_kind(printed(FACTS["large"], "plain"), "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["startupProbe"]["failureThreshold"] * container["startupProbe"]["periodSeconds"] == 2040  # 5 x 400 s


def test_a_secret_is_named_and_never_printed():
    (container,) = of_kind(printed(FACTS["secrets"], "plain"), "Deployment")["spec"]["template"]["spec"]["containers"]
    assert [each["valueFrom"] for each in container["env"] if "valueFrom" in each] == [
        {"secretKeyRef": {"name": "iris-classifier-settings", "key": key}} for key in ("PERSISTENCE_URL", "PERSISTENCE_KEY")]


def test_keda_asks_for_the_requests_without_a_response():
    (trigger,) = of_kind(printed(FACTS["large"], "plain", "--keda", "1:9"), "ScaledObject")["spec"]["triggers"]
    assert trigger["metadata"]["threshold"] == "32"
    assert trigger["metadata"]["query"] == (
        'sum(seldon_api_model_requests_in_flight{pod=~"iris-classifier-[a-z0-9]+-[a-z0-9]+"} + '
        'seldon_api_model_requests_waiting{pod=~"iris-classifier-[a-z0-9]+-[a-z0-9]+"})')


@pytest.mark.parametrize("text", ["a: on", "a: n", "a: 1e3", "a: 012", "a: 1_000", "a: 12:30", "a: 2026-11-26", "n: 1", "a: [b]"])
def test_the_reader_of_these_tests_refuses_what_versions_of_yaml_read_differently(text):
    with pytest.raises(ValueError, match="bare|brackets"):
        strict_yaml.load_all(text)
