"""A container of a PodSpec as options of docker's Python client, as a kubelet tells its container runtime."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .fields import Fields, NotUnderstood, Template, fields, one_of

# what others than the kubelet read: the scheduler, the API server, the controllers
_ELSEWHERE = ("serviceAccountName", "automountServiceAccountToken", "topologySpreadConstraints", "nodeSelector", "affinity",
              "tolerations", "imagePullSecrets", "priorityClassName")
POD = ("containers", "volumes", "securityContext", "terminationGracePeriodSeconds", "enableServiceLinks", *_ELSEWHERE)
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
CONTAINER = ("name", "image", "imagePullPolicy", "command", "args", "workingDir", "env", "ports", "resources", "volumeMounts",
             "securityContext", "lifecycle", *PROBES)
_USERS = ("runAsUser", "runAsGroup", "runAsNonRoot", "seccompProfile")
_POD_SECURITY = (*_USERS, "fsGroup", "fsGroupChangePolicy")
_SECURITY = (*_USERS, "allowPrivilegeEscalation", "capabilities", "readOnlyRootFilesystem", "privileged")
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "m": 0.001}
_REFERENCE = re.compile(r"\$(\$|\(([^)]*)\))")
# a Service that a namespace may have. Its variables are those that the server reads for its store
LINKS = {"REDIS_SERVICE_HOST": "10.96.0.77", "REDIS_SERVICE_PORT": "6379", "REDIS_PORT": "tcp://10.96.0.77:6379"}
CLUSTER = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443", "KUBERNETES_PORT": "tcp://10.96.0.1:443"}


def quantity(text: str | int) -> float:
    """A number with a unit, as resources have it: 500m, 256Mi."""
    found = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", str(text))
    if not found or found[2] not in _UNITS:
        raise NotUnderstood(f"resources: expected a quantity, found {text!r}")
    return float(found[1]) * _UNITS[found[2]]


def expand(text: str, variables: Mapping[str, str]) -> str:
    """The text with `$(NAME)` replaced; `$$` is a dollar. A name that there is not stays as it is."""
    return _REFERENCE.sub(lambda found: "$" if found[1] == "$" else variables.get(found[2], found[0]), text)


def environment_of(container: Fields, template: Template) -> dict[str, str]:
    """Each variable that the kubelet sets."""
    variables = {**CLUSTER, **(LINKS if template.spec.get("enableServiceLinks", True) else {})}
    for variable in container.get("env", ()):
        fields(variable, "env", "name", "value", "valueFrom")
        value = expand(variable.get("value", ""), variables)
        variables[variable["name"]] = _of_field(variable["valueFrom"], template) if "valueFrom" in variable else value
    return variables


def _of_field(source: Fields, template: Template) -> str:
    path = fields(source, "valueFrom", "fieldRef")["fieldRef"]["fieldPath"]
    found = re.fullmatch(r"metadata\.(?:(name|namespace)|(labels|annotations)\['([^']+)'\])", path)
    if not found:
        raise NotUnderstood(f"fieldPath: expected metadata.name or the like, found {path}")
    return str(template.metadata[found[1]] if found[1] else template.metadata[found[2]].get(found[3], ""))


def security_of(container: Fields, spec: Fields, image_user: str) -> dict[str, Any]:
    """User, root filesystem, capabilities and seccomp. image_user: USER of the image."""
    pod = fields(spec.get("securityContext", {}), "the pod's securityContext", *_POD_SECURITY)
    own = fields(container.get("securityContext", {}), "securityContext", *_SECURITY)
    both = {**pod, **own}
    one_of(both.get("privileged", False), "privileged", False)
    user = str(both.get("runAsUser", image_user))
    if both.get("runAsNonRoot") and not re.fullmatch("[1-9][0-9]*(:[0-9]+)?", user):
        raise NotUnderstood(f"runAsNonRoot: expected a number of a user that is not root, found {user!r}")
    capabilities = fields(own.get("capabilities", {}), "capabilities", "drop", "add")
    return {
        "user": f"{user}:{both['runAsGroup']}" if "runAsGroup" in both else user,
        "group_add": [str(pod["fsGroup"])] if "fsGroup" in pod else [],
        "read_only": own.get("readOnlyRootFilesystem", False),
        "cap_drop": capabilities.get("drop", []),
        "cap_add": capabilities.get("add", []),
        "security_opt": _security_options(both),
    }


def _security_options(both: Fields) -> list[str]:
    """A pod has no seccomp profile unless it says so, but a container of Docker has Docker's."""
    profile = one_of(both.get("seccompProfile", {}).get("type", "Unconfined"), "seccompProfile", "RuntimeDefault", "Unconfined")
    escalation = [] if both.get("allowPrivilegeEscalation", True) else ["no-new-privileges"]
    return escalation if profile == "RuntimeDefault" else [*escalation, "seccomp=unconfined"]


def resources_of(container: Fields, cpus: int) -> dict[str, Any]:
    """cpus: of this machine, which can give no more."""
    found = fields(container.get("resources", {}), "resources", "requests", "limits")
    for amounts in found.values():
        fields(amounts, "resources", "cpu", "memory", "ephemeral-storage")
    requests, limits = found.get("requests", {}), found.get("limits", {})
    options: dict[str, Any] = {}
    if "cpu" in limits:
        options["nano_cpus"] = int(min(quantity(limits["cpu"]), cpus) * 10**9)
    if "memory" in limits:
        options["mem_limit"] = int(quantity(limits["memory"]))
    if "cpu" in requests:
        options["cpu_shares"] = max(2, int(quantity(requests["cpu"]) * 1024))
    return options


def command_of(container: Fields, variables: Mapping[str, str]) -> dict[str, Any]:
    """Of a container that does not start as its image says."""
    options: dict[str, Any] = {"working_dir": container["workingDir"]} if "workingDir" in container else {}
    if "command" in container:
        options["entrypoint"] = [expand(word, variables) for word in container["command"]]
    if "args" in container:
        options["command"] = [expand(word, variables) for word in container["args"]]
    return options
