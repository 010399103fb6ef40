"""A Model with a queue and no component."""

from seldon_component.errors import CallError
from seldon_runtime.model.queueing import QueueingModel


class Paused(QueueingModel):
    """Takes requests only by hand; `refusal` is for all new ones."""

    refusal: CallError | None = None

    def _refusal(self):
        return self.refusal

    def _is_idle(self):
        return False

    def _hand_out(self):
        pass

    def take(self):
        with self._lock:
            return self._take()
