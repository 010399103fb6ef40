"""Parts of the objects that `manifest plain` prints, and what is true of right ones."""

import json

from support.manifests import of_kind


def deployment(objects):
    return of_kind(objects, "Deployment")["spec"]


def pod(objects):
    return deployment(objects)["template"]["spec"]


def container(objects):
    return pod(objects)["containers"][0]


def env(objects):
    return {each["name"]: each.get("value") for each in container(objects)["env"]}


def set_env(objects, name, value):
    next(each for each in container(objects)["env"] if each["name"] == name)["value"] = value


def without_env(objects, name):
    container(objects)["env"] = [each for each in container(objects)["env"] if each["name"] != name]


def container_ports(objects):
    return {port["name"]: port["containerPort"] for port in container(objects)["ports"]}


def has_grpc_only(objects):
    return "http" not in container_ports(objects)


def keeps_state(objects):
    return env(objects).get("PERSISTENCE") == "1"


def volume(objects, name):
    return next((each for each in pod(objects)["volumes"] if each["name"] == name), {})


def folders(objects):
    return {each["mountPath"]: volume(objects, each["name"]) for each in container(objects)["volumeMounts"]}


def scaler(objects):
    return of_kind(objects, "HorizontalPodAutoscaler") or of_kind(objects, "ScaledObject")


def startup_budget(objects):
    return container(objects)["startupProbe"]["periodSeconds"] * container(objects)["startupProbe"]["failureThreshold"]


def service_ports(objects):
    return {port["name"]: port for port in of_kind(objects, "Service")["spec"]["ports"]}


def matches(selector, labels):
    return bool(selector) and selector.items() <= labels.items()


def template_labels(objects):
    return deployment(objects)["template"]["metadata"]["labels"]


def probes(objects):
    return [container(objects)[f"{name}Probe"] for name in ("startup", "readiness", "liveness")]


def labels_of(objects):
    return [each["metadata"]["labels"] for each in objects] + [template_labels(objects)]


def ports_agree(objects):
    ports = {"http": "HTTP_SERVICE", "grpc": "GRPC_SERVICE", "metrics": "METRICS_SERVICE"}
    return container_ports(objects) == {
        name: int(env(objects)[f"PREDICTIVE_UNIT_{word}_PORT"]) for name, word in ports.items()
        if f"PREDICTIVE_UNIT_{word}_PORT" in env(objects)
    }


def apis_agree(objects):
    names = {"REST": "http", "GRPC": "grpc"}
    return {*container_ports(objects)} == {"metrics", *(names[api] for api in env(objects)["API_TYPE"].split(","))}


def is_graceful(objects):
    needed = float(env(objects)["GRACE_PERIOD_SECONDS"]) + float(env(objects)["DRAIN_SECONDS"]) + 5
    return pod(objects)["terminationGracePeriodSeconds"] >= needed


def parameters_are_texts(objects):
    entries = json.loads(env(objects).get("PREDICTIVE_UNIT_PARAMETERS", "[]"))
    return all(type(value) is str for each in entries for value in each.values()) and all(
        each["type"] in ("INT", "FLOAT", "DOUBLE", "STRING", "BOOL") for each in entries)


def one_writes(objects):
    is_one = deployment(objects).get("replicas") == 1 and not scaler(objects) and not of_kind(objects, "PodDisruptionBudget")
    return is_one if keeps_state(objects) else True


def nobody_is_alone(objects):
    return keeps_state(objects) or bool(scaler(objects)) or deployment(objects)["replicas"] >= 2


def policy(objects):
    return of_kind(objects, "NetworkPolicy").get("spec", {})


def open_egress(objects):
    return {(port["port"], port["protocol"]) for rule in policy(objects).get("egress", []) for port in rule["ports"]}


def monitor(objects):
    return of_kind(objects, "ServiceMonitor").get("spec", {})


def monitor_names_a_port(objects):
    return all(each["port"] in service_ports(objects) for each in monitor(objects).get("endpoints", []))


def is_scraped_once(objects):
    annotations = deployment(objects)["template"]["metadata"].get("annotations", {})
    return bool(monitor(objects)) != (annotations.get("prometheus.io/scrape") == "true")


def in_order(objects):
    order = ["ServiceAccount", "PersistentVolumeClaim", "Deployment", "Service", "HorizontalPodAutoscaler", "ScaledObject",
             "PodDisruptionBudget", "NetworkPolicy", "ServiceMonitor"]
    return [each["kind"] for each in objects] == [kind for kind in order if of_kind(objects, kind)]


def values_of(value):
    yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        yield from values_of(each)


def keys_of(objects):
    return {key for value in values_of(objects) if isinstance(value, dict) for key in value}
