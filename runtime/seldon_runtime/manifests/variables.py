"""The environment variables of a container: the settings that its object relies on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..graph.unit import Parameter
from .facts import GRPC, HTTP, METRICS, Facts
from .options import Options
from .yaml_text import Hint


def of_serving(facts: Facts) -> dict[str, str]:
    """The settings that the other fields of an object rely on. So a later default cannot break the object."""
    threads = facts.threads or Hint("1", "for each process; without a limit of the CPUs it would be those of the node")
    return {
        "API_TYPE": ",".join(facts.apis),
        "PROTOCOLS": ",".join(facts.protocols),
        "MODEL_WORKERS": str(facts.workers),
        "OMP_NUM_THREADS": threads,
        "GRACE_PERIOD_SECONDS": f"{facts.grace_seconds:g}",
        "DRAIN_SECONDS": f"{facts.drain_seconds:g}",
        **facts.given,
    }


def of_ports(facts: Facts) -> dict[str, str]:
    """Of each port that is served. Seldon's operator sets these itself."""
    names = {HTTP: "HTTP_SERVICE", GRPC: "GRPC_SERVICE", METRICS: "METRICS_SERVICE"}
    found = {**facts.api_ports, METRICS: facts.metrics_port}
    return {f"PREDICTIVE_UNIT_{names[name]}_PORT": str(port) for name, port in found.items()}


def of_parameters(facts: Facts) -> dict[str, str]:
    """PREDICTIVE_UNIT_PARAMETERS, or nothing. Seldon's operator sets it from the graph."""
    found = parameter_list(facts.parameters)
    if not found:
        return {}
    return {"PREDICTIVE_UNIT_PARAMETERS": json.dumps(found, ensure_ascii=False, separators=(",", ":"))}


def parameter_list(parameters: tuple[Parameter, ...]) -> list[dict[str, str]]:
    """As PREDICTIVE_UNIT_PARAMETERS and the graph of a SeldonDeployment have them: each value is text."""
    return [{"name": each.name, "type": each.kind, "value": each.value} for each in parameters]


def of_state(facts: Facts, options: Options) -> dict[str, str]:
    """Where the state is kept, and its key: two deployments of one store must not share it."""
    if facts.store is None:
        return {}
    place: dict[str, str] = {}
    if facts.store.folder:
        place = {"PERSISTENCE_URL": f"file://{quote(facts.store.folder)}"}
    elif facts.store.host:
        place = {"REDIS_SERVICE_HOST": facts.store.host, "REDIS_SERVICE_PORT": str(facts.store.port)}
    return {"PERSISTENCE": "1", **place, "SELDON_DEPLOYMENT_ID": options.name}


def of_pod(facts: Facts, options: Options) -> dict[str, str]:
    """All of a container that no operator adds variables to."""
    return {
        **of_serving(facts),
        **of_ports(facts),
        "PREDICTIVE_UNIT_IMAGE": options.image,
        **of_parameters(facts),
        **of_state(facts, options),
    }


def entries(texts: Mapping[str, str], facts: Facts, options: Options) -> list[dict[str, Any]]:
    """A container's list of variables: these texts, and those that a Secret holds."""
    secret = Hint(f"{options.name}-settings", "create this Secret; it has a key for each of these variables")
    given: list[dict[str, Any]] = [{"name": name, "value": literal(text)} for name, text in texts.items()]
    references = ({"secretKeyRef": {"name": secret, "key": name}} for name in facts.secrets)
    return [
        *given,
        *({"name": name, "valueFrom": one} for name, one in zip(facts.secrets, references, strict=True)),
    ]


def literal(text: str) -> str:
    """The text, so that a kubelet reads it as it is: for it `$(NAME)` is another variable, and `$$` one dollar."""
    if "$" not in text:
        return text  # with its comment, if it has one
    return re.sub(r"\$(?=[$(])", "$$", text)
