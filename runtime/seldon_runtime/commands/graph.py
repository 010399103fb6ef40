"""The command `seldon-core-graph`: serves a whole inference graph on one port."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Sequence

from seldon_component.errors import StartError

from ..config.environment import (
    allocator_is_configured,
    read_docker,
    read_graph_settings,
    read_model_python,
    read_user_cache,
)
from ..config.graph_arguments import GraphArguments, graph_arguments
from ..orchestrator.checks import check_classes, check_ports
from ..orchestrator.environments import Environments
from ..orchestrator.factory import Graph
from ..orchestrator.nodes import Plan
from ..orchestrator.plan import plan_of, predictor_of, read_file, variables_of
from ..supervisor import Supervisor
from ..system import log as log_of_server
from ..system.allocator import use_one_arena
from ..system.memory_access import deny_memory_access

log = logging.getLogger(__name__)

_INTERRUPTED = 130  # as a shell says it


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 after SIGTERM or a good --check, or that of the StartError that standard error shows."""
    deny_memory_access()  # before anything else, because the variables of the units may have passwords
    signal.signal(signal.SIGTERM, _end)  # until the graph is served: PID 1 of a container has no usual handler
    given = graph_arguments(arguments, "seldon-core-graph")
    try:
        return _run(given)
    except StartError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED


def _end(*_: object) -> None:
    raise SystemExit(0)


def _run(given: GraphArguments) -> int:
    if not allocator_is_configured():
        use_one_arena()
    file = read_file(given.file)
    variables = variables_of(file, predictor_of(file, given.predictor))
    settings = read_graph_settings({"METRICS_EXECUTOR_NAMES": "1", **variables, **given.ports})
    environments = Environments(read_model_python(), read_user_cache() / "seldon-core-graph")
    check_ports(settings.listeners, settings.serving.host)
    plan = plan_of(given, file, environments, read_docker(), settings.listeners)
    check_classes(plan)
    if given.checks_only:
        print(f"{given.file}: {file} that can be served")
        return 0
    log_of_server.set_up(settings.logs.level, settings.logs.format, False)
    _tell(plan)
    graph = Graph(plan, given.traces)
    supervisor = Supervisor(settings, graph.create_model, graph)
    supervisor.catch_signals()
    return supervisor.run()


def _tell(plan: Plan) -> None:
    """Where each unit is."""
    for unit in plan.root.walk():
        log.info("unit %s: %s", unit.name, plan.places[unit.name])


if __name__ == "__main__":
    sys.exit(main())
