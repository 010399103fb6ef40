"""What the operator of Seldon Core 1.x makes of a SeldonDeployment: pods with its ports, variables, hooks and defaults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .fields import Fields, NotUnderstood, Template, fields, metadata_of, one_of

_FIRST_PORTS = {"http": 9000, "grpc": 9500, "metrics": 6000}
_PREDICTOR = ("name", "graph", "componentSpecs", "replicas", "annotations", "labels", "traffic", "hpaSpec", "pdbSpec", "svcOrchSpec")
_NODE = ("name", "type", "parameters", "children", "logger")
_TYPES = ("UNKNOWN_TYPE", "ROUTER", "COMBINER", "MODEL", "TRANSFORMER", "OUTPUT_TRANSFORMER")
_PARAMETER_TYPES = ("INT", "FLOAT", "DOUBLE", "STRING", "BOOL")
_PARAMETERS = "PREDICTIVE_UNIT_PARAMETERS"
_METRICS_PATH = "/prometheus"
_USER = 8888
# the operator's own, where the container has none
_PROBES: Fields = {
    "livenessProbe": {"initialDelaySeconds": 60, "periodSeconds": 5, "timeoutSeconds": 1, "failureThreshold": 3},
    "readinessProbe": {"initialDelaySeconds": 20, "periodSeconds": 5, "timeoutSeconds": 1, "failureThreshold": 3},
}
_LIFECYCLE = {"preStop": {"exec": {"command": ["/bin/sh", "-c", "/bin/sleep 10"]}}}
_PODINFO = {"name": "seldon-podinfo", "downwardAPI": {"items": [
    {"path": "annotations", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.annotations"}}]}}


def of_seldon_deployment(thing: Fields) -> list[Template]:
    """The pods of all predictors, one for each of their componentSpecs. There is no executor among them."""
    spec = fields(thing["spec"], "spec", "name", "protocol", "predictors", "annotations")
    one_of(spec.get("protocol", "seldon"), "spec.protocol", "seldon", "v2")
    return [template for predictor in spec["predictors"] for template in _of_predictor(thing, predictor)]


def _of_predictor(thing: Fields, predictor: Fields) -> Iterator[Template]:
    fields(predictor, f"predictor {predictor['name']}", *_PREDICTOR)
    nodes = {node["name"]: node for node in _nodes(predictor["graph"])}
    variables = {"PREDICTOR_ID": predictor["name"], "PREDICTOR_LABELS": json.dumps(_labels(predictor)),
                 "SELDON_DEPLOYMENT_ID": thing["metadata"]["name"], "SELDON_EXECUTOR_ENABLED": "true"}
    number = 0
    for component in predictor["componentSpecs"]:
        fields(component, "componentSpecs[]", "spec", "replicas", "metadata", "hpaSpec", "kedaSpec", "pdbSpec")
        for container in component["spec"]["containers"]:
            _complete(container, nodes.pop(container["name"], None), number, variables)
            number += 1
        yield Template(_metadata(thing, predictor, component), _pod(component["spec"]))
    if nodes:
        raise NotUnderstood(f"Can't find container for Predictive Unit {', '.join(nodes)}")


def _labels(predictor: Fields) -> Fields:
    return {"version": predictor["name"], **predictor.get("labels", {})}


def _metadata(thing: Fields, predictor: Fields, component: Fields) -> Fields:
    scraped = {"prometheus.io/scrape": "true", "prometheus.io/path": _METRICS_PATH}
    own = fields(component.get("metadata", {}), "componentSpecs[].metadata", "labels", "annotations")
    labels = {**_labels(predictor), "seldon-deployment-id": thing["metadata"]["name"], **own.get("labels", {})}
    annotations = {**scraped, **thing["spec"].get("annotations", {}), **predictor.get("annotations", {}), **own.get("annotations", {})}
    return metadata_of(thing, {"labels": labels, "annotations": annotations})


def _nodes(node: Fields) -> Iterator[Fields]:
    fields(node, f"graph node {node.get('name')}", *_NODE)
    one_of(node["type"], "the type of a graph node", *_TYPES)
    yield node
    for child in node.get("children", ()):
        yield from _nodes(child)


def _pod(spec: Fields) -> Fields:
    spec.setdefault("terminationGracePeriodSeconds", 20)
    spec.setdefault("securityContext", {"runAsUser": _USER})
    spec["volumes"] = [*spec.get("volumes", ()), _PODINFO]
    return spec


def _complete(container: Fields, node: Fields | None, number: int, variables: dict[str, str]) -> None:
    """Give the container of a node what the operator gives it. number: among the containers of the predictor."""
    if node is None:
        raise NotUnderstood(f"containers: expected the name of a graph node, found {container['name']}")
    ports = _ports(container, number)
    for name, probe in _PROBES.items():
        container.setdefault(name, {**probe, "tcpSocket": {"port": ports["http"]}})
    container.setdefault("lifecycle", _LIFECYCLE)
    container["volumeMounts"] = [*container.get("volumeMounts", ()), {"name": "seldon-podinfo", "mountPath": "/etc/podinfo"}]
    own = {variable["name"] for variable in container.get("env", ())}
    given = {**variables, **_unit(container, ports), **_parameters(node)}
    if twice := own & given.keys() - {_PARAMETERS}:
        raise NotUnderstood(f"env: expected nothing that the operator sets, found {sorted(twice)}")
    added = [{"name": name, "value": value} for name, value in given.items() if name not in own]
    container["env"] = [*container.get("env", ()), *added]


def _ports(container: Fields, number: int) -> dict[str, int]:
    """name -> number; the container's own ports of these names stay as they are."""
    declared = {port.get("name"): port["containerPort"] for port in container.setdefault("ports", [])}
    for name, first in _FIRST_PORTS.items():
        if name not in declared:
            declared[name] = first + number
            container["ports"].append({"name": name, "containerPort": declared[name], "protocol": "TCP"})
    return declared


def _unit(container: Fields, ports: dict[str, int]) -> dict[str, str]:
    http, grpc, metrics = (str(ports[name]) for name in _FIRST_PORTS)
    return {"PREDICTIVE_UNIT_SERVICE_PORT": http, "PREDICTIVE_UNIT_HTTP_SERVICE_PORT": http,
            "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": grpc, "PREDICTIVE_UNIT_METRICS_SERVICE_PORT": metrics,
            "PREDICTIVE_UNIT_METRICS_ENDPOINT": _METRICS_PATH, "PREDICTIVE_UNIT_ID": container["name"],
            "PREDICTIVE_UNIT_IMAGE": container["image"], "MLSERVER_MODEL_NAME": container["name"],
            "MLSERVER_HTTP_PORT": http, "MLSERVER_GRPC_PORT": grpc, "MLSERVER_METRICS_PORT": metrics,
            "MLSERVER_METRICS_ENDPOINT": _METRICS_PATH}


def _parameters(node: Fields) -> dict[str, str]:
    found: list[dict[str, Any]] = node.get("parameters", [])
    for parameter in found:
        fields(parameter, "a parameter", "name", "type", "value")
        one_of(parameter["type"], "the type of a parameter", *_PARAMETER_TYPES)
        if not isinstance(parameter["value"], str):
            raise NotUnderstood(f"the value of a parameter: expected text, found {parameter['value']!r}")
    return {_PARAMETERS: json.dumps(found)} if found else {}
