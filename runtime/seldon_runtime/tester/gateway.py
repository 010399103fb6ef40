"""seldon-core-api-tester: tests a deployment through its gateway, which is Ambassador or the API server of 2018."""

from __future__ import annotations

from ..rest.routes import PATHS
from .arguments import Arguments, read_api_arguments
from .session import main as run
from .wires import GrpcWire, RestWire, Wire, request_token

_METHODS = ("predict", "send_feedback")
_OLDEST = 1  # the place in PATHS of the API that every gateway has, v0.1


def main() -> int:
    """Exit code of the command."""
    return run(read_api_arguments(), connect)


def connect(arguments: Arguments) -> Wire:
    """The gateway's API. Raises NoResponse if a token is needed and the gateway gives none."""
    token = _token(arguments)
    if arguments.grpc:
        metadata = {"oauth_token": token} if token else _deployment_metadata(arguments)
        return GrpcWire(arguments.address, dict.fromkeys(_METHODS, "Seldon"), metadata)
    prefix, headers = ("", {"Authorization": f"Bearer {token}"}) if token else (_prefix(arguments), {})
    api = f"http://{arguments.address}{prefix}"
    return RestWire({method: api + PATHS[method][_OLDEST] for method in _METHODS}, form=False, headers=headers)


def _token(arguments: Arguments) -> str | None:
    if arguments.oauth_key is None:
        return None
    url = f"http://{arguments.host}:{arguments.oauth_port or arguments.port}/oauth/token"
    return request_token(url, arguments.oauth_key, arguments.oauth_secret)


def _prefix(arguments: Arguments) -> str:
    """The start of the path, by which Ambassador finds a deployment over REST."""
    if arguments.ambassador_path is None:
        return "".join(f"/{part}" for part in ("seldon", arguments.namespace, arguments.deployment) if part)
    path = arguments.ambassador_path.strip("/")
    return path and f"/{path}"


def _deployment_metadata(arguments: Arguments) -> dict[str, str]:
    """The metadata by which Ambassador finds a deployment over gRPC."""
    return {"seldon": arguments.deployment, **({"namespace": arguments.namespace} if arguments.namespace else {})}
