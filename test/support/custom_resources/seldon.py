"""The rules of Seldon Core: of its webhook, and of what the operator makes of a SeldonDeployment."""

import re

from support.manifest_matrix import containers_of, pods_of
from support.manifests import variables_of

from .parts import (
    annotations_of,
    are_texts,
    container_of,
    first_predictor,
    has_grace,
    ours,
    ports_of,
    predictors_of,
    probe_ports_of,
)
from .rule import SELDON, Rule, set_at

_TYPES = {"MODEL", "ROUTER", "COMBINER", "TRANSFORMER", "OUTPUT_TRANSFORMER", "UNKNOWN_TYPE"}
_BUILT_IN = {"SIMPLE_MODEL", "SIMPLE_ROUTER", "RANDOM_ABTEST", "AVERAGE_COMBINER"}
_LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


def _units(document):
    def walk(unit):
        return [unit, *(below for child in unit.get("children", []) for below in walk(child))]

    return [(predictor, unit) for predictor in predictors_of(document) for unit in walk(predictor["graph"])]


def _names(predictor):
    return [container["name"] for each in predictor["componentSpecs"] for container in each["spec"]["containers"]]


def _scaled(document):
    return [each for predictor in predictors_of(document) for each in predictor["componentSpecs"] if "hpaSpec" in each]


def _no_two_scalers(document):
    specs = [(predictor, each) for predictor in predictors_of(document) for each in predictor["componentSpecs"]]
    return not any("hpaSpec" in each and "kedaSpec" in each for _, each in specs) and not any(
        ("hpaSpec" in each or "kedaSpec" in each) and "replicas" in each for _, each in specs)


