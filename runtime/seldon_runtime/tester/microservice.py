"""seldon-core-tester: tests one component, with the requests that the engine in front of it sends."""

from __future__ import annotations

from ..rest.routes import PATHS
from .arguments import Arguments, read_microservice_arguments
from .session import main as run
from .wires import GrpcWire, RestWire, Wire

# method -> its service, which components of both generations have
_SERVICES = {"predict": "Model", "send_feedback": "Model", "transform_input": "Transformer"}


def main() -> int:
    """Exit code of the command."""
    return run(read_microservice_arguments(), connect)


def connect(arguments: Arguments) -> Wire:
    """The component's own API."""
    if arguments.grpc:
        return GrpcWire(arguments.address, _SERVICES)
    return RestWire({method: f"http://{arguments.address}{PATHS[method][0]}" for method in _SERVICES}, form=True)
