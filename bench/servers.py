"""Everything that is compared: how each server is started, and which protocol it speaks."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import wires
from .digits import DIGITS
from .environments import HOME, ROOT, install, model_python, program
from .wires import Wire

_PROGRAMS = Path(__file__).parent / "programs"
ANSWERS = HOME / "answers"  # files that the static server answers with
OWN_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Server:
    """command, environment: with {port}, {port2} and {port3} for free ports; the first is the one that is asked.

    peer: the environment that has to be installed. python: of the class, for make/model-python.
    """

    name: str
    wire: Wire
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = _PROGRAMS
    peer: str | None = None
    python: tuple[str, ...] = ()

    def install(self) -> dict[str, str]:
        """Install what it needs, unless it is there; the variables to start it with. Raises BenchError."""
        if self.peer:
            install(self.peer)
        return {**self.environment, **({"MODEL_PYTHON": model_python(*self.python)} if self.python else {})}


def _ours(
    name: str, api: str, mode: str, python: tuple[str, ...] = (OWN_PYTHON,), model: str = "Identity", **more: str
) -> Server:
    """The command that an image runs, with the class in an environment like the image's."""
    environment = {
        "SERVER_PYTHON": sys.executable,
        "MICROSERVICE_HOME": str(_PROGRAMS),
        "MODEL_NAME": model,
        "MODEL_PROCESS": mode,
        "API_TYPE": api,
        "PREDICTIVE_UNIT_SERVICE_PORT": "{port}",
        **more,
    }
    wire = wires.SELDON if api == "REST" else wires.SELDON_GRPC
    return Server(name, wire, (str(ROOT / "s2i" / "bin" / "run"),), environment, python=python)


def _seldon_core(wire: Wire, command: tuple[str, ...], port: str, other_port: str) -> Server:
    """It always serves both APIs; port, other_port: the options for the one that is asked and for the other one."""
    ports = (port, "{port}", other_port, "{port2}", "--metrics-port", "{port3}")
    return Server("seldon-core", wire, (*command, "Identity", *ports), peer="seldon-core")


def _digits(name: str, engine: str, python: tuple[str, ...] = (), **more: str) -> Server:
    """The example's ONNX file on one of our engines."""
    return _ours(
        name, "REST", "separate", python, DIGITS.name, MICROSERVICE_HOME=str(DIGITS.parent), ONNX_ENGINE=engine, **more
    )


def _template(server: Server) -> Server:
    """The same with the template's model in place of ours."""
    folder = ROOT / "examples" / "model-template"
    command = tuple("MyModel" if word == "Identity" else word for word in server.command)
    own = {"MICROSERVICE_HOME": str(folder), "MODEL_NAME": "MyModel"} if server.environment else {}
    return replace(server, command=command, environment={**server.environment, **own}, folder=folder)


STATIC = Server("static", wires.STATIC, (sys.executable, str(_PROGRAMS / "static_rest.py"), "{port}", str(ANSWERS)))
SEPARATE = _ours("separate", "REST", "separate")
INLINE = _ours("inline", "REST", "inline")
PYTHON_2 = _ours("separate, Python 2.7", "REST", "separate", python=("2.7",))
SELDON_CORE = _seldon_core(
    wires.SELDON, (program("seldon-core", "seldon-core-microservice"),), "--http-port", "--grpc-port"
)
KSERVE = Server(
    "KServe",
    wires.V1,
    (program("kserve", "python"), "kserve_identity.py", "--http_port={port}", "--enable_grpc=false"),
    peer="kserve",
)
MLSERVER = Server(
    "MLServer",
    wires.V2,
    (program("mlserver", "mlserver"), "start", str(_PROGRAMS / "mlserver")),
    {"MLSERVER_HTTP_PORT": "{port}", "MLSERVER_GRPC_PORT": "{port2}", "MLSERVER_METRICS_PORT": "{port3}"},
    peer="mlserver",
)

ECHO = Server("echo", wires.SELDON_GRPC, (sys.executable, str(_PROGRAMS / "echo_grpc.py"), "{port}"))
SEPARATE_GRPC = _ours("separate", "GRPC", "separate")
INLINE_GRPC = _ours("inline", "GRPC", "inline")
SELDON_CORE_GRPC = _seldon_core(
    wires.SELDON_GRPC,
    (program("seldon-core", "python"), str(_PROGRAMS / "seldon_core_annotated.py"), str(_PROGRAMS / "annotations")),
    "--grpc-port",
    "--http-port",
)

STARTING = (_template(SEPARATE), _template(INLINE), _template(SELDON_CORE), KSERVE, MLSERVER)

WORKERS = (
    _ours("one worker", "REST", "separate", model="Computing"),
    _ours("MODEL_WORKERS=2", "REST", "separate", model="Computing", MODEL_WORKERS="2"),
)
BATCHING = (
    _ours("one by one", "REST", "separate", model="Sleeping"),
    _ours("batching", "REST", "separate", model="Sleeping", BATCH_MAX_SIZE="32", BATCH_MAX_DELAY_MS="2"),
)

ONNX = (
    _digits("nGraph", "ngraph", ("3.6", "ngraph-onnx")),
    replace(_digits("ONNX Runtime", "onnxruntime", MODEL_PYTHON=program("onnxruntime", "python")), peer="onnxruntime"),
    replace(
        KSERVE,
        command=(program("kserve", "python"), "kserve_digits.py", str(DIGITS), *KSERVE.command[2:]),
        wire=wires.V1_DIGITS,
    ),
)