RULES = (
    # the webhook of Seldon Core
    Rule("each unit without an implementation has one container of its name", (SELDON,),
         lambda it: all(_names(predictor).count(unit["name"]) == 1 for predictor, unit in _units(it) if "implementation" not in unit),
         set_at([first_predictor, "graph", "name"], "another")),
    Rule("no two units of a predictor have one name", (SELDON,),
         lambda it: all([u["name"] for p, u in _units(it) if p is predictor].count(unit["name"]) == 1 for predictor, unit in _units(it)),
         lambda it: first_predictor(it)["graph"].setdefault("children", []).append({"name": first_predictor(it)["graph"]["name"]})),
    Rule("the type is a word of the operator", (SELDON,), lambda it: all(unit.get("type", "MODEL") in _TYPES for _, unit in _units(it)),
         set_at([first_predictor, "graph", "type"], "OUTLIER_DETECTOR")),
    Rule("an implementation is built in, or has the place of its model", (SELDON,),
         lambda it: all(unit.get("implementation", "SIMPLE_MODEL") in _BUILT_IN or "modelUri" in unit for _, unit in _units(it)),
         set_at([first_predictor, "graph", "implementation"], "SKLEARN_SERVER")),
    Rule("the value of a parameter is text, and its type is known", (SELDON,),
         lambda it: all(isinstance(each["value"], str) and each["type"] in ("INT", "FLOAT", "DOUBLE", "STRING", "BOOL")
                        for _, unit in _units(it) for each in unit.get("parameters", [])),
         set_at([first_predictor, "graph", "parameters"], [{"name": "n", "type": "INT", "value": 3}])),
    Rule("a logger has a mode", (SELDON,), lambda it: all(unit.get("logger", {"mode": "all"}).get("mode") for _, unit in _units(it)),
         set_at([first_predictor, "graph", "logger"], {"url": "http://broker"})),
    Rule("there is no executor for one unit at most", (SELDON,),
         lambda it: "seldon.io/no-engine" not in annotations_of(it) or len(_units(it)) == len(predictors_of(it)),
         lambda it: (first_predictor(it)["annotations"].update({"seldon.io/no-engine": "true"}),
                     first_predictor(it)["graph"].setdefault("children", []).append({"name": "more", "implementation": "SIMPLE_MODEL"}))),
    Rule("predictors have different names", (SELDON,),
         lambda it: len({each["name"] for each in predictors_of(it)}) == len(predictors_of(it)), lambda it: predictors_of(it).append(first_predictor(it))),
    Rule("traffic sums to 100 over several predictors, and is 0 or 100 for one", (SELDON,),
         lambda it: sum(each.get("traffic", 0) for each in predictors_of(it)) in ((100,) if len(predictors_of(it)) > 1 else (0, 100)),
         set_at([first_predictor, "traffic"], 55)),
    Rule("the protocol is known, and the transport left out", (SELDON,),
         lambda it: it["spec"]["protocol"] in ("seldon", "v2") and "transport" not in it["spec"], set_at(["spec", "protocol"], "Seldon")),
    Rule("endpoint.type is left out, because it is deprecated", (SELDON,), lambda it: all("endpoint" not in unit for _, unit in _units(it)),
         set_at([first_predictor, "graph", "endpoint"], {"type": "REST"})),
    # what the operator does with it
    Rule("names of units are those of containers, and no container is the operator's", (SELDON,),
         lambda it: all(_LABEL.fullmatch(name) and name not in ("seldon-container-engine", "tfserving")
                        for predictor in predictors_of(it) for name in _names(predictor)),
         set_at([container_of, "name"], "seldon-container-engine")),
    Rule("the three annotations are texts", (SELDON,),
         lambda it: any({f"seldon.io/{name}" for name in ("rest-timeout", "grpc-timeout", "grpc-max-message-size")} <= set(each.get("annotations", ()))
                        and are_texts(each["annotations"]) for each in predictors_of(it)),
         lambda it: [each.get("annotations", {}).update({"seldon.io/rest-timeout": 5000}) for each in predictors_of(it)]),
    Rule("the label version is the value of a label", (SELDON,),
         lambda it: any(re.fullmatch(r"[\w.-]{1,63}", each.get("labels", {}).get("version", "")) for each in predictors_of(it)),
         lambda it: [each.get("labels", {}).pop("version", None) for each in predictors_of(it)]),
    Rule("ports and their variables are left to the operator", (SELDON,),
         lambda it: not ports_of(it) and not any(name.endswith("_SERVICE_PORT") and name.startswith("PREDICTIVE") for each in ours(it) for name in variables_of(each)),
         set_at([container_of, "ports"], [{"name": "http", "containerPort": 5000}])),
    Rule("probes name the port that the operator adds", (SELDON,), lambda it: all(probe_ports_of(each) == ["http"] * 3 for each in ours(it)),
         set_at([container_of, "readinessProbe", "httpGet", "port"], 9000)),
    Rule("there is no preStop.sleep, which the CRD drops", (SELDON,), lambda it: all("lifecycle" not in each for each in containers_of(it)),
         set_at([container_of, "lifecycle"], {"preStop": {"sleep": {"seconds": 10}}})),
    Rule("the pod lives longer than the operator's hook and the server's end", (SELDON,),
         lambda it: has_grace(it, 10),
         lambda it: [pod.update({"terminationGracePeriodSeconds": 20}) for pod in pods_of(it)]),
    Rule("the user is a number, as the operator's default is another one", (SELDON,),
         lambda it: any(pod.get("securityContext", {}).get("runAsUser") == 1001 for pod in pods_of(it)),
         lambda it: [pod.get("securityContext", {}).pop("runAsUser", None) for pod in pods_of(it)]),
    Rule("an HPA is in the form of autoscaling/v2", (SELDON,),
         lambda it: all("metrics" not in each["hpaSpec"] and each["hpaSpec"]["metricsv2"] for each in _scaled(it)),
         lambda it: _scaled(it)[0]["hpaSpec"].update({"metrics": []}), applies=_scaled),
    Rule("an HPA has 2 pods or more, and no fewer than its least", (SELDON,),
         lambda it: all(2 <= each["hpaSpec"]["minReplicas"] <= each["hpaSpec"]["maxReplicas"] for each in _scaled(it)),
         lambda it: _scaled(it)[0]["hpaSpec"].update({"minReplicas": 99}), applies=_scaled),
    Rule("one autoscaler at most, and then no replicas", (SELDON,), _no_two_scalers,
         lambda it: _scaled(it)[0].update({"kedaSpec": {"triggers": []}}), applies=_scaled),
    Rule("a pdbSpec has exactly one of its fields", (SELDON,),
         lambda it: all(len(each["pdbSpec"]) == 1 for predictor in predictors_of(it) for each in predictor["componentSpecs"] if "pdbSpec" in each),
         lambda it: [each["pdbSpec"].update({"minAvailable": 1}) for predictor in predictors_of(it) for each in predictor["componentSpecs"] if "pdbSpec" in each],
         applies=lambda it: any("pdbSpec" in each for predictor in predictors_of(it) for each in predictor["componentSpecs"])),
    Rule("metadata of a componentSpec has no null time", (SELDON,),
         lambda it: all("metadata" not in each for predictor in predictors_of(it) for each in predictor["componentSpecs"]),
         lambda it: first_predictor(it)["componentSpecs"][0].update({"metadata": {"creationTimestamp": None}})),
)  # fmt: skip
