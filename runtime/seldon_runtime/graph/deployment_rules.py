"""What a SeldonDeployment must fulfil beyond its CRD: the rules of the operator's validating webhook.

No schema has them. Here they hold for a file that a user gives, and for each object that is printed from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import BadSetting
from .names import LONGEST
from .rules import check_graph, has_container
from .unit import Unit, read_unit

NO_ENGINE = "seldon.io/no-engine"
_WORDS = {
    "protocol": ("seldon", "tensorflow", "kfserving", "v2"),
    "transport": ("rest", "grpc"),
    "serverType": ("rpc", "kafka"),
}
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_KAFKA = {"KAFKA_BROKER", "KAFKA_INPUT_TOPIC", "KAFKA_OUTPUT_TOPIC"}
_ALL_TRAFFIC = 100  # percent
_Predictor = Mapping[str, Any]


def check_deployment(deployment: Mapping[str, Any], is_local: bool = False) -> tuple[Unit, ...]:
    """The root of each predictor's graph. Raises BadSetting: a line for each rule that is broken.

    is_local: see `check_graph`.
    """
    spec = deployment.get("spec")
    predictors = spec.get("predictors") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not _is_list_of_objects(predictors) or not predictors:
        raise BadSetting("spec.predictors: expected one or more, found none; add one with a name and a graph")
    wrong = [*_wrong_words(spec), *_wrong_names(predictors), *_wrong_traffic(predictors)]
    roots = []
    for predictor in predictors:
        name = predictor.get("name")
        try:
            roots.append(read_unit(predictor.get("graph")))
            check_graph(roots[-1], NO_ENGINE not in (predictor.get("annotations") or {}), is_local)
            wrong += [f"predictor {name!r}, {line}" for check in _CHECKS for line in check(predictor, roots[-1], spec)]
        except BadSetting as error:
            wrong += [f"predictor {name!r}, {line}" for line in str(error).splitlines()]
    if wrong:
        raise BadSetting("\n".join(wrong))
    return tuple(roots)


def containers_of(predictor: _Predictor) -> list[dict[str, Any]]:
    """All containers of a predictor's pods."""
    specs = predictor.get("componentSpecs") or []
    return [container for each in specs for container in each["spec"]["containers"]]


def _wrong_words(spec: Mapping[str, Any]) -> Iterator[str]:
    for key, words in _WORDS.items():
        if spec.get(key) not in (None, "", *words):
            yield f"spec.{key}: expected one of {', '.join(words)}, found {spec[key]!r}; write one of them"


def _wrong_names(predictors: Sequence[_Predictor]) -> Iterator[str]:
    names = [predictor.get("name") for predictor in predictors]
    for number, name in enumerate(names):
        if not isinstance(name, str) or len(name) > LONGEST or not _NAME.fullmatch(name):
            yield (
                f"name of spec.predictors[{number}]: expected a-z, 0-9 and dashes, found {name or 'nothing'!r}; "
                "rename it, because Services have it in their names"
            )
    for name in sorted({str(name) for name in names if names.count(name) > 1}):
        yield f"predictor {name!r}, name: expected a name of its own, found it {names.count(name)} times; rename one"


def _wrong_traffic(predictors: Sequence[_Predictor]) -> Iterator[str]:
    shadows = [predictor for predictor in predictors if predictor.get("shadow")]
    served = [predictor for predictor in predictors if not predictor.get("shadow")]
    shares = [predictor.get("traffic") or 0 for predictor in predictors]
    if not all(isinstance(share, int) and 0 <= share <= _ALL_TRAFFIC for share in shares):
        yield f"traffic: expected 0 to 100 for each predictor, found {', '.join(map(str, shares))}; correct it"
        return
    total = sum(predictor.get("traffic") or 0 for predictor in served)
    if len(served) > 1 and total != _ALL_TRAFFIC:
        yield f"traffic: expected {_ALL_TRAFFIC} as the sum of {len(served)} predictors, found {total}; correct it"
    if len(predictors) == 1 and total not in (0, _ALL_TRAFFIC):
        yield f"traffic: expected 100 or nothing for the one predictor, found {total}; leave it out"
    if len(shadows) > 1:
        yield f"shadow: expected one predictor with it, found {len(shadows)}; leave it out of the others"
    if shadows and not served:
        yield "shadow: expected another predictor beside it, found none; add the one whose requests it gets, too"


