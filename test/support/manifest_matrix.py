"""Many images and command lines of `manifest`, and a pod as each of its objects describes it."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import yaml
from seldon_runtime.graph.file import read_graph
from seldon_runtime.manifests import seldon
from seldon_runtime.manifests.facts import Facts
from seldon_runtime.manifests.targets import TARGETS
from support.graphs import GRAPHS
from support.manifests import BOTH, FACTS, REST, options_of
from support.server import ROOT

_SERVICE_TYPES = ("ROUTER", "TRANSFORMER", "COMBINER", "OUTLIER_DETECTOR")
_KINDS = {f"{kind.lower()}s": dataclasses.replace(REST, service_type=kind) for kind in _SERVICE_TYPES}
_V2 = dataclasses.replace(BOTH, protocols=("v2",))
IMAGES: dict[str, Facts] = {**FACTS, **_KINDS, "v2": _V2}
_KNATIVE = ("--mode", "Knative")
# target -> command lines; --namespace and --release are in those of a monitor
_LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "plain": ((), ("--hpa", "2:9", "--pdb"), ("--keda", "1:9"), ("--monitor", "--release", "kube", "--namespace", "shop"),
              ("--network-policy", "--replicas", "5")),
    "seldon": ((), ("--hpa", "2:9", "--pdb"), ("--keda", "1:9"), ("--monitor", "--release", "kube", "--namespace", "shop"),
               ("--no-engine", "--replicas", "5")),
    "kserve": ((), ("--hpa", "2:9", "--pdb"), ("--keda", "1:9"), ("--monitor", "--release", "kube", "--namespace", "shop"),
               _KNATIVE, (*_KNATIVE, "--scale", "0:9"), (*_KNATIVE, "--replicas", "5")),
    "serving-runtime": ((), ("--cluster",), _KNATIVE, (*_KNATIVE, "--cluster"), ("--storage-uri", "s3://models/iris", "--hpa", "2:9"),
                        (*_KNATIVE, "--storage-uri", "s3://models/iris", "--scale", "0:9")),
    "knative": ((), ("--scale", "0:9"), ("--replicas", "5"), ("--namespace", "shop")),
    "compose": ((),),
}  # fmt: skip
_SCALED = {"--hpa", "--keda", "--pdb", "--scale"}


def matrix() -> Iterator[tuple[str, Facts, str, tuple[str, ...]]]:
    """(a short text, the image, the target, the command line) for each combination that can be had."""
    for target, lines in _LINES.items():
        for name, facts in IMAGES.items():
            for line in lines:
                if _can_be_had(facts, target, line):
                    yield " ".join((target, name, *line)), facts, target, line


def _can_be_had(facts: Facts, target: str, line: tuple[str, ...]) -> bool:
    """The others are refused; tests of their own say so."""
    if facts.persistence and (_SCALED & set(line) or "--replicas" in line):
        return False
    if (target == "knative" or "Knative" in line) and len(facts.apis) > 1:
        return False
    return not (facts.store and facts.store.folder and (target in ("seldon", "serving-runtime", "knative") or "Knative" in line))


def objects_of(facts: Facts, target: str, *arguments: str) -> list[dict[str, Any]]:
    """As `printed`, but without the text between: reading it takes most of the time."""
    made: list[dict[str, Any]] = _as_printed(TARGETS[target](facts, options_of(facts, target, *arguments)))
    return made


def _as_printed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_printed(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_as_printed(item) for item in value]
    return str(value) if isinstance(value, str) else value


def all_printed() -> list[tuple[str, dict[str, Any]]]:
    """(text of the combination, object) for each object of each combination."""
    return [(text, each) for text, facts, target, line in matrix() for each in objects_of(facts, target, *line)]


def pods_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The specifications of the pods in an object, as far as their fields have the names of a PodSpec."""
    spec = document.get("spec", {})
    if document["kind"] == "SeldonDeployment":
        return [each["spec"] for predictor in spec["predictors"] for each in predictor["componentSpecs"]]
    if document["kind"] == "InferenceService":
        return [spec["predictor"]] if "containers" in spec["predictor"] else []
    if document["kind"] in ("Service", "Deployment"):
        return [spec["template"]["spec"]] if "template" in spec else []
    return [spec] if "containers" in spec else []


def containers_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [container for pod in pods_of(document) for container in pod["containers"]]




GRAPH = """
name: entry
type: ROUTER
image: registry.example/shop/router:1
parameters:
  - {name: seed, type: INT, value: "7"}
children:
  - name: ours
    type: MODEL
    image: registry.example/shop/iris:1.2.0
  - name: other
    image: registry.example/shop/other:3
    logger: {mode: all, url: "http://broker"}
    children:
      - {name: mean, implementation: AVERAGE_COMBINER, children: [{name: ready, implementation: SKLEARN_SERVER, modelUri: "s3://m/r"}]}
"""
DEPLOYMENT = """
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {name: shop, uid: "1", creationTimestamp: "2026-01-01T00:00:00Z", annotations: {owner: us}}
spec:
  predictors:
    - name: main
      traffic: 90
      graph: {name: iris, type: MODEL, endpoint: {type: REST}}
      componentSpecs:
        - metadata: {creationTimestamp: null}
          spec: {containers: [{name: iris, image: "registry.example/live/iris:1.1.0"}]}
    - name: canary
      traffic: 10
      graph: {name: iris, type: MODEL}
      componentSpecs:
        - spec:
            terminationGracePeriodSeconds: 90
            containers: [{name: iris, env: [{name: LOG_LEVEL, value: DEBUG}]}, {name: aside, image: "registry.example/aside:1"}]
"""


def printed_graph(facts: Facts, text: str, *arguments: str) -> list[dict[str, Any]]:
    """What `manifest seldon` prints for the content of a file."""
    options = dataclasses.replace(options_of(facts, "seldon", *arguments), graph=read_graph(text))
    made: list[dict[str, Any]] = _as_printed(seldon.objects(facts, options))
    return made


def printed_graphs() -> list[tuple[str, dict[str, Any]]]:
    """As `all_printed`, for the two files."""
    lines = ((), ("--hpa", "2:9", "--pdb"), ("--keda", "1:9"), ("--replicas", "5", "--monitor"))
    return [(" ".join(("graph", *line)), each) for line in lines for text in (GRAPH, DEPLOYMENT)
            for each in printed_graph(BOTH, text, *line)]  # fmt: skip


def example_graphs() -> list[tuple[str, dict[str, Any]]]:
    """(path, object) of the examples' graphs, which go to a cluster as they are."""
    return [(str(path.relative_to(ROOT)), yaml.safe_load(path.read_text("utf-8"))) for path in GRAPHS]
