"""The parts of custom resources that rules look at, or change."""

from support.manifest_matrix import containers_of, pods_of
from support.manifests import variables_of

from .rule import KNATIVE, RUNTIMES, SELDON

AUTOSCALING = "autoscaling.knative.dev"


def is_knative(document):
    """A Knative Service, or what KServe makes one of."""
    if document["kind"] in RUNTIMES:
        return "serving.kserve.io/enable-metric-aggregation" in document["spec"]["annotations"]
    mode = document["metadata"].get("annotations", {}).get("serving.kserve.io/deploymentMode")
    return document["kind"] == KNATIVE or mode == "Knative"


def is_standard(document):
    return not is_knative(document)


def has_pods(document):
    return bool(pods_of(document))


def predictors_of(document):
    return document["spec"]["predictors"]


def first_predictor(document):
    return predictors_of(document)[0]


def ours(document):
    """The containers of the image that printed the object; others may stand beside them in a file."""
    return [each for each in containers_of(document) if each["image"].startswith("registry.example/shop/")]


def container_of(document):
    return ours(document)[0]


def pod_of(document):
    return pods_of(document)[-1]


def ports_of(document):
    return [port for each in containers_of(document) for port in each.get("ports", [])]


def probe_ports_of(container):
    probes = (container[name] for name in ("startupProbe", "readinessProbe", "livenessProbe"))
    return [handler["port"] for probe in probes for handler in probe.values() if isinstance(handler, dict)]


def has_grace(document, pre_stop):
    """Whether a pod lives longer than its hook and the end of the server take."""
    needed = [int(variables_of(each).get("GRACE_PERIOD_SECONDS", 9)) for each in ours(document)]
    pods = [pod for pod in pods_of(document) if any(each in pod["containers"] for each in ours(document))]
    return all(pod["terminationGracePeriodSeconds"] >= pre_stop + max(needed) + 2 for pod in pods)


def are_texts(mapping):
    return all(isinstance(text, str) for text in mapping.values())


def metadata_of(document):
    return document["spec"]["template"]["metadata"] if document["kind"] == KNATIVE else document["metadata"]


def annotations_of(document):
    if document["kind"] == SELDON:
        return first_predictor(document).get("annotations", {})
    return document["spec"]["annotations"] if document["kind"] in RUNTIMES else metadata_of(document).get("annotations", {})
