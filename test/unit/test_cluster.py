"""The pods of the tests are those of a cluster: what makes them refuses what it does not understand, and adds what a cluster adds."""

from __future__ import annotations

import copy
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from support.cluster.container_options import LINKS, environment_of, expand, quantity, resources_of, security_of
from support.cluster.controllers import template_of
from support.cluster.fields import Fields, NotUnderstood, Template
from support.cluster.pod import Pod
from support.cluster.probes import Probe, Watch
from support.waiting import eventually

PROBE = {"httpGet": {"path": "/ready", "port": "http"}}
CONTAINER: Fields = {"name": "m", "image": "m:1", "readinessProbe": PROBE, "ports": [{"name": "http", "containerPort": 5000}],
                     "env": [{"name": "NOTE", "value": "$$(A) $(HOSTNAME)"}]}
POD: Fields = {"containers": [CONTAINER], "enableServiceLinks": False}
META: Fields = {"labels": {"app": "m"}, "annotations": {"a": 'b "c"'}}
DEPLOYMENT: Fields = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "m"}, "spec": {
    "selector": {"matchLabels": {"app": "m"}}, "template": {"metadata": META, "spec": POD}}}
SELDON: Fields = {"apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment", "metadata": {"name": "m"}, "spec": {
    "predictors": [{"name": "default", "graph": {"name": "m", "type": "ROUTER", "parameters": [
        {"name": "n", "type": "INT", "value": "3"}]}, "componentSpecs": [{"spec": {"containers": [{"name": "m", "image": "m:1"}]}}]}]}}
KSERVE: Fields = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": {
    "name": "m", "annotations": {"serving.kserve.io/deploymentMode": "Standard"}},
    "spec": {"predictor": {"containers": [{**CONTAINER, "name": "kserve-container"}]}}}
KNATIVE: Fields = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "m"}, "spec": {"template": {
    "spec": {"containers": [{"name": "m", "image": "m:1", "ports": [{"name": "h2c", "containerPort": 5000}]}], "timeoutSeconds": 30}}}}
# an object, where it is spoiled, and with what: each is what a cluster refuses, or what this code does not do
SPOILED: tuple[tuple[Fields, str, Any], ...] = (
    (DEPLOYMENT, "kind", "StatefulSet"),
    (DEPLOYMENT, "status", {}),
    (DEPLOYMENT, "spec.paused", True),
    (DEPLOYMENT, "spec.selector.matchLabels.app", "other"),
    (DEPLOYMENT, "spec.template.spec.hostNetwork", True),
    (DEPLOYMENT, "spec.template.spec.volumes", [{"name": "tmp", "emptyDir": {}}]),
    (SELDON, "spec.transport", "grpc"),
    (SELDON, "spec.predictors.0.graph.type", "OUTLIER_DETECTOR"),
    (SELDON, "spec.predictors.0.graph.name", "other"),
    (SELDON, "spec.predictors.0.graph.parameters.0.value", 3),
    (SELDON, "spec.predictors.0.graph.parameters.0.type", "str"),
    (SELDON, "spec.predictors.0.componentSpecs.0.spec.containers.0.env", [{"name": "PREDICTIVE_UNIT_ID", "value": "m"}]),
    (KSERVE, "metadata.annotations", {"serving.kserve.io/deploymentMode": "RawDeploy"}),
    (KSERVE, "spec.predictor.containers.0.name", "m"),
    (KSERVE, "spec.predictor.logger", {"mode": "all"}),
    (KNATIVE, "spec.template.spec.terminationGracePeriodSeconds", 30),
    (KNATIVE, "spec.template.spec.securityContext", {"runAsNonRoot": True}),
    (KNATIVE, "spec.template.spec.containers.0.lifecycle", {}),
    (KNATIVE, "spec.template.spec.containers.0.ports.0.name", "http"),
    (KNATIVE, "spec.template.spec.containers.0.env", [{"name": "PORT", "value": "5000"}]),
    (KNATIVE, "spec.template.spec.containers.0.readinessProbe", {"httpGet": {"path": "/ready", "port": 8080}}),
    (KNATIVE, "spec.template.spec.volumes", [{"name": "podinfo", "downwardAPI": {}}]),
)


def spoiled(thing: Fields, path: str, value: Any) -> Fields:
    found: Any = copy.deepcopy(thing)
    *folders, last = path.split(".")
    place = found
    for key in folders:
        place = place[int(key) if isinstance(place, list) else key]
    place[last] = value
    return dict(found)


def made(thing: Fields, scratch: Path) -> Pod:
    return Pod(None, template_of(thing), None, scratch)  # type: ignore[arg-type]  # it is not started


@pytest.mark.parametrize("thing", [DEPLOYMENT, SELDON, KSERVE, KNATIVE], ids=lambda thing: thing["kind"])
def test_a_right_object_has_a_pod(thing: Fields, tmp_path: Path) -> None:
    assert len(template_of(thing).spec["containers"]) == 1
    if thing is not SELDON:  # the volume with annotations that the operator adds is mounted only where there is one
        assert made(thing, tmp_path).grace == 30


