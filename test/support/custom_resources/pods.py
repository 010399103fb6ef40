"""The rules of all pods, Pod Security's among them, and of what chooses pods: monitors and budgets."""

from support.manifest_matrix import containers_of, pods_of
from support.manifests import variables_of

from .parts import (
    AUTOSCALING,
    annotations_of,
    are_texts,
    container_of,
    first_predictor,
    has_pods,
    ours,
    pod_of,
    predictors_of,
)
from .rule import BUDGET, KNATIVE, KSERVE, MONITOR, PODS, RUNTIMES, SELDON, Rule, delete_at, set_at

_ALLOWED_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def _all_rights(document):
    """The securityContext of each container, with what it has from its pod."""
    for pod in pods_of(document):
        for container in pod["containers"]:
            if container in ours(document):
                yield {**pod.get("securityContext", {}), **container["securityContext"]}


def _writes_to_tmp(document):
    for pod in pods_of(document):
        empty = {each["name"] for each in pod.get("volumes", []) if "emptyDir" in each}
        for container in pod["containers"]:
            if container not in ours(document):
                continue
            if not any(mount["mountPath"] == "/tmp" and mount["name"] in empty for mount in container.get("volumeMounts", [])):
                return False
    return True


def _persists(document):
    return any(variables_of(each).get("PERSISTENCE") == "1" for each in containers_of(document))


def _replicas(document):
    if document["kind"] == SELDON:
        return [each.get("replicas", predictor.get("replicas")) for predictor in predictors_of(document) for each in predictor["componentSpecs"]]
    if document["kind"] == KSERVE:
        predictor = document["spec"]["predictor"]
        return [predictor["minReplicas"], predictor.get("maxReplicas")]
    return [int(annotations_of(document)[f"{AUTOSCALING}/{word}-scale"]) for word in ("min", "max")]


