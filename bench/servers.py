"""The servers that are compared: how each one starts, and which protocol it speaks."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import cores, wires
from .digits import DIGITS
from .environments import HOME, ROOT, install, model_python, program
from .errors import BenchError
from .wires import Wire

PROGRAMS = Path(__file__).parent / "programs"
RESPONSES = HOME / "responses"  # the files that the static server sends
_RUN = Path("s2i", "bin", "run")  # the command of an image
OWN_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Server:
    """command, environment: {port}, {port2} and {port3} stand for free ports; requests go to the first one.

    peer: the environment that it needs. python: the arguments of make/model-python, for the class.
    """

    name: str
    wire: Wire
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = PROGRAMS
    peer: str | None = None
    python: tuple[str, ...] = ()

    def install(self) -> dict[str, str]:
        """Install the environments that it needs; return the variables that it starts with. Raises BenchError."""
        if self.peer:
            install(self.peer)
        return {**self.environment, **({"MODEL_PYTHON": model_python(*self.python)} if self.python else {})}


def ours(
    name: str, api: str, mode: str, python: tuple[str, ...] = (OWN_PYTHON,), model: str = "Identity", **more: str
) -> Server:
    """Our server, started by the command of an image. The class has an environment like the one in an image."""
    environment = {
        "SERVER_PYTHON": sys.executable,
        "MICROSERVICE_HOME": str(PROGRAMS),
        "MODEL_NAME": model,
        "MODEL_PROCESS": mode,
        "API_TYPE": api,
        "PREDICTIVE_UNIT_SERVICE_PORT": "{port}",
        **more,
    }
    wire = wires.SELDON if api == "REST" else wires.SELDON_GRPC
    return Server(name, wire, (str(ROOT / _RUN),), environment, python=python)


def _seldon_core(wire: Wire, command: tuple[str, ...], port: str, other_port: str) -> Server:
    """It always serves both APIs. port, other_port: the options for the API under load and for the other one."""
    ports = (port, "{port}", other_port, "{port2}", "--metrics-port", "{port3}")
    return Server("seldon-core", wire, (*command, "Identity", *ports), peer="seldon-core")


def _digits(name: str, engine: str, python: tuple[str, ...] = (), **more: str) -> Server:
    """Our server with the example's ONNX file on one of the engines."""
    return ours(
        name, "REST", "separate", python, DIGITS.name, MICROSERVICE_HOME=str(DIGITS.parent), ONNX_ENGINE=engine, **more
    )


def _template(server: Server) -> Server:
    """The same server with the template's model."""
    folder = ROOT / "examples" / "model-template"
    command = tuple("MyModel" if word == "Identity" else word for word in server.command)
    own = {"MICROSERVICE_HOME": str(folder), "MODEL_NAME": "MyModel"} if server.environment else {}
    return replace(server, command=command, environment={**server.environment, **own}, folder=folder)


def beside(servers: tuple[Server, ...], checkout: Path) -> tuple[Server, ...]:
    """Our servers alone, each followed by the same one of another checkout. Raises BenchError."""
    their_environment, run = checkout / ".venv", checkout / _RUN
    python = their_environment / "bin" / "python"
    if not python.exists() or not run.exists():
        raise BenchError(f"BENCH_BASELINE: expected a checkout after `make venv`, found {checkout}")
    their_python = _python_of(their_environment)
    pairs = []
    for server in servers:
        if server.command == (str(ROOT / _RUN),):
            environment = {**server.environment, "SERVER_PYTHON": str(python)}
            other = replace(
                server,
                name=baseline_of(server.name),
                command=(str(run),),
                environment=environment,
                python=tuple(their_python if part == OWN_PYTHON else part for part in server.python),
            )
            pairs += [server, other]
    return tuple(pairs)


def _python_of(environment: Path) -> str:
    """The version of its Python, `3.14`, which an inline class needs as well. Raises BenchError."""
    written = re.search(r"^version(?:_info)? = (\d+\.\d+)", (environment / "pyvenv.cfg").read_text(), re.MULTILINE)
    if not written:
        raise BenchError(f"BENCH_BASELINE: expected the version of a Python in pyvenv.cfg, found none in {environment}")
    return written.group(1)


