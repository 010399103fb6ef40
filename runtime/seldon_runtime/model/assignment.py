"""The settings that the component needs, in its own process or in the server's."""

from __future__ import annotations

from seldon_component.host import Assignment, StateAssignment

from ..config.settings import Settings


def assignment_of(settings: Settings, state: StateAssignment | None = None) -> Assignment:
    """state: for a component in a process of its own whose state is kept."""
    return Assignment(
        model=settings.model_name,
        folder=str(settings.folder),
        service_type=settings.service_type,
        parameters=settings.parameters,
        unit_id=settings.unit.unit_id,
        onnx_engine=settings.onnx_engine,
        threads=settings.threads,
        state=state,
        image=settings.unit.step_image,
        is_timed=settings.tracing.enabled,
    )
