"""Makes the model that the settings ask for. Only what it consists of is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..metrics import Metrics
from ..system.timer import Timer
from .interface import Model, OnChange, OnFailure
from .metered import MeteredModel
from .request_queue import RequestQueue
from .separate.component_user import choose_component_user

if TYPE_CHECKING:
    from ..operations.telemetry import Telemetry
    from .inline.class_thread import ClassThread
    from .state import OnConstructed


def create_model(
    settings: Settings,
    telemetry: Telemetry,
    on_failure: OnFailure,
    on_change: OnChange,
    on_constructed: OnConstructed | None,
    class_thread: ClassThread | None = None,
) -> Model:
    """From the inside: the component behind its queue, traced, within a deadline, metered. on_constructed: see `state`.

    class_thread: the one of an inline class, which its owner runs; None: a new one.

    Raises BadSetting for a MODEL_UID that cannot run the class.
    """
    choose_component_user(settings)
    timer = Timer()
    model = create_component(settings, timer, on_failure, on_change, on_constructed, class_thread, telemetry.metrics)
    if telemetry.tracer is None:
        return MeteredModel(_within_deadline(model, settings, timer), telemetry.metrics)
    from .traced import MeteredTracedModel, TracedModel

    model = _within_deadline(TracedModel(model, telemetry.tracer), settings, timer)
    return MeteredTracedModel(model, telemetry.metrics)


def _within_deadline(model: Model, settings: Settings, timer: Timer) -> Model:
    if not (settings.rest_timeout or settings.grpc_timeout):
        return model
    from .deadline import DeadlineModel

    return DeadlineModel(model, settings, timer)


def create_component(
    settings: Settings,
    timer: Timer,
    on_failure: OnFailure,
    on_change: OnChange,
    on_constructed: OnConstructed | None = None,
    class_thread: ClassThread | None = None,
    metrics: Metrics | None = None,
) -> Model:
    """The component behind its queue, in the process that MODEL_PROCESS says. metrics: of its batches."""
    queue = _create_queue(settings, metrics)
    if settings.model_process == "inline":
        from .inline.model import InlineModel

        return InlineModel(settings, queue, timer, on_failure, on_change, on_constructed, class_thread)
    from .separate.model import SeparateModel

    return SeparateModel(settings, queue, timer, on_failure, on_change, on_constructed)


def _create_queue(settings: Settings, metrics: Metrics | None) -> RequestQueue:
    if settings.batch_max_size == 1:
        return RequestQueue()
    from .batching import BatchingQueue

    queue = BatchingQueue(settings.batch_max_size, settings.batch_max_delay)
    if metrics:
        queue.on_batch = metrics.batch_rows(settings.batch_max_size)
    return queue
