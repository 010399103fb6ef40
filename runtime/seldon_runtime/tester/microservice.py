"""seldon-core-tester: asks one component, as the engine in front of it does."""

from __future__ import annotations

from ..config.tester_arguments import Arguments, read_microservice_arguments
from ..rest.routes import PATHS
from .grpc_wire import GrpcWire
from .rest_wire import RestWire
from .session import main as run
from .wire import Wire

# method -> the service by which components of both generations answer it
_SERVICES = {"predict": "Model", "send_feedback": "Model", "transform_input": "Transformer"}


def main() -> int:
    """Exit code of the command."""
    return run(read_microservice_arguments(), connect)


def connect(arguments: Arguments) -> Wire:
    """The component's own API."""
    if arguments.grpc:
        return GrpcWire(arguments.address, _SERVICES)
    return RestWire({method: f"http://{arguments.address}{PATHS[method][0]}" for method in _SERVICES}, form=True)
