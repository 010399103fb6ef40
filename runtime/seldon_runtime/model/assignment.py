"""What the settings tell the component, in whichever process that lives."""

from __future__ import annotations

from seldon_component.host import Assignment

from ..config.settings import Settings


def assignment_of(settings: Settings, state: tuple[int, int, bool, int] | None = None) -> Assignment:
    """state: StateOfProcess.assigned(), for a component in a process of its own whose state is kept."""
    return Assignment(
        model=settings.model_name,
        folder=str(settings.folder),
        service_type=settings.service_type,
        parameters=settings.parameters,
        unit_id=settings.unit.unit_id,
        onnx_engine=settings.onnx_engine,
        threads=settings.threads,
        state=state,
    )