def baseline_of(name: str) -> str:
    """The name of the same server of the other checkout."""
    return f"{name}, baseline"


STATIC = Server("static", wires.STATIC, (sys.executable, str(PROGRAMS / "static_rest.py"), "{port}", str(RESPONSES)))
SEPARATE = ours("separate", "REST", "separate")
INLINE = ours("inline", "REST", "inline")
PYTHON_2 = ours("separate, Python 2.7", "REST", "separate", python=("2.7",))
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
    (program("mlserver", "mlserver"), "start", str(PROGRAMS / "mlserver")),
    {"MLSERVER_HTTP_PORT": "{port}", "MLSERVER_GRPC_PORT": "{port2}", "MLSERVER_METRICS_PORT": "{port3}"},
    peer="mlserver",
)

ECHO = Server("echo", wires.SELDON_GRPC, (sys.executable, str(PROGRAMS / "echo_grpc.py"), "{port}"))
SEPARATE_GRPC = ours("separate", "GRPC", "separate")
INLINE_GRPC = ours("inline", "GRPC", "inline")
SELDON_CORE_GRPC = _seldon_core(
    wires.SELDON_GRPC,
    (program("seldon-core", "python"), str(PROGRAMS / "seldon_core_annotated.py"), str(PROGRAMS / "annotations")),
    "--grpc-port",
    "--http-port",
)


def _v2(server: Server, wire: Wire) -> Server:
    """The same server with the Open Inference Protocol. Ours learns the model's name that all have."""
    own = {"V2_MODEL_NAMES": "identity"} if "MODEL_NAME" in server.environment else {}
    return replace(server, wire=wire, environment={**server.environment, **own})


_V2_REST = (SEPARATE, INLINE, KSERVE)
V2 = (_v2(STATIC, wires.V2_STATIC), *(_v2(server, wires.V2) for server in _V2_REST), MLSERVER)
# MLServer has no binary tensors over REST
V2_BINARY = (_v2(STATIC, wires.V2_BINARY_STATIC), *(_v2(server, wires.V2_BINARY) for server in _V2_REST))
V2_GRPC = (
    _v2(ECHO, wires.V2_ECHO),
    _v2(SEPARATE_GRPC, wires.V2_GRPC),
    _v2(INLINE_GRPC, wires.V2_GRPC),
    Server(
        "KServe",
        wires.V2_GRPC,
        (program("kserve", "python"), "kserve_identity.py", "--grpc_port={port}", "--http_port={port2}"),
        peer="kserve",
    ),
    replace(
        MLSERVER,
        wire=wires.V2_GRPC,
        environment={
            "MLSERVER_GRPC_PORT": "{port}",
            "MLSERVER_HTTP_PORT": "{port2}",
            "MLSERVER_METRICS_PORT": "{port3}",
            "MLSERVER_GRPC_MAX_MESSAGE_LENGTH": str(2**30),
        },
    ),
)

STARTING: tuple[Server, ...] = (_template(SEPARATE), _template(INLINE), _template(SELDON_CORE), KSERVE, MLSERVER)

_TEN_MS = '[{{"name": "milliseconds", "type": "INT", "value": "10"}}]'  # Process fills in the ports
WORKERS = (
    ours("one worker", "REST", "separate", model="Computing"),
    ours("MODEL_WORKERS=2", "REST", "separate", model="Computing", MODEL_WORKERS="2"),
)
SCALING = tuple(
    ours(
        "one worker" if count == 1 else f"MODEL_WORKERS={count}",
        "REST",
        "separate",
        model="Computing",
        MODEL_WORKERS=str(count),
        PREDICTIVE_UNIT_PARAMETERS=_TEN_MS,
    )
    for count in cores.counts()
)
BATCHING = (
    ours("one by one", "REST", "separate", model="Sleeping"),
    ours("batching", "REST", "separate", model="Sleeping", BATCH_MAX_SIZE="32", BATCH_MAX_DELAY_MS="2"),
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
