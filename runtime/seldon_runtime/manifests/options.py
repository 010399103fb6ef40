"""What the command line of `manifest` says, checked against the image's facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..errors import BadSetting
from ..graph.file import GraphFile
from ..graph.names import version_of
from .facts import Facts
from .option_texts import MODES, READERS, Bounds


@dataclass(frozen=True)
class Options:
    """What to print. replicas: as given; `replicas_of` has the default.

    version: of the image, as the value of a label; "" if there is none.
    namespace, release: None if no object names them. mode: of KServe. scale: of Knative's autoscaler.
    graph, no_engine: of a SeldonDeployment. cluster: whether a runtime is for all namespaces.
    storage_uri: of the model of an InferenceService that uses the runtime.
    """

    target: str
    image: str
    version: str
    name: str
    namespace: str | None = None
    replicas: int | None = None
    hpa: Bounds | None = None
    keda: Bounds | None = None
    prometheus: str = "http://prometheus-operated.monitoring:9090"
    pdb: bool = False
    monitor: bool = False
    release: str | None = None
    network_policy: bool = False
    graph: GraphFile | None = None
    no_engine: bool = False
    scale: Bounds | None = None
    mode: str = MODES[0]
    cluster: bool = False
    storage_uri: str | None = None

    def replicas_of(self, facts: Facts) -> int | None:
        """How many pods; None if an autoscaler chooses."""
        if self.hpa or self.keda or self.scale:
            return None
        return self.replicas if self.replicas is not None else 1 if facts.persistence else 2


def read_options(given: Mapping[str, Any], facts: Facts) -> Options:
    """The options of a command line. given: of `manifest_arguments`. Raises BadSetting: a line for each mistake."""
    values, wrong = dict(given), []
    for name, read in READERS.items():
        try:
            values[name] = read(given.get(name), facts)
        except BadSetting as error:
            wrong.append(str(error))
    wrong += [text.format(**given) for exists, text in _CONFLICTS if exists(given, facts)]
    if wrong:
        raise BadSetting("\n".join(wrong))
    values["version"] = version_of(values["image"])
    known = {field.name for field in fields(Options)}
    return Options(**{name: value for name, value in values.items() if name in known and (value is not None)})


def refuse(options: Options, target: str, instead: Mapping[str, str]) -> None:
    """Raises BadSetting for each option that is given, but that `target` cannot have.

    instead: the option's field -> what to do in its place, as the end of a sentence.
    """
    wrong = [
        f"{_option(name)}: expected nothing with {target}, found {_shown(getattr(options, name))}; {advice}"
        for name, advice in instead.items()
        if getattr(options, name)
    ]
    if wrong:
        raise BadSetting("\n".join(wrong))


_ONE_WRITER = "because one replica writes the state"
# (whether options, by the names of their fields, contradict each other or the facts; the message)
_CONFLICTS: tuple[tuple[Callable[[Mapping[str, Any], Facts], Any], str], ...] = (
    (
        lambda given, facts: given["hpa"] and given["keda"],
        "--hpa: expected nothing with --keda, found {hpa}; leave one of them out, because KEDA makes an HPA of its own",
    ),
    (
        lambda given, facts: given["replicas"] and (given["hpa"] or given["keda"] or given["scale"]),
        "--replicas: expected nothing with an autoscaler, found {replicas}; leave it out, because MIN:MAX says it",
    ),
    (
        lambda given, facts: facts.persistence and given["hpa"],
        f"--hpa: expected nothing with PERSISTENCE=1, found {{hpa}}; use --replicas 1, {_ONE_WRITER}",
    ),
    (
        lambda given, facts: facts.persistence and given["keda"],
        f"--keda: expected nothing with PERSISTENCE=1, found {{keda}}; use --replicas 1, {_ONE_WRITER}",
    ),
    (
        lambda given, facts: facts.persistence and given["scale"],
        f"--scale: expected nothing with PERSISTENCE=1, found {{scale}}; use --replicas 1, {_ONE_WRITER}",
    ),
    (
        lambda given, facts: facts.persistence and given["pdb"],
        "--pdb: expected nothing with PERSISTENCE=1, found it; leave it out, because one replica must be free to move",
    ),
    (
        lambda given, facts: facts.store and facts.store.folder and given["replicas"] not in (None, "0", "1"),
        f"--replicas: expected 1 with a state on a volume, found {{replicas}}; keep the state in Redis, {_ONE_WRITER}",
    ),
    (
        lambda given, facts: given["release"] and not given["monitor"],
        "--release: expected --monitor beside it, found {release} alone; add --monitor, which has that label",
    ),
    (
        lambda given, facts: given["prometheus"] and not given["keda"],
        "--prometheus: expected --keda beside it, found {prometheus} alone; add --keda, which asks it",
    ),
)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _shown(value: Any) -> str:
    if isinstance(value, Bounds):
        return f"{value.least}:{value.most}"
    return "it" if value is True else str(value)
