"""A Model that tells all who want to know that the server will end soon."""

from __future__ import annotations

from collections.abc import Callable

from ..messages import Request
from .interface import Model, OnAnswer, WrappedModel


class DrainingModel(WrappedModel):
    """Is `model`, but is not `ready` after `drain`. See `Model`.

    Every probe looks at `ready`: so no client needs to find out by a request that fails.
    """

    ask: Callable[[Request, OnAnswer], None]

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self._is_draining = False
        self.ask = model.ask  # it is that of `model`, so that a request takes no longer

    @property
    def ready(self) -> bool:
        return self._model.ready and not self._is_draining

    @property
    def is_draining(self) -> bool:
        return self._is_draining

    def drain(self) -> None:
        """From now on, be not `ready`, and go on as before."""
        self._is_draining = True
