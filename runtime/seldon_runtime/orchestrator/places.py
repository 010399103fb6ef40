"""Where each unit of a graph is: in a folder, an image, at an address, or in the walk itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import BadSetting
from ..graph.deployment_rules import containers_of
from ..graph.names import IMAGE
from ..graph.rules import has_container
from ..graph.unit import Unit
from . import built_in
from .remote.http_connections import Address, address_of

_GRPC = "grpc://"
_ADDRESS = re.compile(r"(?P<host>[^\s:/]+|\[[0-9a-fA-F:]+\]):(?P<port>[0-9]{1,5})")
_LOCAL = re.compile(r"(file://)?(?P<path>/.*|\.{1,2}(/.*)?)")  # of a modelUri


class _Place:
    """Its text is for people."""

    @property
    def in_path(self) -> str:
        """What `meta.requestPath` says of a unit there."""
        return str(self)


@dataclass(frozen=True)
class BuiltInPlace(_Place):
    """In the walk."""

    @property
    def in_path(self) -> str:
        return ""

    def __str__(self) -> str:
        return "built in"


@dataclass(frozen=True)
class FolderPlace(_Place):
    """A folder with a class or a model file. variables: for it."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_path(self) -> str:
        return self.folder.name

    def __str__(self) -> str:
        return str(self.folder)


@dataclass(frozen=True)
class ImagePlace(_Place):
    """A container that is started here. variables: for it."""

    image: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.image


@dataclass(frozen=True)
class HttpPlace(_Place):
    """A server that speaks Seldon's protocol over HTTP."""

    address: Address

    def __str__(self) -> str:
        return str(self.address)


@dataclass(frozen=True)
class GrpcPlace(_Place):
    """The same over gRPC. target: host and port."""

    target: str

    def __str__(self) -> str:
        return _GRPC + self.target


Place = BuiltInPlace | FolderPlace | ImagePlace | HttpPlace | GrpcPlace


def places_of(
    root: Unit, containers: Mapping[str, ImagePlace], folder: Path, replaced: Mapping[str, str]
) -> dict[str, Place]:
    """unit -> its place. The first of these that is there: what replaces it, its endpoint, its folder, its image.

    The endpoint of a unit with a container is that of a cluster, where the operator writes it into the object.

    containers: see `containers_in`. folder: of the graph's file; one in it that is named like a unit has its class.
    replaced: unit -> a folder, an image or a URL, as `--unit` has it. Raises BadSetting: a line for each mistake.
    """
    units = list(root.walk())
    wrong = list(_unknown(replaced, [unit.name for unit in units]))
    found: dict[str, Place] = {}
    for unit in units:
        try:
            container = containers.get(unit.name)
            place = _place_of(unit, folder, replaced.get(unit.name), container)
            found[unit.name] = _with_variables(place, container.variables) if container else place
        except BadSetting as error:
            wrong.append(f"unit {unit.name!r}, {error}")
    if wrong:
        raise BadSetting("\n".join(wrong))
    return found


def _unknown(replaced: Mapping[str, str], known: Sequence[str]) -> Iterator[str]:
    for name in replaced:
        if name not in known:
            yield f"--unit {name}: expected one of the units {', '.join(known)}, found {name!r}; correct the name"


def _place_of(unit: Unit, folder: Path, replaced: str | None, image: ImagePlace | None) -> Place:
    if replaced is not None:
        return _place_in(replaced)
    if unit.implementation in built_in.NAMES:
        return BuiltInPlace()
    if image is None and (host := unit.endpoint.get("service_host")):
        return _at_endpoint(str(host), unit.endpoint)
    own = folder / unit.name
    if own.is_dir():
        return FolderPlace(own.resolve())
    if unit.model_uri and (local := _LOCAL.fullmatch(unit.model_uri)):
        return _folder(folder / local["path"], "modelUri")
    return _place_in_image(unit, own, image)


def _place_in_image(unit: Unit, own: Path, image: ImagePlace | None) -> ImagePlace:
    """The last of the places. own: the folder that would have been taken."""
    if not has_container(unit):
        raise BadSetting(
            f"implementation: expected one of {', '.join(built_in.NAMES)} without a cluster, "
            f"found {unit.implementation!r}; name a folder with its model: --unit {unit.name}=FOLDER"
        )
    if text := unit.image or (image and image.image):
        return _image(text)
    raise BadSetting(
        f"place: expected a folder, an image or an address, found nothing; put its folder at {own}, "
        f"or say --unit {unit.name}=FOLDER, =IMAGE or =URL"
    )


def _place_in(text: str) -> Place:
    """What `--unit NAME=` says."""
    if text.startswith(_GRPC):
        return GrpcPlace(_target(text.removeprefix(_GRPC), "--unit"))
    if "://" in text:
        try:
            return HttpPlace(address_of(text))
        except ValueError:
            raise BadSetting(
                f"--unit: expected http://, https:// or grpc:// with a host, found {text!r}; correct the URL"
            ) from None
    if Path(text).is_dir() or text.startswith((".", "/", "~")):
        return _folder(Path(text).expanduser(), "--unit")
    return _image(text)


def _image(text: str) -> ImagePlace:
    if not IMAGE.fullmatch(text):
        raise BadSetting(
            f"image: expected a folder that exists, a URL or an image such as my-model:1, found {text!r}; correct it"
        )
    return ImagePlace(text)


def _with_variables(place: Place, variables: Mapping[str, str]) -> Place:
    return replace(place, variables=variables) if isinstance(place, (FolderPlace, ImagePlace)) else place


def _folder(path: Path, where: str) -> FolderPlace:
    if not path.is_dir():
        raise BadSetting(f"{where}: expected a folder that exists, found {str(path)!r}; correct the path")
    return FolderPlace(path.resolve())


def _at_endpoint(host: str, endpoint: Mapping[str, Any]) -> Place:
    is_grpc = endpoint.get("type") == "GRPC"
    port = endpoint.get("grpcPort" if is_grpc else "httpPort") or endpoint.get("service_port") or ""
    target = _target(f"{host}:{port}", "endpoint")
    return GrpcPlace(target) if is_grpc else HttpPlace(address_of(f"http://{target}"))


def _target(text: str, where: str) -> str:
    found = _ADDRESS.fullmatch(text)
    if not found or not 1 <= int(found["port"]) <= 65535:
        raise BadSetting(f"{where}: expected a host and a port, as in localhost:5001, found {text!r}; give both")
    return text


def containers_in(predictor: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, ImagePlace]:
    """Container -> its image, of a SeldonDeployment's predictor. variables: of all of its containers."""
    found = {}
    for container in containers_of(predictor):
        own = {each["name"]: str(each["value"]) for each in container.get("env") or () if each.get("value") is not None}
        found[container["name"]] = ImagePlace(container.get("image") or "", {**variables, **own})
    return found
