"""The base class of many components, and what they return and raise."""

from seldon_core.flask_utils import SeldonMicroserviceException


class SeldonNotImplementedError(SeldonMicroserviceException):
    """A method that the class does not have."""


class SeldonComponent(object):
    """It has no hooks, so those of the class alone count."""

    def __init__(self, **kwargs):
        pass

    def load(self):
        """A class may call it by `super()`."""


class SeldonResponse(object):
    """A result with tags and metrics of its own."""

    def __init__(self, data, tags=None, metrics=None):
        self.data = data
        self.tags = tags or {}
        self.metrics = metrics or []


ClientResponse = SeldonResponse  # its name until Seldon Core 1.3