RULES = (
    Rule("a class with a state has one pod", (SELDON, KSERVE, KNATIVE), lambda it: set(_replicas(it)) == {1},
         lambda it: (first_predictor(it).update(replicas=2) if it["kind"] == SELDON else it["spec"]["predictor"].update(maxReplicas=2) if it["kind"] == KSERVE
                     else annotations_of(it).update({f"{AUTOSCALING}/max-scale": "2"})),
         applies=lambda it: has_pods(it) and _persists(it)),
    Rule("pods are restricted: not root", PODS, lambda it: all(each.get("runAsNonRoot") is True for each in _all_rights(it)),
         lambda it: [place.pop("runAsNonRoot", None) for each in pods_of(it) for place in (each.get("securityContext", {}), *(c.get("securityContext", {}) for c in each["containers"]))],
         applies=has_pods),
    Rule("pods are restricted: a seccomp profile", PODS, lambda it: all(each.get("seccompProfile") == {"type": "RuntimeDefault"} for each in _all_rights(it)),
         lambda it: [place.pop("seccompProfile", None) for each in pods_of(it) for place in (each.get("securityContext", {}), *(c.get("securityContext", {}) for c in each["containers"]))],
         applies=has_pods),
    Rule("pods are restricted: no capabilities", PODS, lambda it: all(each["capabilities"] == {"drop": ["ALL"]} for each in _all_rights(it)),
         set_at([container_of, "securityContext", "capabilities"], {}), applies=has_pods),
    Rule("pods are restricted: no more rights", PODS, lambda it: all(each["allowPrivilegeEscalation"] is False for each in _all_rights(it)),
         set_at([container_of, "securityContext", "allowPrivilegeEscalation"], True), applies=has_pods),
    Rule("the user has no name, and is not 0", PODS, lambda it: all(type(each.get("runAsUser", 1)) is int and each.get("runAsUser") != 0 for each in _all_rights(it)),
         set_at([container_of, "securityContext", "runAsUser"], 0), applies=has_pods),
    Rule("the root is read-only, and /tmp an emptyDir", PODS,
         lambda it: all(each["readOnlyRootFilesystem"] for each in _all_rights(it)) and _writes_to_tmp(it),
         lambda it: container_of(it).update({"volumeMounts": []}), applies=has_pods),
    Rule("volumes are those that restricted allows", PODS,
         lambda it: all(set(each) - {"name"} <= _ALLOWED_VOLUMES for pod in pods_of(it) for each in pod.get("volumes", [])),
         lambda it: pod_of(it)["volumes"].append({"name": "host", "hostPath": {"path": "/"}}), applies=has_pods),
    Rule("liveness has another path than readiness", PODS,
         lambda it: all(each["livenessProbe"].get("httpGet", {}).get("path") != each["readinessProbe"].get("httpGet", {}).get("path", "") for each in ours(it)),
         lambda it: container_of(it)["livenessProbe"].update({"httpGet": container_of(it)["readinessProbe"].setdefault("httpGet", {"path": "/ready", "port": 5000})}),
         applies=has_pods),
    Rule("readiness does not call the class", PODS,
         lambda it: all("/health/status" not in str(each["readinessProbe"]) for each in ours(it)),
         set_at([container_of, "readinessProbe"], {"httpGet": {"path": "/health/status", "port": 5000}}), applies=has_pods),
    Rule("a slow load has 5 minutes", PODS,
         lambda it: all(each["startupProbe"]["periodSeconds"] * each["startupProbe"]["failureThreshold"] >= 300 for each in ours(it)),
         set_at([container_of, "startupProbe", "failureThreshold"], 3), applies=has_pods),
    Rule("a probe waits longer than 1 s", PODS, lambda it: all(each[name]["timeoutSeconds"] > 1 for each in ours(it) for name in ("startupProbe", "readinessProbe", "livenessProbe")),
         set_at([container_of, "livenessProbe", "timeoutSeconds"], 1), applies=has_pods),
    Rule("each container requests CPUs and memory", PODS, lambda it: all({"cpu", "memory"} <= set(each["resources"]["requests"]) for each in ours(it)),
         delete_at(container_of, "resources", "requests", "cpu"), applies=has_pods),
    Rule("no links to Services, one of which may be called redis", (SELDON, KSERVE, KNATIVE),
         lambda it: any(pod.get("enableServiceLinks") is False for pod in pods_of(it)),
         lambda it: [pod.pop("enableServiceLinks", None) for pod in pods_of(it)], applies=has_pods),
    Rule("no token of the API of Kubernetes", (SELDON, KSERVE, KNATIVE), lambda it: any(pod.get("automountServiceAccountToken") is False for pod in pods_of(it)),
         lambda it: [pod.update(automountServiceAccountToken=True) for pod in pods_of(it)], applies=has_pods),
    Rule("variables and annotations are texts", PODS,
         lambda it: are_texts(annotations_of(it)) and all(isinstance(each.get("value", ""), str) for c in containers_of(it) for each in c.get("env", [])),
         lambda it: container_of(it)["env"].append({"name": "MODEL_WORKERS", "value": 4}), applies=has_pods),
    Rule("the image is named for the labels of the metrics", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: all(variables_of(each).get("PREDICTIVE_UNIT_IMAGE") == each["image"] for each in ours(it)),
         lambda it: container_of(it).update(env=[]), applies=has_pods),
    # monitors and budgets
    Rule("a monitor names a port, and no label of ours is another's", (MONITOR,),
         lambda it: all(each["port"] == "metrics" and each["honorLabels"] is False for each in it["spec"]["podMetricsEndpoints"]),
         lambda it: it["spec"]["podMetricsEndpoints"][0].update(port=6000)),
    Rule("a monitor chooses some pods", (MONITOR,), lambda it: bool(it["spec"]["selector"]["matchLabels"]), set_at(["spec", "selector"], {"matchLabels": {}})),
    Rule("a budget has exactly one of its fields, and chooses some pods", (BUDGET,),
         lambda it: len({"maxUnavailable", "minAvailable"} & set(it["spec"])) == 1 and bool(it["spec"]["selector"]["matchLabels"]),
         set_at(["spec", "minAvailable"], 1)),
)  # fmt: skip
