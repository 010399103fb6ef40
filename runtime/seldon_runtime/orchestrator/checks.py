"""What must be true of a graph before it is served, beyond the rules of its file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from ..config.settings import Listener, Settings
from ..errors import BadSetting, PortTaken
from ..graph.unit import Unit
from ..system.ports import reserve
from . import folder_unit
from .node import methods_of
from .nodes import Plan
from .places import FolderPlace, GrpcPlace, HttpPlace, ImagePlace, Place

_OURS = ("localhost", "127.0.0.1", "0.0.0.0", "::1", "::")  # hosts
_AT_A_TIME = 4  # processes that import a class
_OPTIONS = {"REST": "--http-port", "GRPC": "--grpc-port"}


def check_ports(listeners: Sequence[Listener], host: str) -> None:
    """Raises PortTaken: a line for each port that the graph cannot listen on."""
    wrong = []
    for listener in listeners:
        try:
            reserve(listener.port, host).close()
        except PortTaken:
            option = _OPTIONS[listener.api]
            wrong.append(f"{option}: expected a free port, found {listener.port} in use; choose another: {option} PORT")
    if wrong:
        raise PortTaken("\n".join(wrong))


def check_pythons(places: Mapping[str, Place], pythons: Mapping[str, str]) -> None:
    """Raises BadSetting for the Python of a unit that is in no folder."""
    folders = sorted(name for name, place in places.items() if isinstance(place, FolderPlace))
    wrong = [
        f"--python {name}: expected one of the units in folders, {', '.join(folders) or 'none'}, found {name!r}; "
        "correct the name"
        for name in pythons
        if name not in folders
    ]
    if wrong:
        raise BadSetting("\n".join(wrong))


def own_addresses(places: Mapping[str, Place], listeners: Sequence[Listener]) -> Iterator[str]:
    """A line for each unit that is this graph itself."""
    ports = {listener.port: listener.api for listener in listeners}
    for name, place in places.items():
        host, port = _address_of(place)
        if host in _OURS and port in ports:
            yield (
                f"unit {name!r}, endpoint: expected another server, found {place}, where this graph is served; "
                f"correct it, or serve the graph elsewhere: {_OPTIONS[ports[port]]} PORT"
            )


def _address_of(place: Place) -> tuple[str, int]:
    if isinstance(place, HttpPlace):
        return place.address.host, place.address.port
    if isinstance(place, GrpcPlace):
        host, _, port = place.target.rpartition(":")
        return host.strip("[]"), int(port)
    return "", 0


def without_image(places: Mapping[str, Place], docker: str) -> Iterator[str]:
    """A line for each unit whose image Docker has not and cannot get, or for all of them if no Docker answers."""
    images = {name: place.image for name, place in places.items() if isinstance(place, ImagePlace)}
    reason = _reason_without(docker) if images else ""
    for name, image in images.items():
        elsewhere = f"say where the unit is: --unit {name}=FOLDER or =URL"
        if reason:
            yield f"unit {name!r}, image: expected Docker, found {reason}; start Docker, or {elsewhere}"
        elif why := _reason_without_image(docker, image):
            yield (
                f"unit {name!r}, image: expected one that is here or in its registry, found {image!r}: {why}; "
                f"build it, correct its name, or {elsewhere}"
            )


def _reason_without_image(docker: str, image: str) -> str:
    """Why a container of this image cannot be started; "" if it can. An image that is not here is pulled."""
    for command in (["image", "inspect", "--format={{.Id}}"], ["pull", "--quiet"]):
        ended = subprocess.run([docker, *command, image], capture_output=True, text=True, check=False)
        if ended.returncode == 0:
            return ""
    return " ".join(ended.stderr.split()) or "no such image"


def _reason_without(docker: str) -> str:
    """Why no Docker answers; "" if one does."""
    command = [docker, "version", "--format", "{{.Server.Version}}"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"no program {docker} ({error.strerror})"
    return " ".join(ended.stderr.split()) or "no answer" if ended.returncode else ""


def check_classes(plan: Plan) -> None:
    """Import the class of each unit in a folder. Raises BadSetting: a line for each method that the walk will miss."""
    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        lines = threads.map(lambda unit: [*_missing(unit, plan.settings.get(unit.name))], plan.root.walk())
        wrong = [line for of_unit in lines for line in of_unit]
    if wrong:
        raise BadSetting("\n".join(wrong))


def _missing(unit: Unit, settings: Settings | None) -> Iterator[str]:
    if settings is None:
        return
    try:
        has = folder_unit.methods_in(settings)
    except BadSetting as error:
        yield str(error)
        return
    kind = unit.type or unit.implementation or "nothing"
    for method in sorted(_needed(unit) - has):
        yield (
            f"unit {unit.name!r}, type {kind}: expected a class with {method}, "
            f"found {', '.join(sorted(has)) or 'no method'}; write {method}, or correct the type"
        )


def _needed(unit: Unit) -> frozenset[str]:
    """A unit whose requests go to transform_input needs no predict."""
    called = methods_of(unit)
    return called - {"send_feedback", *(("predict",) if "transform_input" in called else ())}
