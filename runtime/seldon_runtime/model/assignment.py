"""The settings that the component needs, in its own process or in the server's."""

from __future__ import annotations

from seldon_component import log_lines
from seldon_component.channel.assignment import Assignment, LogAssignment, StateAssignment

from ..config.settings import Settings


def assignment_of(
    settings: Settings, state: StateAssignment | None = None, log_descriptor: int | None = None
) -> Assignment:
    """state: for a component in a process of its own whose state is kept.

    log_descriptor: what such a process writes its log to; None: it shares the log of this process.
    """
    form = log_lines.chosen_format()  # text in a build, whose output is for people
    log = None if log_descriptor is None else LogAssignment(settings.logs.level, form, log_descriptor)
    return Assignment(
        model=settings.model_name,
        folder=str(settings.folder),
        service_type=settings.service_type if settings.service_type_is_set else None,
        parameters=settings.parameters,
        unit_id=settings.unit.unit_id,
        onnx_engine=settings.onnx_engine,
        method=settings.model_method,
        threads=settings.threads,
        state=state,
        image=settings.unit.step_image,
        is_timed=settings.tracing.enabled,
        log=log,
    )
