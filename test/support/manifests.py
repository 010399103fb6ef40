"""Facts of images, and the objects that `manifest` prints for them."""

import dataclasses
from collections.abc import Callable
from typing import Any

from seldon_runtime.config.manifest_arguments import manifest_arguments
from seldon_runtime.errors import BadSetting
from seldon_runtime.graph.unit import Parameter
from seldon_runtime.manifests.facts import Facts, Store
from seldon_runtime.manifests.options import Options, read_options
from seldon_runtime.manifests.targets import TARGETS
from seldon_runtime.manifests.yaml_text import yaml_text
from support import strict_yaml

IMAGE = "registry.example/shop/iris:1.2.0"
REST = Facts(
    model_name="IrisClassifier",
    service_type="MODEL",
    apis=("REST",),
    protocols=("seldon", "v2", "v1"),
    http_port=5000,
    grpc_port=0,
    metrics_port=6000,
    grace_seconds=20.0,
    drain_seconds=5.0,
    workers=1,
    batch_size=1,
    parameters=(Parameter("n", "INT", "3"), Parameter("word", "STRING", "on"), Parameter("price", "STRING", '$5 "net"')),
)
GRPC = dataclasses.replace(REST, apis=("GRPC",), http_port=0, grpc_port=5000)
BOTH = dataclasses.replace(REST, apis=("REST", "GRPC"), grpc_port=5001)
IN_REDIS = dataclasses.replace(REST, store=Store(host="redis", port=6379), outgoing={"the store of the state": 6379})
ON_VOLUME = dataclasses.replace(BOTH, store=Store(folder="/data"))
WITH_SECRETS = dataclasses.replace(IN_REDIS, store=Store(), secrets=("PERSISTENCE_URL", "PERSISTENCE_KEY"))
LARGE = dataclasses.replace(
    BOTH, workers=4, batch_size=8, peak_bytes=700 * 2**20, load_seconds=400.0, service_type="OUTLIER_DETECTOR", parameters=(),
    given={"REST_TIMEOUT_MS": "2000"}, outgoing={"the collector of traces": 4318}, threads="2",
)  # fmt: skip
FACTS = {"rest": REST, "grpc": GRPC, "both": BOTH, "redis": IN_REDIS, "volume": ON_VOLUME, "secrets": WITH_SECRETS, "large": LARGE}


def options_of(facts: Facts, target: str, *arguments: str) -> Options:
    """The options of a command line, which has `--image IMAGE` already."""
    return read_options(manifest_arguments([target, "--image", IMAGE, *arguments], list(TARGETS), "manifest"), facts)


def text_of(facts: Facts, target: str, *arguments: str) -> str:
    return yaml_text(TARGETS[target](facts, options_of(facts, target, *arguments)))


def printed(facts: Facts, target: str, *arguments: str) -> list[dict[str, Any]]:
    """The objects as a reader of the printed text has them."""
    return strict_yaml.load_all(text_of(facts, target, *arguments))


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The one object of a kind; {} without it."""
    return next((each for each in objects if each.get("kind") == kind), {})


def variables_of(container: dict[str, Any]) -> dict[str, Any]:
    """None: of a variable whose value is elsewhere."""
    return {each["name"]: each.get("value") for each in container.get("env", [])}


def refused(make: Callable[[], object]) -> str:
    """The text of the BadSetting that `make` raises."""
    try:
        make()
    except BadSetting as error:
        return str(error)
    raise AssertionError("nothing was refused")
