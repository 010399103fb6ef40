"""The model that the settings ask for. Only what it consists of is imported."""

from __future__ import annotations

from .metrics import Metrics
from .model import Model, OnChange, OnFailure
from .model_measured import MeasuredModel
from .settings import Settings


def choose_model(settings: Settings, metrics: Metrics, on_failure: OnFailure, on_change: OnChange) -> Model:
    """From the inside: the component, in batches, within a deadline, measured."""
    model = _component(settings, on_failure, on_change)
    if settings.batch_max_size > 1:
        from .model_batched import BatchedModel

        model = BatchedModel(model, settings)
    if settings.rest_timeout or settings.grpc_timeout:
        from .model_deadline import ModelWithDeadline

        model = ModelWithDeadline(model, settings)
    return MeasuredModel(model, metrics)


def _component(settings: Settings, on_failure: OnFailure, on_change: OnChange) -> Model:
    if settings.model_process == "inline":
        from .model_inline import ModelInline

        return ModelInline(settings, on_failure, on_change)
    if settings.model_workers > 1:
        from .model_workers import ModelWorkers

        return ModelWorkers(settings, on_failure, on_change)
    from .model_process import ModelProcess

    return ModelProcess(settings, on_failure, on_change)
