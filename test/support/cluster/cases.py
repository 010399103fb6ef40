"""A pod of a case: what is printed by an image, and what lives from it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import docker
import yaml

from .controllers import template_of
from .fields import Fields
from .kserve import with_runtime
from .life import Life, live
from .pod import Pod
from .volumes import Claims

PODS = ("Deployment", "SeldonDeployment", "InferenceService", "Service")


class Case(NamedTuple):
    """app: a folder of test/apps. target: of `manifest`, with its options. variables: given when it prints.

    method: of the class, which each client calls. times: how many pods live, one after the other, with the same claims.
    """

    app: str
    target: tuple[str, ...]
    variables: dict[str, Any]
    method: str = "predict"
    times: int = 1


def printed(image: str, *arguments: str, **variables: object) -> list[Fields]:
    """What `manifest` prints in an image, as the objects that a cluster reads."""
    options = [option for name, value in variables.items() for option in ("-e", f"{name}={value}")]
    command = ["docker", "run", "--rm", *options, image, "manifest", *arguments, "--image", image]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def has_pods(thing: Fields) -> bool:
    """Whether a controller makes pods of an object. A core Service has none, but Knative's has."""
    return thing["kind"] in PODS and thing["apiVersion"] != "v1"


def lives_of(case: Case, image: str, engine: docker.DockerClient, claims: Claims, scratch: Path) -> list[Life]:
    """The lives of the pods that are printed for a case, one after the other."""
    things = printed(image, *case.target, **case.variables)
    (thing,) = filter(has_pods, things)
    if "model" in thing["spec"].get("predictor", {}):
        thing = with_runtime(thing, [one for one in things if one["kind"] == "ServingRuntime"])
    template = template_of(thing)
    lives = []
    for number in range(case.times):
        pod = Pod(engine, template, claims, scratch / str(number), {"redis": "host-gateway"})
        lives.append(live(pod, case.method))
    return lives