def _wrong_engine(predictor: _Predictor, root: Unit, spec: Mapping[str, Any]) -> Iterator[str]:
    """The webhook looks for the annotation alone, and not at its value."""
    annotations = predictor.get("annotations") or {}
    count = sum(1 for _ in root.walk())
    if NO_ENGINE in annotations and count > 1:
        yield (
            f"{NO_ENGINE}: expected a graph of one unit, found {count} below {root.name!r}; "
            "leave the annotation out, because only the executor walks a graph"
        )


def _wrong_form(predictor: _Predictor, root: Unit, spec: Mapping[str, Any]) -> Iterator[str]:
    specs = predictor.get("componentSpecs") or []
    if not _is_list_of_objects(specs):
        yield "componentSpecs: expected a list, found something else; write it as a list of spec: {containers: …}"
        return
    for number, each in enumerate(specs):
        pod = each.get("spec")
        if not isinstance(pod, dict) or not _is_list_of_objects(pod.get("containers")):
            advice = "put `containers` below `spec`" if "containers" in each else "add the containers"
            yield f"componentSpecs[{number}].spec.containers: expected a list, found none; {advice}"


def _wrong_containers(predictor: _Predictor, root: Unit, spec: Mapping[str, Any]) -> Iterator[str]:
    if any(_wrong_form(predictor, root, spec)):
        return
    names = [container.get("name") for container in containers_of(predictor)]
    for unit in root.walk():
        if has_container(unit) and names.count(unit.name) != 1:
            yield (
                f"unit {unit.name!r}: expected one container of its name, found {names.count(unit.name) or 'none'} "
                f"among {', '.join(map(str, names)) or 'no containers'}; the container has the name of its unit"
            )


def _wrong_hooks(predictor: _Predictor, root: Unit, spec: Mapping[str, Any]) -> Iterator[str]:
    """The CRD knows no `sleep`: the API server stores an empty hook, and then the Deployment is refused."""
    if any(_wrong_form(predictor, root, spec)):
        return
    for container in containers_of(predictor):
        if "sleep" in ((container.get("lifecycle") or {}).get("preStop") or {}):
            yield (
                f"container {container.get('name')!r}, lifecycle.preStop: expected exec, found sleep; "
                'write exec: {command: [/bin/sleep, "10"]}, because the CRD drops sleep'
            )


def _wrong_endpoints(predictor: _Predictor, root: Unit, spec: Mapping[str, Any]) -> Iterator[str]:
    words = sorted({str(unit.endpoint["type"]) for unit in root.walk() if unit.endpoint.get("type")})
    transport = str(spec.get("transport") or "").upper()
    if len(words) > 1 or (words and transport not in ("", *words)):
        found = ", ".join(words) + (f" beside the transport {transport}" if transport else "")
        yield (
            f"endpoint.type: expected one for the whole graph, found {found}; "
            "leave it out, because both APIs are served"
        )


def _wrong_kafka(predictor: _Predictor, root: Unit, spec: Mapping[str, Any]) -> Iterator[str]:
    orchestrator = predictor.get("svcOrchSpec") or {}
    names = {entry.get("name") for entry in orchestrator.get("env") or [] if isinstance(entry, dict)}
    if spec.get("serverType") == "kafka" and not names >= _KAFKA:
        missing = ", ".join(sorted(_KAFKA - names))
        yield f"svcOrchSpec.env: expected {', '.join(sorted(_KAFKA))} for kafka, found no {missing}; add them"


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


_CHECKS: tuple[Callable[[_Predictor, Unit, Mapping[str, Any]], Iterator[str]], ...] = (
    _wrong_engine,
    _wrong_form,
    _wrong_containers,
    _wrong_kafka,
    _wrong_hooks,
    _wrong_endpoints,
)