@pytest.mark.parametrize(("thing", "path", "value"), SPOILED, ids=lambda value: value if isinstance(value, str) else None)
def test_what_is_not_understood_is_refused(thing: Fields, path: str, value: Any, tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood):
        made(spoiled(thing, path, value), tmp_path)


def test_the_operator_gives_a_container_ports_variables_and_hooks() -> None:
    template = template_of(SELDON)
    (container,) = template.spec["containers"]
    env = environment_of(container, template)
    assert {port["name"]: port["containerPort"] for port in container["ports"]} == {"http": 9000, "grpc": 9500, "metrics": 6000}
    assert (env["PREDICTIVE_UNIT_HTTP_SERVICE_PORT"], env["PREDICTIVE_UNIT_GRPC_SERVICE_PORT"]) == ("9000", "9500")
    assert (env["PREDICTIVE_UNIT_METRICS_SERVICE_PORT"], env["PREDICTIVE_UNIT_METRICS_ENDPOINT"]) == ("6000", "/prometheus")
    assert json.loads(env["PREDICTIVE_UNIT_PARAMETERS"]) == [{"name": "n", "type": "INT", "value": "3"}]
    assert container["lifecycle"]["preStop"]["exec"]["command"][-1] == "/bin/sleep 10"
    assert (template.spec["securityContext"], template.spec["terminationGracePeriodSeconds"]) == ({"runAsUser": 8888}, 20)


def test_a_port_that_the_container_declares_is_the_operators_too() -> None:
    ports = [{"name": "http", "containerPort": 5000}]
    (container,) = template_of(spoiled(SELDON, "spec.predictors.0.componentSpecs.0.spec.containers.0.ports", ports)).spec["containers"]
    env = {one["name"]: one["value"] for one in container["env"]}
    assert (env["PREDICTIVE_UNIT_SERVICE_PORT"], env["PREDICTIVE_UNIT_GRPC_SERVICE_PORT"]) == ("5000", "9500")


def test_knative_gives_a_container_its_port_and_ends_it_after_its_timeout() -> None:
    template = template_of(KNATIVE)
    env = environment_of(template.spec["containers"][0], template)
    assert (env["PORT"], env["K_SERVICE"], template.spec["terminationGracePeriodSeconds"]) == ("5000", "m", 30)


def test_variables_are_expanded_as_the_kubelet_does() -> None:
    assert expand("$(A)-$(B)-$$(A)-$$-$x", {"A": "1"}) == "1-$(B)-$(A)-$-$x"


def test_services_of_the_namespace_set_variables_unless_links_are_off() -> None:
    template = template_of(DEPLOYMENT)
    assert not LINKS.keys() & environment_of(CONTAINER, template)
    linked = Template(template.metadata, {**template.spec, "enableServiceLinks": True})
    assert LINKS.items() <= environment_of(CONTAINER, linked).items()


def test_a_pod_without_a_profile_has_none_and_without_a_user_the_images() -> None:
    found = security_of({}, {"securityContext": {"runAsNonRoot": True, "fsGroup": 7}}, "1001")
    assert (found["security_opt"], found["user"], found["group_add"]) == (["seccomp=unconfined"], "1001", ["7"])
    strict = {"allowPrivilegeEscalation": False, "seccompProfile": {"type": "RuntimeDefault"}, "capabilities": {"drop": ["ALL"]}}
    found = security_of({"securityContext": strict}, {}, "1001")
    assert (found["security_opt"], found["cap_drop"]) == (["no-new-privileges"], ["ALL"])


@pytest.mark.parametrize("user", ["", "0", "root", "model"])
def test_run_as_non_root_wants_a_number_that_is_not_roots(user: str) -> None:
    with pytest.raises(NotUnderstood, match="runAsNonRoot"):
        security_of({"securityContext": {"runAsNonRoot": True}}, {}, user)


def test_resources_are_dockers() -> None:
    assert [quantity(text) for text in ("500m", "256Mi", "2")] == [0.5, 2**28, 2]
    given = {"resources": {"requests": {"cpu": "2", "memory": "64Mi"}, "limits": {"cpu": "8", "memory": "1Gi"}}}
    assert resources_of(given, cpus=2) == {"nano_cpus": 2 * 10**9, "mem_limit": 2**30, "cpu_shares": 2048}


def test_a_probe_of_grpc_has_no_port_with_a_name() -> None:
    with pytest.raises(NotUnderstood):
        Probe({"grpc": {"port": "grpc"}}, "127.0.0.1", {"grpc": 5000}, lambda command: True)


def test_a_threshold_is_reached_by_outcomes_in_a_row() -> None:
    """failureThreshold 3, successThreshold 1: the two failures in the middle do not count."""
    outcomes, told = [False, False, True, False, False, True, False, False, False], list[bool]()
    probe = Probe({"exec": {"command": ["x"]}, "periodSeconds": 1}, "", {}, lambda command: outcomes.pop(0))
    probe.period, begins = 0.001, threading.Event()

    def tell(success: bool) -> None:
        told.append(success)
        if not outcomes:
            watch.stop()

    watch = Watch(probe, begins, tell)
    watch.start()
    assert told == []
    begins.set()
    eventually(lambda: not watch.is_alive(), "the probe was stopped")
    assert told == [True, True, False]
