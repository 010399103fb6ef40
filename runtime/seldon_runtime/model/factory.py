"""The model that the settings ask for. Only what it consists of is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..metrics import Metrics
from .interface import Model, OnChange, OnFailure
from .metered import MeteredModel

if TYPE_CHECKING:
    from .state import OnConstructed


def create_model(
    settings: Settings,
    metrics: Metrics,
    on_failure: OnFailure,
    on_change: OnChange,
    on_constructed: OnConstructed | None,
) -> Model:
    """From the inside: the component, in batches, within a deadline, measured. on_constructed: see `model_state`."""
    model = _component(settings, on_failure, on_change, on_constructed)
    if settings.batch_max_size > 1:
        from .batching import BatchingModel

        model = BatchingModel(model, settings)
    if settings.rest_timeout or settings.grpc_timeout:
        from .deadline import DeadlineModel

        model = DeadlineModel(model, settings)
    return MeteredModel(model, metrics)


def _component(
    settings: Settings, on_failure: OnFailure, on_change: OnChange, on_constructed: OnConstructed | None
) -> Model:
    if settings.model_process == "inline":
        from .inline import InlineModel

        return InlineModel(settings, on_failure, on_change, on_constructed)
    if settings.model_workers > 1:
        from .pool import ModelPool

        return ModelPool(settings, on_failure, on_change)
    from .separate import SeparateModel

    return SeparateModel(settings, on_failure, on_change, on_constructed)
