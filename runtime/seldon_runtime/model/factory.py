"""The model that the settings ask for. Only what it consists of is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..metrics import Metrics
from .interface import Model, OnChange, OnFailure
from .metered import MeasuredModel

if TYPE_CHECKING:
    from .state import OnConstructed


def choose_model(
    settings: Settings,
    metrics: Metrics,
    on_failure: OnFailure,
    on_change: OnChange,
    on_constructed: OnConstructed | None,
) -> Model:
    """From the inside: the component, in batches, within a deadline, measured. on_constructed: see `model_state`."""
    model = _component(settings, on_failure, on_change, on_constructed)
    if settings.batch_max_size > 1:
        from .batching import BatchedModel

        model = BatchedModel(model, settings)
    if settings.rest_timeout or settings.grpc_timeout:
        from .deadline import ModelWithDeadline

        model = ModelWithDeadline(model, settings)
    return MeasuredModel(model, metrics)


def _component(
    settings: Settings, on_failure: OnFailure, on_change: OnChange, on_constructed: OnConstructed | None
) -> Model:
    if settings.model_process == "inline":
        from .inline import ModelInline

        return ModelInline(settings, on_failure, on_change, on_constructed)
    if settings.model_workers > 1:
        from .pool import ModelWorkers

        return ModelWorkers(settings, on_failure, on_change)
    from .separate import ModelProcess

    return ModelProcess(settings, on_failure, on_change, on_constructed)
