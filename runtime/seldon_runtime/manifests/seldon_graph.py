"""A SeldonDeployment for a graph of several units: from Seldon's `graph` alone, or from a whole SeldonDeployment.

Of a whole one all stays. The container of this image gets what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import BadSetting
from ..graph.deployment_rules import containers_of
from ..graph.file import API_VERSION, KIND, GraphFile
from ..graph.names import LONGEST, NAME, version_of
from ..graph.rules import has_container
from ..graph.unit import Unit
from . import pod, variables
from .facts import Facts
from .options import Options
from .seldon_parts import container, graph_parameters, graph_type, pod_spec, predictor, protocol, scaling

_Object = dict[str, Any]
# what the API server and kubectl write into an object
_WRITTEN = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_VERSION_LABELS = ("version", "app.kubernetes.io/version")
_PROTOCOLS = {"seldon": "seldon", "v2": "v2", "kfserving": "v2"}  # the operator's word -> ours


@dataclass(frozen=True)
class _Place:
    """A unit with a container. predictor: its number. image: "" if the file has none for it."""

    predictor: int
    unit: Unit
    image: str


def name_of(file: GraphFile, options: Options) -> str:
    """The name of the SeldonDeployment: that of the file, if it has one. Raises BadSetting if pods cannot have it."""
    metadata = (file.deployment or {}).get("metadata") or {}
    name = metadata.get("name") or options.name
    if not isinstance(name, str) or len(name) > LONGEST or not NAME.fullmatch(name):
        raise BadSetting(
            f"metadata.name: expected a-z, 0-9 and dashes, a letter first and {LONGEST} characters at most, "
            f"found {name!r}; rename it, because it is a label of the pods"
        )
    return name


def deployment_of(file: GraphFile, facts: Facts, options: Options) -> _Object:
    """Raises BadSetting unless one unit is this image's, and has its type."""
    places = list(_places(file))
    own = _own(places, options)
    _check_types(own, facts)
    names = {(place.predictor, place.unit.name) for place in own}
    own_names = [{name for number, name in names if number == index} for index in range(len(file.graphs))]
    graphs = [_printed(root, own_names[index], facts) for index, root in enumerate(file.graphs)]
    if file.deployment is None:
        made = [_container(place, place in own, facts, options) for place in places]
        spec: _Object = {"protocol": protocol(facts), "predictors": [predictor(facts, options, graphs[0], made)]}
        return {"apiVersion": API_VERSION, "kind": KIND, "metadata": pod.metadata(facts, options), "spec": spec}
    spec = {"protocol": protocol(facts), **_present(file.deployment["spec"])}
    _check_protocol(spec["protocol"], facts)
    given = zip(spec["predictors"], graphs, own_names, strict=True)
    before = {version_of(place.image) for place in own}
    spec["predictors"] = [_predictor(each, graph, names, before, facts, options) for each, graph, names in given]
    metadata = _metadata(file.deployment, before, facts, options)
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}


def _places(file: GraphFile) -> Iterator[_Place]:
    predictors = (file.deployment or {}).get("spec", {}).get("predictors") or [{}]
    for number, (root, given) in enumerate(zip(file.graphs, predictors, strict=True)):
        images = {each["name"]: each.get("image") or "" for each in containers_of(given)}
        for unit in root.walk():
            if has_container(unit):
                yield _Place(number, unit, images.get(unit.name) or unit.image)


def _own(places: Sequence[_Place], options: Options) -> list[_Place]:
    """The units that run this image: those with it, else the one without an image, else the one of its repository."""
    if same := [place for place in places if place.image == options.image]:
        missing = [place for place in places if not place.image]
    else:
        missing = [place for place in places if not place.image]
        named = [place for place in missing if place.unit.name == options.name]
        same = missing if len(missing) == 1 else named if len(named) == 1 else []
        missing = [place for place in missing if place not in same]
    if missing:
        raise BadSetting("\n".join(_no_image(place, options) for place in missing))
    near = [place for place in places if _repository(place.image) == _repository(options.image)]
    if not same and len(near) != 1:
        found = ", ".join(f"{place.unit.name} with {place.image}" for place in places) or "no unit with a container"
        raise BadSetting(
            f"--image: expected the image of one unit, found {options.image} for {found}; "
            "leave out the image of the unit that it is for"
        )
    return same or near


def _no_image(place: _Place, options: Options) -> str:
    return (
        f"unit {place.unit.name!r}, image: expected its image, found nothing; add `image: …` to it, "
        f"because {options.image} is that of one unit"
    )


def _repository(image: str) -> str:
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def _check_types(own: Sequence[_Place], facts: Facts) -> None:
    """A class has the methods of its service type, and no others."""
    ours = graph_type(facts)
    allowed = {"", "UNKNOWN_TYPE", ours, *(["OUTPUT_TRANSFORMER"] if ours == "TRANSFORMER" else [])}
    wrong = [
        f"unit {place.unit.name!r}, type: expected {ours} for SERVICE_TYPE={facts.service_type}, "
        f"found {place.unit.type!r}; correct it, or set -e SERVICE_TYPE"
        for place in own
        if place.unit.type not in allowed
    ]
    if wrong:
        raise BadSetting("\n".join(wrong))


def _check_protocol(word: str, facts: Facts) -> None:
    if _PROTOCOLS.get(word) not in facts.protocols:
        served = ", ".join(facts.protocols)
        raise BadSetting(f"spec.protocol: expected one of PROTOCOLS={served}, found {word!r}; correct one of them")


def _printed(unit: Unit, own: set[str], facts: Facts) -> _Object:
    """A unit of the graph. `endpoint` and `image` are left out: the operator sets the one, the CRD lacks the other."""
    parameters = variables.parameter_list(unit.parameters) or (graph_parameters(facts) if unit.name in own else [])
    default = graph_type(facts) if unit.name in own and not unit.methods else ""
    return {
        "name": unit.name,
        "type": unit.type or default or None,
        "implementation": unit.implementation or None,
        "methods": list(unit.methods) or None,
        "modelUri": unit.model_uri or None,
        **unit.others,
        "parameters": parameters or None,
        "logger": dict(unit.logger) or None,
        "children": [_printed(child, own, facts) for child in unit.children] or None,
    }


def _container(place: _Place, is_own: bool, facts: Facts, options: Options) -> _Object:
    """Other images are taken for those of these builders: they need the same probes, rights and folders."""
    if is_own:
        return container(facts, options, place.unit.name)
    unknown = replace(facts, workers=1, given={}, secrets=(), store=None, peak_bytes=None, load_seconds=None)
    made = container(unknown, replace(options, image=place.image), place.unit.name)
    del made["env"]
    return made


def _metadata(given: Mapping[str, Any], before: set[str], facts: Facts, options: Options) -> _Object:
    ours, theirs = pod.metadata(facts, options), _present(given.get("metadata") or {})
    kept = {key: value for key, value in theirs.items() if key not in _WRITTEN}
    notes = {key: text for key, text in (theirs.get("annotations") or {}).items() if key != _LAST_APPLIED}
    labels = _labels(ours["labels"], theirs.get("labels"), before)
    namespace = {"namespace": options.namespace} if options.namespace else {}
    return {**kept, **namespace, "labels": labels, "annotations": notes or None}


def _labels(ours: Mapping[str, str], theirs: Mapping[str, str] | None, before: set[str]) -> dict[str, str]:
    """Theirs win, but for one that has the version of the image before. before: such versions."""
    old = {key for key in _VERSION_LABELS if (theirs or {}).get(key) in before}
    return {**ours, **{key: text for key, text in (theirs or {}).items() if key not in old}}


def _predictor(
    given: _Object, graph: _Object, own: set[str], before: set[str], facts: Facts, options: Options
) -> _Object:
    made = {**_present(given), "graph": graph}
    made["componentSpecs"] = [_component_spec(each, own, facts, options) for each in made.get("componentSpecs") or []]
    if own:
        ours = predictor(facts, options, graph, [])
        made["labels"] = _labels(ours["labels"], given.get("labels"), before)
        made["annotations"] = {**ours["annotations"], **(given.get("annotations") or {})}
    return made


def _component_spec(given: _Object, own: set[str], facts: Facts, options: Options) -> _Object:
    """Its metadata has no null, which the API server refuses."""
    made = _present(given)
    if metadata := _present(made.pop("metadata", {})):
        made["metadata"] = {key: value for key, value in metadata.items() if key not in _WRITTEN}
    spec = _present(made["spec"])
    if not own & {each["name"] for each in spec["containers"]}:
        return made
    containers = [_completed(each, facts, options) if each["name"] in own else each for each in spec["containers"]]
    ours = pod_spec(facts, options, containers)
    volumes = _joined("name", ours["volumes"], spec.get("volumes"))
    replicas = made.get("replicas") if options.replicas is None else options.replicas
    replicas = None if options.hpa or options.keda else replicas
    return {**made, "replicas": replicas, **scaling(facts, options),
            "spec": {**ours, **spec, "containers": containers, "volumes": volumes}}  # fmt: skip


def _completed(given: _Object, facts: Facts, options: Options) -> _Object:
    """What the file says of the container wins, but for the image."""
    ours = container(facts, options, given["name"])
    variables = _joined("name", ours["env"], given.get("env"))
    mounts = _joined("mountPath", ours["volumeMounts"], given.get("volumeMounts"))
    return {**ours, **_present(given), "image": options.image, "env": variables, "volumeMounts": mounts}


def _joined(key: str, ours: Sequence[_Object], theirs: Sequence[_Object] | None) -> list[_Object]:
    """Lists whose entries have a key each. Theirs win."""
    return list({each[key]: each for each in (*ours, *(theirs or ()))}.values())


def _present(value: Mapping[str, Any]) -> _Object:
    return {key: item for key, item in value.items() if item is not None}
